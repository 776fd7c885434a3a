"""The command line as a user meets it: exit status, one line for every error, nothing half-written."""

from __future__ import annotations

import bz2
import json
import lzma
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cache, cli
from pipeline.cli import app
from pipeline.commands import terminal
from pipeline.commands.adding import add_file, examine
from pipeline.commands.show import explained, highlighted, show_article
from pipeline.ingest import read_corpus
from pipeline.output import workspace
from pipeline.schema import TABLES, Issue
from pipeline.tables import read_records

ROOT = Path(__file__).parents[1]
HEARSAY = [sys.executable, "-c", "from pipeline.cli import main; main()"]
COMMANDS = "extract ingest annotate entities quotes claims show add doctor report".split()


def hearsay(*args: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [*HEARSAY, *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | env,
        check=False,
    )


# --- wrong calls -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "mend"),
    [
        (["extract", "no/such/folder", "--out", "OUT"], "give the folder that holds the articles"),
        (["extract", "README.md", "--out", "OUT"], "give the folder that holds the articles"),
        (["extract", "--fromat", "csv"], "see hearsay extract --help"),
        (["extract", "corpus", "--out", "OUT", "--format", "xls"], "give csv or parquet"),
        (["extract", "corpus", "--out", "OUT", "--jobs", "0"], "see hearsay extract --help"),
        (["extract", "corpus", "--out", "corpus/tables"], "give a folder outside of it"),
        (["extract", "corpus", "--out", "README.md"], "give another folder with --out"),
        (["extract", "corpus", "--out", "OUT", "--model", "no_such_pipeline"], "no_such_pipeline"),
        (["annotate", "--out", "OUT"], "run `hearsay ingest"),
        (["entities", "--out", "OUT"], "run `hearsay ingest"),
        (["quotes", "--out", "OUT"], "run `hearsay ingest"),
        (["claims", "--out", "OUT"], "run `hearsay ingest"),
        (["show", "nothing", "--out", "OUT"], "hearsay extract"),
        (["report", "--out", "OUT"], "hearsay extract"),
        (["add", "no/such/file.html"], "no such file"),
        (["doctor", "no/such/folder"], "give the folder that holds the articles"),
        (["explain"], "see hearsay --help"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    args: list[str],
    mend: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["hearsay", *(str(out) if arg == "OUT" else arg for arg in args)])
    assert cli._run() == 2
    said = capsys.readouterr()
    assert mend in said.err and said.err.count("\n") == 1 and not said.out
    assert not out.exists() or not list(out.iterdir())


def test_a_wrong_call_ends_the_process_with_2(tmp_path: Path) -> None:
    done = hearsay("extract", "no/such/folder", "--out", tmp_path / "out")
    assert done.returncode == 2 and done.stderr.startswith("hearsay: no/such/folder: no such folder")
    assert not (tmp_path / "out").exists()


def test_a_fault_of_our_own_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(cli, "app", fail)
    assert cli._run() == 2
    assert re.fullmatch(
        r"hearsay: stopped by an error of its own: KeyError: 'surprise' \(test_cli.py, line \d+\); please report it\n",
        capsys.readouterr().err,
    )


def test_a_full_disk_is_no_fault_of_our_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(**_: object) -> None:
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("PRAGMA max_page_count = 1")
            database.execute("CREATE TABLE articles (id TEXT)")

    monkeypatch.setattr(cli, "app", fill)
    assert cli._run() == 2
    said = capsys.readouterr().err
    assert "no room for unfinished files (database or disk is full); make some" in said
    assert "report it" not in said and said.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0 and "Usage:" in shown.output


def test_help_comes_at_once() -> None:
    started = time.process_time()
    times = os.times()
    hearsay("--help")
    child = os.times()
    assert child.children_user + child.children_system - times.children_user - times.children_system < 1.0
    assert time.process_time() - started < 1.0
    heavy = "import sys, pipeline.cli; print([m for m in ('spacy', 'pandas', 'numpy') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


# --- runs ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def articles(tmp_path: Path, corpus: Path) -> Path:
    """Two articles of the shipped corpus and a file that is none."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("diplomacy/fishing-pact.txt", "science/buried-lake.txt"):
        (folder / Path(name).name).write_bytes((corpus / name).read_bytes())
    return folder


def test_extract_sums_up(articles: Path, tmp_path: Path) -> None:
    done = hearsay("extract", articles, "--out", tmp_path / "out", "--excel", "--format", "parquet")
    assert done.returncode == 0 and not done.stderr
    for line in (
        r"articles +2",
        r"quotes +\d+ +\d+ direct, \d+ indirect, \d+ mixed",
        r"seconds +[\d.]+ +[\d,]+ words/s",
    ):
        assert re.search(f"^{line}$", done.stdout, re.MULTILINE), done.stdout
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"{t}{end}" for t in TABLES for end in (".csv", ".parquet")} | {
        "excel",
        "datapackage.json",
        cache.NAME,
    }


def test_a_bad_article_makes_exit_status_1(articles: Path, tmp_path: Path) -> None:
    (articles / "empty.txt").write_text("")
    done = hearsay("extract", articles, "--out", tmp_path / "out")
    assert done.returncode == 1 and "1 error" in done.stdout
    assert [row.path for row in read_records(tmp_path / "out", "issues") if row.severity == "error"] == [
        "empty.txt"
    ]


def test_a_dry_run_and_the_doctor_write_nothing(articles: Path, tmp_path: Path) -> None:
    (articles / "odd\x1b[2J.txt").write_text("")
    for call in (["extract", articles, "--out", tmp_path / "out", "--dry-run"], ["doctor", articles]):
        done = hearsay(*call)
        assert done.returncode == 1 and "2 articles" in done.stdout and "1 skipped" in done.stdout
        assert "\x1b" not in done.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of another kind there")
@pytest.mark.parametrize(
    ("jobs", "number"),
    [(1, "SIGTERM"), (2, "SIGTERM"), (1, "SIGINT"), (2, "SIGINT"), (2, "SIGHUP")],
)
@pytest.mark.parametrize("after", [0.0, 1.0])
def test_a_run_that_is_killed_leaves_nothing_behind(
    jobs: int, number: str, after: float, corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = subprocess.Popen(
        [*HEARSAY, "extract", str(corpus), "--out", str(out), "--jobs", str(jobs)],
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(out.glob(".unfinished-*/parts")) and run.poll() is None:
        time.sleep(0.02)
    time.sleep(after)  # while libraries are loaded, or while articles are read
    run.send_signal(getattr(signal, number))
    _, said = run.communicate(timeout=120)
    assert run.returncode == cli.STOPPED, said
    assert said == "hearsay: stopped; the tables are as they were before\n"
    assert {path.name for path in out.iterdir()} <= {cache.NAME, f"{cache.NAME}-journal"}


def test_a_signal_waits_until_helpers_have_started(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(workspace, "_waiting", None)
    with workspace.undisturbed():
        workspace.abandon(cli.STOPPED)
        assert not ended
    assert ended == [cli.STOPPED]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_run_that_is_to_outlive_its_terminal_does() -> None:
    """As `nohup hearsay …` starts it."""
    kept = (
        "import signal, pipeline.cli as cli; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        "cli._run = lambda: signal.getsignal(signal.SIGHUP) != signal.SIG_IGN; cli.main()"
    )
    assert subprocess.run([sys.executable, "-c", kept], check=False).returncode == 0


def test_what_is_said_of_the_tables_is_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_published", False)
    assert cli._stopped() == "stopped"  # as of add, show and doctor, which write none
    with workspace.workspace(tmp_path) as unfinished:
        assert cli._stopped() == "stopped; the tables are as they were before"
        (unfinished / "tables").mkdir()
        workspace.publish(unfinished / "tables", tmp_path)
        assert cli._stopped() == "stopped; the new files are in place"


@pytest.mark.skipif(workspace.fcntl is None, reason="such folders stay where no lock tells whose they are")
def test_what_a_killed_run_has_left_goes_with_the_next(tmp_path: Path) -> None:
    killed = (
        "import os, sys; from pathlib import Path; from pipeline.output.workspace import workspace\n"
        "with workspace(Path(sys.argv[1])): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", killed, str(tmp_path)], check=False).returncode == 9
    [left] = tmp_path.iterdir()
    with workspace.workspace(tmp_path) as first, workspace.workspace(tmp_path) as second:
        assert not left.exists() and first.is_dir() and second.is_dir()
    assert not list(tmp_path.iterdir())


def test_names_that_no_terminal_can_show(articles: Path, tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(articles) + b"/caf\xe9 \xe6\x96\xb0.txt")
    try:
        (articles / "buried-lake.txt").rename(name)
    except OSError:
        pytest.skip("this file system takes no such name")
    done = hearsay(
        "extract", articles, "--out", tmp_path / "新聞", "--limit", "1", PYTHONIOENCODING="ascii", LC_ALL="C"
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert (tmp_path / "新聞" / "articles.csv").exists()


# --- show ------------------------------------------------------------------------------------------------------------


def test_show_prints_the_whole_article(corpus_out: Path) -> None:
    done = hearsay("show", "fishing-pact", "--out", corpus_out, "--claims")
    assert done.returncode == 0
    article = next(
        a for a in read_records(corpus_out, "articles") if a.article_id == "diplomacy/fishing-pact"
    )
    assert article.text in done.stdout
    assert done.stdout.count("claimant") == sum(
        c.article_id == article.article_id for c in read_records(corpus_out, "claims")
    )


def test_show_asks_for_more_of_the_name_where_several_fit(corpus_out: Path) -> None:
    with pytest.raises(ValueError, match="fits 3 articles; give more of the name"):
        show_article(corpus_out, "diplomacy/")


def test_nothing_in_a_text_drives_the_terminal(corpus_out: Path) -> None:
    article = next(read_records(corpus_out, "articles"))
    hostile = "\x1b[2J\x07a\u202eb\x9b31m\x7f"
    rows: dict = {"mentions": [], "quote_parts": [], "hedges": []}
    shown = highlighted(
        type(article)(*(hostile if name == "text" else getattr(article, name) for name in article.__slots__)),
        rows,
    )
    assert shown.plain == "␛[2J␇a�b�31m␡"
    assert len(shown.plain) == len(hostile)
    assert "[bold]x[/bold]" in terminal.visible("[bold]x[/bold]")


def test_a_claim_is_explained_by_its_hedge_and_its_quote(corpus_out: Path) -> None:
    names = ("claims", "hedges", "quotes", "claim_hedges")
    rows = {name: list(read_records(corpus_out, name)) for name in names}
    hedged = {link.claim_id: link.hedge_id for link in rows["claim_hedges"]}
    claim = next(c for c in rows["claims"] if c.claim_id in hedged and c.quote_id)
    hedge = next(h for h in rows["hedges"] if h.hedge_id == hedged[claim.claim_id])
    quote = next(q for q in rows["quotes"] if q.quote_id == claim.quote_id)
    text = explained(claim, rows).plain
    for said in (
        hedge.text,
        hedge.kind,
        quote.cue or "no cue",
        claim.claimant,
        "leaves it open" if claim.author_factuality == 0 else f"{claim.author_factuality:+.0f}",
    ):
        assert said in text


# --- add -------------------------------------------------------------------------------------------------------------


def test_add_says_what_it_understood_and_never_adds_twice(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = corpus / "diplomacy" / "fishing-pact.txt"
    assert add_file(file, tmp_path / "corpus", "en")
    said = capsys.readouterr().out
    assert "Island nation says it will close its waters" in said and "added as" in said and "words" in said
    assert add_file(file, tmp_path / "corpus", "en")
    assert "is in the corpus already" in capsys.readouterr().out
    [added] = (tmp_path / "corpus").iterdir()
    assert added.read_bytes() == file.read_bytes()
    assert re.fullmatch(r"island-nation-[a-z-]+\.txt", added.name)


def test_add_leaves_out_what_is_no_article(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "login.html").write_text("<html><title>Log in</title><form><input></form></html>")
    assert not add_file(tmp_path / "login.html", tmp_path / "corpus", "en")
    assert "not added" in capsys.readouterr().err and not (tmp_path / "corpus").exists()


@pytest.mark.parametrize("name", ["story.txt.bz2", "story.txt.xz", "readme.jsonl", "Readme.txt"])
def test_what_was_added_is_read_by_the_next_run(name: str, tmp_path: Path) -> None:
    story = "{}\n\nThe council of Northwood met on Monday, its clerk Orla Berg said, and it may meet again.\n"
    row = json.dumps({"text": story.format("Council meets")}) + "\n"
    content = {
        "story.txt.bz2": bz2.compress(story.format("Council meets").encode()),
        "story.txt.xz": lzma.compress(story.format("Council meets").encode()),
        "readme.jsonl": (row + row.replace("Monday", "Friday")).encode(),
        "Readme.txt": story.format("Readme").encode(),
    }[name]
    (tmp_path / name).write_bytes(content)
    assert add_file(tmp_path / name, tmp_path / "corpus", "en")
    found = list(read_corpus(tmp_path / "corpus"))
    assert found and not [issue for issue in found if isinstance(issue, Issue) and issue.severity == "error"]


def test_a_copy_that_stops_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(_: Path, target: Path) -> None:
        target.write_text("The council of Northw")
        raise OSError("no space left")

    monkeypatch.setattr("shutil.copyfile", stops)
    (tmp_path / "a.txt").write_text(
        "Council meets\n\nThe council of Northwood met on Monday, its clerk said.\n"
    )
    with pytest.raises(OSError, match="no space"):
        add_file(tmp_path / "a.txt", tmp_path / "corpus", "en")
    assert not list((tmp_path / "corpus").iterdir())


def test_doctor_counts_what_would_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(
        "Council meets\n\nThe council of Northwood met on Monday, its clerk said.\n"
    )
    french = "La ministre a déclaré lundi que le pont du port pourrait coûter plus cher que prévu."
    (tmp_path / "b.txt").write_text(f"Le pont\n\n{french}\n", encoding="utf-8")
    assert not examine(tmp_path, "en", None)
    assert "\n1 article (12 words) would be read, 1 skipped\n0 come" in capsys.readouterr().out


def test_two_articles_of_one_name_both_stay(tmp_path: Path) -> None:
    for n in range(2):
        story = (
            f"Council meets again\n\nThe council of Northwood met for {n} hours on Monday, its clerk said.\n"
        )
        (tmp_path / "story.txt").write_text(story)
        assert add_file(tmp_path / "story.txt", tmp_path / "corpus", "en")
    assert {path.name for path in (tmp_path / "corpus").iterdir()} == {
        "council-meets-again.txt",
        "council-meets-again-2.txt",
    }
