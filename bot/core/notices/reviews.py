"""Notices of roundups that people look at before they go out."""

from datetime import datetime, tzinfo

from bot.core import times
from bot.core.notices.entry import Entry, Kind, counted


class RoundupToReview(Entry):
    """The draft of a roundup can be looked at, `waits` long enough to be approved or not."""

    kind = Kind.REVIEW
    series: str
    title_month: str
    due_at: datetime
    zone: tzinfo
    count: int
    waits: bool

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        due = times.full(self.due_at, self.zone)
        holds = counted(self.count, "collage", "collages")
        draft = f"The draft of the roundup {self.title_month} of {self.series} is ready"
        if self.waits:
            return f"{draft}, with {holds} so far; on {due} it waits until it is approved."
        return f"{draft}, with {holds} so far; it goes out on {due}, approved or not."

    @property
    def advice(self) -> str:
        which = f"{self.title_month} --series {self.series}"
        look = f"mlcollage roundup preview {which}, or: mlcollage roundup export {which}"
        if self.waits:
            return f"Look at it: {look}. Then: {self.command}"
        return f"Look at it: {look}. To keep it back: {self.command}"

    @property
    def command(self) -> str:
        approve = f"mlcollage roundup approve {self.title_month} --series {self.series}"
        return approve if self.waits else f"{approve} --take-back"


class RoundupUnapproved(Entry):
    """A roundup whose moment has come, and that nobody has approved; `days` are whole ones since.

    It is told again each day.
    """

    kind = Kind.HELD
    series: str
    title_month: str
    due_at: datetime
    zone: tzinfo
    days: int = 0

    @property
    def key(self) -> str:
        day = f"/{self.days}" if self.days else ""
        return f"{self.series}/{self.title_month}/approve{day}"

    @property
    def subject(self) -> str:
        return f"review/{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        due = times.full(self.due_at, self.zone)
        waits = f"The roundup {self.title_month} of {self.series} waits until somebody approves it"
        return f"{waits}; it was due on {due}."

    @property
    def advice(self) -> str:
        which = f"{self.title_month} --series {self.series}"
        return f"Look at it: mlcollage roundup preview {which}. Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup approve {self.title_month} --series {self.series}"
