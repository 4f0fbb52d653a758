"""How a series and its accounts stand: what is held, what was spent, what is paused."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.storage.charges import month_of


class AccountHealth(NamedTuple):
    """An account of a series: whose posts it makes, and what keeps it from making them.

    Amounts are US dollars of this month (UTC); None where its network charges nothing, or it has no
    budget.
    """

    name: str
    network: str
    identity: str
    is_held: bool
    note: str
    held_until: datetime | None
    spent: Decimal | None
    budget: Decimal | None


class Health(NamedTuple):
    """A series: its accounts, and its pause; `paused_until` is None where a person ends it."""

    accounts: tuple[AccountHealth, ...]
    is_paused: bool
    paused_until: datetime | None


def of(context: Context, series: Series) -> Health:
    """How a series stands, as far as the database knows: no network is asked."""
    with context.read() as work:
        rows = {row.name: row for row in work.accounts.all()}
        row = work.series.get(series.name)
        found = list[AccountHealth]()
        for name in series.accounts:
            account, publisher = rows[name], context.publishers[name]
            spent = None
            if publisher.price:
                spent = work.charges.spent(account.id, month_of(work.now))
            found.append(
                AccountHealth(
                    name=name,
                    network=publisher.network.title,
                    identity=publisher.identity or account.identity_handle,
                    is_held=account.is_held(work.now),
                    note=account.note,
                    held_until=account.held_until,
                    spent=spent,
                    budget=publisher.budget,
                )
            )
        is_paused = row.is_paused(work.now)
        return Health(tuple(found), is_paused, row.paused_until if is_paused else None)
