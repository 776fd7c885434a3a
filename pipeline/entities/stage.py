"""Entities: who and what an article names, and every place where it does so by name, description or pronoun."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from spacy.tokens import Doc

from pipeline.datelines import find_datelines
from pipeline.entities.aliases import cluster_names, in_letters, written_out
from pipeline.entities.described import described_types
from pipeline.entities.finding import find_names
from pipeline.entities.metonyms import find_metonyms, state_meant
from pipeline.entities.names import Name, is_absolute_date
from pipeline.entities.nominals import find_nominals, tell_gender
from pipeline.entities.people import Cluster
from pipeline.entities.places import (
    country_of,
    is_common_landform,
    is_known_place,
    is_state,
    kept_name,
    kept_people,
)
from pipeline.entities.pronouns import resolve
from pipeline.entities.references import Reference, lay_out
from pipeline.entities.words import UNFOLDED, name_words, thing_nouns
from pipeline.schema import Entity, Mention, span_id
from pipeline.sentences import sentence_bounds

LETTERS_ALONE = 4  # "UAE" and "USSR" are written so
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
SLUG_BREAK = re.compile(r"[\W_]+")
ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)


def find_entities(doc: Doc, article_id: str) -> tuple[list[Mention], list[Entity]]:
    """(mentions by position, entities by id) of one article; no two rows of either share an id.

    Names and their types come from `doc.ents`; each name has an entity, descriptions and pronouns have one where the
    evidence carries. Dates and sums that mean nothing outside the article ("Monday", "$5 million") are mentions of kind
    nominal without one. Entities count the mentions of this article; an entity of two articles has one id.
    ValueError where the doc has no sentences.
    """
    if len(doc) and not doc.has_annotation("SENT_START"):
        raise ValueError(
            f"{article_id}: the doc has no sentences; run a parser or a sentencizer before this stage"
        )
    text = doc.text  # a property that joins all tokens anew
    layout = lay_out(doc)
    found = find_names(doc, layout.texts)
    values = [name for name in found if is_value(name)]
    names = [name for name in found if not is_value(name)]
    described = described_types(doc, layout.children, names)
    names, clusters = cluster_names(names, text, described)
    tell_gender(doc, layout.children, names, clusters)
    owner = {i: k for k, cluster in enumerate(clusters) for i in cluster.members}
    references = [Reference(n.start, n.end, "name", owner[i], n.label) for i, n in enumerate(names)]
    references += find_nominals(doc, layout, names, clusters)
    references += resolve(doc, layout, clusters, references)
    metonyms = find_metonyms(doc, layout.children, names, clusters)
    called = [_canonical(cluster, names, text) for cluster in clusters]
    ids = _entity_ids(clusters, called)
    mentions = _mentions(doc, text, article_id, names, values, references, clusters, ids, metonyms)
    stand_for_state = {owner[i] for i in metonyms}
    return mentions, _entities(mentions, clusters, called, ids, stand_for_state, text)


def is_value(name: Name) -> bool:
    """Whether a name is a sum, or a date that means another day in another article: no entity."""
    return name.label == "MONEY" or (name.label == "DATE" and not is_absolute_date(name.text))


def _canonical(cluster: Cluster, names: Sequence[Name], text: str) -> str:
    """The fullest form of a name: most words, then as it is written most often; states by their usual English name."""
    forms = Counter(" ".join(names[i].text.split()) for i in cluster.members)
    if cluster.label in ("GPE", "LOC"):
        usual = max(forms, key=lambda form: (forms[form], form))
        kept = kept_name(usual, text)
        if kept != usual or is_state(usual):
            return kept  # "America" is the United States, however often either is named
    if cluster.label == "NORP":
        best = max(forms, key=lambda form: (form[:1].isupper(), forms[form], -len(form), form))
        kept = kept_people(best)
        return best if kept.split()[-1].lower() in thing_nouns() else kept  # "First Nations", but "Swedish"
    length = {form: len(ARTICLE.sub("", form).replace("-", " ").split()) for form in forms}
    if cluster.label in ("GPE", "LOC"):  # the "Sund Channel" however often it is "the Channel"
        length = {form: int(not is_common_landform(form.lower())) for form in forms}
    is_body = cluster.label not in ("GPE", "LOC")
    shouted = {form: form.isupper() and not (is_body and _is_acronym(form, forms)) for form in forms}
    best = max(forms, key=lambda form: (length[form], not shouted[form], forms[form], len(form), form))
    first = next((form for form in forms if length[form] > 1), best)
    if not is_body and len(best) > LETTERS_ALONE and best.isupper() and _is_written_small(best, text):
        return WORD.sub(lambda word: word[0].capitalize(), best)  # "PORT ORLA" of a dateline
    if forms[best] == 1 < forms[first] and name_words(best)[-length[first] :] == name_words(first):
        best = first  # one "Bharat Ratna Ana Orla" after many an "Ana Orla"
    bare = ARTICLE.sub("", written_out(best))
    return bare if bare and cluster.label != "GPE" else best


def _is_written_small(form: str, text: str) -> bool:
    """Whether a place in capitals is written so for its place in the text alone: several words, a dateline."""
    datelines = (text[line.start : line.place_end] for line in find_datelines(text))
    return " " in form or is_known_place(form) or any(form in places for places in datelines)


def _is_acronym(form: str, forms: Counter[str]) -> bool:
    """Whether letters are capitals of their own: "ALMA" three times and "Alma" once."""
    return form.isalpha() and forms[form] > sum(forms.values()) / 2


def slug(name: str) -> str:
    """A name as the last part of an id: lower case, words joined by hyphens, accents on Latin letters dropped.

    >>> slug("Kim Jong-un"), slug("São Tomé"), slug("U.S. Army")
    ('kim-jong-un', 'sao-tome', 'us-army')
    """
    plain = unicodedata.normalize("NFKD", ARTICLE.sub("", name).translate(UNFOLDED))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", re.sub(r"(?<=\w)[.'](?=\w|$|\s)", "", plain)).lower()
    return SLUG_BREAK.sub("-", plain).strip("-")


def _entity_ids(clusters: Sequence[Cluster], called: Sequence[str]) -> list[str]:
    """Ids made of type and name, one for clusters that differ in neither.

    Two people of one name in one article are told apart by what keeps them apart: "person/sund", "person/sund-f". The
    "United Nations Security Council" has the id of the "UN Security Council".
    """
    ids: list[str] = []
    taken: dict[str, Cluster] = {}
    for cluster, name in zip(clusters, called, strict=True):
        spelled = slug(name)
        if cluster.label not in ("PERSON", "GPE", "LOC"):
            spelled = "-".join(in_letters(tuple(spelled.split("-"))))
        entity_id = f"{cluster.label.lower()}/{spelled or 'unnamed'}"
        known = taken.get(entity_id)
        if (
            known
            and cluster.label == "PERSON"
            and (cluster.gender, cluster.generation)
            != (
                known.gender,
                known.generation,
            )
        ):
            mark = cluster.generation if cluster.generation != known.generation else cluster.gender
            entity_id = f"{entity_id}-{mark}" if mark else entity_id
        taken.setdefault(entity_id, cluster)
        ids.append(entity_id)
    return ids


def _mentions(
    doc: Doc,
    text: str,
    article_id: str,
    names: Sequence[Name],
    values: Sequence[Name],
    references: Sequence[Reference],
    clusters: Sequence[Cluster],
    ids: Sequence[str],
    metonyms: set[int],
) -> list[Mention]:
    sentence_ids = _sentence_ids(doc, article_id)
    bounds = {(n.start, n.end): (n.start_char, n.end_char) for n in (*names, *values)}
    metonymic = {(names[i].start, names[i].end) for i in metonyms}
    references = [*references, *(Reference(n.start, n.end, "nominal", None, n.label) for n in values)]
    rows: dict[str, Mention] = {}
    for r in sorted(references, key=lambda r: (r.start, r.end)):
        start, end = bounds.get(
            (r.start, r.end), (doc[r.start].idx, doc[r.end - 1].idx + len(doc[r.end - 1]))
        )
        mention_id = span_id(article_id, "m", start, end)
        rows.setdefault(mention_id, Mention(
            mention_id=mention_id, article_id=article_id, sentence_id=sentence_ids[r.start], start=start, end=end,
            text=text[start:end], type=(r.label if r.cluster is None else clusters[r.cluster].label) or None,
            kind=r.kind, entity_id=None if r.cluster is None else ids[r.cluster],
            metonym=r.kind == "name" and (r.start, r.end) in metonymic,
        ))  # fmt: skip
    return list(rows.values())


def _sentence_ids(doc: Doc, article_id: str) -> list[str]:
    """The sentence_id of every token."""
    found: list[str] = []
    for sent in doc.sents:
        found += [span_id(article_id, "s", *sentence_bounds(sent))] * (sent.end - sent.start)
    return found


def _entities(
    mentions: Sequence[Mention],
    clusters: Sequence[Cluster],
    called: Sequence[str],
    ids: Sequence[str],
    stand_for_state: set[int],
    text: str,
) -> list[Entity]:
    counts = Counter(m.entity_id for m in mentions)
    stand_in = {ids[k] for k in stand_for_state}
    rows: dict[str, Entity] = {}
    for k, cluster in enumerate(clusters):
        if counts[ids[k]] and ids[k] not in rows:
            country = _country(cluster, called[k], ids[k] in stand_in, text)
            rows[ids[k]] = Entity(ids[k], called[k], cluster.label, country, counts[ids[k]], 1)
    return [rows[entity_id] for entity_id in sorted(rows)]


def _country(cluster: Cluster, name: str, stands_for_state: bool, text: str) -> str | None:
    if cluster.label in ("GPE", "NORP"):
        own = country_of(name, text)
        return own or (state_meant(name) if stands_for_state else None)
    return state_meant(name) if stands_for_state or cluster.label in ("FAC", "ORG") else None
