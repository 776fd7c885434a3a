"""Tables: what is written comes back, whatever it holds; what is wrong is named with file, row and mend."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import fastparquet
import pandas as pd
import pytest
from frictionless import Package
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import tables
from pipeline.output import codebook
from pipeline.schema import TABLES, Article, Field, foreign_keys, key_of, span_id, table_fields
from pipeline.tables import Tables, read_records, read_tables, to_frame, write_table

ROOT = Path(__file__).parents[1]
NASTY = [
    "NA",
    "None",
    "null",
    "nan",
    "N/A",
    "<NA>",
    "true",
    "1.0",
    "=cmd()",
    "-1",
    '"',
    "''",
    ",",
    "a\nb",
    "a\r\nb",
    "\r",
    " x ",
    "٣",
    "'",
]
# Ingestion removes NUL from every text; no other table can hold one.
TEXTS = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
)


def values(field: Field) -> st.SearchStrategy[Any]:
    """Values that a column allows."""
    column = field.column
    if field.type is bool:
        made: st.SearchStrategy[Any] = st.booleans()
    elif field.type is int:
        made = st.integers(int(column.minimum or 0), 2**40)
    elif field.type is float:
        made = st.floats(column.minimum, column.maximum).map(lambda x: round(x, column.decimals or 0) + 0.0)
    elif column.values:
        made = st.sampled_from(column.values)
    elif column.pattern:
        made = st.from_regex(column.pattern, fullmatch=True)
    else:
        made = TEXTS
    return st.none() | made if field.nullable else made


def records(table: str) -> st.SearchStrategy[list[Any]]:
    """Rows of a table, no key twice."""
    made = st.builds(TABLES[table], **{field.name: values(field) for field in table_fields(table)})
    return st.lists(
        made, max_size=6, unique_by=lambda row: tuple(getattr(row, name) for name in key_of(table))
    )


SLOW_TO_MAKE = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("table", TABLES)
@SLOW_TO_MAKE
@given(data=st.data())
def test_records_come_back_as_they_were(
    table: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    rows = data.draw(records(table))
    write_table(folder, table, rows)
    assert list(read_records(folder, table)) == sorted(rows, key=lambda row: tables.sort_key(row, table))


@pytest.mark.parametrize("table", TABLES)
@SLOW_TO_MAKE
@given(data=st.data())
def test_frames_hold_the_same_values(table: str, data: st.DataObject) -> None:
    rows = data.draw(records(table))
    frame = to_frame(table, rows)
    for field in table_fields(table):
        if field.name == "published":
            continue
        expected = [getattr(row, field.name) for row in rows]
        found = [
            None if missing else value for value, missing in zip(frame[field.name], frame[field.name].isna())
        ]
        assert found == expected


@pytest.mark.parametrize("table", TABLES)
@SLOW_TO_MAKE
@given(data=st.data())
def test_files_are_what_rfc_4180_calls_csv(
    table: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    write_table(folder, table, data.draw(records(table)))
    text = (folder / f"{table}.csv").read_bytes().decode("utf-8")
    outside_quotes = "".join(text.split('"')[::2])
    assert "\r" not in outside_quotes and text.endswith("\n")
    assert text.split("\n")[0].split(",") == [field.name for field in table_fields(table)]


def test_column_types_and_missing_values() -> None:
    types = {
        "articles": {"title": "str", "n_tokens": "int64", "published": "datetime64[us, UTC]"},
        "claims": {"hedged": "bool", "author_factuality": "float64", "source_factuality": "float64"},
        "issues": {"start": "Int64", "path": "str"},
    }
    for table, expected in types.items():
        assert {name: str(to_frame(table, [])[name].dtype) for name in expected} == expected


def test_dates_become_times() -> None:
    dates = ["2026-03-01", "2026-03-01T10:00:00+02:00", "1066-10-14", "2026-03-01T10:00Z"]
    frame = to_frame("articles", [replace(ARTICLE, article_id=date, published=date) for date in dates])
    assert [str(t) for t in frame.published] == [
        "2026-03-01 00:00:00+00:00",
        "2026-03-01 08:00:00+00:00",
        "1066-10-14 00:00:00+00:00",
        "2026-03-01 10:00:00+00:00",
    ]


def test_scores_have_fixed_decimals_and_no_negative_nought() -> None:
    field = next(f for f in table_fields("claims") if f.name == "author_factuality")
    assert [tables.format_cell(field, x) for x in (0, -0.001, 2.999, -3)] == ["0.00", "0.00", "3.00", "-3.00"]


# --- what is wrong is told -----------------------------------------------------------------------------------------

ARTICLE = Article("a", "T", None, None, None, None, "en", "a.txt", "0" * 64, None, 1, 1, 1, "T")


@pytest.fixture
def folder(corpus_out: Path, tmp_path: Path) -> Path:
    """A copy of good tables, to be spoilt."""
    for path in corpus_out.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def spoil(folder: Path, table: str, row: int, column: str, value: str) -> None:
    """Put another value into a cell; row counts from 1."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))
    cells[row][cells[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(cells)


@pytest.mark.parametrize(
    ("table", "column", "value", "problem"),
    [
        ("sentences", "start", "", "is empty"),
        ("sentences", "start", "x", "is not of the form"),
        ("sentences", "start", "-1", "is below 0"),
        ("sentences", "section", "footer", "is none of title, body"),
        ("sentences", "article_id", "nobody", "has no row in the table it refers to"),
        ("articles", "sha256", "123", "is not of the form"),
        ("articles", "n_tokens", "1.5", "is not of the form"),
        ("quotes", "confidence", "", "is empty"),
        ("hedges", "confidence", "", "is empty"),
    ],
)
def test_a_bad_cell_is_named(folder: Path, table: str, column: str, value: str, problem: str) -> None:
    spoil(folder, table, 2, column, value)
    with pytest.raises(ValueError) as error:
        read_tables(folder)
    for said in (f"{table}.csv, row 2: {column}", problem, tables.MEND):
        assert said in str(error.value)


def test_a_key_that_stands_twice_is_named(folder: Path) -> None:
    first = next(read_records(folder, "sentences")).sentence_id
    spoil(folder, "sentences", 2, "sentence_id", first)
    with pytest.raises(ValueError, match=r"sentences\.csv, row 2: a second row with sentence_id"):
        read_tables(folder)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "quotes.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"quotes\.csv: no such table; write the tables again"):
        read_tables(folder)


def test_a_missing_column_is_named(folder: Path) -> None:
    text = (folder / "entities.csv").read_text(encoding="utf-8").replace("country", "land", 1)
    (folder / "entities.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"entities\.csv: column country is missing"):
        read_tables(folder)


@pytest.mark.parametrize("read", [read_tables, lambda folder: list(read_records(folder, "entities"))])
def test_a_cell_that_is_no_utf_8_is_named(read: Callable[[Path], object], folder: Path) -> None:
    spoil(folder, "entities", 2, "name", "Zoë Béla")
    path = folder / "entities.csv"
    path.write_bytes(path.read_bytes().replace("Zoë Béla".encode(), "Zoë Béla".encode("cp1252")))
    with pytest.raises(
        ValueError, match=r"entities\.csv, row 2: name is no UTF-8; save the file as UTF-8, or"
    ):
        read(folder)


def test_a_row_of_another_length_is_named(folder: Path) -> None:
    with (folder / "entities.csv").open("a", encoding="utf-8") as file:
        file.write("a,b\n")
    for read in (read_tables, lambda folder: list(read_records(folder, "entities"))):
        with pytest.raises(ValueError, match=r"entities\.csv, row \d+: 2 cells, the header has 6"):
            read(folder)


# --- the other forms ------------------------------------------------------------------------------------------------


def test_excel_copies_run_nothing(tmp_path: Path) -> None:
    cells = ["=cmd|' /C calc'!A0", "+1", "-2.00", "@SUM(A1)", " =1+1", "plain"]
    long = ["x" * 40_000, "=" + "🎈" * 20_000]
    write_table(
        tmp_path,
        "articles",
        [replace(ARTICLE, article_id=str(n), text=c) for n, c in enumerate(cells + long)],
    )
    copy = tables.write_excel_copy(tmp_path, "articles")
    assert copy.read_bytes().startswith(b"\xef\xbb\xbf")
    with copy.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert texts[:6] == ["'=cmd|' /C calc'!A0", "'+1", "-2.00", "'@SUM(A1)", "' =1+1", "plain"]
    assert all(len(text.encode("utf-16-le")) // 2 < 32_767 for text in texts)
    assert texts[6].endswith("x […]") and texts[7].endswith("🎈 […]")
    assert next(read_records(tmp_path, "articles")).text == cells[0]


def test_parquet_twins_hold_the_same(
    corpus_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK", 150)
    for table in TABLES:
        (tmp_path / f"{table}.csv").write_bytes((corpus_out / f"{table}.csv").read_bytes())
        twin = fastparquet.ParquetFile(tables.write_parquet(tmp_path, table)).to_pandas()
        rows = list(read_records(corpus_out, table))
        for field in table_fields(table):
            found = [None if pd.isna(value) else value for value in twin[field.name]]
            assert found == [getattr(row, field.name) for row in rows], f"{table}.{field.name}"


def test_the_data_package_fits_the_tables(corpus_out: Path) -> None:
    report = Package(str(corpus_out / "datapackage.json")).validate()
    assert report.valid, report.flatten(["path", "rowNumber", "fieldName", "message"])[:5]


def test_generated_pages_are_current() -> None:
    for name, text in (("tables.md", codebook.tables_page()), ("cli.md", codebook.cli_page())):
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, (
            f"docs/{name} is old: run `make docs`"
        )


def test_every_column_says_what_it_means() -> None:
    package = codebook.datapackage()
    assert len(package["resources"]) == len(TABLES) == len(fields(Tables))
    for table in TABLES:
        for field in table_fields(table):
            assert len(field.column.meaning) > 5
    assert json.loads(json.dumps(package)) == package


# --- every row of the shipped corpus ----------------------------------------------------------------------------------


@given(st.integers(0, 9_999_999), st.integers(0, 9_999_999), st.integers(0, 9_999_999))
def test_ids_sort_by_position(first: int, second: int, end: int) -> None:
    ids = [span_id("politics/a-deal", "q", start, end) for start in (first, second)]
    assert (ids[0] < ids[1]) == (first < second)


@given(st.lists(st.text("abz-_.%/0", min_size=1), min_size=2, max_size=2, unique=True))
def test_ids_sort_by_article_first(names: list[str]) -> None:
    ids = [span_id(name, "q", 0, 1) for name in names]
    assert (ids[0] < ids[1]) == (names[0] < names[1])


SPANS = ("sentences", "mentions", "quote_parts", "hedges")


@pytest.mark.parametrize("table", SPANS)
def test_text_is_what_stands_at_the_offsets(table: str, corpus_tables: Tables) -> None:
    texts = dict(zip(corpus_tables.articles.article_id, corpus_tables.articles.text))
    rows = getattr(corpus_tables, table)
    assert len(rows)
    assert all(texts[row.article_id][row.start : row.end] == row.text for row in rows.itertuples())


def test_quotes_and_claims_are_made_of_their_pieces(corpus_tables: Tables) -> None:
    texts = dict(zip(corpus_tables.articles.article_id, corpus_tables.articles.text))
    parts = corpus_tables.quote_parts
    content = parts[parts.part == "content"].sort_values("start").groupby("quote_id")
    pieces = {quote_id: list(group.text) for quote_id, group in content}
    for row in corpus_tables.quotes.itertuples():
        assert row.text == " … ".join(pieces[row.quote_id])
    for row in corpus_tables.claims.itertuples():
        stretch = texts[row.article_id][row.start : row.end]
        position = 0
        for piece in row.text.split(" … ") if row.text != stretch else [row.text]:
            position = stretch.index(piece, position) + len(piece)


def test_rows_start_in_their_sentence(corpus_tables: Tables) -> None:
    sentences = corpus_tables.sentences.set_index("sentence_id")
    for table in ("mentions", "quotes", "claims", "hedges"):
        rows = getattr(corpus_tables, table)
        home = sentences.loc[rows.sentence_id]
        assert (home.start.to_numpy() <= rows.start.to_numpy()).all(), table
        assert (rows.start.to_numpy() < home.end.to_numpy()).all(), table


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_sorted_by_key(table: str, corpus_out: Path) -> None:
    keys = [tables.sort_key(row, table) for row in read_records(corpus_out, table)]
    assert keys == sorted(keys) and len(keys) == len(set(keys))


def test_every_link_leads_somewhere(corpus_tables: Tables) -> None:
    for table, column, owner in foreign_keys():
        values = getattr(corpus_tables, table)[column].dropna()
        assert set(values) <= set(getattr(corpus_tables, owner).iloc[:, 0]), f"{table}.{column}"


def test_counts_are_counts(corpus_tables: Tables) -> None:
    t = corpus_tables
    per_entity = t.mentions.groupby("entity_id").article_id.agg(["size", "nunique"])
    entities = t.entities.set_index("entity_id")
    assert dict(entities.n_mentions) == dict(per_entity["size"])
    assert dict(entities.n_articles) == dict(per_entity["nunique"])
    assert dict(t.articles.set_index("article_id").n_sentences) == dict(
        t.sentences.groupby("article_id").size()
    )


def test_no_row_of_the_shipped_corpus_had_to_be_dropped(corpus_tables: Tables) -> None:
    issues = corpus_tables.issues
    assert not list(issues.reason[issues.stage != "ingest"])
    assert not (issues.severity == "error").any()
