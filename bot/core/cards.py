"""The link card of a roundup's thread: what it shows of the page, and which part has it."""

from collections.abc import Mapping, Sequence

from bot.core.collage import Collage, without_control
from bot.core.delivery import Card, Image, Part
from bot.core.month import Roundup
from bot.core.text import markdown

DESCRIPTION = 300
"""Characters of a page's description; link previews show fewer."""
TITLE = 300
"""Characters of a card's title; readers see about two lines of it."""

SAVED = "card"
"""The key under which a delivery has saved its thread's card."""


def description(roundup: Roundup, collages: Sequence[Collage]) -> str:
    """The subtitle, or the papers' titles where there is none, on one line and cut to fit."""
    titles = " · ".join(markdown.line(collage.paper.title) for collage in collages)
    text = without_control(" ".join((roundup.subtitle or titles).split()))
    if len(text) <= DESCRIPTION:
        return text
    return f"{text[: DESCRIPTION - 1].rstrip()}…"


def position(roundup: Roundup, parts: Sequence[Part]) -> int:
    """The part that a roundup's card belongs to; 0 for none.

    It is the first with the page's link: a post has either pictures or a card.
    """
    if not roundup.link:
        return 0
    places = (part.position for part in parts if not part.image and roundup.link in part.text)
    return next(places, 0)


def of_roundup(
    roundup: Roundup, collages: Sequence[Collage], place: int, image: Image | None
) -> Card:
    """The card of a roundup's page, with that picture."""
    title = markdown.line(without_control(roundup.title))[:TITLE]
    return Card(place, roundup.link, title, description(roundup, collages), image)


def as_json(card: Card) -> dict[str, object]:
    """The card as it is saved: its picture by its hash, whose bytes are in the database."""
    image = card.image and {
        "sha256": card.image.sha256,
        "file": card.image.file,
        "mime": card.image.mime,
    }
    return {**card._asdict(), "image": image}


def from_json(saved: Mapping[str, object]) -> Card | None:
    """The card that a delivery has saved, its picture without bytes; None where there is none."""
    card = saved.get(SAVED)
    if not isinstance(card, dict):
        return None
    image = card["image"]
    return Card(**card | {"image": image and Image(**image, alt="")})
