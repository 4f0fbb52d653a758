"""What a page offers for a link card, however it is written, and whoever has written it."""

import time

import pytest

from bot.core import cards, opengraph
from bot.core.opengraph import Offer

HTML = "text/html; charset=utf-8"


def read(page: str, content_type: str = HTML) -> Offer | None:
    return opengraph.read(page.encode(), content_type)


def head(*tags: str) -> str:
    return f"<!DOCTYPE html><html><head>{''.join(tags)}</head><body><p>Text</p></body></html>"


def og(name: str, content: str) -> str:
    return f'<meta property="og:{name}" content="{content}">'


def offered(*tags: str) -> Offer:
    offer = read(head(*tags))
    assert offer
    return offer


def test_the_open_graph_tags_of_a_page_are_what_it_offers() -> None:
    tags = [
        og("title", "Barlow Twins"),
        og("description", "Self-supervised"),
        og("image", "/a.png"),
    ]
    assert offered("<title>[2103.03230]</title>", *tags) == Offer(
        "Barlow Twins", "Self-supervised", "/a.png"
    )


def test_the_title_and_the_description_for_search_engines_stand_in_for_missing_ones() -> None:
    described = '<meta name="description" content="A &quot;long&quot; one">'
    assert offered("<title>A &amp; B</title>", described) == Offer("A & B", 'A "long" one', "")


def test_empty_tags_count_as_missing_ones() -> None:
    described = '<meta name="description" content="Said">'
    tags = [og("title", "  "), og("description", ""), og("image", " ")]
    assert offered(*tags, "<title>Named</title>", described) == Offer("Named", "Said", "")


def test_the_first_of_several_tags_counts() -> None:
    tags = [og("title", "One"), og("title", "Two"), og("image", "1.png"), og("image", "2.png")]
    assert offered(*tags) == Offer("One", "", "1.png")


def test_names_are_read_whatever_their_case_and_attribute() -> None:
    assert offered("<META NAME='OG:Title' CONTENT='One'/>").title == "One"


@pytest.mark.parametrize(
    "page",
    [
        "", "no markup", "<html></html>", head(), head("<title></title>"), head("<title> </title>"),
        head(og("title", "")), head(og("description", "Only this"), og("image", "/a.png")),
        head(og("title", "\u202e\u200b\ufeff")), head("<!-- ", og("title", "Hidden"), " -->"),
        "<body><svg><title>A drawing</title></svg></body>",
        head("<script>'", og("title", "In a script"), "'</script>"),
    ],
)  # fmt: skip
def test_a_page_without_a_title_offers_nothing(page: str) -> None:
    assert read(page) is None


@pytest.mark.parametrize("content_type", ["", "application/pdf", "text/plain", "image/png", "html"])
def test_what_is_no_html_offers_nothing(content_type: str) -> None:
    assert read(head(og("title", "One")), content_type) is None


@pytest.mark.parametrize(
    "content_type", ["TEXT/HTML", "text/html;charset=x", "application/xhtml+xml"]
)
def test_html_is_known_by_its_type(content_type: str) -> None:
    assert read(head(og("title", "One")), content_type)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\n\n b\t c", "a b c"),
        ("a\0b&#7;\x07c\x9b\x1b[1m", "abc[1m"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("a\u2066b\u2069\u200b", "ab"),
        ("论文 &#x1F469;&#x200D;&#x1F52C;", "论文 👩‍🔬"),
        ("&lt;b&gt; &#xD800;&#0;", "<b> \ufffd\ufffd"),
    ],
)
def test_texts_are_one_line_without_characters_that_nobody_sees_or_that_turn_it(
    written: str, shown: str
) -> None:
    offer = offered(og("title", written), og("description", written))
    assert (offer.title, offer.description) == (shown, shown)


def test_long_texts_are_cut() -> None:
    offer = offered(og("title", "word " * 10_000), og("description", "x" * 1_000_00))
    assert len(offer.title) <= cards.TITLE
    assert offer.title.endswith("word…")
    assert len(offer.description) == cards.DESCRIPTION


@pytest.mark.parametrize(
    ("charset", "where"),
    [
        ("gb2312", "head"), ("gbk", "header"), ("big5", "head"), ("utf-8", "head"),
        ("utf-8", "nowhere"), ("utf-16", "mark"), ("utf-8-sig", "mark"),
    ],
)  # fmt: skip
def test_a_page_is_read_in_the_encoding_that_it_names(charset: str, where: str) -> None:
    said = f'<meta charset="{charset}">' if where == "head" else ""
    content_type = f"text/html; charset={charset}" if where == "header" else "text/html"
    page = head(said, og("title", "論文")) if charset == "big5" else head(said, og("title", "论文"))
    offer = opengraph.read(page.encode(charset), content_type)
    assert offer
    assert offer.title in {"论文", "論文"}


@pytest.mark.parametrize("charset", ["punycode", "base64", "utf-7", "idna", "rot13", "x\0", "?"])
def test_an_encoding_that_no_browser_reads_is_read_as_utf_8(charset: str) -> None:
    offer = read(head(og("title", "论文")), f"text/html; charset={charset}")
    assert offer
    assert offer.title == "论文"


def test_a_declaration_that_is_none_ends_the_page_and_what_stands_before_counts() -> None:
    assert offered(og("title", "One"), "<![x y]>", og("description", "Two")).title == "One"


PIECES = [
    "<!--", "<!-- -->", "<", "</", "<a ", "<a b='", "<meta ", "<meta a=b ", "<?", "<!", "&", "&#",
    "<script>", "<title>", "<script></", "<title></titl", "<a/", "\0<a", " a=", "='", "<a \"'",
    "<!DOCTYPE ", "<a\n\n\n", "\u202e", "\u200d", "<meta name=og:title content=",
    "<meta property=og:title content=x>", "&amp;", "\xff",
]  # fmt: skip


@pytest.mark.parametrize("before", ["", "<title>", '<meta content="', "<script>", "<!--", "</a "])
@pytest.mark.parametrize("piece", PIECES)
def test_reading_a_page_ends_soon_whatever_it_repeats(before: str, piece: str) -> None:
    page = before + piece * (4_000_000 // len(piece))
    began = time.thread_time()
    read(page)
    assert time.thread_time() - began < 5
