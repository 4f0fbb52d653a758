"""The notices, as people list and acknowledge them."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.context import Context
from bot.core.errors import BadInput
from bot.storage.notices import Notice
from bot.storage.sendings import Way

__all__ = ["Listed", "Notice", "acknowledge", "listed"]


class Listed(NamedTuple):
    """A notice, and how far it has got to each destination that was tried."""

    notice: Notice
    ways: tuple[Way, ...]

    @property
    def taken(self) -> int:
        """How many destinations have accepted it."""
        return sum(1 for way in self.ways if way.ended_at and not way.note)


def listed(context: Context, *, everything: bool = False) -> list[Listed]:
    """The unacknowledged notices, or all of them, the newest first."""
    with context.read() as work:
        notices = work.notices.listed(everything=everything)
        ways = work.alerts.ways([notice.id for notice in notices])
    by_notice: dict[int, list[Way]] = {notice.id: [] for notice in notices}
    for way in ways:
        by_notice[way.sent_id].append(way)
    return [Listed(notice, tuple(by_notice[notice.id])) for notice in notices]


def acknowledge(context: Context, numbers: Sequence[int] = ()) -> int:
    """Acknowledge the notices with these numbers, or all; how many were still open.

    Raises `BadInput` where there is none of a number; nothing is acknowledged then.
    """
    with context.write() as work:
        unknown = sorted(set(numbers) - work.notices.known(numbers))
        if unknown:
            shown = ", ".join(map(str, unknown))
            raise BadInput(f"There is no notice {shown}; see: mlcollage notices --all")
        return work.notices.acknowledge(tuple(numbers))
