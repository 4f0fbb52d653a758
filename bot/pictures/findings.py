"""What a careful person would see of a picture before it goes out: measured, not judged.

`core/appearance.py` says what of it is worth telling. Runs in the process that handles pictures.
"""

from PIL import Image

from bot.pictures import letters, likeness, raster

_NEARLY, _NOTHING = 12, 0.999
"""Levels of 256 that pass for one colour, and the share of a picture in which it is blank."""


def of(image: Image.Image) -> dict[str, object]:
    """What is seen of a picture in sRGB, as JSON.

    Its `fingerprint`; the `ground` that a transparent one goes out on; the height of its small
    `letters` in ten-thousandths of its width, 0 where none are found; whether it `is_blank`.
    """
    ground = raster.ground(image)
    paper = raster.on_paper(image)
    return {
        "fingerprint": likeness.fingerprint(paper),
        "ground": ground,
        "letters": letters.height(paper),
        "is_blank": _is_blank(paper),
    }


def _is_blank(image: Image.Image) -> bool:
    """Whether nearly all of a picture has one colour."""
    small = image.reduce(max(1, max(image.size) // 1_024))
    least = small.width * small.height * _NOTHING
    return all(_most_even(channel.histogram()) >= least for channel in small.split())


def _most_even(counts: list[int]) -> int:
    """How many pixels are within a few levels of the most frequent one."""
    most = counts.index(max(counts))
    return sum(counts[max(0, most - _NEARLY) : most + _NEARLY + 1])
