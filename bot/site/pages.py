"""Builds a roundup's files: page, article in Markdown, pictures, and the list of roundups."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nh3

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
    """A roundup as other pages link to it.

    `path` is relative to the series' folder and empty for a roundup published elsewhere, `host`
    names that other site and is empty for ours.
    """

    title: str
    subtitle: str
    year: str
    url: str
    path: str
    host: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A roundup with all that its files are built from.

    `pictures` are the pictures' bytes by SHA-256. `previous` and `following` are the roundups
    before and after it; `listed` are those that have a link, with or without this one.
    """

    roundup: Roundup
    collages: Sequence[Collage]
    pictures: Mapping[str, bytes]
    previous: Roundup | None = None
    following: Roundup | None = None
    listed: Sequence[Roundup] = ()


def slug_path(roundup: Roundup) -> str:
    """The path of the roundup's page in the series' folder."""
    return f"{roundup.slug}/index.html"


def link(series: config.Series, slug: str) -> str:
    """The address of the page with that slug, under the series' base URL; "" without one."""
    return _under(series.base_url, slug)


def _under(base_url: str, slug: str) -> str:
    if not base_url:
        return ""
    return f"{base_url}/{slug}/"


def build(series: config.Series, edition: Edition, templates_folder: Path) -> dict[str, bytes]:
    """Return the contents of every file of the roundup and of the series' list, by path.

    The same arguments give the same bytes. `templates_folder` holds the maintainer's templates,
    which go before the program's. Raises `BadInput` for a picture that no page can show, and what
    `templates.render` raises.
    """
    language = words.of(series.language)
    shared = {
        "series": series,
        "words": language,
        "about": language.about.format(series=series.title),
        **MARKDOWN,
    }
    sections = [_section(series, collage, language) for collage in edition.collages]
    context = shared | _roundup_values(series, edition, language) | {"sections": sections}
    env = templates.environment(templates_folder)
    slug = edition.roundup.slug
    files = {
        f"{slug}/{section.file}": edition.pictures[section.picture.sha256]
        for section in sections
        if section.picture
    }
    return files | {
        f"{slug}/article.md": _text(env, ARTICLE, context),
        slug_path(edition.roundup): _text(env, PAGE, context),
        "index.html": _text(env, INDEX, shared | {"entries": _entries(series, edition)}),
    }


def _roundup_values(series: config.Series, edition: Edition, language: Words) -> dict[str, object]:
    """What the templates of page and article are given about the roundup as a whole."""
    roundup = edition.roundup
    reading = _reading_month(series, roundup)
    about = language.about.format(series=series.title)
    holds = language.holds.format(month=reading, hashtag=series.hashtag)
    return {
        "roundup": roundup,
        "month": reading,
        "intro": about + language.gap + holds,
        "description": _description(roundup, edition.collages),
        "url": _entry(series, roundup).url,
        "folder": link(series, roundup.slug),
        "previous": edition.previous and _entry(series, edition.previous),
        "following": edition.following and _entry(series, edition.following),
    }


def _entries(series: config.Series, edition: Edition) -> list[Entry]:
    """The series' list of roundups, newest first, with this one as it is now."""
    by_month = {roundup.title_month: roundup for roundup in edition.listed}
    by_month[edition.roundup.title_month] = edition.roundup
    return [_entry(series, by_month[title_month]) for title_month in sorted(by_month, reverse=True)]


def _text(env: "Environment", template: str, context: Mapping[str, object]) -> bytes:
    return f"{templates.render(env, template, context).rstrip()}\n".encode()


def _reading_month(series: config.Series, roundup: Roundup) -> str:
    """The month the papers were read in, as the series' language writes it: "August 2021"."""
    from babel.dates import format_skeleton  # heavy: its locale data is read on first use

    first = month.parse(month.reading_month(series.roundup, roundup.title_month))
    return str(format_skeleton("yMMMM", first, locale=series.language))


def _description(roundup: Roundup, collages: Sequence[Collage]) -> str:
    """The subtitle, or the papers' titles where there is none, on one line and cut to fit."""
    titles = " · ".join(collage.paper.title for collage in collages)
    text = " ".join((roundup.subtitle or titles).split())
    if len(text) <= DESCRIPTION:
        return text
    return f"{text[: DESCRIPTION - 1].rstrip()}…"


def _entry(series: config.Series, roundup: Roundup) -> Entry:
    """A roundup as the pages link to it.

    Relative paths name their file, so that they also work in a folder opened without a server.
    """
    url, path, host = link(series, roundup.slug), slug_path(roundup), ""
    # One that was made before the address counted as an example still has its link.
    own = {"", url, _under(series.example, roundup.slug)}
    if roundup.published_elsewhere or roundup.link not in own:
        url, path = _web(roundup.link), ""
        host = re.sub(r"^https?://(www\.)?|[/?#].*", "", url)
    return Entry(
        title=roundup.title,
        subtitle=roundup.subtitle,
        year=roundup.title_month[:4],
        url=url,
        path=path,
        host=host,
    )


def _section(series: config.Series, collage: Collage, language: Words) -> Section:
    paper = collage.paper
    links = tuple(
        Labelled(language.label(link.kind), EMOJI[link.kind], link.url)
        for link in paper.links
        if _web(link.url)
    )
    to_paper = (link for link in links if link.emoji == EMOJI[LinkKind.PAPER])
    # An imported collage has no number of the series', only the one its article printed.
    number = collage.printed_number
    if collage.number is not None:
        number = series.numbering.shown(collage.number)
    return Section(
        name=collage.name,
        title=f"{language.quotes[0]}{paper.title}{language.quotes[1]}",
        citation=paper.citation,
        links=links,
        paper=next(to_paper, None),
        picture=collage.picture,
        file=_file(collage),
        alt=" ".join(collage.alt.split()),
        number=number,
        caption=_PRINTED.sub("", collage.caption, count=1).strip() or language.figures,
        paragraph=collage.paragraph.strip(),
        html=paragraph_html(collage.paragraph),
    )


def _file(collage: Collage) -> str:
    """The name of the picture's file; raises `BadInput` for a type that browsers do not show."""
    if collage.picture is None:
        return ""
    if collage.picture.mime not in EXTENSIONS:
        raise BadInput(
            f"The picture of {collage.name} is {shown(collage.picture.mime)}, "
            "which no page can show; give it one that is PNG, JPEG, GIF or WebP."
        )
    return f"{collage.name}.{EXTENSIONS[collage.picture.mime]}"


def _web(url: str) -> str:
    """Return the address if it is an http or https one, else "".

    No other scheme becomes a link: `javascript:` would run in the reader's browser.
    """
    if re.fullmatch(r"https?://[^\s<>\"\x00-\x1f]+", url):
        return url
    return ""


def paragraph_html(paragraph: str) -> str:
    """A paragraph as HTML with nothing but words, lists, code, formulas and links in it."""
    return nh3.clean(
        markdown.html(paragraph),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="noopener",
    ).strip()


# What CommonMark reads as markup: marks anywhere, underscores outside words, entities, number signs
# that close a heading, and what starts a block.
_MARKUP = re.compile(
    r"[\\`*\[\]<>~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|#+$|^(?:[#+=-]|\d+(?=[.)]))"
)


def _escaped(text: str) -> str:
    """Return the text on one line, escaped so that Markdown shows it as it is."""
    return _MARKUP.sub(_escape, " ".join(text.split()))


def _escape(mark: re.Match[str]) -> str:
    if mark[0].isdigit():
        # "1." starts a list. Only punctuation can be escaped, so the dot after the number is.
        return f"{mark[0]}\\"
    return f"\\{mark[0]}"


MARKDOWN = {"md": _escaped, "within": markdown.contained, "target": markdown.target}
"""The filters of the article's template.

`md` escapes plain text, `within` keeps a paragraph's Markdown inside its section, and `target`
escapes an address.
"""
