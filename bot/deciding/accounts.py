"""What a maintainer decides about accounts, and what the accounts have cost."""

from typing import NamedTuple

from bot.context import Context
from bot.storage.charges import MonthlyCost


class Freed(NamedTuple):
    """An account that was released: whether it was held, and how many deliveries wait again."""

    was_held: bool
    deliveries: int


def hold(context: Context, account: str, why: str = "") -> bool:
    """Hold an account, so that nothing goes out on it; False where it was held already.

    Raises `BadInput` where the configuration has no such account.
    """
    context.config.check_account(account)
    with context.write() as work:
        is_new = work.accounts.hold(account, why)
        work.log.record(context.who, "hold", f"account/{account}", why)
    return is_new


def release(context: Context, account: str) -> Freed:
    """Release an account, and let the deliveries held on it wait to be sent again.

    Raises `BadInput` where the configuration has no such account.
    """
    context.config.check_account(account)
    with context.write() as work:
        was_held = work.accounts.release(account)
        deliveries = work.deliveries.release_all(account)
        work.log.record(context.who, "release", f"account/{account}", "")
    return Freed(was_held, deliveries)


def costs(context: Context) -> list[MonthlyCost]:
    """What has been spent, without rehearsals, by month (UTC), account and kind of request."""
    with context.read() as work:
        return work.charges.by_month()
