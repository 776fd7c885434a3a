"""What training learns from: documents with layers of labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.reader import windows

IGNORE = -100  # the label of a word that says nothing


@dataclass
class Example:
    """One document: its words with their input features, and the layers of labels it has."""

    words: list[str]
    paragraph: np.ndarray
    shapes: np.ndarray
    quotes: np.ndarray
    pieces: windows.Pieces
    layers: dict[str, Any] = field(default_factory=dict)
