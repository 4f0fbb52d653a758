"""Pictures made smaller for a page that shows several, whole and in their own shape."""

from collections import OrderedDict
from typing import NamedTuple

from bot.core import appearance
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


_kept: OrderedDict[tuple[str, int], Reduced] = OrderedDict()


def of(picture: Picture, data: bytes) -> Reduced:
    """The picture with these bytes, reduced; raises `BadInput` where it cannot be decoded."""
    key = (picture.sha256, appearance.named(picture.file).page)
    if found := _kept.get(key):
        _kept.move_to_end(key)
        return found
    try:
        facts, png = handling.ask("reduce", data, mime=picture.mime, page=key[1], most=LARGEST)
    except BadInput as error:
        raise BadInput(f"{one_line(picture.file)}: {error}") from None
    width, height = facts["size"]
    _kept[key] = Reduced(png, width / height)
    while sum(len(each.png) for each in _kept.values()) > MOST_KEPT and len(_kept) > 1:
        _kept.popitem(last=False)
    return _kept[key]
