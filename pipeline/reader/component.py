"""The spaCy component: Docs in, the same Docs with everything that tables.md promises set on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from pipeline.quotes.quotemarks import quote_states
from pipeline.reader import extensions, windows
from pipeline.reader.annotation import annotate
from pipeline.reader.network import Network, read_files
from pipeline.reader.readings import Reading, decode

PIECES_PER_WINDOW = 256
WINDOWS_AT_ONCE = 32  # decoded together; bounds memory whatever the length of an article


class Input(NamedTuple):
    """A document as the network takes it; `tokens[w]` is the place of word w in the Doc, where spaces count."""

    tokens: np.ndarray
    words: list[str]
    paragraph: np.ndarray
    pieces: windows.Pieces
    shapes: np.ndarray
    quotes: np.ndarray


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
                annotate(doc, source.tokens, readings, self.layers)
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
