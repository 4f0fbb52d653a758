"""What requests to a network that charges cost, what makes a thread dear, and whether a month's
budget allows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple


class Requests(NamedTuple):
    """How many requests of each kind, or for reads: how many things were returned.

    `posts` are those without a URL in their text. `owned_reads` are posts of the account's own
    timeline, `post_reads` posts asked for by their ids.
    """

    posts: int = 0
    posts_with_url: int = 0
    alts: int = 0
    owned_reads: int = 0
    post_reads: int = 0
    media_reads: int = 0
    user_reads: int = 0

    def plus(self, other: "Requests") -> "Requests":
        """Both together."""
        return Requests(*map(sum, zip(self, other, strict=True)))


class Price(NamedTuple):
    """US dollars for one request of each kind; `read_on` is the day the list was read."""

    post: Decimal
    post_with_url: Decimal
    alt: Decimal
    owned_read: Decimal
    post_read: Decimal
    media_read: Decimal
    user_read: Decimal
    read_on: date

    def of(self, requests: Requests) -> Decimal:
        """What these requests cost together."""
        return sum((dollars for _, dollars in self.each(requests)), Decimal(0))

    def each(self, requests: Requests) -> Iterator[tuple[str, Decimal]]:
        """For each request its kind, as the account's charges name it, and its price."""
        yield from [("post", self.post)] * requests.posts
        yield from [("post with a link", self.post_with_url)] * requests.posts_with_url
        yield from [("alt text", self.alt)] * requests.alts
        yield from [("own post read", self.owned_read)] * requests.owned_reads
        yield from [("post read", self.post_read)] * requests.post_reads
        yield from [("media read", self.media_read)] * requests.media_reads
        yield from [("account read", self.user_read)] * requests.user_reads


@dataclass(frozen=True, slots=True)
class Cost:
    """What a thread costs in US dollars, by the list that was read on a day.

    `linked` of its `parts` hold a link; `least` is its cost with all links in one part; `reads` is
    what reading costs of it.
    """

    total: Decimal
    parts: int
    linked: int
    least: Decimal
    reads: Decimal
    read_on: date

    @classmethod
    def of(cls, price: Price, thread: Requests) -> "Cost":
        """The cost of a thread that takes these requests."""
        parts, linked = thread.posts + thread.posts_with_url, thread.posts_with_url
        one_link = min(linked, 1)
        least = thread._replace(posts=parts - one_link, posts_with_url=one_link)
        reads = price.of(thread._replace(posts=0, posts_with_url=0, alts=0))
        return cls(price.of(thread), parts, linked, price.of(least), reads, price.read_on)

    def __str__(self) -> str:
        total = f"${cents(self.total)}"
        if self.linked > 1:
            least = f"all links in one part: ${cents(self.least)}"
            return f"{self.linked} of {self.parts} parts hold a link: {total}; {least}"
        if self.linked:
            return f"{total}, most of it for the part with a link"
        return total


class Overrun(NamedTuple):
    """A thread that a month's budget does not allow; US dollars."""

    cost: Decimal
    spent: Decimal
    budget: Decimal

    def __str__(self) -> str:
        cost, spent, budget = map(cents, self)
        return f"the thread costs ${cost}, and ${spent} of ${budget} are spent"


def overrun(cost: Cost | None, spent: Decimal, budget: Decimal | None) -> Overrun | None:
    """By what a thread would pass the month's budget; None where it is allowed.

    `spent` is what the account has cost in the month. Without a budget, and on a network that
    charges nothing, everything is allowed.
    """
    if cost is None or budget is None or spent + cost.total <= budget:
        return None
    return Overrun(cost.total, spent, budget)


def mills(amount: Decimal) -> Decimal:
    """The amount in tenths of a cent, which is what a read costs."""
    return amount.quantize(Decimal("0.001"), ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """The amount in whole cents, half a cent rounded up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
