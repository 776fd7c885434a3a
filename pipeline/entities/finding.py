"""The names of a doc: those that the reader found, cut to the name proper, and those that it passed over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from spacy.lang.en.stop_words import STOP_WORDS
from spacy.tokens import Doc

from pipeline.entities.names import Name, names_of, trimmed_name
from pipeline.entities.titles import title_kind
from pipeline.entities.values import whole_values
from pipeline.entities.wholes import is_given, whole_spans
from pipeline.entities.words import fold_word, name_words, thing_nouns, word_set

# labels of names proper, which begin with a capital; weapons may be common nouns
NAMED = frozenset({"ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "WEAPON"})
# labels that a prize may be given for want of one of its own
HONOURED = frozenset({"ORG", "EVENT", "PRODUCT", "LAW", "GPE", "FAC"})
HONOURS = word_set("honour")
# labels whose names are looked for again where the reader passed them over, and how many of one first word
REPEATED = frozenset({"PERSON", "ORG", "GPE", "LOC", "NORP"})
SURFACES = 8
OFTEN = 3  # mentions of a person, from which on the name is known whatever the tagger takes it for
FOLLOWERS = word_set("follower")  # of parties and creeds


def find_names(doc: Doc, texts: Sequence[str]) -> list[Name]:
    """Names of a doc in order, without overlaps.

    They are the spans of `doc.ents`, acronyms in brackets after one, and repeats and followers of parties that the
    reader missed. `texts` are the texts of all tokens.
    """
    spans = whole_values(doc, whole_spans(doc, texts))
    names = [name for span in spans for name in names_of(doc, *span)]
    names = _without_words(names)
    names = _add_missing(doc, names, _bracketed_acronyms(doc, names))
    names = _add_missing(doc, names, _repeats(doc, names, texts))
    return _add_missing(doc, names, _followers(doc, texts))


def _without_words(names: list[Name]) -> list[Name]:
    """The names that are no common words: "mackerel" names no people, nor does "Be"."""
    capitals = {_bare(name) for name in names if not name.text.islower()}
    return [name for name in names if not _is_word(name, capitals)]


def _bare(name: Name) -> str:
    return " ".join(name.words).removesuffix("s")


def _is_word(name: Name, capitals: set[str]) -> bool:
    if name.label in HONOURED and _is_honour(name.words):
        return True
    if name.label == "NORP" and name.text.lower() in STOP_WORDS and not name.text.isupper():
        return True
    if name.label not in NAMED or not name.text.replace(" ", "").isalpha() or not name.text.islower():
        return False
    weapon = name.label == "WEAPON" and thing_nouns().get(name.words[-1].removesuffix("s")) == "WEAPON"
    return not weapon and _bare(name) not in capitals


def _is_honour(words: Sequence[str]) -> bool:
    """Whether a name is that of a prize, which is nobody: "Orla Prize", "Orla Medal for Valour"."""
    last = next((i for i, word in enumerate(words) if word in ("in", "for", "of")), len(words)) - 1
    return last > 0 and words[last] in HONOURS


def _add_missing(doc: Doc, names: list[Name], found: Iterator[Name]) -> list[Name]:
    taken = {i for name in names for i in range(name.start, name.end)}
    for name in found:
        if taken.isdisjoint(range(name.start, name.end)):
            names.append(name)
            taken.update(range(name.start, name.end))
    return sorted(names, key=lambda name: name.start)


def _bracketed_acronyms(doc: Doc, names: list[Name]) -> Iterator[Name]:
    """Acronyms in brackets that the reader passed over after their expansion: "Sund Port Board (SPB)"."""
    for name in names:
        i = name.end
        if name.label == "PERSON" or i + 2 >= len(doc) or doc[i].text != "(" or doc[i + 2].text != ")":
            continue
        token = doc[i + 1]
        if token.is_upper and len(token.text) > 1 and token.text[0].casefold() == name.words[0][0]:
            text = token.text
            yield Name(i + 1, i + 2, token.idx, token.idx + len(text), text, name.label, name_words(text))


def _repeats(doc: Doc, names: list[Name], texts: Sequence[str]) -> Iterator[Name]:
    """Places where a name of the article stands again and the reader passed over it."""
    surfaces = {tuple(texts[n.start : n.end]): n for n in reversed(names) if n.label in REPEATED}
    by_first: dict[str, list[tuple[tuple[str, ...], Name]]] = defaultdict(list)
    for surface, name in sorted(surfaces.items(), key=lambda item: -len(item[0])):
        if len(by_first[surface[0]]) < SURFACES:
            by_first[surface[0]].append((surface, name))
    taken = {i for name in names for i in range(name.start, name.end)}
    known = _known_surnames(names, texts)
    for i, text in enumerate(texts):
        if i in taken or text not in by_first:
            continue
        for surface, name in by_first[text]:
            start, stop = i, i + len(surface)
            if tuple(texts[i:stop]) != surface:
                continue
            if name.label == "PERSON" and i and i - 1 not in taken and is_given(doc, i - 1):
                start -= 1  # "Ana Orla" where the reader knows but "Orla"
            tags = {"", "PROPN"} | ({"ADJ", "NOUN"} if name.label == "NORP" else set())
            if _stands_alone(doc, start, stop, taken, None if text in known else tags):
                again = trimmed_name(doc, start, stop, name.label)
                if again:
                    yield again
                break


def _known_surnames(names: Sequence[Name], texts: Sequence[str]) -> set[str]:
    """Surnames that the article has often and no common word of it is: "Orla" in "Orla swore", taken for a verb."""
    counts = Counter(texts[name.end - 1] for name in names if name.label == "PERSON")
    lower = {text for text in texts if text.islower()}
    return {text for text, n in counts.items() if n >= OFTEN and text.lower() not in lower}


def _followers(doc: Doc, texts: Sequence[str]) -> Iterator[Name]:
    """Those of a party or creed whom the reader passed over: "some Democrats"."""
    for i, text in enumerate(texts):
        if (
            text.istitle()
            and text.lower().removesuffix("s") in FOLLOWERS
            and doc[i].pos_ in ("", "NOUN", "PROPN", "ADJ")
        ):
            name = trimmed_name(doc, i, i + 1, "NORP")
            if name:
                yield name


def _stands_alone(doc: Doc, start: int, end: int, taken: set[int], tags: set[str] | None) -> bool:
    """Whether a repeat is a name of its own: capitalised, tagged as one, and no part of a longer one.

    `tags` are those that a name of one word may have, None for any.
    """
    if not doc[start].text[:1].isupper():
        return False
    if end - start == 1 and tags is not None:
        if doc[start].pos_ not in tags or len(doc[start].text) < 2:
            return False
        if doc[start].is_sent_start and not doc[start].pos_:
            return False
    return not any(
        0 <= i < len(doc) and i not in taken and doc[i].pos_ == "PROPN" and doc[i].text[:1].isupper()
        and not title_kind(fold_word(doc[i].text)) for i in (start - 1, end)
    )  # fmt: skip
