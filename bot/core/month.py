"""The roundup's rules: the month in its title, its moment, title and slug."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core import collage, schedule, settings, words
from bot.core.settings import setting
from bot.core.words import Words

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

    `day` is of the month, 0 its last. `title` and `papers` may have several forms for different
    numbers; without any they are the language's own. Without a `base_url` its thread has no link.
    `destinations` are names of `[destinations.NAME]`. `home` is the one whose address is the link,
    "" for the site's own; after `link_patience` it is that in any case. People may look at it for
    `review` before its moment; `silence` says whether it is published when nobody approves it.
    With `yearly_thread` a year's list gets a thread of its own after the year's end.
    """

    day: int = setting(settings.month_day, 0)
    time: time = setting(settings.clock_time, time(18, 0))
    names_month: str = setting(settings.one_of("next", "same"), "next")
    wait: timedelta = setting(settings.span, timedelta(hours=24))
    title: words.Forms = setting(settings.forms(settings.title_format), ())
    papers: words.Forms = setting(settings.forms(settings.some_text), ())
    base_url: str = setting(settings.address_if_any, "https://example.org/mlcollage")
    folder: str = setting(settings.some_text, "site")
    destinations: tuple[str, ...] = setting(settings.list_of(settings.some_text), ())
    home: str = setting(settings.text, "")
    link_patience: timedelta = setting(settings.span, timedelta(days=3))
    review: timedelta = setting(settings.span, timedelta(0))
    silence: str = setting(settings.one_of("publish", "wait"), "publish")
    yearly_thread: bool = setting(settings.flag, False)

    @property
    def timing(self) -> "Rule":
        """What of the rule decides when a roundup is due, its other settings left at defaults."""
        return Rule(
            self.day, self.time, self.names_month, self.wait, yearly_thread=self.yearly_thread
        )

    @property
    def months_ahead(self) -> int:
        """How many months the title's month is ahead of the one the papers were read in."""
        return int(self.names_month == "next")


MONTH, YEAR = "month", "year"
"""The kinds of roundups: one month's, and the list of a year with its thread."""

AFTER_YEAR = 2
"""The day of January on which the thread of the year before is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roundup:
    """One month's roundup; `title_month` ("2021-09") is its key in commands and paths.

    That of a year is the year alone ("2021"). Its collages are those of the year's months, and it
    has no pages but the year's list.
    """

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
    kind: str = MONTH
    revision: int = 0
    rendered_revision: int = 0
    rendered_at: datetime | None = None
    updated_at: datetime | None = None
    also_at: str = ""
    previous_link: str = ""
    content: str = ""

    @property
    def is_year(self) -> bool:
        return self.kind == YEAR

    @property
    def has_page(self) -> bool:
        """Whether there is a page that others can link to: of ours once made, else by address."""
        if self.published_elsewhere:
            return bool(self.link)
        return self.state is not State.DUE

    @property
    def may_be_out(self) -> bool:
        """Whether its thread may be out."""
        return self.state in {State.LINKED, State.ANNOUNCED} and not self.published_elsewhere

    @property
    def has_page_here(self) -> bool:
        """Whether the site has a page of a month's, as it has of imported ones."""
        return not self.is_year and (self.published_elsewhere or self.state is not State.DUE)

    @property
    def is_changed(self) -> bool:
        """Whether what its page shows was changed since that was made."""
        return self.revision > self.rendered_revision


def parse(text: str) -> date:
    """The first day of the month "2021-09" names; raises ValueError."""
    if not re.fullmatch(r"[12]\d{3}-\d{2}", text):
        raise ValueError(f'{collage.shown(text)} is no month; write it as "2021-09"')
    return date.fromisoformat(f"{text}-01")


def parse_year(text: str) -> int:
    """The year that "2021" names; raises ValueError."""
    if not re.fullmatch(r"[12]\d{3}", text):
        raise ValueError(f'{collage.shown(text)} is no year; write it as "2021"')
    return int(text)


def is_year(text: str) -> bool:
    """Whether the key of a roundup is that of a year."""
    return bool(re.fullmatch(r"[12]\d{3}", text))


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


def year_moment(rule: Rule, year: int, zone: ZoneInfo) -> datetime:
    """The instant at which the thread of a year is due: in the first days of the next one."""
    return schedule.instant(date(year + 1, 1, AFTER_YEAR), rule.time, zone)


def last_year_before(rule: Rule, now: datetime, zone: ZoneInfo) -> int:
    """The newest year whose moment lies before `now`."""
    year = now.astimezone(zone).year - 1
    return year if year_moment(rule, year, zone) < now else year - 1


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


def month_name(title: str, language: str) -> str:
    """The name of the title month "2021-09" in a language, as it stands alone."""
    from babel.dates import format_date  # heavy: 7 ms, and every command loads this module

    pattern = words.of(language).month
    return format_date(parse(title), pattern, locale=settings.babel_name(language))


def title(rule: Rule, name: str, count: int, phrases: Words) -> str:
    """The roundup's title: "Four Deep Learning Papers to Read in September 2021".

    `name` is its title month, `count` the number of its papers.
    """
    titles = rule.title or phrases.title
    if rule.papers and not rule.title:
        titles = phrases.title_of_own or phrases.title
    return phrases.form(titles, count).format(
        count=phrases.number(count),
        papers=phrases.form(rule.papers or phrases.papers, count),
        month=month_name(name, phrases.language),
        year=parse(name).year,
    )


SHORT_TITLE = 64
"""Characters of a paper's title in a subtitle; what is longer is cut between words."""


def subtitle(titles: Sequence[str], phrases: Words) -> str:
    """What a roundup is about where nobody has written it: from its first paper to its last.

    `titles` are the papers' plain titles. Empty where there are not two different ones.
    """
    short = [_short(each) for each in titles]
    if len(short) < 2 or short[0] == short[-1]:
        return ""
    return phrases.span.format(first=short[0], last=short[-1])


def _short(paper_title: str) -> str:
    """A title without what stands behind its colon, as in "Barlow Twins: Self-Supervised …"."""
    name = re.split(r":\s|：|\s[–—]\s", paper_title, maxsplit=1)[0].strip().rstrip(".?!。？！")
    if len(name) <= SHORT_TITLE:
        return name
    cut = name[:SHORT_TITLE]
    return f"{cut.rpartition(' ')[0] or cut}…"


def odd_forms(forms: words.Forms, language: str) -> str:
    """Why a text has too many or too few forms for a language, as the rest of a sentence; or ""."""
    known = words.categories(language)
    if len(forms) in {0, 1, 2, len(known), len(settings.PLURALS)}:
        return ""
    needed = f"one for each of {', '.join(known)}"
    if len(known) < 3:
        needed = "no more"
    return f"has {len(forms)} forms; give one, or two for one and for several, or {needed}"


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
