"""The roundup's rules: the month in its title, its moment, title and slug."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core import collage, schedule, settings
from bot.core.settings import setting

NUMBER_WORDS = {
    "en": [
        "One",
        "Two",
        "Three",
        "Four",
        "Five",
        "Six",
        "Seven",
        "Eight",
        "Nine",
        "Ten",
        "Eleven",
        "Twelve",
    ],
    "de": [
        "Ein",
        "Zwei",
        "Drei",
        "Vier",
        "Fünf",
        "Sechs",
        "Sieben",
        "Acht",
        "Neun",
        "Zehn",
        "Elf",
        "Zwölf",
    ],
    "zh": ["一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"],
}
"""Words for 1 to 12 as they begin a title, before a noun; larger numbers are digits."""

SLUG_LENGTH = 120
"""Characters a slug may have: it is a folder's name, and none may be longer than 255 bytes."""


class State(StrEnum):
    """How far a roundup has come: its list is fixed, its pages, its link, its thread is out."""

    DUE = "due"
    RENDERED = "rendered"
    LINKED = "linked"
    ANNOUNCED = "announced"


@dataclass(frozen=True, slots=True)
class Rule:
    """`[series.NAME.roundup]`: when a series' roundup is due, its title, and where it appears.

    `day` is of the month, 0 its last; `papers` names one paper and several. Without a `base_url`
    its thread has no link.
    """

    day: int = setting(settings.month_day, 0)
    time: time = setting(settings.clock_time, time(18, 0))
    names_month: str = setting(settings.one_of("next", "same"), "next")
    wait: timedelta = setting(settings.span, timedelta(hours=24))
    title: str = setting(settings.title_format, "{count} {papers} to Read in {month} {year}")
    papers: tuple[str, str] = setting(
        settings.singular_and_plural, ("Deep Learning Paper", "Deep Learning Papers")
    )
    base_url: str = setting(settings.address_if_any, "https://example.org/mlcollage")
    folder: str = setting(settings.some_text, "site")

    @property
    def timing(self) -> "Rule":
        """What of the rule decides when a roundup is due, its other settings left at defaults."""
        return Rule(self.day, self.time, self.names_month, self.wait)

    @property
    def months_ahead(self) -> int:
        """How many months the title's month is ahead of the one the papers were read in."""
        return int(self.names_month == "next")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roundup:
    """One month's roundup; `title_month` ("2021-09") is its key in commands and paths."""

    id: int
    series: str
    title_month: str
    title: str
    slug: str
    state: State
    due_at: datetime
    subtitle: str = ""
    link: str = ""
    published_elsewhere: bool = False
    rehearsal: int = 0

    @property
    def has_page(self) -> bool:
        """Whether there is a page that others can link to: of ours always, else by its address."""
        return bool(self.link) or not self.published_elsewhere


def parse(text: str) -> date:
    """The first day of the month "2021-09" names; raises ValueError."""
    if not re.fullmatch(r"[12]\d{3}-\d{2}", text):
        raise ValueError(f'{collage.shown(text)} is no month; write it as "2021-09"')
    return date.fromisoformat(f"{text}-01")


def key(first: date) -> str:
    """The key of the month that begins on that day: "2021-09"."""
    return f"{first:%Y-%m}"


def after(first: date, months: int = 1) -> date:
    """The first day of the month that many months later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def reading_month(rule: Rule, title_month: str) -> str:
    """The month in which the roundup goes out, and whose collages it holds."""
    return key(after(parse(title_month), -rule.months_ahead))


def title_month(rule: Rule, reading: date) -> str:
    """The month that names the roundup going out in the month of `reading`."""
    return key(after(reading.replace(day=1), rule.months_ahead))


def moment(rule: Rule, title: str, zone: ZoneInfo) -> datetime:
    """The instant the roundup is due; a day the month does not have is its last."""
    first = parse(reading_month(rule, title))
    last = after(first) - schedule.DAY
    return schedule.instant(first.replace(day=min(rule.day or 31, last.day)), rule.time, zone)


def last_before(rule: Rule, now: datetime, zone: ZoneInfo) -> str:
    """The newest title month whose moment lies before `now`.

    A series that starts now makes no roundup up to this one.
    """
    title = title_month(rule, now.astimezone(zone).date())
    while moment(rule, title, zone) >= now:
        title = key(after(parse(title), -1))
    return title


def due_after(
    rule: Rule, handled: str, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[str, datetime]]:
    """Title months after `handled` whose moment has come, with that moment, in order."""
    for title, at in coming(rule, handled, zone):
        if at > now:
            return
        yield title, at


def coming(rule: Rule, handled: str, zone: ZoneInfo) -> Iterator[tuple[str, datetime]]:
    """Title months after `handled` with their moment, in order, without end."""
    first = after(parse(handled))
    # Python's dates end with the year 9999.
    while first.year < 9998:
        yield key(first), moment(rule, key(first), zone)
        first = after(first)


def number_word(count: int, language: str) -> str:
    """The word for a count, digits where there is none; English for a language without words."""
    words = NUMBER_WORDS.get(language.split("-")[0], NUMBER_WORDS["en"])
    if 1 <= count <= len(words):
        return words[count - 1]
    return str(count)


def month_name(title: str, language: str) -> str:
    """The name of the title month "2021-09" in a language."""
    from babel.dates import format_date  # heavy: 7 ms, and every command loads this module

    # Not "LLLL", the name that stands alone: once it has named a Chinese month, Babel 2.18 names
    # German ones in Chinese, too.
    return format_date(parse(title), "MMMM", locale=language.replace("-", "_"))


def title(rule: Rule, name: str, count: int, language: str) -> str:
    """The roundup's title: "Four Deep Learning Papers to Read in September 2021".

    `name` is its title month, `count` the number of its papers.
    """
    singular, plural = rule.papers
    papers = plural
    if count == 1:
        papers = singular
    return rule.title.format(
        count=number_word(count, language),
        papers=papers,
        month=month_name(name, language),
        year=parse(name).year,
    )


def slug(title: str, name: str) -> str:
    """A path segment from the title, unique because each title holds its month.

    A title that is too long, or has no ASCII word, falls back to its month; one that loses letters
    of other scripts gets its month appended.
    """
    words = "-".join(re.findall(r"[a-z0-9]+", collage.ascii_form(title).lower()))
    if len(words) > SLUG_LENGTH or not re.search(r"[a-z]{3}", words):
        return f"roundup-{name}"
    if any(char.isalpha() and not collage.ascii_form(char) for char in title):
        return f"{words}-{name}"
    return words
