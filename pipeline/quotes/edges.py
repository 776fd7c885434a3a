"""Where a content begins and ends, quotation marks taken in, commas and full stops left out, and where a source ends.

The reader's pieces are right to a token or two. A quotation belongs to one speaker as a whole, so a piece that
holds most of it is given the rest, marks included, as far as no other piece stands there.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from pipeline.quotes.attributions import RELATIVES, Attribution
from pipeline.quotes.layout import FINAL_STOPS, QUOTATION_MARKS, Layout, Piece, Region, region_at
from pipeline.quotes.nesting import fill_holes

LEFT_OUT_AT_END = frozenset([",", ".", ";", ":", "-", "–", "—", "--", "("])
LEFT_OUT_AT_START = frozenset([",", ".", ";", ":", "-", "–", "—", "--", ")", "?", "!", "…"])
TAKEN_IN = frozenset(["that", "whether", "to"])
CONJUNCTIONS = frozenset(["and", "or"])
DANGLING = CONJUNCTIONS | {"but", "as"}
INNER_STOPS = frozenset([",", ".", "?", "!", "…"])
NO_END = RELATIVES | CONJUNCTIONS | frozenset("but of in on at by from with , ; : ( - – —".split())
MOST = 0.5  # of an unclosed quotation that a piece must hold to be given the rest
CUE_REACH = 12  # tokens between a quotation and the cue behind it, the speaker's name and office included
LONGEST = 1000  # tokens of a quotation that is given to a piece; a longer one has lost its closing mark


def mend_contents(layout: Layout, attributions: list[Attribution]) -> list[Attribution]:
    """The same attributions with the edges of their contents mended; those that keep no word are left out."""
    attributions = _one_speaker(layout, attributions)
    nested = [_quotation_of_cue(layout, a) for a in attributions]
    owner = [-1] * len(layout.words)
    for number, attribution in enumerate(attributions):
        for piece in _pieces(attribution):
            owner[piece.start : piece.end] = [number] * (piece.end - piece.start)
    mended = []
    for number, attribution in enumerate(attributions):
        contents: list[Piece] = []
        for piece in attribution.contents:
            if _is_narrated(layout, attribution, piece) or _stands_apart(layout, attribution.cue, piece):
                continue
            piece = _within_sentence(layout, attribution.cue, piece)
            whole = _trim(layout, _widen(layout, owner, nested, number, piece))
            if whole.start < whole.end:
                owner[whole.start : whole.end] = [number] * (whole.end - whole.start)
                contents.append(whole)
        if contents:
            joined = _join(layout, fill_holes(layout, owner, attribution, sorted(contents, key=_start)))
            mended.append(
                replace(attribution, contents=tuple(_without_conjunction(layout, p) for p in joined))
            )
    return mended


def mend_sources(layout: Layout, attributions: list[Attribution]) -> list[Attribution]:
    """The same attributions, their sources without what begins a clause: "the mayor" of "the mayor who"."""
    return [
        replace(a, source=without_tail(layout, a.source, a.source.start)) if a.source else a
        for a in attributions
    ]


def without_tail(layout: Layout, piece: Piece, stays: int) -> Piece:
    """A phrase without words and signs that none ends with; the word `stays` is kept in any case.

    Of 20,000 sources in PolNeAR's training part twelve end so. *The WHO* has a capital.
    """
    end = piece.end
    while end - 1 > stays and layout.words[end - 1] in NO_END and not layout.capital[end - 1]:
        end -= 1
    return replace(piece, end=end)


def _one_speaker(layout: Layout, attributions: list[Attribution]) -> list[Attribution]:
    """The same attributions, each quotation given whole to the one whose cue stands right behind it, or the only cue.

    As in `The mill will close, the Echo reported. "It lost money. Nobody bought it", Berg said`, where the reader takes
    the first of the two sentences for the paper's.
    """
    found = list(attributions)
    for region, holders in _by_quotation(layout, attributions).items():
        cued = [n for n in holders if found[n].cue and not _relays(layout, found[n].cue)]
        behind = [n for n in cued if _stands_behind(layout, found[n].cue, region)]
        if len(holders) < 2 or 1 not in (len(behind), len(cued)):
            continue
        owner = (behind if len(behind) == 1 else cued)[0]
        for n in holders:
            if n != owner:
                taken = [p for p in found[n].contents if region.start <= p.start and p.end <= region.end]
                rest = tuple(p for p in found[n].contents if p not in taken)
                found[n] = replace(found[n], contents=rest)
                whole = sorted((*found[owner].contents, *taken), key=_start)
                found[owner] = replace(found[owner], contents=tuple(whole))
    return found


def _by_quotation(layout: Layout, attributions: list[Attribution]) -> dict[Region, list[int]]:
    """Each closed quotation with the attributions that have a content in it and their cue outside."""
    found: dict[Region, list[int]] = {}
    for n, attribution in enumerate(attributions):
        for piece in attribution.contents:
            region = region_at(layout, piece.start)
            if region is None or not region.closed or region.end - region.start > LONGEST:
                continue
            nested = attribution.cue and region.start <= attribution.cue.start < region.end
            holders = found.setdefault(region, [])
            if piece.end <= region.end and not nested and n not in holders[-1:]:
                holders.append(n)
    return found


def _relays(layout: Layout, cue: Piece | None) -> bool:
    """Whether a cue names one who passes on what another says: `"…", as quoted by the Echo`."""
    return cue is not None and (layout.words[cue.start], layout.words[cue.end - 1]) == ("as", "by")


def _stands_behind(layout: Layout, cue: Piece | None, region: Region) -> bool:
    """Whether a cue follows a quotation within its sentence: `"…," said the mayor`, `"…", Berg had told the paper`."""
    if cue is None or cue.start < region.end or layout.quotation[cue.start] >= 0:
        return False
    return (
        cue.start - region.end <= CUE_REACH
        and layout.sentence[cue.start] == layout.sentence[region.end - 1]
        and layout.paragraph[cue.start] == layout.paragraph[region.start]
    )


def _is_narrated(layout: Layout, attribution: Attribution, piece: Piece) -> bool:
    """Whether a piece is a sentence of its own outside the quotation that has just been closed before it.

    As in 'He said: "I did it." The official view remained that it was an accident.'
    """
    before = piece.start - 1
    opens = before >= 0 and layout.sentence[before] != layout.sentence[piece.start]
    if not opens or layout.quotation[before] < 0 or attribution.cue is None:
        return False
    told = {layout.sentence[p.start] for p in (attribution.source, attribution.cue) if p}
    sentence = layout.sentence[piece.start]
    quoted = any(layout.quotation[i] >= 0 for i in range(piece.start, piece.end))
    return sentence not in told and not quoted and layout.sentence[piece.end - 1] == sentence


def _stands_apart(layout: Layout, cue: Piece | None, piece: Piece) -> bool:
    """Whether a piece without quotation marks is in another sentence than its cue, as hardly any content is.

    `According to officials, it was late. The boat left at ten.`; but "he tweeted: They are gone", "she asked. Why so?"
    """
    if cue is None or any(layout.quotation[i] >= 0 for i in range(piece.start, piece.end)):
        return False
    after = layout.words[cue.end] if cue.end < len(layout.words) else ""
    if ":" in (layout.words[cue.end - 1], after) or layout.words[piece.end - 1] == "?":
        return False
    told = {layout.sentence[i] for i in range(cue.start, cue.end)}
    return told.isdisjoint(layout.sentence[i] for i in range(piece.start, piece.end))


def _within_sentence(layout: Layout, cue: Piece | None, piece: Piece) -> Piece:
    """The part of a piece that stands on the cue's side of a full stop outside quotation marks.

    `The mill closed in May. It was "a wreck", Berg wrote`: of 14,000 contents in PolNeAR's training part hardly one
    runs over such a stop.
    """
    if cue is None or piece.start < cue.end <= piece.end or piece.start <= cue.start < piece.end:
        return piece
    stops = [
        i
        for i in range(piece.start + 1, piece.end)
        if layout.sentence[i] != layout.sentence[i - 1] and _ends_outside(layout, piece.start, i)
    ]
    if not stops:
        return piece
    if cue.start >= piece.end:
        return replace(piece, start=stops[-1])
    return replace(piece, end=stops[0])


def _ends_outside(layout: Layout, start: int, i: int) -> bool:
    """Whether what stands before a token, not before `start`, ends with a full stop outside the token's quotation."""
    before = i - 1
    while before > start and (layout.words[before].isspace() or layout.words[before] in QUOTATION_MARKS):
        before -= 1
    same = layout.quotation[before] >= 0 and layout.quotation[before] == layout.quotation[i]
    return layout.words[before] in FINAL_STOPS and not same


def _pieces(attribution: Attribution) -> list[Piece]:
    return [piece for piece in (attribution.source, attribution.cue, *attribution.contents) if piece]


def _start(piece: Piece) -> int:
    return piece.start


def _widen(layout: Layout, owner: list[int], nested: list[int], number: int, piece: Piece) -> Piece:
    """The piece with the quotations that it touches taken in whole, or at least their marks."""
    start, end = piece.start, piece.end
    first = bisect_right(layout.regions, start, key=lambda region: region.start) - 1
    for region in layout.regions[max(0, first) :]:
        lo, hi, closed = region.start, region.end, region.closed
        if lo > end:
            break
        if hi < start or (start <= lo and hi <= end):
            continue
        held = min(end, hi) - max(start, lo)
        free = (
            hi - lo <= LONGEST
            and _free(layout, owner, nested, number, lo, start)
            and _free(layout, owner, nested, number, end, hi)
        )
        if free and held > 0 and (closed or held >= MOST * (hi - lo)):
            start, end = min(start, lo), max(end, hi)
        else:
            start, end = _with_marks(layout, lo, hi if closed else end, start, end)
    if (
        start > 0
        and layout.words[start - 1] in TAKEN_IN
        and owner[start - 1] < 0
        and not layout.kind[start - 1]
    ):
        start -= 1
    return replace(piece, start=start, end=end)


def _free(layout: Layout, owner: list[int], nested: list[int], number: int, lo: int, hi: int) -> bool:
    """Whether no piece of another attribution stands between two tokens, but of one within the same quotation.

    `"I know what he did," said Berg`: what "he did" is nested in what Berg said.
    """
    return all(
        owner[i] < 0
        or (owner[i] == number and layout.kind[i] == "contents")
        or (owner[i] != number and layout.quotation[i] == nested[owner[i]] != nested[number])
        for i in range(lo, hi)
    )


def _quotation_of_cue(layout: Layout, attribution: Attribution) -> int:
    """The quotation in which an attribution has its cue, -1 for none."""
    return layout.quotation[attribution.cue.start] if attribution.cue else -1


def _with_marks(layout: Layout, lo: int, hi: int, start: int, end: int) -> tuple[int, int]:
    """A piece that stops just inside a mark is given the mark: `"We go`, and the comma: `go,"`."""
    if start == lo + 1 and not layout.kind[lo]:
        start = lo
    inner = end + 1 if end < hi and layout.words[end] in INNER_STOPS else end
    if inner == hi - 1 and end < hi and not any(layout.kind[end:hi]):
        end = hi
    return start, end


def _trim(layout: Layout, piece: Piece) -> Piece:
    """The piece without white space and without the punctuation that belongs to the sentence around it."""
    words, quotation = layout.words, layout.quotation
    start, end = piece.start, piece.end
    while start < end and (words[start].isspace() or words[start] in LEFT_OUT_AT_START):
        start += 1
    while start < end and (
        words[end - 1].isspace() or (words[end - 1] in LEFT_OUT_AT_END and quotation[end - 1] < 0)
    ):
        end -= 1
    if all(word in QUOTATION_MARKS or not any(c.isalnum() for c in word) for word in words[start:end]):
        end = start
    return replace(piece, start=start, end=end)


def _without_conjunction(layout: Layout, piece: Piece) -> Piece:
    """The piece without an "and" or "as" at its end: "He said that she had sold the house [and] hoped for mercy".

    In PolNeAR's training part 2 of 23,000 contents end so.
    """
    last = piece.end - 1
    dangling = layout.words[last] in DANGLING and layout.quotation[last] < 0 and last > piece.start
    return replace(piece, end=last) if dangling else piece


def _join(layout: Layout, contents: list[Piece]) -> list[Piece]:
    """Contents that overlap, or that only a stop or a mark parts within a paragraph, are one."""
    joined: list[Piece] = []
    for piece in contents:
        if joined and _are_one(layout, joined[-1], piece):
            last = joined[-1]
            confidence = max(last.confidence, piece.confidence)
            joined[-1] = replace(last, end=max(last.end, piece.end), confidence=confidence)
        else:
            joined.append(piece)
    return joined


def _are_one(layout: Layout, first: Piece, second: Piece) -> bool:
    if second.start < first.end:
        return True
    between = range(first.end, second.start)
    return (
        layout.paragraph[first.end - 1] == layout.paragraph[second.start]
        and len(between) < 4
        and not any(layout.kind[i] or layout.words[i][:1].isalnum() for i in between)
    )
