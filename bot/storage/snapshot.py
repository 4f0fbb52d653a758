"""A series at one moment, as its agenda is made from it: read with the same few statements however
long the history is.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, or_, select, union

from bot.config import Series
from bot.core import schedule
from bot.core.agenda import Snapshot, Waiting
from bot.core.schedule import STEP, SlotTime
from bot.storage.queue import QUEUED, READY
from bot.storage.series import Series as SeriesRows
from bot.storage.slots import Slots
from bot.storage.statements import Statements
from bot.storage.tables import collages

_MINE = (collages.c.series_id == bindparam("series_id"), collages.c.removed_at.is_(None))


_WAITING = select(
    collages.c.id,
    collages.c.name,
    collages.c.pinned_on,
    collages.c.kept_number,
    collages.c.state,
    collages.c.position,
).where(*_MINE)


_ALL_READY = _WAITING.where(collages.c.state == READY)


_FREE = (
    _ALL_READY.where(or_(collages.c.pinned_on.is_(None), collages.c.pinned_on < bindparam("first")))
    .order_by(collages.c.position)
    .limit(bindparam("most", type_=Integer))
)


_PINNED = _ALL_READY.where(collages.c.pinned_on.between(bindparam("first"), bindparam("last")))


_NUMBERED = _WAITING.where(
    collages.c.state.in_(QUEUED),
    collages.c.state != "claimed",
    collages.c.kept_number.is_not(None),
)


_FIRST = union(select(_FREE.subquery()), _PINNED, _NUMBERED)


_WHOLE = union(_ALL_READY, _NUMBERED)


@cache
def _highest(count: int) -> Select[Any]:
    """The highest number taken in each of so many numbering years: one step each into the index."""
    columns = [
        select(func.max(collages.c.number))
        .where(
            collages.c.series_id == bindparam("series_id"),
            collages.c.number_year == bindparam(f"year_{place}"),
            collages.c.number.is_not(None),
        )
        .scalar_subquery()
        for place in range(count)
    ]
    return select(*columns)


def _slots(settings: Series, looked_until: datetime, now: datetime, coming: int) -> list[SlotTime]:
    """The slots since the series last looked, and so many after now."""
    timetable, start = settings.timetable, looked_until + STEP
    ahead = schedule.slots_from(timetable, max(start, now + STEP))
    return [*schedule.slots_between(timetable, start, now), *islice(ahead, coming)]


def _years(settings: Series, first: date, today: date) -> set[int]:
    """The numbering years in which a number may be taken: no number is of a later year."""
    years = range(first.year, today.year + 2)
    return {settings.numbering.year(date(year, 1, 1)) for year in years}


class Snapshots(Statements):
    """Series as their agendas are made from them."""

    def take(
        self, settings: Series, now: datetime, coming: int | None = 0, *, lock: bool = False
    ) -> Snapshot:
        """A series as of then, with what its due slots and so many coming ones need of the queue.

        Lines past those are not to be relied on. With `coming` None the whole queue is read. With
        `lock` nobody else takes numbers of the series until the transaction ends.
        """
        row = SeriesRows(self.scope).get(settings.name, lock=lock)
        times = _slots(settings, row.looked_until, now, coming or 0)
        blank = Snapshot(
            series_id=row.id,
            timetable=settings.timetable,
            numbering=settings.numbering,
            lateness=settings.lateness,
            now=now,
            looked_until=row.looked_until,
            roundups_through=row.roundups_through,
            paused_at=row.paused_at,
            paused_until=row.paused_until,
        )
        # A tick with nothing due ends here: it has asked for one row.
        if coming == 0 and not times:
            return blank
        today = now.astimezone(settings.zone).date()
        first, last = today, today
        if times:
            first, last = times[0].local_on, times[-1].local_on
        ready, kept = self._queue(
            settings.name, first, last, None if coming is None else len(times)
        )
        return replace(
            blank,
            settled=Slots(self.scope).settled_after(settings.name, row.looked_until),
            ready=ready,
            kept=kept,
            newest=self._newest(settings.name, _years(settings, min(first, today), today)),
        )

    def _queue(
        self, series_name: str, first: date, last: date, most: int | None
    ) -> tuple[tuple[Waiting, ...], dict[int, int]]:
        """What slots from the first to the last day can take, and the numbers brought along by id.

        That is the first `most` collages that are free on the first day, and those pinned to a day
        in between; without `most` all that are ready.
        """
        series_id = self.series_id(series_name)
        if most is None:
            found = self.conn.execute(_WHOLE, {"series_id": series_id})
        else:
            values = {"series_id": series_id, "first": first, "last": last, "most": most}
            found = self.conn.execute(_FIRST, values)
        rows = sorted(found, key=lambda row: row.position)
        ready = [
            Waiting(row.id, row.name, row.pinned_on, row.kept_number)
            for row in rows
            if row.state == "ready"
        ]
        return tuple(ready), {
            row.id: row.kept_number for row in rows if row.kept_number is not None
        }

    def _newest(self, series_name: str, years: Iterable[int]) -> dict[int, int]:
        """The highest number taken by numbering year; a year without one is left out."""
        series_id = self.series_id(series_name)
        years = sorted(years)
        values = {f"year_{place}": year for place, year in enumerate(years)}
        found = self.conn.execute(_highest(len(years)), values | {"series_id": series_id}).one()
        return {
            year: number for year, number in zip(years, found, strict=True) if number is not None
        }
