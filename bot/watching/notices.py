"""Notices as people list and acknowledge them."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.context import Context
from bot.storage.alerts import Way
from bot.storage.notices import Notice

__all__ = ["Listed", "Notice", "acknowledge", "listed"]


class Listed(NamedTuple):
    """A notice, and how far it has got on its way to each destination."""

    notice: Notice
    ways: tuple[Way, ...]

    @property
    def taken(self) -> int:
        """How many of the destinations have it."""
        return sum(1 for way in self.ways if way.ended_at and not way.note)


def listed(context: Context, *, everything: bool = False) -> list[Listed]:
    """Notices that nobody has acknowledged yet, or all of them; newest first."""
    with context.read() as work:
        found = work.notices.listed(everything=everything)
        ways = work.alerts.ways([notice.id for notice in found])
    by_notice: dict[int, list[Way]] = {notice.id: [] for notice in found}
    for way in ways:
        by_notice[way.notice_id].append(way)
    return [Listed(notice, tuple(by_notice[notice.id])) for notice in found]


def acknowledge(context: Context, numbers: Sequence[int] = ()) -> int:
    """Acknowledge the notices of these numbers, or all; how many were still open."""
    with context.write() as work:
        return work.notices.acknowledge(tuple(numbers))
