"""Notices of roundups."""

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
    def sentence(self) -> str:
        return f"The roundup {self.title_month} of {self.series} cannot go on: {self.reason}"

    @property
    def advice(self) -> str:
        return "It is tried again at every tick."
