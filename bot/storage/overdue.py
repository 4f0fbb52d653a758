"""What is past due, for the watchdog: read from the indexes of what is open, never from history."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from bot.storage.deliveries import OPEN, SENDING, WAITING
from bot.storage.statements import Statements
from bot.storage.tables import accounts, deliveries, notices


class Late(NamedTuple):
    """A delivery that is still open; its `fence` tells one lease from the next."""

    id: int
    account: str
    state: str
    next_at: datetime
    fence: int


_LATE = (
    select(
        deliveries.c.id,
        accounts.c.name.label("account"),
        deliveries.c.state,
        deliveries.c.next_at,
        deliveries.c.fence,
    )
    .join(accounts, accounts.c.id == deliveries.c.account_id)
    # In any other order SQLite prefers a walk through the whole table to `ix_deliveries_open`.
    .order_by(deliveries.c.next_at)
)


class Overdue(Statements):
    """What is past due in the mode that runs."""

    def not_out(self, before: datetime, most: int) -> list[Late]:
        """At most `most` deliveries that are waiting or uncertain, and were due before then."""
        since = func.coalesce(deliveries.c.tried_from, deliveries.c.due_at)
        idle = (OPEN, deliveries.c.state != SENDING)
        statement = _LATE.where(*idle, since < before, deliveries.c.rehearsal == self.rehearsal)
        return [Late(*row) for row in self.conn.execute(statement.limit(most))]

    def left(self, for_longer: timedelta, most: int) -> list[Late]:
        """At most `most` deliveries whose lease ended longer ago than that."""
        past = (
            OPEN,
            deliveries.c.state == SENDING,
            deliveries.c.lease_until < self.scope.instant(-for_longer),
        )
        statement = _LATE.where(*past, deliveries.c.rehearsal == self.rehearsal)
        return [Late(*row) for row in self.conn.execute(statement.limit(most))]

    def waiting(self, account_id: int, most: int) -> int:
        """How many deliveries wait for an account, counted no further than `most`."""
        mine = (
            deliveries.c.account_id == account_id,
            deliveries.c.state == WAITING,
            deliveries.c.rehearsal == self.rehearsal,
        )
        first = select(deliveries.c.id).where(*mine).limit(most)
        return self.conn.execute(select(func.count()).select_from(first.subquery())).scalar_one()

    def unsent(self, before: datetime) -> int:
        """How many notices from before then have not been sent to every destination."""
        mine = (notices.c.alerted_at.is_(None), notices.c.created_at < before)
        statement = select(func.count()).select_from(notices).where(*mine)
        return self.conn.execute(statement).scalar_one()
