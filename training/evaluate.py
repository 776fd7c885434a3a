"""Measures the shipped reader and the tables on the dev data, and writes docs/scores.md.

    python -m training.evaluate --data ../shared/data --eval ../shared/eval

The measures are scripts that know nothing of this project: they call `pipeline.load()` or the command line. Here they
are run one by one; a set that is not in the data folder is left out and named.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from training.prepare import held_out

MODEL = Path("pipeline/model")
HEARSAY = Path(sys.executable).with_name("hearsay")


class Figure(NamedTuple):
    """A row of the page: what was measured, on what, our figure, and what others reach."""

    measure: str
    data: str
    ours: str
    others: str


class Measured(NamedTuple):
    """One script's figures, its command and what it printed."""

    figures: list[Figure]
    command: str
    printed: str


def call(eval_folder: Path, script: str, argv: list[str]) -> tuple[Any, str]:
    """(what the script's main() returns, what it prints)."""
    sys.path.insert(0, str(eval_folder))
    with contextlib.redirect_stdout(io.StringIO()) as out:
        results = importlib.import_module(script.removesuffix(".py")).main(argv)
    sys.path.remove(str(eval_folder))
    return results, out.getvalue()


def tables(eval_folder: Path, script: str, gold: Path, *options: str) -> tuple[Any, str]:
    """The same for a script that runs the command line: (its figures, what it prints)."""
    if not gold.exists():
        raise FileNotFoundError(errno.ENOENT, "no such data", str(gold))
    options = options or ("--cli", f"{HEARSAY} extract")
    command = [sys.executable, str(eval_folder / script), str(gold), *options, "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"}
    )
    return json.loads(done.stdout), json.dumps(json.loads(done.stdout), indent=1)


def prefixed(figures: dict[str, Any], prefix: str) -> float:
    """The figure whose name begins so ("e2e direct (n=412)")."""
    return next(v for k, v in figures.items() if k.startswith(prefix))


def quotes(data: Path, eval_folder: Path) -> Measured:
    gold = data / "attribution/polnear_dev.jsonl"
    r, printed = tables(eval_folder, "score_quotes.py", gold)
    overlap = f"{r['cue'][2]:.1f} / {r['source'][2]:.1f}"
    rows = [
        ("quotes, end to end with source", r["e2e"], "Gender Gap Tracker 31.7, Citron 27.4; people about 82"),
        ("quotes, content words F1", r["content words"][2], "best public tool 67"),
        ("quotes, direct, end to end", prefixed(r, "e2e direct"), ""),
        ("source right, given the content", r["spk"], ""),
        ("pronoun sources given a name", prefixed(r, "pronoun"), ""),
    ]
    figures = [Figure(measure, "PolNeAR dev", f"{value:.1f}", other) for measure, value, other in rows]
    figures.append(Figure("cue / source F1 (overlap)", "PolNeAR dev", overlap, "people 81.5 / 84.3"))
    return Measured(figures, f"score_quotes.py {gold.name}", printed)


def news_quotes(data: Path, eval_folder: Path) -> Measured:
    gold = data / "attribution/gum_news.jsonl"
    r, printed = tables(eval_folder, "score_quotes.py", gold)
    ours = f"{r['content words'][2]:.1f} / {r['e2e']:.1f}"
    row = Figure("quotes, content words F1 / end to end", "GUM news (links were balanced on it)", ours, "")
    return Measured([row], f"score_quotes.py {gold.name}", printed)


def pronouns(data: Path, eval_folder: Path) -> Measured:
    gold = data / "coref/gap_dev.jsonl"
    r, printed = tables(eval_folder, "score_pronouns.py", gold)
    r = r["tables"]
    ours = f"{r['overall'][2]:.1f} / {r['bias (F / M)']:.2f}"
    row = Figure("pronouns to names, F1 / bias", "GAP dev", ours, "nearest name 50-57")
    return Measured([row], f"score_pronouns.py {gold.name}", printed)


def pieces(data: Path, eval_folder: Path) -> Measured:
    gold = data / "attribution/cofenet_polnear_dev.jsonl"
    results, printed = call(eval_folder, "score_attribution_spans.py", [str(gold), "--load", "pipeline"])
    ours = " / ".join(f"{results[str(gold)][k]['exact']:.1f}" for k in ("source", "cue", "content"))
    other = "on test: BERT + CofeNet 83.2 / 75.3 / 72.9"
    row = Figure("pieces, exact F1: source / cue / content", "PolNeAR dev, CofeNet format", ours, other)
    return Measured([row], f"score_attribution_spans.py {gold.name} --load pipeline", printed)


def parses(data: Path, eval_folder: Path) -> Measured:
    others = {
        "ewt_dev": "on test: Stanza 81.1 / 95.4 / 86.2 / 83.6; Trankit base 88.4 / 96.0 / 90.1 / 88.0",
        "gumopen_dev": "on test: Trankit base 91.6 / 96.4 / 91.0 / 88.4",
    }
    golds = {name: str(data / f"ud/{name}.conllu") for name in others}
    results, printed = call(eval_folder, "score_parse.py", [*golds.values(), "--load", "pipeline"])
    rows = []
    for name, path in golds.items():
        ours = " / ".join(f"{results[path][k]:.1f}" for k in ("sents", "UPOS", "UAS", "LAS"))
        rows.append(Figure("sentences / UPOS / UAS / LAS, from raw text", name, ours, others[name]))
    return Measured(rows, "score_parse.py ewt_dev.conllu gumopen_dev.conllu --load pipeline", printed)


def entities(data: Path, eval_folder: Path) -> Measured:
    others = {
        "worldwide": "en_core_web_sm 2.2: 64.9",
        "uner_ewt": "63.3",
        "crossner_politics": "62.0",
        "wnut17": "",
    }
    golds = {name: str(data / f"ner/{name}_dev.iob2") for name in others}
    argv = [*golds.values(), "--labelmap", str(data / "ner/labelmap.json"), "--load", "pipeline"]
    results, printed = call(eval_folder, "score_entities.py", argv)
    rows = [
        Figure("entities, F1", f"{name} dev", f"{results[path]['micro']:.1f}", others[name])
        for name, path in golds.items()
    ]
    return Measured(
        rows, "score_entities.py worldwide_dev.iob2 … --labelmap labelmap.json --load pipeline", printed
    )


def hedges(data: Path, eval_folder: Path) -> Measured:
    """FactBank's dev part, and of Wikipedia, which has none, the documents that are kept from training."""
    gold = data / "hedges/szeged_factbank.dev.jsonl"
    wiki = (data / "hedges/szeged_wiki.train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "szeged_wiki.held_out.jsonl"
        held.write_text("".join(r for r in wiki if held_out(json.loads(r)["doc"])), encoding="utf-8")
        results, printed = call(eval_folder, "score_hedges.py", [str(gold), str(held), "--load", "pipeline"])
        rows = []
        for path, name, other in (
            (gold, "FactBank dev", "word list 78 / 71"),
            (held, "Wikipedia, held out", ""),
        ):
            r = results[str(path)]
            ours = f"{r['sentence']:.1f} / {r['cue micro']:.1f} / {r['token macro']:.1f}"
            rows.append(Figure("hedges, F1: sentences / cues / words (macro)", name, ours, other))
        printed = printed.replace(folder + os.sep, "")
    return Measured(rows, f"score_hedges.py {gold.name} {held.name} --load pipeline", printed)


def factuality(data: Path, eval_folder: Path) -> Measured:
    rows, printed = [], ""
    for name, extra, other in (
        ("uds_ih2", [], "on test, BERT-large: .912"),
        ("uw", ["--tokenised"], "on test, BERT-large: .863"),
        ("meantime", ["--tokenised"], "on test, BERT-large: .516"),
    ):
        gold = data / f"factuality/{name}.dev.jsonl"
        results, text = call(eval_folder, "score_factuality.py", [str(gold), "--load", "pipeline", *extra])
        r = results[str(gold)]
        rows.append(Figure("factuality, r / MAE", f"{name} dev", f"{r['r']:.3f} / {r['mae']:.3f}", other))
        printed += text
    return Measured(rows, "score_factuality.py uds_ih2.dev.jsonl … --load pipeline", printed)


def ingestion(data: Path, eval_folder: Path) -> Measured:
    """Saved pages of two benchmarks, the library alone beside. The rules were made with these pages in view."""
    figures, printed = [], ""
    for name, rows in (
        ("aeb", [("page's article, F1 of groups of four words", "F1")]),
        (
            "traf",
            [
                ("page's article, passages wanted and not, F1", "F1"),
                *((f"page's {field}, exact", f"{field} exact") for field in ("title", "author", "date")),
            ],
        ),
    ):
        folder = data / "ingest" / name
        ours, text = tables(eval_folder, "score_ingest.py", folder, "--cli", f"{HEARSAY} ingest")
        library, alone = tables(eval_folder, "score_ingest.py", folder, "--library", "trafilatura")
        figures += [
            Figure(measure, name, f"{prefixed(ours, key):.1f}", f"trafilatura {prefixed(library, key):.1f}")
            for measure, key in rows
        ]
        printed += f"{name}\n{text}\n{name}, trafilatura {version('trafilatura')} alone\n{alone}\n"
    return Measured(figures, "score_ingest.py ingest/aeb … ingest/traf, also with --library", printed)


MEASURES: list[Callable[[Path, Path], Measured]] = [
    quotes, news_quotes, pieces, pronouns, entities, parses, hedges, factuality, ingestion,
]  # fmt: skip


def processor() -> str:
    """The name of the processor, as far as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").split("\n"):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def page(measured: list[Measured], missing: list[str]) -> str:
    """The Markdown of docs/scores.md."""
    config = json.loads((MODEL / "config.json").read_text(encoding="utf-8"))
    trained = f"last pass of {config['steps']} steps, seed {config['training']['seed']}"
    versions = ", ".join(f"{name} {version(name)}" for name in ("spacy", "onnxruntime", "numpy"))
    lines = [
        "# Scores",
        "",
        "Written by `make evaluate`; do not edit. Every figure is the shipped int8 model's, on development data that",
        "it was not trained on. Figures of others are from their papers or measured with the same scripts, mostly on",
        "other parts of the same sets: marks to look at, not a race.",
        "",
        f"- {date.today().isoformat()}; `reader.onnx` {config['sha256'][:12]}, {trained}",
        f"- {processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}",
        "",
        "| measure | data | hearsay | others |",
        "|---|---|---|---|",
        *(f"| {f.measure} | {f.data} | {f.ours} | {f.others} |" for m in measured for f in m.figures),
        "",
    ]
    if missing:
        lines += ["Not measured, since the data is not there: " + "; ".join(missing) + ".", ""]
    for m in measured:
        lines += [f"## `{m.command}`", "", "```", m.printed.strip(), "```", ""]
    return "\n".join(lines)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--eval", type=Path, default=Path("../shared/eval"))
    ap.add_argument("--out", type=Path, default=Path("docs/scores.md"))
    ap.add_argument("--only", nargs="*", help="names of measures, to print without writing the page")
    args = ap.parse_args()
    if not args.eval.is_dir():
        sys.exit(f"{args.eval}: no measures there; give their folder with --eval")
    measured, missing = [], []
    for measure in MEASURES:
        if args.only and measure.__name__ not in args.only:
            continue
        start = time.time()
        try:
            found = measure(args.data, args.eval)
        except FileNotFoundError as error:
            missing.append(f"{measure.__name__} ({Path(error.filename or '').name})")
            continue
        measured.append(found)
        for f in found.figures:
            print(f"{f.measure:45} {f.data:30} {f.ours:30} {f.others}", flush=True)
        print(f"  {time.time() - start:.0f} s", flush=True)
    if not args.only:
        args.out.write_text(page(measured, missing), encoding="utf-8")


if __name__ == "__main__":
    main()
