"""Makes a picture smaller, for a page that shows several.

Runs in the process that handles pictures.
"""

import io

from PIL import Image

from bot.pictures import raster


def reduced(data: bytes, width: int, height: int) -> tuple[dict[str, object], bytes]:
    """The picture as a PNG on white that is at most that wide and high, in its own shape."""
    with Image.open(io.BytesIO(data)) as opened:
        image = raster.on_white(raster.srgb(opened))
    image.thumbnail((width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # For a moment only: the page is what is kept.
    image.save(out, "PNG", compress_level=1)
    return {"size": image.size}, out.getvalue()
