import hashlib
import json
import os
import re
import resource
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import config
from bot.composing import templates
from bot.core import cards, collage, words
from bot.core.collage import Collage, Picture, State
from bot.core.errors import BadInput, Unavailable
from bot.core.month import Roundup
from bot.core.month import State as RoundupState
from bot.core.paper import Link, LinkKind, Paper
from bot.core.text import markdown
from bot.intake import article
from bot.site import articles, folder, pages, sections
from bot.site.folder import Written

GOLDEN = Path(__file__).parent.parent / "golden" / "site"
OWN = templates.shipped()
VOID = {"meta", "link", "img", "br"}
DRAWING, GRAPH = b"the bytes of a drawing", b"the bytes of a graph"
PICTURES = {hashlib.sha256(data).hexdigest(): data for data in (DRAWING, GRAPH)}


def series(language: str = "en", **more: str) -> config.Series:
    settings = {"language": language, "roundup.base_url": "https://papers.example/collages", **more}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
    return config.parse(f"[series.mlcollage]\n{lines}", Path("/nowhere/config.toml")).series[
        "mlcollage"
    ]


def picture(data: bytes, mime: str = "image/png") -> Picture:
    return Picture(hashlib.sha256(data).hexdigest(), mime, 1600, 900, len(data), "drawing.png")


def roundup(title_month: str, title: str, **more: object) -> Roundup:
    known = {
        "id": 1,
        "series": "mlcollage",
        "state": RoundupState.DUE,
        "due_at": datetime(2021, 8, 31, 18, tzinfo=UTC),
    }
    slug = f"two-papers-{title_month}"
    return Roundup(**{**known, "title_month": title_month, "title": title, "slug": slug, **more})  # type: ignore[arg-type]


FOREST = Collage(
    id=1,
    series="mlcollage",
    state=State.POSTED,
    position=1,
    name="random-forests",
    number=29,
    paper=Paper(
        title="Random Forests",
        authors=("Leo Breiman",),
        year=2001,
        links=(
            Link(LinkKind.PAPER, "https://doi.org/10.1023/A:1010933404324"),
            Link(LinkKind.CODE, "https://example.org/forest?trees=500&seed=1"),
            Link(LinkKind.TALK, "https://example.org/talk_(recorded)"),
        ),
    ),
    paragraph=(
        "Many trees, grown on *different* samples, vote; "
        "[cases left out](https://example.org/oob) test them."
    ),
    alt="Three trees with different leaves;\nan arrow leads from each to one ballot box.",
    picture=picture(DRAWING),
)
ATTENTION = Collage(
    id=2,
    series="mlcollage",
    state=State.POSTED,
    position=2,
    name="attention",
    printed_number="30",
    caption="图片由编辑重绘",
    paper=Paper(
        title="注意力就是你所需要的一切",
        authors=("Ashish Vaswani", "Noam Shazeer"),
        others=True,
        year=2017,
        links=(
            Link(LinkKind.PAPER, "https://arxiv.org/abs/1706.03762"),
            Link(LinkKind.BLOG, "https://example.org/博客"),
        ),
    ),
    paragraph="这篇论文只用注意力来处理序列，不再需要循环。\n\n训练因此可以并行进行：**快得多**。",
    alt="两排方块，线条把每个方块与所有其他方块相连。",
    picture=picture(GRAPH, "image/jpeg"),
)
SEPTEMBER = roundup(
    "2021-09", "Two Papers to Read in September 2021", subtitle="Trees & Transformers"
)
AUGUST = roundup(
    "2021-08",
    "Three Papers to Read in August 2021",
    link="https://www.blog.example/august",
    published_elsewhere=True,
    state=RoundupState.ANNOUNCED,
)
OCTOBER = roundup(
    "2021-10",
    "One Paper to Read in October 2021",
    link="https://papers.example/collages/two-papers-2021-10/",
)


def build(
    of: config.Series | None = None,
    collages: Sequence[Collage] = (FOREST, ATTENTION),
    this: Roundup = SEPTEMBER,
    previous: Roundup | None = AUGUST,
    following: Roundup | None = OCTOBER,
    own_templates: Path = OWN,
    cover: bool = True,
) -> dict[str, bytes]:
    listed = [one for one in (following, previous) if one]
    drawn = (header(2_400, 1_350), header(1_200, 630)) if cover else (None, None)
    edition = pages.Edition(this, collages, PICTURES, previous, following, listed, *drawn)
    return pages.build(of or series(), edition, own_templates)


def header(width: int, height: int) -> bytes:
    """The beginning of a PNG of that size."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


def page(files: Mapping[str, bytes], name: str = "index.html") -> str:
    return files[f"{SEPTEMBER.slug}/{name}"].decode()


class Outline(HTMLParser):
    """What a browser would see: every element with its attributes and text; `frame` leaves the
    paragraphs' own out.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.frame: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if "div" not in [tag for tag, _ in self.open]:
            self.frame.append(tag)
        if tag not in VOID:
            self.open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        closed, pieces = self.open.pop()
        assert closed == tag
        self.texts.setdefault(tag, []).append("".join(pieces))

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_the_pages_are_those_kept_in_the_golden_files(language: str) -> None:
    files = {
        path: data
        for path, data in build(series(language)).items()
        if path.endswith((".html", ".md"))
    }
    for path, data in files.items():
        kept = GOLDEN / language / path
        if os.environ.get("MLCOLLAGE_WRITE_GOLDEN") == "1":
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
        assert data.decode() == kept.read_text(encoding="utf-8"), (
            f"{kept} differs; see MLCOLLAGE_WRITE_GOLDEN"
        )
    assert {
        str(kept.relative_to(GOLDEN / language)) for kept in (GOLDEN / language).rglob("*.*")
    } == set(files)


def test_the_same_roundup_gives_the_same_bytes_before_and_after_it_has_its_link() -> None:
    linked = replace(
        SEPTEMBER, link=pages.link(series(), SEPTEMBER.slug), state=RoundupState.LINKED
    )
    assert build() == build() == build(this=linked)


def test_the_files_are_the_pages_the_article_the_pictures_and_the_lists() -> None:
    files = build()
    assert set(files) == {
        "two-papers-2021-09/random-forests.png",
        "two-papers-2021-09/attention.jpg",
        "two-papers-2021-09/roundup_cover.png",
        "two-papers-2021-09/roundup_card.png",
        "two-papers-2021-09/article.md",
        "two-papers-2021-09/index.html",
        "two-papers-2021-09/random-forests.html",
        "two-papers-2021-09/attention.html",
        "2021/index.html",
        "archive/index.html",
        "index.html",
        "style.css",
    }
    assert files["two-papers-2021-09/random-forests.png"] == DRAWING
    assert pages.slug_path(SEPTEMBER) in files
    assert (
        pages.link(series(), SEPTEMBER.slug)
        == "https://papers.example/collages/two-papers-2021-09/"
    )


EVERY_PAGE = [
    "two-papers-2021-09/index.html",
    "two-papers-2021-09/attention.html",
    "2021/index.html",
    "archive/index.html",
    "index.html",
]


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_pages_are_balanced_name_their_language_and_ask_nothing_of_other_hosts(path: str) -> None:
    for language in words.WORDS:
        seen = Outline(build(series(language))[path].decode())
        assert seen.all("html") == [{"lang": language}]
        assert len(seen.all("h1")) == len(seen.all("title")) == 1
        ids = [attrs["id"] for _, attrs in seen.elements if "id" in attrs]
        assert len(set(ids)) == len(ids)
        assert seen.all("script") == [{"type": "application/ld+json"}]
        loaded = [attrs for attrs in seen.all("link") if attrs["rel"] == "stylesheet"]
        assert [attrs["href"] for attrs in loaded] in (["style.css"], ["../style.css"])
        others = {attrs["rel"] for attrs in seen.all("link")} - {"stylesheet"}
        assert others <= {"canonical", "prev", "next", "alternate"}
        assert all(":" not in (attrs["src"] or ":") for attrs in seen.all("img"))
        assert "style" not in seen.texts
    style = build()["style.css"].decode()
    assert not re.search(r"@import|url\(", style)


ALT = (
    "Cover of the roundup ‘Two Papers to Read in September 2021’, ML-Collage. It shows the "
    "collages of ‘Random Forests’, Breiman (2001); ‘注意力就是你所需要的一切’, "
    "Vaswani et al. (2017)."
)


def test_headings_leave_no_level_out_and_the_newest_roundup_has_one() -> None:
    for path, data in build().items():
        if not path.endswith(".html"):
            continue
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", data.decode())]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
    front = build()["index.html"].decode()
    assert re.search(
        r'<h3 class="title"><a [^>]*>Two Papers to Read in September 2021</a></h3>', front
    )


def test_every_picture_has_its_alt_text_its_size_and_a_link_to_itself() -> None:
    seen = Outline(page(build()))
    cover, first, second = seen.all("img")
    assert cover == {
        "src": "roundup_cover.png",
        "alt": ALT,
        "width": "2400",
        "height": "1350",
    }
    assert first == {
        "src": "random-forests.png",
        "alt": "Three trees with different leaves; an arrow leads from each to one ballot box.",
        "width": "1600",
        "height": "900",
        "loading": "lazy",
    }
    assert second["alt"] == ATTENTION.alt
    assert second["loading"] == "lazy"
    assert {"random-forests.png", "attention.jpg"} <= {attrs["href"] for attrs in seen.all("a")}


def test_the_page_says_who_wrote_what_and_links_it_by_kind_in_order() -> None:
    html = page(build())
    assert "<span>Authors: Breiman (2001)</span>" in html
    assert "<span>Authors: Vaswani et al. (2017)</span>" in html
    emoji = '<span class="emoji" aria-hidden="true">(.)</span>'
    assert re.findall(rf'rel="noopener">{emoji} (\w+)</a>$', html, re.M) == [
        ("📝", "Paper"),
        ("🤖", "Code"),
        ("🎤", "Talk"),
        ("📝", "Paper"),
        ("💻", "Blog"),
    ]
    assert 'href="https://example.org/forest?trees=500&amp;seed=1"' in html
    assert ">ML-Collage [29/52]: Figures by the authors | <a" in html
    assert ">ML-Collage [30]: 图片由编辑重绘 | <a" in html
    assert '<a href="https://example.org/oob" rel="noopener">cases left out</a>' in html


def test_an_imported_caption_does_not_repeat_the_series_and_number_printed_in_it() -> None:
    imported = replace(
        FOREST, number=3, printed_number="37", caption="ML-Collage [37]:作者的数字。"
    )
    assert ">ML-Collage [3/52]: 作者的数字。 | <a" in page(build(collages=[imported]))


def test_a_series_that_shows_no_numbers_has_none_in_its_captions() -> None:
    html = page(build(series(**{"numbering.format": "none"})))
    assert ">ML-Collage: Figures by the authors | <a" in html


def metas(files: Mapping[str, bytes]) -> dict[str | None, str | None]:
    return {
        attrs.get("property") or attrs.get("name"): attrs.get("content")
        for attrs in Outline(page(files)).all("meta")
    }


def test_link_previews_get_the_card_and_the_page_under_the_base_url() -> None:
    seen = metas(build())
    card = "https://papers.example/collages/two-papers-2021-09/roundup_card.png"
    assert seen["og:image"] == seen["twitter:image"] == card
    assert (seen["og:image:width"], seen["og:image:height"]) == ("1200", "630")
    assert seen["og:image:alt"] == seen["twitter:image:alt"] == ALT
    assert seen["og:url"] == "https://papers.example/collages/two-papers-2021-09/"
    assert seen["description"] == "Trees & Transformers"
    assert seen["twitter:card"] == "summary_large_image"


def test_without_a_card_link_previews_get_the_first_picture() -> None:
    seen = metas(build(cover=False))
    first = "https://papers.example/collages/two-papers-2021-09/random-forests.png"
    assert seen["og:image"] == seen["twitter:image"] == first
    assert seen["og:image:alt"] == seen["twitter:image:alt"] == " ".join(FOREST.alt.split())
    assert seen["twitter:card"] == "summary_large_image"


def test_the_alt_text_of_a_card_is_no_longer_than_x_takes_it() -> None:
    long = [replace(FOREST, paper=replace(FOREST.paper, title="Random " * 20))] * 9
    alt = metas(build(collages=long))["twitter:image:alt"]
    assert alt
    assert 200 < len(alt) <= 420
    assert re.search(r"; and \d more\.$", alt)


def test_without_a_subtitle_the_titles_describe_the_page_and_long_ones_are_cut() -> None:
    bare = replace(SEPTEMBER, subtitle="")
    assert '"Random Forests · 注意力就是你所需要的一切"' in page(build(this=bare))
    long = replace(FOREST, paper=replace(FOREST.paper, title="word " * 90))
    found = re.search(
        r'name="description" content="([^"]*)"', page(build(collages=[long], this=bare))
    )
    assert found
    assert len(found[1]) <= cards.DESCRIPTION
    assert found[1].endswith("word…")


def test_neighbours_are_linked_where_they_are_read() -> None:
    html = page(build())
    assert (
        '<a href="https://www.blog.example/august" rel="prev noopener">'
        "Three Papers to Read in August 2021</a>" in html
    )
    assert (
        '<a href="../two-papers-2021-10/index.html" rel="next noopener">'
        "One Paper to Read in October 2021</a>" in html
    )
    assert '<link rel="next" href="https://papers.example/collages/two-papers-2021-10/">' in html
    alone = page(build(previous=None, following=None))
    assert "Previous roundup" not in alone
    assert "Next roundup" not in alone


def test_the_list_holds_every_roundup_newest_first_and_says_where_others_were_published() -> None:
    moved = replace(OCTOBER, link="https://papers.example/elsewhere")
    seen = Outline(build(following=moved)["archive/index.html"].decode())
    listed = seen.all("a")[2:-4]
    assert [attrs["href"] for attrs in listed] == [
        "../2021/index.html",
        "../two-papers-2021-10/index.html",
        "../two-papers-2021-09/index.html",
        "https://www.blog.example/august",
    ]
    assert seen.texts["span"] == ["papers.example", "Trees & Transformers", "blog.example"]


def test_a_collage_without_picture_or_paragraph_leaves_no_empty_place() -> None:
    html = page(build(collages=[replace(FOREST, picture=None, paragraph="")], cover=False))
    assert "<img" not in html
    assert "og:image" not in html
    assert "One-paragraph summary" not in html


def test_a_picture_no_page_can_show_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"random-forests is 'image/tiff'.*PNG"):
        build(collages=[replace(FOREST, picture=picture(DRAWING, "image/tiff"))])


def test_a_maintainers_own_template_and_style_come_before_ours(tmp_path: Path) -> None:
    (tmp_path / "roundup").mkdir()
    (tmp_path / "roundup" / "style.css").write_text(
        "body { color: rebeccapurple; }", encoding="utf-8"
    )
    (tmp_path / "roundup" / "article.md").write_text(
        "{{ roundup.title }}: {{ sections|length }}", encoding="utf-8"
    )
    files = build(own_templates=tmp_path)
    assert "rebeccapurple" in files["style.css"].decode()
    assert page(files, "article.md") == "Two Papers to Read in September 2021: 2\n"


NASTY = [
    "<script>alert(1)</script>",
    "</style></title></h2>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }}{% raw %}",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<javascript:alert(1)>",
    "\n\n# heading\n\n",
    "\n---\n",
    "\n\n```\n",
    "\n\n~~~\n",
    "\n\n[29/52]: https://evil.example\n\n",
    "`<b>`",
    "`\n\n<img src=x onerror=y>`",
    "\\<b>",
    "\\\\<b>",
    "<!-- ",
    "<?php",
    "&lt;b&gt;&#x3c;",
    "*_~`$|\\",
    "x" * 600,
    "<https://fine.example/>",
    "1. ",
    "- ",
    "> ",
    "    ",
]
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
ONE_LINE = (
    st.lists(
        st.sampled_from([" ".join(bad.split()) for bad in NASTY]) | LINE, min_size=1, max_size=4
    )
    .map("".join)
    .filter(str.strip)
)
MARKDOWN = st.lists(
    st.sampled_from(NASTY) | st.text("#`~<>![]()=-\\ \n\t*_ab:/&", max_size=12), max_size=6
).map("".join)


def hostile(text: str, paragraph: str) -> Collage:
    paper = replace(FOREST.paper, title=text, authors=(f"A {text}",))
    shown = {"alt": text, "caption": text, "number": None, "printed_number": text}
    return replace(FOREST, paper=paper, paragraph=f"So. {paragraph}", **shown)  # type: ignore[arg-type]


@given(text=ONE_LINE, paragraph=MARKDOWN)
def test_no_text_breaks_out_of_its_place_on_the_page(text: str, paragraph: str) -> None:
    files = build(
        collages=[hostile(text, paragraph), ATTENTION],
        this=replace(SEPTEMBER, title=text, subtitle=f"S {text}"),
    )
    seen, listed = Outline(page(files)), Outline(files["archive/index.html"].decode())
    assert seen.frame == Outline(page(build())).frame
    assert {tag for tag, _ in seen.elements} <= {*seen.frame, *sections.TAGS}
    read = markdown.line(text)
    assert seen.texts["h1"] == seen.texts["title"] == [read]
    assert read in listed.texts["a"]
    (first, *_) = re.findall(r"<h2[^>]*><a [^>]*>(.*?)</a></h2>", page(files))
    assert unescape(first) == f"‘{read}’"
    cover, *alts = [img["alt"] for img in seen.all("img")]
    assert cover
    assert read[:800] in cover
    assert alts == [read, ATTENTION.alt]
    for tag, attrs in seen.elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        assert tag != "a" or re.match(
            r"https?://|\.\./[\w-]|[\w-]+\.(png|jpg|html)$|#main_text$",
            attrs.get("href") or "https://",
        )


@given(text=ONE_LINE, paragraph=MARKDOWN)
def test_no_text_breaks_out_of_its_place_in_the_article(text: str, paragraph: str) -> None:
    this = replace(SEPTEMBER, title=f"T {text}", subtitle=f"S {text}")
    parsed = MarkdownIt("commonmark").parse(
        page(build(collages=[hostile(text, paragraph), ATTENTION], this=this), "article.md")
    )
    inlines = [child for token in parsed for child in token.children or ()]
    assert not [token for token in [*parsed, *inlines] if token.type.startswith("html")]
    assert not [token for token in parsed if token.type == "fence" and token.level == 0]
    heads = [
        after for mark, after in pairwise(parsed) if mark.type == "heading_open" and mark.level == 0
    ]
    assert {child.type for head in heads for child in head.children or ()} == {"text"}
    read = [markdown.line(one) for one in (f"T {text}", f"S {text}", text)]
    expected = [*read[:2], f"‘{read[2]}’", f"‘{ATTENTION.paper.title}’"]
    said = ["".join(child.content for child in head.children or ()) for head in heads]
    assert said == [" ".join(one.split()) for one in expected]
    images = [image.attrs["src"] for image in inlines if image.type == "image"]
    assert images == ["random-forests.png", "attention.jpg"]


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_an_article_read_back_gives_the_same_article(language: str) -> None:
    markdown = page(build(series(language)), "article.md")
    read = article.read(markdown, "article.md")
    assert (read.title, read.subtitle, read.previous_link) == (
        SEPTEMBER.title,
        SEPTEMBER.subtitle,
        AUGUST.link,
    )
    assert read.title_month == SEPTEMBER.title_month
    assert [item.alt for item in read.items] == [" ".join(FOREST.alt.split()), ATTENTION.alt]
    assert [item.printed_number for item in read.items] == ["29/52", "30"]
    again = []
    for item, before in zip(read.items, (FOREST, ATTENTION), strict=True):
        assert (item.paper.title, item.paper.citation) == (
            before.paper.title,
            before.paper.citation,
        )
        assert (item.paper.links, item.paragraph) == (before.paper.links, before.paragraph)
        facts = {
            "paper": item.paper,
            "paragraph": item.paragraph,
            "alt": item.alt,
            "caption": item.caption,
        }
        again.append(replace(before, number=None, printed_number=item.printed_number, **facts))  # type: ignore[arg-type]
    assert page(build(series(language), collages=again), "article.md") == markdown


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b", 'https://a"b', ""],
)
def test_only_web_addresses_become_links(url: str) -> None:
    hostile = replace(FOREST, paper=replace(FOREST.paper, links=(Link(LinkKind.PAPER, url),)))
    elsewhere = replace(AUGUST, link=url)
    files = build(collages=[hostile], previous=elsewhere)
    for path, data in files.items():
        if path.endswith(".html"):
            assert all(
                re.match(r"https?://\w|[\w./-]+(#[\w-]+)?$|#main_text$", attrs["href"] or "")
                for attrs in Outline(data.decode()).all("a")
            )
    assert "](" not in page(files, "article.md").replace("](random-forests.png)", "").replace(
        "](https://example.org/oob)", ""
    )


def test_control_characters_in_the_titles_of_old_roundups_are_left_out() -> None:
    old = {"title": "Papers\x1b[31m of August 2021", "subtitle": "on\x00 trees"}
    files = build(this=replace(SEPTEMBER, **old), previous=replace(AUGUST, **old))
    for path, data in files.items():
        if path.endswith((".html", ".md")):
            if not path.endswith(("attention.html", "2021/index.html")):
                assert "Papers[31m of August 2021" in data.decode().replace("\\", "")
            assert collage.control(data.decode(), lines=True) == ""


def test_writing_the_same_files_again_touches_nothing(tmp_path: Path) -> None:
    files = build()
    assert folder.write(tmp_path / "site", files).changed
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert not folder.write(tmp_path / "site", files).changed
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == stamps
    assert {
        str(path.relative_to(tmp_path / "site")): path.read_bytes()
        for path in tmp_path.rglob("*.*")
        if path.name != folder.WRITTEN
    } == files


def test_only_the_file_that_changed_is_written(tmp_path: Path) -> None:
    folder.write(tmp_path, {"a/index.html": b"old", "a/one.png": b"picture"})
    before = (tmp_path / "a/one.png").stat().st_ino
    assert folder.write(tmp_path, {"a/index.html": b"new", "a/one.png": b"picture"}).changed
    assert (tmp_path / "a/index.html").read_bytes() == b"new"
    assert (tmp_path / "a/one.png").stat().st_ino == before


def test_a_page_that_was_edited_by_hand_is_left_alone_or_kept_beside(tmp_path: Path) -> None:
    page = tmp_path / "a/index.html"
    folder.write(tmp_path, {"a/index.html": b"first", "a/one.png": b"picture"})
    assert not folder.is_edited(tmp_path, "a/index.html")
    page.write_bytes(b"by hand")
    assert folder.is_edited(tmp_path, "a/index.html")
    files = {"a/index.html": b"second", "a/one.png": b"other"}
    left = Written(True, ("a/index.html",), ("a/one.png",))
    assert folder.write(tmp_path, files) == left
    assert page.read_bytes() == b"by hand"
    made = Written(True, ("a/index.html",), ("a/index.html",))
    assert folder.write(tmp_path, files, over_edits=True) == made
    assert page.read_bytes() == b"second"
    assert (tmp_path / "a/index.html.edited").read_bytes() == b"by hand"
    assert folder.write(tmp_path, files) == Written(False)


def test_a_page_of_which_nothing_is_known_and_one_that_is_gone_are_written(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_bytes(b"by an earlier version")
    made = Written(True, (), ("index.html",))
    assert folder.write(tmp_path, {"index.html": b"new"}) == made
    page.unlink()
    assert folder.write(tmp_path, {"index.html": b"new"}) == made
    (tmp_path / folder.WRITTEN).write_text("[not what it was", encoding="utf-8")
    assert folder.write(tmp_path, {"index.html": b"newer"}) == made


@pytest.mark.parametrize(
    "record",
    [
        '{"files": {"index.html": ["0", 3, 1]}}',
        '{"files": {"index.html": 5}, "units": {}}',
        '{"files": {}, "units": {"front": 1}}',
        '{"files": {}, "units": {"front": ["key", 5]}}',
        '{"files": 1, "units": 2}',
    ],
)
def test_a_record_that_somebody_has_damaged_says_nothing(tmp_path: Path, record: str) -> None:
    folder.write(tmp_path, {"index.html": b"old"})
    (tmp_path / folder.WRITTEN).write_text(record, encoding="utf-8")
    assert folder.write(tmp_path, {"index.html": b"new"}).changed
    assert not folder.write(tmp_path, {"index.html": b"new"}).changed


def test_a_page_is_written_after_what_it_shows_and_before_the_list(tmp_path: Path) -> None:
    (tmp_path / "a" / "z.png").mkdir(parents=True)
    with pytest.raises(Unavailable, match=r"z\.png cannot be written"):
        folder.write(
            tmp_path,
            {"index.html": b"list", "a/index.html": b"page", "a/b.png": b"", "a/z.png": b"picture"},
        )
    assert (tmp_path / "a" / "b.png").exists()
    assert not (tmp_path / "a" / "index.html").exists()
    assert not (tmp_path / "index.html").exists()
    (tmp_path / "a" / "z.png").rmdir()
    (tmp_path / "index.html").mkdir()
    with pytest.raises(Unavailable, match=r"index\.html cannot be written"):
        folder.write(
            tmp_path, {"index.html": b"list", "a/index.html": b"page", "a/z.png": b"picture"}
        )
    assert (tmp_path / "a" / "index.html").read_bytes() == b"page"


@contextmanager
def no_file_larger_than(most: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_is_cut_off_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    folder.write(tmp_path, {"a/index.html": b"the old page"})
    with (
        no_file_larger_than(1000),
        pytest.raises(Unavailable, match=r"a/index\.html cannot be written: File too large; "),
    ):
        folder.write(tmp_path, {"a/index.html": b"x" * 5000})
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["index.html"]
    assert (tmp_path / "a" / "index.html").read_bytes() == b"the old page"


def test_a_file_where_a_folder_should_be_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("no folder", encoding="utf-8")
    with pytest.raises(Unavailable, match=r"site cannot be written: Not a directory"):
        folder.write(tmp_path / "site", {"index.html": b"page"})


def test_a_folder_where_a_file_should_be_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "index.html" / "more").mkdir(parents=True)
    with pytest.raises(Unavailable) as error:
        folder.write(tmp_path, {"index.html": b"page"})
    assert str(error.value) == (
        f"{tmp_path / 'index.html'} cannot be written: a folder is where this file should be; "
        "move it away; what was there before is still there."
    )


def test_a_link_that_leads_nowhere_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "site").symlink_to(tmp_path / "gone")
    with pytest.raises(Unavailable) as error:
        folder.write(tmp_path / "site", {"index.html": b"page"})
    assert str(error.value) == (
        f"{tmp_path / 'site'} cannot be written: it is a symbolic link that leads nowhere; "
        "what was there before is still there."
    )


@pytest.mark.parametrize(
    "name",
    [
        "../out.html",
        "a/../../out.html",
        "/etc/out.html",
        "",
        "..",
        "a\0b",
        "C:/out.html",
        "a\\..\\..\\out.html",
        "\\\\host\\x",
    ],
)
def test_no_path_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    site = tmp_path / "site"
    with pytest.raises(BadInput, match=r"nothing was written\.$"):
        folder.write(site, {"good.html": b"page", name: b"page"})
    assert not list(tmp_path.iterdir())


def test_a_symbolic_link_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "site" / "a").symlink_to(tmp_path / "other")
    with pytest.raises(BadInput, match="symbolic link"):
        folder.write(tmp_path / "site", {"a/index.html": b"page"})
    assert not list((tmp_path / "other").iterdir())


ARABIC = "تعلم 3 آلات: **عميق** (Deep Learning)."


@pytest.mark.parametrize(
    ("language", "paragraph", "direction"),
    [
        ("en", ARABIC, "rtl"),
        ("en", "Deep Learning, تعلم.", ""),
        ("en", "2 + 2", ""),
        ("ar", "Three trees.", "ltr"),
        ("ar", ARABIC, ""),
    ],
)
def test_a_paragraph_says_how_it_is_written_where_the_page_is_written_otherwise(
    language: str, paragraph: str, direction: str
) -> None:
    expected = [direction] if direction else []
    item = replace(FOREST, paragraph=paragraph)
    files = build(series(language), collages=[item])
    for name in ("index.html", "random-forests.html"):
        blocks = Outline(page(files, name)).all("div")
        assert [each["dir"] for each in blocks if "dir" in each] == expected
    edition = pages.Edition(SEPTEMBER, [item], PICTURES)
    article = articles.of(series(language), edition, OWN, "")
    blocks = Outline(article.html).all("div")
    assert [each["dir"] for each in blocks] == expected


@pytest.mark.parametrize("name", ["page.html", "collage.html", "article.md", "index.html"])
def test_a_template_that_writes_nothing_makes_no_empty_page(tmp_path: Path, name: str) -> None:
    file = tmp_path / "roundup" / name
    file.parent.mkdir()
    file.write_text("{# nothing yet #}\n", encoding="utf-8")
    expected = f"Template {file}: writes nothing; fill it, or remove it to have the program's own."
    with pytest.raises(BadInput) as error:
        build(own_templates=tmp_path)
    assert str(error.value) == expected


def test_a_style_sheet_may_be_empty(tmp_path: Path) -> None:
    (tmp_path / "roundup").mkdir()
    (tmp_path / "roundup" / "style.css").write_text("", encoding="utf-8")
    assert build(own_templates=tmp_path)["style.css"] == b"\n"


def test_files_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    folder.write(tmp_path, {"index.html": b"page"})
    (tmp_path / "plain").touch()
    assert (tmp_path / "index.html").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_english_pages_are_set_in_a_serif_and_all_blocks_have_one_width() -> None:
    style = (templates.shipped() / "roundup" / "style.css").read_text(encoding="utf-8")
    serif = re.search(r"--serif: ([^;]+);", style)
    assert serif
    assert "Sans" not in serif[1], "a sans serif that is installed would go before the generic one"
    width = re.search(r"body > \* \{ max-width: var\((--\w+)\)", style)
    assert width
    assert f"{width[1]}: 38rem;" in style, "a `ch` is another length in each block's own font"
