"""Notices of clocks that are wrong, were wrong, or were set."""

from datetime import datetime, timedelta, tzinfo

from bot.core import times
from bot.core.notices.entry import Entry, Kind, counted


class ClockDiffers(Entry):
    """A network's clock is another one than this machine's; `ahead` is how far ours is ahead."""

    kind = Kind.CLOCK
    account: str
    ahead: timedelta
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.account}/{self.at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        return f"day/{self.at:%Y-%m-%d}"

    @property
    def sentence(self) -> str:
        way = "ahead of" if self.ahead > timedelta(0) else "behind"
        return f"The clock of this machine is {_about(self.ahead)} {way} that of {self.account}:"

    @property
    def advice(self) -> str:
        return "set it, because slots and waits go by it."


class RowsAhead(Entry):
    """The newest rows of the database are dated later than now."""

    kind = Kind.CLOCK
    newest_at: datetime
    now: datetime
    zone: tzinfo

    @property
    def key(self) -> str:
        return f"rows/{self.newest_at}"

    @property
    def subject(self) -> str:
        return "clock"

    @property
    def sentence(self) -> str:
        newest, now = times.full(self.newest_at, self.zone), times.full(self.now, self.zone)
        return (
            f"By the clock of this machine it is {now}, and the newest rows of the database are of "
            f"{newest}: the clock is behind, or it was ahead."
        )

    @property
    def advice(self) -> str:
        return f"If it is right now: {self.command}"

    @property
    def command(self) -> str:
        return "mlcollage repair"


class ClockWasAhead(Entry):
    """A series had looked further than now; `opened` slots that took nothing are to come again."""

    kind = Kind.CLOCK
    series: str
    looked_until: datetime
    zone: tzinfo
    opened: int

    @property
    def key(self) -> str:
        return f"{self.series}/{self.looked_until}"

    @property
    def sentence(self) -> str:
        until = times.full(self.looked_until, self.zone)
        opened = counted(self.opened, "slot is", "slots are")
        return (
            f"By a clock that was ahead, {self.series} had settled its slots until {until}; "
            f"{opened} to come again."
        )

    @property
    def advice(self) -> str:
        return f"What else it left: {self.command}"

    @property
    def command(self) -> str:
        return "mlcollage repair"


class ClockSet(Entry):
    """The clock was set while the bot ran; `put_off` lookups wait as long as they were to."""

    kind = Kind.CLOCK_SET
    step: timedelta
    put_off: int
    at: datetime

    @property
    def key(self) -> str:
        return str(self.at)

    @property
    def sentence(self) -> str:
        way = "forward" if self.step > timedelta(0) else "back"
        return f"The clock of this machine was set {way} by {_about(self.step)} while the bot ran."

    @property
    def advice(self) -> str:
        if not self.put_off:
            return "What is done is not done again."
        waits = counted(self.put_off, "thread waits", "threads wait")
        return f"{waits} as long as before to be looked for."


def _about(length: timedelta) -> str:
    """The span in minutes, or in hours where it is longer than two days."""
    length = abs(length)
    unit = timedelta(minutes=1)
    if length > timedelta(days=2):
        unit = timedelta(hours=1)
    return times.span(max(unit, round(length / unit) * unit))
