"""What the command line prints: progress, the summary at the end, and text that must not drive the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from pipeline.run import Report, Summary

PLAIN_EVERY = 10.0  # seconds between lines of progress where there is no terminal
# Characters that move the cursor, colour or hide text, or turn its direction: shown as what they are, one for one.
DRIVING = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
HALVES = range(0xD800, 0xE000)  # of characters, as odd file names hold them
DRIVING |= dict.fromkeys((*range(0x80, 0xA0), *DIRECTIONS, *HALVES), 0xFFFD)


def visible(text: str) -> str:
    """The text with every character that would drive a terminal replaced by a harmless one; its length stays.

    >>> visible("a\\x1b[2Jb")
    'a␛[2Jb'
    """
    return text.translate(DRIVING)


def console(error: bool = False) -> Console:
    """A console for results, or for what is said about them; nothing in a text is taken for markup."""
    return Console(stderr=error, markup=False, highlight=False, emoji=False, soft_wrap=True)


def fail(message: object) -> None:
    """Say in one line on standard error what went wrong."""
    print("hearsay:", visible(" ".join(str(message).split())), file=sys.stderr)


def fail_at_once(message: str) -> None:
    """The same past all buffers, for a process that ends in the middle of something; a bar gives back the cursor."""
    shown = "\x1b[?25h\n" if sys.stderr.isatty() else ""
    os.write(sys.stderr.fileno(), f"{shown}hearsay: {message}\n".encode())


@contextmanager
def progress() -> Iterator[Report]:
    """A function that shows how far a run is: a bar on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)

            def show(stage: str, done: int, total: int, words: int) -> None:
                bar.update(task, description=stage, completed=done, total=total or None)

            yield show
    else:
        yield _plain_progress()


def _plain_progress() -> Report:
    last = time.monotonic()

    def say(stage: str, done: int, total: int, words: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PLAIN_EVERY:
            last = time.monotonic()
            print(
                f"{stage}: {done:,}{f' of {total:,}' if total else ''} articles", file=sys.stderr, flush=True
            )

    return say


def summary_lines(summary: Summary) -> list[tuple[str, str, str]]:
    """(what, how many, detail) for each line of the summary of a run."""
    counts, issues = summary.counts, summary.issues
    lines = [("articles", counts["articles"], _duplicates(counts))]
    lines += [
        (table, counts[table], "") for table in ("sentences", "entities", "mentions") if table in counts
    ]
    if "quotes" in counts:
        kinds = [f"{counts[f'{kind} quotes']:,} {kind}" for kind in ("direct", "indirect", "mixed")]
        lines.append(("quotes", counts["quotes"], ", ".join(kinds)))
    lines += [(table, counts[table], "") for table in ("claims", "hedges") if table in counts]
    severities = [
        f"{issues[severity]:,} {severity}" for severity in ("error", "warning", "info") if issues[severity]
    ]
    lines.append(("issues", sum(issues.values()), ", ".join(severities)))
    words = f"{counts['words'] / max(summary.seconds, 1e-9):,.0f} words/s" if counts["words"] else ""
    return [(what, f"{n:,}", detail) for what, n, detail in lines] + [
        ("seconds", f"{summary.seconds:,.1f}", words)
    ]


def print_summary(summary: Summary) -> None:
    """The summary as a small table on standard output."""
    for what, n, detail in summary_lines(summary):
        print(f"{what:<10}{n:>10}   {detail}".rstrip())


def _duplicates(counts: Counter[str]) -> str:
    """How many duplicates were passed over, how many read: "1 duplicate passed over"."""
    read = counts["duplicates read"]
    parts = ((counts["duplicates"] - read, "passed over"), (read, "read"))
    return ", ".join(f"{n:,} {'duplicate' if n == 1 else 'duplicates'} {what}" for n, what in parts if n)
