"""Notices of one thread on its way to one account."""

from datetime import datetime

from bot.core.delivery import Delivery, Likely
from bot.core.notices.entry import Entry, Kind


class DeliveryHeld(Entry):
    """A thread that may not begin before a person says so."""

    kind = Kind.HELD
    delivery: Delivery
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} is held: {self.reason}"

    @property
    def advice(self) -> str:
        return f"Send it with: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries retry {self.delivery.id}"


class DeliveryFailed(Entry):
    """The network refused the thread, or was away for too long."""

    kind = Kind.FAILED
    delivery: Delivery
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} failed: {self.reason}"

    @property
    def command(self) -> str:
        return self.delivery.command


class CollageBack(Entry):
    """A collage of which nothing got out on any account is in the queue again, held."""

    kind = Kind.HELD
    delivery: Delivery
    name: str
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def subject(self) -> str:
        return f"collage/{self.delivery.series}/{self.name}"

    @property
    def sentence(self) -> str:
        return f"{self.name} is held and its number free again: nothing of it is out. {self.reason}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release {self.name}"


class DeliveryUncertain(Entry):
    """A request ended in a way that leaves open whether its part is out.

    Said once for each part while it is tried, however often its outcome is unknown: what a person
    has to do, and what lasts, is said by other notices.
    """

    kind = Kind.UNCERTAIN
    delivery: Delivery
    reason: str
    position: int | None = None

    @property
    def key(self) -> str:
        part = self.position or "whole"
        return f"{self.delivery.key}/doubt/{part}/{self.delivery.since:%Y-%m-%dT%H:%M:%S}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} may or may not be out: {self.reason}"

    @property
    def advice(self) -> str:
        return f"It will be looked for. See: {self.command}"

    @property
    def command(self) -> str:
        return self.delivery.command


class PostByHand(Entry):
    """A thread lies ready for somebody to post it by hand; `where` says what is where."""

    kind = Kind.BY_HAND
    delivery: Delivery
    where: str

    @property
    def key(self) -> str:
        """With the fence: laid ready once more, with other words, it is news."""
        return f"{self.delivery.key}/{self.delivery.fence}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject}: {self.where}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries resolve {self.delivery.id} --posted URL"


class LookInconclusive(Entry):
    """A part may be out, and what the network shows of the account proves neither.

    `unseen` is the newest part that is out and is not shown: it may have been deleted.
    """

    kind = Kind.UNCERTAIN
    delivery: Delivery
    reason: str
    unseen: int = 0

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/ask/{self.delivery.fence}"

    @property
    def sentence(self) -> str:
        doubt = f"{self.delivery.subject} may or may not be out, and looking does not tell"
        return f"{doubt}: {self.reason};"

    @property
    def advice(self) -> str:
        return f"please look yourself.{self._if_deleted} Then: {self.command}, or --not-posted"

    @property
    def _if_deleted(self) -> str:
        if not self.unseen:
            return ""
        # Without its first part nothing follows.
        step = f"resolve {self.delivery.id} --gone {self.unseen}"
        if self.unseen == 1:
            step = f"cancel {self.delivery.id}"
        return f" If part {self.unseen} was deleted: mlcollage deliveries {step}."

    @property
    def command(self) -> str:
        return f"mlcollage deliveries resolve {self.delivery.id} --posted URL"


class LooksLikePart(Entry):
    """The account shows a post that may be the next part, though it is not what was sent."""

    kind = Kind.UNCERTAIN
    delivery: Delivery
    likely: Likely

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/likely/{self.likely.post.receipt.id}"

    @property
    def reason(self) -> str:
        """What is seen; the delivery keeps it, too."""
        url = self.likely.post.receipt.url
        return f"{url} looks like part {self.likely.position}, but {self.likely.difference}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} may be out: {self.reason}."

    @property
    def advice(self) -> str:
        return (
            f"If it is that part: {self.command}. If it is another post: "
            f"mlcollage deliveries resolve {self.delivery.id} --not-posted"
        )

    @property
    def command(self) -> str:
        url = self.likely.post.receipt.url
        return f"mlcollage deliveries resolve {self.delivery.id} --posted {url}"


class TextRepeated(Entry):
    """A part has the text of another post of the account, which a network may refuse for ever."""

    kind = Kind.UNCERTAIN
    delivery: Delivery
    position: int
    where: str

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/reword/{self.delivery.fence}"

    @property
    def sentence(self) -> str:
        part = f"its part {self.position} has the same text as {self.where}"
        return f"{self.delivery.subject} may or may not be out, and looking does not tell: {part}."

    @property
    def advice(self) -> str:
        return f"If the part is not out, give it other words: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries reword {self.delivery.id} {self.position} --not-posted"


class DeliveryDiffers(Entry):
    """A part that is out is not what was meant, or could not be read back."""

    kind = Kind.DIFFERS
    delivery: Delivery
    position: int
    difference: str
    what: str

    @property
    def key(self) -> str:
        """With what differs: another difference of the same part is another notice."""
        return f"{self.delivery.key}/{self.position}/{self.what}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject}: {self.difference}"


class PartTwice(Entry):
    """The account shows a part of ours a second time; `is_held` says that it is held for that."""

    kind = Kind.TWICE
    delivery: Delivery
    position: int
    ours: str
    other: str
    is_held: bool = False

    @property
    def key(self) -> str:
        """An account that is held now is news, though the double itself was told of."""
        held = "/held" if self.is_held else ""
        return f"{self.delivery.key}/twice/{self.other}{held}"

    @property
    def reason(self) -> str:
        """What is seen; the account that is held for it keeps it, too."""
        part = f"part {self.position} of the thread {self.delivery.key}"
        return f"{part} is on {self.delivery.account} twice: {self.ours} and {self.other}"

    @property
    def subject(self) -> str:
        """Of nothing that ends by itself: it is open until a person has seen to it."""
        return ""

    @property
    def sentence(self) -> str:
        return f"{self.reason[:1].upper()}{self.reason[1:]};"

    @property
    def advice(self) -> str:
        if not self.is_held:
            return (
                f"does another copy of mlcollage post there? Delete the second one: {self.command}"
            )
        account = self.delivery.account
        return (
            f"account {account} is held, so that nothing more goes out twice. Does another copy "
            "of mlcollage post there? Stop it, and delete the second one: "
            f"{self.command}. Then: mlcollage release --account {account}"
        )

    @property
    def command(self) -> str:
        return f"mlcollage deliveries resolve {self.delivery.id} --delete {self.other}"


class PartUnrecorded(Entry):
    """The account shows a part that this database takes not to be out."""

    kind = Kind.UNCERTAIN
    delivery: Delivery
    position: int
    url: str

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/unrecorded/{self.url}"

    @property
    def subject(self) -> str:
        """Of nothing that ends by itself: it is open until a person has seen to it."""
        return ""

    @property
    def sentence(self) -> str:
        return (
            f"{self.delivery.subject} was taken not to be out, "
            f"but {self.url} has the text of part {self.position}."
        )

    @property
    def advice(self) -> str:
        return f"If it is that part: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries resolve {self.delivery.id} --posted {self.url}"
