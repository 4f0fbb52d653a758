"""Notices of what the database has and the configuration does not know."""

from bot.core.notices.entry import Entry, Kind, counted


class SeriesGone(Entry):
    """A series of which something is there is not in the configuration.

    `held` says what there is; `unknown` are series of the configuration that the database does not
    know, or has nothing of: it may be one of them under another name.
    """

    kind = Kind.GONE
    series: str
    held: str
    unknown: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.series}/gone/{','.join(self.unknown)}"

    @property
    def subject(self) -> str:
        return f"series/{self.series}"

    @property
    def sentence(self) -> str:
        return (
            f"The database has the series {self.series} ({self.held}), "
            "and the configuration does not know it."
        )

    @property
    def advice(self) -> str:
        name = self.series
        renamed = f"If it was renamed: mlcollage series rename {name} NEW"
        if len(self.unknown) == 1:
            new = self.unknown[0]
            renamed = f"If it is called {new} now: mlcollage series rename {name} {new}"
        elif self.unknown:
            names = " or ".join(self.unknown)
            renamed = f"If it is one of {names} now: mlcollage series rename {name} NEW"
        return (
            f"{renamed}. If it is missing by mistake, put [series.{name}] back. "
            f"If it is to be gone: {self.command}"
        )

    @property
    def command(self) -> str:
        return f"mlcollage series retire {self.series}"


class SeriesSwapped(Entry):
    """The configuration gives each of two series the times that the other one had."""

    kind = Kind.GONE
    one: str
    other: str
    fingerprint: str

    @property
    def key(self) -> str:
        return f"{self.one}/{self.other}/{self.fingerprint}"

    @property
    def sentence(self) -> str:
        return (
            f"The configuration gives {self.one} the slots that {self.other} had, and "
            f"{self.other} those of {self.one}: were their names swapped?"
        )

    @property
    def advice(self) -> str:
        return f"If they were, and the queues are to follow: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage series rename {self.one} {self.other} --swap"


class AccountMissing(Entry):
    """Threads are on their way to an account that the configuration does not know."""

    kind = Kind.GONE
    account: str
    count: int
    unknown: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"account-{self.account}/{','.join(self.unknown)}"

    @property
    def sentence(self) -> str:
        threads = counted(self.count, "thread is", "threads are")
        return (
            f"The configuration does not know the account {self.account}, "
            f"to which {threads} on the way."
        )

    @property
    def advice(self) -> str:
        return f"Put [accounts.{self.account}] back; if it has another name now: {self.command}"

    @property
    def command(self) -> str:
        new = self.unknown[0] if len(self.unknown) == 1 else "NEW"
        return f"mlcollage accounts rename {self.account} {new}"
