"""What the database remembers of each series and account: since when it looks, how far it has
looked, who is held.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update

from bot.core.errors import BadInput
from bot.core.notices import SlotsChanged
from bot.core.schedule import STEP
from bot.storage.database import insert_new
from bot.storage.notices import Notices
from bot.storage.statements import Statements
from bot.storage.tables import series


class SeriesRow(NamedTuple):
    """`looked_until`: slots up to then are settled; `roundups_through`: title months up to that one
    are.
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
        return self.paused_at is not None and (self.paused_until is None or at < self.paused_until)


class Series(Statements):
    """What the database remembers of each series; a series goes by its name."""

    def find(self, name: str, *, lock: bool = False) -> SeriesRow | None:
        """The series' row; None where there is none.

        With `lock` nobody else takes numbers of it until the transaction ends; SQLite has but one
        writer anyway.
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
        """The series' row, as `find` has it; raises `BadInput` where there is none."""
        found = self.find(name, lock=lock)
        if found is None:
            raise BadInput(f"There is no series {name} in the database yet; run: mlcollage init")
        return found

    def lock(self, series_name: str) -> None:
        """Let nobody else take numbers of this series until the transaction ends; SQLite has but one
        writer anyway.
        """
        series_id = self.series_id(series_name)
        self.conn.execute(select(series.c.id).where(series.c.id == series_id).with_for_update())

    def ensure(self, name: str, fingerprint: str, roundups_through: str) -> SeriesRow:
        """The series' row, made when new.

        When its slots or zone have just changed it looks from now on, and says so.
        """
        found = self.find(name)
        if found is None:
            insert_new(
                self.conn, series, name=name, fingerprint=fingerprint, scheduled_from=self.now, looked_until=self.now - STEP,
                roundups_through=roundups_through,
            )  # fmt: skip
            return self.get(name)
        if found.fingerprint == fingerprint:
            return found
        mine = (series.c.id == found.id, series.c.fingerprint == found.fingerprint)
        moved = (
            self.conn.execute(update(series).where(*mine).values(fingerprint=fingerprint)).rowcount
            == 1
        )
        if moved:
            self.look_from(name, self.now)
            Notices(self.scope).add(
                SlotsChanged(name, fingerprint, self.now),
            )
        return self.get(name)

    def look_from(
        self, series_name: str, at: datetime, roundups_through: str | None = None
    ) -> None:
        """What lies before `at` is never due for this series."""
        series_id = self.series_id(series_name)
        values: dict[str, object] = {"scheduled_from": at, "looked_until": at - STEP}
        if roundups_through is not None:
            values["roundups_through"] = roundups_through
        self.conn.execute(update(series).where(series.c.id == series_id).values(values))

    def looked(self, series_name: str, until: datetime) -> None:
        series_id = self.series_id(series_name)
        self.conn.execute(
            update(series)
            .where(series.c.id == series_id, series.c.looked_until < until)
            .values(looked_until=until)
        )

    def roundups_done(self, series_name: str, title_month: str) -> None:
        series_id = self.series_id(series_name)
        self.conn.execute(
            update(series)
            .where(series.c.id == series_id, series.c.roundups_through < title_month)
            .values(roundups_through=title_month)
        )

    def pause(self, series_name: str, at: datetime | None, until: datetime | None) -> None:
        series_id = self.series_id(series_name)
        self.conn.execute(
            update(series).where(series.c.id == series_id).values(paused_at=at, paused_until=until)
        )
