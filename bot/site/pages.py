"""Builds the pages of one roundup: its own, one for each collage, its article, its pictures."""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bot import config
from bot.composing import covers, values
from bot.composing.rendering import Renderer
from bot.core import cards, month, reading, settings
from bot.core.collage import Collage, Picture
from bot.core.month import Roundup
from bot.core.network import NARROWEST_ALT
from bot.core.paper import Paper
from bot.core.text import markdown
from bot.site import heads, lists, sections
from bot.site.entries import Entry, canonical, context_of, entry, month_named, text
from bot.site.entries import link as link
from bot.site.entries import slug_path as slug_path
from bot.site.sections import TAGS as TAGS
from bot.site.sections import Posted, Shown, host, page_file, web
from bot.site.sections import paragraph_html as paragraph_html

PAGE = "roundup/page.html"
COLLAGE = "roundup/collage.html"
ARTICLE = "roundup/article.md"
STYLE = "roundup/style.css"
COVER = "roundup_cover.png"
CARD = "roundup_card.png"
"""The files of a roundup's cover and card, beside its page; no collage's NAME has an underscore."""

CARD_ALT = 420
"""Characters of `twitter:image:alt`, by X's documentation of cards."""

SIZES = "(min-width: 41rem) 38rem, calc(100vw - 2.5rem)"
"""How wide a picture is shown, as style.css has it."""


class Beside(NamedTuple):
    """A collage's page as others link to it; `path` is relative to the series' folder."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A roundup with all that its files are built from.

    `pictures` are the pictures' bytes by SHA-256, and `smaller` those of lesser width of each, by
    its SHA-256, the narrowest first. `previous` and `following` are the roundups before and after
    it; `listed` are those that have a link, with or without this one. `cover` and `card`, what a
    link to the page is shown with, are PNGs; `cover_smaller` is the cover in lesser widths.
    `posts` are those of each collage, by its id. `before` and `after` are the collages' pages
    beside the first and the last one. `with_pages` are the months of roundups that were published
    elsewhere and have a page here, too.
    """

    roundup: Roundup
    collages: Sequence[Collage]
    pictures: Mapping[str, bytes]
    previous: Roundup | None = None
    following: Roundup | None = None
    listed: Sequence[Roundup] = ()
    cover: bytes | None = None
    card: bytes | None = None
    smaller: Mapping[str, Sequence[Picture]] = field(default_factory=dict)
    cover_smaller: Sequence[Picture] = ()
    posts: Mapping[int, Sequence[Posted]] = field(default_factory=dict)
    before: Beside | None = None
    after: Beside | None = None
    with_pages: frozenset[str] = frozenset()

    @property
    def drawn(self) -> dict[str, bytes]:
        """The cover and the card by the names of their files."""
        found = {COVER: self.cover, CARD: self.card}
        return {name: data for name, data in found.items() if data is not None}

    @property
    def titles(self) -> list[str]:
        """The papers' titles as people read them."""
        return [markdown.line(collage.paper.title) for collage in self.collages]


def collage_path(roundup: Roundup, name: str) -> str:
    """The path of a collage's page in the series' folder."""
    return f"{roundup.slug}/{page_file(name)}"


def texts(
    series: config.Series, edition: Edition, page: values.Table, renderer: Renderer
) -> dict[str, bytes]:
    """The roundup's page, its article and the collages' pages, by path; `page` are its variables.

    Raises what `Renderer.render` raises.
    """
    files = {
        f"{edition.roundup.slug}/article.md": text(renderer, ARTICLE, page),
        slug_path(edition.roundup): text(renderer, PAGE, page),
    }
    for place in range(len(edition.collages)):
        context = collage_context(series, edition, page, place)
        path = f"{edition.roundup.slug}/{context['section']['page']}"
        files[path] = text(renderer, COLLAGE, context)
    return files


def style(renderer: Renderer) -> dict[str, bytes]:
    """The style sheet of all pages, by path; one of the maintainers may be empty."""
    return {"style.css": f"{renderer.render(STYLE, {}).rstrip()}\n".encode()}


def pictures(edition: Edition) -> dict[str, str]:
    """The SHA-256 of the picture in each file of the roundup, but for its cover and card."""
    slug, found = edition.roundup.slug, dict[str, str]()
    for collage in edition.collages:
        if collage.picture is None:
            continue
        found[f"{slug}/{sections.file(collage)}"] = collage.picture.sha256
        for each in edition.smaller.get(collage.picture.sha256, ()):
            found[f"{slug}/{sections.smaller_file(collage.name, each)}"] = each.sha256
    for each in edition.cover_smaller:
        found[f"{slug}/{sections.smaller_file(_stem(COVER), each)}"] = each.sha256
    return found


def drawn(edition: Edition) -> dict[str, bytes]:
    """The files of the roundup's cover and card, by path."""
    return {f"{edition.roundup.slug}/{name}": data for name, data in edition.drawn.items()}


def roundup_context(series: config.Series, edition: Edition) -> values.Table:
    """The variables of the page and of the article; docs/templates.md lists them."""
    roundup, language = edition.roundup, series.words
    shared = context_of(series)
    reading_month = _reading_month(series, roundup)
    holds = language.holds.format(month=reading_month, hashtag=series.hashtag)
    collages = Shown(series, edition.posts, edition.smaller)
    tables = [collages.table(each) for each in edition.collages]
    own = entry(series, roundup, edition.titles, with_pages=edition.with_pages)
    pictured = covers.with_picture(edition.collages)
    papers = [reading.paper(collage.paper) for collage in pictured]
    context = shared | {
        "root": "../",
        "roundup": values.roundup(roundup, series.zone) | {"subtitle": own.subtitle},
        "kind": "page",
        "month": reading_month,
        "intro": shared["about"] + language.gap + holds,
        "closing": language.closing.format(month=reading_month, hashtag=series.hashtag),
        "cover": _cover(series, edition, papers),
        "image": _drawn(series, edition, papers, CARD) or _first_picture(tables),
        "description": cards.description(roundup, edition.collages),
        "url": canonical(series, roundup),
        "folder": link(series, roundup.slug),
        "notes": _notes(series, roundup),
        "sizes": SIZES,
        "sections": tables,
    }
    context |= {
        "previous": _previous(series, edition),
        "following": _following(series, edition),
    }
    return context | {"head": heads.of_roundup(series, context, roundup)}


def collage_context(
    series: config.Series, edition: Edition, page: values.Table, place: int
) -> values.Table:
    """The variables of the page of one collage, from those of its roundup's page."""
    section = page["sections"][place]
    before, after = edition.before, edition.after
    if place > 0:
        before = _beside(edition, page["sections"][place - 1])
    if place + 1 < len(page["sections"]):
        after = _beside(edition, page["sections"][place + 1])
    kept = ("series", "words", "about", "feeds", "root", "roundup", "month", "sizes", "folder")
    context = {name: page[name] for name in kept} | {
        "section": section,
        "before": before and before._asdict(),
        "after": after and after._asdict(),
    }
    return context | {"head": heads.of_collage(series, context, edition.roundup)}


def _beside(edition: Edition, section: values.Table) -> Beside:
    return Beside(section["title"], f"{edition.roundup.slug}/{section['page']}")


def _notes(series: config.Series, roundup: Roundup) -> list[values.Table]:
    """Where else the roundup can be read, and when it was corrected, as sentences with a link."""
    phrases, notes = series.words, []
    if roundup.published_elsewhere and (url := web(roundup.link)):
        notes.append({"text": phrases.original.format(host=host(url)), "url": url})
    if url := web(roundup.also_at):
        notes.append({"text": phrases.also.format(host=host(url)), "url": url})
    if roundup.updated_at:
        from babel.dates import format_date  # heavy: see `_reading_month`

        day = roundup.updated_at.astimezone(series.zone).date()
        shown = format_date(day, "long", locale=settings.babel_name(series.language))
        notes.append({"text": phrases.updated.format(date=shown), "url": ""})
    return notes


def _cover(series: config.Series, edition: Edition, papers: Sequence[Paper]) -> values.Table | None:
    """The cover as the page names it; None where there is none."""
    table = _drawn(series, edition, papers, COVER)
    if table is None or edition.cover is None:
        return table
    sha256 = hashlib.sha256(edition.cover).hexdigest()
    whole = Picture(sha256, "image/png", table["width"], table["height"], 0, COVER)
    named = sections.srcset(_stem(COVER), whole, {sha256: edition.cover_smaller})
    return table | {"srcset": named}


def _stem(file: str) -> str:
    return file.rpartition(".")[0]


def _drawn(
    series: config.Series, edition: Edition, papers: Sequence[Paper], name: str
) -> values.Table | None:
    """The cover or the card as the page names it; None where there is none."""
    data = edition.drawn.get(name)
    if data is None:
        return None
    most = CARD_ALT if name == CARD else NARROWEST_ALT
    width, height = struct.unpack_from(">II", data, 16)
    return {
        "file": name,
        "mime": "image/png",
        "width": width,
        "height": height,
        "alt": covers.alt_text(series, edition.roundup, papers, most),
    }


def _first_picture(tables: Sequence[values.Table]) -> values.Table | None:
    """The first collage's picture, for what previews a link to the page; None without any."""
    return next(filter(None, map(picture_of, tables)), None)


def picture_of(section: values.Table) -> values.Table | None:
    """A section's picture, for what previews a link to its page; None without one."""
    picture = section["picture"]
    if not picture:
        return None
    facts = {name: picture[name] for name in ("mime", "width", "height")}
    return {"file": section["file"], "alt": section["alt"], **facts}


def _reading_month(series: config.Series, roundup: Roundup) -> str:
    """The month the papers were read in, as the series' language writes it: "August 2021"."""
    return month_named(month.reading_month(series.roundup, roundup.title_month), series.language)


def _neighbour(series: config.Series, edition: Edition, roundup: Roundup) -> Entry:
    return entry(series, roundup, with_pages=edition.with_pages)


def _previous(series: config.Series, edition: Edition) -> values.Table | None:
    """The roundup before: its page here, or where the imported article says that it is."""
    if edition.previous:
        return _neighbour(series, edition, edition.previous)._asdict()
    url = web(edition.roundup.previous_link)
    if not url:
        return None
    return Entry(host(url), "", "", url, "", host(url))._asdict()


def _following(series: config.Series, edition: Edition) -> values.Table | None:
    if edition.following is None:
        return None
    return _neighbour(series, edition, edition.following)._asdict()


def build(series: config.Series, edition: Edition, templates_folder: Path) -> dict[str, bytes]:
    """Return the contents of every file of the roundup and of the series' lists, by path.

    The lists name the roundups that the edition lists, and this one. The same arguments give the
    same bytes. `templates_folder` holds the maintainer's templates, which go before the program's.
    Raises `BadInput` for a picture that no page can show, and what `texts` raises.
    """
    renderer = Renderer(templates_folder)
    mine = shelf(series, edition)
    shown = {path: edition.pictures[sha256] for path, sha256 in pictures(edition).items()}
    by_month = {each.title_month: each for each in edition.listed}
    by_month[edition.roundup.title_month] = edition.roundup
    listed = [
        entry(series, by_month[each], with_pages=edition.with_pages) for each in sorted(by_month)
    ]
    listed = [mine.entry if each.path == mine.entry.path else each for each in reversed(listed)]
    return (
        shown
        | drawn(edition)
        | texts(series, edition, mine.page, renderer)
        | lists.texts(series, listed, mine, {mine.entry.year: [mine]}, renderer)
        | style(renderer)
    )


def shelf(series: config.Series, edition: Edition) -> lists.Shelf:
    """The roundup as the front page and the year's list show it."""
    page = roundup_context(series, edition)
    own = entry(series, edition.roundup, edition.titles, with_pages=edition.with_pages)
    return lists.Shelf(own, edition.roundup, page)
