"""What README and docs say is true: commands and code run, files and targets are there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEXICON = ROOT / "pipeline" / "lexicon"
PAGES = [
    *(ROOT / name for name in ("README.md", "MODEL_CARD.md", "corpus/README.md")),
    LEXICON / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


@pytest.fixture(scope="module")
def place(corpus_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the README's reader has it: corpus/ and outputs/."""
    place = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "corpus", place / "corpus")
    shutil.copytree(corpus_out, place / "outputs")
    return place


COMMANDS = [line for line in "".join(blocks(ROOT / "README.md", "sh")).splitlines() if line.strip()]


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("hearsay")])
def test_commands_run(line: str, place: Path) -> None:
    call = [
        sys.executable,
        "-c",
        "from pipeline.cli import main; main()",
        *shlex.split(line, comments=True)[1:],
    ]
    done = subprocess.run(
        call,
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_every_other_command_is_a_make_target() -> None:
    others = [shlex.split(line, comments=True) for line in COMMANDS if not line.startswith("hearsay")]
    assert others and all(words[0] == "make" for words in others)
    for words in others:
        for target in words[1:]:
            assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


@pytest.mark.parametrize(("page", "code"), [(name_of(p), c) for p in PAGES for c in blocks(p, "python")])
def test_code_runs(page: str, code: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    exec(compile(code, page, "exec"), {})


@pytest.mark.parametrize("page", map(name_of, PAGES))
def test_files_that_are_named_are_there(page: str) -> None:
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    named = re.findall(r"`((?:pipeline|tests|training|docs|corpus)/[\w./-]*)`", text)
    for name in [(path.parent / link).resolve() for link in links] + [ROOT / name for name in named]:
        assert name.exists(), f"{page} names {name}"


def test_every_list_of_words_is_explained() -> None:
    rows = re.findall(
        r"^\| `(\w+)\.csv` \|.*\| (.+) \|$", (LEXICON / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(name for name, _ in rows) == sorted(path.stem for path in LEXICON.glob("*.csv"))
    for name, readers in rows:
        for reader in re.findall("`(.+?)`", readers):
            code = (ROOT / "pipeline" / reader).read_text("utf-8")
            assert re.search(rf'read_lexicon\("{name}"\)|lexicon/{name}\.csv"', code), (
                f"{reader} reads no {name}"
            )


def test_every_make_target_is_explained() -> None:
    targets = set(re.findall(r"^([a-z]+):(?! ?=)", MAKEFILE, re.MULTILINE))
    explained = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
    assert targets == explained
