"""A composed thread with what its network makes of it, as people look at it before it is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bot.core import address, numbering, refusals, slide
from bot.core.collage import Picture
from bot.core.delivery import Card, Part
from bot.core.fit import Fit
from bot.core.network import Limits, Network
from bot.core.price import Cost
from bot.core.text.labels import Labelled
from bot.core.text.span import Span

MANY_PARTS = 9
"""More parts than these are worth a word: few people read so far."""


class Mark(StrEnum):
    """What readers see a piece of text as; a link without a scheme leads nowhere from our pages."""

    PLAIN = ""
    LINK = "link"
    BARE_LINK = "bare link"
    TAG = "tag"


class Piece(NamedTuple):
    """A piece of a part's text; `target` is where a link leads."""

    text: str
    mark: Mark = Mark.PLAIN
    target: str = ""


@dataclass(frozen=True, slots=True)
class ComposedThread:
    """One account's thread as it would be sent now; `problems` are sentences on why it cannot be.

    `fits` are the pictures, by the position of their part; `number` is as the series shows it,
    "29/52". Where it cannot even be composed, it has no parts. `is_charged` is False for an account
    that costs nothing, whatever network's rules it goes by.
    """

    account: str
    network: Network
    limits: Limits
    parts: tuple[Part, ...] = ()
    fits: Mapping[int, Fit] = field(default_factory=dict)
    number: str = ""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What of the collage's texts is shown as it was written, or not at all."""
    unshown: tuple[str, ...] = ()
    """What no font here could show on a drawn slide."""
    cut: tuple[str, ...] = ()
    """What of a drawn slide was too long for its page."""
    is_charged: bool = True
    card: Card | None = None
    """The link card of one of its parts; how its picture was made is `card_fit`."""
    card_fit: Fit | None = None
    links_at: int = 0
    """The position of the part with the links; 0 for none."""
    card_url: str = ""
    """The page whose card the part with the links is to show; "" where none is wanted."""
    card_note: str = ""
    """Why there is none of it, for the end of a sentence."""
    handles: tuple[str, ...] = ()
    """The authors' handles there, whom the collage means to mention."""
    standing: str = ""
    """Where it is on its account, if it has begun: the parts are those that were frozen then."""

    @property
    def pictures(self) -> Mapping[int, Picture]:
        """The pictures as they go out, by the position of their part."""
        return {position: fit.picture for position, fit in self.fits.items()}

    @property
    def cost(self) -> Cost | None:
        """What sending it costs, on an account that is charged; None where it costs nothing.

        None as well where it cannot go out. In a rehearsal it is what it would cost when live.
        """
        if self.problems or not self.parts or not self.is_charged:
            return None
        return self.network.cost(self.parts)

    def length(self, part: Part) -> int:
        """How many of the limit's characters the part has."""
        return self.network.length(part.text, self.limits)

    def text(self, part: Part) -> str:
        """The part's text as readers see it."""
        return self.network.visible(part.text)

    def labels(self, part: Part) -> list[Labelled]:
        """The links that stand on words in the part."""
        return self.network.labels(part.text)

    def urls(self, part: Part) -> list[Span]:
        """What becomes a link in the part."""
        return self.network.urls(part.text)

    def first_address(self, part: Part) -> str:
        """Where the first link in the part leads that is written with its scheme; or ""."""
        targets = dict(self.labels(part))
        spans = sorted(self.urls(part), key=lambda span: span.start)
        addresses = (targets.get(span, span.text) for span in spans)
        return next((url for url in addresses if address.is_web(url)), "")

    def bare_links(self, part: Part) -> list[Span]:
        """What becomes a link in the part without a scheme, perhaps unintended: `model.py`."""
        return self.network.bare_links(part.text)

    def hashtags(self, part: Part) -> list[Span]:
        """What becomes a hashtag in the part."""
        return self.network.hashtags(part.text)

    def mentions(self, part: Part) -> list[Span]:
        """Whom the part would notify."""
        return self.network.mentions(part.text)

    def pieces(self, part: Part) -> list[Piece]:
        """The part's text as readers see it, in order, with its links, tags and mentions marked."""
        text, targets = self.text(part), dict(self.labels(part))
        links = {span: targets.get(span, span.text) for span in self.urls(part)}
        tags = [*self.hashtags(part), *self.mentions(part)]
        found, at = list[Piece](), 0
        for span in sorted([*links, *tags], key=lambda span: span.start):
            found += [Piece(text[at : span.start]), _piece(span, links.get(span))]
            at = span.end
        return [piece for piece in (*found, Piece(text[at:])) if piece.text]

    @property
    def caution(self) -> str:
        """What a person should know of the whole thread before it goes out, or ""."""
        count = len(self.parts)
        if count <= MANY_PARTS:
            return ""
        return f"the thread has {count} parts; a shorter paragraph is read by more people"

    def cautions(self, part: Part) -> list[str]:
        """What is allowed in the part, and perhaps not meant so: sentences without their end."""
        cautions = []
        if bare := _listed(self.bare_links(part)):
            cautions.append(f"{bare} becomes a link; write it another way if it should be none")
        meant = {handle.casefold() for handle in self.handles}
        named = (each for each in self.mentions(part) if each.text.casefold() not in meant)
        if mentioned := _listed(named):
            cautions.append(f"would notify {mentioned}; leave the @ out if nobody is meant")
        if turned := refusals.turned(part.text):
            cautions.append(f"it holds {turned}, which turns the direction of the text")
        if part.image and (turned := refusals.turned(part.image.alt)):
            cautions.append(f"its alt text holds {turned}, which turns the direction of the text")
        if part.image and (other := numbering.other_in(part.image.alt, self.number)):
            cautions.append(
                f"the alt text, and so perhaps the picture, says {other}; "
                f"the thread says {self.number}"
            )
        if part.image and self.unshown:
            missing = "; ".join(self.unshown)
            cautions.append(f"no font here shows {missing}; install a font that has them")
        if part.image and self.cut:
            cautions.append(slide.told_cut(self.cut))
        return cautions

    @property
    def all_cautions(self) -> list[str]:
        """The cautions of the thread, its notes, and those of all its parts, each with its part."""
        of_parts = [
            f"part {part.position}: {caution}"
            for part in self.parts
            for caution in self.cautions(part)
        ]
        found = [*self.notes, *of_parts]
        return [self.caution, *found] if self.caution else found


def _piece(span: Span, target: str | None) -> Piece:
    """The piece of a tag or a mention, or of a link where there is a target."""
    if target is None:
        return Piece(span.text, Mark.TAG)
    if not address.is_web(target):
        return Piece(span.text, Mark.BARE_LINK, target)
    return Piece(span.text, Mark.LINK, target)


def _listed(spans: Iterable[Span]) -> str:
    """The texts of spans, each once."""
    return ", ".join(dict.fromkeys(span.text for span in spans))
