"""How sure a claim leaves us: the steps from a claim's head up to the sentence, composed into two scores.

Scores are FactBank's grid as a number, polarity times certainty: certain 3, probable 2, possible 1, open 0, and the
same below zero for what is not so. A claim starts at 3; each step on the way up caps it or turns its sign:

* a hedge or a hedging predicate caps it (may 1, likely 2, unlikely -2, whether 0); the weakest cap wins, caps do not
  add up;
* a negation turns the sign;
* an implicative sets it (fail to: -3) and a factive keeps it (know, also under negation);
* a verb of saying parts the views: its source holds on to the score, the author only reports (0), unless the verb
  commits the author too (confirm 3, find 2).

The learned score (`token._.factuality`) speaks only where no step does: it lowers a plain assertion that readers
would not take as one ("ministers must resign").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

CERTAIN = 3.0
GRID = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
DOUBTED = 1.5
"""A learned score below this makes a plain assertion less than one; plain ones of news have 2.8 on average, with a
standard deviation of .4."""

Effect = Literal["hedge", "negation", "predicate", "report"]


class Step(NamedTuple):
    """One thing that bears on a claim, from the claim's head outward.

    `author` is what the step leaves of a certain claim in the author's eyes, `source` what it leaves in the eyes of
    whom it reports (the same number where it is no report). A report is `own` where the claimant speaks of itself
    ("I think" in a quotation), `outermost` where its source is the claimant.
    """

    effect: Effect
    words: str
    start: int  # character offset of the words
    author: float
    source: float
    note: str = ""
    own: bool = False
    outermost: bool = False


class Verdict(NamedTuple):
    """Both scores, the polarity of the claimant's one, and why, a line a step."""

    author: float
    source: float | None  # None where the author is the claimant
    positive: bool
    reasons: tuple[str, ...]


class _Value(NamedTuple):
    """A score whose sign outlives a strength of 0: an open question about a negative clause stays negative."""

    sign: int
    strength: float

    def under(self, signature: float) -> _Value:
        """What is left of a score under a cap or a predicate with this signature."""
        sign = -self.sign if signature < 0 else self.sign
        return _Value(sign, min(self.strength, abs(signature)))

    @property
    def score(self) -> float:
        return self.sign * self.strength if self.strength else 0.0


def compose(steps: Sequence[Step], learned: float | None = None) -> Verdict:
    """The scores of a claim from its steps, innermost first; `learned` is its head's `token._.factuality`."""
    value = _Value(1, CERTAIN)
    source: _Value | None = None
    reasons = [_line(value, "stated outright")]
    for step in steps:
        if step.effect == "report" and step.outermost and source is None:
            source = value.under(step.source)
            value = value.under(step.author)
            reasons.append(_line(value, _reported(step, source, value)))
        else:
            value = value.under(step.source if step.own else step.author)
            reasons.append(_line(value, _reason(step)))
    if not steps and learned is not None and learned < DOUBTED:
        value = _on_grid(max(0.0, learned))  # a negation is always a word, so that it lowers and never turns
        reasons.append(
            _line(value, f"no word says so, but readers would doubt it (learned score {learned:.1f})")
        )
    claimant = value if source is None else source
    return Verdict(value.score, None if source is None else source.score, claimant.sign > 0, tuple(reasons))


LEARNED_WEIGHT = 0.8
"""Share of the learned score in the readers' view. On UW's training part r is flat from .8 on with a half-trained
reader; the finished one has learned that part by heart, which would speak for the learned score alone."""


def readers_view(steps: Sequence[Step], learned: float) -> float:
    """What readers take to be so, in [-3, 3]: reported speech counts as its source has it, and the learned score leads.

    For comparison with data annotated by readers (UW, UDS), who barely discount what is reported.
    """
    believed = compose([step._replace(author=step.source) for step in steps]).author
    return LEARNED_WEIGHT * learned + (1 - LEARNED_WEIGHT) * believed


def _line(value: _Value, why: str) -> str:
    """The author's score after a step, and the step."""
    return f"{_shown(value.score):>2}  {why}"


def _reason(step: Step) -> str:
    words = f'"{step.words}"{_in_brackets(step.note)}'
    if step.effect == "negation":
        return f"{words} turns it round"
    score = step.source if step.own else step.author
    if score == CERTAIN:
        return f"{words} leaves it as it is"
    turned = "turns it round and " if score < 0 else ""
    return f"{words} {turned}leaves {_shown(abs(score))} at most".replace("leaves +", "leaves ")


def _reported(step: Step, source: _Value, author: _Value) -> str:
    commits = "the author only reports it" if step.author == 0 else "the author goes along"
    return f'"{step.words}"{_in_brackets(step.note)}: {_shown(source.score)} for the source, {commits}'


def _in_brackets(note: str) -> str:
    return f" ({note})" if note else ""


def _shown(score: float) -> str:
    return f"{score:+.0f}" if score else "0"


def _on_grid(score: float) -> _Value:
    nearest = min(GRID, key=lambda point: abs(point - score))
    return _Value(-1 if nearest < 0 else 1, abs(nearest))


def weakest(steps: Iterable[Step]) -> float:
    """The lowest certainty among the steps, 3 without any: how far they lower a claim."""
    return min((abs(step.author) for step in steps), default=CERTAIN)
