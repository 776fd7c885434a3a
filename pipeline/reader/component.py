"""The spaCy component: Docs in, the same Docs with everything that tables.md promises set on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import srsly
from spacy.attrs import DEP, HEAD, MORPH, POS, TAG
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch

from pipeline.entities.places import split_place
from pipeline.quotes.quotemarks import quote_states
from pipeline.reader import decoding, extensions, labels, windows
from pipeline.reader.network import Network, read_files

PIECES_PER_WINDOW = 256
BASE_FORMS, INFLECTED = [labels.XPOS.index("VB"), labels.XPOS.index("VBP")], labels.XPOS.index("VBZ")
MODAL, AUXILIARY = labels.XPOS.index("MD"), labels.UPOS.index("AUX")
THIRD_PERSON = re.compile(r"[a-z][^\W\dsuia]s$")  # but "focus", "miss", "canvas"
WINDOWS_AT_ONCE = 32  # decoded together; bounds memory whatever the length of an article
PLURAL = {"source": "sources", "cue": "cues", "content": "contents"}
ANAPHORS = frozenset(
    "he him his himself she her hers herself they them their theirs themselves it its itself".split()
)
# The features that spaCy's rule lemmatizer asks for, told from the Penn tag.
MORPHOLOGY = {
    "VB": "VerbForm=Inf", "VBP": "Tense=Pres|VerbForm=Fin", "VBZ": "Number=Sing|Person=3|Tense=Pres|VerbForm=Fin",
    "VBD": "Tense=Past|VerbForm=Fin", "VBN": "Tense=Past|VerbForm=Part", "VBG": "VerbForm=Ger",
    "NN": "Number=Sing", "NNS": "Number=Plur", "NNP": "Number=Sing", "NNPS": "Number=Plur",
    "JJ": "Degree=Pos", "JJR": "Degree=Cmp", "JJS": "Degree=Sup",
    "RB": "Degree=Pos", "RBR": "Degree=Cmp", "RBS": "Degree=Sup",
}  # fmt: skip
COLUMNS = labels.columns()


class Input(NamedTuple):
    """A document as the network takes it; `tokens[w]` is the place of word w in the Doc, where spaces count."""

    tokens: np.ndarray
    words: list[str]
    paragraph: np.ndarray
    pieces: windows.Pieces
    shapes: np.ndarray
    quotes: np.ndarray


class Reading(NamedTuple):
    """What decoding finds in one window; words count from the window's first."""

    starts: np.ndarray
    upos: np.ndarray
    xpos: np.ndarray
    head: np.ndarray
    relation: np.ndarray
    scalars: np.ndarray  # [N, 3]: factuality, checkworthiness (logit), metonymy (probability)
    entities: list[decoding.Piece]
    pieces: list[decoding.Piece]
    hedges: list[decoding.Piece]
    cue_of: dict[int, list[tuple[int, float]]]  # content piece -> cue pieces, best first
    source_of: dict[int, list[tuple[int, float]]]  # cue piece -> source pieces
    antecedents: list[tuple[int, list[tuple[int, float]]]]


class Reader:
    """Annotates Docs with the shipped network.

    `layers` says what is set: "syntax" (sentences, tags, lemmas' features, trees), "entities", "attribution" (sources,
    cues, contents with their links, anaphors), "hedges" and "factuality" (with check-worthiness). Behind another
    pipeline's tagger and parser, leave out "syntax" and "entities".
    """

    def __init__(self, name: str, layers: Iterable[str], network: Network | None = None) -> None:
        self.name, self.layers, self._network = name, frozenset(layers), network
        extensions.register()

    @property
    def network(self) -> Network:
        if self._network is None:
            raise ValueError(
                f"the component {self.name!r} has no weights yet; load the pipeline with pipeline.load(), or with "
                "spacy.load() from a folder that nlp.to_disk() wrote"
            )
        return self._network

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 16) -> Iterator[Doc]:
        """Annotated Docs in their order."""
        for docs in minibatch(stream, batch_size):
            batch = list(docs)
            for doc, source, readings in zip(batch, *self._read(batch)):
                annotate(doc, source, readings, self.layers)
                yield doc

    def _read(self, docs: list[Doc]) -> tuple[list[Input], list[list[tuple[int, Reading]]]]:
        """Inputs and, for each doc, its windows' readings with the first word of each."""
        inputs = [prepare(doc, self.network) for doc in docs]
        jobs = [(k, w) for k, source in enumerate(inputs) for w in _windows(source)]
        out: list[list[tuple[int, Reading]]] = [[] for _ in docs]
        for at in range(0, len(jobs), WINDOWS_AT_ONCE):
            part = jobs[at : at + WINDOWS_AT_ONCE]
            scores = [self.network.run(_encode(inputs[k], w)) for k, w in part]
            opens = [np.diff(inputs[k].paragraph[w.lo : w.hi], prepend=-1) != 0 for k, w in part]
            words = [inputs[k].words[w.lo : w.hi] for k, w in part]
            for (k, w), reading in zip(part, decode(self.network, scores, opens, words)):
                out[k].append((w.lo, reading))
        return inputs, out

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The weights with all else that the component needs."""
        return srsly.msgpack_dumps({"layers": sorted(self.layers), "files": self.network.files})

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Reader:
        saved = srsly.msgpack_loads(data)
        self.layers, self._network = frozenset(saved["layers"]), Network(saved["files"])
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """A folder with the files of the model and the layers that are set."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.network.files.items():
            (folder / name).write_bytes(data)
        srsly.write_json(folder / "layers.json", sorted(self.layers))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Reader:
        folder = Path(path)
        self.layers, self._network = (
            frozenset(srsly.read_json(folder / "layers.json")),
            Network(read_files(folder)),
        )
        return self

    def __reduce__(self) -> tuple[Callable[..., Reader], tuple[Any, ...]]:
        """Pickled as its files, since a session of onnxruntime cannot be: what nlp.pipe(n_process=2) needs."""
        return _from_files, (self.name, sorted(self.layers), self._network and self._network.files)


def _from_files(name: str, layers: list[str], files: dict[str, bytes] | None) -> Reader:
    return Reader(name, layers, Network(files) if files else None)


ALL_LAYERS = ("syntax", "entities", "attribution", "hedges", "factuality")


@Language.factory(
    "hearsay_reader",
    default_config={"layers": list(ALL_LAYERS)},
    assigns=[
        "token.tag",
        "token.pos",
        "token.dep",
        "token.head",
        "token.is_sent_start",
        "doc.ents",
        "doc.spans",
    ],
)
def make_reader(nlp: Language, name: str, layers: list[str]) -> Reader:
    """The factory behind nlp.add_pipe("hearsay_reader"); weights come with from_disk, or from pipeline.load()."""
    return Reader(name, layers)


def prepare(doc: Doc, network: Network) -> Input:
    """Words (tokens that are no white space) with the features that the network takes."""
    tokens, words, paragraph, at = [], [], [], 0
    for token in doc:
        text = token.text
        if text.isspace() or not text:
            at += "\n\n" in text
        else:
            tokens.append(token.i)
            words.append(text)
            paragraph.append(at)
    index = np.asarray(tokens, dtype=np.int64)
    return Input(
        index,
        words,
        np.asarray(paragraph, dtype=np.int64),
        windows.split_words(words, network.tokenizer),
        np.asarray([windows.shape(w) for w in words], dtype=np.int64),
        np.asarray(quote_states(doc), dtype=np.int64)[index] if words else index,
    )


def _windows(source: Input) -> list[windows.Window]:
    return windows.pack(source.words, np.diff(source.pieces.start), source.paragraph, PIECES_PER_WINDOW)


def _encode(source: Input, window: windows.Window) -> windows.Encoded:
    return windows.encode(window, source.pieces, source.paragraph, source.shapes, source.quotes)


def decode(
    network: Network, scores: list[Any], opens: list[np.ndarray], words: list[list[str]]
) -> list[Reading]:
    """Readings of windows: scores as Network.run gives them, `opens` true where a word opens a paragraph."""
    tags = {
        head: decoding.viterbi([s.words[:, COLUMNS[head]] for s in scores], *_transitions(network, head))
        for head in ("entity", "piece", "hedge")
    }
    out = []
    for k, s in enumerate(scores):
        found = {
            head: decoding.spans(tags[head][k], s.words[:, COLUMNS[head]], labels.WORD_HEADS[head])
            for head in tags
        }
        out.append(_reading(network, s, opens[k], words[k], found))
    return out


def _transitions(network: Network, head: str) -> tuple[np.ndarray, np.ndarray]:
    tags = labels.WORD_HEADS[head]
    if head == "piece":  # learned by a conditional random field; the others only know what BIO allows
        return network.tables["piece_transitions"], network.tables["piece_first"] + decoding.bio_first(tags)
    return decoding.bio_transitions(tags), decoding.bio_first(tags)


def _reading(
    network: Network, s: Any, opens: np.ndarray, words: list[str], found: dict[str, list]
) -> Reading:
    starts = (s.words[:, COLUMNS["sentence"]][:, 0] > 0) | opens
    starts[0] = True
    head = decoding.heads(s.pairs["head"], starts)
    is_root = head == np.arange(len(head))
    relation = network.relations(s, np.where(is_root, 0, head + 1))
    root = labels.DEPREL.index("root")
    relation[:, root] = np.where(is_root, np.inf, -np.inf)
    tags = _penn_tags(s.words[:, COLUMNS["xpos"]], words)
    scalars = np.stack(
        [
            3.0 * np.tanh(s.words[:, COLUMNS["factuality"]][:, 0]),
            s.words[:, COLUMNS["checkworthiness"]][:, 0],
            1.0 / (1.0 + np.exp(-s.words[:, COLUMNS["metonymy"]][:, 0])),
        ],
        axis=1,
    )
    pieces = found["piece"]
    return Reading(
        starts,
        np.where(tags == MODAL, AUXILIARY, s.words[:, COLUMNS["upos"]].argmax(1)),
        tags,
        head,
        relation.argmax(1),
        scalars,
        found["entity"],
        pieces,
        found["hedge"],
        _links(s.pairs["cue"], pieces, "content", "cue"),
        _links(s.pairs["source"], pieces, "cue", "source"),
        [
            (i, decoding.likeliest(s.pairs["antecedent"], i))
            for i, w in enumerate(words)
            if len(w) <= 10 and w.lower() in ANAPHORS
        ],
    )


def _penn_tags(scores: np.ndarray, words: list[str]) -> np.ndarray:
    """The likeliest tag of each word; a form in -s ("makes") is no base form, whatever the score."""
    tags = scores.argmax(1)
    for i in np.flatnonzero(np.isin(tags, BASE_FORMS)):
        if THIRD_PERSON.search(words[i]):
            tags[i] = INFLECTED
    return tags


def _links(scores: np.ndarray, pieces: list[decoding.Piece], chooser: str, chosen: str) -> dict[int, list]:
    """{index of a chooser piece: [(index of a chosen piece or -1, probability)]}."""
    targets = [k for k, p in enumerate(pieces) if p.kind == chosen]
    spans = [range(pieces[k].lo, pieces[k].hi) for k in targets]
    return {
        k: [
            (targets[t] if t >= 0 else -1, p)
            for t, p in decoding.choices(scores, range(piece.lo, piece.hi), spans)
        ]
        for k, piece in enumerate(pieces)
        if piece.kind == chooser
    }


def annotate(doc: Doc, source: Input, readings: list[tuple[int, Reading]], layers: frozenset[str]) -> None:
    """Set what was read on the Doc."""
    if "syntax" in layers and len(doc):
        _set_syntax(doc, source, readings)
    if "entities" in layers:
        _set_entities(doc, source, readings)
    if "attribution" in layers:
        _set_pieces(doc, source, readings)
        _set_anaphors(doc, source, readings)
        _set_metonyms(doc, source, readings)
    if "hedges" in layers:
        _set_hedges(doc, source, readings)
    if "factuality" in layers:
        _set_scalars(doc, source, readings)


def _set_syntax(doc: Doc, source: Input, readings: list[tuple[int, Reading]]) -> None:
    """Tags, trees and through them sentences; white space hangs on the word before it."""
    strings = doc.vocab.strings
    upos = np.array([strings.add(x) for x in labels.UPOS], dtype=np.uint64)
    xpos = np.array([strings.add(x) for x in labels.XPOS], dtype=np.uint64)
    relations = np.array([strings.add("ROOT" if x == "root" else x) for x in labels.DEPREL], dtype=np.uint64)
    morphs = np.array([doc.vocab.morphology.add(MORPHOLOGY.get(x, "")) for x in labels.XPOS], dtype=np.uint64)
    n = len(doc)
    table = np.zeros((n, 5), dtype=np.uint64)  # POS TAG MORPH DEP HEAD
    head = np.arange(n)
    space, space_tag, dep = strings.add("SPACE"), strings.add("_SP"), strings.add("dep")
    table[:] = space, space_tag, doc.vocab.morphology.add(""), dep, 0
    for lo, r in readings:
        at = source.tokens[lo : lo + len(r.head)]
        table[at, 0], table[at, 1], table[at, 2] = upos[r.upos], xpos[r.xpos], morphs[r.xpos]
        table[at, 3], head[at] = relations[r.relation], source.tokens[lo + r.head]
    is_word = np.zeros(n, dtype=bool)
    is_word[source.tokens] = True
    if len(source.tokens):
        previous = np.maximum.accumulate(np.where(is_word, np.arange(n), -1))
        spaces = np.flatnonzero(~is_word)
        # Space before the first word has none before it, and hangs on that first word.
        head[spaces] = np.where(previous[spaces] >= 0, previous[spaces], source.tokens[0])
    table[:, 4] = (head - np.arange(n)).astype(np.int64).view(np.uint64)
    doc.from_array([POS, TAG, MORPH, DEP, HEAD], table)  # type: ignore[arg-type]


def _span(doc: Doc, source: Input, lo: int, piece: decoding.Piece, label: str) -> Span:
    return Span(
        doc, int(source.tokens[lo + piece.lo]), int(source.tokens[lo + piece.hi - 1]) + 1, label=label
    )


def _set_entities(doc: Doc, source: Input, readings: list[tuple[int, Reading]]) -> None:
    found = []
    for lo, r in readings:
        for piece in r.entities:
            span = _span(doc, source, lo, piece, piece.kind)
            if piece.kind == "PLACE":
                around = doc[max(0, span.start - 8) : span.end + 8].text
                span = Span(doc, span.start, span.end, label=split_place(span.text, around))
            elif piece.kind == "VEHICLE":
                span = Span(doc, span.start, span.end, label="PRODUCT")
            found.append(span)
    doc.set_ents(found)


def _set_pieces(doc: Doc, source: Input, readings: list[tuple[int, Reading]]) -> None:
    """Groups sources, cues, contents; links are indices into the groups, in their attrs."""
    groups: dict[str, list[Span]] = {kind: [] for kind in labels.PIECE}
    sure: dict[str, list[float]] = {kind: [] for kind in labels.PIECE}
    links: dict[str, list[list[list[float]]]] = {"content": [], "cue": []}
    for lo, r in readings:
        place = {}
        for k, piece in enumerate(r.pieces):
            place[k] = len(groups[piece.kind])
            groups[piece.kind].append(_span(doc, source, lo, piece, piece.kind))
            sure[piece.kind].append(round(piece.confidence, 4))
        for kind, chosen in (("content", r.cue_of), ("cue", r.source_of)):
            for k in sorted(chosen):
                links[kind].append([[place[t] if t >= 0 else -1, round(p, 4)] for t, p in chosen[k]])
    for kind, name in PLURAL.items():
        attrs: dict[str, Any] = {"confidence": sure[kind]}
        if kind in links:
            to = "cue" if kind == "content" else "source"
            attrs[to] = [int(best[0][0]) for best in links[kind]]
            attrs[f"{to}_score"] = [best[0][1] for best in links[kind]]
            attrs[f"{to}_scores"] = links[kind]
        _set_group(doc, name, groups[kind], attrs)


def _set_group(doc: Doc, name: str, found: list[Span], attrs: dict[str, Any]) -> None:
    doc.spans[name] = found
    doc.spans[name].attrs.update(attrs)


def _set_anaphors(doc: Doc, source: Input, readings: list[tuple[int, Reading]]) -> None:
    found, antecedents = [], []
    for lo, r in readings:
        for word, chosen in r.antecedents:
            i = int(source.tokens[lo + word])
            found.append(Span(doc, i, i + 1, label="anaphor"))
            antecedents.append([[int(source.tokens[lo + w]), round(p, 4)] for w, p in chosen])
    _set_group(doc, "anaphors", found, {"antecedents": antecedents})


def _set_metonyms(doc: Doc, source: Input, readings: list[tuple[int, Reading]]) -> None:
    chance = np.zeros(len(doc))
    for lo, r in readings:
        chance[source.tokens[lo : lo + len(r.scalars)]] = r.scalars[:, 2]
    found = [
        Span(doc, e.start, e.end, label="metonym") for e in doc.ents if e.label_ in ("GPE", "LOC", "FAC")
    ]
    attrs = {"metonymy": [round(float(chance[s.start : s.end].mean()), 4) for s in found]}
    _set_group(doc, "metonyms", found, attrs)


def _set_hedges(doc: Doc, source: Input, readings: list[tuple[int, Reading]]) -> None:
    pieces = [
        (_span(doc, source, lo, p, p.kind), round(p.confidence, 4)) for lo, r in readings for p in r.hedges
    ]
    _set_group(doc, "hedges", [s for s, _ in pieces], {"confidence": [c for _, c in pieces]})


def _set_scalars(doc: Doc, source: Input, readings: list[tuple[int, Reading]]) -> None:
    values = np.zeros((len(doc), 2))
    for lo, r in readings:
        values[source.tokens[lo : lo + len(r.scalars)]] = r.scalars[:, :2]
    doc.user_data[extensions.FACTUALITY] = np.round(values[:, 0], 3).tolist()
    doc.user_data[extensions.CHECKWORTHINESS] = np.round(values[:, 1], 3).tolist()
