"""Whether X has a thread as it was meant."""

from collections.abc import Sequence

from bot.core import audit
from bot.core.delivery import Part, Receipt, ShownPost
from tests.fakes.x import FakeX


def out(fake: FakeX, parts: Sequence[Part]) -> int:
    """How many of a thread's parts are at X, checked: each once, from the first on, each answering
    the one before it, pictures with their alt text, and each with its receipt.
    """
    found = [[post for post in fake.state.posts if post.text == part.text] for part in parts]
    count = sum(1 for posts in found if posts)
    assert [len(posts) for posts in found] == [1] * count + [0] * (len(parts) - count)
    posts = [one for (one,) in found[:count]]
    assert [post.parent for post in posts] == [None, *(post.id for post in posts)][:count]
    meant = [[(part.image.data, part.image.alt)] if part.image else [] for part in parts]
    assert [[(media.data, media.alt) for media in post.media] for post in posts] == meant[:count]
    receipts = [part.receipt.id if part.receipt else None for part in parts]
    assert receipts == [*(post.id for post in posts), *[None] * (len(parts) - count)]
    judged = audit.check(audit.meant(0, parts), shown(fake))
    assert [each for each in judged if each.needs_a_person] == []
    return count


def shown(fake: FakeX) -> list[ShownPost]:
    """All posts of the account, as the audit sees them."""
    return [
        ShownPost(
            Receipt(post.id, f"https://x.com/{fake.state.username}/status/{post.id}", post.at),
            post.text,
            post.parent,
            len(post.media),
            tuple(media.alt for media in post.media),
        )
        for post in fake.state.posts
        if post.author == fake.state.user
    ]


def asked(fake: FakeX) -> int:
    """How many requests for a post X got, whatever became of them."""
    return fake.counts["POST /2/tweets"]
