"""What the database remembers of each series: since when and how far it looks, and its pause."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from bot.core.calendar import Calendar, Course
from bot.core.errors import BadInput
from bot.core.schedule import STEP
from bot.storage.database import insert_new
from bot.storage.statements import Statements
from bot.storage.tables import series


class SeriesRow(NamedTuple):
    """A series as the database knows it.

    `calendars` are those it was looked at by, as `Course.stored` writes them, and `fingerprint` is
    that of the newest. Slots before `scheduled_from` are never due, those up to `looked_until` are
    settled, and so are the roundups of title months up to `roundups_through`, as the newest
    calendar names them. `live_through` is the reading month up to which live roundups were settled
    when the rehearsal that runs began; "" where nothing was live before. Paused from `paused_at`
    on: until `paused_until`, or where that is None until a person ends it. `counted` has by
    numbering year the number after which it counts on. With `retired_at` a person has said that the
    configuration is to know it no more.
    """

    id: int
    name: str
    fingerprint: str
    scheduled_from: datetime
    looked_until: datetime
    roundups_through: str
    paused_at: datetime | None
    paused_until: datetime | None
    calendars: Mapping[str, Any]
    live_through: str
    counted: Mapping[str, int]
    retired_at: datetime | None

    def is_paused(self, at: datetime) -> bool:
        """Whether slots of that moment take nothing."""
        return self.paused_at is not None and (self.paused_until is None or at < self.paused_until)

    def stored_course(self, configured: Calendar, now: datetime) -> Course:
        """How far the series has looked, by the calendars that the database knows.

        `configured` fills in what an earlier version of the program has not stored.
        """
        through = self.roundups_through
        if "roundup" not in self.calendars.get("now", {"roundup": None}):
            # `names_month` may have changed unseen: no roundup is settled before its moment.
            through = min(through, configured.last_roundup_before(now))
        course = Course(configured, self.scheduled_from, self.looked_until, through)
        return course.restored(self.calendars, configured)

    def course(self, configured: Calendar, now: datetime) -> Course:
        """How far the series has looked, once the configured calendar counts."""
        stored = self.stored_course(configured, now)
        if stored.current == configured:
            return stored
        return stored.turned(configured, now)


class Series(Statements):
    """The rows of the series, which live and rehearsal share."""

    def find(self, name: str, *, lock: bool = False) -> SeriesRow | None:
        """The series with this name, or None.

        With `lock` no other transaction takes numbers of it until this one ends; on SQLite the
        transaction holds the write lock anyway.
        """
        statement = select(series).where(series.c.name == name)
        if lock:
            statement = statement.with_for_update()
        row = self.conn.execute(statement).one_or_none()
        if row is None:
            return None
        self.scope.series_ids[name] = row.id
        return SeriesRow(**row._asdict())

    def get(self, name: str, *, lock: bool = False) -> SeriesRow:
        """As `find`; raises `BadInput` where the database does not know the series."""
        row = self.find(name, lock=lock)
        if row is None:
            raise BadInput(f"There is no series {name} in the database yet; run: mlcollage init")
        return row

    def ensure(
        self,
        name: str,
        fingerprint: str,
        roundups_through: str,
        calendars: Mapping[str, Any] | None = None,
    ) -> SeriesRow:
        """The series' row, inserted when new: then it looks from now on."""
        insert_new(
            self.conn,
            series,
            name=name,
            fingerprint=fingerprint,
            scheduled_from=self.now,
            looked_until=self.now - STEP,
            roundups_through=roundups_through,
            calendars=calendars or {},
        )
        return self.get(name)

    def make(self, name: str, course: Course) -> SeriesRow:
        """As `ensure`, with the course of a series that begins."""
        fingerprint = course.current.fingerprint
        return self.ensure(name, fingerprint, course.roundups_through, course.stored())

    def follow(self, name: str, course: Course, live_through: str | None = None) -> None:
        """Store how far the series has looked, and by which calendars.

        The caller holds the lock of the row, unless it is the only one that knows it.
        """
        values: dict[str, object] = {
            "fingerprint": course.current.fingerprint,
            "scheduled_from": course.scheduled_from,
            "looked_until": course.looked_until,
            "roundups_through": course.roundups_through,
            "calendars": course.stored(),
        }
        if live_through is not None:
            values["live_through"] = live_through
        mine = series.c.id == self.series_id(name)
        self.conn.execute(update(series).where(mine).values(values))

    def looked(self, name: str, until: datetime) -> None:
        """Note that the slots up to then are settled; an earlier time changes nothing."""
        mine = (series.c.id == self.series_id(name), series.c.looked_until < until)
        self.conn.execute(update(series).where(*mine).values(looked_until=until))

    def roundups_done(self, name: str, title_month: str) -> None:
        """Note that roundups up to a title month are settled; an earlier one changes nothing."""
        mine = (series.c.id == self.series_id(name), series.c.roundups_through < title_month)
        self.conn.execute(update(series).where(*mine).values(roundups_through=title_month))

    def pause(self, name: str, at: datetime | None, until: datetime | None) -> None:
        """Write from when until when the series is paused; None and None end a pause."""
        mine = series.c.id == self.series_id(name)
        values = {"paused_at": at, "paused_until": until}
        self.conn.execute(update(series).where(mine).values(values))

    def known(self) -> dict[str, bool]:
        """The names of all series, the oldest first, and whether each is retired."""
        statement = select(series.c.name, series.c.retired_at).order_by(series.c.id)
        return {row.name: row.retired_at is not None for row in self.conn.execute(statement)}

    def all(self) -> list[SeriesRow]:
        """All series, the oldest first."""
        rows = self.conn.execute(select(series).order_by(series.c.id))
        return [SeriesRow(**row._asdict()) for row in rows]

    def retire(self, name: str, at: datetime | None) -> None:
        """Note that a series is to be gone from the configuration, or with None that it is not."""
        mine = series.c.id == self.series_id(name)
        self.conn.execute(update(series).where(mine).values(retired_at=at))

    def count_from(self, name: str, counted: Mapping[str, int]) -> None:
        """Store by numbering year the number after which a series counts on."""
        mine = series.c.id == self.series_id(name)
        self.conn.execute(update(series).where(mine).values(counted=dict(counted)))
