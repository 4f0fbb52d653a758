"""Pictures that fit a network as they are: sent without their metadata, never encoded anew.

Runs in the process that decodes pictures.
"""

from dataclasses import dataclass

from PIL import Image

from bot.pictures import containers, fitting, raster
from bot.pictures.limits import Limits

TYPES = ("image/jpeg", "image/png", "image/webp")
_UPRIGHT = 1
_PNG_DEPTH = 24
"""Where the header of a PNG has the bits of a channel."""


@dataclass(frozen=True, slots=True)
class Bare:
    """An original without its metadata; `data` is the original's where it has none."""

    data: bytes
    mime: str
    width: int
    height: int
    way: str

    def is_within(self, limits: fitting.ByType) -> bool:
        """Whether a network takes it."""
        its = limits.get(self.mime)
        size = (self.width, self.height)
        return its is not None and len(self.data) <= its.size and fitting.is_within(size, its)


def bare(data: bytes, mime: str, limits: Limits) -> Bare | None:
    """The original as it could be sent; None where it has to be encoded anew.

    It has to where its colours are not sRGB of eight bits, where it is transparent, moves, or lies
    on its side and only its metadata say so. A JPEG goes on saying which side is up.
    """
    if mime not in TYPES:
        return None
    with raster.source(data, mime, limits) as image:
        orientation = raster.orientation(image)
        if not _is_plain(image, data) or (orientation != _UPRIGHT and mime != "image/jpeg"):
            return None
        width, height = image.size
    if orientation in raster.ON_THEIR_SIDE:
        width, height = height, width
    try:
        stripped = containers.without_metadata(data, mime, orientation)
    except containers.Odd:
        return None
    way = "as it is"
    if stripped != data:
        way = "without its metadata"
    return Bare(stripped, mime, width, height, way)


def _is_plain(image: Image.Image, data: bytes) -> bool:
    """Whether what every program shows of the file is the picture: one, opaque, in sRGB."""
    # What a telephone puts behind a JPEG is left out with its metadata.
    moves = image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1
    if moves or "transparency" in image.info:
        return False
    if image.format == "PNG" and data[_PNG_DEPTH] > 8:
        return False
    if image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255):
        return False
    return image.mode in ("RGB", "RGBA", "L", "P", "1") and not raster.has_other_colours(image)
