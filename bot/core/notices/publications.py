"""Notices of roundups at their destinations."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.notices.entry import Entry, Kind, counted, printable


def subject(series: str, title_month: str, destination: str) -> str:
    """What the notices of a roundup that is not published at a destination are about."""
    return f"publication/{series}/{title_month}/{destination}"


def _not_done(last_at: datetime | None) -> str:
    """What is not done at a destination where it succeeded last at that time, if ever."""
    return "is not brought up to date" if last_at else "is not published"


class RoundupPublished(Entry):
    """A roundup is published at a destination for the first time; `url` may be ""."""

    kind = Kind.PUBLISHED
    series: str
    title_month: str
    destination: str
    url: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{self.destination}"

    @property
    def sentence(self) -> str:
        done = f"The roundup {self.title_month} of {self.series} is published: {self.destination}"
        return f"{done}, {self.url}" if self.url else f"{done}."


class SitePublished(Entry):
    """The site of a series without a month of its own is published for the first time."""

    kind = Kind.PUBLISHED
    series: str
    destination: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.destination}/site"

    @property
    def sentence(self) -> str:
        return (
            f"The site of {self.series}, with what was imported, is published: {self.destination}."
        )


class DraftReady(Entry):
    """A roundup lies ready at a destination, and a person has to let it out: `todo` says how.

    `content` names what was laid ready.
    """

    kind = Kind.NOT_PUBLISHED
    series: str
    title_month: str
    destination: str
    todo: str
    content: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{self.destination}/draft/{self.content[:16]}"

    @property
    def subject(self) -> str:
        return subject(self.series, self.title_month, self.destination)

    @property
    def sentence(self) -> str:
        return f"The roundup {self.title_month} of {self.series} lies ready at {self.destination}."

    @property
    def advice(self) -> str:
        return self.todo


class PublicationStays(Entry):
    """What is out at a destination stays as it was, though the roundup was corrected.

    `why` says so; `content` names the correction.
    """

    kind = Kind.DIFFERS
    series: str
    title_month: str
    destination: str
    why: str
    content: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{self.destination}/stays/{self.content[:16]}"

    @property
    def subject(self) -> str:
        return f"roundup/{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        roundup = f"The roundup {self.title_month} of {self.series}"
        return f"{roundup} stays as it was at {self.destination}."

    @property
    def advice(self) -> str:
        return self.why


class PublicationWaits(Entry):
    """A roundup cannot be published at a destination until a person has acted.

    `last_at` is when it was published there last: what happens again later is told again.
    """

    kind = Kind.NOT_PUBLISHED
    series: str
    title_month: str
    destination: str
    reason: str
    last_at: datetime | None = None

    @property
    def key(self) -> str:
        key = printable(f"{self.series}/{self.title_month}/{self.destination}/{self.reason}")
        return f"{key}/{self.last_at}" if self.last_at else key

    @property
    def subject(self) -> str:
        return subject(self.series, self.title_month, self.destination)

    @property
    def sentence(self) -> str:
        roundup = f"The roundup {self.title_month} of {self.series}"
        return f"{roundup} {_not_done(self.last_at)} at {self.destination}: {self.reason}"

    @property
    def advice(self) -> str:
        return f"When that is mended: {self.command}"

    @property
    def command(self) -> str:
        month, series = self.title_month, self.series
        return f"mlcollage roundup publish {month} --to {self.destination} --series {series}"


class PublicationLate(Entry):
    """A roundup could not be published at a destination for long, and is tried again.

    `revision` is the roundup's: of each it is told once. `last_at` is when it was published there
    last: what fails again later is told again.
    """

    kind = Kind.OVERDUE
    series: str
    title_month: str
    destination: str
    tries: int
    reason: str
    revision: int
    last_at: datetime | None = None

    @property
    def key(self) -> str:
        its = f"{self.series}/{self.title_month}/{self.destination}"
        key = f"{its}/publication/{self.revision}"
        return f"{key}/{self.last_at}" if self.last_at else key

    @property
    def subject(self) -> str:
        return subject(self.series, self.title_month, self.destination)

    @property
    def sentence(self) -> str:
        roundup = f"The roundup {self.title_month} of {self.series}"
        tries = counted(self.tries, "try", "tries")
        done = f"{_not_done(self.last_at)} at {self.destination}"
        return f"{roundup} {done} after {tries}: {self.reason}"

    @property
    def advice(self) -> str:
        return f"It is tried again by itself; at once by: {self.command}"

    @property
    def command(self) -> str:
        month, series = self.title_month, self.series
        return f"mlcollage roundup publish {month} --to {self.destination} --series {series}"


class FilesLeft(Entry):
    """Files at a destination were not replaced: they were edited there, or are others'."""

    kind = Kind.DIFFERS
    series: str
    destination: str
    files: Sequence[str]

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.destination}/left/{', '.join(self.files)}")[:500]

    @property
    def sentence(self) -> str:
        names = ", ".join(self.files[:3])
        if len(self.files) > 3:
            names = f"{names} and {len(self.files) - 3} more"
        return (
            f"At {self.destination} of {self.series} these were edited there, or are not of our "
            f"making, and are left as they are: {names}."
        )

    @property
    def advice(self) -> str:
        return "To have ours there, move them away; ours follow with the next roundup."


class DestinationGone(Entry):
    """A roundup is to be updated at a destination that its series does not name any more."""

    kind = Kind.DIFFERS
    series: str
    destination: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.destination}/no destination"

    @property
    def sentence(self) -> str:
        return f"{self.destination} is no destination of {self.series} any more:"

    @property
    def advice(self) -> str:
        return (
            "what was published there stays as it is. If it was renamed, give it its old name back "
            f"under [destinations.NAME] and in destinations of [series.{self.series}.roundup]."
        )


class PublishingRehearsed(Entry):
    """Where a roundup of a rehearsal would be published."""

    kind = Kind.PUBLISHED
    series: str
    title_month: str
    destinations: Sequence[str]

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{', '.join(self.destinations)}/rehearsed"

    @property
    def sentence(self) -> str:
        names = ", ".join(self.destinations)
        return (
            f"In this rehearsal the roundup {self.title_month} of {self.series} is published "
            f"nowhere; live it would be: {names}."
        )
