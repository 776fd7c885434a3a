"""The shipped network: an ONNX graph run by onnxruntime on one thread, a window at a time.

A window is run by itself, never beside others: int8 activations take their scale from all that stands in a batch, so
that a batch would let an article's neighbours change its rows. There is no padding either, and nothing is lost in
speed, since a window of 256 pieces fills the matrix products of one core.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, RuntimeException
from tokenizers import Tokenizer

from pipeline.reader import labels, windows

GRAPH, RELATIONS, TOKENIZER = "reader.onnx", "relations.onnx", "tokenizer.json"
DECODING, CONFIG = "decoding.npz", "config.json"
FILES = (GRAPH, RELATIONS, TOKENIZER, DECODING, CONFIG)

# onnxruntime's sum and layer norm in one take five times as long as the two by themselves.
SLOW_FUSIONS = ["SkipLayerNormFusion"]


class Scores(NamedTuple):
    """Scores of one window of N words: words [N, C] (labels.columns), pairs {head: [N, 1 + N]}, dependent [N, R],
    governor [1 + N, R] (row 0 the root)."""

    words: np.ndarray
    pairs: dict[str, np.ndarray]
    dependent: np.ndarray
    governor: np.ndarray


class Network:
    """The loaded graph with its tokenizer and decoding tables."""

    def __init__(self, files: dict[str, bytes]) -> None:
        """`files`: the contents of the model folder by file name (FILES)."""
        self.files = files
        self.session, self.relation_session = _session(files[GRAPH]), _session(files[RELATIONS])
        self.tokenizer = Tokenizer.from_str(files[TOKENIZER].decode("utf-8"))
        self.tables = _tables(files[DECODING])
        self.config: dict[str, Any] = json.loads(files[CONFIG])

    def run(self, window: windows.Encoded) -> Scores:
        """One pass over one window."""
        feed = {"ids": window.ids, "shapes": window.shapes, "quotes": window.quotes, "first": window.first}
        words, *pairs, dependent, governor = _run(self.session, feed)
        return Scores(words, dict(zip(labels.PAIR_HEADS, pairs)), dependent, governor)

    def relations(self, scores: Scores, governors: np.ndarray) -> np.ndarray:
        """Scores [N, relations] of each word under its governor (0 the root, 1 + word)."""
        # A graph, not numpy: numpy's matrix product would start threads of its own beside those of other processes.
        feed = {"dependent": scores.dependent, "governor": scores.governor, "choice": governors}
        (out,) = _run(self.relation_session, feed)
        return out


def _run(session: onnxruntime.InferenceSession, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The graph's outputs. RuntimeError where it cannot be run (no memory left), so that it costs one article only."""
    try:
        return session.run(None, feed)
    except (Fail, InvalidArgument, RuntimeException) as error:
        raise RuntimeError(f"the reader's network failed: {error}") from error


def _session(graph: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
    )


def read_files(folder: Path) -> dict[str, bytes]:
    """The files of a model folder. Raises FileNotFoundError where one is missing."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise FileNotFoundError(
            f"{folder}: no {', '.join(missing)}; install hearsay again, or run make train"
        )
    return {name: (folder / name).read_bytes() for name in FILES}


def _tables(data: bytes) -> dict[str, np.ndarray]:
    from io import BytesIO

    with np.load(BytesIO(data)) as tables:
        return {name: tables[name] for name in tables.files}
