"""How far each notice has got on its way to each destination."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from bot.core.notices import TROUBLE, Kind
from bot.storage.database import Instant, insert_new
from bot.storage.notices import COLUMNS, Notice, of_row
from bot.storage.statements import Statements
from bot.storage.tables import alerts, notices

OPEN = notices.c.alerted_at.is_(None)


class Claim(NamedTuple):
    """A sending of ours: what it must find unchanged when it has failed."""

    notice_id: int
    destination: str
    next_at: datetime
    failures: int


class Way(NamedTuple):
    """How far a notice has got; with `ended_at` and no note it was taken."""

    notice_id: int
    destination: str
    next_at: datetime
    failures: int
    ended_at: datetime | None
    note: str


def _is_due(at: Instant, longest: timedelta) -> ColumnElement[bool]:
    """A time further ahead than any wait was written while a clock was wrong: it is due as well."""
    return or_(alerts.c.next_at <= at, alerts.c.next_at > at + longest)


class Alerts(Statements):
    """The ways of notices to their destinations."""

    def is_any_open(self) -> bool:
        return self.conn.execute(select(notices.c.id).where(OPEN).limit(1)).scalar() is not None

    def skip(self, *, only_trouble: bool) -> None:
        """Nobody is to be alerted of what is open; or, of it, of what asks nobody to do something."""
        needs_a_person = or_(
            notices.c.kind.in_([kind.value for kind in TROUBLE]),
            and_(notices.c.kind == Kind.BRIEF.value, notices.c.acknowledged_at.is_(None)),
        )
        which = (OPEN, ~needs_a_person) if only_trouble else (OPEN,)
        self.conn.execute(update(notices).where(*which).values(alerted_at=self.now))

    def due(self, destination: str, longest: timedelta, most: int) -> list[Notice]:
        """At most so many open notices that this destination is to get now, the oldest first.

        No honest time to try again lies further ahead than `longest`.
        """
        at = self.scope.instant(timedelta(0))
        not_now = select(alerts.c.id).where(
            alerts.c.notice_id == notices.c.id,
            alerts.c.destination == destination,
            or_(alerts.c.ended_at.is_not(None), ~_is_due(at, longest)),
        )
        found = select(*COLUMNS).where(OPEN, ~not_now.exists()).order_by(notices.c.id).limit(most)
        return [of_row(row) for row in self.conn.execute(found)]

    def claim(
        self,
        notice_id: int,
        destination: str,
        lease: timedelta,
        longest: timedelta,
    ) -> Claim | None:
        """Take one sending for the time of a lease; None when it is not due any more."""
        at = self.scope.instant(timedelta(0))
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
        return Claim(notice_id, destination, row.next_at, row.failures) if row else None

    def taken(self, claim: Claim) -> None:
        """The destination has it, whoever has claimed it meanwhile."""
        mine = (alerts.c.notice_id == claim.notice_id, alerts.c.destination == claim.destination)
        self.conn.execute(
            update(alerts)
            .where(*mine, alerts.c.ended_at.is_(None))
            .values(ended_at=self.now, note="")
        )

    def failed(self, claim: Claim, wait: timedelta | None, note: str) -> bool:
        """It is tried again after a wait, or without one never; False when somebody else has claimed
        it meanwhile.
        """
        at = self.scope.instant(timedelta(0))
        mine = (alerts.c.notice_id == claim.notice_id, alerts.c.destination == claim.destination)
        values = {"next_at": at + wait} if wait is not None else {"ended_at": at}
        mark = update(alerts).where(
            *mine, alerts.c.ended_at.is_(None), alerts.c.next_at == claim.next_at
        )
        return (
            self.conn.execute(
                mark.values(failures=claim.failures + 1, note=note, **values)
            ).rowcount
            == 1
        )

    def leave_out(self, notice_id: int, destination: str, note: str) -> None:
        """This destination is not to get this notice."""
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
        """What has ended at all these destinations is on its way no more; written only where there is
        such a notice.
        """
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
        """How far these notices have got."""
        columns = (alerts.c[name] for name in Way._fields)
        found = select(*columns).where(alerts.c.notice_id.in_(notice_ids)).order_by(alerts.c.id)
        return [Way(*row) for row in self.conn.execute(found)]
