"""Exports in the site generators that they are made for: built by them, and read as built."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.site import exports, pages
from bot.site.exports import Export
from tests import generators
from tests.generators import BASE, Page
from tests.integration.test_site import (
    ATTENTION,
    AUGUST,
    FOREST,
    OWN,
    PICTURES,
    SEPTEMBER,
    header,
    series,
)

SLUG = SEPTEMBER.slug
Build = Callable[[Path, Mapping[str, bytes]], Path]

TITLE = 'Two: "Papers" {{ x }} & {% y %} | #1 \\ 中文 $2'
SUBTITLE = "From ‘a’ to {{< b >}} --- |"
PARAGRAPH = r"""Shortcodes {{< figure src="x" >}} and {{% notice %}} and `{{< code >}}`
and `{% raw %}`, liquid {{ site.title }} {% include x.html %}, plain `code | here`; it costs
$5 and $6, a | b, @doe and [@doe; @roe], a note ^[note], a [span]{.red}, H~2~O,
<script>alert(1)</script>, \alpha.

---

: a definition

| a | b |
|---|---|
| 1 | 2 |

A. Not a list.

# Not a heading {#id}

- an item {{x}}
- **重要。**接着：$x_i \ge 0$。

> a quotation {%

```
{{< fenced >}}
```

The [end {a}](https://example.org/{{x}}|y)."""
SEEN = [
    *("{{% notice %}}", "{{< code >}}", "{% raw %}", "{{ site.title }}", "{% include x.html %}"),
    *("it costs $5 and $6, a | b,", "@doe and [@doe; @roe]", "^[note]", "[span]{.red}", "\\alpha"),
    *(": a definition", "| a | b |", "A. Not a list.", "# Not a heading {#id}"[2:]),
    *("an item {{x}}", "重要。", "接着：xᵢ ≥ 0。", "a quotation {%", "{{< fenced >}}", "end {a}"),
]
"""What a reader must see of the paragraph."""
ALT = 'An "alt" {{< x >}} of {% y %} | <b> & $1 \\ [z]'

HOSTILE = replace(
    FOREST,
    name="hostile",
    paper=replace(FOREST.paper, title='{{ Forests }} {% x %} | "$1" @z [a]{b} \\ #'),
    paragraph=PARAGRAPH,
    alt=ALT,
    caption="Drawn {{ by }} {% us %} | $3",
)


def export(*, is_draft: bool = False) -> Export:
    this = replace(SEPTEMBER, title=TITLE, subtitle=SUBTITLE)
    edition = pages.Edition(this, (ATTENTION, HOSTILE), PICTURES, AUGUST, cover=header(16, 9))
    return Export(series(), edition, OWN, "https://papers.example/september", is_draft)


KINDS: dict[str, tuple[Build, str, str]] = {
    "hugo": (generators.hugo, f"posts/{SLUG}/index.html", "{file}"),
    "jekyll": (
        generators.jekyll,
        f"2021/08/31/{SLUG}.html",
        "/notes/assets/roundups/{slug}/{file}",
    ),
    "pelican": (generators.pelican, f"{SLUG}.html", BASE + "/{slug}/{file}"),
    "quarto": (generators.pandoc, f"{SLUG}/index.html", "{file}"),
}
"""Each kind with what builds it, the page's path, and how the page addresses a picture."""


@pytest.fixture(scope="module", params=KINDS)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Page]:
    """A kind, the folder of the site, and the roundup's page in it."""
    build, path, _ = KINDS[request.param]
    site = build(tmp_path_factory.mktemp(request.param), exports.build(export(), request.param))
    return request.param, site, Page((site / path).read_text(encoding="utf-8"))


Built = tuple[str, Path, Page]


def smart(text: str) -> str:
    """The text with the quotes and dashes that some generators set for typed ones."""
    curled = re.sub("[“”]", '"', text).replace("—", "---").replace("–", "--")
    return " ".join(curled.split())


def test_the_page_has_the_title_and_the_papers_as_headings(built: Built) -> None:
    kind, _, page = built
    assert smart(TITLE) in smart(page.title)
    papers = [heading for heading in page.headings if "Two:" not in heading]
    assert papers[0] == "‘注意力就是你所需要的一切’"
    assert smart(papers[1]) == '‘{{ Forests }} {% x %} | "$1" @z [a]{b} \\ #’', kind


def test_every_picture_is_in_the_site_where_the_page_looks_for_it(built: Built) -> None:
    kind, site, page = built
    _, path, address = KINDS[kind]
    files = ["roundup_cover.png", "attention.jpg", "hostile.png"]
    assert list(page.pictures) == [address.format(slug=SLUG, file=file) for file in files]
    for source in page.pictures:
        local = re.sub(r"^(https://blog\.example)?/notes/", "", source)
        found = site / local if local != source else (site / path).parent / source
        assert found.stat().st_size


def test_alt_texts_are_as_they_were_written(built: Built) -> None:
    _, _, page = built
    _, attention, hostile = page.pictures.values()
    assert attention == ATTENTION.alt
    # A tag in an alt text is left out everywhere: see `markdown.lines`.
    assert smart(hostile) == smart(ALT.replace("<b> ", ""))


@pytest.mark.parametrize("seen", SEEN)
def test_what_a_generator_could_take_for_its_own_is_text(built: Built, seen: str) -> None:
    _, _, page = built
    assert seen in smart(page.text)


def test_nothing_of_a_paragraph_became_an_element_that_it_is_not(built: Built) -> None:
    _, _, page = built
    assert not page.tags & {"script", "table", "dl", "figure-caption", "sup", "sub", "hr"}
    assert "code | here" in page.code
    assert not re.search(r"&#?\w+;|%7B", page.text)
    assert "\\(" not in page.text


def test_links_lead_where_they_did(built: Built) -> None:
    _, _, page = built
    assert "https://example.org/%7B%7Bx%7D%7D%7Cy" in page.links
    assert "https://example.org/talk_(recorded)" in page.links
    assert "https://www.blog.example/august" in page.links
    assert "https://arxiv.org/abs/1706.03762" in page.links


def front_matter(files: Mapping[str, bytes], path: str) -> dict[str, object]:
    text = files[path].decode()
    _, front, _ = re.split(r"^---$", text, maxsplit=2, flags=re.MULTILINE)
    found = yaml.safe_load(front)
    assert isinstance(found, dict)
    return found


def test_hugo_and_jekyll_read_all_texts_of_the_front_matter_as_they_are() -> None:
    due = datetime.datetime(2021, 8, 31, 18, tzinfo=datetime.UTC)
    hugo = front_matter(exports.build(export(), "hugo"), f"{SLUG}/index.md")
    jekyll = front_matter(exports.build(export(), "jekyll"), f"_posts/2021-08-31-{SLUG}.md")
    for front in (hugo, jekyll):
        assert front["title"] == TITLE
        assert front["subtitle"] == front["description"] == SUBTITLE
        assert (front["date"], front["tags"]) == (due, ["mlcollage"])
    assert (hugo["slug"], hugo["images"]) == (SLUG, ["roundup_cover.png"])
    assert hugo["canonicalURL"] == jekyll["canonical_url"] == "https://papers.example/september"
    image = jekyll["image"]
    assert isinstance(image, dict)
    assert image["path"] == f"/assets/roundups/{SLUG}/roundup_cover.png"
    assert image["alt"].startswith("Cover of the roundup")


OF_QUARTO = {
    *("title", "subtitle", "description", "date", "date-modified", "lang", "draft"),
    *("categories", "image", "image-alt", "engine"),
}
"""The keys in the schemas that Quarto publishes (src/resources/schema) and that are used here."""


def test_quarto_gets_keys_of_its_schema_with_titles_in_markdown() -> None:
    front = front_matter(exports.build(export(is_draft=True), "quarto"), f"{SLUG}/index.qmd")
    assert set(front) == OF_QUARTO
    assert front["date"] == front["date-modified"] == datetime.date(2021, 8, 31)
    assert front["categories"] == ["mlcollage"]
    assert (front["image"], front["draft"], front["engine"]) == (
        "roundup_cover.png",
        True,
        "markdown",
    )
    # Pandoc reads it as Markdown.
    assert str(front["title"]).startswith('Two: "Papers" &#123;&#123; x')


@pytest.mark.parametrize(
    ("kind", "path", "line"),
    [
        ("hugo", f"{SLUG}/index.md", "draft: true"),
        ("jekyll", f"_posts/2021-08-31-{SLUG}.md", "published: false"),
        ("quarto", f"{SLUG}/index.qmd", "draft: true"),
        ("pelican", f"{SLUG}.md", "Status: draft"),
    ],
)
def test_a_draft_says_so_and_nothing_else_does(kind: str, path: str, line: str) -> None:
    assert line in exports.build(export(is_draft=True), kind)[path].decode().splitlines()
    assert line not in exports.build(export(), kind)[path].decode().splitlines()


@pytest.mark.parametrize("kind", ["hugo", "jekyll", "pelican"])
def test_no_generator_publishes_a_draft(kind: str, tmp_path: Path) -> None:
    build, path, _ = KINDS[kind]
    site = build(tmp_path, exports.build(export(is_draft=True), kind))
    assert not (site / path).exists()
