"""Rows dated later than now: what a clock that was ahead has left, found and put right.

All modes are searched: a clock is wrong for each of them.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)

from bot.core.notices.entry import Kind
from bot.storage.database import Instant
from bot.storage.statements import Statements
from bot.storage.tables import (
    accounts,
    attempts,
    charges,
    collages,
    deliveries,
    log,
    looks,
    notices,
    parts,
    roundups,
    series,
    slots,
)

OPENED_AGAIN = ("missed", "empty", "paused")
"""States of slots that took nothing: one settled before its time can be settled anew."""


class ClaimedAhead(NamedTuple):
    """A slot later than now that has taken a collage."""

    id: int
    series: str
    name: str
    due_at: datetime
    collage_id: int
    collage_due_at: datetime | None


class FailedAhead(NamedTuple):
    """A delivery that a clock which was ahead gave up."""

    id: int
    key: str


class RoundupAhead(NamedTuple):
    """A roundup made before its moment; `out` counts the parts of its threads that are out."""

    id: int
    series: str
    title_month: str
    out: int


class Ahead(Statements):
    """Rows dated later than a moment, which is now and some leeway."""

    def newest_row_at(self) -> datetime | None:
        """The newest date among the newest rows: of notices, attempts, lookups and the log."""
        newest = []
        for table, column in (
            (notices, notices.c.created_at),
            (attempts, attempts.c.started_at),
            (looks, looks.c.at),
            (log, log.c.at),
        ):
            # By the primary key, not by date: one step, however long the history is.
            newest_id = select(func.max(table.c.id)).scalar_subquery()
            statement = select(column).where(table.c.id == newest_id)
            newest.append(self.conn.execute(statement).scalar())
        return max((at for at in newest if at is not None), default=None)

    # Slots

    def slots(self, after: datetime, series_id: int | None = None) -> list[tuple[str, int]]:
        """The states of the slots later than `after` that were settled, and how many have each."""
        mine = [slots.c.due_at > after, slots.c.state != "skipped"]
        if series_id is not None:
            mine.append(slots.c.series_id == series_id)
        statement = select(slots.c.state, func.count()).where(*mine).group_by(slots.c.state)
        return [(row[0], row[1]) for row in self.conn.execute(statement)]

    def open_slots(self, after: datetime, series_id: int | None = None) -> int:
        """Delete the rows of slots later than `after` that took nothing; how many there were.

        What was told of them is about another clock's slot: it is told again when it happens.
        """
        mine = [slots.c.due_at > after, slots.c.state.in_(OPENED_AGAIN)]
        if series_id is not None:
            mine.append(slots.c.series_id == series_id)
        joined = select(slots.c.due_at, slots.c.rehearsal, series.c.name).join(
            series, series.c.id == slots.c.series_id
        )
        for row in self.conn.execute(joined.where(*mine)).all():
            self._forget_told(row.name, row.due_at, row.rehearsal)
        return self.conn.execute(delete(slots).where(*mine)).rowcount

    def _forget_told(self, series_name: str, due_at: datetime, rehearsal: int) -> None:
        """Let what was told of a slot be told anew: the old notices are over and lose their key."""
        prefix = f"rehearsal-{rehearsal}/" if rehearsal else ""
        keys = [f"{prefix}{kind}/{series_name}/{due_at}" for kind in (Kind.EMPTY, Kind.MISSED)]
        renamed = update(notices).where(notices.c.key.in_(keys))
        over_since = func.coalesce(notices.c.acknowledged_at, self.now)
        self.conn.execute(renamed.values(key=_other_key(), acknowledged_at=over_since))

    def claimed(self, after: datetime) -> list[ClaimedAhead]:
        """The slots later than `after` that have taken a collage, extra ones as well."""
        statement = (
            select(
                slots.c.id,
                series.c.name.label("series"),
                collages.c.name,
                slots.c.due_at,
                slots.c.collage_id,
                collages.c.due_at.label("collage_due_at"),
            )
            .join(series, series.c.id == slots.c.series_id)
            .join(collages, collages.c.id == slots.c.collage_id)
            .where(slots.c.due_at > after, slots.c.state == "claimed")
            .order_by(slots.c.id)
        )
        return [ClaimedAhead(*row) for row in self.conn.execute(statement)]

    def date_claim(self, claim: ClaimedAhead, at: datetime, local_on: date) -> None:
        """Date a claimed slot, its collage and its deliveries `at`, outside the timetable."""
        self.conn.execute(
            update(slots)
            .where(slots.c.id == claim.id)
            .values(due_at=at, local_on=local_on, extra=True)
        )
        if claim.collage_due_at == claim.due_at:
            its = collages.c.id == claim.collage_id
            self.conn.execute(update(collages).where(its).values(due_at=at))
        its_threads = (
            deliveries.c.collage_id == claim.collage_id,
            deliveries.c.due_at == claim.due_at,
        )
        self.conn.execute(
            update(deliveries).where(*its_threads).values(due_at=at, local_on=local_on)
        )

    # Deliveries

    def leases(self, after: Instant) -> int:
        """How many leases end later than `after`, which is by the clock that leases go by."""
        mine = (deliveries.c.state == "sending", deliveries.c.lease_until > after)
        return self._count(select(func.count()).select_from(deliveries).where(*mine))

    def waiting(self, after: datetime) -> int:
        """How many deliveries wait for a time later than `after`, but for no person."""
        statement = select(func.count()).select_from(deliveries).where(*_waiting(after))
        return self.conn.execute(statement).scalar_one()

    def wait_no_longer(self, after: datetime, looked_for_at: datetime) -> int:
        """Let what waits for a time later than `after` go on now; how many there were.

        What may be out is looked for at `looked_for_at`, as if the request had just ended.
        """
        doubtful = update(deliveries).where(*_waiting(after), deliveries.c.state == "uncertain")
        count = self.conn.execute(doubtful.values(next_at=looked_for_at, looks=0)).rowcount
        rest = update(deliveries).where(*_waiting(after))
        return count + self.conn.execute(rest.values(next_at=self.now)).rowcount

    def redate_tries(self, after: datetime) -> int:
        """Count from now what was tried from a moment later than `after`; how many there were."""
        mine = update(deliveries).where(deliveries.c.tried_from > after)
        return self.conn.execute(mine.values(tried_from=self.now)).rowcount

    def failed(self, after: datetime) -> list[FailedAhead]:
        """The deliveries that failed later than `after`."""
        mine = (deliveries.c.ended_at > after, deliveries.c.state == "failed")
        statement = select(deliveries.c.id, deliveries.c.key).where(*mine)
        return [FailedAhead(*row) for row in self.conn.execute(statement.order_by(deliveries.c.id))]

    def redate_ends(self, after: datetime) -> int:
        """Date the ends of deliveries later than `after` now; how many there were."""
        mine = update(deliveries).where(deliveries.c.ended_at > after)
        return self.conn.execute(mine.values(ended_at=self.now)).rowcount

    # Roundups

    def roundups(self, after: datetime) -> list[RoundupAhead]:
        """The roundups due later than `after` that are made already."""
        out = (
            select(func.count())
            .select_from(parts)
            .join(deliveries, deliveries.c.id == parts.c.delivery_id)
            .where(deliveries.c.roundup_id == roundups.c.id, parts.c.receipt_id.is_not(None))
            .scalar_subquery()
        )
        statement = (
            select(roundups.c.id, series.c.name, roundups.c.title_month, out)
            .join(series, series.c.id == roundups.c.series_id)
            .where(roundups.c.due_at > after, roundups.c.published_elsewhere.is_(False))
            .order_by(roundups.c.id)
        )
        return [RoundupAhead(*row) for row in self.conn.execute(statement)]

    def unmake(self, roundup: RoundupAhead) -> None:
        """Take a roundup of which nothing is out back, with its threads; its collages are free."""
        threads = select(deliveries.c.id).where(deliveries.c.roundup_id == roundup.id)
        for table in (parts, attempts, looks):
            self.conn.execute(delete(table).where(table.c.delivery_id.in_(threads)))
        self.conn.execute(delete(deliveries).where(deliveries.c.roundup_id == roundup.id))
        held = update(collages).where(collages.c.roundup_id == roundup.id)
        self.conn.execute(held.values(roundup_id=None))
        self.conn.execute(delete(roundups).where(roundups.c.id == roundup.id))

    # Series and accounts

    def series(self, after: datetime) -> list[str]:
        """The names of the series that begin, have looked, or are paused, later than `after`."""
        mine = or_(*(column > after for column in _SERIES))
        statement = select(series.c.name).where(mine).order_by(series.c.name)
        return list(self.conn.execute(statement).scalars())

    def redate_series(self, after: datetime) -> int:
        """Let series that are ahead begin, look and be paused from now; how many there were."""
        count = 0
        for column in _SERIES:
            mine = update(series).where(column > after).values({column: self.now})
            count += self.conn.execute(mine).rowcount
        return count

    def holds(self, after: datetime) -> list[str]:
        """The accounts that are held since later than `after`."""
        statement = select(accounts.c.name).where(accounts.c.held_at > after)
        return list(self.conn.execute(statement.order_by(accounts.c.name)).scalars())

    def end_timed_holds(self, after: datetime) -> int:
        """Release accounts held since later than `after` until a time; how many there were.

        What made such a hold is checked again before the next thread.
        """
        mine = (accounts.c.held_at > after, accounts.c.held_until.is_not(None))
        ended = {"held_at": None, "held_until": None, "note": ""}
        return self.conn.execute(update(accounts).where(*mine).values(ended)).rowcount

    def redate_holds(self, after: datetime) -> int:
        """Let holds since later than `after` count from now; how many there were."""
        mine = update(accounts).where(accounts.c.held_at > after)
        return self.conn.execute(mine.values(held_at=self.now)).rowcount

    # What was written down

    def notices(self, after: datetime) -> int:
        """How many notices were made later than `after`."""
        return self._count(select(func.count()).where(notices.c.created_at > after))

    def redate_notices(self, after: datetime) -> int:
        """Date notices made later than `after` now, and let the same be told again; how many."""
        mine = update(notices).where(notices.c.created_at > after)
        values = {"created_at": self.now, "key": _other_key()}
        return self.conn.execute(mine.values(values)).rowcount

    def charges(self, after: datetime) -> int:
        """How many charges were booked later than `after`."""
        return self._count(select(func.count()).where(charges.c.at > after))

    def redate_charges(self, after: datetime, month: str) -> int:
        """Book the charges of later than `after` in the month that runs; how many there were."""
        mine = update(charges).where(charges.c.at > after)
        return self.conn.execute(mine.values(at=self.now, month=month)).rowcount

    def history(self, after: datetime) -> int:
        """How many attempts, lookups, receipts and changes are dated later than `after`."""
        return sum(
            self._count(select(func.count()).where(column > after)) for column in _HISTORY.values()
        )

    def redate_history(self, after: datetime) -> int:
        """Date attempts, lookups, receipts and changes of later than `after` now; how many."""
        count = 0
        for table, column in _HISTORY.items():
            dated = update(table).where(column > after)
            count += self.conn.execute(dated.values({column: self.now})).rowcount
        for column in (attempts.c.ended_at, collages.c.posted_at):
            dated = update(column.table).where(column > after)
            self.conn.execute(dated.values({column: self.now}))
        return count

    def _count(self, statement: Select[Any]) -> int:
        count: int = self.conn.execute(statement).scalar_one()
        return count


_HISTORY = {
    attempts: attempts.c.started_at,
    looks: looks.c.at,
    parts: parts.c.sent_at,
    log: log.c.at,
}
_SERIES = (series.c.scheduled_from, series.c.looked_until, series.c.paused_at)


def _waiting(after: datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition of deliveries that wait for a time later than `after`, and for no person."""
    # A person is waited for until the year 9999.
    until = datetime(9000, 1, 1, tzinfo=after.tzinfo)
    return (
        deliveries.c.state.in_(["waiting", "uncertain"]),
        and_(deliveries.c.next_at > after, deliveries.c.next_at < until),
    )


def _other_key() -> ColumnElement[str]:
    """A key that no notice has: the old one with the row's number."""
    return notices.c.key + "#" + cast(notices.c.id, Text)
