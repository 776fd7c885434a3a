"""The shipped model as a spaCy pipeline: `load()`."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

LEMMAS = "lemmas.bin"


def load(name: str | None = None) -> Language:
    """A spaCy pipeline that sets all that docs/tables.md promises on a Doc.

    Without a name, the shipped reader does everything. With the name (or folder) of an installed spaCy pipeline, that
    one gives tags, trees and entities, and the reader adds quotes, hedges and factuality; trees with ClearNLP's labels,
    as in spaCy's official English pipelines, are made UD trees; the length of text that it takes (`max_length`) stays
    its own. The component `hearsay_hedges` joins what the reader has learned of hedges with the lexicon. Raises OSError
    where spaCy finds no such pipeline.
    """
    import spacy

    from pipeline.reader.component import Reader
    from pipeline.reader.network import Network

    own = name is None
    tokenizer = {"nlp": {"tokenizer": {"@tokenizers": "hearsay_tokenizer"}}}
    nlp = spacy.blank("en", config=tokenizer) if name is None else spacy.load(name)
    if not own:
        _make_ud(nlp)
    reader = nlp.add_pipe(
        "hearsay_reader", config={} if own else {"layers": ["attribution", "hedges", "factuality"]}, last=True
    )
    assert isinstance(reader, Reader)
    reader._network = Network(_shipped())
    if own:
        _add_lemmas(nlp)
        nlp.max_length = 10**8  # our reader works in windows: length costs it no memory as it does a parser
    nlp.add_pipe("hearsay_hedges", last=True)
    return nlp


def vocabulary() -> Language:
    """What docs that the reader annotated are read back with: its vocabulary and attributes, without the network."""
    import spacy

    from pipeline.reader import extensions

    extensions.register()
    return spacy.blank("en")


@cache
def _shipped() -> dict[str, bytes]:
    from pipeline.reader.network import read_files

    with as_file(files("pipeline") / "model") as folder:
        return read_files(Path(folder))


def _make_ud(nlp: Language) -> None:
    """Put the converter behind a parser whose labels are not those of UD."""
    from pipeline.reader import clearnlp

    for name, component in nlp.pipeline:
        if clearnlp.speaks_clearnlp(getattr(component, "labels", ())):
            nlp.add_pipe("hearsay_ud", after=name)
            return


def _add_lemmas(nlp: Language) -> None:
    """spaCy's rule lemmatizer, with the English tables that ship beside the weights."""
    from spacy.lookups import Lookups

    lookups = Lookups()
    lookups.from_bytes((files("pipeline") / "model" / LEMMAS).read_bytes())
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": "rule"})
    lemmatizer.initialize(lookups=lookups)  # type: ignore[attr-defined]
