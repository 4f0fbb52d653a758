"""What every publisher can do, and nothing more."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from decimal import Decimal

    from bot.core.delivery import Look, Receipt, Survey, Thread
    from bot.core.network import Limits, Price

Saved = dict[str, object]
"""A JSON value that a publisher wants back: uploads, record keys.

It is stored before anything is sent.
"""


class Publisher(Protocol):
    """One account on one network.

    Errors are those of `core.errors`; nothing here retries or waits.
    """

    network: str
    """Whose rules of counting hold: "x", "bluesky", "mastodon"."""

    whole: bool
    """Whether a thread goes out in one request: then `send` gets None for the position."""

    proves_absence: bool
    """Whether `find` can answer `Absent`, so that it may look at once."""

    identity: str
    """As whom it posts, as far as is known; `check` finds out."""

    price: "Price | None"
    """What the network charges for a request; None where it charges nothing."""

    budget: "Decimal | None"
    """US dollars a month may cost; None where there is no limit."""

    def limits(self) -> "Limits": ...

    def survey(self, thread: "Thread", saved: Saved, since: str | None) -> "Survey":
        """Read the account's own posts since the one with the id `since`, our last receipt of this
        series.

        The newest ones where that is None. It is done before anything of a claim is sent, and can
        never publish; `find` looks from what it saved.
        """
        ...

    def receipt(self, url: str) -> "Receipt":
        """The receipt of a post that a person points to; raises `BadInput` when there is no such
        post of ours.
        """
        ...

    def prepare(self, thread: "Thread", saved: Saved) -> Saved:
        """Upload pictures, reserve keys: repeatable, and never able to publish."""
        ...

    def send(self, thread: "Thread", position: int | None, saved: Saved) -> "dict[int, Receipt]":
        """Publish one part, or the whole thread; the receipts by position.

        Only here `Uncertain` can come up.
        """
        ...

    def find(self, thread: "Thread", saved: Saved) -> "Look":
        """Look for what an attempt without a known outcome may have left."""
        ...

    def read_back(self, thread: "Thread", position: int, saved: Saved) -> str:
        """Whether what is out is what was meant: a sentence of what differs, or nothing."""
        ...

    def check(self) -> str:
        """Whether the account could post now: a sentence of what is wrong, or nothing."""
        ...
