"""A picture as a slide holds it: upright, in sRGB, without its empty margins.

Runs in the process that handles pictures.
"""

import io

from PIL import Image, ImageChops

from bot.pictures import raster
from bot.pictures.limits import Limits

NEARLY_WHITE = 244
"""From this value on, of 255, a margin is taken for the white of the card that it stands on."""

NOISE = 10
"""By how much the pixels of a margin may differ, as those of a JPEG do."""

KEPT = 0.01
"""Of the longer side: what is left of a margin."""


def figure(data: bytes, mime: str, page: int, most: int) -> tuple[dict[str, object], bytes]:
    """A picture as a PNG of at most so many pixels a side, and its `size`; raises `Refused`."""
    image = raster.opened(data, mime, page)
    with raster.said_plainly(raster.NAMES.get(mime, "PDF"), Limits()):
        if raster.ground(image) == raster.DARK:
            # On the white of its card it could not be seen.
            image = raster.on_paper(image)
        image = trimmed(image)
        if max(image.size) > most:
            image.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=3)
        out = io.BytesIO()
        # Typst decodes it again at once.
        image.save(out, "PNG", compress_level=1)
    return {"size": image.size}, out.getvalue()


def trimmed(image: Image.Image) -> Image.Image:
    """The picture without margins that are white or transparent, but for a little of them."""
    seen = image
    if image.mode == "RGBA":
        seen = Image.new("RGB", image.size, "white")
        seen.paste(image, mask=image.getchannel("A"))
    if min(_corners(seen.convert("L"))) < NEARLY_WHITE:
        return image
    paper = Image.new("RGB", seen.size, "white")
    ink = ImageChops.difference(seen, paper).convert("L").point(lambda value: value > NOISE and 255)
    box = ink.getbbox()
    if box is None:
        return image
    left, upper, right, lower = box
    keep = round(KEPT * max(image.size))
    return image.crop(
        (
            max(0, left - keep),
            max(0, upper - keep),
            min(image.width, right + keep),
            min(image.height, lower + keep),
        )
    )


def _corners(grey: Image.Image) -> list[int]:
    """The values of the four corners."""
    right, lower = grey.width - 1, grey.height - 1
    return [grey.crop((x, y, x + 1, y + 1)).tobytes()[0] for x in (0, right) for y in (0, lower)]
