"""Each try to send, written down before the network is called; and what each look has shown."""

from datetime import timedelta

from sqlalchemy import case, func, insert, literal, select, update

from bot.core.delivery import Delivery, Outcome
from bot.storage.deliveries import Deliveries
from bot.storage.statements import Statements
from bot.storage.tables import attempts, looks

DETAIL = 2_000
"""Characters kept of what a network said."""

TRACE = 20_000
"""Characters kept of a traceback, from its end: the error itself stands there."""


class Attempts(Statements):
    """Each try to send, written down before the network is called; and each look."""

    def start(self, delivery: Delivery, position: int | None, lease: timedelta) -> int:
        """Write the intent down before the network is called, and renew the lease; the row's id.

        A `position` of None stands for the whole thread. Raises `Lost` where the delivery is not
        ours any more.
        """
        lease_until = self.scope.instant(lease)
        Deliveries(self.scope).write_guarded(delivery, begun=True, lease_until=lease_until)
        row = {
            "delivery_id": delivery.id,
            "position": position,
            "fence": delivery.fence,
            "started_at": self.now,
        }
        started: int = self.conn.execute(
            insert(attempts).values(row).returning(attempts.c.id)
        ).scalar_one()
        return started

    def end(self, attempt_id: int, outcome: Outcome, detail: str = "", trace: str = "") -> None:
        """How an attempt ended, in the network's words; `trace` is an unexpected error's traceback."""
        values = {"ended_at": self.now, "outcome": outcome.value, "detail": detail[:DETAIL]}
        ended = update(attempts).where(attempts.c.id == attempt_id)
        self.conn.execute(ended.values(**values, trace=trace[-TRACE:]))

    def is_unfinished(self, delivery_id: int) -> bool:
        """Whether an attempt was cut off: nobody knows whether it reached the network."""
        statement = select(attempts.c.id).where(
            attempts.c.delivery_id == delivery_id, attempts.c.outcome.is_(None)
        )
        return self.conn.execute(statement.limit(1)).scalar() is not None

    def end_unfinished(self, delivery_id: int, outcome: Outcome, detail: str) -> None:
        """Say of attempts without an outcome, or with an uncertain one, what came of them; the
        network's words stay.
        """
        open_ended = attempts.c.outcome.is_(None) | (attempts.c.outcome == Outcome.UNCERTAIN.value)
        statement = update(attempts).where(attempts.c.delivery_id == delivery_id, open_ended)
        said = case((attempts.c.detail == "", ""), else_=attempts.c.detail + " Then: ")
        ended_at = func.coalesce(attempts.c.ended_at, literal(self.now, attempts.c.ended_at.type))
        self.conn.execute(
            statement.values(
                ended_at=ended_at, outcome=outcome.value, detail=said + detail[:DETAIL]
            )
        )

    def saw(self, delivery_id: int, words: str, trace: str = "") -> None:
        """Write down what a look has shown, or the traceback of an unexpected error in it."""
        row = {"delivery_id": delivery_id, "at": self.now, "saw": words[:DETAIL]}
        self.conn.execute(insert(looks).values(**row, trace=trace[-TRACE:]))
