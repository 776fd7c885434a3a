"""From the data folder to the shipped model: prepare, train, export.

python -m training --data ../shared/data --config training/configs/joint.toml
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

from training import export, prepare, train


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--config", type=Path, default=Path("training/configs/joint.toml"))
    ap.add_argument("--work", type=Path, default=Path("build"), help="prepared data, checkpoints")
    ap.add_argument("--out", type=Path, default=Path("pipeline/model"))
    args = ap.parse_args()
    if not args.data.is_dir():
        sys.exit(f"{args.data}: no such folder; give the training data with --data")
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    prepared, run = args.work / "data", args.work / "run"
    prepare.write(args.data, prepared, args.out / "tokenizer.json", set(config["share"]))
    train.train(config, prepared, run)
    export.export([run / "checkpoint.pt"], args.out)


if __name__ == "__main__":
    main()
