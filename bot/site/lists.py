"""Builds the pages that list roundups: the front page, the archive, and one page a year."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from bot import config
from bot.composing import values
from bot.composing.rendering import Renderer
from bot.core.month import Roundup
from bot.site import heads
from bot.site.entries import Entry, context_of, month_named, text

FRONT = "roundup/index.html"
ARCHIVE = "roundup/archive.html"
YEAR = "roundup/year.html"

FRONT_PATH = "index.html"
ARCHIVE_PATH = "archive/index.html"

MOST_ON_FRONT = 7
"""Roundups on the front page, the newest one included."""


class Shelf(NamedTuple):
    """A roundup as the lists show it with its collages; `page` are its own page's variables."""

    entry: Entry
    roundup: Roundup
    page: values.Table


def year_path(year: str) -> str:
    """The path of the list of a year's collages in the series' folder."""
    return f"{year}/index.html"


def texts(
    series: config.Series,
    entries: Sequence[Entry],
    newest: Shelf | None,
    by_year: Mapping[str, Sequence[Shelf]],
    renderer: Renderer,
) -> dict[str, bytes]:
    """All lists by path; `entries` are newest first, the roundups of a year are in order."""
    years = years_of(entries)
    files = {
        year_path(year): text(renderer, YEAR, year_context(series, year, shelves, years))
        for year, shelves in by_year.items()
    }
    archive = archive_context(series, entries)
    front = front_context(series, entries, newest)
    return files | {
        ARCHIVE_PATH: text(renderer, ARCHIVE, archive),
        FRONT_PATH: text(renderer, FRONT, front),
    }


def years_of(entries: Iterable[Entry]) -> list[str]:
    """The years that have a page of their own, newest first."""
    return sorted({entry.year for entry in entries if entry.path}, reverse=True)


def front_context(
    series: config.Series, entries: Sequence[Entry], newest: Shelf | None
) -> values.Table:
    """The variables of the front page; docs/templates.md lists them."""
    linked = [entry for entry in entries if entry.path or entry.url]
    earlier = linked[:MOST_ON_FRONT]
    if newest:
        earlier = [entry for entry in earlier if entry != newest.entry][: MOST_ON_FRONT - 1]
    context = context_of(series) | {
        "root": "",
        "newest": newest and _newest(newest),
        "entries": [entry._asdict() for entry in earlier],
        "has_more": len(linked) > MOST_ON_FRONT,
        "years": years_of(entries),
    }
    return context | {"head": heads.of_front(series, context)}


def _newest(shelf: Shelf) -> values.Table:
    """The newest roundup with what the front page shows of it, its files with their folder."""
    slug, cover = shelf.roundup.slug, shelf.page["cover"]
    if cover:
        files = filter(None, cover["srcset"].split(", "))
        srcset = ", ".join(f"{slug}/{file}" for file in files)
        cover = cover | {"file": f"{slug}/{cover['file']}", "srcset": srcset}
    kept = {name: shelf.page[name] for name in ("month", "sizes", "sections")}
    return shelf.entry._asdict() | {"slug": slug, "cover": cover} | kept


def archive_context(series: config.Series, entries: Sequence[Entry]) -> values.Table:
    """The variables of the archive; docs/templates.md lists them."""
    linked = (entry for entry in entries if entry.path or entry.url)
    with_lists = years_of(entries)
    by_year = [
        {
            "year": year,
            "path": year_path(year) if year in with_lists else "",
            "entries": [entry._asdict() for entry in of_year],
        }
        for year, of_year in groupby(linked, lambda entry: entry.year)
    ]
    context = context_of(series) | {"root": "../", "by_year": by_year}
    return context | {"head": heads.of_archive(series, context)}


def year_context(
    series: config.Series, year: str, shelves: Sequence[Shelf], years: Sequence[str]
) -> values.Table:
    """The variables of a year's list; docs/templates.md lists them."""
    later = [other for other in years if other > year]
    before = [other for other in years if other < year]
    months = [
        shelf.entry._asdict()
        | {
            "slug": shelf.roundup.slug,
            "key": f"month-{shelf.roundup.title_month}",
            "month": month_named(shelf.roundup.title_month, series.language),
            "sections": shelf.page["sections"],
        }
        for shelf in shelves
    ]
    context = context_of(series) | {
        "root": "../",
        "year": year,
        "title": series.words.in_year.format(year=year),
        "months": months,
        "previous": max(before, default=""),
        "following": min(later, default=""),
    }
    return context | {"head": heads.of_year(series, context)}
