"""Places told apart, and the states they stand for: cases in tests/cases/places.csv and demonyms.csv."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.entities.places import common_name, country_of, kept_name, split_place, state_of_capital
from pipeline.lexicon import read_lexicon, split_cell

CASES = Path(__file__).parent / "cases"


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    "case", rows("places.csv"), ids=lambda case: f"{case['name']} {case['context'][:20]}"
)
def test_place(case: dict[str, str]) -> None:
    assert split_place(case["name"], case["context"]) == case["type"]
    assert (country_of(case["name"], case["context"]) or "") == case["country"]


@pytest.mark.parametrize("case", rows("demonyms.csv"), ids=lambda case: case["word"])
def test_people_of_a_state(case: dict[str, str]) -> None:
    assert (country_of(case["word"]) or "") == case["country"]


def test_capitals_are_no_states_but_have_one() -> None:
    assert country_of("Moscow") is None
    assert state_of_capital("Moscow") == "RUS"
    assert state_of_capital("the Washington") == "USA"
    assert state_of_capital("Vladivostok") is None
    assert state_of_capital("Singapore") is None, "the city's name is the state's own"


def test_a_place_is_kept_under_one_name() -> None:
    assert kept_name("U.S.") == kept_name("America") == "United States"
    assert kept_name("Kiev") == "Kyiv"
    assert kept_name("Sundvik") == "Sundvik"
    assert kept_name("Georgia", "Atlanta") != kept_name("Georgia", "Tbilisi")


def test_codes_of_states_are_sound_and_unique() -> None:
    codes = [row["iso3"] for row in read_lexicon("countries")]
    assert len(codes) == len(set(codes)) == 250
    assert all(re.fullmatch("[A-Z]{3}", code) for code in codes)
    assert {common_name(code) for code in codes} == {row["name"] for row in read_lexicon("countries")}


def test_every_short_name_leads_to_its_state() -> None:
    homonyms = {row["name"] for row in read_lexicon("homonyms")}
    for row in read_lexicon("countries"):
        for name in [row["name"], *split_cell(row["aliases"])]:
            if name not in homonyms:
                assert country_of(name) == row["iso3"], name


def test_landforms_fire_on_their_examples() -> None:
    for row in read_lexicon("landforms"):
        assert split_place(row["example"]) == row["type"], row["example"]


@given(st.text(max_size=60), st.text(max_size=120))
def test_any_text_is_a_place_of_some_kind(name: str, context: str) -> None:
    assert split_place(name, context) in ("GPE", "LOC")
    code = country_of(name, context)
    assert code is None or re.fullmatch("[A-Z]{3}", code)
