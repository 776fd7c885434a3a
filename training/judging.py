"""Fills in how two finished readers judge the factuality of texts that nobody has annotated for it.

    python -m training.judging --data build/data --out build/judged --web build/open/checkpoint.pt \\
        --news build/third/checkpoint.pt

Of a set without the layer `factuality` or `news`, every example gets it for its verbs and adjectives: as they look to
the reader that was trained without the news sets (`--web`), and to the judge that was fitted to the news sets alone, on
middle layers of another (`--news`, behind `training.fit_factuality`). Annotated judgements are few, and a reader soon
has them by heart; these are many, and right as often as their judges are on texts that they have not seen.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipeline.reader import windows
from training import targets, train
from training.examples import Example, keep, load, path_of
from training.losses import COLUMNS
from training.model import Reader
from training.objectives import JUDGED

PIECES = 256
BATCH = 8  # windows
Judge = Callable[[list[Tensor]], Tensor]  # a batch as the reader takes it -> [B, N] in -3 to 3


def of_web(checkpoint: Path) -> Judge:
    """The factuality of the word heads."""
    reader = Reader.trained(torch.load(checkpoint, weights_only=False, map_location="cpu"))

    def judge(batch: list[Tensor]) -> Tensor:
        return 3.0 * torch.tanh(reader(*batch).words[..., COLUMNS["factuality"]][..., 0].float())

    return judge


def of_news(checkpoint: Path) -> Judge:
    """The judge that was fitted to middle layers, of the words that the reader takes for verbs and adjectives."""
    saved = torch.load(checkpoint, weights_only=False, map_location="cpu")
    reader, early = Reader.trained(saved), saved["early"]

    def judge(batch: list[Tensor]) -> Tensor:
        states = [reader.pool(x, batch[0], batch[4]) for x in reader.encoder.states(*batch[:4])]
        middle = torch.cat([states[layer - 1] for layer in early["layers"]], dim=2).float()
        said = (middle @ early["weight"][0] + early["bias"]).clamp(-3.0, 3.0)
        tags = reader.words(states[-1])[..., COLUMNS["upos"]].argmax(2)
        return said.masked_fill(~torch.isin(tags, torch.tensor(JUDGED)), torch.nan)

    return judge


def fill(examples: Sequence[Example], web: Judge, news: Judge) -> None:
    """Give the examples the layers of judgements that their set lacks."""
    lacking = [n for n in ("factuality", "news") if not any(n in e.layers for e in examples)]
    for example in examples:
        for name in lacking:
            example.layers[name] = np.full(len(example.words), np.nan, dtype=np.float32)
    for group in targets.by_length(examples, PIECES, BATCH):
        batch = train.tensors(windows.collate([encoded for *_, encoded in group]))
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            by_news = news(batch).float()
            said = {"news": by_news}
            if "factuality" in lacking:
                said["factuality"] = web(batch).float().masked_fill(by_news.isnan(), torch.nan)
        for name in lacking:
            for row, (k, (lo, hi), _) in enumerate(group):
                examples[k].layers[name][lo:hi] = said[name][row, : hi - lo].numpy()


def write(data: Path, out: Path, web: Path, news: Path, wanted: set[str]) -> None:
    """Fill in the wanted sets of `data`, one pickle each; a set that lies in `out` already is kept."""
    out.mkdir(parents=True, exist_ok=True)
    of = of_web(web), of_news(news)
    for name in sorted(wanted):
        if path_of(out, name).exists():
            continue
        examples = load(data, name)
        fill(examples, *of)
        keep(examples, out, name)
        print(f"{name:18} {len(examples):6} examples", flush=True)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("build/data"), help="prepared by training.prepare")
    ap.add_argument("--out", type=Path, default=Path("build/judged"))
    ap.add_argument("--web", type=Path, required=True)
    ap.add_argument("--news", type=Path, required=True)
    ap.add_argument("--only", nargs="*", help="names of sets; all by default")
    args = ap.parse_args()
    write(
        args.data,
        args.out,
        args.web,
        args.news,
        set(args.only or (p.stem for p in args.data.glob("*.pickle"))),
    )


if __name__ == "__main__":
    main()
