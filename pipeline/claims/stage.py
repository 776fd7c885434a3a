"""Claims of a doc as rows: what is stated, by whom, how sure the author and the source are, and which cues show it.

The clauses come from `clauses`, what bears on them from `governors`, the scores from `certainty`; here they are joined
with the quotes, mentions and hedges found before. Decided here:

* A clause whose head stands in the content of a quote is its speaker's. Where the quote has no resolved speaker the
  claimant is its source as written, and "unknown" where it has none.
* Where the parse shows a report that is no row of `quotes` ("the mayor fears that …"), its subject is the claimant.
* What is impersonally said or believed ("it is said that …") is the author's, hedged.
* `polarity` is the sign of the claimant's score; of an open one, the sign it would have.
* `hedged` counts the kinds of hedge that lower certainty; `claim_hedges` has the others as well.
* Without the reader's scores `checkworthiness` is 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from pipeline.claims.certainty import Step, Verdict, compose
from pipeline.claims.clauses import (
    DEEPEST,
    Clause,
    find_clauses,
    is_finite,
    outer_copula,
    own_tokens,
    pieces_of,
    predicate_tokens,
    runs,
    states,
    subject_of,
    subject_range,
)
from pipeline.claims.cue_uses import has_subject
from pipeline.claims.governors import (
    UNKNOWN_REPORT,
    Bearing,
    Setting,
    clause_top,
    condition_mark,
    find_bearing,
    lifts,
    set_in_reports,
    speaker_of,
)
from pipeline.claims.hedges import LOWERING_KINDS
from pipeline.claims.tree import Tree, child, read_tree, subtree
from pipeline.lexicon.word_sets import opinion_lemmas, signature, words_of
from pipeline.schema import AUTHOR, Claim, ClaimHedge, Entity, Hedge, Mention, Quote, QuotePart, span_id
from pipeline.sentences import sentence_id

UNKNOWN = "unknown"
"""The claimant of a quote without a source."""
JOINT = " … "
FACTUALITY, CHECKWORTHINESS = "factuality", "checkworthiness"


class Explained(NamedTuple):
    """A claim, the hedges that bear on it, and the reasons for its scores, innermost first."""

    claim: Claim
    hedges: tuple[Hedge, ...]
    reasons: tuple[str, ...]


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

    @property
    def tree(self) -> Tree:
        return self.setting.tree


def find_claims(
    doc: Doc,
    article_id: str,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    parts: Sequence[QuotePart],
    hedges: Sequence[Hedge],
) -> tuple[list[Claim], list[ClaimHedge]]:
    """Rows of `claims` and `claim_hedges`, in order of their keys.

    Raises ValueError where the doc has no tags or parse.
    """
    found = explained_claims(doc, article_id, mentions, entities, quotes, parts, hedges)
    links = {(e.claim.claim_id, hedge.hedge_id) for e in found for hedge in e.hedges}
    return [e.claim for e in found], [ClaimHedge(*pair) for pair in sorted(links)]


def explain_claims(
    doc: Doc,
    article_id: str,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    parts: Sequence[QuotePart],
    hedges: Sequence[Hedge],
) -> list[tuple[Claim, list[str]]]:
    """Every claim with the reasons for its scores, a line each: the start, the cues and caps, the source."""
    found = explained_claims(doc, article_id, mentions, entities, quotes, parts, hedges)
    return [(e.claim, list(e.reasons)) for e in found]


def explained_claims(
    doc: Doc,
    article_id: str,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    parts: Sequence[QuotePart],
    hedges: Sequence[Hedge],
) -> list[Explained]:
    """Every claim of a doc with its hedges and reasons, in order of position, no two with the same span."""
    scene = _set_scene(doc, article_id, mentions, entities, quotes, parts, hedges)
    owners = _owners(scene.tree)
    clauses = [c for c in _clauses(scene) if owners.depth[c.top] <= DEEPEST]
    bearings = {c.top: find_bearing(scene.setting, c, _is_direct(scene, c)) for c in clauses}
    reporting = _reporting_tops(scene, clauses, bearings)
    rows: dict[str, Explained] = {}
    loose = _loose_hedges(scene, owners.top, {c.top for c in clauses} - reporting, bearings)
    for clause in clauses:
        if clause.top in reporting:
            continue
        row = _explain(scene, clause, bearings[clause.top], reporting, loose.get(clause.top, set()))
        if row is not None:
            rows.setdefault(row.claim.claim_id, row)
    return [rows[key] for key in sorted(rows)]


# ---- laying the rows over the tokens ------------------------------------------------------------------------------


def _set_scene(
    doc: Doc,
    article_id: str,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    parts: Sequence[QuotePart],
    hedges: Sequence[Hedge],
) -> Scene:
    tree = read_tree(doc)
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
        text=doc.text,
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


class _Owners(NamedTuple):
    top: list[int]  # the nearest stating top at or above each token, -1 for none
    depth: list[int]  # how many of them lie above it, itself counted


def _owners(tree: Tree) -> _Owners:
    size = len(tree.heads)
    top, depth = [-1] * size, [0] * size
    todo = [i for i in range(size) if tree.heads[i] == i]
    while todo:
        i = todo.pop()
        head = tree.heads[i]
        if states(tree, i):
            top[i], depth[i] = i, (depth[head] if head != i else 0) + 1
        elif head != i:
            top[i], depth[i] = top[head], depth[head]
        todo.extend(tree.children[i])
    return _Owners(top, depth)


def _clauses(scene: Scene) -> list[Clause]:
    return find_clauses(scene.tree, lambda governor, below: lifts(scene.setting, governor, below))


def _is_direct(scene: Scene, clause: Clause) -> bool:
    quote = scene.quote_at.get(clause.head)
    return quote is not None and scene.quotes[quote].kind == "direct"


# ---- which clauses only report ------------------------------------------------------------------------------------


def _reporting_tops(scene: Scene, clauses: list[Clause], bearings: dict[int, Bearing]) -> set[int]:
    """Tops of clauses that only say who says it, or how sure it is, while what is said is a clause of its own."""
    tree = scene.tree
    tops = set()
    for clause in clauses:
        for token in bearings[clause.top].commanding - set(clause.chain):
            if tree.lowers[token] != "according" and (top := clause_top(tree, token)) != clause.top:
                tops.add(top)
    cues = frozenset[int]().union(
        *(c for n, c in enumerate(scene.cue_tokens) if _content_is_clause(scene, n))
    )
    for clause in clauses:
        if (
            cues & {clause.top, clause.head, *clause.chain}
            or _says_nothing(tree, clause)
            or _is_empty(tree, clause)
        ):
            tops.add(clause.top)
    return tops


def _content_is_clause(scene: Scene, quote: int) -> bool:
    tree = scene.tree
    return any(
        tree.deps[i].partition(":")[0] in ("root", "ccomp", "parataxis", "conj")
        and (
            states(tree, i) or is_finite(tree, i) or (tree.tags[i] == "VB" and child(tree, i, "mark") is None)
        )
        for i in scene.content_tokens[quote]
    )


CONTENTLESS = frozenset(
    {"nsubj", "expl", "aux", "cop", "punct", "mark", "cc", "discourse", "vocative", "parataxis"}
)


def _is_empty(tree: Tree, clause: Clause) -> bool:
    """As in "they do", "it was", "we have": an auxiliary or the like that has lost what it was said of."""
    head = clause.head
    if clause.chain or not (tree.pos[head] == "AUX" or tree.lemmas[head] in words_of("light_verb")):
        return False
    existential = any(tree.deps[c] == "expl" and tree.lowers[c] == "there" for c in tree.children[head])
    if existential and child(tree, head, "nsubj") is not None:
        return False
    return all(
        tree.deps[c].partition(":")[0] in CONTENTLESS
        or tree.lowers[c] in words_of("negation")
        or tree.pos[c] == "ADV"
        for c in tree.children[head]
    )


def _says_nothing(tree: Tree, clause: Clause) -> bool:
    """As in "she said", with nothing said in it that the parse shows."""
    sign = signature(tree.lemmas[clause.head], "verb", "that")
    if sign is None or sign.kind not in ("speech", "attitude"):
        return False
    subject = child(tree, clause.top, "nsubj")
    mine = subject is not None and tree.lowers[subject] in words_of("first_person")
    if sign.kind == "attitude" and tree.deps[clause.top] != "parataxis" and not mine:
        return False  # "farmers worry"
    return child(tree, clause.head, "obj", "obl", "xcomp", "ccomp", "csubj", "iobj", "nsubj:pass") is None


# ---- one claim ----------------------------------------------------------------------------------------------------


class _Attribution(NamedTuple):
    claimant: str
    claimant_id: str | None
    quote_id: str | None
    quote: int | None
    steps: list[Step]


def _explain(
    scene: Scene, clause: Clause, bearing: Bearing, reporting: set[int], loose: set[int]
) -> Explained | None:
    tree = scene.tree
    attribution = _attribute(scene, clause, bearing)
    pieces = _cut(scene, clause, reporting, attribution.quote, frozenset(bearing.reports.values()))
    if not pieces or not any(a <= clause.top < b for a, b in pieces):
        return None
    start, end = tree.starts[pieces[0][0]], tree.ends[pieces[-1][1] - 1]
    inside = [i for i in predicate_tokens(tree, clause) if any(a <= i < b for a, b in pieces)]
    predicate = runs(inside or [clause.top])
    learned = _extension(scene.doc[clause.head], FACTUALITY)
    linked = bearing.hedges | loose
    awaited = any(
        scene.setting.hedges[n].kind == "future" for n in linked
    )  # readers doubt what is to come; authors do not
    verdict = compose(attribution.steps, None if awaited else learned)
    if attribution.quote is not None:
        linked = linked | _hedges_of_attribution(scene, attribution.quote)
    hedges = tuple(scene.setting.hedges[n] for n in sorted(linked))
    text = scene.text
    claim = Claim(
        claim_id=span_id(scene.article_id, "c", start, end),
        article_id=scene.article_id,
        sentence_id=scene.sentence_ids[tree.firsts[pieces[0][0]]],
        start=start,
        end=end,
        text=JOINT.join(text[tree.starts[a] : tree.ends[b - 1]] for a, b in pieces),
        predicate=JOINT.join(text[tree.starts[a] : tree.ends[b - 1]] for a, b in predicate),
        predicate_lemma=_predicate_lemma(tree, clause),
        predicate_start=tree.starts[predicate[0][0]],
        subject=_subject(scene, clause),
        claimant=attribution.claimant,
        claimant_id=attribution.claimant_id,
        quote_id=attribution.quote_id,
        hedged=any(hedge.kind in LOWERING_KINDS for hedge in hedges),
        polarity="positive" if verdict.positive else "negative",
        author_factuality=round(verdict.author, 2),
        source_factuality=None if verdict.source is None else round(verdict.source, 2),
        checkworthiness=round(_extension(scene.doc[pieces[0][0] : pieces[-1][1]], CHECKWORTHINESS) or 0.0, 2),
    )
    return Explained(claim, hedges, _reasons(claim, verdict))


def _reasons(claim: Claim, verdict: Verdict) -> tuple[str, ...]:
    scores = f"author {claim.author_factuality:+.2f}"
    if claim.source_factuality is not None:
        scores += f", {claim.claimant} {claim.source_factuality:+.2f}"
    return (*verdict.reasons, scores)


def _extension(item: Token | Span, name: str) -> float | None:
    try:
        return float(getattr(item._, name)) if item.has_extension(name) else None
    except ValueError:  # the attribute is known, but another pipeline read this doc
        return None


def _predicate_lemma(tree: Tree, clause: Clause) -> str:
    head = clause.head
    if outer_copula(tree, clause.top) is not None:
        return "be"
    particles = [tree.lowers[c] for c in tree.children[head] if tree.deps[c] == "compound:prt"]
    return " ".join([tree.lemmas[head], *particles])


def _subject(scene: Scene, clause: Clause) -> str | None:
    """The entity's name where the subject is one entity, else its words; None for an empty *it*."""
    tree, subject = scene.tree, subject_of(scene.tree, clause)
    if subject is None:
        return None
    start, end = subject_range(tree, subject)
    if child(tree, subject, "conj") is None and (name := _entity_name(scene, subject)):
        return name
    return scene.text[tree.starts[start] : tree.ends[end - 1]] if start < end else tree.words[subject]


def _entity_name(scene: Scene, token: int) -> str | None:
    mention = _mention_of(scene, token)
    return None if mention is None or mention.entity_id is None else scene.names.get(mention.entity_id)


def _mention_of(scene: Scene, token: int) -> Mention | None:
    """The mention at a phrase's head, else at the name beside it ("the goalkeeper Mouez Hassen")."""
    mention = scene.mention_at.get(token)
    if mention is not None and mention.entity_id is not None:
        return mention
    beside = (scene.mention_at.get(c) for c in scene.tree.children[token] if scene.tree.deps[c] == "appos")
    return next((m for m in beside if m is not None and m.entity_id and m.kind == "name"), mention)


# ---- who states it ------------------------------------------------------------------------------------------------


def _attribute(scene: Scene, clause: Clause, bearing: Bearing) -> _Attribution:
    """Who the claimant is, with the steps told apart: the outermost report, the reports inside it."""
    quote = scene.quote_at.get(clause.head)
    if quote is not None and scene.cue_tokens[quote] & {clause.top, *clause.chain}:
        quote = None  # "plans to resign", "is rumoured to be dead": the reporting clause is what is stated
    if (
        quote is not None
        and scene.quotes[quote].speaker is None
        and _is_first_person(scene.quotes[quote].source)
    ):
        quote = None  # "I think …" of the author
    if quote is not None and not _is_impersonal(scene, quote, bearing):
        return _by_quote(scene, quote, bearing)
    return _by_parse(scene, bearing)


def _is_first_person(source: str | None) -> bool:
    return source is not None and source.lower().strip("[]().,\"'“”‘’ ") in words_of("first_person")


def _is_impersonal(scene: Scene, quote: int, bearing: Bearing) -> bool:
    """As in "It is said that …": nobody's statement, but the author's, hedged."""
    if scene.quotes[quote].source is not None or not scene.cue_tokens[quote]:
        return False
    cue = scene.cue_tokens[quote]
    return bool(bearing.commanding & cue) and not cue & set(bearing.reports.values())


def _by_quote(scene: Scene, number: int, bearing: Bearing) -> _Attribution:
    quote, steps = scene.quotes[number], list(bearing.steps)
    cue = scene.cue_tokens[number]
    outer = next(
        (n for n, token in bearing.reports.items() if token in cue or scene.quote_at.get(token) != number),
        None,
    )
    if outer is None:
        outer = len(steps)
        steps.append(_report_of(scene, number))
    else:
        steps = steps[: outer + 1] + [s for s in steps[outer + 1 :] if s.effect != "report"]
    own = {
        n
        for n, token in bearing.reports.items()
        if n < outer and _speaks_of_itself(scene, token, quote.speaker_id)
    }
    # "denied all claims that …": the noun in the quotation is what the cue says something of
    own |= {n for n, s in enumerate(steps) if s.effect == "predicate" and s.author != s.source and n < outer}
    steps = [s._replace(outermost=n == outer, own=n in own) for n, s in enumerate(steps)]
    return _Attribution(
        quote.speaker or quote.source or UNKNOWN, quote.speaker_id, quote.quote_id, number, steps
    )


def _report_of(scene: Scene, number: int) -> Step:
    """The step of a cue that does not govern the clause in the parse: "…," or the sentence before, "he denied."""
    quote, tree = scene.quotes[number], scene.tree
    lemmas = [
        quote.cue_lemma or "",
        *(tree.lemmas[i] for i in sorted(scene.cue_tokens[number], reverse=True)),
    ]
    known = (signature(lemma, pos, "that") for lemma in lemmas for pos in ("verb", "adj", "noun"))
    sign = next((found for found in known if found is not None), UNKNOWN_REPORT)
    if sign.kind not in ("speech", "denial", "attitude", "factive", "finding", "question"):
        sign = UNKNOWN_REPORT
    negated = any(tree.lowers[i] in words_of("negation") for i in scene.cue_tokens[number])
    author = sign.author_negated if negated else sign.author
    source = sign.source_negated if negated else sign.source
    start = min((tree.starts[i] for i in scene.cue_tokens[number]), default=quote.start)
    return Step("report", quote.cue or "quotation marks", start, author, source, sign.kind)


def _speaks_of_itself(scene: Scene, report: int, speaker_id: str | None) -> bool:
    """As in "I think …" in a quotation, "she said she feared …": the claimant's own attitude."""
    speaker = speaker_of(scene.tree, report)
    if speaker is None:
        return False
    if scene.tree.lowers[speaker] in words_of("first_person"):
        return True
    mention = scene.mention_at.get(speaker)
    return speaker_id is not None and mention is not None and mention.entity_id == speaker_id


def _by_parse(scene: Scene, bearing: Bearing) -> _Attribution:
    """A report that is no row of quotes; what the author says of itself ("I think …") stays the author's."""
    tree = scene.tree
    speakers = {n: speaker_of(tree, token) for n, token in bearing.reports.items()}
    others = [
        n for n, i in speakers.items() if i is not None and tree.lowers[i] not in words_of("first_person")
    ]
    if not others:
        steps = [s._replace(own=n in speakers) for n, s in enumerate(bearing.steps)]
        return _Attribution(AUTHOR, None, None, None, steps)
    outer = others[-1]
    speaker = speakers[outer]
    assert speaker is not None
    mention = _mention_of(scene, speaker)
    name = _entity_name(scene, speaker)
    own = {
        n
        for n, token in bearing.reports.items()
        if n < outer and mention is not None and _speaks_of_itself(scene, token, mention.entity_id)
    }
    steps = [s._replace(outermost=n == outer, own=n in own) for n, s in enumerate(bearing.steps)]
    start, end = subject_range(tree, speaker)
    words = scene.text[tree.starts[start] : tree.ends[end - 1]] if start < end else tree.words[speaker]
    return _Attribution(name or words, mention.entity_id if mention and name else None, None, None, steps)


# ---- where it begins and ends -------------------------------------------------------------------------------------


def _cut(
    scene: Scene, clause: Clause, reporting: set[int], quote: int | None, reports: frozenset[int]
) -> list[tuple[int, int]]:
    """Token ranges of a claim: its clause without the clauses that are rows of their own at its edges, and without
    the attribution."""
    tree = scene.tree
    spine = {clause.top, *clause.chain, clause.head}
    cut = {c for g in spine for c in tree.children[g] if _stands_alone(scene, c, reporting)}
    foreign = set(reports)
    for report in set_in_reports(tree, clause.top):
        branch = tree.heads[report] if tree.deps[report] == "case" else report
        cut.add(branch)
        foreign.update(subtree(tree, branch))
    if quote is not None:
        foreign |= scene.cue_tokens[quote] | scene.source_tokens[quote]
    tokens = _within_content(scene, own_tokens(tree, clause, cut), clause, quote)
    foreign -= spine
    return pieces_of(tree, tokens, frozenset(foreign), clause.top)


def _within_content(scene: Scene, tokens: list[int], clause: Clause, quote: int | None) -> list[int]:
    """The tokens of a quoted clause that stand between the ends of the quote's content."""
    if quote is None:
        return tokens
    first, last = min(scene.content_tokens[quote]), max(scene.content_tokens[quote])
    subject = subject_of(scene.tree, clause)
    if subject is not None and subject < first:  # the port "would not reopen"
        first = 0
    return [i for i in tokens if first <= i <= last]


def _stands_alone(scene: Scene, c: int, reporting: set[int]) -> bool:
    """Whether a branch of a clause is a clause to itself: coordinated, adverbial or set in, with its own subject."""
    tree, relation = scene.tree, scene.tree.deps[c].partition(":")[0]
    if relation in ("conj", "parataxis"):
        return (has_subject(tree, c) and is_finite(tree, c)) or c in reporting or _reports(scene, c)
    if relation == "advcl" and condition_mark(scene.setting, c) is not None:
        return True
    if relation != "advcl" or not states(tree, c):
        return relation == "advcl" and _reports(scene, c)  # "…, adding that it was safe"
    return not _completes(tree, c)


def _completes(tree: Tree, c: int) -> bool:
    """As in "the move comes after …", "so fast that …": without the adverbial clause the main one is not whole."""
    first = min([c, *tree.children[c]])
    if first == 0 or tree.pos[first - 1] == "PUNCT" or first < tree.heads[c]:
        return False
    opening = child(tree, c, "mark", "advmod")
    return opening is not None and tree.lowers[opening] in words_of("temporal_mark")


def _reports(scene: Scene, c: int) -> bool:
    """As in "… and said the port would reopen": a coordinated verb of saying whose content is a row of its own."""
    complement = child(scene.tree, c, "ccomp")
    if complement is None or not states(scene.tree, complement):
        return False
    return scene.tree.lemmas[c] in opinion_lemmas() or c in scene.cues


# ---- hedges that bear on a claim as a whole -----------------------------------------------------------------------


def _loose_hedges(
    scene: Scene, owner: list[int], emitted: Iterable[int], bearings: dict[int, Bearing]
) -> dict[int, set[int]]:
    """Approximators, futures and weasels by the top of the claim they stand in; vague sources by what they say."""
    tree, tops = scene.tree, set(emitted)
    said: dict[int, list[int]] = {}  # a verb that reports -> tops of the claims it reports
    for top in tops:
        for token in bearings[top].commanding:
            said.setdefault(token, []).append(top)
    found: dict[int, set[int]] = {}
    for token, n in scene.setting.hedge_at.items():
        if scene.setting.hedges[n].kind in LOWERING_KINDS:
            continue
        if owner[token] in tops:
            found.setdefault(owner[token], set()).add(n)
        elif scene.setting.hedges[n].kind == "weasel":
            for top in said.get(tree.heads[token], []):
                found.setdefault(top, set()).add(n)
    return found


def _hedges_of_attribution(scene: Scene, quote: int) -> set[int]:
    """The cue's own hedge ("believe", "according to") and what leaves its source vague ("some experts")."""
    hedge_at, hedges = scene.setting.hedge_at, scene.setting.hedges
    cue = {hedge_at[i] for i in scene.cue_tokens[quote] if i in hedge_at}
    source = {hedge_at[i] for i in scene.source_tokens[quote] if i in hedge_at}
    return {n for n in cue if hedges[n].kind in ("doxastic", "evidential", "epistemic", "investigation")} | {
        n for n in source if hedges[n].kind == "weasel"
    }
