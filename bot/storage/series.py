"""What the database remembers of each series: since when and how far it looks, and its pause."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update

from bot.core.errors import BadInput
from bot.core.notices.queue import SlotsChanged
from bot.core.schedule import STEP
from bot.storage.database import insert_new
from bot.storage.notices import Notices
from bot.storage.statements import Statements
from bot.storage.tables import series


class SeriesRow(NamedTuple):
    """A series as the database knows it.

    `fingerprint` stands for its timetable and zone. Slots before `scheduled_from` are never due,
    those up to `looked_until` are settled, and so are the roundups of title months up to
    `roundups_through`. Paused from `paused_at` on: until `paused_until`, or where that is None
    until a person ends it.
    """

    id: int
    name: str
    fingerprint: str
    scheduled_from: datetime
    looked_until: datetime
    roundups_through: str
    paused_at: datetime | None
    paused_until: datetime | None

    def is_paused(self, at: datetime) -> bool:
        """Whether slots of that moment take nothing."""
        return self.paused_at is not None and (self.paused_until is None or at < self.paused_until)


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

    def ensure(self, name: str, fingerprint: str, roundups_through: str) -> SeriesRow:
        """The series' row, inserted when new.

        When its timetable or zone has changed it looks from now on, and a notice says so.
        """
        row = self.find(name)
        if row is None:
            insert_new(
                self.conn,
                series,
                name=name,
                fingerprint=fingerprint,
                scheduled_from=self.now,
                looked_until=self.now - STEP,
                roundups_through=roundups_through,
            )
            return self.get(name)
        if row.fingerprint == fingerprint:
            return row
        # Guarded by the old fingerprint: of several processes that start, one makes the change.
        mine = (series.c.id == row.id, series.c.fingerprint == row.fingerprint)
        changed = update(series).where(*mine).values(fingerprint=fingerprint)
        if self.conn.execute(changed).rowcount == 1:
            self.look_from(name, self.now)
            Notices(self.scope).add(SlotsChanged(name, fingerprint, self.now))
        return self.get(name)

    def look_from(self, name: str, at: datetime, roundups_through: str | None = None) -> None:
        """Let no slot before `at` be due, nor roundups up to a title month where one is given."""
        values: dict[str, object] = {"scheduled_from": at, "looked_until": at - STEP}
        if roundups_through is not None:
            values["roundups_through"] = roundups_through
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
