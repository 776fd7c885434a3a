"""The commands: each a few lines over a plain function of the package. Heavy imports wait until one needs them."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from pipeline.commands import terminal
from pipeline.failures import FAILURES
from pipeline.ingest.columns import parse_columns
from pipeline.output import workspace

if TYPE_CHECKING:
    from pipeline.run import Summary

app = typer.Typer(
    name="hearsay",
    help="News articles in, tidy tables out: who was quoted, what was claimed, how firmly.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

OK, SOME_FAILED, WRONG_CALL, STOPPED = 0, 1, 2, 130
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # the last, of a terminal that was closed, is unknown to Windows
NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR")
"""What a full disk under the unfinished files raises, as SQLite names it."""

Corpus = Annotated[
    Path,
    typer.Argument(metavar="CORPUS", help="Folder of articles, searched to any depth.", show_default=True),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where the tables are.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes that share the work.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Stop after so many articles.")]
Model = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="An installed spaCy pipeline in place of the shipped reader."),
]
Language = Annotated[str, typer.Option(help='Language of the articles to read, or "any".')]
Columns = Annotated[
    str | None,
    typer.Option(
        metavar="OURS=THEIRS,...", help="Columns of tables of articles, as in text=body,title=headline."
    ),
]
KeepDuplicates = Annotated[
    bool, typer.Option("--keep-duplicates", help="Read articles too that repeat an earlier one.")
]


@app.command()
def extract(
    corpus: Corpus = Path("corpus"),
    out: Out = Path("outputs"),
    jobs: Jobs = 1,
    format: Annotated[
        str, typer.Option(help="csv, or parquet for Parquet twins beside the CSV files.")
    ] = "csv",
    excel: Annotated[
        bool, typer.Option("--excel", help="Also write copies in excel/ that spreadsheets open safely.")
    ] = False,
    limit: Limit = None,
    language: Language = "en",
    columns: Columns = None,
    keep_duplicates: KeepDuplicates = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Read all articles anew, also those read before.")
    ] = False,
    model: Model = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read; write nothing.")
    ] = False,
) -> None:
    """Read a folder of articles and write all tables.

    Example: hearsay extract articles --out tables --jobs 4
    """
    if format not in ("csv", "parquet"):
        raise ValueError(f"--format {format}: give csv or parquet")
    from pipeline import run

    if dry_run:
        run.check_folders(corpus, out)
        raise typer.Exit(_examine(corpus, language, limit, columns))
    with terminal.progress() as report:
        summary = run.extract(
            corpus, out, jobs=jobs, model=model, limit=limit, language=language, columns=parse_columns(columns),
            keep_duplicates=keep_duplicates, cached=not no_cache, parquet=format == "parquet", excel=excel,
            report=report,
        )  # fmt: skip
    _conclude(summary)


@app.command()
def ingest(
    corpus: Corpus = Path("corpus"),
    out: Out = Path("outputs"),
    limit: Limit = None,
    language: Language = "en",
    columns: Columns = None,
) -> None:
    """First stage: read the files, write articles.csv."""
    from pipeline import run

    with terminal.progress() as report:
        summary = run.ingest(
            corpus, out, limit=limit, language=language, columns=parse_columns(columns), report=report
        )
    _conclude(summary)


@app.command()
def annotate(
    out: Out = Path("outputs"),
    jobs: Jobs = 1,
    keep_duplicates: KeepDuplicates = False,
    model: Model = None,
) -> None:
    """Second stage: read articles.csv, write annotated docs (docs/*.spacy) and sentences.csv."""
    from pipeline import run

    with terminal.progress() as report:
        summary = run.annotate(out, jobs=jobs, keep_duplicates=keep_duplicates, model=model, report=report)
    _conclude(summary)


@app.command()
def entities(out: Out = Path("outputs")) -> None:
    """Third stage: from the docs, write mentions.csv and entities.csv."""
    _stage("entities", out)


@app.command()
def quotes(out: Out = Path("outputs")) -> None:
    """Fourth stage: from docs and entities, write quotes.csv and quote_parts.csv."""
    _stage("quotes", out)


@app.command()
def claims(out: Out = Path("outputs")) -> None:
    """Last stage: from docs, entities and quotes, write hedges.csv, claims.csv and claim_hedges.csv."""
    _stage("claims", out)


@app.command()
def show(
    article_id: Annotated[
        str, typer.Argument(metavar="ARTICLE_ID", help="As in articles.csv; a part will do if it fits one.")
    ],
    out: Out = Path("outputs"),
    claims: Annotated[
        bool, typer.Option("--claims", help="Explain each claim: score, cap, cue, source.")
    ] = False,
) -> None:
    """Print an article with its spans in colour.

    Example: hearsay show diplomacy/fishing-pact --claims
    """
    from pipeline.commands.show import show_article

    show_article(out, article_id, claims)


@app.command()
def add(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Articles; web pages saved as HTML will do.")
    ],
    corpus: Annotated[
        Path, typer.Option("--corpus", "-c", metavar="FOLDER", help="The corpus to add them to.")
    ] = Path("corpus"),
    language: Language = "en",
    columns: Columns = None,
) -> None:
    """Check articles, say what was understood, and copy them into the corpus under a clean name.

    Example: hearsay add ~/Downloads/story.html
    """
    from pipeline.commands.adding import add_file

    results = [add_file(file, corpus, language, parse_columns(columns)) for file in files]
    raise typer.Exit(OK if all(results) else SOME_FAILED)


@app.command()
def doctor(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of articles.")] = Path("corpus"),
    language: Language = "en",
    columns: Columns = None,
) -> None:
    """Say what would be skipped or guessed, and why, without running anything."""
    raise typer.Exit(_examine(folder, language, None, columns))


@app.command()
def report(out: Out = Path("outputs")) -> None:
    """Write report.html: the articles with highlights, to be opened in any browser."""
    from pipeline.report import write_report

    print(f"{terminal.visible(str(write_report(out)))}")


def _stage(name: str, out: Path) -> None:
    from pipeline import run

    with terminal.progress() as report:
        summary = run.run_stage(name, out, report=report)
    _conclude(summary)


def _conclude(summary: Summary) -> None:
    """Print the summary and leave with the status it means."""
    terminal.print_summary(summary)
    print(f"tables in {terminal.visible(str(summary.out))}")
    raise typer.Exit(SOME_FAILED if summary.failed else OK)


def _examine(folder: Path, language: str, limit: int | None, columns: str | None) -> int:
    """Print what of a corpus would be read and what not; the exit status a run would have."""
    from pipeline.commands.adding import examine

    return OK if examine(folder, language, limit, parse_columns(columns)) else SOME_FAILED


def main() -> None:
    """The console script: runs a command; every error becomes one line on standard error and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a character must not stop the run
            stream.reconfigure(errors="backslashreplace")
    for number in SIGNALS:
        if number.name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN:  # "nohup hearsay extract"
            signal.signal(number, _stop)
    sys.exit(_run())


def _stop(*_: object) -> None:
    """Leave without a trace, and do not let a second signal cut that short."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError, ValueError):  # a terminal that is gone
        terminal.fail_at_once(_stopped())
    workspace.abandon(STOPPED)


def _stopped() -> str:
    """What to say of a run that was stopped: how its tables are left, if it writes any."""
    return "; ".join(filter(None, ("stopped", workspace.state_of_tables())))


def _run() -> int:
    try:
        status = app(prog_name="hearsay", standalone_mode=False)
        return status if isinstance(status, int) else OK
    except (typer.Abort, KeyboardInterrupt):
        return _failed(_stopped(), STOPPED)
    except TyperException as error:
        return _usage(error)
    except BrokenPipeError:  # hearsay show … | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except (OSError, ValueError, ImportError) as error:
        return _failed(error)
    except (*FAILURES, sqlite3.Error) as error:
        if getattr(error, "sqlite_errorname", "").startswith(NO_ROOM):
            return _failed(
                f"no room for unfinished files ({error}); make some where the tables go and where the system keeps "
                "temporary files, and run it again"
            )
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        return _failed(
            f"stopped by an error of its own: {type(error).__name__}: {error} ({where}); please report it"
        )


def _usage(error: TyperException) -> int:
    """A wrong call in one line; a call without anything gets the help."""
    context = getattr(error, "ctx", None)
    if "Usage:" in error.format_message():
        print(error.format_message())
        return WRONG_CALL
    command = context.command_path if context else "hearsay"
    return _failed(f"{error.format_message().rstrip('.')}; see {command} --help")


def _failed(message: object, status: int = WRONG_CALL) -> int:
    terminal.fail(message)
    return status
