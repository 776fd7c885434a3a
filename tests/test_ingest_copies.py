"""Copies that are not word for word: what counts as one, and what does not."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from test_ingest_corpus import read, write

from pipeline.ingest import copies
from pipeline.ingest.draft import Draft
from pipeline.ingest.finish import finish

REPORT = [
    "The ferry to Skerry will run on Sundays from June, the company said on Monday, after two lawsuits by islanders.",
    "Petra Lund, who runs the line, told the harbour board that crews had been hired and that the old timetable would "
    "not come back, whatever the court in Vorn decides about the licence.",
    "Islanders had gone to court twice over the winter timetable, which left them without a boat from Friday on.",
    "The board had warned that it may withdraw the licence. “We would rather not,” its chairman, Odd Nygaard, said.",
    "Fares are to rise by a tenth, and dogs will travel free. The board meets in May to hear what the crews think.",
    "The company bought its second boat in 2016 and has asked the county for help with the cost of a new engine.",
]
NEWS = [
    "But on Tuesday the court in Vorn ruled for the company: it owes the islanders no boat on any day of the week.",
    "Nygaard resigned within the hour, and the county said that it would look for another operator before the autumn.",
]


def first_of(first: list[str], second: list[str], title: str = "Sunday boat") -> str | None:
    """What the second text is said to repeat, by the id."""
    seen = copies.near_copies()
    for name, lines, headline in (("a", first, "Ferry to run on Sundays"), ("b", second, title)):
        article = finish(Draft("\n\n".join(lines), title=headline, titled=False), name, name).article
        found = seen(article)
    return found and found[0]


@pytest.mark.parametrize("n", range(6))
def test_a_copy_with_a_paragraph_cut_and_another_headline(n: int) -> None:
    assert first_of(REPORT, REPORT[:n] + REPORT[n + 1 :]) == "a"


def test_a_copy_with_a_byline_and_a_footer_of_its_own() -> None:
    assert first_of(REPORT, ["Skerry, Monday (NWA)", *REPORT, "More at eleven on Skerry Radio."]) == "a"


def test_a_copy_without_its_end() -> None:
    assert first_of(REPORT, REPORT[:4]) == "a"


@pytest.mark.parametrize("n", range(5))
def test_an_update_is_no_copy(n: int) -> None:
    assert first_of(REPORT, [*REPORT[:n], *NEWS, *REPORT[n + 2 :]]) is None


def test_an_article_that_goes_on_is_no_copy() -> None:
    assert first_of(REPORT, REPORT + NEWS) is None


def test_another_story_on_the_matter_is_no_copy() -> None:
    assert first_of(REPORT, [*NEWS, *REPORT[2:3]]) is None


def test_reports_after_one_pattern_are_no_copies() -> None:
    pattern = (
        "Shares in Vorn closed at {} points on the day, {} points from where they began, as dealers waited for word "
        "from the central bank. The krone stood at {} to the dollar. Shipping firms led the board, with banks behind "
        "them. Trade was thin before the holiday, dealers at two of the larger houses said, and may stay so all week."
    )
    days = [[pattern.format(n * 17, n % 7, 9 + n / 10)] for n in (60, 61)]
    assert first_of(*days) is None


def test_short_texts_are_never_near_copies() -> None:
    assert first_of(REPORT[:1], [*REPORT[:1], "More soon."]) is None


def test_the_first_of_many_is_named_and_the_note_says_how_to_keep_it(tmp_path: Path) -> None:
    text = "\n\n".join(REPORT)
    files = {f"{n}.txt": f"Headline of paper {n}\n\n{text}\n\nPaper {n} has more." for n in "abc"}
    articles, issues = read(write(tmp_path, files))  # type: ignore[arg-type]
    assert [a.duplicate_of for a in articles] == [None, "a", "a"]
    assert [i.severity for i in issues] == ["info", "info"]
    assert "repeats a but for" in issues[0].reason and "--keep-duplicates" in issues[0].reason


def test_the_work_for_one_article_does_not_grow_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of texts after one pattern share their bands; only so many of them are compared."""
    compared = 0
    share_new = copies._share_new

    def counted(*args: list) -> float | None:
        nonlocal compared
        compared += 1
        return share_new(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(copies, "_share_new", counted)
    seen, chance = copies.near_copies(), random.Random(1)
    article = finish(Draft("\n\n".join(REPORT)), "a", "a").article
    for n in range(120):
        words = article.text.split()
        for at in chance.sample(range(len(words)), 12):
            words[at] = f"{n}{words[at]}"
        seen(replace(article, article_id=str(n), text=" ".join(words)))
    assert 120 < compared <= 120 * copies.MOST_IN_A_BAND
