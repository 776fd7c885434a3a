"""From the data folder to the shipped model: prepare, train in passes, export.

    python -m training --data ../shared/data
    python -m training --data open              the openly licensed sets of ../shared/data alone
    python -m training --config training/configs/teacher.toml training/configs/reader.toml      with a large teacher

Each config is a pass. It begins with the pretrained encoder, or with the weights of the pass that it names as `start`,
with rates that rise and fall anew; and where it names passes as its `teacher`, it learns from what these say of every
word too (`training.scoring`): each of all heads, or of those that it is `asked`, and not on sets where it is `unasked`.
A teacher with one judge of factuality gets a second, and the pass `web` tells how the first judges
(`training.judging`). Of a pass that stops `halfway`, the mean of its weights at the end with what the pass before it
left is kept; that is where it begins too, unless it goes `onward` from the other's end.
The last pass is exported, with what tells news from the web (`training.fit_genre`). A pass that was interrupted is
taken up again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from pathlib import Path

import torch

from training import (
    export,
    fit_checkworthiness,
    fit_factuality,
    fit_genre,
    judging,
    objectives,
    prepare,
    scoring,
    train,
)

CONFIGS = Path("training/configs")
STANDARD = [
    CONFIGS / f"{name}.toml"
    for name in "open joint second third taught large hedging larger weighed wider last".split()
]
HALFWAY = "halfway.pt"


def run_pass(config_file: Path, data: Path, work: Path, tokenizer: Path) -> Path:
    """Prepare the sets of one pass and train it; the passes it builds on lie in `work`. Returns its checkpoint."""
    config = tomllib.loads(config_file.read_text(encoding="utf-8"))
    prepared, out = work / "data", work / config_file.stem
    prepare.write(data, prepared, tokenizer, set(config["share"]))
    before = kept(work / config["start"]) if "start" in config else None
    start = before.with_name("checkpoint.pt") if before and config.get("onward") else before
    teachers = [kept(work / name) for name in config.get("teacher", [])]
    objective = objectives.gold
    if "web" in config:
        teachers = [with_second_judge(teachers, out.with_name(f"{out.name}_teacher.pt"), prepared)]
        web, judged = work / config["web"] / "checkpoint.pt", work / "judged"
        judging.write(prepared, judged, web, teachers[0], set(config["share"]))
        prepared = judged
    if teachers:
        scored = out.with_name(f"{out.name}_scored")
        asked = [scoring.Teacher.of(teacher, config) for teacher in teachers]
        scoring.write(prepared, scored, asked, set(config["share"]))
        prepared, objective = scored, objectives.taught
    workers = max(1, (os.cpu_count() or 2) - 1) if train.default_device().type == "cuda" else 0
    train.train(config, prepared, out, start=start, objective=objective, workers=workers)
    if "web" in config and fit_checkworthiness.SET in config["share"]:
        fit_checkworthiness.hand_on(out / "checkpoint.pt", teachers[0], prepared)
    if before and config.get("halfway"):
        mean_of([before, out / "checkpoint.pt"], out / HALFWAY)
    return kept(out)


def kept(folder: Path) -> Path:
    """What a pass has left for those that build on it."""
    halfway = folder / HALFWAY
    return halfway if halfway.exists() else folder / "checkpoint.pt"


def mean_of(passes: list[Path], out: Path) -> Path:
    """The mean of the weights of some passes of one line (Wortsman et al. 2022, WiSE-FT)."""
    torch.save(export.average(passes), out)
    return out


def with_second_judge(passes: list[Path], out: Path, prepared: Path) -> Path:
    """The mean of some passes of one line, with a judge of news fitted to it."""
    fit_factuality.add_judge(mean_of(passes, out), prepared)
    return out


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument(
        "--config", type=Path, nargs="+", help="by default " + ", ".join(p.name for p in STANDARD)
    )
    ap.add_argument("--work", type=Path, default=Path("build"), help="prepared data, checkpoints")
    ap.add_argument("--out", type=Path, default=Path("pipeline/model"))
    args = ap.parse_args()
    openly = args.data == Path("open")
    data = Path("../shared/data") if openly else args.data
    if not data.is_dir():
        sys.exit(f"{data}: no such folder; give the training data with --data")
    passes = args.config or (STANDARD[:1] if openly else STANDARD)
    for config_file in passes:
        last = run_pass(config_file, data, args.work, args.out / "tokenizer.json")
    if not openly:  # of the open sets none judges news
        prepared = args.work / "data"
        prepare.write(data, prepared, args.out / "tokenizer.json", {*fit_genre.NEWS, *fit_genre.WEB})
        fit_genre.tell_genres(last, prepared)
    export.export([last], args.out)


if __name__ == "__main__":
    main()
