"""How things stand now, for people who look in: what needs them, what is next, what was sent."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import collage
from bot.core.collage import Collage
from bot.core.collage import State as CollageState
from bot.core.delivery import State
from bot.core.notices.entry import counted
from bot.core.schedule import SlotState
from bot.deciding import awaited, coming, deliveries
from bot.deciding.awaited import ListedRoundup
from bot.deciding.coming import Coming
from bot.deciding.deliveries import Listed
from bot.scheduling.forecast import Outlook
from bot.storage.notices import Notice
from bot.watching import outstanding

QUIET = timedelta(minutes=20)
"""How long nothing may be heard of a bot: cron may start it every quarter of an hour."""

RECEIPTS = 8
"""Threads that were sent last, as many as are shown."""

LOOKED_AT = 3
"""Slots of each series that are looked at."""


class Waiting(NamedTuple):
    """A collage that somebody has to do something about, and what: a sentence."""

    series: str
    name: str
    sentence: str
    is_approval: bool = False


class Ahead(NamedTuple):
    """A series, what its next slot takes, and the collages and roundups that need somebody.

    `whole` are the drafts that lack nothing: somebody may make them ready.
    """

    series: Series
    next: Outlook | None
    waiting: tuple[Waiting, ...]
    roundups: tuple[ListedRoundup, ...]
    whole: tuple[Collage, ...] = ()

    @property
    def is_paused(self) -> bool:
        """Whether the next slot takes nothing because the series is paused."""
        return self.next is not None and self.next.state is SlotState.PAUSED


class Today(NamedTuple):
    """How things stand.

    `notices` are troubles that are open, `receipts` the threads that went out last, newest first.
    `beat_at` is when a bot was last at work.
    """

    notices: tuple[Notice, ...]
    series: tuple[Ahead, ...]
    receipts: tuple[Listed, ...]
    beat_at: datetime | None
    now: datetime

    @property
    def is_running(self) -> bool:
        """Whether a bot was at work a moment ago."""
        return self.beat_at is not None and self.now - self.beat_at < QUIET

    @property
    def needs(self) -> int:
        """How many things need somebody."""
        return len(self.notices) + sum(len(ahead.waiting) for ahead in self.series)

    @property
    def sentence(self) -> str:
        """How things stand, in one sentence."""
        if not self.is_running:
            return "No bot is running: nothing goes out before one is started."
        if self.needs:
            return f"{counted(self.needs, 'thing needs', 'things need')} you."
        if paused := [each.series.title for each in self.series if each.is_paused]:
            return f"{', '.join(paused)} {'is' if len(paused) == 1 else 'are'} paused."
        if empty := [each.series.title for each in self.series if not _takes_one(each)]:
            return f"Nothing is ready for the next slot of {', '.join(empty)}."
        return "All is well."


def _takes_one(ahead: Ahead) -> bool:
    return ahead.next is None or ahead.next.collage is not None


def look(context: Context) -> Today:
    """How things stand now. The next collages are composed for it, as their slots will."""
    with context.read() as work:
        beat_at = work.installation.beat_at()
    return Today(
        tuple(outstanding.listed(context)),
        tuple(_ahead(context, series) for series in context.config.series.values()),
        tuple(deliveries.listed(context, [State.SENT], most=RECEIPTS)),
        beat_at,
        context.clock.now(),
    )


def _ahead(context: Context, series: Series) -> Ahead:
    found = coming.look(context, series, LOOKED_AT)
    first = found.slots[0] if found.slots else None
    roundups = tuple(each for each in awaited.waiting(context, series) if each.awaits)
    return Ahead(series, first, tuple(_waiting(series, found)), roundups, _whole(context, series))


def _whole(context: Context, series: Series) -> tuple[Collage, ...]:
    """The drafts that lack nothing, in their order."""
    with context.read() as work:
        drafts = work.queue.waiting(series.name, (CollageState.DRAFT,))
    return tuple(
        item for item in drafts if not collage.missing(item, has_picture=item.picture is not None)
    )


def _waiting(series: Series, found: Coming) -> Iterator[Waiting]:
    """The collages that cannot go out as they are, and those that wait for approval."""
    for stopped in found.stopped:
        yield Waiting(series.name, stopped.name, " ".join(stopped.problems))
    for each in found.unapproved:
        sentence = f"{each.name} waits for approval: {each.why}."
        yield Waiting(series.name, each.name, sentence, is_approval=True)
