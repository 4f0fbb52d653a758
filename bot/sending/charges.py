"""What requests that succeeded cost, written down for the account."""

from bot.context import Context
from bot.core.delivery import Delivery
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.storage import charges, series
from bot.storage.database import Connection


def charge(
    context: Context,
    conn: Connection,
    publisher: Publisher,
    delivery: Delivery,
    requests: Requests,
) -> None:
    """Add a row for each request; none where the account's network charges nothing."""
    if publisher.price is None:
        return
    now = context.clock.now()
    account_id = series.account_ids(conn)[delivery.account]
    for what, dollars in publisher.price.each(requests):
        charges.add(conn, account_id, now, what, dollars)
