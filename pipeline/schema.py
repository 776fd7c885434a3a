"""Every table and every column, once: record class, type, meaning, allowed values, keys.

A record class is a table, a field of it a column, in the order in which the CSV has them. The types of the
DataFrames, the checks of `read_tables`, `docs/tables.md` and `datapackage.json` all come from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

ENTITY_TYPES = (
    "PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "PRODUCT", "WEAPON", "LAW", "DATE", "MONEY",
)  # fmt: skip
HEDGE_KINDS = (
    "epistemic", "doxastic", "conditional", "investigation",
    "evidential", "future", "approximator", "weasel",
)  # fmt: skip
MENTION_KINDS = ("name", "nominal", "pronoun")
QUOTE_KINDS = ("direct", "indirect", "mixed")
QUOTE_PARTS = ("source", "cue", "content")
POLARITIES = ("positive", "negative")
SECTIONS = ("title", "body")
STAGES = ("ingest", "annotate", "entities", "quotes", "claims")
SEVERITIES = ("error", "warning", "info")
AUTHOR = "author"
"""The claimant of what the article states in its own voice."""
JOINT = " … "
"""What stands between the pieces of a quote or a claim."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one column means and which values it may hold; its type is the annotation beside it."""

    meaning: str
    key: bool = False
    refers_to: str = ""  # the table whose key this column holds
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None  # of a float, as written
    pattern: str = ""  # a regular expression that the whole value matches


def score(meaning: str) -> Column:
    """A column of scores from 0 to 1."""
    return Column(meaning, minimum=0, maximum=1, decimals=2)


def factuality(meaning: str) -> Column:
    """A column on FactBank's grid, certainty times polarity: from -3 (certainly not) to 3 (certainly)."""
    return Column(meaning, minimum=-3, maximum=3, decimals=2)


ISO_DATE = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)

ArticleId = Annotated[str, Column("The article this row belongs to", refers_to="articles")]
SentenceId = Annotated[str, Column("The sentence this row starts in", refers_to="sentences")]
Start = Annotated[int, Column("Offset of the first character in articles.text, in code points", minimum=0)]
End = Annotated[int, Column("Offset after the last character in articles.text", minimum=0)]
Text = Annotated[str, Column("The words themselves: articles.text[start:end]")]


@dataclass(frozen=True, slots=True)
class Article:
    """One row per article that could be read, duplicates included."""

    article_id: Annotated[
        str, Column("The path below the corpus folder, and the row's id in files of many articles", key=True)
    ]
    title: Annotated[str | None, Column("Headline; the first paragraph of text where there is one")]
    byline: Annotated[str | None, Column("Who wrote it, as printed")]
    source: Annotated[str | None, Column("Who published it")]
    published: Annotated[str | None, Column("Date or time of publication, ISO 8601", pattern=ISO_DATE)]
    url: Annotated[str | None, Column("Address it was published at")]
    language: Annotated[
        str | None, Column("Language of the text, ISO 639", pattern=r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
    ]
    path: Annotated[
        str,
        Column("File below the corpus folder; line breaks and bytes that are no UTF-8 are percent-encoded"),
    ]
    sha256: Annotated[str, Column("SHA-256 of text in UTF-8", pattern=r"[0-9a-f]{64}")]
    duplicate_of: Annotated[
        str | None,
        Column(
            "The article that this one repeats, so that it has no rows in later tables (unless they were asked for)",
            refers_to="articles",
        ),
    ]
    n_paragraphs: Annotated[int, Column("Paragraphs of text, the title included", minimum=0)]
    n_sentences: Annotated[int, Column("Rows of this article in sentences", minimum=0)]
    n_tokens: Annotated[int, Column("Tokens (words and punctuation) of text", minimum=0)]
    text: Annotated[str, Column("Title, blank line, body; what every offset counts in")]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row per sentence, without the white space around it."""

    sentence_id: Annotated[str, Column("Article and place of the sentence", key=True)]
    article_id: ArticleId
    section: Annotated[str, Column("Whether it stands in the headline or in the article", values=SECTIONS)]
    paragraph: Annotated[int, Column("Number of its paragraph in text, from 0", minimum=0)]
    start: Start
    end: End
    text: Text


@dataclass(frozen=True, slots=True)
class Entity:
    """One row per person, organisation, place or other thing named in the corpus."""

    entity_id: Annotated[
        str, Column("Type and name: person/kim-jong-un", key=True, pattern=r"[a-z]+/[^\sA-Z]+")
    ]
    name: Annotated[str, Column("Fullest form of the name, without titles")]
    type: Annotated[str, Column("Kind of thing, by the OntoNotes names, and WEAPON", values=ENTITY_TYPES)]
    country: Annotated[
        str | None,
        Column("ISO 3166-1 alpha-3 code where it is a state or stands for one", pattern=r"[A-Z]{3}"),
    ]
    n_mentions: Annotated[int, Column("Rows in mentions", minimum=1)]
    n_articles: Annotated[int, Column("Articles with a row in mentions", minimum=1)]


@dataclass(frozen=True, slots=True)
class Mention:
    """One row per place in a text where an entity is named, described or taken up by a pronoun."""

    mention_id: Annotated[str, Column("Article and place of the mention", key=True)]
    article_id: ArticleId
    sentence_id: SentenceId
    start: Start
    end: End
    text: Text
    type: Annotated[
        str | None,
        Column("Kind of thing meant; empty for a pronoun whose entity is not plain", values=ENTITY_TYPES),
    ]
    kind: Annotated[str, Column("Name, description (the minister) or pronoun", values=MENTION_KINDS)]
    entity_id: Annotated[str | None, Column("The entity meant, where that is plain", refers_to="entities")]
    metonym: Annotated[
        bool, Column("A place that stands for its government or institution (Moscow denied it)")
    ]


@dataclass(frozen=True, slots=True)
class Quote:
    """One row per attribution: somebody says, believes, wants or shows something."""

    quote_id: Annotated[str, Column("Article and place of the content", key=True)]
    article_id: ArticleId
    sentence_id: SentenceId
    start: Start
    end: Annotated[int, Column("Offset after the last character of the last content piece", minimum=0)]
    text: Annotated[str, Column('What is attributed: the content pieces joined by " … "')]
    kind: Annotated[str, Column("All, none or a part of the content in quotation marks", values=QUOTE_KINDS)]
    cue: Annotated[str | None, Column("The words that attribute: said, according to, wants")]
    cue_lemma: Annotated[str | None, Column("The cue's head word in its dictionary form")]
    source: Annotated[str | None, Column("Who it is attributed to, as written")]
    speaker_id: Annotated[str | None, Column("The entity the source is", refers_to="entities")]
    speaker: Annotated[
        str | None,
        Column(
            'The entity\'s name, else the source as written (for "who" what it takes up); empty where another pronoun '
            "stays unresolved"
        ),
    ]
    confidence: Annotated[float, score("How sure the reader is of this row")]


@dataclass(frozen=True, slots=True)
class QuotePart:
    """One row per piece of a quote: its source, its cue, each stretch of its content."""

    quote_id: Annotated[str, Column("The quote it is a piece of", key=True, refers_to="quotes")]
    part: Annotated[str, Column("Which piece", key=True, values=QUOTE_PARTS)]
    start: Annotated[int, Column("Offset of its first character in articles.text", key=True, minimum=0)]
    article_id: ArticleId
    end: End
    text: Text


@dataclass(frozen=True, slots=True)
class Claim:
    """One row per clause that states something."""

    claim_id: Annotated[str, Column("Article and place of the clause", key=True)]
    article_id: ArticleId
    sentence_id: SentenceId
    start: Start
    end: End
    text: Annotated[str, Column('The clause; pieces joined by " … " where an attribution stands inside it')]
    predicate: Annotated[str, Column("Its verb group or predicate, as written")]
    predicate_lemma: Annotated[str, Column("The predicate's head in its dictionary form")]
    predicate_start: Annotated[int, Column("Offset of the predicate in articles.text", minimum=0)]
    subject: Annotated[
        str | None,
        Column(
            "Who or what it is said of: the entity's name; people in the plural, and all else, as written"
        ),
    ]
    claimant: Annotated[
        str,
        Column(
            'Who states it: "author", or the speaker of the quote it stands in, else the source as written, "unknown" '
            "where there is none"
        ),
    ]
    claimant_id: Annotated[str | None, Column("The entity the claimant is", refers_to="entities")]
    quote_id: Annotated[str | None, Column("The quote the clause stands in", refers_to="quotes")]
    hedged: Annotated[bool, Column("Whether a hedge that lowers certainty bears on it")]
    polarity: Annotated[str, Column("Whether it is affirmed or denied", values=POLARITIES)]
    author_factuality: Annotated[
        float,
        factuality(
            "What the author commits to: 3 certain, 2 probable, 1 possible, 0 open; below 0: it is not so"
        ),
    ]
    source_factuality: Annotated[
        float | None, factuality("What the source commits to; empty where the author is the claimant")
    ]
    checkworthiness: Annotated[float, score("How much a fact-checker would want to check it")]
    subject_id: str | None = field(default=None, compare=False)
    """The entity whose name `subject` is: no column, but what the name is set right by once all articles are read."""


@dataclass(frozen=True, slots=True)
class Hedge:
    """One row per word or phrase that makes a statement less than certain, or vague."""

    hedge_id: Annotated[str, Column("Article and place of the cue", key=True)]
    article_id: ArticleId
    sentence_id: SentenceId
    start: Start
    end: End
    text: Text
    lemma: Annotated[str, Column("The cue in its dictionary form")]
    kind: Annotated[str, Column("Kind of hedge", values=HEDGE_KINDS)]
    confidence: Annotated[float, score("How sure the reader is of this row")]


@dataclass(frozen=True, slots=True)
class ClaimHedge:
    """One row per hedge that bears on a claim."""

    claim_id: Annotated[str, Column("The claim", key=True, refers_to="claims")]
    hedge_id: Annotated[str, Column("The hedge that governs its head", key=True, refers_to="hedges")]


@dataclass(frozen=True, slots=True)
class Issue:
    """One row per thing that the run could not do, dropped or guessed."""

    path: Annotated[str, Column("File it is about, relative to the corpus folder", key=True)]
    stage: Annotated[str, Column("Stage that met it", key=True, values=STAGES)]
    start: Annotated[
        int | None, Column("Offset in articles.text; for ingest, the row of its file", key=True, minimum=0)
    ]
    article_id: Annotated[
        str | None, Column("The article it is about, where it became one", refers_to="articles")
    ]
    severity: Annotated[
        str,
        Column("error: no rows further on; warning: something dropped or guessed; info", values=SEVERITIES),
    ]
    reason: Annotated[str, Column("What happened, in a sentence")]


Record = Article | Sentence | Entity | Mention | Quote | QuotePart | Claim | Hedge | ClaimHedge | Issue

TABLES: dict[str, type[Any]] = {
    "articles": Article,
    "sentences": Sentence,
    "entities": Entity,
    "mentions": Mention,
    "quotes": Quote,
    "quote_parts": QuotePart,
    "claims": Claim,
    "hedges": Hedge,
    "claim_hedges": ClaimHedge,
    "issues": Issue,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the table has it: name, Python type, whether cells may be empty, and its description."""

    name: str
    type: type
    nullable: bool
    column: Column


@cache
def table_fields(table: str) -> tuple[Field, ...]:
    """The columns of a table in order; KeyError where there is no such table. What has a default is no column."""
    hints = get_type_hints(TABLES[table], include_extras=True)
    return tuple(_field(f.name, hints[f.name]) for f in fields(TABLES[table]) if f.default is MISSING)


@cache
def key_of(table: str) -> tuple[str, ...]:
    """Names of the columns that make a row of the table unique."""
    return tuple(f.name for f in table_fields(table) if f.column.key)


def foreign_keys() -> Iterator[tuple[str, str, str]]:
    """(table, column, table whose key the column holds) for every link between tables."""
    for table in TABLES:
        for column in table_fields(table):
            if column.column.refers_to:
                yield table, column.name, column.column.refers_to


def span_id(article_id: str, kind: str, start: int, end: int) -> str:
    """Id of a row from its place, sorting in order of position; kind: s, m, q, c or h.

    >>> span_id("politics/a-deal", "q", 18, 64)
    'politics/a-deal#q0000018-0000064'
    """
    return f"{article_id}#{kind}{start:07d}-{end:07d}"


def _field(name: str, hint: object) -> Field:
    kind, column = get_args(hint) if get_origin(hint) is Annotated else (None, None)
    if not isinstance(column, Column):
        raise TypeError(f"schema: {name} has no Column; annotate it as Annotated[type, Column(...)]")
    options = [t for t in get_args(kind) or (kind,) if t is not type(None)]
    return Field(name, options[0], type(None) in get_args(kind), column)
