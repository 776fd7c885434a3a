"""People: which full names, surnames and given names of an article are one person's."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.entities.names import PARTICLES, Name
from pipeline.entities.words import given_names, is_person_noun, people_nouns
from pipeline.lexicon import read_lexicon

NEIGHBOURS = 24
# "him" is most often somebody else than the person named last
PRONOUN = re.compile(r"\b(?:he|his|she|her)\b", re.IGNORECASE)
FAMILY = re.compile(r"\b[Tt]he ([^\W\d_]+)s\b")
POSSESSOR = re.compile(r"\b([^\W\d_]+)['’]s\b")
NOUN_BEFORE = re.compile(r"\b(?:his|her|their|the)\s(?:\w+\s)?(\w+),?\s$", re.IGNORECASE)
SHORT_WAY = 200  # characters after a name in which a pronoun is taken for its own
KNOWN_BY_TITLE = 3  # mentions with a title, after which a full name brings in somebody else
RARE = 2  # mentions of a name that may be a slip of the pen
CUT = 3  # letters of a short form, and letters cut off to make it
LONG = 7  # letters of a lone name in which one is
SHORTEST = 4  # letters of a surname in which a slip is told from another name
MAIN = 2  # the person who is named in full twice as often as the next is the one the article is about
LEADING = 3  # a person named so many times as often as the next keeps the bare surname


@dataclass(slots=True)
class Cluster:
    """Names of one article that mean the same."""

    label: str
    words: tuple[str, ...]
    """The fullest form, folded."""
    members: list[int]
    """Indices into the list of names, ascending."""
    gender: str = ""
    generation: str = ""


@cache
def _family_first() -> frozenset[str]:
    return frozenset(row["name"].casefold() for row in read_lexicon("family_names_first"))


People = list[Cluster]
Index = dict[str, list[int]]
FullName = tuple[tuple[str, ...], str, str]
"""Words, generation, gender."""


def cluster_people(names: Sequence[Name], members: Sequence[int], text: str) -> list[Cluster]:
    """Full names first, the longest before others; then surnames and given names, each to its full name."""
    people: People = []
    index: Index = defaultdict(list)
    forms: dict[FullName, list[int]] = defaultdict(list)
    short: list[int] = []
    families = {surname.casefold() for surname in FAMILY.findall(text)}
    for i in members:
        words = (*names[i].words, *_family_name(names, i, text, families))
        if len(_core(words)) > 1:
            forms[words, names[i].generation, names[i].gender].append(i)
        else:
            short.append(i)
    for (words, generation, gender), mentions in sorted(
        _without_slips(forms).items(), key=lambda f: (-len(f[0][0]), f[1][0])
    ):
        found = _same_person(people, index, words, generation, gender, mentions[0])
        _join(people, index, found, Cluster("PERSON", words, mentions, gender, generation))
    _tell_couples_apart(people, index, names, short, text)
    # titled ones first: "Ms Clinton" and "Mr Clinton" must be apart before a bare "Clinton" joins either
    for i in sorted(short, key=lambda i: (not names[i].gender, i)):
        found = _shortened(people, index, names, i)
        if found is None and len(names[i].words) == 1:
            found = _misspelt_person(people, names[i].words[0])
        _join(people, index, found, Cluster("PERSON", names[i].words, [i], names[i].gender))
    return people


def _family_name(names: Sequence[Name], i: int, text: str, families: Collection[str]) -> tuple[str, ...]:
    """The surname that a given name shares with the next: "Ana and Jon Orla", where the article has "the Orlas"."""
    if len(names[i].words) != 1 or names[i].titles or i + 1 >= len(names):
        return ()
    other = names[i + 1]
    if other.titles or len(_core(other.words)) < 2 or text[names[i].end_char : other.start_char] != " and ":
        return ()
    surname = other.words[-1]
    return (surname,) if surname in families else ()


def _without_slips(forms: Mapping[FullName, list[int]]) -> dict[FullName, list[int]]:
    """Full names with their mentions, those misspelt joined to the one that is spelt so more often."""
    kept: dict[FullName, list[int]] = {}
    by_given: dict[str, list[FullName]] = defaultdict(list)
    surnames = Counter(words[-1] for words, *_ in forms)
    for form, mentions in sorted(
        forms.items(), key=lambda item: (-len(item[1]), -surnames[item[0][0][-1]], item[1][0])
    ):
        near = by_given[form[0][0]]
        usual = next((other for other in near[:NEIGHBOURS] if _is_slip(form, other)), None)
        if usual is not None and len(mentions) <= RARE:
            kept[usual] = sorted(kept[usual] + mentions)
        else:
            kept[form] = mentions
            near.append(form)
    return kept


def _is_slip(one: FullName, other: FullName) -> bool:
    """Whether two full names differ by a slip in the surname alone: "Jan Stef" and "Jan Stefl"."""
    return one[0][:-1] == other[0][:-1] and one[1:] == other[1:] and is_misspelt(one[0][-1], other[0][-1])


def is_misspelt(one: str, other: str) -> bool:
    """Whether two words differ by one letter too many or by two that changed places.

    >>> is_misspelt("stef", "stefl"), is_misspelt("dierdre", "deirdre"), is_misspelt("hansen", "hanson")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST or one == other or long == f"{short}s":
        return False
    first = next((i for i, (a, b) in enumerate(zip(short, long)) if a != b), len(short))
    if len(long) == len(short) + 1:
        return short[first:] == long[first + 1 :]
    swapped = long[:first] + long[first : first + 2][::-1] + long[first + 2 :]
    return len(long) == len(short) and swapped == short


def _tell_couples_apart(
    people: People, index: Index, names: Sequence[Name], short: Sequence[int], text: str
) -> None:
    """Set the gender of people of one surname, so that "Mr Orla" and "Ms Orla" each go to the right one."""
    titled: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i in short:
        if names[i].gender:
            titled[names[i].words[-1]][names[i].gender].append(i)
    for word, by_gender in titled.items():
        fitting = [people[k] for k in index.get(word, ())[-NEIGHBOURS:] if people[k].words[-1] == word]
        _tell_from_newcomers(fitting, by_gender)
        guessed = [person for person in fitting if not person.gender] if len(fitting) > 1 else []
        for person in guessed:
            person.gender = _told_by_pronouns(names, person, text)
        _trust_titles(guessed, fitting, by_gender)
        unknown = [person for person in fitting if not person.gender]
        if len(by_gender) < 2 or len(unknown) != 1:
            continue
        person, known = unknown[0], {other.gender for other in fitting if other.gender}
        if len(known) == 1:
            person.gender = "f" if known == {"m"} else "m"
        elif not known:
            later = [(i, g) for g, places in by_gender.items() for i in places if i > person.members[0]]
            person.gender = _told_by_pronouns(names, person, text) or min(later, default=(0, ""))[1]


def _trust_titles(
    guessed: Sequence[Cluster], fitting: Sequence[Cluster], by_gender: Mapping[str, list[int]]
) -> None:
    """Where pronouns told nobody of a title's gender, they erred of the one named last before it: "Jon Orla is the
    councillor's cousin. She … Mr Orla"."""
    for gender, places in by_gender.items():
        before = [person for person in guessed if person.members[0] < places[0]]
        if before and not any(person.gender in (gender, "") for person in fitting):
            last = max(before, key=lambda person: max(i for i in person.members if i < places[0]))
            last.gender = gender


def _tell_from_newcomers(fitting: Sequence[Cluster], by_gender: Mapping[str, list[int]]) -> None:
    """Set the gender of who is named late: after "Ms Orla" all along, "Jon Orla" is somebody else, and a man.

    After "Mr Orla" all along a man of several may be his brother.
    """
    if len(by_gender) != 1 or (len(fitting) > 1 and "m" in by_gender):
        return
    (gender, places), *_ = by_gender.items()
    late = [p for p in fitting if bisect_left(places, p.members[0]) >= KNOWN_BY_TITLE and not p.gender]
    for person in late if len(late) < len(fitting) or len(fitting) == 1 else ():
        person.gender = "f" if gender == "m" else "m"


def _told_by_pronouns(names: Sequence[Name], person: Cluster, text: str) -> str:
    """The gender of a noun before the name ("her son, Jon Orla"), else of most pronouns that follow it before the next
    name or within two sentences."""
    votes: Counter[str] = Counter()
    for i in person.members[:NEIGHBOURS]:
        noun = NOUN_BEFORE.search(text, max(0, names[i].start_char - SHORT_WAY), names[i].start_char)
        if noun and (gender := people_nouns().get(noun[1].lower())):
            return gender
    for i in person.members[:NEIGHBOURS]:
        stop = names[i + 1].start_char if i + 1 < len(names) else len(text)
        pronoun = PRONOUN.search(text, names[i].end_char, min(stop, names[i].end_char + SHORT_WAY))
        if pronoun and not _names_another(text[names[i].end_char : pronoun.start()]):
            votes["m" if pronoun[0].lower() in ("he", "his") else "f"] += 1
    return max(votes, key=lambda g: votes[g]) if votes and len(set(votes.values())) == len(votes) else ""


def _names_another(between: str) -> bool:
    """Whether somebody else is told of between a name and a pronoun: "Jon Orla is the councillor's cousin. She …"."""
    return any(is_person_noun(word.lower()) for word in POSSESSOR.findall(between))


def _core(words: Sequence[str]) -> tuple[str, ...]:
    """A name without particles: ("al", "assad") -> ("assad",)."""
    return tuple(w for w in words if w not in PARTICLES) or tuple(words)


def _join(people: People, index: Index, found: int | None, new: Cluster) -> None:
    """Add names to a person found, or as a person of their own."""
    if found is None:
        people.append(new)
        core = _core(new.words)
        for word in {core[0], core[-1], *core[1:-1][:2]}:
            index[word].append(len(people) - 1)
        return
    person = people[found]
    if len(new.words) > 1 and found not in index[_core(new.words)[0]]:
        index[_core(new.words)[0]].append(found)  # "Stan", beside "Stan Orla", is Stanislav Orla
    for i in new.members:
        insort(person.members, i)
    person.gender = person.gender or new.gender
    person.generation = person.generation or new.generation


def _same_person(
    people: People, index: Index, words: tuple[str, ...], generation: str, gender: str, at: int
) -> int | None:
    core = _core(words)
    near = {k for word in (core[0], core[-1]) for k in index.get(word, ())[-NEIGHBOURS:]}
    fit = [
        k
        for k in near
        if not _contradict(people[k].gender, gender)
        and not _contradict(people[k].generation, generation)
        and may_be_same_person(words, people[k].words)
    ]
    return _nearest(people, fit, at)


def _contradict(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _nearest(clusters: Sequence[Cluster], candidates: Iterable[int], at: int) -> int | None:
    """The candidate named last before a mention, else the one named first after it."""
    best: tuple[int, int] | None = None
    for k in sorted(candidates):
        members = clusters[k].members
        before = bisect_left(members, at)
        distance = at - members[before - 1] if before else 1_000_000 + members[0] - at
        best = min(best or (distance, k), (distance, k))
    return best[1] if best else None


def may_be_same_person(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether two full names, folded, the second as long or longer, can be one person's.

    >>> may_be_same_person(("j", "smith"), ("john", "smith"))
    True
    >>> may_be_same_person(("jane", "smith"), ("john", "smith"))
    False
    """
    short, full = _core(short), _core(full)
    if short == full or (len(short) == len(full) and sorted(short) == sorted(full)):
        return True  # "Jong Un Kim"
    if len(short) == len(full):
        return short[-1] == full[-1] and all(map(_same_given, short[:-1], full[:-1]))
    if len(short) > len(full):
        return False
    if len(short) > 1 and short in (full[-len(short) :], full[: len(short)]):
        return True  # "López Obrador", "Juan Carlos"
    if short[-1] != full[-1] or not _same_given(short[0], full[0]):
        return False
    inner, outer = short[1:-1], full[1:-1]  # "George W Bush" is not "George H W Bush"
    return not inner or (_same_given(inner[0], outer[0]) and set(inner) <= set(outer))


def _same_given(one: str, other: str) -> bool:
    """Whether two given names can be one: "J" and "John", "Mike" and "Michael"."""
    short, long = sorted((one, other), key=len)
    if one == other or (len(short) == 1 and long[0] == short):
        return True
    if len(short) >= CUT and len(long) >= len(short) + CUT and long.startswith(short):
        return True  # "Stan" and "Stanislav"; "Paul" and "Paula" are two
    given = given_names()
    return bool(given.get(one, {one}) & given.get(other, {other}))


def _shortened(people: People, index: Index, names: Sequence[Name], at: int) -> int | None:
    """The person that a lone surname or given name means: the one it fits best, the last named of those."""
    name = names[at]
    word = _core(name.words)[-1]
    best: list[int] = []
    best_fit = 0
    for k in index.get(word, ())[-NEIGHBOURS:]:
        if _contradict(people[k].gender, name.gender):
            continue
        fit = _fit(word, people[k].words, bool(name.titles))
        if fit > best_fit:
            best, best_fit = [k], fit
        elif fit and fit == best_fit:
            best.append(k)
    exact = [k for k in best if "-" not in names[people[k].members[0]].text.split()[-1]]
    if "-" not in name.text and exact:
        best = exact  # "Sund" is Jon Sund and not Ana Orla-Sund
    if name.gender and any(people[k].gender for k in best):
        best = [k for k in best if people[k].gender]  # "Ms Orla" is Ana, said to be a woman, before Kim
    ranked = sorted(best, key=lambda k: -len(people[k].members))
    if len(ranked) > 1 and len(people[ranked[0]].members) >= LEADING * len(people[ranked[1]].members):
        return ranked[0]  # after one "Ana Orla" the article's "Orla" is still Joe, of whom it talks all along
    main = _main_person(people, best, names)
    return _nearest(people, best, at) if main is None else main


def _main_person(people: People, candidates: Sequence[int], names: Sequence[Name]) -> int | None:
    """Of several of one surname the one the article is about: named first, and in full twice as often as the next."""
    in_full = sorted((_in_full(people[k], names) for k in candidates), reverse=True)
    first = min(candidates, key=lambda k: people[k].members[0], default=None)
    leads = len(in_full) > 1 and in_full[0] >= MAIN * in_full[1]
    return first if first is not None and leads and _in_full(people[first], names) == in_full[0] else None


def _in_full(person: Cluster, names: Sequence[Name]) -> int:
    """How often an article has a person's full name."""
    return sum(len(names[i].words) > 1 for i in person.members[:NEIGHBOURS])


def _misspelt_person(people: People, word: str) -> int | None:
    """The one person whose surname or given name a long word spells wrong: "Oberlanger", "Oberlagner"."""
    near = range(max(0, len(people) - NEIGHBOURS), len(people))
    found = [
        k
        for k in near
        if len(word) >= LONG and len(people[k].words) > 1
        if any(is_misspelt(word, known) for known in (people[k].words[0], people[k].words[-1]))
    ]
    return found[0] if len(found) == 1 else None


def _fit(word: str, full: tuple[str, ...], titled: bool) -> int:
    """How well one word stands for a full name: surname 4, a title before a given name least ("Mr Joe")."""
    core = _core(full)
    if core[-1] == word:
        return 4
    if core[0] == word and len(core) > 1 and word in _family_first():
        return 4 if len(core) == 3 else 3
    if core[0] == word or (len(core) > 1 and len(word) >= CUT and _same_given(word, core[0])):
        return 1 if titled else 2
    return 1 if word in core else 0
