"""What requests that succeeded cost, written down for the account."""

from collections.abc import Sequence

from bot.context import Context
from bot.core.delivery import Delivery
from bot.core.text import counting
from bot.publishers.protocol import Publisher
from bot.storage import charges, series
from bot.storage.database import Connection


def charge(
    context: Context,
    conn: Connection,
    publisher: Publisher,
    delivery: Delivery,
    *,
    texts: Sequence[str] = (),
    alts: int = 0,
    reads: int = 0,
) -> None:
    """Posts by their texts, alt texts and looks at one's own posts; nothing where the network
    charges nothing.
    """
    if publisher.price is None:
        return
    own, now = publisher.price, context.clock.now()
    linked = [bool(counting.urls(said, publisher.network)) for said in texts]
    spent = [
        ("post with a link", own.post_with_url) if link else ("post", own.post) for link in linked
    ]
    spent += [("alt text", own.alt)] * alts + [("read", own.read)] * reads
    account_id = series.account_ids(conn)[delivery.account]
    for what, dollars in spent:
        charges.add(conn, account_id, now, what, dollars)
