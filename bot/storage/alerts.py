"""How far each notice has got on its way to each destination.

A sending is claimed like a delivery: with a lease, which is the row's `next_at`. When the process
that claimed it dies, the lease ends and the sending is due again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from bot.core.notices.entry import ASKING, Kind
from bot.storage.database import Instant, insert_new
from bot.storage.notices import COLUMNS, Notice, of_row
from bot.storage.statements import Statements
from bot.storage.tables import alerts, notices

OPEN = notices.c.alerted_at.is_(None)
"""Worded as the partial index `ix_notices_unalerted` has it, so that the index is used."""


class Claim(NamedTuple):
    """A sending that was claimed.

    `next_at` is the end of its lease, and identifies the claim: another one has another end.
    """

    notice_id: int
    destination: str
    next_at: datetime
    failures: int


class Way(NamedTuple):
    """How far a notice has got to one destination.

    With `ended_at` nothing more is tried: an empty note means that the destination accepted it.
    """

    notice_id: int
    destination: str
    next_at: datetime
    failures: int
    ended_at: datetime | None
    note: str


def _is_due(at: Instant, longest: timedelta) -> ColumnElement[bool]:
    """Whether a row's time has come.

    A time further ahead than the longest wait was written while a clock was wrong: due as well.
    """
    return or_(alerts.c.next_at <= at, alerts.c.next_at > at + longest)


class Alerts(Statements):
    """The ways of notices, of either mode, to their destinations."""

    def is_any_open(self) -> bool:
        """Whether any notice has still to be sent to a destination."""
        return self.conn.execute(select(notices.c.id).where(OPEN).limit(1)).scalar() is not None

    def skip(self, *, only_trouble: bool) -> None:
        """Close open notices without sending them: all, or those that need no action.

        With `only_trouble` the notices that ask for a person stay open.
        """
        skipped = update(notices).where(OPEN).values(alerted_at=self.now)
        if only_trouble:
            needs_a_person = or_(
                notices.c.kind.in_([kind.value for kind in ASKING]),
                and_(notices.c.kind == Kind.BRIEF.value, notices.c.acknowledged_at.is_(None)),
            )
            skipped = skipped.where(~needs_a_person)
        self.conn.execute(skipped)

    def due(self, destination: str, longest: timedelta, most: int) -> list[Notice]:
        """At most `most` open notices that this destination is to get now, the oldest first.

        `longest` is the longest wait between two tries.
        """
        at = self.scope.instant(timedelta(0))
        not_now = select(alerts.c.id).where(
            alerts.c.notice_id == notices.c.id,
            alerts.c.destination == destination,
            or_(alerts.c.ended_at.is_not(None), ~_is_due(at, longest)),
        )
        due = select(*COLUMNS).where(OPEN, ~not_now.exists()).order_by(notices.c.id).limit(most)
        return [of_row(row) for row in self.conn.execute(due)]

    def claim(
        self, notice_id: int, destination: str, lease: timedelta, longest: timedelta
    ) -> Claim | None:
        """Claim one sending for the time of a lease, by one guarded statement.

        Returns None when it is not due any more: another worker has claimed or ended it.
        """
        at = self.scope.instant(timedelta(0))
        # A first try has no row yet. Two workers may both come this far: the update below decides.
        insert_new(self.conn, alerts, notice_id=notice_id, destination=destination, next_at=at)
        mine = (
            alerts.c.notice_id == notice_id,
            alerts.c.destination == destination,
            alerts.c.ended_at.is_(None),
        )
        taken = (
            update(alerts)
            .where(*mine, _is_due(at, longest))
            .values(next_at=at + lease)
            .returning(alerts.c.next_at, alerts.c.failures)
        )
        row = self.conn.execute(taken).one_or_none()
        if row is None:
            return None
        return Claim(notice_id, destination, row.next_at, row.failures)

    def taken(self, claim: Claim) -> None:
        """The destination has accepted it.

        Not guarded by the lease: it stays true when another worker has claimed it meanwhile.
        """
        mine = (alerts.c.notice_id == claim.notice_id, alerts.c.destination == claim.destination)
        self.conn.execute(
            update(alerts)
            .where(*mine, alerts.c.ended_at.is_(None))
            .values(ended_at=self.now, note="")
        )

    def failed(self, claim: Claim, wait: timedelta | None, note: str) -> bool:
        """Note why a sending failed: it is due again after `wait`, or ended where that is None.

        Returns False, and writes nothing, when another worker has claimed it meanwhile.
        """
        at = self.scope.instant(timedelta(0))
        values: dict[str, Any] = {"failures": claim.failures + 1, "note": note}
        if wait is None:
            values["ended_at"] = at
        else:
            values["next_at"] = at + wait
        mine = (
            alerts.c.notice_id == claim.notice_id,
            alerts.c.destination == claim.destination,
            alerts.c.ended_at.is_(None),
            alerts.c.next_at == claim.next_at,
        )
        return self.conn.execute(update(alerts).where(*mine).values(**values)).rowcount == 1

    def leave_out(self, notice_id: int, destination: str, note: str) -> None:
        """Never send this notice to this destination, for the reason in `note`."""
        insert_new(
            self.conn,
            alerts,
            notice_id=notice_id,
            destination=destination,
            next_at=self.now,
            ended_at=self.now,
            note=note,
        )

    def close(self, destinations: Collection[str]) -> None:
        """Close the notices whose sending has ended at all these destinations."""
        ended = (
            select(func.count())
            .select_from(alerts)
            .where(alerts.c.notice_id == notices.c.id, alerts.c.destination.in_(destinations))
            .where(alerts.c.ended_at.is_not(None))
        )
        self.conn.execute(
            update(notices)
            .where(OPEN, ended.scalar_subquery() >= len(destinations))
            .values(alerted_at=self.now)
        )

    def ways(self, notice_ids: Sequence[int]) -> list[Way]:
        """How far these notices have got, one row for each destination that was tried."""
        columns = (alerts.c[name] for name in Way._fields)
        ways = select(*columns).where(alerts.c.notice_id.in_(notice_ids)).order_by(alerts.c.id)
        return [Way(*row) for row in self.conn.execute(ways)]
