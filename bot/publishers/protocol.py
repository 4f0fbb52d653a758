"""What every publisher can do, and nothing more."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.core.delivery import Look, Receipt, Thread
    from bot.core.network import Limits

Saved = dict[str, object]
"""A JSON value that a publisher wants back: uploads, record keys. It is stored before anything is sent."""


class Publisher(Protocol):
    """One account on one network. Errors are those of `core.errors`; nothing here retries or waits."""

    network: str
    """Whose rules of counting hold: "x", "bluesky", "mastodon"."""

    whole: bool
    """Whether a thread goes out in one request: then `send` gets None for the position."""

    proves_absence: bool
    """Whether `find` can answer `Absent`, so that it may look at once."""

    def limits(self) -> "Limits": ...

    def prepare(self, thread: "Thread", saved: Saved) -> Saved:
        """Upload pictures, reserve keys: repeatable, and never able to publish."""
        ...

    def send(self, thread: "Thread", position: int | None, saved: Saved) -> "dict[int, Receipt]":
        """Publish one part, or the whole thread; the receipts by position. Only here `Uncertain` can come up."""
        ...

    def find(self, thread: "Thread", saved: Saved) -> "Look":
        """Look for what an attempt without a known outcome may have left."""
        ...

    def check(self) -> str:
        """Whether the account could post now: a sentence of what is wrong, or nothing."""
        ...
