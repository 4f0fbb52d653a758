"""A composed thread with what its network makes of it, as people look at it before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.collage import Picture
from bot.core.delivery import Part
from bot.core.network import Limits, Network
from bot.core.price import Cost
from bot.core.text.span import Span


@dataclass(frozen=True, slots=True)
class ComposedThread:
    """One account's thread as it would be sent now; `problem` says why it could not be.

    `pictures` are by the position of their part; `number` is as the series shows it, "29/52".
    `is_charged` is False for an account that costs nothing, whatever network's rules it goes by.
    """

    account: str
    network: Network
    limits: Limits
    parts: tuple[Part, ...] = ()
    pictures: Mapping[int, Picture] = field(default_factory=dict)
    number: str = ""
    problem: str = ""
    is_charged: bool = True

    @property
    def cost(self) -> Cost | None:
        """What sending it costs, on an account that is charged; None where it costs nothing.

        In a rehearsal it is what it would cost when live.
        """
        if not self.parts or not self.is_charged:
            return None
        return self.network.cost(self.parts)

    def length(self, part: Part) -> int:
        """How many of the limit's characters the part has."""
        return self.network.length(part.text, self.limits)

    def urls(self, part: Part) -> list[Span]:
        """What becomes a link in the part."""
        return self.network.urls(part.text)

    def bare_links(self, part: Part) -> list[Span]:
        """What becomes a link in the part without a scheme, perhaps unintended: `model.py`."""
        return self.network.bare_links(part.text)

    def hashtags(self, part: Part) -> list[Span]:
        """What becomes a hashtag in the part."""
        return self.network.hashtags(part.text)
