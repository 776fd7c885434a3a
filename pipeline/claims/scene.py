"""A doc with the rows found before, laid over its tokens."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spacy.tokens import Doc

from pipeline.claims.clauses import states
from pipeline.claims.parse import read_tree
from pipeline.claims.setting import Setting
from pipeline.claims.tree import Tree, child
from pipeline.datelines import find_datelines
from pipeline.quotes.quotemarks import find_quotations
from pipeline.schema import Entity, Hedge, Mention, Quote, QuotePart
from pipeline.sentences import sentence_id


@dataclass(frozen=True, slots=True)
class Scene:
    """A doc with the rows found before, laid over its tokens."""

    doc: Doc
    text: str  # doc.text, which spaCy puts together anew each time it is asked
    article_id: str
    sentence_ids: dict[int, str]  # by the first token
    setting: Setting
    names: dict[str, str]  # entity_id -> canonical name
    mention_at: dict[int, Mention]
    quotes: Sequence[Quote]
    quote_at: dict[int, int]  # token of a content piece -> index into quotes
    cues: frozenset[int]  # tokens of all cues
    cue_tokens: list[frozenset[int]]  # of each quote
    source_tokens: list[frozenset[int]]
    content_tokens: list[frozenset[int]]
    quoted: frozenset[int]  # tokens in quotation marks
    datelined: frozenset[int]  # tokens of "PORT ORLA — "

    @property
    def tree(self) -> Tree:
        return self.setting.tree


def set_scene(
    doc: Doc,
    article_id: str,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    parts: Sequence[QuotePart],
    hedges: Sequence[Hedge],
    tree: Tree | None = None,
) -> Scene:
    tree, text = tree or read_tree(doc), doc.text
    hedge_at = {i: n for n, hedge in enumerate(hedges) for i in _tokens(tree, hedge.start, hedge.end)}
    by_size = sorted(mentions, key=lambda mention: mention.start - mention.end)
    mention_at = {i: mention for mention in by_size for i in _tokens(tree, mention.start, mention.end)}
    number = {quote.quote_id: n for n, quote in enumerate(quotes)}
    pieces: dict[str, list[set[int]]] = {
        name: [set() for _ in quotes] for name in ("source", "cue", "content")
    }
    for part in parts:
        if part.quote_id in number:
            pieces[part.part][number[part.quote_id]].update(_tokens(tree, part.start, part.end))
    quote_at: dict[int, int] = {}
    for n in sorted(range(len(quotes)), key=lambda n: quotes[n].end - quotes[n].start):
        quote_at.update(dict.fromkeys(pieces["content"][n], n))  # the outermost last
    return Scene(
        doc=doc,
        text=text,
        article_id=article_id,
        sentence_ids={sent.start: sentence_id(article_id, sent) for sent in doc.sents},
        setting=Setting(tree, hedges, hedge_at),
        names={entity.entity_id: entity.name for entity in entities},
        mention_at=mention_at,
        quotes=quotes,
        quote_at=quote_at,
        cues=frozenset[int]().union(*pieces["cue"]),
        cue_tokens=[frozenset(tokens) for tokens in pieces["cue"]],
        source_tokens=[frozenset(tokens) for tokens in pieces["source"]],
        content_tokens=[frozenset(tokens) for tokens in pieces["content"]],
        quoted=frozenset(i for q in find_quotations(text) for i in _tokens(tree, q.start, q.end)),
        datelined=frozenset(i for line in find_datelines(text) for i in _tokens(tree, line.start, line.end)),
    )


def _tokens(tree: Tree, start: int, end: int) -> range:
    """Tokens that overlap characters [start, end)."""
    first = max(0, bisect_right(tree.starts, start) - 1)
    if first < len(tree.ends) and tree.ends[first] <= start:
        first += 1
    last = first
    while last < len(tree.starts) and tree.starts[last] < end:
        last += 1
    return range(first, last)


class Owners(NamedTuple):
    top: list[int]  # the nearest stating top at or above each token, -1 for none
    depth: list[int]  # how many of them lie above it, itself counted


def find_owners(tree: Tree, others: Collection[int] = ()) -> Owners:
    """The clauses that tokens stand in; `others` are tops besides those that state something by themselves."""
    size = len(tree.heads)
    top, depth = [-1] * size, [0] * size
    todo = [i for i in range(size) if tree.heads[i] == i]
    while todo:
        i = todo.pop()
        head = tree.heads[i]
        if i in others or states(tree, i):
            top[i], depth[i] = i, (depth[head] if head != i else 0) + 1
        elif head != i:
            top[i], depth[i] = top[head], depth[head]
        todo.extend(tree.children[i])
    return Owners(top, depth)


def entity_name(scene: Scene, token: int) -> str | None:
    mention = mention_of(scene, token)
    return None if mention is None or mention.entity_id is None else scene.names.get(mention.entity_id)


def mention_of(scene: Scene, token: int) -> Mention | None:
    """The mention at a phrase's head, else at the name beside it ("the goalkeeper Mouez Hassen")."""
    mention = scene.mention_at.get(token)
    if mention is not None and mention.entity_id is not None:
        return mention
    appositions = (c for c in scene.tree.children[token] if scene.tree.deps[c] == "appos")
    beside = (scene.mention_at.get(c) for c in appositions if child(scene.tree, c, "conj") is None)
    return next((m for m in beside if m is not None and m.entity_id and m.kind == "name"), mention)
