"""Checks whether a thread of which nothing is out may begin: in time, and within the budget."""

from datetime import UTC, datetime
from typing import NamedTuple

from bot.context import Context
from bot.core import price, times
from bot.core.approval import BESIDE
from bot.core.delivery import Delivery, Thread
from bot.publishers import protocol
from bot.publishers.protocol import Publisher
from bot.storage import charges


class Refusal(NamedTuple):
    """Why a thread may not begin.

    With `until` the whole account is held until that instant; without it the thread is held until a
    person decides.
    """

    words: str
    until: datetime | None = None


def unknown_series(context: Context, delivery: Delivery) -> Refusal | None:
    """Refuse a thread whose series is not in the configuration: it cannot be composed."""
    if delivery.series in context.config.series:
        return None
    return Refusal(f"Series {delivery.series} is not in the configuration any more: put it back.")


def refusal(
    context: Context, publisher: Publisher, delivery: Delivery, thread: Thread
) -> Refusal | None:
    """Return why the thread may not begin, or None; a thread that is partly out is finished."""
    if thread.has_begun:
        return None
    return (
        _not_as_approved(publisher, delivery)
        or _too_late(context, delivery)
        or _too_dear(context, publisher, delivery, thread)
    )


def _not_as_approved(publisher: Publisher, delivery: Delivery) -> Refusal | None:
    """Refuse a thread that was approved with another content warning than it would get now."""
    approved, now = delivery.saved.get(BESIDE, []), [*protocol.beside(publisher)]
    if not delivery.frozen or delivery.released or approved == now:
        return None
    return Refusal(
        "The account's settings have changed since it was approved: "
        f"{_listed(approved)} then, {_listed(now)} now. Shall it still go out?"
    )


def _listed(found: object) -> str:
    return "; ".join(map(str, found)) if isinstance(found, list) and found else "nothing"


def _too_late(context: Context, delivery: Delivery) -> Refusal | None:
    limit = context.config.series[delivery.series].lateness
    if delivery.released or context.clock.now() - delivery.due_at <= limit:
        return None
    late = times.span(limit)
    return Refusal(f"It is more than {late} late, and nothing of it is out: shall it still go out?")


def _too_dear(
    context: Context, publisher: Publisher, delivery: Delivery, thread: Thread
) -> Refusal | None:
    if publisher.budget is None or publisher.price is None:
        return None
    with context.read() as work:
        now = work.now
        spent = work.charges.spent(delivery.account_id, charges.month_of(now))
    cost = publisher.network.cost(thread.parts, is_under_way=True)
    overrun = price.overrun(cost, spent, publisher.budget)
    if overrun is None:
        return None
    return Refusal(f"The month's budget does not allow it: {overrun}.", _next_month(now))


def _next_month(at: datetime) -> datetime:
    """The first instant of the month (UTC) after that of `at`."""
    at = at.astimezone(UTC)
    year, month = divmod(at.year * 12 + at.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
