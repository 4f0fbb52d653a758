"""Each attempt to send, written before the network is called; and the result of each lookup."""

from datetime import timedelta

from sqlalchemy import and_, case, func, insert, literal, or_, select, update

from bot.core.delivery import Delivery, Outcome
from bot.core.lookups import Doubt
from bot.storage.deliveries import Deliveries
from bot.storage.statements import Statements
from bot.storage.tables import attempts, looks

DETAIL = 2_000
"""Characters kept of a network's message."""

TRACE = 20_000
"""Characters kept of a traceback, from its end, where the error itself stands."""

REFUSED = {
    outcome.value
    for outcome in (Outcome.REJECTED, Outcome.BLOCKED, Outcome.UNAVAILABLE, Outcome.NOT_SENT)
}
"""Outcomes by which nothing of the attempt should be out."""


class Attempts(Statements):
    """The attempts and lookups of deliveries."""

    def start(self, delivery: Delivery, position: int | None, lease: timedelta) -> int:
        """Write the intent to send before the network is called, and renew the lease.

        A `position` of None stands for the whole thread. Returns the id of the attempt; raises
        `Lost` where another worker has taken the delivery.
        """
        lease_until = self.scope.instant(lease)
        Deliveries(self.scope).write_guarded(delivery, begun=True, lease_until=lease_until)
        row = {
            "delivery_id": delivery.id,
            "position": position,
            "fence": delivery.fence,
            "started_at": self.now,
        }
        new = insert(attempts).values(row).returning(attempts.c.id)
        attempt_id: int = self.conn.execute(new).scalar_one()
        return attempt_id

    def end(self, attempt_id: int, outcome: Outcome, detail: str = "", trace: str = "") -> None:
        """Write how an attempt ended, with the network's message in `detail`.

        `trace` is the traceback of an unexpected error.
        """
        values = {"ended_at": self.now, "outcome": outcome.value, "detail": detail[:DETAIL]}
        ended = update(attempts).where(attempts.c.id == attempt_id)
        self.conn.execute(ended.values(**values, trace=trace[-TRACE:]))

    def is_unfinished(self, delivery_id: int) -> bool:
        """Whether an attempt was cut off, so that it may have reached the network."""
        statement = select(attempts.c.id).where(
            attempts.c.delivery_id == delivery_id, attempts.c.outcome.is_(None)
        )
        return self.conn.execute(statement.limit(1)).scalar() is not None

    def doubt(self, delivery: Delivery) -> Doubt:
        """What is known of the last attempt of a delivery that a lookup does not show."""
        mine = attempts.c.delivery_id == delivery.id
        newest_first = attempts.c.id.desc()
        last = select(attempts.c.position, attempts.c.outcome).where(mine).order_by(newest_first)
        row = self.conn.execute(last.limit(1)).one_or_none()
        if row is None:
            return Doubt(delivery.looks, is_refused=False, was_sent_again=False)
        same_part = attempts.c.position.is_not_distinct_from(row.position)
        absent = select(attempts.c.id).where(
            mine, same_part, attempts.c.outcome == Outcome.NOT_SENT.value
        )
        return Doubt(
            looks=delivery.looks,
            is_refused=row.outcome in REFUSED,
            was_rejected=row.outcome == Outcome.REJECTED.value,
            was_sent_again=self.conn.execute(absent.limit(1)).scalar() is not None,
        )

    def settle(self, delivery_id: int, outcome: Outcome, detail: str) -> None:
        """Settle the attempts without an outcome or with an uncertain one, and the last of all.

        `detail` is appended to the network's message, which stays.
        """
        last = (
            select(func.max(attempts.c.id))
            .where(attempts.c.delivery_id == delivery_id)
            .scalar_subquery()
        )
        unsettled = or_(
            attempts.c.outcome.is_(None),
            attempts.c.outcome == Outcome.UNCERTAIN.value,
            and_(attempts.c.id == last, attempts.c.outcome != Outcome.SENT.value),
        )
        statement = update(attempts).where(attempts.c.delivery_id == delivery_id, unsettled)
        before = case((attempts.c.detail == "", ""), else_=attempts.c.detail + " Then: ")
        ended_at = func.coalesce(attempts.c.ended_at, literal(self.now, attempts.c.ended_at.type))
        values = {
            "ended_at": ended_at,
            "outcome": outcome.value,
            "detail": before + detail[:DETAIL],
        }
        self.conn.execute(statement.values(**values))

    def saw(self, delivery_id: int, text: str, trace: str = "") -> None:
        """Write what a lookup has shown, with the traceback of an unexpected error in it."""
        row = {"delivery_id": delivery_id, "at": self.now, "saw": text[:DETAIL]}
        self.conn.execute(insert(looks).values(**row, trace=trace[-TRACE:]))
