"""How each account stands: what of its deliveries wants attention, and when."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, literal_column, select

from bot.storage.accounts import AccountRow, from_row
from bot.storage.deliveries import SENDING, UNCERTAIN, UNDER_WAY, first_waiting_at, of_account
from bot.storage.statements import Statements
from bot.storage.tables import accounts, deliveries


class Standing(NamedTuple):
    """An account and the first of its deliveries of each kind, in the mode that runs.

    `is_abandoned`: a lease ended so long ago that the request under way has ended, too.
    """

    account: AccountRow
    waiting_at: datetime | None
    uncertain_at: datetime | None
    lease_until: datetime | None
    is_abandoned: bool

    @property
    def is_open(self) -> bool:
        """Whether a delivery is not at its end."""
        return self.next_at is not None

    @property
    def next_at(self) -> datetime | None:
        """When a delivery wants attention: its time, or the end of a lease."""
        times = (self.waiting_at, self.uncertain_at, self.lease_until)
        return min((at for at in times if at is not None), default=None)

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to send or to look for."""
        return any(at is not None and at <= now for at in (self.waiting_at, self.uncertain_at))

    def has_doubt(self, now: datetime) -> bool:
        """Whether there is something to look for."""
        return self.uncertain_at is not None and self.uncertain_at <= now


class Standings(Statements):
    """The standing of every account, in one statement."""

    def all(self, request: timedelta) -> list[Standing]:
        """Every account in the order of their names; `request` is the longest a request may take.

        Each column is a step into an index over what is open, so that it costs the same however
        much waits.
        """
        uncertain = of_account(UNDER_WAY, deliveries.c.state == UNCERTAIN, mode=self.rehearsal)
        sending = of_account(UNDER_WAY, deliveries.c.state == SENDING, mode=self.rehearsal)
        lease = sending.with_only_columns(func.min(deliveries.c.lease_until))
        ended = sending.where(deliveries.c.lease_until < self.scope.instant(-request))
        columns = (
            first_waiting_at(self.rehearsal).label("waiting_at"),
            uncertain.with_only_columns(func.min(deliveries.c.next_at))
            .scalar_subquery()
            .label("uncertain_at"),
            lease.scalar_subquery().label("lease_until"),
            ended.with_only_columns(literal_column("1")).exists().label("is_abandoned"),
        )
        statement = select(accounts, *columns).order_by(accounts.c.name)
        return [
            Standing(
                from_row(row),
                row.waiting_at,
                row.uncertain_at,
                row.lease_until,
                bool(row.is_abandoned),
            )
            for row in self.conn.execute(statement)
        ]
