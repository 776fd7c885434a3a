"""The scores that steps compose to, and the reasons given for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.claims.certainty import Step, compose, readers_view


def hedge(cap: float) -> Step:
    return Step("hedge", "may", 0, cap, cap, "epistemic")


def report(author: float, source: float, outermost: bool = True, own: bool = False) -> Step:
    return Step("report", "said", 0, author, source, "speech", own=own, outermost=outermost)


NOT = Step("negation", "not", 0, -3, -3)
FAIL = Step("predicate", "failed", 0, -3, -3, "implicative")
SAID, DENIED, CONFIRMED, FOUND = report(0, 3), report(0, -3), report(3, 3), report(2, 3)


@pytest.mark.parametrize(
    ("steps", "author", "source", "positive"),
    [
        ([], 3, None, True),
        ([NOT], -3, None, False),
        ([hedge(1)], 1, None, True),
        ([NOT, hedge(1)], -1, None, False),
        ([hedge(2), hedge(1)], 1, None, True),  # the weakest cap wins, caps do not add up
        ([hedge(-2)], -2, None, False),  # unlikely
        ([NOT, hedge(-2)], 2, None, True),  # "it is unlikely that it will not"
        ([FAIL], -3, None, False),
        ([NOT, FAIL], 3, None, True),  # "failed not to"
        ([hedge(0)], 0, None, True),  # whether
        ([NOT, hedge(0)], 0, None, False),  # an open question about a negative clause
        ([SAID], 0, 3, True),
        ([NOT, SAID], 0, -3, False),
        ([DENIED], 0, -3, False),
        ([NOT, DENIED], 0, 3, True),  # denied that it had not
        ([hedge(1), SAID], 0, 1, True),
        ([hedge(1), CONFIRMED], 1, 1, True),
        ([FOUND], 2, 3, True),
        ([hedge(0), FOUND], 0, 0, True),
        ([report(0, 2, outermost=False, own=True), SAID], 0, 2, True),  # "I think …," she said
        ([report(0, 3, outermost=False), SAID], 0, 0, True),  # according to Reuters, the minister said
        ([report(3, 3, outermost=False), SAID], 0, 3, True),  # Reuters said the minister admitted
    ],
)
def test_steps_compose(steps: list[Step], author: float, source: float | None, positive: bool) -> None:
    verdict = compose(steps)
    assert (verdict.author, verdict.source, verdict.positive) == (author, source, positive)
    assert len(verdict.reasons) == len(steps) + 1


@pytest.mark.parametrize(
    ("steps", "learned", "author"),
    [
        ([], 2.6, 3),  # readers are seldom surer than that
        ([], 1.6, 3),
        ([], 0.3, 0),  # "ministers must resign"
        ([], -2.7, 0),  # it lowers, and turns no sign
        ([hedge(1)], -2.7, 1),  # a rule has spoken
        ([SAID], -2.7, 0),
    ],
)
def test_the_learned_score_speaks_where_no_step_does(
    steps: list[Step], learned: float, author: float
) -> None:
    assert compose(steps, learned).author == author


def test_reasons_name_the_cue_the_cap_and_the_source() -> None:
    steps = [
        Step("hedge", "may", 12, 1, 1, "epistemic"),
        Step("report", "said", 3, 0, 3, "speech", outermost=True),
    ]
    start, may, said = compose(steps).reasons
    assert start == "+3  stated outright"
    assert may == '+1  "may" (epistemic) leaves 1 at most'
    assert said == ' 0  "said" (speech): +1 for the source, the author only reports it'


def test_readers_believe_what_is_reported() -> None:
    assert readers_view([SAID], 2.5) > 2
    assert readers_view([DENIED], -1.0) < 0


STEPS = st.builds(
    Step,
    effect=st.sampled_from(["hedge", "negation", "predicate", "report"]),
    words=st.just("word"),
    start=st.integers(0, 99),
    author=st.sampled_from([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]),
    source=st.sampled_from([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]),
    own=st.booleans(),
    outermost=st.booleans(),
)


@given(st.lists(STEPS, max_size=8), st.none() | st.floats(-3, 3))
def test_scores_stay_on_the_grid_and_never_rise(steps: list[Step], learned: float | None) -> None:
    verdict = compose(steps, learned)
    grid = {-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0}
    assert verdict.author in grid and (verdict.source is None or verdict.source in grid)
    further = compose([*steps, hedge(1)], learned)
    assert abs(further.author) <= max(abs(verdict.author), 1)
    assert (verdict.source is None) == (not any(s.effect == "report" and s.outermost for s in steps))
