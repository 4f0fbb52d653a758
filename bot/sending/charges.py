"""What requests that succeeded cost, written down for the account."""

from bot.core.delivery import Delivery
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.storage.work import Work

NOTHING = Requests()


def charge(work: Work, publisher: Publisher, delivery: Delivery, posts: Requests = NOTHING) -> None:
    """As `charge_account`, for a delivery's account."""
    charge_account(work, publisher, delivery.account_id, posts)


def charge_account(
    work: Work, publisher: Publisher, account_id: int, posts: Requests = NOTHING
) -> None:
    """Book what the publisher was used for since the last time, and these posts.

    Adds a row for each request; none where the account's network charges nothing.
    """
    requests = publisher.usage().plus(posts)
    if publisher.price is None:
        return
    for what, dollars in publisher.price.each(requests):
        work.charges.add(account_id, what, dollars)
