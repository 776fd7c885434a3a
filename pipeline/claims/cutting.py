"""Where a claim begins and ends: its clause without the attribution and the clauses that are rows of their own."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.claims.clauses import DEEPEST, Clause, is_comparison, is_finite, leftmost, states, subject_of
from pipeline.claims.conditions import condition_mark
from pipeline.claims.edges import own_tokens, pieces_of, within_stops
from pipeline.claims.finiteness import has_subject
from pipeline.claims.governors import clause_top, set_in_reports
from pipeline.claims.scene import Scene
from pipeline.claims.tree import FINITE_TAGS, Tree, child, subtree
from pipeline.lexicon.word_sets import opinion_lemmas, words_of


def cut_clause(
    scene: Scene,
    clause: Clause,
    tops: Collection[int],
    reporting: set[int],
    quote: int | None,
    reports: frozenset[int],
) -> list[tuple[int, int]]:
    """Token ranges of a claim: its clause without the clauses that are rows of their own at its edges, and without
    the attribution. `tops` are those of all clauses."""
    tree = scene.tree
    spine = {clause.top, *clause.chain, clause.head}
    cut = {c for g in spine for c in tree.children[g] if c in tops and tree.deps[c] == "conj"}
    cut |= {c for g in spine for c in tree.children[g] if _stands_alone(scene, c, reporting)}
    cut |= _added_below(scene, clause, reporting)
    foreign = {*reports, *scene.datelined}
    for report in set_in_reports(tree, clause.top):
        branch = tree.heads[report] if tree.deps[report] == "case" else report
        cut.add(branch)
        foreign.update(subtree(tree, branch))
    if quote is not None:
        foreign |= scene.cue_tokens[quote] | scene.source_tokens[quote]
    tokens = within_stops(tree, own_tokens(tree, clause, cut), clause.top)
    tokens = _before_the_next(tree, tokens, clause)
    tokens = _before_speech(scene, tokens, clause)
    tokens = _on_its_side(tree, tokens, clause, spine)
    tokens = _within_content(scene, tokens, clause, quote)
    tokens = _with_strays(scene, tokens, clause, quote)
    return pieces_of(tree, tokens, frozenset(foreign - spine), clause.top)


def _added_below(scene: Scene, clause: Clause, reporting: set[int]) -> set[int]:
    """Clauses to themselves that hang on the infinitives of a clause: "we need to see it, so we need light"."""
    tree, found, verb = scene.tree, set[int](), clause.head
    for _ in range(DEEPEST):
        below = child(tree, verb, "xcomp")
        if below is None or below < verb:
            break
        verb = below
        found.update(c for c in tree.children[verb] if states(tree, c) and _stands_alone(scene, c, reporting))
    return found


def _before_the_next(tree: Tree, tokens: list[int], clause: Clause) -> list[int]:
    """The tokens of a clause before the next one that is joined to it: "the name is good and he can find … peace"."""
    for c in tree.children[clause.top]:
        if tree.deps[c] == "conj" and c > clause.head and _is_whole(tree, c):
            return [i for i in tokens if i < leftmost(tree, c)]
    return tokens


def _before_speech(scene: Scene, tokens: list[int], clause: Clause) -> list[int]:
    """The tokens of a clause before direct speech set behind it and the clause that brings it: 'Vos took to the radio
    (, telling all: "We won.")', "a letter (which said: …)"."""
    tree = scene.tree
    if clause.head in scene.quoted:
        return tokens
    for i in tokens:
        if i <= clause.head or i not in scene.quoted or tree.words[i - 1] not in (",", ":"):
            continue
        quote = scene.quote_at.get(i, scene.quote_at.get(i + 1))
        if quote is None or (scene.quotes[quote].kind != "direct" and tree.words[i - 1] != ":"):
            continue
        if any(tree.tags[k] in FINITE_TAGS for k in scene.content_tokens[quote] if k > i):
            tops = {clause_top(tree, k) for k in scene.cue_tokens[quote]}
            first = min(
                (leftmost(tree, top) for top in tops if top in tokens and top > clause.head), default=i
            )
            return [k for k in tokens if k < min(i, first)]
    return tokens


def _on_its_side(tree: Tree, tokens: list[int], clause: Clause, spine: set[int]) -> list[int]:
    """The tokens of a complement without those that a parser hung across its governor, on a word behind it.

    "Berg, who chairs the board, said she had planned it": what stands before *said* may be an adverbial of *planned*
    ("on Monday, he said, it rained"), but no part of *it*.
    """
    governor = tree.heads[clause.top]
    if tree.deps[clause.top] != "ccomp" or clause.top < governor:
        return tokens
    return [i for i in tokens if i > governor or _branch(tree, i, spine) < governor]


def _branch(tree: Tree, i: int, spine: set[int]) -> int:
    """The token under a clause's spine that a token of the clause hangs on, itself included."""
    for _ in range(DEEPEST):
        if i in spine or tree.heads[i] in spine:
            break
        i = tree.heads[i]
    return i


def _within_content(scene: Scene, tokens: list[int], clause: Clause, quote: int | None) -> list[int]:
    """The tokens of a quoted clause that stand between the ends of the quote's content."""
    if quote is None:
        return tokens
    first, last = min(scene.content_tokens[quote]), _end_of_content(scene, tokens, quote)
    subject = subject_of(scene.tree, clause)
    if subject is not None and subject < first:  # the port "would not reopen"
        first = 0
    return [i for i in tokens if first <= i <= last]


def _with_strays(scene: Scene, tokens: list[int], clause: Clause, quote: int | None) -> list[int]:
    """The tokens of a reported clause with the phrases right behind it that the parser hangs on the report.

    "Berg indicated the trial could begin | on Tuesday": the quote tells that the phrase is part of what is said.
    """
    tree, report = scene.tree, scene.tree.heads[clause.top]
    if quote is None or report not in scene.cue_tokens[quote] or report > clause.top or not tokens:
        return tokens
    for c in tree.children[report]:
        if c > clause.head and tree.deps[c].startswith(("obl", "advmod")):
            phrase = [i for i in subtree(tree, c) if tree.pos[i] != "PUNCT"]
            if phrase[:1] == [tokens[-1] + 1] and scene.content_tokens[quote].issuperset(phrase[:2]):
                tokens = [*tokens, *(i for i in phrase if i in scene.content_tokens[quote])]
    return tokens


def _end_of_content(scene: Scene, tokens: list[int], quote: int) -> int:
    """The last token of a quote's content, run on over what goes on with its last clause and nobody else says.

    "(said) one of the dead was Lev Orth | , a director, who was treated there", "… had refused to land | and left".
    """
    tree, last = scene.tree, max(scene.content_tokens[quote])
    if last in scene.quoted:
        return last
    behind = [i for i in tokens if i > last and tree.pos[i] not in ("PUNCT", "CCONJ")]
    if not behind:
        return last
    top = behind[0]
    for _ in range(DEEPEST):
        above = tree.heads[top]
        if above == top or _opening(tree, above) <= last:
            break
        top = above
    if not _goes_on(scene, top, last):
        return last
    added = subtree(tree, top)
    others = scene.cues | frozenset(scene.quote_at)
    return last if others.intersection(added) else added[-1]


def _opening(tree: Tree, i: int) -> int:
    """The first word of what hangs on a token."""
    while (first := next((c for c in tree.children[i] if tree.pos[c] != "PUNCT"), i)) < i:
        i = first
    return i


def _goes_on(scene: Scene, top: int, last: int) -> bool:
    """Whether a branch behind a content is a conjunct without subject, an apposition or a relative clause of it, or
    goes on with it: ", with the others being saved", ", short of the record"."""
    tree = scene.tree
    if _opening(tree, top) <= last or tree.heads[top] > last:
        return False
    relation = tree.deps[top]
    if relation in ("appos", "acl:relcl"):
        return True
    if relation == "conj" and tree.pos[top] in ("VERB", "AUX"):
        return not has_subject(tree, top)
    if relation not in ("conj", "advcl"):
        return False
    mark = child(tree, top, "mark")
    if mark is not None:
        return tree.lowers[mark] == "with" and tree.tags[top] in ("VBG", "VBN")
    return tree.pos[top] == "ADJ" and not has_subject(tree, top)


def _stands_alone(scene: Scene, c: int, reporting: set[int]) -> bool:
    """Whether a branch of a clause is a clause to itself: coordinated, adverbial or set in, with its own subject."""
    tree, relation = scene.tree, scene.tree.deps[c].partition(":")[0]
    if relation == "reparandum":
        return True  # "I mean, the pump broke"
    if relation in ("parataxis", "dep") and tree.words[leftmost(tree, c)] in ("[", "("):
        return True  # "we do not know. [laughs]"
    if relation in ("conj", "parataxis"):
        return _is_whole(tree, c) or c in reporting or _reports(scene, c) or _breaks_off(tree, c)
    if tree.deps[c] == "advcl:relcl":
        return False  # "that is why she said it"
    if relation == "advcl" and condition_mark(scene.setting, c) is not None:
        return True
    if relation != "advcl" or not states(tree, c):
        how = child(tree, c, "mark")  # "won them back by saying that …"
        by = how is not None and tree.lowers[how] == "by" and c > tree.heads[c]
        return relation == "advcl" and not by and (_reports(scene, c) or _breaks_off(tree, c))
    if c in reporting and _is_row_nowhere(scene, c):
        return False
    return not _completes(tree, c)


def _is_row_nowhere(scene: Scene, c: int) -> bool:
    """As in "after the union objected, the crew left": it says nothing by itself, and is no attribution either."""
    tree, mark = scene.tree, child(scene.tree, c, "mark")
    if c in scene.cues or (mark is not None and tree.lowers[mark] == "as" and leftmost(tree, c) == mark):
        return False  # "as she put it"
    return not any(states(tree, k) for k in subtree(tree, c) if k != c)


def _is_whole(tree: Tree, c: int) -> bool:
    """Whether a clause has a subject and a finite verb; not "(a summit …) and which led to a ban"."""
    subject = child(tree, c, "nsubj")
    relative = subject is not None and tree.tags[subject] in ("WDT", "WP") and subject < c
    return has_subject(tree, c) and is_finite(tree, c) and not relative


def _completes(tree: Tree, c: int) -> bool:
    """As in "the move comes after …", "so fast that …": without the adverbial clause the main one is not whole."""
    first = min([c, *tree.children[c]])
    if first == 0 or tree.pos[first - 1] == "PUNCT" or first < tree.heads[c]:
        return False
    opening = child(tree, c, "mark", "advmod")
    return opening is not None and tree.lowers[opening] in words_of("temporal_mark")


def _breaks_off(tree: Tree, c: int) -> bool:
    """As in "…, adding" where the parse hangs elsewhere what is added."""
    if tree.tags[c] != "VBG" or tree.lemmas[c] not in opinion_lemmas() or c < tree.heads[c]:
        return False
    return all(tree.deps[k] == "punct" for k in tree.children[c])


def _reports(scene: Scene, c: int) -> bool:
    """As in "… and said the port would reopen", "…, adding that it was safe": what is said is a row of its own."""
    complement = child(scene.tree, c, "ccomp")
    if complement is None or not states(scene.tree, complement) or is_comparison(scene.tree, c):
        return False  # "not as old as they think he is"
    return scene.tree.lemmas[c] in opinion_lemmas() or c in scene.cues
