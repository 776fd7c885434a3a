"""Trains the reader.

    python -m training.train --config training/configs/reader.toml --data build/data --out build/run

Resumes from OUT/checkpoint.pt where there is one; a run that has ended keeps its mean weights alone. Each step takes
micro-batches of several sets and adds up their gradients. The learning rates rise for `warmup` steps, then fall in a
straight line to zero at `steps`. With --seconds it is at the end of that time, and there alone the run is saved.
Runs on a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from pipeline.reader import windows
from training import pretrained
from training.batches import Batch, Mixture, stream
from training.losses import WEIGHT
from training.model import Reader
from training.objectives import Objective, gold, taught

SAVE_EVERY, SHOW_EVERY = 200, 50  # steps


def default_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def tensors(batch: windows.Batch) -> list[torch.Tensor]:
    return [torch.from_numpy(a) for a in batch]


# Parts of the encoder that are not pretrained; they learn at the rate of the heads.
NEW = ("encoder.shapes.", "encoder.quotes.")


def optimizer(model: Reader, config: dict[str, Any]) -> torch.optim.AdamW:
    """AdamW in four groups: pretrained or new, with weight decay or (biases, norms, single vectors) without."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = defaultdict(list)
    for name, p in model.named_parameters():
        if p.requires_grad:
            groups[name.startswith("encoder.") and not name.startswith(NEW), p.ndim > 1].append(p)
    rate = {True: config["encoder_rate"], False: config["head_rate"]}
    return torch.optim.AdamW(
        [
            {
                "params": ps,
                "lr": rate[old],
                "peak": rate[old],
                "weight_decay": config["weight_decay"] * decays,
            }
            for (old, decays), ps in groups.items()
        ],
        fused=True,
    )


def freeze(model: Reader, config: dict[str, Any]) -> None:
    """Leave the config's `frozen` parameters, named by how they begin, as they are."""
    for name, p in model.named_parameters():
        p.requires_grad_(not name.startswith(tuple(config.get("frozen", ()))))


def initial(config: dict[str, Any], start: Path | None, kind: type[Reader] = Reader) -> Reader:
    """A reader on the pretrained encoder, or on the mean weights of a run that has ended (a second pass)."""
    model = kind.of(config)
    freeze(model, config)
    if start is None:
        model.encoder.load_pretrained(pretrained.weights(config.get("encoder", "minilm")))
        return model
    missing, unknown = model.load_state_dict(torch.load(start, weights_only=False)["mean"], strict=False)
    # a later pass can add a second judge; genres are fitted behind the last
    missing = [name for name in missing if not name.startswith("news.")]
    unknown = [name for name in unknown if not name.startswith("genre.")]
    if missing or unknown:
        raise ValueError(f"{start}: weights of another reader; it lacks {missing}, has besides {unknown}")
    return model


class Run:
    """A training run: the reader, its optimiser, the moving average of its weights, and how far it has come."""

    def __init__(self, model: Reader, config: dict[str, Any], out: Path) -> None:
        self.model, self.config, self.checkpoint = model, config, out / "checkpoint.pt"
        self.optimizer = optimizer(model, config)
        self.mean = {k: v.detach().clone() for k, v in model.state_dict().items()}
        self.step, self.ended = 0, False
        if self.checkpoint.exists():
            self._resume(torch.load(self.checkpoint, weights_only=False))

    def _resume(self, saved: dict[str, Any]) -> None:
        self.step, self.ended = saved["step"], "optimizer" not in saved
        if not self.ended:
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            for k, v in saved["mean"].items():
                self.mean[k].copy_(v)
        print(f"{'ended' if self.ended else 'resumed'} at step {self.step}", flush=True)

    def set_rates(self, progress: float) -> None:
        """The rates of this step; `progress`, from 0 to 1: how much of the run is done."""
        factor = min((self.step + 1) / self.config["warmup"], 1.0 - progress)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor

    def learn(self, batches: Iterator[Batch], objective: Objective) -> dict[str, torch.Tensor]:
        """One step. Returns the losses, each in the mean of the micro-batches that have it."""
        found = defaultdict(list)
        for _ in range(self.config["micro_batches"]):
            losses = objective(self.model, next(batches), self.config)
            if losses:
                torch.stack([WEIGHT.get(k, 1.0) * v for k, v in losses.items()]).sum().backward()
            for k, v in losses.items():
                found[k].append(v.detach())
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config["clip"])
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        decay = min(self.config["average"], (self.step + 1) / (self.step + 10))
        get_ema_multi_avg_fn(decay)(list(self.mean.values()), list(self.model.state_dict().values()), None)
        self.step += 1
        return {k: torch.stack(v).mean() for k, v in found.items()}

    def save(self, ended: bool) -> None:
        kept: dict[str, Any] = {"mean": self.mean, "step": self.step, "config": self.config}
        if not ended:
            kept |= {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        partial = self.checkpoint.with_suffix(".part")
        torch.save(kept, partial)
        partial.replace(self.checkpoint)
        about = json.dumps({**self.config, "step": self.step}, indent=1)
        (self.checkpoint.parent / "config.json").write_text(about + "\n", encoding="utf-8")


def train(
    config: dict[str, Any],
    data: Path,
    out: Path,
    start: Path | None = None,
    objective: Objective = gold,
    kind: type[Reader] = Reader,
    seconds: float | None = None,
    stop_after: int | None = None,
    workers: int = 0,
) -> None:
    """Train on the sets of `data`; `objective` gives the losses of a micro-batch, `kind` is what is trained."""
    torch.manual_seed(config["seed"])
    out.mkdir(parents=True, exist_ok=True)
    device = default_device()
    run = Run(initial(config, start, kind).to(device).train(), config, out)
    if run.ended:
        return
    # A run that is resumed draws on in another order, instead of seeing the first examples again.
    batches = stream(Mixture(data, config, config["seed"] + run.step), device, workers)
    began, first = time.monotonic(), run.step
    shown: list[dict[str, torch.Tensor]] = []
    while True:
        passed = time.monotonic() - began
        progress = passed / seconds if seconds else run.step / config["steps"]
        if progress >= 1.0:
            break
        run.set_rates(progress)
        shown.append(run.learn(batches, objective))
        if run.step % SHOW_EVERY == 0:
            rate = (run.step - first) / (time.monotonic() - began)
            print(f"step {run.step} {rate:.2f} steps/s | {_summary(shown)}", flush=True)
            shown.clear()
        if run.step % SAVE_EVERY == 0 and not seconds:
            run.save(ended=False)
        if stop_after is not None and run.step - first >= stop_after:
            return
    run.save(ended=True)


def _summary(shown: list[dict[str, torch.Tensor]]) -> str:
    by_name = defaultdict(list)
    for losses in shown:
        for name, value in losses.items():
            by_name[name].append(value)
    return " ".join(f"{name} {torch.stack(v).mean().item():.3f}" for name, v in sorted(by_name.items()))


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--config", type=Path, default=Path("training/configs/reader.toml"))
    ap.add_argument("--data", type=Path, default=Path("build/data"))
    ap.add_argument("--out", type=Path, default=Path("build/run"))
    ap.add_argument("--steps", type=int, help="instead of the config's")
    ap.add_argument("--seconds", type=float, help="how long to train, instead of a number of steps")
    ap.add_argument("--stop-after", type=int, help="stop after this many steps of this call, to time a run")
    ap.add_argument("--start", type=Path, help="begin with the weights of this checkpoint: a second pass")
    ap.add_argument(
        "--taught", action="store_true", help="learn from what finished readers say, too (training.scoring)"
    )
    ap.add_argument("--workers", type=int, default=0, help="processes that make batches, for a GPU")
    ap.add_argument("--threads", type=int, default=0)
    args = ap.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    if args.steps:
        config["steps"] = args.steps
    train(
        config,
        args.data,
        args.out,
        start=args.start,
        objective=taught if args.taught else gold,
        seconds=args.seconds,
        stop_after=args.stop_after,
        workers=args.workers,
    )


if __name__ == "__main__":
    main()
