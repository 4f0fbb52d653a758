"""Snapshots of a series, from which its agenda is computed.

They are read by the same few statements, each from an index, however long the history is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, func, or_, select, union

from bot.config import Series
from bot.core import calendar, schedule
from bot.core.agenda import Snapshot, Waiting
from bot.core.calendar import Course
from bot.core.schedule import STEP, SlotTime
from bot.storage.queue import QUEUED, READY
from bot.storage.series import Series as SeriesRows
from bot.storage.series import SeriesRow
from bot.storage.slots import Slots
from bot.storage.statements import Statements
from bot.storage.tables import collages

# Built once, with bind parameters: building them takes longer than running them.
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

# Free on the first day: not pinned, or pinned to a day that is over.
_FREE = (
    _ALL_READY.where(or_(collages.c.pinned_on.is_(None), collages.c.pinned_on < bindparam("first")))
    .order_by(collages.c.position)
    .limit(bindparam("most", type_=Integer))
)

_PINNED = _ALL_READY.where(collages.c.pinned_on.between(bindparam("first"), bindparam("last")))

# Numbers brought along, by drafts and held collages as well: no slot may give them to another.
_NUMBERED = _WAITING.where(
    collages.c.state.in_(QUEUED),
    collages.c.state != "claimed",
    collages.c.kept_number.is_not(None),
)

# In a sub-select: SQLite takes no LIMIT within a UNION.
_FIRST = union(select(_FREE.subquery()), _PINNED, _NUMBERED)

_WHOLE = union(_ALL_READY, _NUMBERED)


@cache
def _highest(count: int) -> Select[Any]:
    """The highest number taken in each of `count` numbering years.

    A sub-select for each year is one step into the index of numbers.
    """
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


def _slots(course: Course, now: datetime, coming: int) -> list[SlotTime]:
    """The slots since the series last looked, and the first `coming` after now."""
    earlier, timetable = course.earlier, course.current.timetable
    start = course.looked_until + STEP
    ahead = schedule.slots_from(timetable, max(start, now + STEP))
    return [*calendar.slots_between(earlier, timetable, start, now), *islice(ahead, coming)]


def _years(settings: Series, first: date, today: date) -> set[int]:
    """The numbering years of which an agenda may need the newest number."""
    years = range(first.year, today.year + 2)
    return {settings.numbering.year(date(year, 1, 1)) for year in years}


def _counted(row: SeriesRow, taken: Mapping[int, int]) -> dict[int, int]:
    """The newest number by numbering year: taken, or one after which the series is to count on."""
    newest = dict(taken)
    for year, number in row.counted.items():
        newest[int(year)] = max(number, newest.get(int(year), number))
    return newest


def _in_order(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    return sorted(rows, key=lambda row: row.position)


class Snapshots(Statements):
    """Snapshots of the series in the mode that runs."""

    def take(
        self, settings: Series, now: datetime, coming: int | None = 0, *, lock: bool = False
    ) -> Snapshot:
        """A series as of `now`, with what its due slots and `coming` later ones need of the queue.

        Later lines of an agenda made from it cannot be relied on. With `coming` None the whole
        queue is read. With `lock` no other transaction takes numbers of the series until this one
        ends. Raises `BadInput` where the database does not know the series.
        """
        row = SeriesRows(self.scope).get(settings.name, lock=lock)
        course = row.course(settings.calendar, now)
        times = _slots(course, now, coming or 0)
        blank = Snapshot(
            series_id=row.id,
            timetable=settings.timetable,
            numbering=settings.numbering,
            lateness=settings.lateness,
            now=now,
            looked_until=course.looked_until,
            roundups_through=course.roundups_through,
            earlier=course.earlier,
            roundups=tuple(course.roundups_due(now)),
            years=tuple(course.years_due(now)),
            paused_at=row.paused_at,
            paused_until=row.paused_until,
        )
        # A tick with nothing due, which is nearly every one, ends here after one statement.
        if coming == 0 and not times:
            return blank
        today = now.astimezone(settings.zone).date()
        first, last = today, today
        if times:
            first, last = times[0].local_on, times[-1].local_on
        if coming is None:
            rows = self._whole_queue(row.id)
        else:
            rows = self._queue(row.id, first, last, len(times))
        return replace(
            blank,
            settled=Slots(self.scope).settled_after(settings.name, course.looked_until),
            ready=tuple(
                Waiting(row.id, row.name, row.pinned_on, row.kept_number)
                for row in rows
                if row.state == "ready"
            ),
            kept={row.id: row.kept_number for row in rows if row.kept_number is not None},
            newest=_counted(row, self._newest(row.id, _years(settings, min(first, today), today))),
        )

    def _whole_queue(self, series_id: int) -> list[Row[Any]]:
        """All ready collages and those that bring a number along, in the order of the queue."""
        return _in_order(self.conn.execute(_WHOLE, {"series_id": series_id}))

    def _queue(self, series_id: int, first: date, last: date, most: int) -> list[Row[Any]]:
        """What slots from the first to the last day can take, in the order of the queue.

        These are the first `most` ready collages that are free on the first day, and those pinned
        to a day in between; and all that bring a number along.
        """
        values = {"series_id": series_id, "first": first, "last": last, "most": most}
        return _in_order(self.conn.execute(_FIRST, values))

    def _newest(self, series_id: int, years: Iterable[int]) -> dict[int, int]:
        """The highest number taken by numbering year; a year without one is left out."""
        years = sorted(years)
        values = {f"year_{place}": year for place, year in enumerate(years)}
        row = self.conn.execute(_highest(len(years)), values | {"series_id": series_id}).one()
        by_year = zip(years, row, strict=True)
        return {year: number for year, number in by_year if number is not None}
