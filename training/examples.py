"""What training learns from: documents with layers of labels, kept as one pickle a set."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
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


def path_of(folder: Path, name: str) -> Path:
    """Where a set of a folder lies."""
    return folder / f"{name}.pickle"


def load(folder: Path, name: str) -> list[Example]:
    """The examples of a set. Raises FileNotFoundError where it was not prepared."""
    path = path_of(folder, name)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such prepared set; run python -m training.prepare first")
    with path.open("rb") as file:
        return pickle.load(file)


def keep(examples: Sequence[Example], folder: Path, name: str) -> None:
    """Write a set, whole or not at all: one that lies there is taken for finished."""
    path = path_of(folder, name)
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        pickle.dump(list(examples), file, protocol=pickle.HIGHEST_PROTOCOL)
    partial.replace(path)
