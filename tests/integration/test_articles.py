"""A roundup as an article for other programs: what its HTML and its Markdown say and hold."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.collage import Collage
from bot.destinations.protocol import Article
from bot.site import articles, pages
from tests.integration.test_site import (
    ATTENTION,
    AUGUST,
    DRAWING,
    FOREST,
    OCTOBER,
    OWN,
    PICTURES,
    SEPTEMBER,
    Outline,
    header,
    series,
)

HOME = "https://blog.example/september"


def article(
    collages: Sequence[Collage] = (FOREST, ATTENTION),
    cover: bytes | None = header(2_400, 1_350),
    own_templates: Path = OWN,
    language: str = "en",
) -> Article:
    edition = pages.Edition(
        SEPTEMBER, collages, PICTURES, AUGUST, OCTOBER, [OCTOBER, AUGUST], cover
    )
    return articles.of(series(language), edition, own_templates, HOME)


def test_the_same_roundup_gives_the_same_article() -> None:
    assert article() == article()


def test_an_article_says_what_it_is_when_and_where() -> None:
    made = article()
    assert (made.key, made.slug) == ("mlcollage/2021-09", "two-papers-2021-09")
    assert made.title == "Two Papers to Read in September 2021"
    assert made.subtitle == "Trees & Transformers"
    assert "<em>Trees &amp; Transformers</em>" in made.html
    titles = [FOREST.paper.title, ATTENTION.paper.title]
    assert made.description == " · ".join(titles), "Ghost shows it above the subtitle"
    assert made.published_at == made.updated_at == datetime(2021, 8, 31, 18, tzinfo=UTC)
    assert (made.language, made.tags, made.canonical_url) == ("en", ("mlcollage",), HOME)


def test_the_html_holds_everything_below_the_title_and_no_dress() -> None:
    html = article().html
    seen = Outline(html)
    tags = {tag for tag, _ in seen.elements}
    assert tags <= {"p", "em", "strong", "h2", "h3", "a", "figure", "img", "figcaption"}
    assert {name for _, attrs in seen.elements for name in attrs} == {
        *("href", "src", "alt", "width", "height")
    }
    assert SEPTEMBER.title not in html
    assert seen.texts["h2"] == ["‘Random Forests’", "‘注意力就是你所需要的一切’"]
    assert "<em>Authors: Breiman (2001)</em> | 📝 <a " in html
    assert html.startswith("<p><em>Trees &amp; Transformers</em></p>\n")


def test_every_picture_that_an_article_names_is_with_it_and_the_cover_comes_first() -> None:
    made = article()
    in_html = [attrs["src"] for attrs in Outline(made.html).all("img")]
    in_markdown = re.findall(r"^!\[.*\]\((.*)\)$", made.markdown, re.M)
    assert in_html == in_markdown == ["random-forests.png", "attention.jpg"]
    assert list(made.pictures) == ["roundup_cover.png", *in_html]
    assert made.cover == "roundup_cover.png"
    forest = made.pictures["random-forests.png"]
    assert (forest.data, forest.mime) == (DRAWING, "image/png")
    assert (forest.width, forest.height) == (1600, 900)
    assert forest.alt == " ".join(FOREST.alt.split())
    assert forest.caption == "ML-Collage [29/52]: Figures by the authors"


def test_an_article_without_a_cover_or_pictures_is_whole() -> None:
    bare = article([replace(FOREST, picture=None)], cover=None)
    assert (bare.cover, dict(bare.pictures)) == ("", {})
    assert "<img" not in bare.html
    assert "Random Forests" in bare.html


def test_formulas_are_unicode_because_blogs_and_mail_drop_mathml() -> None:
    made = article([replace(FOREST, paragraph="It takes $O(n^2)$ steps:\n\n$$x_i \\ge 0$$")])
    assert "<p>It takes O(n²) steps:</p>\n<p>xᵢ ≥ 0</p>" in made.html
    assert "It takes O(n²) steps:\n\nxᵢ ≥ 0" in made.markdown


HOSTILE = (
    "<script>alert(1)</script> [here](javascript:alert(1)) <img src=x onerror=alert(1)> "
    '"quoted" & ampersands'
)


def test_nothing_in_a_paragraph_or_a_title_becomes_a_script_or_a_picture() -> None:
    paper = replace(FOREST.paper, title=HOSTILE)
    made = article([replace(FOREST, paragraph=HOSTILE, paper=paper, alt=HOSTILE)])
    seen = Outline(made.html)
    assert not seen.all("script")
    assert len(seen.all("img")) == 1
    assert not [attrs for attrs in seen.all("a") if "javascript" in str(attrs["href"])]


def test_a_template_of_ones_own_is_used_and_cannot_bring_scripts_in(tmp_path: Path) -> None:
    own = tmp_path / "roundup" / "article.html"
    own.parent.mkdir()
    own.write_text(
        '<script>alert(1)</script><p class="x" onclick="y()" style="z">{{ month }}</p>'
        '<img src="{{ sections[0].file }}" alt="">',
        encoding="utf-8",
    )
    made = article(own_templates=tmp_path)
    assert made.html == '<p>August 2021</p><img src="random-forests.png" alt="">\n'


@pytest.mark.parametrize("language", ["de", "zh", "ar"])
def test_an_article_speaks_its_series_language(language: str) -> None:
    made = article(language=language)
    words = series(language).words
    assert made.language == language
    assert f"<h3>{words.summary}</h3>" in made.html
    assert f"{words.authors}{words.colon}" in made.markdown
