"""Notices of roundups."""

from datetime import datetime, tzinfo

from bot.core import times
from bot.core.notices.entry import Entry, Kind, printable


def of_roundup(series: str, title_month: str) -> str:
    """What notices of a roundup that does not go on are about."""
    return f"roundup/{series}/{title_month}"


class RoundupOut(Entry):
    """The first part of a thread with the roundup's link is out."""

    kind = Kind.ROUNDUP
    series: str
    title_month: str
    title: str
    link: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        out = f"The roundup {self.title_month} is out: {self.title}"
        if not self.link:
            return f"{out}, without a link."
        return f"{out}, {self.link}"


class NoRoundup(Entry):
    """A month with nothing that a roundup could hold."""

    kind = Kind.NO_ROUNDUP
    series: str
    title_month: str
    reading_month: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        return (
            f"There is no roundup {self.title_month} of {self.series}: "
            f"nothing went out in {self.reading_month} that it could hold."
        )


class RoundupTaken(Entry):
    """A roundup that cannot be made: another one has its title month, from before a change."""

    kind = Kind.NO_ROUNDUP
    series: str
    title_month: str
    reading_month: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{self.reading_month}"

    @property
    def sentence(self) -> str:
        return (
            f"There is a roundup {self.title_month} of {self.series} already, made before the "
            "configuration of roundups changed:"
        )

    @property
    def advice(self) -> str:
        return f"what went out in {self.reading_month} comes into the next one."


class RoundupChanged(Entry):
    """The configuration says other times, or another title month, than the database knew."""

    kind = Kind.ROUNDUP_CHANGED
    series: str
    title_month: str
    due_at: datetime
    zone: tzinfo
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.series}/{self.at}"

    @property
    def sentence(self) -> str:
        due = times.full(self.due_at, self.zone)
        return (
            f"The roundups of {self.series} have changed: "
            f"the next one is {self.title_month}, on {due}."
        )


class RoundupsWithoutLink(Entry):
    """A series that is live has no address for its roundups, or only an `example` of one."""

    kind = Kind.NO_LINK
    series: str
    example: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.example}"

    @property
    def sentence(self) -> str:
        why = "there is no address for them"
        if self.example:
            why = f"{self.example} is an example"
        return f"The roundups of {self.series} go out without a link to their pages: {why}."

    @property
    def advice(self) -> str:
        return f"Write where you publish them as base_url under [series.{self.series}.roundup]."


class RoundupWaits(Entry):
    """The roundup's page is rendered, and is not at its link yet. `site` is its folder.

    Something answers there without the `title`, or nothing does where that is "".
    """

    kind = Kind.HELD
    series: str
    title_month: str
    link: str
    site: str
    title: str = ""

    @property
    def key(self) -> str:
        key = f"{self.series}/{self.title_month}/{self.link}"
        return printable(f"{key}/{self.title}") if self.title else key

    @property
    def subject(self) -> str:
        return of_roundup(self.series, self.title_month)

    @property
    def sentence(self) -> str:
        if self.title:
            waits = f"The roundup {self.title_month} waits until its page is at {self.link}"
            return f"{waits}; what answers there does not show its title, {self.title}:"
        return f"The roundup {self.title_month} waits until {self.link} answers:"

    @property
    def advice(self) -> str:
        return f"publish {self.site}, or say where it is: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup link {self.title_month} URL"


class RoundupWaitsForHome(Entry):
    """The roundup is not published yet at the destination from which its link is to come.

    `own` is the address of the site's own page, "" where there is none.
    """

    kind = Kind.HELD
    series: str
    title_month: str
    home: str
    own: str
    until: datetime
    zone: tzinfo

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/at {self.home}"

    @property
    def subject(self) -> str:
        return of_roundup(self.series, self.title_month)

    @property
    def sentence(self) -> str:
        until = times.full(self.until, self.zone)
        then = f"then its link is {self.own}" if self.own else "then it goes out without a link"
        return (
            f"The roundup {self.title_month} waits until it can be read at {self.home}, "
            f"but no longer than {until}; {then}."
        )

    @property
    def command(self) -> str:
        return f"mlcollage roundup show {self.title_month} --series {self.series}"


class RoundupAtOwnPage(Entry):
    """The site's own page is the roundup's link, because the `awaited` place was not there."""

    kind = Kind.DIFFERS
    series: str
    title_month: str
    awaited: str
    link: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/own/{self.awaited}")

    @property
    def sentence(self) -> str:
        return (
            f"The link of the roundup {self.title_month} is its own page, {self.link}: "
            f"it was waited for in vain at {self.awaited}."
        )

    @property
    def advice(self) -> str:
        return f"When it can be read there, have its page say so: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup link {self.title_month} URL --series {self.series}"


class LinkUntitled(Entry):
    """The page that a maintainer gave as a roundup's link does not show the roundup's title."""

    kind = Kind.DIFFERS
    series: str
    title_month: str
    link: str
    title: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/untitled/{self.link}")

    @property
    def sentence(self) -> str:
        return (
            f"{self.link}, the link of the roundup {self.title_month}, does not show its title, "
            f"{self.title}."
        )

    @property
    def advice(self) -> str:
        return "Look whether it is the right page."


class RoundupStuck(Entry):
    """A roundup's next step failed."""

    kind = Kind.FAILED
    series: str
    title_month: str
    reason: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/{self.reason}")

    @property
    def subject(self) -> str:
        return of_roundup(self.series, self.title_month)

    @property
    def sentence(self) -> str:
        return f"The roundup {self.title_month} of {self.series} cannot go on: {self.reason}"

    @property
    def advice(self) -> str:
        return "It is tried again at every tick."
