"""What single choices of the reader are worth, as far as they can be changed without training anew.

    python -m training.ablations --checkpoint build/second/checkpoint.pt

Each variant changes one thing of the shipped reader; the dev sets of `training.evaluate` tell what it costs. Prints a
table in Markdown, for docs/reader.md.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

import pipeline
from pipeline.reader import component, decoding, network
from training import evaluate, export

MODEL = Path("pipeline/model")
COLUMNS = ("", "pieces, exact: source / cue / content", "EWT LAS", "GUM LAS", "NER, worldwide",
           "hedges: sentences / cues", "factuality, uw")  # fmt: skip


@contextmanager
def replaced(module: Any, name: str, value: Any) -> Iterator[None]:
    """An attribute of a module, other than it is while the block runs."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def greedy(scores: list[np.ndarray], transitions: np.ndarray, first: np.ndarray) -> list[np.ndarray]:
    """The best tag of each word by itself; an I- that nothing opens opens a span as well."""
    out = []
    for s in scores:
        tags = s.argmax(1)
        previous = np.concatenate([[0], tags[:-1]])
        stray = (tags > 0) & (tags % 2 == 0) & (previous != tags) & (previous != tags - 1)
        out.append(np.where(stray, tags - 1, tags))
    return out


def requantised(checkpoint: Path, folder: Path, bits: int) -> Path:
    """A model folder like the shipped one, with weights of 8 or 32 bits."""
    saved = export.average([checkpoint])
    reader = export.Reader.trained(saved)
    for name in network.FILES:
        (folder / name).write_bytes((MODEL / name).read_bytes())
    export.decoding_tables(reader, folder / network.DECODING)
    export.relations_to_onnx(reader, folder / network.RELATIONS)
    export.to_onnx(reader, folder / "float.onnx")
    if bits == 32:
        (folder / "float.onnx").replace(folder / network.GRAPH)
    else:
        quantize_dynamic(
            folder / "float.onnx", folder / network.GRAPH, op_types_to_quantize=["MatMul"], per_channel=True,
            reduce_range=False, weight_type=QuantType.QInt8, extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip
    onnx.checker.check_model(onnx.load(folder / network.GRAPH))
    return folder


def figures(data: Path, eval_folder: Path, folder: Path = MODEL) -> dict[str, str]:
    """{column: figures} of a reader whose files lie in `folder`."""
    nlp = pipeline.load()
    reader = nlp.get_pipe("hearsay_reader")
    reader._network = network.Network(network.read_files(folder))  # type: ignore[attr-defined]
    with replaced(pipeline, "load", lambda name=None: nlp):
        found = {
            f"{f.measure} {f.data}": f.ours
            for measure in (
                evaluate.pieces,
                evaluate.parses,
                evaluate.entities,
                evaluate.hedges,
                evaluate.factuality,
            )
            for f in measure(data, eval_folder).figures
        }
    trees = {
        k.rsplit(" ", 1)[1]: v.split(" / ") for k, v in found.items() if k.startswith("sentences / UPOS")
    }
    hedged = next(v for k, v in found.items() if k.startswith("hedges")).split(" / ")
    names = {k.split()[2]: v for k, v in found.items() if k.startswith("entities, F1 ")}
    sure = {k.split()[4]: v.split(" / ")[0] for k, v in found.items() if k.startswith("factuality, r / MAE ")}
    return {
        "pieces, exact: source / cue / content": next(v for k, v in found.items() if k.startswith("pieces")),
        "EWT sentences / LAS": f"{trees['ewt_dev'][0]} / {trees['ewt_dev'][3]}",
        "EWT LAS": trees["ewt_dev"][3],
        "GUM LAS": trees["gumopen_dev"][3],
        "NER, worldwide": names["worldwide"],
        "hedges: sentences / cues": f"{hedged[0]} / {hedged[1]}",
        "factuality, uw": sure["uw"],
        "factuality: uds / uw": f"{sure['uds_ih2']} / {sure['uw']}",
    }


def row(label: str, found: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    """A row of a table in Markdown: a label, then the figures of the further columns."""
    return "| " + " | ".join([label, *(found[c] for c in columns[1:])]) + " |"


def header(columns: tuple[str, ...] = COLUMNS) -> str:
    return "| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|"


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument(
        "--checkpoint", type=Path, help="of the shipped weights, for the rows on weights of 8 and 32 bits"
    )
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--eval", type=Path, default=Path("../shared/eval"))
    args = ap.parse_args()
    print(header(), flush=True)
    changes: dict[str, Callable[[], Any]] = {
        "as shipped": lambda: replaced(component, "PIECES_PER_WINDOW", component.PIECES_PER_WINDOW),
        "windows of 128 pieces": lambda: replaced(component, "PIECES_PER_WINDOW", 128),
        "windows of 384 pieces": lambda: replaced(component, "PIECES_PER_WINDOW", 384),
        "each tag by itself, no legal steps": lambda: replaced(decoding, "viterbi", greedy),
    }
    for label, change in changes.items():
        with change():
            print(row(label, figures(args.data, args.eval)), flush=True)
    for bits in (8, 32) if args.checkpoint else ():
        with tempfile.TemporaryDirectory() as folder:
            requantised(args.checkpoint, Path(folder), bits)
            print(row(f"weights of {bits} bits", figures(args.data, args.eval, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
