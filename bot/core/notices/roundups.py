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
        return f"The roundup {self.title_month} is out: {self.title}, {self.link}"


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
