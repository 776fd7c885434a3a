"""What of a saved page is the article, and what the page says about it: made pages, one trait each."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest import read_file
from pipeline.schema import Article, Issue

PARAGRAPHS = [
    "The lock keeper at Orrin opened the gates by hand on Tuesday, an hour before the river reached the quay.",
    "“I did not wait for the order,” said Tove Brandt, who has kept the lock for nineteen years and sleeps beside it.",
    "The water board, which had sent the order by post, said that it was looking into how the letter was delayed.",
    "Nobody was hurt. Two rowing boats and a hen house were carried off, and the hen house has since been found.",
    "A report is expected in the autumn, and it may recommend that the lock be given a telephone.",
]
TITLE = "Keeper opens lock without orders as river rises"


def page(body: str, head: str = "", title: str = f"{TITLE} | Delta Courier") -> str:
    return f"<!DOCTYPE html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def story(paragraphs: list[str] = PARAGRAPHS) -> str:
    return "".join(f"<p>{p}</p>" for p in paragraphs)


def article(text: str) -> str:
    return f"<main><article><h1>{TITLE}</h1>{text}</article></main>"


def read(html: str, folder: Path) -> Article:
    (folder / "page.html").write_text(html, encoding="utf-8")
    (found,) = [x for x in read_file(folder / "page.html") if isinstance(x, Article)]
    return found


def test_an_article_and_nothing_but_the_article(tmp_path: Path) -> None:
    around = (
        "<nav><a href=/>Home</a><a href=/news>News</a></nav>",
        "<aside><h2>Most read</h2><ul><li><a href=/a>Snow closes the northern line for a third day</a></ul></aside>"
        "<footer><p>© 2021 Delta Courier. All rights reserved.</p></footer>",
    )
    found = read(page(around[0] + article(story()) + around[1]), tmp_path)
    assert found.text == "\n\n".join([TITLE, *PARAGRAPHS])


HIDDEN = [
    '<div style="display: none"><p>Enter your password to go on reading what you were reading before.</p></div>',
    "<div hidden><p>You have read all of your free articles for this month, so please consider paying.</p></div>",
    "<template><p>This is a template that the page fills in when somebody asks for more of the same.</p></template>",
    "<figure><img src=x><figcaption>The lock at Orrin in a drier year, seen from the bridge.</figcaption></figure>",
    '<p><a href="/b">Why the river rises earlier every year, and who pays for it</a></p>',
    '<ul><li><a href="/c">Our guide to every lock on the lower river</a></li></ul>',
]


@pytest.mark.parametrize("piece", HIDDEN)
def test_what_readers_do_not_see_or_that_only_links_away_leaves(piece: str, tmp_path: Path) -> None:
    html = page(article(story(PARAGRAPHS[:2]) + piece + story(PARAGRAPHS[2:])))
    assert read(html, tmp_path).text == "\n\n".join([TITLE, *PARAGRAPHS])


def test_card_over_a_name_leaves(tmp_path: Path) -> None:
    card = (
        "<span><a href=/p>Tove Brandt</a> <a href=/1>Locks to close</a> <a href=/2>River to rise</a></span>"
    )
    text = story().replace("Tove Brandt", f"<a href=/p>Tove Brandt</a>{card}")
    assert read(page(article(text)), tmp_path).text == "\n\n".join([TITLE, *PARAGRAPHS])


def test_an_article_cut_into_chunks_is_whole(tmp_path: Path) -> None:
    chunks = "".join(
        f'<div class="row"><div class="body">{story(part)}</div></div><div class="ad"><p>Advertisement</p></div>'
        for part in (PARAGRAPHS[:3], PARAGRAPHS[3:4], PARAGRAPHS[4:])
    )
    text = read(page(f"<main><h1>{TITLE}</h1><div class=chunks>{chunks}</div></main>"), tmp_path).text
    assert text == "\n\n".join([TITLE, *PARAGRAPHS])


TITLES = [
    # (head, visible heading, headline)
    (f'<meta property="og:title" content="{TITLE} - Delta Courier">', TITLE, TITLE),
    (
        '<meta property="og:title" content="Keeper opens lock"><meta property="og:site_name" content="Delta Courier">',
        TITLE,
        TITLE,
    ),
    (
        f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}"}}</script>',
        f"River | {TITLE}",
        TITLE,
    ),
    ('<meta property="og:site_name" content="Delta Courier">', "Delta Courier", TITLE),
]


@pytest.mark.parametrize(("head", "heading", "headline"), TITLES)
def test_headline_is_the_one_that_readers_see(head: str, heading: str, headline: str, tmp_path: Path) -> None:
    html = page(article(story()).replace(f"<h1>{TITLE}</h1>", f"<h1>{heading}</h1>"), head)
    assert read(html, tmp_path).title == headline


def test_author_is_spelt_as_on_the_page(tmp_path: Path) -> None:
    head = '<meta name="author" content="R.C. Brandt">'
    assert read(page(article(story()), head), tmp_path).byline == "R.C. Brandt"
    seen = article('<div class="byline">By <a href=/i>Ida Holm</a></div>' + story())
    assert read(page(seen), tmp_path).byline == "Ida Holm"


DATES = [
    # (head, under the headline, published)
    (
        '<meta property="article:published_time" content="2021-05-03T08:00:00+02:00">',
        "",
        "2021-05-03T08:00:00+02:00",
    ),
    (
        '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2021-05-03"}</script>',
        "",
        "2021-05-03",
    ),
    ("", "<time datetime=2021-05-03>3 May 2021</time>", "2021-05-03"),
    (
        '<meta property="article:published_time" content="2021-05-03">',
        "<p>Published 3 May 2021, updated 9 May 2021</p>",
        "2021-05-03",
    ),
    (
        '<meta property="article:published_time" content="2019-05-03">',
        "<p>Updated May 9, 2021</p>",
        "2021-05-09",
    ),
    (
        '<script type="application/ld+json">{"type":"Article","datePublished":"Mon, 3 May 2021 08:00 +0200"}</script>',
        "",
        "2021-05-03T08:00:00+02:00",
    ),
]


@pytest.mark.parametrize(("head", "shown", "published"), DATES)
def test_date(head: str, shown: str, published: str, tmp_path: Path) -> None:
    html = page(f"<main><article><h1>{TITLE}</h1><div>{shown}</div>{story()}</article></main>", head)
    assert read(html, tmp_path).published == published


def test_a_date_that_stands_by_itself_is_a_guess_and_others_are_none(tmp_path: Path) -> None:
    body = f"<p>{TITLE}</p><ul><li>Archive</li><li>May 3, 2021</li></ul>{story()}"
    (tmp_path / "page.html").write_text(page(body), encoding="utf-8")
    found, issue = read_file(tmp_path / "page.html")
    assert isinstance(found, Article) and found.published == "2021-05-03"
    assert isinstance(issue, Issue) and "date guessed: 2021-05-03" in issue.reason
    old = "In the year to 3 May 1921, when the quay was built, the river rose twice, as the books of the board say."
    assert read(page(article(story([*PARAGRAPHS, old]))), tmp_path).published is None


def test_a_page_in_another_language_has_its_date(tmp_path: Path) -> None:
    text = (
        "Der Minister hat am Montag gesagt, dass die Brücke teurer wird, als die Stadt bisher geplant hatte."
    )
    html = page(f"<h1>Brücke wird teurer</h1><div class=date>3. Mai 2021</div>{story([text] * 5)}")
    assert read(html.replace("lang=en", "lang=de"), tmp_path).published == "2021-05-03"


SOURCES = {
    '<meta property="og:site_name" content="delta courier">': "delta courier",
    '<meta name="twitter:site" content="@deltacourier">': "Deltacourier",
    '<meta name="twitter:site" content="@iDelta">': "iDelta",
    '<link rel="canonical" href="https://www.delta.example/lock">': "delta.example",
}


@pytest.mark.parametrize("head", SOURCES)
def test_source(head: str, tmp_path: Path) -> None:
    assert read(page(article(story()), head, title=TITLE), tmp_path).source == SOURCES[head]


def test_no_script_comes_back_with_a_paragraph_that_was_left_out(tmp_path: Path) -> None:
    script = "<script>show({ads: 1});</script>"
    body = story().replace("<p>“I", f"<p class=widget>{script}“I")
    assert read(page(article(body)), tmp_path).text == "\n\n".join([TITLE, *PARAGRAPHS])


def test_a_script_that_is_closed_at_once_is_none_of_the_text(tmp_path: Path) -> None:
    script = '<script type="text/javascript"/>\nshow("a long advertisement for very many things");</script>'
    assert read(page(article(story() + script)), tmp_path).text == "\n\n".join([TITLE, *PARAGRAPHS])
    empty = '<script src="x.js" />'
    assert read(page(article(story()), head=empty), tmp_path).text == "\n\n".join([TITLE, *PARAGRAPHS])


def test_a_page_without_any_title_has_its_first_line_for_one(tmp_path: Path) -> None:
    found = read(f"<html><body><p>{TITLE}</p>{story()}</body></html>", tmp_path)
    assert found.title == TITLE


def test_json_ld_with_references(tmp_path: Path) -> None:
    author, person = '"author":{"@id":"#a"}', '{"@type":"Person","@id":"#a","name":"Ida Holm"}'
    graph = f'{{"@graph":[{{"@type":"NewsArticle","headline":"{TITLE}",{author}}},{person}]}}'
    ld = f'<script type="application/ld+json">{graph}</script>'
    assert read(page(article(story()), ld), tmp_path).byline == "Ida Holm"


def test_layout_tables_and_data_tables(tmp_path: Path) -> None:
    data = "<table><tr><th>Lock</th><th>Height</th></tr><tr><td>Orrin</td><td>2.1</td></tr></table>"
    text = read(page(article(story(PARAGRAPHS[:3]) + data + story(PARAGRAPHS[3:]))), tmp_path).text
    assert all(p in text for p in PARAGRAPHS) and "|" not in text


@pytest.mark.parametrize("body", ["", "<p>", "<nav><a href=/>Home</a></nav>", "<form><input name=q></form>"])
def test_page_without_an_article(body: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    (issue,) = read_file(tmp_path / "page.html")
    assert isinstance(issue, Issue) and issue.severity == "error" and "article" in issue.reason


def test_a_menu_that_is_never_closed_does_not_swallow_the_article(tmp_path: Path) -> None:
    text = read(page(f"<nav><ul><li><a href=/>Home</a></ul>{article(story())}"), tmp_path).text
    assert all(p in text for p in PARAGRAPHS)


@pytest.mark.parametrize("tag", ["p", "div", "p><o:p"])
def test_a_line_end_in_a_paragraph_is_a_space_but_for_pre(tag: str, tmp_path: Path) -> None:
    wrapped = "".join(
        f"<{tag}>{p.replace(' the ', chr(10) + 'the ')}</{tag.split('>')[0]}>" for p in PARAGRAPHS
    )
    assert read(page(article(wrapped)), tmp_path).text == "\n\n".join([TITLE, *PARAGRAPHS])
    mail = "\n\n".join(PARAGRAPHS)
    assert read(page(f"<pre>{mail}</pre>"), tmp_path).text.endswith(mail)
