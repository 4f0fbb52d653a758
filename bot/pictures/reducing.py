"""Makes a picture smaller, for a page that shows several.

Runs in the process that handles pictures.
"""

import io

from PIL import Image

from bot.pictures import raster
from bot.pictures.limits import Limits


def reduced(
    data: bytes, mime: str, page: int, most: tuple[int, int]
) -> tuple[dict[str, object], bytes]:
    """The picture, or that page of a PDF, as a PNG within `most` pixels, in its own shape.

    What is transparent is white. Raises `Refused`.
    """
    image = raster.opened(data, mime, page)
    with raster.said_plainly(raster.NAMES.get(mime, "PDF"), Limits()):
        image = raster.on_paper(image)
        image.thumbnail((most[0], most[1]), Image.Resampling.LANCZOS, reducing_gap=3)
        out = io.BytesIO()
        # Typst decodes it again at once.
        image.save(out, "PNG", compress_level=1)
    return {"size": image.size}, out.getvalue()
