"""The data folder -> training examples: documents of spaCy tokens with one layer of labels per annotated task.

    python -m training.prepare --data ../shared/data --out build/data

Every text goes through spaCy's tokenizer, as in use; gold spans and trees are carried over by character offsets, and
what does not fall on token borders is masked. A layer that a set does not annotate is absent, so the loss of its head
is not computed there. Dev and test parts are never read here.
"""

from __future__ import annotations

import argparse
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from tokenizers import Tokenizer

from pipeline.quotes.quotemarks import quote_states
from pipeline.reader import labels, windows
from training.examples import IGNORE, Example, keep, path_of

OPENING = set("([{“‘«$£€#") | {"``", "`", "-LRB-", "-LSB-", "US$"}
CLOSING = re.compile(r"([.,;:!?…%)\]}”»]+|''|-R[RSC]B-|n['’]t|['’](s|re|ve|ll|m|d))$", re.I)
WRITTEN = {"``": '"', "''": '"', "`": "'", "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]"}
SZEGED_KIND = {"condition": "conditional"}

Span = tuple[int, int]


class Maker:
    """Turns text into an Example and finds its words by character offsets."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "hearsay_tokenizer"}}})
        self.nlp.max_length = 10**8
        self.tokenizer = tokenizer

    def example(self, text: str) -> tuple[Example, np.ndarray, np.ndarray]:
        """(example without layers, first character of each word, last + 1)."""
        doc = self.nlp.make_doc(text)
        tokens = [t for t in doc if not t.is_space]
        paragraph, at, states = [], 0, quote_states(doc)
        for token in doc:
            if token.is_space:
                at += "\n\n" in token.text
            else:
                paragraph.append(at)
        words = [t.text for t in tokens]
        example = Example(
            words,
            np.asarray(paragraph, dtype=np.int32),
            np.asarray([windows.shape(w) for w in words], dtype=np.int8),
            np.asarray([states[t.i] for t in tokens], dtype=np.int8),
            windows.split_words(words, self.tokenizer),
        )
        start = np.asarray([t.idx for t in tokens], dtype=np.int64)
        return example, start, start + np.asarray([len(t) for t in tokens], dtype=np.int64)


def covered(start: np.ndarray, end: np.ndarray, span: Span) -> tuple[int, int]:
    """Words that share a character with a span of the text, as (first, last + 1)."""
    return int(np.searchsorted(end, span[0], side="right")), int(np.searchsorted(start, span[1], side="left"))


def natural(tokens: list[str]) -> tuple[str, list[Span]]:
    """Tokens joined as a newspaper prints them, and where each stands."""
    text, offsets, glue, inside = "", [], True, {"'": False, '"': False}
    for i, token in enumerate(tokens):
        after = tokens[i + 1] if i + 1 < len(tokens) else ""
        left, right = bool(CLOSING.match(token)), token in OPENING
        if token in inside:
            left = bool(text) and (inside[token] or not after)
            right, inside[token] = not left, not left
        elif token in ("-", "/") and text[-1:].isalnum() and after[:1].isalnum():
            left = right = True
        if not (glue or left):
            text += " "
        shown = WRITTEN.get(token, token)
        offsets.append((len(text), len(text) + len(shown)))
        text, glue = text + shown, right
    return text, offsets


def joined(parts: Iterable[tuple[str, list[Span]]], gap: str = " ") -> tuple[str, list[list[Span]]]:
    """Texts with spans, one behind the other, and the spans of each in the whole."""
    text, out = "", []
    for part, spans in parts:
        text += gap if text else ""
        out.append([(a + len(text), b + len(text)) for a, b in spans])
        text += part
    return text, out


def bio_layer(n: int, spans: Iterable[tuple[int, int, str]], tags: list[str]) -> np.ndarray:
    """BIO tag of each word; of spans that overlap the first stands."""
    out = np.zeros(n, dtype=np.int64)
    for lo, hi, kind in spans:
        if lo < hi and not out[lo:hi].any():
            out[lo] = tags.index(f"B-{kind}")
            out[lo + 1 : hi] = tags.index(f"I-{kind}")
    return out


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def attributions(path: Path, make: Maker) -> Iterator[Example]:
    """PolNeAR, GUM: pieces (BIO) and, for the pointers, the words of each attribution's source, cue and content."""
    for row in rows(path):
        if row.get("split", "train") != "train":
            continue
        example, start, end = make.example(row["text"])
        pieces, links = [], []
        for a in row["attributions"]:
            parts = {p: [covered(start, end, tuple(s)) for s in a[p]] for p in labels.PIECE}
            pieces += [(*span, p) for p in ("cue", "content", "source") for span in parts[p]]
            links.append({p: [i for lo, hi in parts[p] for i in range(lo, hi)] for p in labels.PIECE})
        order = {"cue": 0, "source": 1, "content": 2}
        pieces.sort(key=lambda s: (order[s[2]], s[0]))
        example.layers["piece"] = bio_layer(len(example.words), pieces, labels.bio(labels.PIECE))
        example.layers["links"] = links
        yield example


def read_conllu(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(document id, its sentences): each with text, id, new paragraph or not, rows, space after it or not."""
    name = ""
    sentences: list[dict[str, Any]] = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        lines = block.split("\n")
        meta = {k: v for k, _, v in (m[2:].partition(" = ") for m in lines if m.startswith("#"))}
        opening = next((v for k, v in meta.items() if k.startswith("newdoc")), None)
        if opening is not None:
            if sentences:
                yield name, sentences
            name, sentences = opening, []
        table = [line.split("\t") for line in lines if line and not line.startswith("#")]
        table = [r for r in table if "." not in r[0]]
        par = any(k.split(" ")[0] in ("newpar", "newpar_id") for k in meta)
        sentences.append({"id": meta["sent_id"], "text": meta["text"].strip(), "par": par, "rows": table})
    yield name, sentences


def word_offsets(text: str, table: list[list[str]]) -> tuple[list[Span | None], bool]:
    """Where each syntactic word of a sentence stands in its text (None: inside an opaque contraction)."""
    out: list[Span | None] = []
    at, until, opaque, space = 0, 0, False, True
    inner = 0
    for row in table:
        if "-" in row[0]:
            lo, hi = map(int, row[0].split("-"))
            forms = [r[1] for r in table if r[0].isdigit() and lo <= int(r[0]) <= hi]
            while text[at].isspace():
                at += 1
            inner, until, opaque = at, hi, "".join(forms) != row[1]
            at += len(row[1])
            space = "SpaceAfter=No" not in row[9]
        elif row[0].isdigit() and int(row[0]) <= until:
            out.append(None if opaque else (inner, inner + len(row[1])))
            inner += len(row[1])
        else:
            while text[at].isspace():
                at += 1
            out.append((at, at + len(row[1])))
            at += len(row[1])
            space = "SpaceAfter=No" not in row[9]
    return out, space


def document_text(sentences: list[dict[str, Any]]) -> tuple[str, list[int]]:
    """Running text of a treebank document, paragraphs parted by a blank line, and where each sentence begins."""
    text, starts, gap = "", [], ""
    for s in sentences:
        text += "\n\n" if s["par"] and text else gap if text else ""
        starts.append(len(text))
        text += s["text"]
        gap = " " if s["space"] else ""
    return text, starts


def trees(
    path: Path, make: Maker, predicates: dict[str, list], clusters: dict[str, list]
) -> Iterator[Example]:
    """UD treebank documents: sentence starts, tags, heads, relations; factuality and clusters where there are any."""
    for name, sentences in read_conllu(path):
        for s in sentences:
            s["offsets"], s["space"] = word_offsets(s["text"], s["rows"])
        text, starts = document_text(sentences)
        example, start, end = make.example(text)
        where = {(a, b): i for i, (a, b) in enumerate(zip(start.tolist(), end.tolist()))}
        n = len(example.words)
        layers = {k: np.full(n, IGNORE, dtype=np.int64) for k in ("upos", "xpos", "relation", "head")}
        layers["sentence"] = np.zeros(n, dtype=np.int64)
        layers["bounds"] = np.zeros((n, 2), dtype=np.int64)
        factual = np.full(n, np.nan, dtype=np.float32)
        flat: list[int | None] = []  # word of the treebank document -> word of the example
        for s, base in zip(sentences, starts):
            place = [None if o is None else where.get((o[0] + base, o[1] + base)) for o in s["offsets"]]
            lo, hi = covered(start, end, (base, base + len(s["text"])))
            if lo < hi:
                layers["sentence"][lo] = 1
                layers["bounds"][lo:hi] = lo, hi
            words = [r for r in s["rows"] if r[0].isdigit()]
            for row, i in zip(words, place):
                flat.append(i)
                if i is None:
                    continue
                layers["upos"][i] = labels.UPOS.index(row[3]) if row[3] in labels.UPOS else IGNORE
                layers["xpos"][i] = labels.XPOS.index(row[4]) if row[4] in labels.XPOS else IGNORE
                head = -1 if row[6] == "0" else place[int(row[6]) - 1]
                if head is not None and row[7] in labels.DEPREL:
                    layers["head"][i], layers["relation"][i] = head, labels.DEPREL.index(row[7])
            for p in predicates.get(s["id"], ()):
                i = covered(start, end, (base + p["start"], base + p["end"]))[0]
                if i < n:
                    factual[i] = p["factuality"]
        example.layers |= layers
        if np.isfinite(factual).any():
            example.layers["factuality"] = factual
        if name in clusters:
            spans = [[(flat[a], flat[b - 1]) for a, b in c if b <= len(flat)] for c in clusters[name]]
            kept = [[(a, b + 1) for a, b in c if a is not None and b is not None] for c in spans]
            example.layers["clusters"] = kept
        yield example


def held_out(document: str) -> bool:
    """Whether a document of a set without a dev part is kept from training, to measure on: one in ten, by its name."""
    return zlib.crc32(document.encode("utf-8")) % 10 == 0


def hedges(path: Path, make: Maker, size: int = 12, *, whole: bool = True) -> Iterator[Example]:
    """Szeged: cues (BIO), sentence starts, and factuality where the row has predicates; neighbours stand together."""
    by_doc: dict[str, list[dict[str, Any]]] = {}
    for row in rows(path):
        if whole or not held_out(row["doc"]):
            by_doc.setdefault(row["doc"], []).append(row)
    for sentences in by_doc.values():
        for at in range(0, len(sentences), size):
            group = sentences[at : at + size]
            text, spans = joined((r["text"], [(0, len(r["text"]))]) for r in group)
            example, start, end = make.example(text)
            n, found = len(example.words), []
            factual = np.full(n, np.nan, dtype=np.float32)
            example.layers["sentence"] = np.zeros(n, dtype=np.int64)
            for row, ((base, stop),) in zip(group, spans):
                lo, hi = covered(start, end, (base, stop))
                if lo < hi:
                    example.layers["sentence"][lo] = 1
                for c in row["cues"]:
                    kind = SZEGED_KIND.get(c["type"], c["type"])
                    found.append((*covered(start, end, (base + c["start"], base + c["end"])), kind))
                for p in row.get("predicates") or []:
                    i = covered(start, end, (base + p["start"], base + p["end"]))[0]
                    if i < n and p["factuality"] is not None:
                        factual[i] = p["factuality"]
            example.layers["hedge"] = bio_layer(n, found, labels.bio(labels.HEDGE))
            if np.isfinite(factual).any():
                example.layers["news"] = factual
            yield example


def entities(
    path: Path, complete: list[str], make: Maker, sentence_layer: bool, words: int = 200
) -> Iterator[Example]:
    """NER sets: tags (IGNORE where ambiguous) and `open`: kinds that an O of this set does not rule out."""
    sentences: list[list[tuple[str, str]]] = [[]]
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line.strip():
            sentences.append([])
        elif "\t" in line:
            token, tag = line.split("\t")[:2]
            sentences[-1].append((token, tag.strip()))
    sentences = [s for s in sentences if s]
    tags = labels.bio(labels.ENTITY)
    group: list[list[tuple[str, str]]] = []
    for k, sentence in enumerate(sentences):
        group.append(sentence)
        if sum(map(len, group)) < words and k + 1 < len(sentences):
            continue
        text, spans = joined(natural([t for t, _ in s]) for s in group)
        example, start, end = make.example(text)
        layer = np.zeros(len(example.words), dtype=np.int64)
        starts = np.zeros(len(example.words), dtype=np.int64)
        for s, offsets in zip(group, spans):
            lo, hi = covered(start, end, (offsets[0][0], offsets[-1][1]))
            if lo < hi:
                starts[lo] = 1
            _mark_entities(layer, [t for _, t in s], offsets, start, end, tags)
        example.layers["entity"] = layer
        example.layers["open"] = [t for t in tags if t != "O" and t[2:] not in complete]
        if sentence_layer:
            example.layers["sentence"] = starts
        yield example
        group = []


def _mark_entities(
    layer: np.ndarray,
    gold: list[str],
    offsets: list[Span],
    start: np.ndarray,
    end: np.ndarray,
    tags: list[str],
) -> None:
    i = 0
    while i < len(gold):
        if gold[i] == "O":
            i += 1
            continue
        kind, j = gold[i][2:], i + 1
        while j < len(gold) and gold[j] == f"I-{kind}":
            j += 1
        lo, hi = covered(start, end, (offsets[i][0], offsets[j - 1][1]))
        if kind == "IGN" or f"B-{kind}" not in tags:
            layer[lo:hi] = IGNORE
        elif lo < hi:
            layer[lo], layer[lo + 1 : hi] = tags.index(f"B-{kind}"), tags.index(f"I-{kind}")
        i = j


def predicates(
    path: Path, make: Maker, tokenised: bool, skip: set[str], layer: str = "factuality"
) -> Iterator[Example]:
    """Factuality of single sentences; those whose letters are in `skip` are left out (they stand elsewhere).

    `layer` is "news" for the sets that judge as FactBank does.
    """
    for row in rows(path):
        if not row.get("predicates") or letters(row["text"]) in skip:
            continue
        text, shift = row["text"], None
        if tokenised:
            tokens = text.split(" ")
            at = np.concatenate([[0], np.cumsum([len(t) + 1 for t in tokens])])[:-1]
            kept = [k for k, t in enumerate(tokens) if t]
            text, offsets = natural([tokens[k] for k in kept])
            shift = {int(at[k]): o for k, o in zip(kept, offsets)}
        example, start, end = make.example(text)
        factual = np.full(len(example.words), np.nan, dtype=np.float32)
        for p in row["predicates"]:
            span = (p["start"], p["end"]) if shift is None else shift.get(p["start"])
            if span is not None and p["factuality"] is not None:
                i = covered(start, end, span)[0]
                if i < len(factual):
                    factual[i] = p["factuality"]
        example.layers[layer] = factual
        yield example


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def checkworthy(path: Path, make: Maker) -> Iterator[Example]:
    """ClaimBuster: one sentence, worth checking or not."""
    for row in rows(path):
        example, _, _ = make.example(row["text"])
        if example.words:
            example.layers["checkworthiness"] = int(row["label"])
            yield example


def metonyms(path: Path, make: Maker) -> Iterator[Example]:
    """ReLocaR: one place name in its sentence, standing for the place (0) or for who acts there (1)."""
    for row in rows(path):
        example, start, end = make.example(row["text"])
        lo, hi = covered(start, end, tuple(row["span"]))
        layer = np.full(len(example.words), IGNORE, dtype=np.int64)
        layer[lo:hi] = int(row["label"] == "met")
        example.layers["metonymy"] = layer
        yield example


def clusters(path: Path, make: Maker) -> Iterator[Example]:
    """Coreference documents of tokens (LitBank): clusters of word spans."""
    for row in rows(path):
        text, offsets = natural(row["tokens"])
        example, start, end = make.example(text)
        spans = [
            [covered(start, end, (offsets[a][0], offsets[b - 1][1])) for a, b in c] for c in row["clusters"]
        ]
        example.layers["clusters"] = spans
        yield example


def pronoun_names(path: Path, make: Maker) -> Iterator[Example]:
    """GAP: one pronoun and two names. Only the pronoun's antecedent is known; the other name is not it."""
    for row in rows(path):
        example, start, end = make.example(row["text"])
        spot = {k: covered(start, end, tuple(row[k])) for k in ("pronoun", "A", "B")}
        example.layers["gap"] = {**spot, "right": [k for k in "AB" if row[f"{k}_coref"]]}
        yield example


def build(data: Path, make: Maker) -> dict[str, Iterator[Example]]:
    """{set: its examples}, each made when asked for."""
    labelmap = json.loads((data / "ner/labelmap.json").read_text(encoding="utf-8"))
    uds: dict[str, list] = {}
    for row in rows(data / "factuality/uds_ih2.train.jsonl"):
        uds.setdefault(row.get("sent_id", ""), []).extend(row.get("predicates") or [])
    onto = {r["id"]: r["clusters"] for r in rows(data / "coref/ontogumopen_train.jsonl")}
    factbank = {
        letters(r["text"]) for r in rows(data / "hedges/szeged_factbank.train.jsonl") if r.get("predicates")
    }

    def ner(name: str, sentence_layer: bool = False) -> Iterator[Example]:
        return entities(data / f"ner/{name}_train.iob2", labelmap[name]["complete"], make, sentence_layer)

    return {
        "polnear": attributions(data / "attribution/polnear_train.jsonl", make),
        "gum_attribution": attributions(data / "attribution/gum_other.jsonl", make),
        "ewt": trees(data / "ud/ewt_train.conllu", make, uds, {}),
        "gum": trees(data / "ud/gumopen_train.conllu", make, {}, onto),
        "worldwide": ner("worldwide"),
        "gmb": ner("gmb", sentence_layer=True),
        "crossner": ner("crossner_politics"),
        "grobidner": ner("grobidner"),
        "re3d": ner("re3d"),
        "wnut17": ner("wnut17"),
        "szeged_wiki": hedges(data / "hedges/szeged_wiki.train.jsonl", make, whole=False),
        "szeged_factbank": hedges(data / "hedges/szeged_factbank.train.jsonl", make),
        # the same sentences without their neighbours, as the measure has them
        "szeged_factbank_alone": hedges(data / "hedges/szeged_factbank.train.jsonl", make, size=1),
        "szeged_hbc": hedges(data / "hedges/szeged_bio_hbc.train.jsonl", make),
        "szeged_bmc": hedges(data / "hedges/szeged_bio_bmc.train.jsonl", make),
        "szeged_fly": hedges(data / "hedges/szeged_bio_fly.train.jsonl", make),
        "uw": predicates(data / "factuality/uw.train.jsonl", make, True, factbank, "news"),
        "meantime": predicates(data / "factuality/meantime.train.jsonl", make, True, set(), "news"),
        "commitmentbank": predicates(data / "factuality/commitmentbank.train.jsonl", make, False, set()),
        "megaveridicality": predicates(data / "factuality/megaveridicality2.train.jsonl", make, False, set()),
        "claimbuster": checkworthy(data / "claims/claimbuster.train.jsonl", make),
        "relocar": metonyms(data / "coref/relocar_train.jsonl", make),
        "litbank": clusters(data / "coref/litbank_all.jsonl", make),
        "gap": pronoun_names(data / "coref/gap_train.jsonl", make),
    }


def write(data: Path, out: Path, tokenizer_file: Path, wanted: set[str] | None = None) -> None:
    """Prepare the wanted sets (all of them by default), one pickle each; a set that lies there already is kept."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    out.mkdir(parents=True, exist_ok=True)
    for name, examples in build(data, Maker(tokenizer)).items():
        if path_of(out, name).exists() or (wanted is not None and name not in wanted):
            continue
        made = list(examples)
        keep(made, out, name)
        pieces = sum(len(e.pieces.ids) for e in made)
        print(f"{name:18} {len(made):6} examples {pieces:8} pieces  {sorted(made[0].layers)}", flush=True)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--out", type=Path, default=Path("build/data"))
    ap.add_argument("--tokenizer", type=Path, default=Path("pipeline/model/tokenizer.json"))
    args = ap.parse_args()
    write(args.data, args.out, args.tokenizer)


if __name__ == "__main__":
    main()
