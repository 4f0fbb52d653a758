"""What requests that succeeded cost, written down for the account."""

from bot.core.delivery import Delivery
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.storage.work import Work


def charge(work: Work, publisher: Publisher, delivery: Delivery, requests: Requests) -> None:
    """Add a row for each request; none where the account's network charges nothing."""
    if publisher.price is None:
        return
    for what, dollars in publisher.price.each(requests):
        work.charges.add(delivery.account_id, what, dollars)
