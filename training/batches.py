"""Windows with their targets -> arrays of one micro-batch, made beside the training by worker processes.

All that needs Python loops happens here, so that a GPU is not kept waiting; `training.losses` has tensors only.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from pipeline.reader import labels, windows
from training.examples import IGNORE, load
from training.model import FORBIDDEN
from training.targets import Sampler

Batch = dict[str, Tensor]  # the arrays of `arrays` on the device of the training

CLASSES = ("upos", "xpos", "hedge", "sentence", "metonymy", "entity", "head", "relation")
JUDGEMENTS = ("factuality", "news")


NOTHING = np.zeros(0, dtype=np.int64)
NOWHERE = np.zeros((0, 2), dtype=np.int64)
UNJUDGED = np.zeros(0, dtype=np.float32)


def arrays(items: list[tuple[windows.Encoded, dict[str, Any]]]) -> dict[str, np.ndarray]:
    """The fields of windows.Batch, and for each layer that any of the windows carries its arrays.

    Classes [B, N], IGNORE where nothing is known; `closed` [B, tags], what an O says nothing about; `bounds` [B, N, 2];
    `piece.rows` [K], the windows with pieces, `piece` [K, N]; judgements [B, N] and `checkworthiness` [B], NaN where
    there are none; for each pair head that chooses, `NAME.at` [K, 2] (window and word), `NAME.right` and
    `NAME.allowed` [K, 1 + N] (columns); `taught.NAME` [B, N, ...], what finished readers say (training.scoring). With
    each layer comes `NAME.weight`: the root of the part of the windows that carry it, so that what is rare is learned,
    and what is very rare does not lead. A layer without any label is left out.
    """
    batch = windows.collate([e for e, _ in items])
    targets = [t for _, t in items]
    n = batch.first.shape[1]
    layers = _classes(targets, n) | _pieces(targets, n) | _judgements(targets, n)
    for name in ("cue", "source", "antecedent"):
        chosen = [t["choices"].get(name, []) for t in targets]
        if any(chosen):
            layers |= {f"{name}.{k}": v for k, v in _choices(chosen, 1 + n).items()}
    taught = {
        f"taught.{name}": padded([t["taught"][name] for t in targets], 0, n)
        for name in targets[0].get("taught", ())
    }
    return layers | _weights(targets, layers) | taught | dict(zip(windows.Batch._fields, batch))


def _classes(targets: list[dict[str, Any]], n: int) -> dict[str, np.ndarray]:
    found = {
        name: padded([t.get(name, NOTHING) for t in targets], IGNORE, n).astype(np.int64) for name in CLASSES
    }
    unknown = (found["head"] == IGNORE) | (found["relation"] == IGNORE)
    found["head"][unknown] = found["relation"][unknown] = IGNORE
    out = {k: v for k, v in found.items() if (v != IGNORE).any()}
    if "head" in out:
        out["bounds"] = padded([t.get("bounds", NOWHERE) for t in targets], 0, n)
    if "entity" in out:
        out["closed"] = np.stack([_closed(t.get("open", [])) for t in targets])
    return out


def _pieces(targets: list[dict[str, Any]], n: int) -> dict[str, np.ndarray]:
    rows = [row for row, t in enumerate(targets) if "piece" in t]
    if not rows:
        return {}
    tags = padded([targets[row]["piece"] for row in rows], 0, n).astype(np.int64)
    return {"piece.rows": np.array(rows, dtype=np.int64), "piece": tags}


def _judgements(targets: list[dict[str, Any]], n: int) -> dict[str, np.ndarray]:
    found = {name: padded([t.get(name, UNJUDGED) for t in targets], np.nan, n) for name in JUDGEMENTS}
    worth = [float(t.get("checkworthiness", np.nan)) for t in targets]
    found["checkworthiness"] = np.array(worth, dtype=np.float32)
    # some documents of a treebank have no annotated predicate
    return {k: v for k, v in found.items() if np.isfinite(v).any()}


def _weights(targets: list[dict[str, Any]], found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    names = {k.partition(".")[0] for k in found} - {"bounds", "closed"}
    out = {}
    for name in names:
        carrying = sum(name in t or name in t["choices"] for t in targets)
        out[f"{name}.weight"] = np.array((carrying / len(targets)) ** 0.5, dtype=np.float32)
    return out


def padded(rows: list[np.ndarray], fill: float, n: int) -> np.ndarray:
    """Arrays over words, of different length, as one [B, n, ...]."""
    longest = max(rows, key=len)
    out = np.full((len(rows), n, *longest.shape[1:]), fill, dtype=longest.dtype)
    for to, row in zip(out, rows):
        to[: len(row)] = row
    return out


def _closed(open_tags: list[str]) -> np.ndarray:
    tags = labels.WORD_HEADS["entity"]
    closed = np.zeros(len(tags), dtype=np.float32)
    closed[[tags.index(t) for t in open_tags]] = FORBIDDEN
    return closed


def _choices(
    chosen: list[list[tuple[int, list[int], list[int] | None]]], width: int
) -> dict[str, np.ndarray]:
    at = [(b, word) for b, choices in enumerate(chosen) for word, _, _ in choices]
    right = np.zeros((len(at), width), dtype=bool)
    allowed = np.ones((len(at), width), dtype=bool)
    for k, (_, good, among) in enumerate(c for choices in chosen for c in choices):
        right[k, good] = True
        if among is not None:
            allowed[k] = False
            allowed[k, among] = True
        allowed[k, good] = True
    return {"at": np.array(at, dtype=np.int64), "right": right, "allowed": allowed}


class Mixture(IterableDataset[dict[str, np.ndarray]]):
    """Endless micro-batches of the sets by their shares; every worker draws for itself.

    A micro-batch holds windows of like length, of `mixed` draws. Arrays, not tensors: they come through a pipe and need
    no shared memory, of which some machines have little.
    """

    def __init__(self, folder: Path, config: dict[str, Any], seed: int) -> None:
        self.config, self.seed = config, seed
        self.share = {name: share for name, share in config["share"].items() if share > 0}
        self.examples = {name: load(folder, name) for name in self.share}

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        worker = get_worker_info()
        seed = self.seed * 100 + (worker.id if worker else 0)
        pieces, window = self.config["pieces"], self.config.get("window", 256)
        sets = {
            name: Sampler(examples, pieces // self.config.get("mixed", 1), seed * 1000 + k, window)
            for k, (name, examples) in enumerate(self.examples.items())
        }
        rng = random.Random(seed * 7919)
        names, weights = list(self.share), list(self.share.values())
        waiting: dict[int, list] = defaultdict(list)
        while True:
            drawn = sets[rng.choices(names, weights)[0]].next()
            like = waiting[max(len(e.ids) for e, _ in drawn).bit_length()]
            if like and (self.config.get("mixed", 1) == 1 or size(like + drawn) > pieces):
                yield arrays(like)
                like.clear()
            like += drawn


def size(items: list[tuple[windows.Encoded, dict[str, Any]]]) -> int:
    """Pieces of a micro-batch, padding included."""
    return len(items) * max(len(e.ids) for e, _ in items)


def stream(mixture: Mixture, device: torch.device, workers: int) -> Iterator[Batch]:
    """Micro-batches on a device, made by so many processes beside (0: by this one)."""
    loader: DataLoader[dict[str, np.ndarray]] = DataLoader(
        mixture,
        batch_size=None,
        collate_fn=_as_it_is,
        num_workers=workers,
        prefetch_factor=6 if workers else None,
    )
    for found in loader:
        yield {k: torch.from_numpy(v).to(device, non_blocking=True) for k, v in found.items()}


def _as_it_is(found: Any) -> Any:
    return found


def inputs(batch: Batch, hidden: float = 0.0) -> list[Tensor]:
    """A micro-batch as the reader takes it, with the share `hidden` of its wordpieces masked."""
    out = [batch[k] for k in windows.Batch._fields]
    if hidden:
        # The sets are seen many times over; a text with holes is never quite the same, and its tree and its quotes
        # must be told from what stands around them.
        ids = out[0]
        holes = (torch.rand(ids.shape, device=ids.device) < hidden) & (ids > windows.MASK)
        out[0] = torch.where(holes, windows.MASK, ids)
    return out
