"""Builds a roundup's files: page, article in Markdown, pictures, and the list of roundups."""

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import nh3

from bot import config
from bot.composing import covers, values
from bot.composing.rendering import Renderer
from bot.core import cards, month, reading, settings
from bot.core.collage import LENGTHS, Collage, Picture, shown, without_control
from bot.core.errors import BadInput
from bot.core.month import Roundup
from bot.core.network import EXTENSIONS
from bot.core.paper import LinkKind
from bot.core.text import markdown, mathml
from bot.core.words import EMOJI, Words

PAGE = "roundup/page.html"
ARTICLE = "roundup/article.md"
INDEX = "roundup/index.html"
COVER = "roundup_cover.png"
CARD = "roundup_card.png"
"""The files of a roundup's cover and card, beside its page; no collage's NAME has an underscore."""

CARD_ALT = 420
"""Characters of `twitter:image:alt`, by X's documentation of cards."""
TAGS = mathml.TAGS | (
    {"p", "br", "pre", "ul", "ol", "li", "blockquote"}
    | {"a", "em", "strong", "del", "sub", "sup", "code"}
)
"""What a paragraph may become."""
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, **mathml.ATTRIBUTES}
"""And the attributes it may have there."""
_PRINTED = re.compile(r"^[^\[\]|]{0,80}\[\s?\d{1,4}\s?(?:/\s?\d{1,4}\s?)?\]\s*(?:[:：]|$)")
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

    `title` has its quotation marks; `paragraph` is Markdown, `html` the same, cleaned. Templates
    get it as a table.
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
    before and after it; `listed` are those that have a link, with or without this one. `cover` and
    `card`, what a link to the page is shown with, are PNGs.
    """

    roundup: Roundup
    collages: Sequence[Collage]
    pictures: Mapping[str, bytes]
    previous: Roundup | None = None
    following: Roundup | None = None
    listed: Sequence[Roundup] = ()
    cover: bytes | None = None
    card: bytes | None = None

    @property
    def drawn(self) -> dict[str, bytes]:
        """The cover and the card by the names of their files."""
        found = {COVER: self.cover, CARD: self.card}
        return {name: data for name, data in found.items() if data is not None}


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
    `Renderer.render` raises.
    """
    slug = edition.roundup.slug
    pictures = {
        f"{slug}/{_file(collage)}": edition.pictures[collage.picture.sha256]
        for collage in edition.collages
        if collage.picture
    }
    drawn = {f"{slug}/{name}": data for name, data in edition.drawn.items()}
    renderer = Renderer(templates_folder)
    page = roundup_context(series, edition)
    index = index_context(series, edition)
    return (
        pictures
        | drawn
        | {
            f"{slug}/article.md": _text(renderer, ARTICLE, page),
            slug_path(edition.roundup): _text(renderer, PAGE, page),
            "index.html": _text(renderer, INDEX, index),
        }
    )


def roundup_context(series: config.Series, edition: Edition) -> values.Table:
    """The variables of the page and of the article; docs/templates.md lists them."""
    roundup, language = edition.roundup, series.words
    shared = _context(series)
    reading = _reading_month(series, roundup)
    holds = language.holds.format(month=reading, hashtag=series.hashtag)
    sections = [_table(_section(series, each, language)) for each in edition.collages]
    return shared | {
        "roundup": values.roundup(roundup, series.zone),
        "kind": "page",
        "month": reading,
        "intro": shared["about"] + language.gap + holds,
        "cover": _drawn(series, edition, COVER),
        "image": _drawn(series, edition, CARD) or _first_picture(sections),
        "description": cards.description(roundup, edition.collages),
        "url": _entry(series, roundup).url,
        "folder": link(series, roundup.slug),
        "previous": edition.previous and asdict(_entry(series, edition.previous)),
        "following": edition.following and asdict(_entry(series, edition.following)),
        "sections": sections,
    }


def _drawn(series: config.Series, edition: Edition, name: str) -> values.Table | None:
    """The cover or the card as the page names it; None where there is none."""
    data = edition.drawn.get(name)
    if data is None:
        return None
    items = [reading.item(collage) for collage in edition.collages]
    most = CARD_ALT if name == CARD else LENGTHS["alt"]
    width, height = struct.unpack_from(">II", data, 16)
    return {
        "file": name,
        "mime": "image/png",
        "width": width,
        "height": height,
        "alt": covers.alt_text(series, edition.roundup, items, most),
    }


def _first_picture(sections: Sequence[values.Table]) -> values.Table | None:
    """The first collage's picture, for what previews a link to the page; None without any."""
    for section in sections:
        if picture := section["picture"]:
            facts = {name: picture[name] for name in ("mime", "width", "height")}
            return {"file": section["file"], "alt": section["alt"], **facts}
    return None


def index_context(series: config.Series, edition: Edition) -> values.Table:
    """The variables of the list of roundups; docs/templates.md lists them."""
    entries = [asdict(entry) for entry in _entries(series, edition)]
    return _context(series) | {"entries": entries}


def _context(series: config.Series) -> values.Table:
    return {
        "series": values.series(series),
        "words": values.phrases(series.words),
        "about": series.words.introduce(series.title),
    }


def _table(section: Section) -> values.Table:
    """A section as templates see it."""
    table = asdict(section)
    table["links"] = list(table["links"])
    if section.picture:
        table["picture"] = section.picture._asdict()
    return table


def _entries(series: config.Series, edition: Edition) -> list[Entry]:
    """The series' list of roundups, newest first, with this one as it is now."""
    by_month = {roundup.title_month: roundup for roundup in edition.listed}
    by_month[edition.roundup.title_month] = edition.roundup
    return [_entry(series, by_month[title_month]) for title_month in sorted(by_month, reverse=True)]


def _text(renderer: Renderer, template: str, context: Mapping[str, object]) -> bytes:
    return f"{renderer.render(template, context).rstrip()}\n".encode()


def _reading_month(series: config.Series, roundup: Roundup) -> str:
    """The month the papers were read in, as the series' language writes it: "August 2021"."""
    from babel.dates import format_skeleton  # heavy: its locale data is read on first use

    first = month.parse(month.reading_month(series.roundup, roundup.title_month))
    return str(format_skeleton("yMMMM", first, locale=settings.babel_name(series.language)))


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
        title=markdown.line(without_control(roundup.title)),
        subtitle=markdown.line(without_control(roundup.subtitle)),
        year=roundup.title_month[:4],
        url=url,
        path=path,
        host=host,
    )


def _section(series: config.Series, collage: Collage, language: Words) -> Section:
    collage = reading.item(collage)
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
        citation=language.cite(paper, affiliations=True),
        links=links,
        paper=next(to_paper, None),
        picture=collage.picture,
        file=_file(collage),
        alt=" ".join(collage.alt.split()),
        number=number,
        caption=_caption(series, collage),
        paragraph=collage.paragraph.strip(),
        html=paragraph_html(collage.paragraph),
    )


def _caption(series: config.Series, collage: Collage) -> str:
    """The caption without series and number, which the page sets before it.

    A picture without one is said to hold the authors' figures, but for a drawn slide without any.
    """
    if not collage.caption.strip():
        is_bare = collage.picture_is_drawn and not collage.slide.figures
        if collage.picture is None or is_bare:
            return ""
        return series.words.figures
    caption = _PRINTED.sub("", collage.caption, count=1).strip()
    behind = caption.removeprefix(series.title).lstrip()
    # An article of a series without numbers has its title alone there.
    if caption.startswith(series.title) and behind[:1] in ("", ":", "："):
        caption = behind[1:].strip()
    return caption


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
