"""The whole site of a series as units that are each written anew only when they would differ."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Protocol

from bot import config
from bot.composing import templates
from bot.composing.rendering import Renderer
from bot.core import identifiers
from bot.core.month import Roundup, after, key, parse
from bot.core.text import markdown
from bot.site import entries, feeds, lists, pages
from bot.site.lists import Shelf
from bot.site.pages import Beside, Edition

AS_WRITTEN = 1
"""Grows when the program makes other files of the same data and templates."""

STYLE, FRONT, ARCHIVE, FEEDS, SITEMAP = "style", "front", "archive", "feeds", "sitemap"
YEAR = "year"

NAMES = {
    STYLE: "The style sheet",
    FRONT: "The front page",
    ARCHIVE: "The archive",
    FEEDS: "The feeds",
    SITEMAP: "The sitemap",
}
"""What people call the parts of a site that are there once."""

Content = bytes | str
"""A file's bytes; or, of a picture, the SHA-256 by which they are found."""


def spoken(unit: str) -> str:
    """What people call the unit of that name."""
    kind, _, which = unit.partition(":")
    if kind == YEAR:
        return f"The page of {which}"
    return NAMES.get(unit, f"The roundup {which}")


class Held(NamedTuple):
    """A roundup that has a page here.

    `collages` are the NAME and the title of each, `made_of` is the same exactly where all that its
    pages show of them is, with its posts and its cover.
    """

    roundup: Roundup
    collages: Sequence[tuple[str, str]]
    made_of: str


class Unit(NamedTuple):
    """Files that are made together, from what has this key; `month` is that of a roundup's."""

    name: str
    key: str
    month: str = ""


class Load(Protocol):
    """Reads editions by the roundups' ids: their collages, pictures, posts, nothing beside them.

    `looks` says what covers and cards are made with.
    """

    @property
    def looks(self) -> str: ...

    def __call__(self, roundups: Sequence[Roundup], /) -> Mapping[int, Edition]: ...


class Plan:
    """What the site of a series consists of; the same arguments give the same files.

    `held` are the roundups with a page here, `elsewhere` those that have none and a link. `load`
    is asked for editions only where a unit is made that needs them.
    """

    def __init__(
        self,
        series: config.Series,
        held: Sequence[Held],
        elsewhere: Sequence[Roundup],
        templates_folder: Path,
        load: Load,
    ) -> None:
        self._series = series
        self._held = sorted(held, key=lambda each: each.roundup.title_month)
        self._elsewhere = elsewhere
        self._templates = templates_folder
        self._load = load
        self._loaded: dict[int, Edition] = {}
        self._shelves: dict[int, Shelf] = {}
        self._made_entries: dict[int, entries.Entry] = {}

    def units(self) -> list[Unit]:
        """All units, those of roundups first, oldest first."""
        own = [self._unit_of(place) for place in range(len(self._held))]
        listed = repr(self._entries)
        years = [self._unit_of_year(year) for year in self._years]
        newest = [each.made_of for each in self._held[-feeds.MOST :]]
        lately = repr([self._facts(each) for each in self._held[-feeds.MOST :]])
        return [
            *own,
            *years,
            self._unit(STYLE),
            self._unit(SITEMAP, repr(self._places)),
            self._unit(FEEDS, lately, *newest),
            self._unit(ARCHIVE, listed),
            self._unit(FRONT, listed, *newest[-1:]),
        ]

    def edition(self, roundup: Roundup) -> Edition:
        """A roundup with what is beside it."""
        self._loaded.update(self._load([roundup]))
        return self._edition(self._place[roundup.title_month])

    def prepare(self, units: Sequence[Unit]) -> None:
        """Load what these units need, in one go; what was loaded for others is forgotten."""
        self._loaded.clear()
        wanted = {each.roundup.id: each.roundup for unit in units for each in self._needed(unit)}
        own = {unit.month for unit in units}
        missing = [
            each
            for each in wanted.values()
            if each.title_month in own or each.id not in self._shelves
        ]
        self._loaded.update(self._load(missing))

    def files(self, unit: Unit) -> dict[str, Content]:
        """A unit's files by path, once it was prepared.

        Raises `BadInput` for what cannot be shown, and what `Renderer.render` raises.
        """
        if unit.month:
            return self._edition_files(unit.month)
        renderer, listed = self._renderer.for_another(), self._entries
        if unit.name == STYLE:
            return dict(pages.style(renderer))
        if unit.name == ARCHIVE:
            context = lists.archive_context(self._series, listed)
            return {lists.ARCHIVE_PATH: entries.text(renderer, lists.ARCHIVE, context)}
        if unit.name == FRONT:
            newest = self._shelf(self._held[-1]) if self._held else None
            context = lists.front_context(self._series, listed, newest)
            return {lists.FRONT_PATH: entries.text(renderer, lists.FRONT, context)}
        if unit.name == FEEDS:
            return dict(self._feeds(renderer))
        if unit.name == SITEMAP:
            places = self._places
            return {feeds.SITEMAP: feeds.sitemap(places)} if self._series.base_url else {}
        return self._year_files(unit.name.partition(":")[2], renderer)

    # Roundups.

    def _edition_files(self, title_month: str) -> dict[str, Content]:
        edition = self._edition(self._place[title_month])
        shelf = pages.shelf(self._series, edition)
        self._shelves[edition.roundup.id] = shelf
        files: dict[str, Content] = dict(pages.pictures(edition))
        files |= pages.drawn(edition)
        renderer = self._renderer.for_another()
        return files | pages.texts(self._series, edition, shelf.page, renderer)

    def _edition(self, place: int) -> Edition:
        """An edition with what is beside it."""
        held = self._held[place]
        before, following = self._before(place), self._after(place)
        return replace(
            self._loaded[held.roundup.id],
            previous=before and before.roundup,
            following=following and following.roundup,
            before=before and self._beside(before, -1),
            after=following and self._beside(following, 0),
            with_pages=self._with_pages,
        )

    def _unit_of(self, place: int) -> Unit:
        held = self._held[place]
        beside = []
        for other, which in ((self._before(place), -1), (self._after(place), 0)):
            if other:
                beside += [self._entry(other.roundup), self._beside(other, which)]
        made_of = (self._facts(held), held.made_of, repr(beside))
        name = held.roundup.title_month
        return self._unit(f"roundup:{name}", *made_of)._replace(month=name)

    def _beside(self, held: Held, which: int) -> Beside | None:
        """The first or last collage of a roundup as a collage beside it links to it."""
        if not held.collages:
            return None
        name, title = held.collages[which]
        quotes = self._series.words.quotes
        shown = f"{quotes[0]}{markdown.line(title)}{quotes[1]}"
        return Beside(shown, pages.collage_path(held.roundup, name))

    def _before(self, place: int) -> Held | None:
        """The roundup before, unless an imported article names another one as that.

        Articles are imported in any order and number: the next older one here need not be the one
        before it.
        """
        if place == 0:
            return None
        roundup, older = self._held[place].roundup, self._held[place - 1]
        if not roundup.previous_link or _is_next_month(older.roundup, roundup):
            return older
        link = older.roundup.link
        is_same = bool(link) and identifiers.is_same_page(link, roundup.previous_link)
        return older if is_same else None

    def _after(self, place: int) -> Held | None:
        """The roundup after, where this one is the one before it."""
        if place + 1 < len(self._held) and self._before(place + 1):
            return self._held[place + 1]
        return None

    # Lists.

    def _year_files(self, year: str, renderer: Renderer) -> dict[str, Content]:
        shelves = [self._shelf(each) for each in self._of_year[year]]
        context = lists.year_context(self._series, year, shelves, self._years)
        return {lists.year_path(year): entries.text(renderer, lists.YEAR, context)}

    def _unit_of_year(self, year: str) -> Unit:
        at = self._years.index(year)
        made_of = [self._facts(each) + each.made_of for each in self._of_year[year]]
        return self._unit(f"{YEAR}:{year}", repr(self._years[max(0, at - 1) : at + 2]), *made_of)

    def _feeds(self, renderer: Renderer) -> dict[str, bytes]:
        if not self._series.base_url:
            return {}
        newest = [self._shelf(each) for each in reversed(self._held[-feeds.MOST :])]
        return feeds.texts(self._series, feeds.items(newest, renderer))

    def _shelf(self, held: Held) -> Shelf:
        roundup_id = held.roundup.id
        if roundup_id not in self._shelves:
            edition = self._edition(self._place[held.roundup.title_month])
            self._shelves[roundup_id] = pages.shelf(self._series, edition)
        return self._shelves[roundup_id]

    def _needed(self, unit: Unit) -> Sequence[Held]:
        """The roundups whose collages a unit shows."""
        if unit.month:
            return [self._held[self._place[unit.month]]]
        if unit.name == FEEDS and self._series.base_url:
            return self._held[-feeds.MOST :]
        if unit.name == FRONT:
            return self._held[-1:]
        if unit.name.startswith(f"{YEAR}:"):
            return self._of_year[unit.name.partition(":")[2]]
        return []

    @cached_property
    def _of_year(self) -> dict[str, list[Held]]:
        """The roundups with a page here by the year of their titles."""
        by_year = groupby(self._held, lambda each: each.roundup.title_month[:4])
        return {year: list(held) for year, held in by_year}

    @cached_property
    def _years(self) -> list[str]:
        return lists.years_of(self._entries)

    @cached_property
    def _entries(self) -> list[entries.Entry]:
        """All roundups, newest first."""
        found = [(each.roundup.title_month, self._entry(each.roundup)) for each in self._held]
        found += [(each.title_month, self._entry(each)) for each in self._elsewhere]
        return [entry for _, entry in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def _entry(self, roundup: Roundup) -> entries.Entry:
        if roundup.id not in self._made_entries:
            titles = [markdown.line(title) for _, title in self._titles.get(roundup.id, ())]
            made = entries.entry(self._series, roundup, titles, with_pages=self._with_pages)
            self._made_entries[roundup.id] = made
        return self._made_entries[roundup.id]

    @cached_property
    def _places(self) -> list[feeds.Place]:
        """The pages for the sitemap, but for those whose home is elsewhere."""
        base = self._series.base_url
        if not base:
            return []
        years = [f"{year}/" for year in self._years]
        found = [feeds.Place(f"{base}/{path}") for path in ("", "archive/", *years)]
        for held in self._held:
            roundup, when = held.roundup, feeds.updated_at(held.roundup)
            own = entries.link(self._series, roundup.slug)
            if entries.canonical(self._series, roundup) == own:
                found.append(feeds.Place(own, when))
            for name, _ in held.collages:
                found.append(feeds.Place(f"{base}/{pages.collage_path(roundup, name)}", when))
        return found

    @cached_property
    def _titles(self) -> dict[int, Sequence[tuple[str, str]]]:
        return {each.roundup.id: each.collages for each in self._held}

    @cached_property
    def _place(self) -> dict[str, int]:
        return {each.roundup.title_month: place for place, each in enumerate(self._held)}

    @cached_property
    def _with_pages(self) -> frozenset[str]:
        return frozenset(
            each.roundup.title_month for each in self._held if each.roundup.published_elsewhere
        )

    @cached_property
    def _renderer(self) -> Renderer:
        return Renderer(self._templates)

    # Keys.

    def _unit(self, name: str, *made_of: str) -> Unit:
        hashed = hashlib.sha256(self._base)
        for each in made_of:
            hashed.update(each.encode("utf-8", "surrogatepass") + b"\0")
        return Unit(name, hashed.hexdigest())

    def _facts(self, held: Held) -> str:
        """What of a roundup itself its pages show."""
        its = held.roundup
        shown = (its.title, its.subtitle, its.slug, its.due_at, its.updated_at)
        return repr((*shown, its.also_at, its.previous_link, self._entry(its)))

    @cached_property
    def _base(self) -> bytes:
        """What all units are made of: the program, the series, the templates."""
        hashed = hashlib.sha256(repr((AS_WRITTEN, self._load.looks, self._series)).encode())
        for name in templates.names():
            if not name.startswith("roundup/"):
                continue
            file = templates.used(self._templates, (), name) or templates.shipped() / name
            hashed.update(name.encode() + b"\0" + file.read_bytes())
        return hashed.digest()


def _is_next_month(one: Roundup, other: Roundup) -> bool:
    return key(after(parse(one.title_month))) == other.title_month
