"""From the data folder to the shipped model: prepare, train in one or more passes, export.

    python -m training --data ../shared/data
    python -m training --data open              the openly licensed sets of ../shared/data alone

Each config is a pass: it begins with the weights of the one before, with rates that rise and fall anew. Of three passes
the mean of the last two is exported, with a second judge of factuality where the sets for it are there.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

from training import export, fit_factuality, prepare, train

CONFIGS = Path("training/configs")
STANDARD = [CONFIGS / "joint.toml", CONFIGS / "second.toml", CONFIGS / "third.toml"]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--config", type=Path, nargs="+", help="by default joint.toml, second.toml, third.toml")
    ap.add_argument("--work", type=Path, default=Path("build"), help="prepared data, checkpoints")
    ap.add_argument("--out", type=Path, default=Path("pipeline/model"))
    args = ap.parse_args()
    openly = args.data == Path("open")
    data = Path("../shared/data") if openly else args.data
    if not data.is_dir():
        sys.exit(f"{data}: no such folder; give the training data with --data")
    passes = args.config or [CONFIGS / "open.toml"] if openly else args.config or STANDARD
    runs: list[Path] = []
    for config_file in passes:
        config = tomllib.loads(config_file.read_text(encoding="utf-8"))
        prepared = args.work / "data"
        prepare.write(data, prepared, args.out / "tokenizer.json", set(config["share"]))
        run = args.work / config_file.stem
        train.train(config, prepared, run, start=runs[-1] if runs else None)
        runs.append(run / "checkpoint.pt")
    ends = runs[1:][-2:] or runs
    if all((args.work / "data" / f"{name}.pickle").exists() for name in fit_factuality.SETS):
        fit_factuality.add_judge(ends, args.work / "data")
    export.export(ends, args.out)


if __name__ == "__main__":
    main()
