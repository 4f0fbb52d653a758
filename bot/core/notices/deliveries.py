"""Notices of one thread on its way to one account."""

from datetime import datetime

from bot.core.delivery import Delivery
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
    def sentence(self) -> str:
        return f"{self.name} is held and its number free again: nothing of it is out. {self.reason}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release {self.name}"


class DeliveryUncertain(Entry):
    """A request ended in a way that leaves open whether its part is out."""

    kind = Kind.UNCERTAIN
    delivery: Delivery
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} may or may not be out: {self.reason}"

    @property
    def advice(self) -> str:
        return f"It will be looked for. See: {self.command}"

    @property
    def command(self) -> str:
        return self.delivery.command


class LookInconclusive(Entry):
    """The network does not show our last known post: that it does not show the thread proves
    nothing.
    """

    kind = Kind.UNCERTAIN
    delivery: Delivery

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/ask/{self.delivery.fence}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} may or may not be out, and looking does not tell:"

    @property
    def advice(self) -> str:
        return f"please look yourself. Then: {self.command}, or --not-posted"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries resolve {self.delivery.id} --posted URL"


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

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.position}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject}: {self.difference}"
