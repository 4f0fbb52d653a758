"""Builds a roundup's files: its page, its article in Markdown, its pictures, and the series' list
of roundups.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import config
from bot.composing import templates
from bot.core import month, words
from bot.core.collage import Collage, Picture, shown
from bot.core.errors import BadInput
from bot.core.month import Roundup
from bot.core.network import EXTENSIONS
from bot.core.paper import LinkKind
from bot.core.text import markdown, mathml
from bot.core.words import EMOJI, Words

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE = "roundup/page.html"
ARTICLE = "roundup/article.md"
INDEX = "roundup/index.html"

DESCRIPTION = 300
"""Characters of a page's description; link previews show fewer."""
TAGS = mathml.TAGS | (
    {"p", "br", "pre", "ul", "ol", "li", "blockquote"}
    | {"a", "em", "strong", "del", "sub", "sup", "code"}
)
"""What a paragraph may become."""
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, **mathml.ATTRIBUTES}
"""And the attributes it may have there."""
_PRINTED = re.compile(r"^[^\[\]|]{0,80}\[\s?\d{1,4}\s?(?:/\s?\d{1,4}\s?)?\]\s*[:：]")
"""What an imported caption holds before its text: the series and the number printed there."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A link of a paper as the page shows it."""

    label: str
    emoji: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """One collage of the page.

    `title` has its quotation marks; `paragraph` is Markdown, `html` the same, cleaned.
    """

    name: str
    title: str
    citation: str
    links: tuple[Labelled, ...]
    paper: Labelled | None
    picture: Picture | None
    file: str
    alt: str
    number: str
    caption: str
    paragraph: str
    html: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A roundup as others link to it: by `url`, by `path` from our folder's top, or at the `host`
    that is not ours.
    """

    title: str
    subtitle: str
    year: str
    url: str
    path: str
    host: str


def slug_path(roundup: Roundup) -> str:
    """The path of the roundup's page in the series' folder."""
    return f"{roundup.slug}/index.html"


def link(series: config.Series, slug: str) -> str:
    """The address of the page with that slug, under the series' base URL."""
    return f"{series.base_url}/{slug}/"


def build(
    series: config.Series,
    roundup: Roundup,
    collages: Sequence[Collage],
    pictures: Mapping[str, bytes],
    previous: Roundup | None,
    following: Roundup | None,
    everything: Sequence[Roundup],
    own_templates: Path,
) -> dict[str, bytes]:
    """Return the contents of every file of the roundup and of the series' list, by path.

    The same arguments give the same bytes. `pictures` are keyed by SHA-256. `everything` holds the
    roundups that have a link; this one is added where it is missing.
    """
    language = words.of(series.language)
    about = language.about.format(series=series.title)
    shared = {"series": series, "words": language, "about": about, **MARKDOWN}
    sections = [_section(series, collage, language) for collage in collages]
    reading = _reading_month(series, roundup)
    context = shared | {
        "roundup": roundup,
        "month": reading,
        "intro": about
        + language.gap
        + language.holds.format(month=reading, hashtag=series.hashtag),
        "description": _description(roundup, collages),
        "url": _entry(series, roundup).url,
        "folder": link(series, roundup.slug),
        "sections": sections,
        "previous": previous and _entry(series, previous),
        "following": following and _entry(series, following),
    }
    months = sorted({one.title_month: one for one in (*everything, roundup)}.items(), reverse=True)
    listed = shared | {"entries": [_entry(series, one) for _, one in months]}
    env = templates.environment(own_templates)
    return {
        **{f"{roundup.slug}/{s.file}": pictures[s.picture.sha256] for s in sections if s.picture},
        f"{roundup.slug}/article.md": _text(env, ARTICLE, context),
        slug_path(roundup): _text(env, PAGE, context),
        "index.html": _text(env, INDEX, listed),
    }


def _text(env: "Environment", template: str, context: Mapping[str, object]) -> bytes:
    return f"{templates.render(env, template, context).rstrip()}\n".encode()


def _reading_month(series: config.Series, roundup: Roundup) -> str:
    from babel.dates import format_skeleton  # heavy: its locale data is read on first use

    first = month.parse(month.reading_month(series.roundup, roundup.title_month))
    return str(format_skeleton("yMMMM", first, locale=series.language))


def _description(roundup: Roundup, collages: Sequence[Collage]) -> str:
    text = " ".join(
        (roundup.subtitle or " · ".join(collage.paper.title for collage in collages)).split()
    )
    return text if len(text) <= DESCRIPTION else f"{text[: DESCRIPTION - 1].rstrip()}…"


def _entry(series: config.Series, roundup: Roundup) -> Entry:
    """A roundup as the pages link to it.

    Relative paths name their file, so that they also work in a folder opened without a server.
    """
    ours = link(series, roundup.slug)
    is_ours = not roundup.published_elsewhere and roundup.link in ("", ours)
    url = ours if is_ours else _web(roundup.link)
    return Entry(
        title=roundup.title,
        subtitle=roundup.subtitle,
        year=roundup.title_month[:4],
        url=url,
        path=slug_path(roundup) if is_ours else "",
        host="" if is_ours else re.sub(r"^https?://(www\.)?|[/?#].*", "", url),
    )


def _section(series: config.Series, collage: Collage, language: Words) -> Section:
    paper = collage.paper
    links = tuple(
        Labelled(language.label(one.kind), EMOJI[one.kind], url)
        for one in paper.links
        if (url := _web(one.url))
    )
    printed = (
        series.numbering.shown(collage.number)
        if collage.number is not None
        else collage.printed_number
    )
    return Section(
        name=collage.name,
        title=f"{language.quotes[0]}{paper.title}{language.quotes[1]}",
        citation=paper.citation,
        links=links,
        paper=next((one for one in links if one.emoji == EMOJI[LinkKind.PAPER]), None),
        picture=collage.picture,
        file=_file(collage),
        alt=" ".join(collage.alt.split()),
        number=printed,
        caption=_PRINTED.sub("", collage.caption, count=1).strip() or language.figures,
        paragraph=collage.paragraph.strip(),
        html=paragraph_html(collage.paragraph),
    )


def _file(collage: Collage) -> str:
    if collage.picture is None:
        return ""
    if collage.picture.mime not in EXTENSIONS:
        raise BadInput(
            f"The picture of {collage.name} is {shown(collage.picture.mime)}, "
            "which no page can show; give it one that is PNG, JPEG, GIF or WebP."
        )
    return f"{collage.name}.{EXTENSIONS[collage.picture.mime]}"


def _web(url: str) -> str:
    """The address if it is an http or https one, else "": no other scheme becomes a link."""
    return url if re.fullmatch(r"https?://[^\s<>\"\x00-\x1f]+", url) else ""


def paragraph_html(paragraph: str) -> str:
    """A paragraph as HTML with nothing but words, lists, code, formulas and links in it."""
    import nh3  # heavy: 3 ms, and of no use where no page is made

    return nh3.clean(
        markdown.html(paragraph),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="noopener",
    ).strip()


# Marks anywhere, underscores outside words, entities, what ends a heading, what starts a block.
_SIGNS = re.compile(
    r"[\\`*\[\]<>~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|#+$|^(?:[#+=-]|\d+(?=[.)]))"
)


def _escaped(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    line = " ".join(text.split())
    return _SIGNS.sub(lambda sign: f"{sign[0]}\\" if sign[0].isdigit() else f"\\{sign[0]}", line)


MARKDOWN = {"md": _escaped, "within": markdown.contained, "target": markdown.target}
"""What templates write Markdown with: `md` plain text, `within` a paragraph's own Markdown,
`target` an address.
"""
