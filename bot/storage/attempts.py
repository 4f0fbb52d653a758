"""Each attempt to send, written before the network is called; and the result of each lookup."""

from datetime import timedelta

from sqlalchemy import case, func, insert, literal, select, update

from bot.core.delivery import Delivery, Outcome
from bot.storage.deliveries import Deliveries
from bot.storage.statements import Statements
from bot.storage.tables import attempts, looks

DETAIL = 2_000
"""Characters kept of a network's message."""

TRACE = 20_000
"""Characters kept of a traceback, from its end, where the error itself stands."""


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

    def end_unfinished(self, delivery_id: int, outcome: Outcome, detail: str) -> None:
        """Settle the attempts without an outcome, or with an uncertain one.

        `detail` is appended to the network's message, which stays.
        """
        unknown = attempts.c.outcome.is_(None) | (attempts.c.outcome == Outcome.UNCERTAIN.value)
        statement = update(attempts).where(attempts.c.delivery_id == delivery_id, unknown)
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
