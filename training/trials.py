"""What choices of the reader are worth that need training anew: short runs, each with one thing changed.

    python -m training.trials --data build/data --out build/trials --teacher build/third/checkpoint.pt

A trial is trained from the pretrained encoder, exported and measured on the dev sets as the shipped reader is. The base
runs once for each seed, so that the table shows what chance alone does. A trial that OUT has figures of is not run
again. Prints a table in Markdown, for docs/reader.md.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tomllib
from pathlib import Path
from typing import Any

import torch

from pipeline.reader import component, network
from training import ablations, export, objectives, scoring, train

COLUMNS = ("", "pieces, exact: source / cue / content", "EWT sentences / LAS", "GUM LAS", "NER, worldwide",
           "hedges: sentences / cues", "factuality: uds / uw")  # fmt: skip


def trials(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """{name: config}: the base with every seed, then each variant with the first."""
    base, seeds = plan["base"], plan["seeds"]
    out = {f"seed {seed}": {**base, "seed": seed} for seed in seeds}
    return out | {name: {**base, "seed": seeds[0], **change} for name, change in plan["variant"].items()}


def run(config: dict[str, Any], data: Path, folder: Path, teacher: Path | None) -> None:
    """Train one trial into `folder`; taken up again where it was stopped."""
    start: Path | None = None
    objective = objectives.gold
    if config.get("masked"):
        first, start = folder / "masked", folder / "masked.pt"
        train.train(
            {**config, "steps": config["masked"]}, data, first,
            objective=objectives.masked_pieces, kind=objectives.Guesser,
        )  # fmt: skip
        learned = torch.load(first / "checkpoint.pt", weights_only=False)["mean"]
        own = train.Reader.of(config).state_dict()
        torch.save({"mean": {k: v for k, v in learned.items() if k in own}}, start)
    if config.get("taught"):
        if teacher is None:
            raise ValueError("this trial needs a trained reader: give its checkpoint with --teacher")
        scored = folder / "scored"
        scoring.write(data, scored, [scoring.Teacher.of(teacher)], set(config["share"]))
        data, objective = scored, objectives.taught
    train.train(config, data, folder, start=start, objective=objective)


def measure(config: dict[str, Any], folder: Path, data: Path, eval_folder: Path) -> dict[str, str]:
    """The figures of a trained trial, exported as the shipped reader is."""
    model = folder / "model"
    export.export([folder / "checkpoint.pt"], model)
    (model / network.TOKENIZER).write_bytes((ablations.MODEL / network.TOKENIZER).read_bytes())
    limit = config.get("window", component.PIECES_PER_WINDOW)
    with ablations.replaced(component, "PIECES_PER_WINDOW", limit):
        return ablations.figures(data, eval_folder, model)


def spread(rows: list[dict[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Mean and standard deviation of every figure over rows of figures."""
    mean, deviation = {}, {}
    for column in rows[0]:
        parts = list(zip(*(row[column].split(" / ") for row in rows)))
        places = [len(part[0].partition(".")[2]) for part in parts]
        values = [[float(v) for v in part] for part in parts]
        mean[column] = " / ".join(f"{statistics.mean(v):.{n}f}" for v, n in zip(values, places))
        deviation[column] = " / ".join(f"{statistics.stdev(v):.{n}f}" for v, n in zip(values, places))
    return mean, deviation


def table(found: dict[str, dict[str, str]]) -> str:
    """Markdown: the trials that have figures, those of the base together with their mean and spread."""
    lines = [ablations.header(COLUMNS)]
    seeds = [figures for name, figures in found.items() if name.startswith("seed ")]
    if len(seeds) > 1:
        for label, figures in zip((f"base, mean of {len(seeds)} seeds", "standard deviation"), spread(seeds)):
            lines.append(ablations.row(label, figures, COLUMNS))
    lines += [ablations.row(name, figures, COLUMNS) for name, figures in found.items()]
    return "\n".join(lines)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--config", type=Path, default=Path("training/configs/trials.toml"))
    ap.add_argument("--data", type=Path, default=Path("build/data"), help="prepared by training.prepare")
    ap.add_argument("--dev", type=Path, default=Path("../shared/data"), help="dev sets")
    ap.add_argument("--eval", type=Path, default=Path("../shared/eval"))
    ap.add_argument("--out", type=Path, default=Path("build/trials"))
    ap.add_argument(
        "--teacher", type=Path, help="checkpoint of a trained reader, for the trial that learns from one"
    )
    ap.add_argument("--only", nargs="*", help="names of trials; all by default")
    ap.add_argument("--threads", type=int, default=0)
    args = ap.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    plan = trials(tomllib.loads(args.config.read_text(encoding="utf-8")))
    found: dict[str, dict[str, str]] = {}
    for name, config in plan.items():
        folder = args.out / re.sub(r"\W+", "-", name)
        kept = folder / "figures.json"
        if not kept.exists() and (args.only is None or name in args.only):
            print(f"# {name}", flush=True)
            run(config, args.data, folder, args.teacher)
            figures = measure(config, folder, args.dev, args.eval)
            kept.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
            print(ablations.row(name, figures, COLUMNS), flush=True)
        if kept.exists():
            found[name] = json.loads(kept.read_text(encoding="utf-8"))
    print(table(found))


if __name__ == "__main__":
    main()
