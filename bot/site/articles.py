"""A roundup as an article: as HTML and as Markdown that other programs take in, with its pictures.

Blogs, editors and mail clients drop MathML and styles, and know no address of ours. So formulas are
Unicode here, as in posts, and pictures are named by their files.
"""

from collections.abc import Mapping
from pathlib import Path

import nh3

from bot import config
from bot.composing import values
from bot.composing.rendering import Renderer
from bot.core.text import markdown
from bot.destinations.protocol import Article, ArticlePicture
from bot.site import pages

HTML = "roundup/article.html"

_ATTRIBUTES = {
    "a": {"href", "title"},
    "blockquote": {"cite"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
"""The attributes of an article's HTML: what it says, never how it looks."""


def of(
    series: config.Series, edition: pages.Edition, templates_folder: Path, canonical_url: str
) -> Article:
    """The roundup as an article; the same arguments give the same article.

    `templates_folder` holds the maintainer's templates, which go before the program's. Raises what
    `pages.build` raises.
    """
    roundup = edition.roundup
    context = pages.roundup_context(series, edition)
    renderer = Renderer(templates_folder)
    cover = context["cover"]
    return Article(
        key=f"{series.name}/{roundup.title_month}",
        title=context["roundup"]["title"],
        subtitle=context["roundup"]["subtitle"],
        slug=roundup.slug,
        language=series.language,
        description=context["description"],
        html=_html(renderer, context),
        markdown=renderer.render(pages.ARTICLE, context | {"whole": False}).strip() + "\n",
        pictures=_pictures(series, edition, context),
        cover=cover["file"] if cover else "",
        canonical_url=canonical_url,
        published_at=roundup.due_at,
        updated_at=roundup.updated_at or roundup.due_at,
        tags=(series.hashtag.lstrip("#"),),
    )


def _html(renderer: Renderer, context: values.Table) -> str:
    """What stands below the title: without scripts, styles and classes, whoever wrote a template.

    The addresses of pictures are names of files; those of links lead to the web.
    """
    sections = [
        section | {"html": _paragraph(section["paragraph"])} for section in context["sections"]
    ]
    written = renderer.render(HTML, context | {"sections": sections})
    cleaned = nh3.clean(
        written,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return f"{cleaned.strip()}\n"


def _paragraph(paragraph: str) -> str:
    """A paragraph as HTML with formulas in Unicode."""
    return nh3.clean(
        markdown.html_to_paste(paragraph),
        tags=pages.TAGS,
        attributes=pages.ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel=None,
    ).strip()


def _pictures(
    series: config.Series, edition: pages.Edition, context: Mapping[str, object]
) -> dict[str, ArticlePicture]:
    """The pictures by the names of their files: the cover first, then the collages in order."""
    found = {}
    cover = context["cover"]
    if isinstance(cover, dict):
        found[cover["file"]] = ArticlePicture(
            data=edition.drawn[cover["file"]],
            mime=cover["mime"],
            width=cover["width"],
            height=cover["height"],
            alt=cover["alt"],
            caption="",
        )
    sections = context["sections"]
    assert isinstance(sections, list)
    for section in sections:
        picture = section["picture"]
        if not picture:
            continue
        found[section["file"]] = ArticlePicture(
            data=edition.pictures[picture["sha256"]],
            mime=picture["mime"],
            width=picture["width"],
            height=picture["height"],
            alt=section["alt"],
            caption=_caption(series, section),
        )
    return found


def _caption(series: config.Series, section: Mapping[str, str]) -> str:
    """A picture's caption as plain text: "ML-Collage [29/52]: Figures by the authors"."""
    caption = series.title
    if section["number"]:
        caption += f" [{section['number']}]"
    if section["caption"]:
        caption += f"{series.words.colon}{section['caption']}"
    return caption
