"""Detect another installation posting to the same account.

A copied database, a restored backup, a second installation: each believes that it alone posts. So
before anything of a claim is sent, the account's own posts are read. Parts of this thread that are
out already are taken over by `deliver`; a post that looks like ours and is not in the ledger is an
unknown post, and a person is asked about it.
"""

import re
from collections.abc import Sequence

from bot.config import Series
from bot.context import Context
from bot.core import audit
from bot.core.delivery import Delivery, Likely, Post, Survey, Thread
from bot.core.network import Network
from bot.core.notices.deliveries import PartTwice
from bot.core.numbering import Numbering
from bot.core.text import markdown
from bot.core.text.sameness import normalized
from bot.publishers.protocol import Publisher
from bot.storage.work import Work


def without_known(context: Context, delivery: Delivery, seen: Survey) -> Survey:
    """A survey that takes no post for a part of this thread which the ledger knows as another's."""
    if not (seen.found or seen.likely):
        return seen
    ids = [receipt.id for receipt in seen.found.values()]
    with context.read() as work:
        likely = unknown_likely(work, delivery, seen.likely)
        if ids and work.parts.known_posts(delivery.account_id, ids):
            return seen._replace(found={}, likely=likely)
    return seen._replace(likely=likely)


def unknown_likely(work: Work, delivery: Delivery, likely: Sequence[Likely]) -> tuple[Likely, ...]:
    """Those of the posts that may be parts which the ledger does not know as others'."""
    if not likely:
        return ()
    ids = [each.post.receipt.id for each in likely]
    known = work.parts.known_posts(delivery.account_id, ids)
    return tuple(each for each in likely if each.post.receipt.id not in known)


def unknown_posts(
    context: Context, publisher: Publisher, delivery: Delivery, posts: Sequence[Post]
) -> list[Post]:
    """The posts with the series' hashtag and a number or title of ours that the ledger lacks.

    Posts a person was asked about already are left out. An account that this series never posted
    to may show its past, from before the bot: there only this thread's own number counts.
    """
    series = context.config.series[delivery.series]
    tagged = [post for post in posts if _has_tag(post, series, publisher.network)]
    if not tagged:
        return []
    with context.read() as work:
        asked_about = work.accounts.get(delivery.account_id).strangers
        tagged = [post for post in tagged if post.receipt.id not in asked_about]
        # Texts before receipts: what another host has under way and sends meanwhile is known then.
        under_way = {normalized(text) for text in work.parts.texts_under_way(delivery)}
        ids = [post.receipt.id for post in tagged]
        known = work.parts.known_posts(delivery.account_id, ids)
        unknown = [
            post
            for post in tagged
            if post.receipt.id not in known and normalized(post.text) not in under_way
        ]
        titles = _titles(work, delivery) if unknown else []
        return [
            post
            for post in unknown
            if any(title in normalized(post.text) for title in titles)
            or _shows_a_missing_number(work, series, delivery, post)
        ]


def double(
    publisher: Publisher, delivery: Delivery, thread: Thread, newest: str
) -> PartTwice | None:
    """The notice of a part of this thread that the account shows twice and is held for, or None.

    `newest` is the id of the newest post that was there before the thread began.
    """
    shown = [post for post in publisher.shown(newest) if post.receipt.id not in thread.foreign]
    for finding in audit.check(audit.meant(delivery.id, thread.parts), shown):
        if finding.kind is audit.Kind.TWICE and finding.meant:
            position, ours, other = finding.meant.position, finding.other, finding.url
            return PartTwice(delivery, position, ours, other, is_held=True)
    return None


def _has_tag(post: Post, series: Series, network: Network) -> bool:
    tags = (span.text[1:].casefold() for span in network.hashtags(post.text))
    return series.hashtag.removeprefix("#").casefold() in tags


def _titles(work: Work, delivery: Delivery) -> list[str]:
    """Titles that are still to go out: papers in the queue, and the roundup this thread carries."""
    titles = [markdown.line(item.paper.title) for item in work.queue.waiting(delivery.series)]
    if delivery.roundup_id is not None:
        titles.append(work.roundups.by_id(delivery.roundup_id).title)
    return [plain for title in titles if (plain := normalized(title))]


def _shows_a_missing_number(work: Work, series: Series, delivery: Delivery, post: Post) -> bool:
    """Whether a post shows a number that is not out by the ledger."""
    year = series.numbering.year(post.receipt.at.astimezone(series.zone).date())
    numbers = _numbers(series.numbering, post.text)
    if work.parts.last_receipt(delivery) is None:
        if delivery.collage_id is None:
            return False
        return work.queue.by_id(delivery.collage_id).number in numbers
    return any(not work.parts.is_number_out(delivery, number, year) for number in numbers)


def _numbers(numbering: Numbering, text: str) -> set[int]:
    """The numbers a text shows as the series writes them: "29/52".

    A series that writes them bare is taken to put them in brackets, or any number would do.
    """
    before, _, after = numbering.format.partition("{n}")
    if not numbering.format:
        return set()
    if not (before.strip() or after.strip()):
        before, after = "[", "]"
    pattern = rf"(?<!\d){re.escape(before)}([0-9]{{1,9}}){re.escape(after)}(?!\d)"
    return {int(number) for number in re.findall(pattern, text)}
