"""Pictures made smaller for a page that shows several, whole and in their own shape."""

from collections import OrderedDict
from typing import NamedTuple

from bot.core.collage import Picture, one_line
from bot.core.errors import BadInput
from bot.pictures import handling

LARGEST = (1_600, 1_200)
"""Width and height in pixels: one alone on a cover is shown 1,520 pixels wide."""

MOST_KEPT = 32_000_000
"""Bytes of pictures that are kept: a cover and a card show the same ones."""


class Reduced(NamedTuple):
    """A picture as a PNG on white; `ratio` is its width by its height."""

    png: bytes
    ratio: float


_kept: OrderedDict[str, Reduced] = OrderedDict()


def of(picture: Picture, data: bytes) -> Reduced:
    """The picture with these bytes, reduced; raises `BadInput` where it cannot be decoded."""
    if found := _kept.get(picture.sha256):
        _kept.move_to_end(picture.sha256)
        return found
    most_width, most_height = LARGEST
    try:
        facts, png = handling.ask("reduce", data, width=most_width, height=most_height)
    except BadInput as error:
        raise BadInput(f"{one_line(picture.file)}: {error}") from None
    width, height = facts["size"]
    _kept[picture.sha256] = Reduced(png, width / height)
    while sum(len(each.png) for each in _kept.values()) > MOST_KEPT and len(_kept) > 1:
        _kept.popitem(last=False)
    return _kept[picture.sha256]
