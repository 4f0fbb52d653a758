"""One Markdown: what a reader sees in the post, on the page and in the article is the same."""

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import markdown as markdown_package
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.text import markdown, mathml, tex
from bot.site import pages
from tests.conftest import ROOT
from tests.timing import is_linear

GOLDEN = ROOT / "tests" / "golden" / "markdown" / "snippets.txt"
ELSEWHERE = MarkdownIt("commonmark").enable("strikethrough")


class Seen(HTMLParser):
    """What a reader sees of HTML, without spaces: a formula is its alternative text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said = ""
        self.lists: list[int | None] = []
        self.inside = ""
        self.moved = ""
        self.feed(html)
        self.close()
        self.said = "".join(self.said.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("math", "sub", "sup"):
            self.inside, self.moved = tag, ""
            self.said += dict(attrs).get("alttext") or ""
        elif tag == "ol":
            self.lists.append(int(dict(attrs).get("start") or 1))
        elif tag == "ul":
            self.lists.append(None)
        elif tag == "li":
            number = self.lists[-1]
            self.said += "•" if number is None else f"{number}."
            self.lists[-1] = None if number is None else number + 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self.lists.pop()
        elif tag == self.inside:
            self.inside = ""
            if tag != "math":
                self.said += (tex.lowered if tag == "sub" else tex.raised)(self.moved)

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.moved += data
        else:
            self.said += data


def said(post: str) -> str:
    """A post without spaces and with the numbers of lists as browsers write them."""
    return comparable("".join(post.split()))


def comparable(text: str) -> str:
    """Without bullets, which an empty item has on a page only."""
    return re.sub(r"(\d)\)", r"\1.", text).replace("•", "")


def snippets() -> Iterator[tuple[str, str]]:
    """The names of the snippets in the golden file, and what was written."""
    for section in GOLDEN.read_text(encoding="utf-8").split("@@@ ")[1:]:
        name, _, rest = section.partition("\n")
        yield name, rest.split("\n@ post\n")[0]


def shown(name: str, written: str) -> str:
    """A snippet as the golden file shows it."""
    page, article = pages.paragraph_html(written), markdown.contained(written)
    return (
        f"@@@ {name}\n{written}\n"
        f"@ post\n{markdown.plain(written)}\n@ page\n{page}\n@ article\n{article}\n"
    )


SNIPPETS = dict(snippets())


def test_every_snippet_reads_as_the_golden_file_shows() -> None:
    read = "".join(shown(name, written) for name, written in SNIPPETS.items())
    if os.environ.get("MLCOLLAGE_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(read, encoding="utf-8")
    assert read == GOLDEN.read_text(encoding="utf-8"), "see MLCOLLAGE_WRITE_GOLDEN"


def test_the_golden_file_holds_more_than_fifty_snippets() -> None:
    assert len(SNIPPETS) >= 54


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_reader_sees_the_same_in_the_post_on_the_page_and_in_the_article(name: str) -> None:
    written = SNIPPETS[name]
    post = said(markdown.plain(written))
    assert comparable(Seen(pages.paragraph_html(written)).said) == post
    assert comparable(Seen(ELSEWHERE.render(markdown.contained(written))).said) == post
    assert said(markdown.plain(markdown.contained(written))) == post


@pytest.mark.parametrize("name", [name for name in SNIPPETS if name.startswith("formula")])
def test_a_page_shows_no_tex(name: str) -> None:
    html = pages.paragraph_html(SNIPPETS[name])
    if name == "formula in code":
        assert "<code>$x^2$</code>" in html
    else:
        assert "<math " in html
        assert not re.search(r"[$\\]", html)


PIECES = [
    *("a", "b ", "词", "。", "“重”", "1. ", "+ ", "=", "-", "|", "\t", "!", "#", "# ", "    "),
    *("**", "*", "_", "__", "~~", "`", "``", "$", "$x$", "$$y^2$$", "\\", "[", "]", "(", ")"),
    *("![", "](", "<", ">", "<b>", "</b>", "<br>", "<sub>2</sub>", "<!--", "-->"),
    *("&amp;", "&#10;", "&lt;", "https://a.example/b_c ", "<https://a.example>", "[^1]"),
    *("[x](https://a.example)", "[y](/z)", "[1]: https://b.example", "[1]", "[x] "),
    *("\n", "\n\n", "\n- ", "\n1. ", "\n2) ", "\n> ", "  \n", "\n```\n", "\n===", "\n---\n"),
    "\n$$\n+ a\n$$\n",
    *("\n• ", "\n● ", "\n– ", "\u200b", "\ufeff", "<math><mi>x</mi></math>", "<math>"),
    *("\\(", "\\)", "\\[", "\\]", "^2", "{", "}", "\\emph{", '{\\"o}', "\\'e", "\\o ", "\\v{c}"),
]
ANYTHING = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=30)


@given(ANYTHING)
def test_whatever_is_written_all_three_say_the_same(written: str) -> None:
    post = said(markdown.plain(written))
    article = markdown.contained(written)
    assert comparable(Seen(pages.paragraph_html(written)).said) == post
    assert comparable(Seen(ELSEWHERE.render(article)).said) == post
    assert said(markdown.plain(article)) == post


@given(ANYTHING)
def test_an_article_holds_no_heading_picture_html_or_fence(written: str) -> None:
    blocks = ELSEWHERE.parse(markdown.contained(written))
    inside = [child for block in blocks for child in block.children or ()]
    kinds = {token.type for token in [*blocks, *inside]}
    assert not kinds & {"heading_open", "image", "html_block", "html_inline", "fence", "hr"}


class Markup(HTMLParser):
    """The elements of HTML, and whatever in it could do something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.harmful: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src") and not (value or "").startswith(
                ("http", "mailto:", "a.png")
            ):
                self.harmful.append(f"{name}={value}")
            elif name not in ("href", "src", "alt", "title", "start", "class"):
                self.harmful.append(name)

    def handle_comment(self, data: str) -> None:
        self.harmful.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


READERS = {
    "CommonMark": MarkdownIt("commonmark", {"html": True}).render,
    "Python-Markdown": markdown_package.markdown,
    "with extensions": lambda text: markdown_package.markdown(text, extensions=["extra"]),
}
SHOWN = {
    # A rule is what is left of a list of lists whose text was HTML.
    *("p", "br", "pre", "code", "ul", "ol", "li", "blockquote", "hr"),
    *("a", "em", "strong", "del", "h2", "img"),
}
HOSTILE = [
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=a>",
        "<b\nonclick=x>",
    ),
    *("<iframe src=//x>", "\n<div>\n", "<!--", "-->", "<?php ?>", "<!doctype x>", "<![CDATA[x]]>"),
    *("[x](javascript:alert(1))", "<javascript:alert(1)>", "[x]: javascript:alert(1)\n", "[x]"),
    *("[x\ny]: data:text/html,x\n", "[x y]", "](vbscript:x)", "[a](<javascript:x>)", "[x][x y]"),
    *("{: onclick=a}", "&lt;b>", "&#106;avascript:", "$x<y$", "$$<b>$$", "<https://x.example/<b>>"),
    *(
        "`",
        "``",
        "\n",
        "\n\n",
        "    ",
        "\\",
        "*",
        "**",
        "- ",
        "1. ",
        "> ",
        "a",
        "b ",
        "<",
        "</",
        "&",
    ),
    *("[ok](https://a.example)", "![no](x.png)", "\t", "```\n<script>\n```", "#", "=", "---\n"),
]
ANYTHING_HOSTILE = st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join)


@pytest.mark.parametrize("reader", READERS)
@given(written=ANYTHING_HOSTILE)
def test_no_reader_of_markdown_takes_an_article_for_html_or_follows_another_scheme(
    reader: str, written: str
) -> None:
    line = markdown.literal_line(written)
    for text in (f"**Summary:** {markdown.contained(written)}", f"## {line}", f"![{line}](a.png)"):
        html = Markup(READERS[reader](text))
        assert (html.tags - SHOWN, html.harmful) == (set(), []), text


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "text", ["<script>x</script>", "a <b> c", "x<y and y>z", "AT&amp;T &lt; &copy;", "<!-- no -->"]
)
def test_every_reader_of_markdown_shows_what_looks_like_html(reader: str, text: str) -> None:
    assert Seen(READERS[reader](markdown.literal_line(text))).said == "".join(text.split())


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_of_markdown_takes_a_tag_that_begins_a_line_for_a_heading(reader: str) -> None:
    article = markdown.contained("#mlcollage\nis our tag\n#<script>")
    assert "<h" not in READERS[reader](article)
    assert Seen(READERS[reader](article)).said == "#mlcollageisourtag#<script>"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://b.example&lt;b", "https://b.example<b"),
        ("https://b.example/?a=1&amp;b_c_d", "https://b.example/?a=1&b_c_d"),
        ("https://b.example/?a=1&lt=2", "https://b.example/?a=1&lt=2"),
        ("https://b.example/&amp;lt;", "https://b.example/&lt;"),
    ],
)
def test_entities_in_a_bare_address_are_read(written: str, read: str) -> None:
    assert markdown.plain(written) == read
    assert markdown.plain(markdown.contained(written)) == read
    assert Seen(ELSEWHERE.render(markdown.contained(written))).said == read


@given(ANYTHING)
def test_what_a_page_shows_needs_no_cleaning_but_for_its_links(written: str) -> None:
    raw = Seen(markdown.html(written)).said
    assert Seen(pages.paragraph_html(written)).said == raw


def test_links_have_the_labels_of_the_post_and_the_addresses_that_were_meant() -> None:
    written = (
        r"[A *b* $x^2$](https://a.example/b\_c) [](https://a.example/?x=1&amp;y) "
        "[论文](https://a.example/论文_(1)) <https://b.example> ![no](c.png)\n\n"
        "- [![seen](d.png)][d]\n\n[d]: https://d.example/%20 'title'"
    )
    assert markdown.links(written) == [
        ("A b x²", "https://a.example/b_c"),
        ("", "https://a.example/?x=1&y"),
        ("论文", "https://a.example/论文_(1)"),
        ("", "https://b.example"),
        ("seen", "https://d.example/%20"),
    ]


def test_a_list_or_quotation_begins_below_the_line_that_an_article_puts_it_into() -> None:
    assert markdown.contained("- one\n- two") == "\n\n- one\n- two"
    assert markdown.contained("> one") == "\n\n> one"
    assert markdown.contained("one") == "one"
    assert markdown.contained("") == ""


def test_text_nested_deeper_than_anyone_writes_is_read() -> None:
    for piece, end in (
        ("[", "](b)"),
        ("![", "](b)"),
        ("*a ", " a*"),
        ("- ", ""),
        ("1. ", ""),
        ("> ", ""),
        ("> - ", ""),
    ):
        for depth in (5, 13, 14, 15, 16, 28, 29, 30, 31, 400):
            written = f"{piece * depth}word{end * depth}\n\nafter"
            for read in (markdown.plain, markdown.html, markdown.contained):
                assert "word" in read(written), (piece, depth)
                assert "after" in read(written), (piece, depth)


HARD = ["[", "![", "](", "[a](b", "![![a](b)](b)", "*a ", "**a*", "`a``", "<!--", "$a", "~~a"]


@pytest.mark.parametrize("read", [markdown.html, markdown.contained])
def test_time_grows_with_length_only(read: object) -> None:
    for piece in HARD:
        assert is_linear(read, piece), piece  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("formula", "elements"),
    [
        (r"\sqrt{s}", "<msqrt><mi>s</mi></msqrt>"),
        ("10^{-4}", "<msup><mn>10</mn><mrow><mo>−</mo><mn>4</mn></mrow></msup>"),
        ("x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        (r"\mathcal{O}", "<mi>𝒪</mi>"),
        (r"\mathbf{W}", "<mi>𝐖</mi>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\boldsymbol{\theta}", "<mi>𝛉</mi>"),
        (r"\operatorname{softmax}", "<mi>softmax</mi>"),
        (r"\hat{y}", '<mover accent="true"><mi>y</mi><mo>^</mo></mover>'),
        ("a<b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
    ],
)
def test_formulas_are_drawn_in_mathml(formula: str, elements: str) -> None:
    html = mathml.written(formula)
    assert f"<mrow>{elements}</mrow></math>" in html
    assert f'alttext="{mathml.escaped(tex.plain(formula))}"' in html


def test_limits_stand_below_and_above_only_in_a_display() -> None:
    assert "<munderover>" in mathml.written(r"\sum_{i=1}^n x", is_display=True)
    assert "<msubsup>" in mathml.written(r"\sum_{i=1}^n x")
    assert "<munder>" in mathml.written(r"\max_x f", is_display=True)


@given(st.text(max_size=240) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_formula_is_balanced_and_holds_only_what_pages_let_through(formula: str) -> None:
    opened: list[str] = []
    for mark in re.findall(r"</?[a-z]+", mathml.written(formula, is_display=True)):
        if mark.startswith("</"):
            assert opened.pop() == mark[2:]
        else:
            opened.append(mark[1:])
            assert mark[1:] in pages.TAGS
    assert not opened


@pytest.mark.parametrize("piece", ["^", "{", "{a", "\\hat", "\\frac", "\\text{", "_{", "\\sqrt["])
def test_a_formula_nested_as_deep_as_one_may_be_is_drawn(piece: str) -> None:
    assert mathml.written(piece * (240 // len(piece))).endswith("</math>")
