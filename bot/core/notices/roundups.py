"""Notices of roundups."""

from datetime import datetime, tzinfo

from bot.core import times
from bot.core.notices.entry import Entry, Kind, printable


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
    """The roundup's page is rendered, and its link does not answer yet. `site` is its folder."""

    kind = Kind.HELD
    series: str
    title_month: str
    link: str
    site: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{self.link}"

    @property
    def subject(self) -> str:
        return f"roundup/{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        return f"The roundup {self.title_month} waits until {self.link} answers:"

    @property
    def advice(self) -> str:
        return f"publish {self.site}, or say where it is: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup link {self.title_month} URL"


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
        return f"roundup/{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        return f"The roundup {self.title_month} of {self.series} cannot go on: {self.reason}"

    @property
    def advice(self) -> str:
        return "It is tried again at every tick."


class CoverNotMade(Entry):
    """A roundup's cover, or the card of its page, cannot be made. `reason` is a sentence."""

    kind = Kind.DIFFERS
    series: str
    title_month: str
    reason: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/cover/{self.reason}")

    @property
    def subject(self) -> str:
        return f"roundup/{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        return (
            f"The roundup {self.title_month} of {self.series} has no cover, so its thread shows "
            f"the picture of its first collage: {self.reason}"
        )

    @property
    def advice(self) -> str:
        render = f"mlcollage roundup render {self.title_month} --series {self.series}"
        return f"Mend that while its thread is not out, and make it with: {render}"


class PageEdited(Entry):
    """A page was edited by hand, so that it is not written anew by itself."""

    kind = Kind.DIFFERS
    series: str
    title_month: str
    path: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/edited/{self.path}")

    @property
    def sentence(self) -> str:
        return f"{self.path} was edited by hand, and is left as it is."

    @property
    def advice(self) -> str:
        return f"To write it anew, with the edited one kept beside it: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup render {self.title_month} --series {self.series} --over-edits"


class SiteEdited(Entry):
    """A file of the site that is no roundup's was edited by hand, and is not written anew."""

    kind = Kind.DIFFERS
    series: str
    path: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/site/edited/{self.path}")

    @property
    def sentence(self) -> str:
        return f"{self.path} was edited by hand, and is left as it is."

    @property
    def advice(self) -> str:
        return f"To write it anew, with the edited one kept beside it: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage site --series {self.series} --over-edits"


class PageGone(Entry):
    """A page that was made is not where it was written any more."""

    kind = Kind.DIFFERS
    series: str
    title_month: str
    path: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/gone/{self.path}")

    @property
    def sentence(self) -> str:
        return f"{self.path}, the page of the roundup {self.title_month}, is gone."

    @property
    def advice(self) -> str:
        return f"Make it again with: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup render {self.title_month} --series {self.series}"
