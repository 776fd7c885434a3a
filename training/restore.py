"""The shipped reader as a checkpoint again, to train on from it or to learn from it where its checkpoint is gone.

    python -m training.restore --model pipeline/model --out build/shipped/checkpoint.pt

Weights come back as they were rounded to 7 bits (`training.export`), all else as it was.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from pipeline.reader import labels, network
from training.export import opening_bonus
from training.model import Reader


def restore(model: Path) -> dict[str, Any]:
    """A checkpoint of a run that has ended: its config, its steps, its mean weights."""
    meta = json.loads((model / network.CONFIG).read_text(encoding="utf-8"))
    found = dict(_float(onnx.load(model / network.GRAPH)))
    found |= dict(_float(onnx.load(model / network.RELATIONS)))
    tables = np.load(model / network.DECODING)
    bonus = opening_bonus(labels.WORD_HEADS["piece"])
    found |= {"transitions": tables["piece_transitions"] - bonus, "first": tables["piece_first"] - bonus}
    reader = Reader.of(meta["training"])
    mean = {k: torch.tensor(found[k]).reshape(v.shape) for k, v in reader.state_dict().items()}
    return {"config": meta["training"], "step": meta["steps"], "mean": mean}


def _float(graph: onnx.ModelProto) -> Iterator[tuple[str, np.ndarray]]:
    """(name, values) of the weights of a graph, by the names of the modules that they were exported from."""
    values = {i.name: numpy_helper.to_array(i) for i in graph.graph.initializer}
    for name, value in values.items():
        if name.startswith("reader.") and value.dtype == np.float32 and not name.endswith("_scale"):
            yield name.removeprefix("reader."), value
    yield from _embeddings(values)
    for node in graph.graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in values:
            stem = node.input[1].removesuffix("_quantized")
            rows = values[f"{stem}_quantized"].astype(np.float32) - values[f"{stem}_zero_point"]
            weight = rows * values[f"{stem}_scale"]
            yield _named(node.name, stem, weight)
    root = next((v for n, v in values.items() if n.startswith("onnx::Concat")), None)
    if root is not None:
        yield "root", root[0]


def _named(node: str, stem: str, weight: np.ndarray) -> tuple[str, np.ndarray]:
    """(parameter, values) of a matrix product; a linear layer keeps its weight the other way round."""
    if not stem.startswith("reader."):  # the node alone tells whose it is
        module = node.strip("/").removesuffix("/MatMul_quant").replace("/", ".")
        pair = module.partition(".")[0] in labels.PAIR_HEADS
        return f"{'pairs.' if pair else ''}{module}.weight", weight.T
    name = stem.removeprefix("reader.")
    return (name.removesuffix("_Transposed"), weight.T) if name.endswith("_Transposed") else (name, weight)


def _embeddings(values: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    stem = "reader.encoder.pieces"
    if f"{stem}.rows" in values:
        yield "encoder.pieces.weight", values[f"{stem}.rows"].astype(np.float32) * values[f"{stem}.scale"]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", type=Path, default=Path("pipeline/model"))
    ap.add_argument("--out", type=Path, default=Path("build/shipped/checkpoint.pt"))
    args = ap.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(restore(args.model), args.out)


if __name__ == "__main__":
    main()
