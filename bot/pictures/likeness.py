"""How alike two pictures look: by SSIM, and by a hash that survives scaling and re-encoding."""

import itertools
from typing import Any

from PIL import Image, ImageMath

BLOCK = 4
"""Pixels of a side of the blocks that are compared: fine enough for the letters of a slide."""

ROWS = 256
"""Rows of pixels that are compared at a time; whole blocks."""

COLOUR = 0.3
"""What a fault of colour weighs, against one of brightness. Chosen so that pictures that JPEG and
WEBP have damaged are ordered as SSIMULACRA2 orders them (benchmarks/pictures.py)."""

# (0.01 × 255)² and (0.03 × 255)², as Wang and others have it (IEEE TIP 13, 2004).
_C1, _C2 = 6.5025, 58.5225
_HASH = 16


def difference(image: Image.Image, other: Image.Image) -> float:
    """How much of the structure of `image` is lost in `other`: 0 nothing, towards 1 all of it.

    One minus the mean SSIM of brightness, and a part of that of both colour channels. Both are RGB
    and of the same size.
    """
    width, height = image.size
    lost = 0.0
    # A few rows at a time: the numbers take as much memory again as the picture many times over.
    for top in range(0, height, ROWS):
        band = (0, top, width, min(height, top + ROWS))
        lost += _difference(image.crop(band), other.crop(band)) * (band[3] - top)
    return lost / height


def _difference(image: Image.Image, other: Image.Image) -> float:
    pairs = zip(image.convert("YCbCr").split(), other.convert("YCbCr").split(), strict=True)
    light, blue, red = (1 - _mean(_ssim(one, two)) for one, two in pairs)
    return light + COLOUR * (blue + red) / 2


def _ssim(image: Image.Image, other: Image.Image) -> Image.Image:
    """SSIM of each block of two pictures of one channel."""
    one, two = image.convert("F"), other.convert("F")
    means = {
        "x": _reduced(one),
        "y": _reduced(two),
        "xx": _reduced(_product(one, one)),
        "yy": _reduced(_product(two, two)),
        "xy": _reduced(_product(one, two)),
    }

    def ssim(of: dict[str, Any]) -> Any:
        x, y = of["x"], of["y"]
        variances = (of["xx"] - x * x) + (of["yy"] - y * y)
        alike = (x * y * 2 + _C1) * ((of["xy"] - x * y) * 2 + _C2)
        return alike / ((x * x + y * y + _C1) * (variances + _C2))

    of_blocks: Image.Image = ImageMath.lambda_eval(ssim, **means)
    return of_blocks


def _product(one: Image.Image, two: Image.Image) -> Image.Image:
    product: Image.Image = ImageMath.lambda_eval(lambda of: of["one"] * of["two"], one=one, two=two)
    return product


def _reduced(image: Image.Image) -> Image.Image:
    return image.reduce(BLOCK)


def _mean(image: Image.Image) -> float:
    mean = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(mean, float)
    return mean


def fingerprint(image: Image.Image) -> str:
    """A hash of how a picture looks, of 256 bits as 64 hexadecimal digits.

    Each bit says whether a spot is brighter than the one to its left ("dHash"), so that it stays
    nearly the same when the picture is scaled, encoded anew or made a little brighter.
    """
    grey = image.convert("L").resize((_HASH + 1, _HASH), Image.Resampling.BOX)
    rows = [grey.crop((0, row, _HASH + 1, row + 1)).tobytes() for row in range(_HASH)]
    bits = 0
    for row in rows:
        for left, right in itertools.pairwise(row):
            bits = bits << 1 | (right > left)
    return f"{bits:064x}"
