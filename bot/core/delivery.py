"""A thread on its way to one account: parts, states, legal moves, receipts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    HELD = "held"


MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.WAITING, State.SENT, State.HELD, State.FAILED}),
    State.SENDING: frozenset(
        {State.SENT, State.WAITING, State.FAILED, State.UNCERTAIN, State.HELD}
    ),
    State.UNCERTAIN: frozenset({State.SENT, State.WAITING, State.FAILED}),
    State.HELD: frozenset({State.WAITING, State.SENT, State.FAILED}),
    State.FAILED: frozenset({State.WAITING, State.SENT, State.FAILED}),
    State.SENT: frozenset(),
}
"""From each state the states it may go to.

`sent` is final. A delivery goes there straight from `waiting`, `held` or `failed` when a lookup or
a maintainer finds the thread on the network.
"""


class Kind(StrEnum):
    COLLAGE = "collage"
    ROUNDUP = "roundup"


class Outcome(StrEnum):
    """How an attempt ended; an attempt without one was cut off.

    `HANDED`: the thread was laid ready for a person, who posts it by hand.
    """

    SENT = "sent"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    UNAVAILABLE = "unavailable"
    UNCERTAIN = "uncertain"
    NOT_SENT = "not sent"
    HANDED = "handed over"


class Receipt(NamedTuple):
    """The network's id and URL for a part that is out."""

    id: str
    url: str
    at: datetime


class Image(NamedTuple):
    """A part's picture: the exact bytes that go out, and its alt text.

    `width` and `height` in pixels; 0 where they are not known.
    """

    sha256: str
    file: str
    mime: str
    alt: str
    data: bytes = b""
    width: int = 0
    height: int = 0


class Part(NamedTuple):
    """One post of a thread; `position` counts from 1.

    `is_gone` says that it was out, and that a person has taken it off the network since.
    """

    position: int
    text: str
    image: Image | None = None
    receipt: Receipt | None = None
    is_gone: bool = False

    @property
    def is_there(self) -> bool:
        """Whether it is out and was not taken off since."""
        return self.receipt is not None and not self.is_gone


class Card(NamedTuple):
    """The link card of one part: where it leads, and what it shows of the page."""

    position: int
    url: str
    title: str
    description: str
    image: Image | None = None


class Thread(NamedTuple):
    """A thread as a publisher gets it.

    `name` is the collage's slug or "roundup-2021-09"; `local_on` the series' day. `foreign` are ids
    of posts that a person was asked about: none of them is taken for a part. `is_refused` says that
    the network refused its last request, which is no proof that nothing came of it. `language` is
    that of its texts, "" where it is not known; `card` the link card of one of its parts.
    """

    key: str
    kind: Kind
    series: str
    number: int | None
    name: str
    local_on: date
    parts: tuple[Part, ...]
    foreign: tuple[str, ...] = ()
    is_refused: bool = False
    language: str = ""
    card: Card | None = None

    @classmethod
    def empty(cls, delivery: "Delivery") -> "Thread":
        """A delivery's thread before its parts are known."""
        return cls(delivery.key, delivery.kind, delivery.series, None, "", delivery.local_on, ())

    @property
    def is_out(self) -> bool:
        """Whether every part of it is out."""
        return bool(self.parts) and all(part.receipt for part in self.parts)

    @property
    def has_begun(self) -> bool:
        """Whether any part of it is out."""
        return any(part.receipt for part in self.parts)

    @property
    def on_the_network(self) -> tuple[Receipt, ...]:
        """The receipts of the parts that are out and were not taken off since."""
        there = (part.receipt for part in self.parts if not part.is_gone)
        return tuple(receipt for receipt in there if receipt)

    def parent_of(self, position: int) -> Receipt | None:
        """The receipt that a part answers: that of the last part before it that is still there."""
        before = self._replace(parts=self.parts[: position - 1]).on_the_network
        return before[-1] if before else None

    def parents_of(self, position: int) -> tuple[Receipt, ...]:
        """`parent_of`, and parts behind it that were taken off since: a part that went out before
        that answers one of those.
        """
        found = []
        for part in reversed(self.parts[: position - 1]):
            if part.receipt:
                found.append(part.receipt)
                if not part.is_gone:
                    break
        return tuple(reversed(found))

    def with_receipts(self, receipts: dict[int, Receipt]) -> "Thread":
        """The thread once these parts are out; the next part is a reply to the one before it."""
        parts = (
            part._replace(receipt=receipts.get(part.position, part.receipt)) for part in self.parts
        )
        return self._replace(parts=tuple(parts))


class Carried(NamedTuple):
    """What a thread carries: the id of a collage or of a roundup.

    Both are None for a collage that the database does not have yet.
    """

    collage_id: int | None = None
    roundup_id: int | None = None


class Delivery(NamedTuple):
    """One row of the ledger.

    `begun` says that an attempt was made, so its parts are frozen; with `frozen` they were from the
    claim on, because they were approved. `saved` is the publisher's
    state; `looks` counts the settled lookups that did not show it since it became uncertain.
    """

    id: int
    key: str
    kind: Kind
    series: str
    series_id: int
    account: str
    account_id: int
    state: State
    due_at: datetime
    local_on: date
    collage_id: int | None
    roundup_id: int | None
    fence: int
    begun: bool
    saved: dict[str, object]
    released: bool = False
    failures: int = 0
    looks: int = 0
    note: str = ""
    tried_from: datetime | None = None
    frozen: bool = False

    @property
    def is_frozen(self) -> bool:
        """Whether its parts stay as they are: they were approved, or an attempt was made."""
        return self.begun or self.frozen

    @property
    def since(self) -> datetime:
        """Since when it is tried: its due time, or when a maintainer started it again."""
        return self.tried_from or self.due_at

    @property
    def carried(self) -> Carried:
        """What it carries."""
        return Carried(self.collage_id, self.roundup_id)

    @property
    def subject(self) -> str:
        """Its name in notices."""
        return f"The thread {self.key} on {self.account}"

    @property
    def command(self) -> str:
        """The command that shows all of it, for notices."""
        return f"mlcollage deliveries show {self.id}"


class Found(NamedTuple):
    """A lookup's answer: the network has these parts; their receipts by position."""

    receipts: dict[int, Receipt]


@dataclass(frozen=True, slots=True)
class Absent:
    """A lookup's answer: an idempotency key proves that the network does not have the thread."""


class Handed(NamedTuple):
    """A person has the thread, to post it by hand, and alone can tell whether it is out.

    `where` says what is ready and where, as a sentence; `saved` is the publisher's state from now
    on. A lookup answers it, too: a folder that is gone proves nothing.
    """

    where: str
    saved: dict[str, object]


class Post(NamedTuple):
    """A post of the account's own, as its network shows it."""

    receipt: Receipt
    text: str


class ShownPost(NamedTuple):
    """A post of the account's own with all that can be compared with what was meant.

    `parent` is the id of the post it answers; `alts` are the alt texts of its pictures, as far as
    they have any.
    """

    receipt: Receipt
    text: str
    parent: str | None
    pictures: int
    alts: tuple[str, ...]


class Likely(NamedTuple):
    """A post that may be a part of this thread, though it is not what was sent.

    `difference` says what is not as it should be: "its picture is missing".
    """

    position: int
    post: Post
    difference: str


class NotSeen(NamedTuple):
    """A lookup's answer: the thread was not seen, which proves nothing by itself.

    Two witnesses speak for its absence. `anchor_seen`: our last known post was seen, so the posts
    shown are recent enough. `count_agrees`: the account's count of posts has grown by what we have
    receipts for since it was last read, and by nothing else; False where there is no such count.
    `likely` are posts that may be the next part, though none is what was sent.
    """

    anchor_seen: bool
    count_agrees: bool
    likely: tuple[Likely, ...] = ()


Look = Found | Absent | NotSeen | Handed


class Survey(NamedTuple):
    """What the account shows since our last receipt.

    `found` are the receipts of parts of this thread that are out already, by position; `others`
    every other post of the account's own, and `likely` those of them that may be the next part.
    `saved` is the publisher's state from now on; `newest` the id of the newest post that was known
    or seen. `hidden` counts the posts that the account has by its own count and does not show,
    where a refused request may be one of them.
    """

    found: dict[int, Receipt]
    others: tuple[Post, ...]
    saved: dict[str, object]
    likely: tuple[Likely, ...] = ()
    newest: str = ""
    hidden: int = 0


def thread_key(series: str, moment: str, account: str, rehearsal: int) -> str:
    """The idempotency key of a thread, which is the same at every try.

    `moment` is the slot's time or the roundup's month.
    """
    key = f"{series}/{moment}/{account}"
    if rehearsal:
        return f"rehearsal-{rehearsal}/{key}"
    return key


def is_rehearsed(key: str) -> bool:
    """Whether a thread's key is one of a rehearsal."""
    return key.count("/") == 3
