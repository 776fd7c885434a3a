"""Claims of a doc as rows: what is stated, by whom, how sure the author and the source are, and which cues show it.

The clauses come from `clauses`, what bears on them from `bearing`, the scores from `certainty`; here they are joined
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

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from pipeline.claims.attribution import attribute
from pipeline.claims.bearing import find_bearing
from pipeline.claims.certainty import compose
from pipeline.claims.checkworthiness import calibrate
from pipeline.claims.clauses import (
    DEEPEST,
    Clause,
    find_clauses,
    make_clause,
    outer_copula,
    predicate_tokens,
    subject_of,
)
from pipeline.claims.conjuncts import conjuncts_of_reports, denied_conjuncts
from pipeline.claims.cutting import cut_clause
from pipeline.claims.edges import runs, subject_range, with_partners
from pipeline.claims.finiteness import is_inverted
from pipeline.claims.governors import lifts
from pipeline.claims.hedges import LOWERING_KINDS
from pipeline.claims.reporting import reporting_tops
from pipeline.claims.scene import Scene, entity_name, find_owners, mention_of, set_scene
from pipeline.claims.steps import Bearing
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import words_of
from pipeline.schema import JOINT, Claim, ClaimHedge, Entity, Hedge, Mention, Quote, QuotePart, span_id

FACTUALITY, CHECKWORTHINESS = "factuality", "checkworthiness"


class Explained(NamedTuple):
    """A claim, the hedges that bear on it, and the reasons for its scores, innermost first."""

    claim: Claim
    hedges: tuple[Hedge, ...]
    reasons: tuple[str, ...]
    """A line a step, each with the author's score after it."""


def find_claims(
    doc: Doc,
    article_id: str,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    parts: Sequence[QuotePart],
    hedges: Sequence[Hedge],
    tree: Tree | None = None,
) -> tuple[list[Claim], list[ClaimHedge]]:
    """Rows of `claims` and `claim_hedges`, in order of their keys; `tree` is the doc's where it is read already.

    Raises ValueError where the doc has no tags or parse.
    """
    found = explained_claims(doc, article_id, mentions, entities, quotes, parts, hedges, tree)
    links = {(e.claim.claim_id, hedge.hedge_id) for e in found for hedge in e.hedges}
    return [e.claim for e in found], [ClaimHedge(*pair) for pair in sorted(links)]


def explained_claims(
    doc: Doc,
    article_id: str,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    parts: Sequence[QuotePart],
    hedges: Sequence[Hedge],
    tree: Tree | None = None,
) -> list[Explained]:
    """Every claim of a doc with its hedges and reasons, in order of position, no two with the same span."""
    scene = set_scene(doc, article_id, mentions, entities, quotes, parts, hedges, tree)
    clauses, bearings, reporting = _stating(scene)
    owners = find_owners(scene.tree, bearings.keys())
    rows: dict[str, Explained] = {}
    loose = _loose_hedges(scene, owners.top, {c.top for c in clauses} - reporting, bearings)
    for clause in clauses:
        if clause.top in reporting:
            continue
        row = _explain(scene, clause, bearings, reporting, loose.get(clause.top, set()))
        if row is not None:
            rows.setdefault(row.claim.claim_id, row)
    return [rows[key] for key in sorted(rows)]


def _stating(scene: Scene) -> tuple[list[Clause], dict[int, Bearing], set[int]]:
    """Clauses in order of their tops, what bears on each, and the tops of those that only report."""
    tree, depth = scene.tree, find_owners(scene.tree).depth
    clauses = [c for c in find_clauses(tree, _lifts_in(scene)) if depth[c.top] <= DEEPEST]
    bearings = _bearings(scene, clauses)
    reporting = reporting_tops(scene, clauses, bearings)
    tops = conjuncts_of_reports(tree, reporting)
    tops |= denied_conjuncts(scene.setting, bearings.keys() - reporting)
    joined = [make_clause(tree, top, _lifts_in(scene)) for top in tops - bearings.keys()]
    if joined:
        clauses, bearings = sorted([*clauses, *joined]), bearings | _bearings(scene, joined)
        reporting = reporting_tops(scene, clauses, bearings)
    return clauses, bearings, reporting


def _lifts_in(scene: Scene) -> Callable[[int, int], bool]:
    return lambda governor, below: lifts(scene.setting, governor, below)


def _bearings(scene: Scene, clauses: Iterable[Clause]) -> dict[int, Bearing]:
    return {c.top: find_bearing(scene.setting, c, _is_direct(scene, c)) for c in clauses}


def _is_direct(scene: Scene, clause: Clause) -> bool:
    quote = scene.quote_at.get(clause.head)
    return quote is not None and scene.quotes[quote].kind == "direct"


def _explain(
    scene: Scene, clause: Clause, bearings: dict[int, Bearing], reporting: set[int], loose: set[int]
) -> Explained | None:
    tree, bearing = scene.tree, bearings[clause.top]
    attribution = attribute(scene, clause, bearing)
    reports = frozenset(bearing.reports.values())
    pieces = cut_clause(scene, clause, bearings.keys(), reporting, attribution.quote, reports)
    if not pieces or not any(a <= clause.top < b for a, b in pieces):
        return None
    start, end = tree.starts[pieces[0][0]], tree.ends[pieces[-1][1] - 1]
    inside = [i for i in predicate_tokens(tree, clause) if any(a <= i < b for a, b in pieces)]
    predicate = [_inside(pieces, with_partners(tree, a, b), (a, b)) for a, b in runs(inside or [clause.top])]
    learned = _extension(scene.doc[clause.head], FACTUALITY)
    linked = bearing.hedges | {n for n in loose if _stands_in(scene, n, pieces)}
    awaited = any(
        scene.setting.hedges[n].kind == "future" for n in linked
    )  # readers doubt what is to come; authors do not
    if learned is not None and not _is_open_to_doubt(tree, clause):
        learned = None
    verdict = compose(attribution.steps, None if awaited else learned)
    if attribution.quote is not None:
        linked = linked | _hedges_of_attribution(scene, attribution.quote)
    hedges = tuple(scene.setting.hedges[n] for n in sorted(linked))
    text = scene.text
    subject, subject_id = _subject(scene, clause, attribution.claimant_id)
    claim = Claim(
        claim_id=span_id(scene.article_id, "c", start, end),
        article_id=scene.article_id,
        sentence_id=scene.sentence_ids[tree.firsts[pieces[0][0]]],
        start=start,
        end=end,
        text=JOINT.join(text[tree.starts[a] : tree.ends[b - 1]] for a, b in pieces),
        predicate=JOINT.join(text[tree.starts[a] : tree.ends[b - 1]] for a, b in predicate),
        predicate_lemma=_predicate_lemma(scene, clause),
        predicate_start=tree.starts[predicate[0][0]],
        subject=subject,
        claimant=attribution.claimant,
        claimant_id=attribution.claimant_id,
        quote_id=attribution.quote_id,
        hedged=any(hedge.kind in LOWERING_KINDS for hedge in hedges),
        polarity="positive" if verdict.positive else "negative",
        author_factuality=round(verdict.author, 2),
        source_factuality=None if verdict.source is None else round(verdict.source, 2),
        checkworthiness=_checkworthiness(scene.doc[pieces[0][0] : pieces[-1][1]]),
        subject_id=subject_id,
    )
    return Explained(claim, hedges, verdict.reasons)


def _inside(
    pieces: Sequence[tuple[int, int]], whole: tuple[int, int], bare: tuple[int, int]
) -> tuple[int, int]:
    """A verb group with its quotation marks, or without them where one of them is cut off the clause."""
    return whole if pieces[0][0] <= whole[0] and whole[1] <= pieces[-1][1] else bare


def _extension(item: Token | Span, name: str) -> float | None:
    try:
        return float(getattr(item._, name)) if item.has_extension(name) else None
    except ValueError:  # the attribute is known, but another pipeline read this doc
        return None


def _stands_in(scene: Scene, hedge: int, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether a hedge is within what is left of a clause; a vague source ("critics") never is."""
    row, tree = scene.setting.hedges[hedge], scene.tree
    return row.kind == "weasel" or any(tree.starts[a] <= row.start < tree.ends[b - 1] for a, b in pieces)


def _is_open_to_doubt(tree: Tree, clause: Clause) -> bool:
    """Whether a learned score may lower a clause that nothing else does: "ministers must resign", "once he has left".

    Readers' doubts about others ("one in five is undecided") are mistakes of the reader as often as not. *Can* is an
    ability, stated as such.
    """
    governors = (*clause.chain, clause.head)
    modals = {tree.lowers[c] for g in governors for c in tree.children[g] if tree.tags[c] == "MD"}
    return not modals & words_of("ability") and (bool(modals) or tree.deps[clause.top] == "advcl")


def _checkworthiness(span: Span) -> float:
    score = _extension(span, CHECKWORTHINESS)
    return 0.0 if score is None else round(calibrate(score), 2)


def _predicate_lemma(scene: Scene, clause: Clause) -> str:
    tree, head = scene.tree, clause.head
    if outer_copula(tree, clause.top) is not None or is_inverted(tree, head):
        return "be"
    copula = child(tree, head, "cop")
    if copula is not None and tree.lemmas[copula] == "be" and _is_named(scene, head):
        return "be"  # "the mayor was Orla Vik", "the depth was 6.6", "that is what we need"
    particles = [tree.lowers[c] for c in tree.children[head] if tree.deps[c] == "compound:prt"]
    return " ".join([tree.lemmas[head].partition("[")[0] or tree.lemmas[head], *particles])  # "involve[d]"


def _is_named(scene: Scene, token: int) -> bool:
    """Whether a token is a number, a name of somebody or something (not of a people), or a pronoun for what follows."""
    if scene.tree.pos[token] in ("NUM", "SYM") or scene.tree.tags[token] in ("WP", "WRB"):
        return True
    mention = scene.mention_at.get(token)
    return mention is not None and mention.kind == "name" and mention.type != "NORP"


def _subject(scene: Scene, clause: Clause, speaker_id: str | None) -> tuple[str | None, str | None]:
    """The entity's name and id where the subject is one entity, else its words; None for an empty *it*.

    Who speaks in quotation marks is no *he* there, and "many Kesh islanders" are not all of them.
    """
    tree, subject = scene.tree, subject_of(scene.tree, clause)
    if subject is None:
        return None, None
    start, end = subject_range(tree, subject)
    mention = mention_of(scene, subject)
    spoken = subject in scene.quoted and tree.lowers[subject] in words_of("third_person")
    other = not (spoken and mention is not None and mention.entity_id == speaker_id)
    people = mention is not None and mention.type == "NORP" and tree.tags[subject] in ("NNS", "NNPS")
    alone = other and not people and not _is_joint(tree, subject)
    if mention and alone and (name := entity_name(scene, subject)):
        return name, mention.entity_id
    words = scene.text[tree.starts[start] : tree.ends[end - 1]] if start < end else tree.words[subject]
    return words, None


def _is_joint(tree: Tree, subject: int) -> bool:
    """Whether a subject is several: "Berg and Orth", also where the parser takes them for one name."""
    flat = [c for c in tree.children[subject] if tree.deps[c] == "flat"]
    return child(tree, subject, "conj") is not None or any(child(tree, c, "cc") is not None for c in flat)


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
        if owner[token] in tops and not (
            scene.setting.hedges[n].kind == "future" and _is_in_relative(tree, token, owner[token])
        ):
            found.setdefault(owner[token], set()).add(n)
        elif scene.setting.hedges[n].kind == "weasel":
            for top in said.get(tree.heads[token], []):
                found.setdefault(top, set()).add(n)
    return found


def _is_in_relative(tree: Tree, i: int, top: int) -> bool:
    """Whether a relative clause stands between a token and the top of its claim: "a firm which will build boats"."""
    for _ in range(DEEPEST):
        if i == top or tree.heads[i] == i:
            break
        if tree.deps[i] in ("acl:relcl", "advcl:relcl"):
            return True
        i = tree.heads[i]
    return False


def _hedges_of_attribution(scene: Scene, quote: int) -> set[int]:
    """The cue's own hedge ("believe", "according to") and what leaves its source vague ("some experts")."""
    hedge_at, hedges = scene.setting.hedge_at, scene.setting.hedges
    cue = {hedge_at[i] for i in scene.cue_tokens[quote] if i in hedge_at}
    source = {hedge_at[i] for i in scene.source_tokens[quote] if i in hedge_at}
    return {n for n in cue if hedges[n].kind in ("doxastic", "evidential", "epistemic", "investigation")} | {
        n for n in source if hedges[n].kind == "weasel"
    }
