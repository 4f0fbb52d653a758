"""The link card of a thread: what it shows of the page that it leads to, and which part has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core import address
from bot.core.collage import Collage, Picture, without_control
from bot.core.delivery import Card, Image, Part
from bot.core.month import Roundup
from bot.core.text import invisible, markdown

DESCRIPTION = 300
"""Characters of a page's description; link previews show fewer."""
TITLE = 300
"""Characters of a card's title; readers see about two lines of it."""

SAVED = "card"
"""The key under which a delivery has saved its thread's card."""

AGE = timedelta(days=1)
"""How long what a page offers counts, until it is asked again."""
AFTER_FAILURE = timedelta(hours=1)
"""When a page is asked again that did not answer."""
KEPT = timedelta(days=90)
"""How long what a page offered is kept since it was asked last."""
AHEAD = timedelta(days=1)
"""How long before its slot the page of a collage's first link is asked."""
NOT_ASKED = "its page is asked in the day before the slot"
"""Why there is no card of a page that was never asked."""
MOST_OF_ADDRESS = 2_000
"""Bytes of an address whose page is asked: PostgreSQL's indexes hold little more."""


class Known(NamedTuple):
    """What is known of the card that the page at an address offers, since it was asked.

    `title` is "" where it offers none, and `note` says why that is, for the end of a sentence. It
    is asked again from `until` on.
    """

    url: str
    title: str
    description: str
    picture: Picture | None
    asked_at: datetime
    until: datetime
    note: str = ""

    def is_old(self, now: datetime) -> bool:
        """Whether the page is to be asked again; also where a clock that was wrong dated it."""
        return not now < self.until <= now + AGE


def is_asked(url: str) -> bool:
    """Whether the page at this address can have a card."""
    return bool(url) and not address.problem(url) and len(url.encode()) <= MOST_OF_ADDRESS


def line(text: str, most: int) -> str:
    """A text of other people's on one line of at most `most` characters, "…" where it is cut.

    It has no control characters, none that turn the direction of a text, and none that nobody sees.
    """
    # Far more than enough: the cut is below.
    text = invisible.removed(without_control(" ".join(text[: 20 * most].split())))
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rstrip()}…"


def description(roundup: Roundup, collages: Sequence[Collage]) -> str:
    """The subtitle, or the papers' titles where there is none, on one line and cut to fit."""
    if roundup.subtitle:
        return line(roundup.subtitle, DESCRIPTION)
    return titles(collages)


def titles(collages: Sequence[Collage]) -> str:
    """The papers' titles on one line, cut to fit."""
    names = " · ".join(markdown.line(collage.paper.title) for collage in collages)
    return line(names, DESCRIPTION)


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


def of_page(known: Known, place: int, image: Image | None) -> Card:
    """The card of a page that offers one, with that picture."""
    return Card(place, known.url, known.title, known.description, image)


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
