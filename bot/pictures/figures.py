"""The figures of a slide: any picture as a PNG that typst sets, with its proportions."""

from collections import OrderedDict
from typing import NamedTuple

from bot.core import appearance, collage
from bot.core.errors import BadInput
from bot.pictures import handling

MOST_SIDE = 2_400
"""Pixels a side: no figure is shown larger on a page of 2,560 pixels."""

MOST_KEPT = 64_000_000
"""Bytes of figures that are kept, so that a slide is set again without decoding them."""


class Prepared(NamedTuple):
    """A figure as a PNG; `ratio` is its width by its height."""

    png: bytes
    ratio: float


_kept: OrderedDict[tuple[str, int], Prepared] = OrderedDict()


def prepared(sha256: str, data: bytes, mime: str, file: str) -> Prepared:
    """The figure with this hash, upright and without empty margins; raises `BadInput`.

    Of a PDF it is the page that `file` names.
    """
    key = (sha256, appearance.named(file).page)
    if found := _kept.get(key):
        _kept.move_to_end(key)
        return found
    try:
        facts, png = handling.ask("figure", data, mime=mime, page=key[1], most=MOST_SIDE)
    except BadInput as error:
        raise BadInput(f"{collage.one_line(file)}: {error}") from None
    width, height = facts["size"]
    _kept[key] = Prepared(png, width / height)
    while sum(len(each.png) for each in _kept.values()) > MOST_KEPT and len(_kept) > 1:
        _kept.popitem(last=False)
    return _kept[key]
