"""Writes down what finished readers say of every word of the prepared sets, for the next reader to learn from.

    python -m training.scoring --data build/data --out build/scored --checkpoint build/teacher/checkpoint.pt

Every example gets a layer `taught`: `words` [N, columns of the word heads] and `news` [N], scores; `relation`
[N, relations], scores under the likeliest head; and for each pair head `NAME.at` [N, LIKELY], the words that are
likeliest to be chosen (-1 for none, or the root), and `NAME.p`, how likely, together 1. Of several readers it is the
mean of those that are asked about a head on this set; where none is, the first one answers. Half precision: 3.6 million
words take 1.5 GB.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from pipeline.reader import labels, windows
from training import train
from training.examples import Example, keep, load, path_of
from training.losses import COLUMNS, at_heads
from training.model import FORBIDDEN, Reader, Scores
from training.targets import by_length

PIECES = 256
LIKELY = 4


class Teacher(NamedTuple):
    """A finished reader, the heads that it is asked about (None: all), and sets on which it is not."""

    reader: Reader
    heads: frozenset[str] | None = None
    unasked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, checkpoint: Path, config: Mapping[str, Any] = MappingProxyType({})) -> Self:
        """The reader of a pass; the `config` of the next one tells by the pass's name what it is `asked`."""
        name = checkpoint.parent.name
        heads = config.get("asked", {}).get(name)
        return cls(
            Reader.trained(torch.load(checkpoint, weights_only=False, map_location="cpu")),
            None if heads is None else frozenset(heads),
            frozenset(config.get("unasked", {}).get(name, ())),
        )

    def teaches(self, head: str) -> bool:
        return self.heads is None or head in self.heads


def score(examples: Sequence[Example], teachers: Sequence[Teacher], device: torch.device, size: int) -> None:
    """Give the examples the layer `taught`; `size` windows at a time."""
    for example in examples:
        example.layers["taught"] = {}
    for group in by_length(examples, PIECES, size):
        batch = [t.to(device) for t in train.tensors(windows.collate([encoded for *_, encoded in group]))]
        with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16):
            found = {k: v.cpu().numpy() for k, v in said(teachers, batch).items()}
        for row, (k, (lo, hi), _) in enumerate(group):
            taught = examples[k].layers["taught"]
            for name, values in found.items():
                _put(taught, name, values[row, : hi - lo], lo, len(examples[k].words))


def _put(taught: dict[str, np.ndarray], name: str, values: np.ndarray, lo: int, words: int) -> None:
    if name not in taught:
        taught[name] = np.zeros((words, *values.shape[1:]), dtype=values.dtype)
    if name.endswith(".at"):
        values = np.where(values > 0, values - 1 + lo, -1)
    taught[name][lo : lo + len(values)] = values


def said(teachers: Sequence[Teacher], batch: list[Tensor]) -> dict[str, Tensor]:
    """The layer `taught` of some windows; what is chosen as columns of the pair scores."""
    each = [(teacher, teacher.reader(*batch)) for teacher in teachers]

    def asked(head: str) -> list[tuple[Teacher, Scores]]:
        return [(teacher, scores) for teacher, scores in each if teacher.teaches(head)] or each[:1]

    # the heads' columns follow each other
    words = torch.cat(
        [_mean([s.words[..., at] for _, s in asked(head)]) for head, at in COLUMNS.items()], dim=-1
    )
    out = {"words": words.half()}
    news = [s.news for _, s in asked("news")]
    if all(judged is not None for judged in news):
        out["news"] = _mean([judged for judged in news if judged is not None]).half()
    pairs = {name: _mean([s.pairs[name] for _, s in asked(name)]) for name in labels.PAIR_HEADS}
    # A head is chosen within the sentence; scores outside it were never trained.
    number = (words[..., COLUMNS["sentence"]][..., 0] > 0).cumsum(1)
    inside = F.pad(number[:, :, None] == number[:, None, :], (1, 0), value=True)
    pairs["head"] = pairs["head"].masked_fill(~inside, FORBIDDEN)
    for name, scores in pairs.items():
        p, at = scores.softmax(-1).topk(min(LIKELY, scores.shape[2]), dim=2)
        out[f"{name}.at"] = F.pad(at, (0, LIKELY - at.shape[2])).int()
        out[f"{name}.p"] = F.pad(p / p.sum(-1, keepdim=True), (0, LIKELY - p.shape[2])).half()
    head = out["head.at"][..., 0].long()
    named = [_relations(teacher.reader, scores, head) for teacher, scores in asked("relation")]
    return out | {"relation": _mean(named).half()}


def _mean(scores: Sequence[Tensor]) -> Tensor:
    return torch.stack([s.float() for s in scores]).mean(0)


def _relations(reader: Reader, scores: Scores, head: Tensor) -> Tensor:
    return reader.relations(scores.dependent.float(), at_heads(scores.governor, head).float())


def write(data: Path, out: Path, teachers: Sequence[Teacher], wanted: set[str], size: int = 8) -> None:
    """Score the wanted sets of `data`, one pickle each; a set that lies in `out` already is kept."""
    out.mkdir(parents=True, exist_ok=True)
    device = train.default_device()
    for teacher in teachers:
        teacher.reader.to(device)
    for name in sorted(wanted):
        if path_of(out, name).exists():
            continue
        examples = load(data, name)
        score(examples, [t for t in teachers if name not in t.unasked], device, size)
        keep(examples, out, name)
        print(f"{name:18} {len(examples):6} examples", flush=True)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("build/data"), help="prepared by training.prepare")
    ap.add_argument("--out", type=Path, default=Path("build/scored"))
    ap.add_argument("--checkpoint", type=Path, nargs="+", required=True)
    ap.add_argument("--only", nargs="*", help="names of sets; all by default")
    ap.add_argument("--size", type=int, default=8, help="windows at a time; more for a GPU")
    args = ap.parse_args()
    names = set(args.only or (p.stem for p in args.data.glob("*.pickle")))
    write(args.data, args.out, [Teacher.of(c) for c in args.checkpoint], names, args.size)


if __name__ == "__main__":
    main()
