"""A composed thread with what its network makes of it, as people look at it before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core import numbering, refusals
from bot.core.collage import Picture
from bot.core.delivery import Part
from bot.core.network import Limits, Network
from bot.core.price import Cost
from bot.core.text.span import Span


@dataclass(frozen=True, slots=True)
class ComposedThread:
    """One account's thread as it would be sent now; `problems` are sentences on why it cannot be.

    `pictures` are by the position of their part; `number` is as the series shows it, "29/52".
    Where it cannot even be composed, it has no parts.
    """

    account: str
    network: Network
    limits: Limits
    parts: tuple[Part, ...] = ()
    pictures: Mapping[int, Picture] = field(default_factory=dict)
    number: str = ""
    problems: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()
    """What no font here could show on a drawn slide."""

    @property
    def cost(self) -> Cost | None:
        """What the network charges for it; None where it charges nothing, or it cannot go out."""
        if self.problems or not self.parts:
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

    def cautions(self, part: Part) -> list[str]:
        """What is allowed in the part, and perhaps not meant so: sentences without their end."""
        cautions = []
        if bare := self.bare_links(part):
            names = ", ".join(span.text for span in bare)
            cautions.append(f"{names} becomes a link; write it another way if it should be none")
        if turned := refusals.turned(part.text):
            cautions.append(f"it holds U+{ord(turned):04X}, which turns the direction of the text")
        if part.image and (other := numbering.other_in(part.image.alt, self.number)):
            cautions.append(
                f"the alt text, and so perhaps the picture, says {other}; "
                f"the thread says {self.number}"
            )
        if part.image and self.unshown:
            missing = "; ".join(self.unshown)
            cautions.append(f"no font here shows {missing}; install one, such as Noto Sans CJK")
        return cautions

    @property
    def all_cautions(self) -> list[str]:
        """The cautions of all parts, each with its part."""
        return [
            f"part {part.position}: {caution}"
            for part in self.parts
            for caution in self.cautions(part)
        ]
