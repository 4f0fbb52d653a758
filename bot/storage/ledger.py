"""What the ledger says is out on an account, to be compared with what the account shows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from bot.core import audit
from bot.core.audit import Meant
from bot.storage.deliveries import JOINED, from_row
from bot.storage.lookup import BEGUN
from bot.storage.parts import Parts
from bot.storage.statements import Statements
from bot.storage.tables import accounts, deliveries


class Ledger(Statements):
    """The threads of an account that were begun, in the mode that runs."""

    def meant(self, account_id: int, series_ids: Sequence[int], threads: int) -> list[Meant]:
        """All parts of the newest threads of each series on an account, the oldest thread first."""
        found = []
        for series_id in series_ids:
            statement = (
                JOINED.where(
                    deliveries.c.account_id == account_id,
                    deliveries.c.series_id == series_id,
                    deliveries.c.rehearsal == self.rehearsal,
                    BEGUN,
                )
                .order_by(deliveries.c.id.desc())
                .limit(threads)
            )
            found += [from_row(row) for row in self.conn.execute(statement)]
        return [
            each
            for delivery in sorted(found, key=lambda delivery: delivery.id)
            for each in audit.meant(delivery.id, Parts(self.scope).of(delivery.id))
        ]

    def audited_at(self, account_id: int) -> datetime | None:
        """When the account was last compared with the ledger; None before the first time."""
        at: datetime | None = self.conn.execute(
            select(accounts.c.audited_at).where(accounts.c.id == account_id)
        ).scalar()
        return at

    def audited(self, account_id: int, at: datetime) -> None:
        """Remember when the account was compared with the ledger."""
        mine = update(accounts).where(accounts.c.id == account_id)
        self.conn.execute(mine.values(audited_at=at))
