"""A trained checkpoint -> the files that ship.

An int8 ONNX graph and a small one for relations, decoding tables, lemma tables and the config.

    python -m training.export --checkpoint build/run/checkpoint.pt --out pipeline/model

Matrix products are quantised dynamically to 7-bit weights (`reduce_range`), a scale per output column: with eight bits,
CPUs without VNNI saturate in 16-bit sums and give other results than CPUs with it. The piece embeddings are stored as
int8 with a scale per row. All else stays float32.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from spacy.lookups import Lookups
from torch import Tensor, nn

from pipeline.reader import labels
from training.model import Layer, Reader, attend


class RowScaled(nn.Module):
    """An embedding kept as int8 with one scale per row: a quarter of the bytes, the error of each row its own."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.rows: Tensor
        self.scale: Tensor
        scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127.0
        self.register_buffer("scale", scale)
        self.register_buffer("rows", (weight / scale).round().to(torch.int8))

    def forward(self, ids: Tensor) -> Tensor:
        return self.rows[ids].float() * self.scale[ids]


class FusedAttention(torch.autograd.Function):
    """Attention without a mask as the one node that onnxruntime has for it: no scores of all pairs are kept.

    With the chain of nodes that the exporter makes of it the whole graph takes 3 % more time.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, heads: int, bias: None) -> Tensor:
        return attend(query, key, value, heads, bias)

    @staticmethod
    def symbolic(g: Any, query: Any, key: Any, value: Any, heads: int, bias: None) -> Any:
        node = g.op("com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=heads)
        return node.setType(query.type())


class OneWindow(nn.Module):
    """The reader on one window, without padding: pieces [T] and first pieces [N] in, scores without the batch out.

    Where a reader has two judges, factuality is their mean, in the shares that the kind of text tells.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids: Tensor, shapes: Tensor, quotes: Tensor, first: Tensor) -> tuple[Tensor, ...]:
        r = self.reader
        x = r.encoder(ids[None], shapes[None], quotes[None], None)
        x = r.pool(x, ids[None], first[None])[0]
        none = torch.zeros_like(first, dtype=x.dtype)[None]
        pairs = [head(x[None], none)[0] for head in r.pairs.values()]
        governor = torch.cat([r.root[None], r.governor(x)], dim=0)
        words = r.words(x)
        if r.news:
            share = torch.sigmoid(r.genre(x)) if r.genre else torch.tensor([0.5])
            words = judged(words, r.news(x)[:, None], share)
        return (words, *pairs, r.dependent(x), governor)


def judged(words: Tensor, news: Tensor, share: Tensor) -> Tensor:
    """The scores with the mean of both judges as factuality, which is read as 3·tanh; `share`: of the news' judge."""
    at = labels.columns()["factuality"]
    mean = share * torch.tanh(news) + (1.0 - share) * torch.tanh(words[:, at])
    mean = mean.clamp(-LIMIT, LIMIT)
    # the inverse of tanh, which the exporter does not know
    score = 0.5 * torch.log((1.0 + mean) / (1.0 - mean))
    return torch.cat([words[:, : at.start], score, words[:, at.stop :]], dim=1)


LIMIT = 0.999  # of what an inverse tanh is taken
OUTPUTS = ["words", *labels.PAIR_HEADS, "dependent", "governor"]


class Relations(nn.Module):
    """The relation of each word under the governor that was chosen for it: a graph of its own, run behind decoding."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, dependent: Tensor, governor: Tensor, choice: Tensor) -> Tensor:
        return self.reader.relations(dependent, governor[choice])


def to_onnx(reader: Reader, path: Path) -> None:
    """Write the float graph. Axes: `pieces` and `words` of one window."""
    reader.encoder.add_module("pieces", RowScaled(reader.encoder.pieces.weight.detach()))
    for layer in reader.encoder.layers:
        assert isinstance(layer, Layer)
        layer.attend = FusedAttention.apply
    module = OneWindow(reader).eval()
    ids = torch.randint(1000, 2000, (40,))
    example = (ids, torch.ones(40, dtype=torch.long), torch.ones(40, dtype=torch.long), torch.arange(1, 31))
    axes = {"ids": {0: "pieces"}, "shapes": {0: "pieces"}, "quotes": {0: "pieces"}, "first": {0: "words"}}
    axes |= {name: {0: "words"} for name in OUTPUTS}
    axes |= {name: {0: "words", 1: "choices"} for name in labels.PAIR_HEADS}
    _export(module, example, path, ["ids", "shapes", "quotes", "first"], OUTPUTS, axes)


def relations_to_onnx(reader: Reader, path: Path) -> None:
    """Write the small graph that names relations, in float32."""
    vectors = torch.zeros(30, reader.root.shape[0])
    example = (vectors, torch.cat([vectors, vectors[:1]]), torch.arange(30))
    inputs = ["dependent", "governor", "choice"]
    axes = {name: {0: "words"} for name in (*inputs, "relations")}
    axes["governor"] = {0: "choices"}
    _export(Relations(reader).eval(), example, path, inputs, ["relations"], axes)


def _export(
    module: nn.Module,
    example: tuple[Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    axes: dict,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, example, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=17,
            dynamo=False,
        )  # fmt: skip


def quantise(path: Path, out: Path) -> None:
    """Int8 weights for every matrix product that has constant weights."""
    quantize_dynamic(
        path, out, op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(out))


# Added to the score of a word that opens a piece. The sequence loss alone leaves many pieces unmarked: on training
# articles that the first pass had hardly seen, whole attributions had precision 90 and recall 64, with 1.0 here 86 and
# 71. What learned from a teacher is less sure of itself, and finds as much as that one with a little more.
START_BONUS = {"source": 1.2, "cue": 1.2, "content": 1.2}


def opening_bonus(tags: list[str]) -> np.ndarray:
    """What decoding adds to the score of each tag of a piece."""
    return np.array([START_BONUS.get(tag.removeprefix("B-"), 0.0) for tag in tags], dtype=np.float32)


def decoding_tables(reader: Reader, path: Path) -> None:
    """What decoding needs beside the graph: the transitions of the attribution tags."""
    bonus = opening_bonus(labels.WORD_HEADS["piece"])
    np.savez_compressed(
        path,
        piece_transitions=(reader.tag_transitions().detach().numpy() + bonus).astype(np.float32),
        piece_first=(reader.first.detach().numpy() + bonus).astype(np.float32),
    )


SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxys]")  # one vowel and one consonant that doubles: "hop", "star"
# spaCy gives these lemmas by rules of its trained pipelines, which its tables do not hold.
AUXILIARIES = {
    "be": "be am is are was were been being 'm 're 's ’m ’re ’s",
    "have": "have has had having 've ’ve",
    "do": "do does did doing done",
    "can": "can ca", "could": "could", "will": "will wo 'll ’ll", "would": "would 'd ’d", "shall": "shall sha",
    "should": "should", "may": "may", "might": "might", "must": "must", "get": "get gets got getting",
}  # fmt: skip


def lemma_tables(path: Path) -> None:
    """spaCy's English lemma rules, exceptions and index, saved so that spacy-lookups-data is not needed in use."""
    spec = importlib.util.find_spec("spacy_lookups_data")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("spacy_lookups_data is not installed: pip install 'hearsay[train]'")
    data = Path(spec.submodule_search_locations[0]) / "data"
    lookups = Lookups()
    for name in ("lemma_rules", "lemma_exc", "lemma_index"):
        with gzip.open(data / f"en_{name}.json.gz", "rt", encoding="utf-8") as file:
            lookups.add_table(name, json.load(file))
    exceptions = lookups.get_table("lemma_exc")
    index = lookups.get_table("lemma_index")
    index["verb"] = without_shadows(index["verb"])
    exceptions["aux"] = {form: [lemma] for lemma, forms in AUXILIARIES.items() for form in forms.split()}
    path.write_bytes(lookups.to_bytes())


def without_shadows(verbs: list[str]) -> list[str]:
    """Verbs without those that would claim the forms of another: "hoped" is of "hope", since "hop" gives "hopped".

    The forms that double the consonant stand in spaCy's exceptions, so that nothing is lost for "hop".
    """
    known = set(verbs)
    return [v for v in verbs if not (SHORT.fullmatch(v) and f"{v}e" in known)]


def average(checkpoints: list[Path]) -> dict[str, Any]:
    """The last of some checkpoints of one run, with the mean of all their averaged weights."""
    saved = [torch.load(path, weights_only=False, map_location="cpu") for path in checkpoints]
    mean = {k: sum(s["mean"][k] for s in saved) / len(saved) for k in saved[0]["mean"]}
    return {**saved[-1], "mean": mean}


def export(checkpoints: list[Path], out: Path) -> None:
    saved = average(checkpoints)
    reader = Reader.trained(saved)
    out.mkdir(parents=True, exist_ok=True)
    decoding_tables(reader, out / "decoding.npz")
    relations_to_onnx(reader, out / "relations.onnx")
    with tempfile.TemporaryDirectory() as scratch:
        to_onnx(reader, Path(scratch) / "float.onnx")
        quantise(Path(scratch) / "float.onnx", out / "reader.onnx")
    lemma_tables(out / "lemmas.bin")
    digest = hashlib.sha256((out / "reader.onnx").read_bytes()).hexdigest()
    meta = {
        "steps": saved["step"],
        "averaged": len(checkpoints),
        "sha256": digest,
        "training": saved["config"],
    }
    (out / "config.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--checkpoint", type=Path, nargs="+", default=[Path("build/run/checkpoint.pt")])
    ap.add_argument("--out", type=Path, default=Path("pipeline/model"))
    args = ap.parse_args()
    export(args.checkpoint, args.out)
    for path in sorted(args.out.iterdir()):
        print(f"{path.stat().st_size / 1e6:7.2f} MB  {path.name}")


if __name__ == "__main__":
    main()
