"""What the articles of a corpus share: entities counted over all of them, and issues one row for each thing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.ingest.files import slug, stem_of
from pipeline.schema import SEVERITIES, Entity, Issue, Mention

EntityForm = tuple[str, str, str, str | None]
"""entity_id, name, type, country: how one article knows an entity."""


@dataclass(frozen=True, slots=True)
class EntityCounts:
    """For each form of each entity, the mentions and the articles it was counted in; sums of these merge articles."""

    mentions: Counter[EntityForm] = field(default_factory=Counter)
    articles: Counter[EntityForm] = field(default_factory=Counter)


def count_entities(counts: EntityCounts, entities: Iterable[Entity], mentions: Iterable[Mention]) -> None:
    """Add one article's entities to the counts; those without a mention do not count."""
    n_mentions = Counter(mention.entity_id for mention in mentions)
    for entity in entities:
        if n := n_mentions[entity.entity_id]:
            form = (entity.entity_id, entity.name, entity.type, entity.country)
            counts.mentions[form] += n
            counts.articles[form] += 1


def merge_entities(counts: EntityCounts) -> tuple[list[Entity], dict[str, str]]:
    """Rows of `entities`, and for those whose name differs between articles the name that was chosen.

    The name is the one most articles use ("Kim Jong Un" beside one "KIM JONG UN"), then the longest.
    """
    forms: dict[str, list[EntityForm]] = defaultdict(list)
    for form in counts.mentions:
        forms[form[0]].append(form)
    rows, renamed = [], {}
    for entity_id, variants in forms.items():
        names, kinds, countries = (_votes(variants, column, counts.articles) for column in (1, 2, 3))
        name = min(names, key=lambda n: (-names[n], -len(n), n))
        rows.append(
            Entity(
                entity_id=entity_id,
                name=name,
                type=min(kinds, key=lambda k: (-kinds[k], k)),
                country=min(countries, key=lambda c: (-countries[c], c), default=None),
                n_mentions=sum(counts.mentions[form] for form in variants),
                n_articles=sum(counts.articles[form] for form in variants),
            )
        )
        if len(names) > 1:
            renamed[entity_id] = name
    return rows, renamed


def _votes(variants: list[EntityForm], column: int, articles: Counter[EntityForm]) -> Counter[str]:
    """Value of a column of the forms -> articles that have it; missing values do not vote."""
    votes: Counter[str] = Counter()
    for form in variants:
        value = form[column]
        if value:
            votes[value] += articles[form]
    return votes


def merge_issues(issues: Iterable[Issue]) -> list[Issue]:
    """One row per path, stage and start: reasons joined, the gravest severity kept.

    Articles of one file stay apart: the path of each is followed by # and its id below the file's.
    """
    issues = list(dict.fromkeys(issues))
    articles: dict[tuple[str | None, str, int | None], set[str | None]] = defaultdict(set)
    for issue in issues:
        articles[issue.path, issue.stage, issue.start].add(issue.article_id)
    alike: dict[tuple[str | None, str, int | None], list[Issue]] = defaultdict(list)
    for issue in issues:
        path = issue.path
        if len(articles[issue.path, issue.stage, issue.start]) > 1 and issue.path and issue.article_id:
            path = f"{path}#{_below_file(issue.path, issue.article_id)}"
        alike[path, issue.stage, issue.start].append(replace(issue, path=path))
    return [_joined(group) for group in alike.values()]


def _below_file(path: str, article_id: str) -> str:
    """The id without that of its file ("a/17" of x.jsonl's "x/a/17"); the whole where the file's is another."""
    return article_id.removeprefix(f"{slug(stem_of(path))}/")


def _joined(group: list[Issue]) -> Issue:
    """One issue for those of one place."""
    return replace(
        group[0],
        severity=min((issue.severity for issue in group), key=SEVERITIES.index),
        reason="; ".join(dict.fromkeys(issue.reason for issue in group)),
        article_id=next((issue.article_id for issue in group if issue.article_id), None),
    )
