"""How a picture looks to those who see it on a network: what a person should know beforehand.

What is seen of it was measured when it was taken in; here it is judged. A false alarm is worse than
silence.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bot.core.collage import Picture

LEAST_LETTERS = 85
"""The height of letters, in ten-thousandths of a picture's width, below which nobody reads them on
a phone: its screen shows a picture about 390 points wide, and these are then 3.3 points high.
"""

LEAST_WIDTH = 1_000
"""Pixels below which a picture looks blurred on a larger screen."""

WIDEST, HIGHEST = 3, 2.5
"""How many times as wide as high a picture may be, or the other way round, before networks crop it
or show a sliver.
"""

ALIKE = 12
"""Bits of 256 by which the fingerprints of one picture may differ: scaled or encoded anew it has up
to 8 others, and another slide of its layout 19 and more.
"""

_LEAST_PATTERN = 16
"""Bits that are set in the fingerprint of a picture with anything to be known by."""


GROUNDS = ("", "white", "dark")
"""On what a picture goes out whose parts are transparent; "" where none are."""


class Named(NamedTuple):
    """A picture's file as a person names it; `page` is 0 unless one of a PDF is named."""

    file: str
    page: int = 0


def named(text: str) -> Named:
    """The file and the page that are named in "talk.pdf#page=3" (RFC 8118)."""
    if found := re.fullmatch(r"(?is)(.+\.pdf)#page=([1-9][0-9]{0,5})", text):
        return Named(found[1], int(found[2]))
    return Named(text)


def of_page(file: str, page: int) -> str:
    """The name of a page of a file, as `named` reads it."""
    return f"{file}#page={page}"


def notes(picture: "Picture") -> tuple[str, ...]:
    """All that a person should know of how a picture looks: clauses that begin with it."""
    return tuple(f"its picture {note}" for note in _notes(picture))


def _notes(picture: "Picture") -> Iterator[str]:
    if picture.is_blank:
        yield "shows nearly nothing; see that it is the right one"
    if picture.frames > 1:
        what = "pages" if picture.mime == "image/tiff" else "frames"
        yield f"has {picture.frames:,} {what}; only the first goes out"
    if 0 < picture.letters < LEAST_LETTERS:
        points = picture.letters * 390 / 10_000
        yield (
            f"has letters that are about {points:.1f} points high on a phone, too small to be read "
            "there; make them larger, or show less"
        )
    if 0 < picture.width < LEAST_WIDTH:
        yield (
            f"is only {picture.width:,} pixels wide and looks blurred on a large screen; "
            "export it larger"
        )
    yield from _shape(picture.width, picture.height)
    if picture.ground:
        ground = "white"
        if picture.ground != ground:
            ground = "a dark ground, for what is drawn on it is light"
        yield f"has a transparent background; it goes out on {ground}"


def _shape(width: int, height: int) -> Iterator[str]:
    size = f"{width:,} × {height:,} pixels"
    if width > height * WIDEST:
        yield f"is very wide ({size}): networks crop it, or show a sliver; bring it nearer to 16:9"
    if height > width * HIGHEST:
        yield f"is very high ({size}): networks crop it, or show a sliver; bring it nearer to 4:5"


def distance(fingerprint: str, other: str) -> int:
    """In how many of the 256 bits two fingerprints differ."""
    return (int(fingerprint, 16) ^ int(other, 16)).bit_count()


def is_alike(fingerprint: str, other: str) -> bool:
    """Whether two fingerprints are those of one picture; nothing is known of "" and empty pages."""
    if not (_has_pattern(fingerprint) and _has_pattern(other)):
        return False
    return distance(fingerprint, other) <= ALIKE


def _has_pattern(fingerprint: str) -> bool:
    return bool(fingerprint) and int(fingerprint, 16).bit_count() >= _LEAST_PATTERN
