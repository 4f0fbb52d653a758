"""What requests that succeeded cost, written down for the account."""

from bot.context import Context
from bot.core.delivery import Delivery
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.storage.work import Work

NOTHING = Requests()


def charge(work: Work, publisher: Publisher, delivery: Delivery, posts: Requests = NOTHING) -> None:
    """Book what the publisher was used for since the last time, and these posts."""
    _add(work, publisher, delivery.account_id, publisher.usage().plus(posts))


def book(context: Context, publisher: Publisher, account_id: int) -> None:
    """Book what the publisher was used for since the last time, apart from any delivery."""
    requests = publisher.usage()
    # Most times there is nothing, and no transaction is needed.
    if requests == NOTHING:
        return
    with context.write() as work:
        _add(work, publisher, account_id, requests)


def _add(work: Work, publisher: Publisher, account_id: int, requests: Requests) -> None:
    """Add a row for each request; none where the account's network charges nothing."""
    if publisher.price is None:
        return
    for what, dollars in publisher.price.each(requests):
        work.charges.add(account_id, what, dollars)
