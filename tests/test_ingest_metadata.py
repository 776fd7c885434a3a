"""Dates, bylines, residue patterns: cases are data."""

import csv
import time
import tomllib
from pathlib import Path

import pytest

import pipeline.ingest.residue as residue
from pipeline.ingest.clean import clean_characters, paragraphs
from pipeline.ingest.language import detect_language
from pipeline.ingest.metadata import byline_of, clean_byline, date_line, parse_date

CASES = Path(__file__).parent / "cases" / "ingest"
DATES = list(csv.DictReader((CASES / "dates.csv").open(encoding="utf-8")))
PATTERNS = tomllib.loads((Path(residue.__file__).parent / "residue.toml").read_text(encoding="utf-8"))[
    "residue"
]


@pytest.mark.parametrize("case", DATES, ids=lambda c: c["text"])
def test_date(case: dict) -> None:
    assert parse_date(case["text"]) == (case["iso"] or None, case["guessed"] == "true")


@pytest.mark.parametrize("row", PATTERNS, ids=lambda r: r["fires"])
def test_residue_pattern(row: dict) -> None:
    assert residue.kind_of(row["fires"]) == row["kind"]
    assert residue.kind_of(row["must_not"]) is None


@pytest.mark.parametrize(
    "piece", ["email", "e", "follow a@ ", "share x on ", "photo: ", "(", "sign up ", "by ", "more "]
)
def test_residue_patterns_take_no_time_over_odd_lines(piece: str) -> None:
    before = time.process_time()
    residue.kind_of((piece * 600)[:599] + "!")
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Anna Berg", "Anna Berg"),
        ("By ANNA BERG, Staff Writer", "ANNA BERG, Staff Writer"),
        ("Reported by: Anna Berg and Carl Dahl", "Anna Berg and Carl Dahl"),
        ("By contrast, the ferry sank.", None),
        ("By Monday the ferry had sunk", None),
        ("By the sea", None),
        ("Standing by Anna Berg", None),
    ],
)
def test_byline_line(line: str, name: str | None) -> None:
    assert byline_of(line) == name


def test_byline_without_addresses() -> None:
    assert clean_byline("By Anna Berg, anna@example.org") == "Anna Berg"


def test_date_line_is_nothing_but_a_date() -> None:
    assert date_line("Last updated: 4 January 2019") == "2019-01-04"
    assert date_line("On 4 January 2019 the ferry sank") is None
    assert date_line("4 January 2019 was a Friday") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The minister said that the bridge may cost more than was planned for it.", "en"),
        ("Perhaps", "en"),
        ("1,200 — 34 %", "en"),
        ("Der Minister sagte am Montag, dass die Brücke teurer werden könnte als geplant war, und dass niemand "
         "wisse, wann die Arbeiten beginnen werden.", "de"),
        ("部長は橋が開くかもしれないと述べた。まだ決まっていないと彼女は語った。", "ja"),
        ("Министр сообщил, что мост может открыться весной, но решение пока не принято.", "ru"),
    ],
)  # fmt: skip
def test_language(text: str, code: str) -> None:
    assert detect_language(text) == code


def test_cleaning_twice_changes_nothing() -> None:
    text = "Caf\u00c3\u00a9 &amp;amp; bar\r\n\r\nZoe\u0308 \u200bsaid\u00a0no.\x00"
    once = clean_characters(text)
    assert clean_characters(once) == once


def test_single_line_ends_part_paragraphs_unless_wrapped() -> None:
    assert paragraphs("One.\nTwo.\nThree.") == ["One.", "Two.", "Three."]
    assert paragraphs("One\n \t\nTwo") == ["One", "Two"]
