"""The settings of a series, `[series.NAME]` and the tables below it: read, checked, completed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot import files
from bot.core import approval, month, schedule, settings, words
from bot.core.calendar import Calendar
from bot.core.collage import shown
from bot.core.errors import BadConfig
from bot.core.numbering import Numbering
from bot.core.settings import Table, nearest, read, setting
from bot.core.slide import DEFAULT_FORMAT, FORMATS
from bot.core.words import Words

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class SlideLook:
    """`[series.NAME.slide]`: how its slides look.

    `logo_file` and `fonts_folder` are `logo` and `fonts` as absolute paths, None where they are
    left out.
    """

    theme: str = setting(settings.some_text, "paper")
    accent: str = setting(settings.colour, "")
    logo: str = setting(settings.text, "")
    fonts: str = setting(settings.text, "")
    format: str = setting(settings.one_of(*FORMATS), DEFAULT_FORMAT)

    logo_file: Path | None = None
    fonts_folder: Path | None = None


LOGO_SIZE = 5_000_000
"""Bytes a logo may have."""

LOGOS = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True, slots=True)
class Series:
    """One `[series.NAME]`.

    A series that names no zone or no accounts has those of the whole configuration. The tables
    below it and its name are filled in by `read_all`; `site` is `roundup.folder` as an absolute
    path.
    """

    title: str = setting(settings.some_text, "ML-Collage")
    hashtag: str = setting(settings.hashtag, "#mlcollage")
    language: str = setting(settings.language, "en")
    zone: ZoneInfo = setting(settings.zone, UTC)
    accounts: tuple[str, ...] = setting(settings.list_of(settings.some_text), ())
    slots: tuple[schedule.Weekly, ...] = setting(
        settings.list_of(settings.weekly), (schedule.Weekly(2, time(15, 0)),)
    )
    blackout: tuple[tuple[date, date], ...] = setting(settings.list_of(settings.days), ())
    markers: bool = setting(settings.flag, False)
    lateness: timedelta = setting(settings.span, timedelta(hours=48))
    dry: timedelta = setting(settings.span, timedelta(days=21))
    approval: str = setting(settings.one_of(*approval.NEEDED), approval.Rule.NONE.value)

    name: str = ""
    phrases: Words | None = None
    """The language's phrases with those that the configuration gives; see `words`."""
    numbering: Numbering = field(default_factory=Numbering)
    roundup: month.Rule = field(default_factory=month.Rule)
    slide: SlideLook = field(default_factory=SlideLook)
    site: Path = Path()
    example: str = ""
    """The address that is left out because it is an example and the configuration is live."""

    @property
    def words(self) -> Words:
        """The phrases of its posts and pages."""
        return self.phrases or words.of(self.language)

    @property
    def wants_approval(self) -> bool:
        """Whether people must approve a collage before a slot may take it."""
        return self.approval != approval.Rule.NONE

    @property
    def timetable(self) -> schedule.Timetable:
        return schedule.Timetable(self.zone, self.slots, self.blackout)

    @property
    def calendar(self) -> Calendar:
        """All that decides when something of the series is due."""
        return Calendar.of(self.timetable, self.lateness, self.roundup)

    @property
    def base_url(self) -> str:
        """Where its pages are published, "" for nowhere; templates of pages use this name."""
        return self.roundup.base_url


class Shared(NamedTuple):
    """What all series share: the zone of those that name none, the accounts, the file's folder."""

    zone: ZoneInfo
    live: bool
    accounts: tuple[str, ...]
    folder: Path


def read_all(tables: Mapping[str, Table], shared: Shared) -> dict[str, Series]:
    """The series by name; raises `BadConfig`, also where two write their pages to one folder."""
    all_series: dict[str, Series] = {}
    for name, table in tables.items():
        series = _series(table, shared)
        look = _slide_look(table.table("slide"), shared.folder)
        site = shared.folder / series.roundup.folder
        series = replace(series, name=name, site=site, slide=look)
        if shared.live and settings.is_example(series.base_url):
            series = _without_example(series)
        for other in all_series.values():
            if other.site == series.site:
                raise _same_folder(tables, name, other.name)
        all_series[name] = series
    return all_series


def check_destinations(
    table: Table, all_series: Mapping[str, Series], destinations: Mapping[str, Table]
) -> None:
    """Raise `BadConfig` where a roundup is to be published at a place that is not configured."""
    for name, series in all_series.items():
        rule = series.roundup
        at = f"{name}.roundup.destinations"
        for each in rule.destinations:
            if each not in destinations:
                hint = nearest(each, destinations) if destinations else ""
                raise table.wrong(at, f"names {shown(each)}, which is no [destinations.…]{hint}")
        if rule.home and rule.home not in rule.destinations:
            known = ", ".join(rule.destinations) or "none"
            reason = f'must be one of its destinations ({known}), or "" for the site\'s own page'
            raise table.wrong(f"{name}.roundup.home", reason)


def _same_folder(tables: Mapping[str, Table], name: str, other: str) -> BadConfig:
    """The error for two series with one folder; one of them may be what a renaming left behind."""
    for left, renamed in ((name, other), (other, name)):
        table = tables[left]
        if table.values and all(isinstance(value, dict) for value in table.values.values()):
            sections = ", ".join(f"[{table.at(key)}]" for key in table.values)
            return table.wrong(
                "roundup.folder",
                f"is also the folder of series {renamed}, and series {left} has nothing but "
                f"{sections}; if it was renamed to {renamed}, rename that as well, "
                "else give each series its own folder",
            )
    return tables[name].wrong(
        "roundup.folder", f"is also the folder of series {other}; give each its own"
    )


def _without_example(series: Series) -> Series:
    """The series without its example of an address: nothing that goes out may lead there."""
    rule = replace(series.roundup, base_url="")
    return replace(series, roundup=rule, example=series.base_url)


def _series(table: Table, shared: Shared) -> Series:
    """One series with the tables below it and what it inherits; raises `BadConfig`."""
    series = read(table.without("numbering", "roundup", "slide", "words"), Series)
    if "accounts" not in table.values:
        series = replace(series, accounts=shared.accounts)
    if "zone" not in table.values:
        series = replace(series, zone=shared.zone)
    for account in series.accounts:
        if account not in shared.accounts:
            raise table.wrong(
                "accounts",
                f"names {shown(account)}, but there is no such [accounts.NAME]"
                f"{nearest(account, shared.accounts)}",
            )
    if not series.accounts:
        raise table.wrong("accounts", "must name an account; leave it out to use all of them")
    return replace(
        series,
        phrases=words.given(table.table("words"), series.language),
        numbering=read(table.table("numbering"), Numbering),
        roundup=_roundup(table.table("roundup"), series.language),
    )


def _slide_look(table: Table, folder: Path) -> SlideLook:
    """`[series.NAME.slide]`; raises `BadConfig`, also for what is not there or cannot be read."""
    look = read(table, SlideLook)
    if look.logo:
        look = replace(look, logo_file=_logo(table, _path(table, "logo", look.logo, folder)))
    if look.fonts:
        fonts = _path(table, "fonts", look.fonts, folder)
        if not fonts.is_dir():
            raise table.wrong("fonts", f"names {shown(look.fonts)}, and there is no such folder")
        look = replace(look, fonts_folder=fonts)
    return look


def _path(table: Table, key: str, value: str, folder: Path) -> Path:
    try:
        return folder / Path(value).expanduser()
    # A "~" without a home folder.
    except RuntimeError:
        raise table.wrong(key, f"names {shown(value)}, which has no home folder") from None


def _logo(table: Table, file: Path) -> Path:
    """The file of a logo; raises `BadConfig` where it cannot be one."""
    name = shown(str(table.values["logo"]))
    if file.suffix.lower() not in LOGOS:
        raise table.wrong("logo", f"names {name}; use a file that is {', '.join(LOGOS)}")
    try:
        data = files.read(file, LOGO_SIZE, "a logo")
    except files.Missing:
        raise table.wrong("logo", f"names {name}, which is missing") from None
    except files.Unreadable as error:
        raise table.wrong("logo", f"names {name}: {error}") from None
    if file.suffix.lower() == ".svg" and b"<svg" not in data:
        raise table.wrong("logo", f"names {name}, which is no SVG")
    return file


def _roundup(table: Table, language: str) -> month.Rule:
    """`[series.NAME.roundup]`; raises `BadConfig`, also for forms that the language has not."""
    rule = read(table, month.Rule)
    for key, forms in (("title", rule.title), ("papers", rule.papers)):
        if problem := month.odd_forms(forms, language):
            raise table.wrong(key, problem)
    return rule
