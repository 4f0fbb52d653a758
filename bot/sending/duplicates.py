"""One living copy: what an account shows since our last receipt is ours, or a person is asked.

A copied database, a restored backup, a second installation: each believes that it alone posts. So
before anything of a claim is sent, the account's own posts are read. Parts of the thread that are
out already are taken over by `deliver`; what else looks like ours, and is not in the ledger, is a
stranger.
"""

import re
import unicodedata
from collections.abc import Sequence

from bot.config import Series
from bot.context import Context
from bot.core.delivery import Delivery, Post, Survey, Thread
from bot.core.network import Network
from bot.core.numbering import Numbering
from bot.publishers.protocol import Publisher
from bot.storage import ledger, queue, roundups, series
from bot.storage.database import Connection
from bot.storage.series import AccountRow


def survey(context: Context, publisher: Publisher, delivery: Delivery, thread: Thread) -> Survey:
    """What the account shows since the ledger's last receipt before this thread.

    Posts that are another thread's by the ledger are none of this one, whatever they say.
    """
    with context.database.read() as conn:
        since = ledger.last_receipt(conn, delivery)
    seen = publisher.survey(thread, delivery.saved, since)
    with context.database.read() as conn:
        account_id = series.account_ids(conn)[delivery.account]
        taken = ledger.known_posts(
            conn, account_id, [receipt.id for receipt in seen.found.values()]
        )
    return seen._replace(found={}) if taken else seen


def strangers(
    context: Context,
    publisher: Publisher,
    account: AccountRow,
    delivery: Delivery,
    others: Sequence[Post],
) -> list[Post]:
    """Posts with the series' hashtag and a number or text of ours which the ledger lacks, and
    nobody was asked after.

    An account that this series never posted to may show its past, from before the bot: there only
    this thread's own number counts. In a rehearsal nobody else posts.
    """
    own = context.config.series[delivery.series]
    tagged = [post for post in others if _has_tag(post, own, publisher.network)]
    tagged = [post for post in tagged if post.receipt.id not in account.strangers]
    if context.rehearsal or not tagged:
        return []
    with context.database.read() as conn:
        # In this order: what another host has under way and sends meanwhile is known by then.
        under_way = {_plain(said) for said in ledger.texts_under_way(conn, delivery, account.id)}
        known = ledger.known_posts(conn, account.id, [post.receipt.id for post in tagged])
        unknown = [
            post
            for post in tagged
            if post.receipt.id not in known and _plain(post.text) not in under_way
        ]
        titles = _titles(conn, own, delivery) if unknown else []
        return [
            post
            for post in unknown
            if any(title in _plain(post.text) for title in titles)
            or _lacks_number(conn, own, account, delivery, post)
        ]


def _has_tag(post: Post, own: Series, network: Network) -> bool:
    tags = (span.text[1:].casefold() for span in network.hashtags(post.text))
    return own.hashtag.removeprefix("#").casefold() in tags


def _titles(conn: Connection, own: Series, delivery: Delivery) -> list[str]:
    """Titles that are still to go out: papers in the queue, and the roundup this thread carries."""
    titles = [item.paper.title for item in queue.waiting(conn, series.get(conn, own.name).id)]
    if delivery.roundup_id is not None:
        titles.append(roundups.by_id(conn, delivery.roundup_id).title)
    return [plain for title in titles if (plain := _plain(title))]


def _lacks_number(
    conn: Connection, own: Series, account: AccountRow, delivery: Delivery, post: Post
) -> bool:
    year = own.numbering.year(post.receipt.at.astimezone(own.zone).date())
    numbers = _numbers(own.numbering, post.text)
    if ledger.last_receipt(conn, delivery) is None:
        item = queue.by_id(conn, delivery.collage_id) if delivery.collage_id is not None else None
        return item is not None and item.number in numbers
    series_id = series.get(conn, own.name).id
    return any(
        not ledger.is_number_out(conn, account.id, series_id, number, year) for number in numbers
    )


def _numbers(numbering: Numbering, said: str) -> set[int]:
    """The numbers a text shows as the series writes them: "29/52"; in brackets where they are
    written bare.
    """
    before, _, after = numbering.format.partition("{n}")
    if not numbering.format:
        return set()
    if not (before.strip() or after.strip()):
        before, after = "[", "]"
    pattern = rf"(?<!\d){re.escape(before)}([0-9]{{1,9}}){re.escape(after)}(?!\d)"
    return {int(number) for number in re.findall(pattern, said)}


def _plain(said: str) -> str:
    """Text without what a network may change in it: composition, case, white space, how a link is
    written.
    """
    plain = " ".join(unicodedata.normalize("NFC", said).casefold().split())
    return re.sub(r"https?://|/(?!\w)", "", plain)
