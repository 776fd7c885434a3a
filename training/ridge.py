"""Ridge regression in closed form, for heads that are fitted to the vectors of a finished reader."""

from __future__ import annotations

import numpy as np


def ridge(vectors: np.ndarray, wanted: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    """Weights [D] and bias that tell `wanted` [K] from `vectors` [K, D] as they are.

    `strength`: of the penalty, in standard deviations of the features, by the number of rows.
    """
    mean, deviation = vectors.mean(0), vectors.std(0) + 1e-6
    x, y = (vectors - mean) / deviation, wanted - wanted.mean()
    weight = np.linalg.solve(x.T @ x + strength * len(x) * np.eye(x.shape[1]), x.T @ y) / deviation
    return weight, float(wanted.mean() - mean @ weight)
