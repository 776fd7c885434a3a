"""Every reader on damaged files: never anything but articles and issues.

A few examples each; HEARSAY_FUZZ=600 in the environment gives each format ten minutes (three hours in all); for one
of them alone: HEARSAY_FUZZ=600 pytest tests/test_ingest_fuzz.py -k a.html
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

import ingest_files as made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_ingest_hostile import check_clean

from pipeline.ingest import parquet, read_file
from pipeline.ingest.clean import clean_characters, paragraphs
from pipeline.ingest.metadata import parse_date
from pipeline.ingest.residue import part
from pipeline.schema import Article, Issue

SECONDS = float(os.environ.get("HEARSAY_FUZZ", "0"))  # for each format; 0: a few examples
SLOW = {"a.parquet"}  # a process an example


def read(name: str, content: bytes) -> None:
    """Read a file of these bytes; every article must be clean."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        for found in read_file(path):
            if isinstance(found, Article):
                check_clean(found)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes with some changed, cut out, doubled or put in."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(data)) if data else 0
        length = chance.choice((1, 1, 2, 4, 30, 300))
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = chance.randbytes(1)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at:at] = chance.randbytes(length)
            case 4:
                data[at:at] = (
                    chance.choice(
                        (b"\0", b"\xff", b'"', b"<", b"\n\n", b"&#0;", b"\xe2\x80\xa8", b"]]>", b"---\n")
                    )
                    * length
                )
    return bytes(data)


@pytest.mark.parametrize("name", made.FORMATS)
def test_damaged_file(name: str) -> None:
    whole = made.FORMATS[name]()
    end = time.monotonic() + SECONDS
    seed = 0
    while seed < (2 if name in SLOW else 25) or time.monotonic() < end:
        seed += 1
        read(name, damaged(whole, random.Random(f"{name} {seed}")))
    print(f"{name}: {seed} damaged files read")  # shown by pytest -rP


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of processor time for a process")
def test_a_parquet_file_that_keeps_its_reader_busy_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "LONGEST", 2)
    path = tmp_path / "a.parquet"
    path.write_bytes(damaged(made.FORMATS["a.parquet"](), random.Random("a.parquet 553")))
    assert [found.severity for found in read_file(path) if isinstance(found, Issue)] == ["error"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["a.txt", "a.md", "a.html", "a.csv", "a.jsonl", "a.json", "a.rtf"]),
    st.binary(max_size=400),
)
def test_any_bytes(name: str, content: bytes) -> None:
    read(name, content)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["a.txt", "a.md", "a.html", "a.csv"]), st.text(max_size=400))
def test_any_text(name: str, text: str) -> None:
    read(name, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_cleaning_is_done_once_and_for_all(text: str) -> None:
    once = clean_characters(text)
    assert clean_characters(once) == once
    lines = paragraphs(once)
    assert paragraphs("\n\n".join(lines)) == lines


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), max_size=12))
def test_no_paragraph_is_lost_unsaid(lines: list[str]) -> None:
    lines = paragraphs(clean_characters("\n\n".join(lines)))
    parted = part(lines)
    kept = [parted.title] * (parted.title is not None) + parted.body + [line for _, line in parted.dropped]
    dated = (parted.byline is not None) + (parted.published is not None)
    assert len(kept) >= len(lines) - 6 * (dated > 0)
    assert set(parted.body) <= set(lines) or parted.title


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=60) | st.from_regex(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}( \d\d:\d\d)?", fullmatch=True)
)
def test_dates_never_fail(text: str) -> None:
    iso, _ = parse_date(text)
    assert iso is None or len(iso) >= 10
