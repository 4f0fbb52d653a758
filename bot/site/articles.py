"""A roundup as an article: as HTML and as Markdown that other programs take in, with its pictures.

Blogs, editors and mail clients drop MathML and styles, and know no address of ours. So formulas are
Unicode here, as in posts, and pictures are named by their files.
"""

from pathlib import Path

import nh3

from bot import config
from bot.composing import values
from bot.composing.rendering import Renderer
from bot.core import cards
from bot.core.text import markdown
from bot.destinations.protocol import Article, ArticlePicture
from bot.site import pages, sections

HTML = "roundup/article.html"

_ATTRIBUTES = {
    "a": {"href", "title"},
    "blockquote": {"cite"},
    "div": {"dir"},
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
    context = context_of(series, edition)
    renderer = Renderer(templates_folder)
    cover = context["cover"]
    return Article(
        key=f"{series.name}/{roundup.title_month}",
        title=context["roundup"]["title"],
        subtitle=context["roundup"]["subtitle"],
        slug=roundup.slug,
        language=series.language,
        # The article begins with its subtitle: an excerpt above it would say the same again.
        description=cards.titles(edition.collages),
        html=html(renderer, context),
        markdown=renderer.render_page(pages.ARTICLE, context).strip() + "\n",
        pictures=pictures(edition, context),
        cover=cover["file"] if cover else "",
        canonical_url=canonical_url,
        published_at=roundup.due_at,
        updated_at=roundup.updated_at or roundup.due_at,
        tags=(series.hashtag.lstrip("#"),),
    )


def context_of(series: config.Series, edition: pages.Edition) -> values.Table:
    """The variables of the page, for an article; docs/templates.md lists them."""
    context = pages.roundup_context(series, edition)
    tables = [
        section | {"html": _paragraph(section["paragraph"])} for section in context["sections"]
    ]
    return context | {"kind": "article", "sections": tables}


def html(renderer: Renderer, context: values.Table) -> str:
    """What stands below the title: without scripts, styles and classes, whoever wrote a template.

    The addresses of pictures are names of files; those of links lead to the web.
    """
    cleaned = nh3.clean(
        renderer.render_page(HTML, context),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return f"{cleaned.strip()}\n"


def _paragraph(paragraph: str) -> str:
    """A paragraph as HTML with formulas in Unicode."""
    return nh3.clean(
        markdown.html_to_paste(paragraph),
        tags=sections.TAGS,
        attributes=sections.ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel=None,
    ).strip()


def pictures(edition: pages.Edition, context: values.Table) -> dict[str, ArticlePicture]:
    """The pictures by the names of their files: the cover first, then the collages in order."""
    found = {}
    if cover := context["cover"]:
        found[cover["file"]] = ArticlePicture(
            data=edition.drawn[cover["file"]],
            mime=cover["mime"],
            width=cover["width"],
            height=cover["height"],
            alt=cover["alt"],
            caption="",
        )
    for section in context["sections"]:
        picture = section["picture"]
        if not picture:
            continue
        found[section["file"]] = ArticlePicture(
            data=edition.pictures[picture["sha256"]],
            mime=picture["mime"],
            width=picture["width"],
            height=picture["height"],
            alt=section["alt"],
            caption=caption(context, section),
        )
    return found


def caption(context: values.Table, section: values.Table) -> str:
    """A picture's caption as plain text: "ML-Collage [29/52]: Figures by the authors"."""
    said = str(context["series"]["title"])
    if section["number"]:
        said += f" [{section['number']}]"
    if section["caption"]:
        said += f"{context['words']['colon']}{section['caption']}"
    return said
