"""Where a reader would cut a clause: which tokens at its edges belong to it, marks and their partners."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.claims.clauses import Clause
from pipeline.claims.finiteness import is_inverted
from pipeline.claims.tree import Tree, child, subtree

SENTENCE_STOPS = frozenset({".", "?", "!"})


def own_tokens(tree: Tree, clause: Clause, cut: Collection[int]) -> list[int]:
    """Tokens of a clause in order, without the branches at the tops in `cut`."""
    return subtree(tree, clause.top, frozenset(cut))


def within_stops(tree: Tree, tokens: list[int], top: int) -> list[int]:
    """The tokens of a clause in the sentence of its top, where the parser takes two for one: "We left. The fair, …"."""
    first, last = tokens[0], tokens[-1]
    stops = [
        i for i in range(first, last) if tree.words[i] in SENTENCE_STOPS and _opens_sentence(tree, i + 1)
    ]
    start = max((i for i in stops if i < top), default=first - 1)
    end = min((i for i in stops if i > top), default=last)
    return [i for i in tokens if start < i <= end]


def _opens_sentence(tree: Tree, i: int) -> bool:
    """Whether a sentence may begin at a token: a capital, marks before it aside."""
    while i < tree.lasts[i - 1] and _is_mark(tree, i):
        i += 1
    return i < len(tree.words) and tree.words[i][:1].isupper()


def pieces_of(tree: Tree, tokens: list[int], foreign: frozenset[int], top: int) -> list[tuple[int, int]]:
    """Token ranges [start, end) of a clause as a reader cuts it: one, or several where foreign tokens part it.

    `foreign` tokens (an attribution) are left out with what else lies between them and the clause; any other gap is
    kept, so that the clause stays one stretch. Marks, conjunctions and punctuation at the edges are left out.
    """
    mine = _without_lead(tree, [i for i in tokens if i not in foreign and not _is_mark(tree, i)], top)
    opening = next((n for n, i in enumerate(mine) if i >= top or not _joins(tree, i, top)), len(mine))
    pieces: list[tuple[int, int]] = []
    closing = next((n for n, i in enumerate(reversed(mine)) if i <= top or not _dangles(tree, i)), 0)
    for i in mine[opening : len(mine) - closing]:
        if pieces and foreign.isdisjoint(range(pieces[-1][1], i)):
            pieces[-1] = (pieces[-1][0], i + 1)
        else:
            pieces.append((i, i + 1))
    return [with_partners(tree, start, end) for start, end in pieces]


def _without_lead(tree: Tree, tokens: list[int], top: int) -> list[int]:
    """The tokens of a clause without adverbs before what is cut off it: "now (even if it rains), the match is on"."""
    lead = next((n for n, i in enumerate(tokens) if tree.pos[i] not in ("ADV", "CCONJ", "SCONJ")), 0)
    if not lead or tokens[lead - 1] >= top:
        return tokens
    gap = range(tokens[lead - 1] + 1, tokens[lead])
    return tokens[lead:] if any(not _is_mark(tree, i) for i in gap) else tokens


def _joins(tree: Tree, i: int, top: int) -> bool:
    """Whether a word joins a clause to what stands before it: "and", "that", "even though", "when"."""
    if tree.deps[i] == "fixed" or (tree.deps[i] == "advmod" and tree.deps[tree.heads[i]] in ("mark", "cc")):
        return _joins(tree, tree.heads[i], top)
    if (tree.tags[i] == "CC" and tree.deps[i] != "cc:preconj") or (
        tree.lowers[i] in ("or", "not") and "whether" in tree.lowers[max(0, i - 2) : i]
    ):
        return True  # "whether or not …"
    if _is_filler(tree, i) or (tree.lowers[i] == "that" and tree.tags[i] == "IN"):
        return True
    mark = child(tree, top, "mark")
    if tree.deps[top] == "advcl" and mark is not None and i < mark:
        return True  # "hours after she had left"
    if tree.heads[i] != top:
        return False
    if tree.lowers[i].endswith("ly") and tree.heads[i + 1] == top and tree.lowers[i + 1] == "that":
        return tree.deps[i + 1] == "mark"  # "probably that it rains"
    if tree.deps[i] in ("mark", "cc", "cc:preconj"):
        return tree.lowers[i] not in ("with", "without")  # of the noun behind it
    if tree.lowers[i] in ("even", "only", "just") and tree.deps[i + 1] == "mark":
        return True
    if tree.lowers[i] in ("so", "then", "yet") and tree.deps[i] == "advmod":
        return True  # "so it rained", "(if it rains,) then the match is off", "yet it went on"
    return tree.tags[i] == "WRB" and tree.deps[top] == "advcl"


def _dangles(tree: Tree, i: int) -> bool:
    """Whether a word at the end of a clause belongs to what has been cut off: a filler, "(it is other) than (if …)"."""
    joint = tree.deps[i] in ("mark", "cc") and tree.lowers[i] != "to"
    return joint or tree.lowers[i] == "than" or _is_filler(tree, i)


def _is_filler(tree: Tree, i: int) -> bool:
    """As in "well", "ah yes", "yeah"."""
    return tree.tags[i] == "UH" or tree.deps[i] == "discourse"


def with_partners(tree: Tree, start: int, end: int) -> tuple[int, int]:
    """A piece with the quotation mark or bracket beside it whose partner it holds."""
    inside = tree.words[start:end]
    for last in range(end, min(end + 2, tree.lasts[start])):  # the mark may stand behind a full stop
        if _is_open(inside, _PARTNER_BEFORE.get(tree.words[last]), tree.words[last]):
            return start, last + 1
        if not _is_mark(tree, last):
            break
    if start > tree.firsts[start] and _is_open(
        inside, _PARTNER.get(tree.words[start - 1]), tree.words[start - 1]
    ):
        return start - 1, end
    return start, end


def _is_open(words: list[str], partner: str | None, mark: str) -> bool:
    """Whether a mark would close (or open) a partner that has none yet among the words."""
    if partner is None:
        return False
    if partner == mark:
        return words.count(mark) % 2 == 1
    if partner in "([)]":  # also within a word: "long[er]", "[W]e"
        text = "".join(words)
        return text.count(partner) > text.count(mark)
    return words.count(partner) > words.count(mark)


def _is_mark(tree: Tree, i: int) -> bool:
    if tree.pos[i] in ("PUNCT", "SPACE"):
        return True
    return tree.pos[i] not in ("SYM", "NUM") and not any(ch.isalnum() or ch in "%°" for ch in tree.words[i])


_PARTNER = {"“": "”", "‘": "’", "«": "»", "(": ")", "[": "]", '"': '"', "'": "'", "``": "''", "„": "“"}


_PARTNER_BEFORE = {close: opening for opening, close in _PARTNER.items()}


def subject_range(tree: Tree, subject: int) -> tuple[int, int]:
    """Token range of a subject without what only adds to it: relative clauses, appositions, set-in remarks.

    Without its clause the "what" of "what we need" says nothing.
    """
    extra = frozenset(c for c in tree.children[subject] if _only_adds(tree, subject, c))
    tokens = subtree(tree, subject, extra)
    start, end = next((a, b) for a, b in runs(tokens) if a <= subject < b)
    while start < end - 1 and (_is_mark(tree, start) or tree.deps[start] == "cc"):
        start += 1
    while start < end - 1 and _is_mark(tree, end - 1):
        end -= 1
    return with_partners(tree, start, end)


def _only_adds(tree: Tree, subject: int, c: int) -> bool:
    """Whether a branch of a subject says more of what the rest names, or is none of it: "among them was (Berg)"."""
    if tree.deps[c] == "cop":
        return is_inverted(tree, subject)
    if tree.tags[subject] == "WP" and tree.deps[c] == "acl:relcl":
        return False
    if tree.deps[c] in ("case", "mark") or c < subject:
        return tree.deps[c] in ("case", "mark")
    if tree.deps[c] == "advmod":
        return tree.pos[subject] != "VERB"
    if tree.deps[c] == "appos":
        return any(tree.deps[k] == "punct" for k in tree.children[c])
    return tree.deps[c] in ("acl:relcl", "parataxis", "acl", "punct", "advcl")


def runs(tokens: list[int]) -> list[tuple[int, int]]:
    """Token ranges [start, end) of neighbours."""
    found: list[tuple[int, int]] = []
    for i in tokens:
        if found and found[-1][1] == i:
            found[-1] = (found[-1][0], i + 1)
        else:
            found.append((i, i + 1))
    return found
