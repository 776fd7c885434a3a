"""Datelines are found at the heads of paragraphs, and nothing else is taken for one."""

from __future__ import annotations

import time

import pytest

from pipeline.datelines import find_datelines


@pytest.mark.parametrize(
    ("text", "places", "whole"),
    [
        ("PORT ORLA — The ferry sank.", "PORT ORLA", "PORT ORLA — "),
        (
            "PORT ORLA, Vik Islands (OP) -- It sank.",
            "PORT ORLA, Vik Islands",
            "PORT ORLA, Vik Islands (OP) -- ",
        ),
        ("ORLAVIK, Jan. 3 (OP) - It sank.", "ORLAVIK, Jan. 3", "ORLAVIK, Jan. 3 (OP) - "),
        ("Orlavik (Reuters) – It sank.", "Orlavik", "Orlavik (Reuters) – "),
        ("It rained.\n\nØRLAVIK — It sank.", "ØRLAVIK", "ØRLAVIK — "),
    ],
)
def test_a_dateline_and_its_places(text: str, places: str, whole: str) -> None:
    found = [(text[d.start : d.place_end].strip(), text[d.start : d.end]) for d in find_datelines(text)]
    assert found == [(places, whole)]


@pytest.mark.parametrize(
    "text",
    [
        "NATO — the alliance — met.",  # too short
        "Ida Holm (Labour) — a nurse — won.",  # no agency
        "The ferry — a new one — sank.",
        "They left PORT ORLA — at last.",  # within a paragraph
        "PORT ORLA-HALLEN",
    ],
)
def test_no_dateline(text: str) -> None:
    assert find_datelines(text) == []


@pytest.mark.parametrize("piece", ["A", "A ", "A, ", "Aa (x", "A" * 29 + "\n", "A.", "Aa, "])
def test_hostile_text_takes_no_time(piece: str) -> None:
    begun = time.perf_counter()
    find_datelines(piece * 50_000)
    assert time.perf_counter() - begun < 5
