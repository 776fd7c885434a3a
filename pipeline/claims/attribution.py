"""Who states a claim, with the steps told apart: the outermost report, the reports inside it."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.claims.certainty import Step
from pipeline.claims.clauses import DEEPEST, Clause, subject_of
from pipeline.claims.edges import subject_range
from pipeline.claims.reporting import is_said_in_contrast
from pipeline.claims.scene import Scene, entity_name, mention_of
from pipeline.claims.setting import UNKNOWN_REPORT, governor_signature, speaker_of
from pipeline.claims.steps import Bearing
from pipeline.claims.tree import child
from pipeline.lexicon.word_sets import signature, words_of
from pipeline.schema import AUTHOR

PARTS = frozenset({"nsubj", "obj", "iobj", "xcomp", "acl"})
"""Relations of what belongs to a clause, as an attribution set into it never does."""
UNKNOWN = "unknown"
"""The claimant of a quote without a source."""


class Attribution(NamedTuple):
    claimant: str
    claimant_id: str | None
    quote_id: str | None
    quote: int | None
    steps: list[Step]


def attribute(scene: Scene, clause: Clause, bearing: Bearing) -> Attribution:
    """Who the claimant is, with the steps told apart: the outermost report, the reports inside it."""
    quote, spoken = scene.quote_at.get(clause.head), clause.head in scene.quoted
    if quote is None or _is_not_of(scene, clause, quote, spoken) or _is_impersonal(scene, quote, bearing):
        return _by_parse(scene, bearing)
    return _by_quote(scene, quote, bearing, spoken)


def _is_not_of(scene: Scene, clause: Clause, quote: int, spoken: bool) -> bool:
    """Whether a clause that stands in the content of a quote is none of what its source states."""
    if scene.cue_tokens[quote] & {clause.top, *clause.chain}:
        return True  # "plans to resign", "is rumoured to be dead": the reporting clause is what is stated
    row = scene.quotes[quote]
    if _is_hearsay(scene, quote) or (row.speaker is None and _is_between_us(row.source)):
        return True  # "I think …" of the author, "you know, …" to the reader
    return not spoken and (
        _is_set_beside_cue(scene, clause, quote)
        or is_said_in_contrast(scene, clause.top, quote)
        or _holds_its_source(scene, clause, quote)
        or _is_nobodys(scene, quote)
    )


def _holds_its_source(scene: Scene, clause: Clause, quote: int) -> bool:
    """As in "the request is for Mr Putin to provide arms": who is a part of what is stated does not state it."""
    tree, spine = scene.tree, {clause.top, *clause.chain, clause.head}
    if subject_of(tree, clause) in scene.source_tokens[quote]:
        return True  # "(Berg said so) and asked for help"
    for i in scene.source_tokens[quote]:
        for _ in range(DEEPEST):
            if tree.heads[i] == i or tree.heads[i] in spine:
                break
            i = tree.heads[i]
        if tree.heads[i] in spine and i not in spine:
            return tree.deps[i].partition(":")[0] in PARTS
    return False


def _is_set_beside_cue(scene: Scene, clause: Clause, quote: int) -> bool:
    """As in "cheered when the result was read out", "ordered repairs after the roof fell": said of the cue, which has
    no clause for its object, and no part of what it says."""
    tree, cue = scene.tree, scene.tree.heads[clause.top]
    if tree.deps[clause.top] != "advcl" or cue not in scene.cue_tokens[quote] or clause.top < cue:
        return False
    opening = child(tree, clause.top, "mark", "advmod")
    sign = signature(tree.lemmas[cue], "verb", "that")
    nominal = child(tree, cue, "obj") is not None and child(tree, cue, "ccomp", "xcomp") is None
    return (
        opening is not None
        and tree.lowers[opening] in words_of("temporal_mark")
        and (nominal or sign is None)
    )


def _is_between_us(source: str | None) -> bool:
    """Whether a source is who speaks or who is spoken to."""
    return source is not None and source.lower().strip("[]().,\"'“”‘’ ") in words_of("talkers")


def _is_hearsay(scene: Scene, quote: int) -> bool:
    """As in "the cause was reportedly a “short circuit”": an adverb hedges, it attributes nothing."""
    cue = scene.cue_tokens[quote]
    adverbs = bool(cue) and all(scene.tree.pos[i] == "ADV" and i in scene.setting.hedge_at for i in cue)
    return adverbs and scene.quotes[quote].source is None


def _is_nobodys(scene: Scene, quote: int) -> bool:
    """Whether a quote names no source, or only "nobody", "nothing", "no judge"."""
    source = scene.quotes[quote].source
    if source is None:
        return scene.quotes[quote].speaker is None
    first = source.lower().partition(" ")[0]
    return source.lower() in words_of("negative_pronoun") or first in words_of("negative_determiner")


def _is_impersonal(scene: Scene, quote: int, bearing: Bearing) -> bool:
    """As in "It is said that …": nobody's statement, but the author's, hedged."""
    if scene.quotes[quote].source is not None or not scene.cue_tokens[quote]:
        return False
    cue = scene.cue_tokens[quote]
    return bool(bearing.commanding & cue) and not cue & set(bearing.reports.values())


def _by_quote(scene: Scene, number: int, bearing: Bearing, spoken: bool) -> Attribution:
    quote, cue = scene.quotes[number], scene.cue_tokens[number]
    bearing = _without_cue(bearing, {scene.tree.starts[i] for i in cue})
    steps = list(bearing.steps)
    outer = next(
        (n for n, token in bearing.reports.items() if token in cue or scene.quote_at.get(token) != number),
        None,
    )
    if outer is None:
        outer = len(steps)
        steps.append(_report_of(scene, number))
    else:
        steps = steps[: outer + 1] + [s for s in steps[outer + 1 :] if s.effect != "report"]
    source = scene.source_tokens[number]
    head = next((i for i in sorted(source) if scene.tree.heads[i] not in source), None)
    own = {
        n
        for n, token in bearing.reports.items()
        if n < outer and _speaks_of_itself(scene, token, quote.speaker_id, head)
    }
    # "denied all claims that …": the noun in the quotation is what the cue says something of
    own |= {n for n, s in enumerate(steps) if s.effect == "predicate" and s.author != s.source and n < outer}
    steps = [s._replace(outermost=n == outer, own=n in own) for n, s in enumerate(steps)]
    if spoken:  # '"…," he recalled', '"…," she proposed': words in quotation marks are handed on as they are
        given = steps[outer].source
        steps[outer] = steps[outer]._replace(author=0, source=3.0 if given > 0 else given)
    claimant = quote.speaker or quote.source or UNKNOWN
    return Attribution(claimant, quote.speaker_id, quote.quote_id, number, steps)


def _written(scene: Scene, token: int) -> str:
    """The phrase of a token without what only adds to it."""
    tree, (start, end) = scene.tree, subject_range(scene.tree, token)
    return scene.text[tree.starts[start] : tree.ends[end - 1]] if start < end else tree.words[token]


def _without_cue(bearing: Bearing, cue: set[int]) -> Bearing:
    """What bears on a claim without the steps of a cue that is no report in the parse, as it has no subject there."""
    kept = [n for n, s in enumerate(bearing.steps) if s.effect != "predicate" or s.start not in cue]
    reports = {at: bearing.reports[n] for at, n in enumerate(kept) if n in bearing.reports}
    return bearing._replace(steps=[bearing.steps[n] for n in kept], reports=reports)


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


def _speaks_of_itself(scene: Scene, report: int, speaker_id: str | None, source: int | None) -> bool:
    """As in "I think …", "you know, …" in a quotation, "she said she feared …": the claimant's own attitude.

    Not "you said that …", put to somebody. `source` is the token of the claimant.
    """
    speaker = speaker_of(scene.tree, report)
    if speaker is None:
        return False
    if scene.tree.lowers[speaker] in words_of("talkers"):
        sign = governor_signature(scene.tree, report, "that")
        told = sign is not None and sign.kind in ("speech", "denial")
        return not told or scene.tree.lowers[speaker] in words_of("first_person")
    mention = scene.mention_at.get(speaker)
    entity = mention.entity_id if mention is not None else None
    if speaker_id is None and entity is None and source is not None:  # "some sailors said they believed …"
        return scene.tree.lowers[speaker] == "they" and scene.tree.tags[source] in ("NNS", "NNPS")
    return speaker_id is not None and entity == speaker_id


def _by_parse(scene: Scene, bearing: Bearing) -> Attribution:
    """A report that is no row of quotes; what the author says of itself ("I think …") stays the author's."""
    tree = scene.tree
    speakers = {n: speaker_of(tree, token) for n, token in bearing.reports.items()}
    others = [n for n, i in speakers.items() if i is not None and tree.lowers[i] not in words_of("talkers")]
    if not others:
        steps = [s._replace(own=n in speakers) for n, s in enumerate(bearing.steps)]
        return Attribution(AUTHOR, None, None, None, steps)
    outer = others[-1]
    speaker = speakers[outer]
    assert speaker is not None
    mention = mention_of(scene, speaker)
    name = entity_name(scene, speaker)
    own = {
        n
        for n, token in bearing.reports.items()
        if n < outer and _speaks_of_itself(scene, token, mention.entity_id if mention else None, speaker)
    }
    steps = [s._replace(outermost=n == outer, own=n in own) for n, s in enumerate(bearing.steps)]
    return Attribution(
        name or _written(scene, speaker), mention.entity_id if mention and name else None, None, None, steps
    )
