"""The notices, as people list and acknowledge them."""

from collections.abc import Sequence

from bot.context import Context
from bot.core.errors import BadInput
from bot.storage.notices import Notice
from bot.watching import ways
from bot.watching.ways import Listed

__all__ = ["Listed", "Notice", "acknowledge", "listed"]


def listed(context: Context, *, everything: bool = False) -> list[Listed[Notice]]:
    """The unacknowledged notices, or all of them, the newest first."""
    with context.read() as work:
        notices = work.notices.listed(everything=everything)
        its_ways = work.alerts.ways([notice.id for notice in notices])
    things = {notice.id: notice for notice in notices}
    configured = ways.destinations(context.config.alerts.urls, "alerts.urls")
    return ways.listed(things, its_ways, configured)


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
