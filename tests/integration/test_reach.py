"""Whether the page at an address is the one that was meant."""

import gzip

import pytest

from bot.site import reach
from bot.site.reach import Page
from tests.fakes.servers import ok, says, serving

TITLE = "Four “Deep” Learning Papers – to Read in Ada's September 2021"

SHOWING = {
    "as it is": f"<h1>{TITLE}</h1>",
    "escaped": "<h1>Four &quot;Deep&quot; Learning Papers &#8211; to Read in Ada&#39;s "
    "September 2021</h1>",
    "other quotes": "<h1>Four «Deep» Learning Papers — to Read in Ada’s September 2021</h1>",
    "over lines": "<h1>\n  Four “Deep”\n  Learning&nbsp;Papers -\tto Read in Ada's September 2021",
    "tags in it": "<h1>Four <em>“Deep”</em> Learning Papers – to Read in <b>A</b>da's "
    "September 2021</h1>",
    "in a card": f'<meta property="og:title" content="{TITLE}">',
    "small capitals": f"<title>{TITLE.upper()} | The Lab</title>",
    "soft hyphens": f"<h1>{TITLE.replace('Learning', 'Learn&shy;ing')}</h1>",
}

OTHERS = {
    "nothing": "",
    "soon": "<h1>Coming soon</h1>",
    "its address": "<p>There is nothing at /four-deep-learning-papers-to-read-in-september-2021/",
    "another month": f"<h1>{TITLE.replace('September', 'October')}</h1>",
}


@pytest.mark.parametrize("page", SHOWING.values(), ids=SHOWING)
def test_a_title_is_found_however_it_is_written(page: str) -> None:
    assert reach.shows(page, TITLE)


@pytest.mark.parametrize("page", OTHERS.values(), ids=OTHERS)
def test_another_page_is_not_taken_for_it(page: str) -> None:
    assert not reach.shows(page, TITLE)


@pytest.mark.parametrize(
    "raw",
    [
        ok(SHOWING["as it is"].encode()),
        ok(gzip.compress(SHOWING["as it is"].encode()), "Content-Encoding: gzip"),
        ok(SHOWING["as it is"].encode("cp1252"), "Content-Type: text/html; charset=windows-1252"),
        ok(SHOWING["as it is"].encode(), "Content-Type: text/html; charset=nonsense"),
    ],
    ids=["plain", "packed", "another charset", "no charset"],
)
def test_a_page_is_read_as_it_came(raw: bytes) -> None:
    with serving(says(raw)) as server:
        assert reach.look(server.url, TITLE) == Page(answers=True, shows_title=True)


@pytest.mark.parametrize(
    "raw",
    [
        ok(b"\x8b\x02\x80packed", "Content-Encoding: br"),
        ok(gzip.compress(b"0" * 30_000_000), "Content-Encoding: gzip"),
        ok(gzip.compress(SHOWING["as it is"].encode())[:-9], "Content-Encoding: gzip"),
    ],
    ids=["packed otherwise", "too much", "cut off"],
)
def test_a_page_that_cannot_be_read_answers_without_its_title(raw: bytes) -> None:
    with serving(says(raw)) as server:
        assert reach.look(server.url, TITLE) == Page(answers=True, shows_title=False)
