"""From the data folder to the shipped model: prepare, train in passes, export.

    python -m training --data ../shared/data
    python -m training --data open              the openly licensed sets of ../shared/data alone

Each config is a pass. It begins with the pretrained encoder, or with the weights of the pass that it names as `start`,
with rates that rise and fall anew; and where it names passes as its `teacher`, it learns from the scores of the mean of
their weights too, and from how these and the pass `web` judge factuality (`training.judging`). The last pass is
exported. A pass that was interrupted is taken up again.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import torch

from training import export, fit_checkworthiness, fit_factuality, judging, objectives, prepare, train

CONFIGS = Path("training/configs")
STANDARD = [CONFIGS / f"{name}.toml" for name in ("open", "joint", "second", "third", "taught")]


def run_pass(config_file: Path, data: Path, work: Path, tokenizer: Path) -> Path:
    """Prepare the sets of one pass and train it; the passes it builds on lie in `work`. Returns its checkpoint."""
    config = tomllib.loads(config_file.read_text(encoding="utf-8"))
    prepared, out = work / "data", work / config_file.stem
    prepare.write(data, prepared, tokenizer, set(config["share"]))
    start = work / config["start"] / "checkpoint.pt" if "start" in config else None
    objective: train.Objective = train.gold_losses
    if "teacher" in config:
        teacher = out.with_name(f"{out.name}_teacher.pt")
        torch.save(export.average([work / name / "checkpoint.pt" for name in config["teacher"]]), teacher)
        fit_factuality.add_judge(teacher, prepared)
        judging.write(
            prepared, work / "judged", work / config["web"] / "checkpoint.pt", teacher, set(config["share"])
        )
        prepared = work / "judged"
        objective = objectives.Taught(teacher)
    train.train(config, prepared, out, start=start, objective=objective)
    if "teacher" in config and fit_checkworthiness.SET in config["share"]:
        fit_checkworthiness.hand_on(out / "checkpoint.pt", teacher, prepared)
    return out / "checkpoint.pt"


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
    export.export([last], args.out)


if __name__ == "__main__":
    main()
