"""What the accounts have cost, one row for each charged request."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, insert, select

from bot.storage.statements import Statements
from bot.storage.tables import accounts, charges

MICRO = Decimal("0.000001")
"""Amounts are stored as whole millionths of a US dollar, which no database rounds."""


class MonthlyCost(NamedTuple):
    """What one account cost in a month (UTC), for one kind of request."""

    month: str
    account: str
    what: str
    requests: int
    dollars: Decimal


def month_of(at: datetime) -> str:
    """The month that a charge counts for, "2021-09": budgets go by months in UTC."""
    return f"{at.astimezone(UTC):%Y-%m}"


class Charges(Statements):
    """The charges of all accounts."""

    def add(self, account_id: int, what: str, dollars: Decimal) -> None:
        """Book one request of the kind `what` in the month that runs."""
        row = {
            "account_id": account_id,
            "at": self.now,
            "month": month_of(self.now),
            "what": what,
            "micros": int(dollars / MICRO),
        }
        self.conn.execute(insert(charges).values(row))

    def spent(self, account_id: int, month: str) -> Decimal:
        """The US dollars that an account has cost in a month ("2021-09")."""
        mine = (charges.c.account_id == account_id, charges.c.month == month)
        micros = self.conn.execute(select(func.sum(charges.c.micros)).where(*mine)).scalar()
        return (micros or 0) * MICRO

    def by_month(self) -> list[MonthlyCost]:
        """All costs by month, account and kind of request, the newest month first."""
        columns = (charges.c.month, accounts.c.name, charges.c.what)
        statement = (
            select(*columns, func.count(), func.sum(charges.c.micros))
            .join(accounts, accounts.c.id == charges.c.account_id)
            .group_by(*columns)
            .order_by(charges.c.month.desc(), accounts.c.name, charges.c.what)
        )
        return [
            MonthlyCost(month, account, what, requests, micros * MICRO)
            for month, account, what, requests, micros in self.conn.execute(statement)
        ]
