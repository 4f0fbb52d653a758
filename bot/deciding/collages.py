"""The collages of a series as people look at them: in the queue, in history, and one alone."""

from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core.collage import Collage, State
from bot.core.delivery import Delivery, Part
from bot.storage import ledger, log, queue
from bot.storage import series as stored_series
from bot.storage.log import Change

MOST_POSTED = 1_000
"""How many posted collages a list of them shows, the newest first."""


class Shown(NamedTuple):
    """A collage, its threads with their parts, and its newest changes."""

    item: Collage
    threads: tuple[tuple[Delivery, tuple[Part, ...]], ...]
    changes: tuple[Change, ...]


def listed(context: Context, series: Series, state: State | None = None) -> list[Collage]:
    """The queue in the order it goes out, with drafts and what is held; or what is in `state`."""
    with context.database.read() as conn:
        series_id = stored_series.get(conn, series.name).id
        if state is State.POSTED:
            return queue.posted(conn, series_id, MOST_POSTED)
        return queue.waiting(conn, series_id, [state] if state else [])


def get(context: Context, series: Series, name: str) -> Collage:
    """The collage of this NAME; raises `BadInput` when there is none."""
    with context.database.read() as conn:
        return queue.get(conn, stored_series.get(conn, series.name).id, name)


def show(context: Context, series: Series, name: str) -> Shown:
    """Everything about the collage of this NAME; raises `BadInput` when there is none."""
    with context.database.read() as conn:
        item = queue.get(conn, stored_series.get(conn, series.name).id, name)
        threads = [
            (thread, ledger.parts_of(conn, thread.id))
            for thread in ledger.of_collage(conn, item.id)
        ]
        changes = log.changes(conn, f"{series.name}/{item.name}")
    return Shown(item, tuple(threads), tuple(changes))


def posted(context: Context, series: Series, most: int) -> list[Collage]:
    """What is out, newest first."""
    with context.database.read() as conn:
        return queue.posted(conn, stored_series.get(conn, series.name).id, most)


def changes(context: Context, most: int) -> list[Change]:
    """Who changed what when, in all series, newest first."""
    with context.database.read() as conn:
        return log.changes(conn, most=most)
