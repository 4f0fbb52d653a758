"""Whether the month's budget of an account allows the threads that are to come, in their order."""

from datetime import datetime
from decimal import Decimal

from bot.context import Context
from bot.core import price
from bot.core.price import Cost
from bot.storage.charges import month_of


def over(account: str, cost: Cost | None, spent: Decimal, budget: Decimal | None) -> str:
    """That the thread would exceed the account's budget, as a sentence; "" where it would not."""
    overrun = price.overrun(cost, spent, budget)
    if overrun is None:
        return ""
    return f"{account} would wait for the next month: {overrun}."


class Budgets:
    """What the accounts have spent by month, with the threads that are to come."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._spent: dict[tuple[str, str], Decimal] = {}

    def spend(self, account: str, cost: Cost | None, at: datetime) -> str:
        """Count a thread in the month of its slot, or return that it would wait, and why."""
        budget = self._context.publishers[account].budget
        if cost is None or budget is None:
            return ""
        month = month_of(at)
        spent = self._spent.get((account, month))
        if spent is None:
            with self._context.read() as work:
                spent = work.charges.spent(work.accounts.ids()[account], month)
        waits = over(account, cost, spent, budget)
        self._spent[account, month] = spent if waits else spent + cost.total
        return waits
