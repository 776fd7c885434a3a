"""How much a claim is worth checking: the reader's score, calibrated (`training.checkworthiness` has how)."""

from __future__ import annotations

import math
from functools import cache

from pipeline.lexicon import read_lexicon

LEAST = 1e-6


def calibrate(score: float) -> float:
    """The share of debate sentences with the reader's score (0 to 1) that a fact-checker would want checked."""
    slope, intercept = _weights()
    score = min(max(score, LEAST), 1 - LEAST)
    return 1 / (1 + math.exp(-(slope * math.log(score / (1 - score)) + intercept)))


@cache
def _weights() -> tuple[float, float]:
    weights = {row["term"]: float(row["weight"]) for row in read_lexicon("checkworthiness")}
    return weights["slope"], weights["intercept"]
