"""The roundups of a series as people look at them."""

from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core.collage import Collage
from bot.core.delivery import Delivery, Part
from bot.core.month import Roundup
from bot.storage import ledger, queue, roundups
from bot.storage import series as stored_series


class RoundupShown(NamedTuple):
    """A roundup, its collages in order, and its threads with their parts."""

    roundup: Roundup
    items: tuple[Collage, ...]
    threads: tuple[tuple[Delivery, tuple[Part, ...]], ...]


def listed(context: Context, series: Series) -> list[Roundup]:
    """All roundups, newest first."""
    with context.database.read() as conn:
        series_id = stored_series.get(conn, series.name).id
        return roundups.listed(conn, series_id, context.rehearsal)


def show(context: Context, series: Series, title_month: str) -> RoundupShown:
    """The roundup of this month; raises `BadInput` when there is none."""
    with context.database.read() as conn:
        series_id = stored_series.get(conn, series.name).id
        roundup = roundups.get(conn, series_id, title_month, context.rehearsal)
        items = queue.in_roundup(conn, roundup.id)
        threads = [
            (thread, ledger.parts_of(conn, thread.id))
            for thread in ledger.of_roundup(conn, roundup.id)
        ]
    return RoundupShown(roundup, tuple(items), tuple(threads))
