"""What a maintainer decides about accounts, and what the accounts have cost."""

from typing import NamedTuple

from bot.context import Context
from bot.core import changes, collage
from bot.core.delivery import State
from bot.core.errors import BadInput
from bot.storage.charges import MonthlyCost
from bot.storage.lookup import Entry
from bot.storage.work import Work

MOST = 1_000
"""Waiting threads of an account that are looked at when it is released."""


class Freed(NamedTuple):
    """An account that was released: whether it was held, and how many deliveries wait again.

    `late` are the names of threads that are too late by now to begin by themselves.
    """

    was_held: bool
    deliveries: int
    late: tuple[str, ...] = ()


def hold(context: Context, account: str, why: str = "") -> bool:
    """Hold an account, so that nothing goes out on it; False where it was held already.

    Raises `BadInput` where the configuration has no such account, or for a reason that cannot be
    stored.
    """
    context.config.check_account(account)
    if problem := collage.reason_problem(why):
        raise BadInput(problem)
    with context.write() as work:
        is_new = work.accounts.hold(account, why)
        made = changes.changed("held", "no" if is_new else "yes", "yes")
        work.log.record(context.who, "hold", f"account/{account}", why, made)
    return is_new


def release(context: Context, account: str, *, with_late: bool = False) -> Freed:
    """Release an account, and let the deliveries held on it wait to be sent again.

    Threads that fell too late while the account was held begin only `with_late`; without it they
    are returned. Raises `BadInput` where the configuration has no such account.
    """
    context.config.check_account(account)
    with context.write() as work:
        was_held = work.accounts.release(account)
        deliveries = work.deliveries.release_all(account)
        late = _late(context, work, account)
        if with_late:
            for entry in late:
                values = {"next_at": work.now, "released": True}
                work.deliveries.move(entry.delivery, State.WAITING, **values)
        made = changes.changed("held", "yes" if was_held else "no", "no")
        work.log.record(context.who, "release", f"account/{account}", changes=made)
    names = () if with_late else tuple(entry.name for entry in late)
    return Freed(was_held, deliveries + len(late) * with_late, names)


def _late(context: Context, work: Work, account: str) -> list[Entry]:
    """The account's waiting threads that may not begin by themselves any more."""
    found = []
    for entry in work.lookup.listed((State.WAITING,), account=account, most=MOST):
        delivery = entry.delivery
        series = context.config.series.get(delivery.series)
        is_late = series and work.now - delivery.due_at > series.lateness
        if is_late and not delivery.released and not entry.out:
            found.append(entry)
    return found


def costs(context: Context) -> list[MonthlyCost]:
    """What has been spent, without rehearsals, by month (UTC), account and kind of request."""
    with context.read() as work:
        return work.charges.by_month()
