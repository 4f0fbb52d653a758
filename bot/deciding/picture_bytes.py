"""The bytes of pictures, for pages that show them."""

from typing import NamedTuple

from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import network
from bot.core.errors import BadInput, Unavailable


class Bytes(NamedTuple):
    """A picture as it is shown: its bytes and their type."""

    data: bytes
    mime: str


def stored(context: Context, sha256: str) -> Bytes:
    """A picture by its SHA-256, as it goes out; raises `BadInput` where there is none."""
    with context.read() as work:
        found = work.pictures.find(sha256)
    if found is None:
        raise BadInput("There is no such picture here.")
    return Bytes(*found)


def small(context: Context, series: Series, name: str) -> Bytes:
    """The picture of a collage, small enough for a list: made once, and kept.

    One that cannot be made smaller is shown as it is. Raises `BadInput` where there is none.
    """
    with context.read() as work:
        picture = work.queue.get(series.name, name).picture
    if picture is None:
        raise BadInput(f"{name} has no picture.")
    fits = Fittings(context)
    try:
        fit = fits.find_or_make(picture, network.PAGE_WIDTHS[min(network.PAGE_WIDTHS)])
    except (BadInput, Unavailable):
        fit = None
    return stored(context, fit.picture.sha256 if fit else picture.sha256)
