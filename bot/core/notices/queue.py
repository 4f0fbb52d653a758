"""Notices of slots and the queue."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from bot.core import times
from bot.core.notices.entry import Entry, Kind, counted
from bot.core.schedule import SlotState


class SlotEmpty(Entry):
    """No collage was ready when the slot came; or none of the ready ones was approved."""

    kind = Kind.EMPTY
    series: str
    due_at: datetime
    zone: tzinfo
    unapproved: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.series}/{self.due_at}"

    @property
    def sentence(self) -> str:
        when = times.full(self.due_at, self.zone)
        why = "no collage is ready"
        if self.unapproved:
            why = f"what is ready waits for approval ({_few(self.unapproved)})"
        return f"The slot of {self.series} on {when} was empty: {why}."

    @property
    def advice(self) -> str:
        if self.unapproved:
            return f"Approve one; to post it now: {self.command}"
        return f"What each one lacks: {self.command}"

    @property
    def command(self) -> str:
        if self.unapproved:
            return f"mlcollage post {self.unapproved[0]} --now"
        return "mlcollage list"


MOST_NAMED = 5
"""Collages that are named in a sentence."""


def _few(names: Sequence[str]) -> str:
    """The first names, and that there are more."""
    more = ", …" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


class NotApproved(Entry):
    """A slot has passed over a collage that nobody has approved as it is; it stays ready."""

    kind = Kind.APPROVAL
    series: str
    name: str
    due_at: datetime
    zone: tzinfo
    reason: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.name}/{self.due_at}"

    @property
    def subject(self) -> str:
        return f"collage/{self.series}/{self.name}"

    @property
    def sentence(self) -> str:
        when = times.full(self.due_at, self.zone)
        return f"The slot of {self.series} on {when} passed over {self.name}: {self.reason}."

    @property
    def advice(self) -> str:
        return f"It stays ready. Look at it and approve it: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage approve {self.name} --series {self.series}"


class ApprovalMissing(Entry):
    """A slot is near whose collage lacks approval, while there is time to look at it."""

    kind = Kind.APPROVAL
    series: str
    name: str
    due_at: datetime
    zone: tzinfo
    reason: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.name}/{self.due_at}/soon"

    @property
    def subject(self) -> str:
        return f"collage/{self.series}/{self.name}"

    @property
    def sentence(self) -> str:
        when = times.full(self.due_at, self.zone)
        slot = f"the slot of {self.series} on {when}"
        return f"{self.name} waits for approval before {slot}: {self.reason}."

    @property
    def advice(self) -> str:
        return f"Look at it and approve it: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage approve {self.name} --series {self.series}"


class SlotMissed(Entry):
    """A slot that took nothing though it was to, or one that a collage was pinned to."""

    kind = Kind.MISSED
    series: str
    due_at: datetime
    zone: tzinfo
    state: SlotState = SlotState.MISSED
    unpinned: str | None = None

    @property
    def key(self) -> str:
        return f"{self.series}/{self.due_at}"

    @property
    def sentence(self) -> str:
        when = times.full(self.due_at, self.zone)
        return f"The slot of {self.series} on {when} was {self.state}: nothing went out."

    @property
    def advice(self) -> str:
        if self.unpinned:
            return f"{self.unpinned}, pinned to that day, is back in its place in the queue."
        return f"The queue goes on with the next slot; to post now: {self.command}"

    @property
    def command(self) -> str:
        if self.unpinned:
            return ""
        return "mlcollage post NAME --now"


class RunningDry(Entry):
    """Fewer slots of the coming `span` get a collage than want one; one may be pinned to later."""

    kind = Kind.DRY
    series: str
    due_at: datetime
    left: int
    coming: int
    span: timedelta

    @property
    def key(self) -> str:
        return f"{self.series}/{self.due_at}"

    @property
    def sentence(self) -> str:
        left = counted(self.left, "collage", "collages") if self.left else "no collage"
        slots = counted(self.coming, "slot", "slots")
        days = counted(self.span.days, "day", "days")
        return f"{self.series} is running dry: {left} for {slots} in the next {days}."


class NumbersPastTotal(Entry):
    """A slot to come would get a number above the total that is shown with it: 53/52.

    `shown` is that number, `total` the total, and `slots` how many the year of the slot has.
    """

    kind = Kind.NUMBERS
    series: str
    due_at: datetime
    zone: tzinfo
    shown: str
    total: int
    slots: int

    @property
    def key(self) -> str:
        return f"{self.series}/{self._day.year}/{self.shown}"

    @property
    def _day(self) -> date:
        return self.due_at.astimezone(self.zone).date()

    @property
    def sentence(self) -> str:
        when = times.full(self.due_at, self.zone)
        why = ""
        if self.slots > self.total:
            why = f" {self._day.year} has {self.slots} slots."
        return f"The slot of {self.series} on {when} would get the number {self.shown}.{why}"

    @property
    def advice(self) -> str:
        table = f"[series.{self.series}.numbering]"
        return f"Give the format under {table} another total, or leave out a slot: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage skip {self._day} --series {self.series}"


class CollageHeld(Entry):
    """A collage that cannot be composed for every account; the slot takes the next, if any."""

    kind = Kind.HELD
    series: str
    name: str
    revision: int
    reason: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.name}/{self.revision}"

    @property
    def subject(self) -> str:
        return f"collage/{self.series}/{self.name}"

    @property
    def sentence(self) -> str:
        return f"{self.name} is held, and its slot passes over it: {self.reason}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release {self.name}"


class SlotsChanged(Entry):
    """The configuration has other slots, or another zone, than the database knew."""

    kind = Kind.CHANGED
    series: str
    fingerprint: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.series}/{self.at}"

    @property
    def sentence(self) -> str:
        slots = self.fingerprint.replace(" | ", ", ")
        return f"The slots of {self.series} have changed: from now on {slots}."


class RehearsalEnded(Entry):
    """The configuration says `live = true` for the first time since a rehearsal."""

    kind = Kind.REHEARSAL
    ready: int
    at: datetime

    @property
    def key(self) -> str:
        return str(self.at)

    @property
    def sentence(self) -> str:
        ready = counted(self.ready, "collage is", "collages are")
        return f"The rehearsal has ended: {ready} ready again, what it made is set aside."

    @property
    def advice(self) -> str:
        return "It is live."


class RehearsalBegun(Entry):
    """The configuration says `live = false`, after it was live.

    `threads` are those that were on their way, as "moco on x".
    """

    kind = Kind.REHEARSAL_BEGUN
    at: datetime
    threads: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return str(self.at)

    @property
    def subject(self) -> str:
        return "rehearsal"

    @property
    def sentence(self) -> str:
        sentence = (
            "The configuration says live = false: a rehearsal has begun, "
            "and nothing goes out to the accounts any more."
        )
        if not self.threads:
            return sentence
        stopped = counted(len(self.threads), "thread stops", "threads stop")
        return f"{sentence} {stopped} where it was on its way: {', '.join(self.threads)}."

    @property
    def advice(self) -> str:
        advice = "If that is a mistake, set live = true."
        if self.threads:
            advice += " They go on from there."
        return advice
