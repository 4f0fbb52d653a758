"""What `sending` needs of a publisher, and nothing more."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from bot.core.audit import Difference
    from bot.core.delivery import Handed, Look, Part, Receipt, ShownPost, Survey, Thread
    from bot.core.identity import Profile
    from bot.core.network import Limits, Network
    from bot.core.price import Price, Requests
    from bot.publishers.server import Server

Saved = dict[str, object]
"""A JSON value that a publisher wants back: uploads, record keys.

It is stored before anything is sent.
"""


class Publisher(Protocol):
    """One account on one network.

    Errors are those of `core.errors`; nothing here retries or waits.
    """

    @property
    def network(self) -> "Network":
        """Whose rules for texts hold; for an outbox, those of the network it stands in for."""
        ...

    @property
    def whole(self) -> bool:
        """Whether a thread goes out in one request: then `send` gets None for the position.

        Where it turns out that it cannot, each call sends what one request can.
        """
        ...

    @property
    def indivisible(self) -> bool:
        """Whether a thread is one thing on the network, exactly as it was written.

        Then one part proves all of it, and nothing is read back.
        """
        ...

    @property
    def proves_absence(self) -> bool:
        """Whether `find` can answer `Absent`, so that it may look at once."""
        ...

    @property
    def by_hand(self) -> str:
        """What people call the place where a person posts what `send` lays ready; "" where the bot
        posts. Whether a thread is out there, a person alone can tell.
        """
        ...

    @property
    def identity(self) -> str:
        """The name it posts under, as far as that is known; `profile` and `check` find out."""
        ...

    @property
    def handle(self) -> str:
        """The handle that the configuration gives the account; "" where it gives none."""
        ...

    @property
    def known(self) -> "Profile | None":
        """What `profile` answered last, in this process; None before it was asked."""
        ...

    @property
    def price(self) -> "Price | None":
        """What the network charges for a request; None where it charges nothing."""
        ...

    @property
    def budget(self) -> "Decimal | None":
        """US dollars a month may cost; None where there is no limit."""
        ...

    @property
    def layout(self) -> str:
        """Whether its threads stay threads, or become one post where they fit: `core.layout`."""
        ...

    @property
    def link_cards(self) -> bool:
        """Whether the part with a collage's links shows the card of the page that the first of them
        leads to, where we make the cards and the page offers one.
        """
        ...

    @property
    def server(self) -> "Server | None":
        """The server whose limits hold; None where those of the network do, or of the account."""
        ...

    @property
    def duty(self) -> str:
        """What whoever has the account should know or do: a sentence, or ""."""
        ...

    @property
    def secrets(self) -> "Sequence[str]":
        """Values that no log, message or row may show: keys, tokens, passwords."""
        ...

    def limits(self) -> "Limits":
        """What one post of this account may hold.

        A server or a subscription may allow more than the network does by default.
        """
        ...

    def profile(self) -> "Profile | None":
        """Ask the network whose keys these are, and how many posts that account has made.

        None on a network without identities. It can never publish.
        """
        ...

    def usage(self) -> "Requests":
        """What was asked of the network since this was called last, except for posts.

        Posts are counted where their receipts are stored.
        """
        ...

    def problems(self, parts: "Sequence[Part]") -> "Sequence[str]":
        """What only the network can tell of a thread before it goes out: sentences.

        Asked hours before; what cannot be asked now is no problem.
        """
        ...

    def survey(self, thread: "Thread", saved: Saved, since: str | None) -> "Survey":
        """Read the account's own posts, before anything of a claim is sent; it can never publish.

        `since` is the id of our last receipt of this series, where the reading begins; the newest
        posts are read where it is None. `find` looks from what this saved.
        """
        ...

    def receipt(self, url: str) -> "Receipt":
        """The receipt of a post that a person points to.

        Raises `BadInput` when there is no such post of ours.
        """
        ...

    def prepare(self, thread: "Thread", saved: Saved) -> Saved:
        """Upload pictures, reserve keys: repeatable, and never able to publish."""
        ...

    def send(
        self, thread: "Thread", position: int | None, saved: Saved
    ) -> "dict[int, Receipt] | Handed":
        """Publish one part, or the whole thread; the receipts by position, of one part at least.

        Where a person posts `by_hand`: that the thread is laid ready. The only call that may raise
        `Uncertain`.
        """
        ...

    def find(self, thread: "Thread", saved: Saved) -> "Look":
        """Look for what an attempt without a known outcome may have left."""
        ...

    def read_back(self, thread: "Thread", position: int, saved: Saved) -> "Difference | None":
        """Compare a part that is out with what was meant: what differs, or None."""
        ...

    def shown(self, since: str) -> "Sequence[ShownPost]":
        """Read the account's own posts from the one with this id on, itself included.

        Oldest first, without what only repeats another post. It can never publish.
        """
        ...

    def put_away(self, thread: "Thread", saved: Saved) -> None:
        """Clear what is laid ready for a person, who has decided: its receipts say where the thread
        is, or it is not to be posted as it lies there.

        Raises `Unavailable` where that fails. Nothing to do where the bot posts.
        """
        ...

    def delete(self, post_id: str) -> None:
        """Take one of the account's own posts off the network; what is gone already stays gone.

        Raises `BadInput` where the network has no way to do that.
        """
        ...

    def check(self) -> str:
        """Ask the network whether the account could post now: a sentence on why not, or ""."""
        ...


class StandIn(Publisher, Protocol):
    """What goes by the rules of another publisher, and its server's: an outbox in a rehearsal."""

    network: "Network"
    server: "Server | None"


def beside(publisher: Publisher) -> tuple[str, ...]:
    """What readers get of each part beside it by the account's settings, such as a content warning.

    Only a publisher that has such settings has this.
    """
    found: tuple[str, ...] = getattr(publisher, "beside", ())
    return found
