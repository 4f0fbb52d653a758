"""Makes a picture fit what a network takes: the largest and the best that its limits allow.

Runs in the process that decodes pictures. Always made from the original, never from a fitted one.
"""

import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image

from bot.pictures import likeness

VERSION = 1
"""Grows whenever the same picture and limits would give other bytes than before."""

VIEW = 2_048
"""Pixels of the longer side at which a picture is looked at: X's "large" size."""

STRIP, EVERY = 16, 8
"""Quality is searched on a part of the picture: of 16 rows of pixels each, every eighth strip."""

ROOM = 0.985
"""How much of the limit the estimate from the strips may take."""

GOOD = 0.02
"""A `likeness.difference` above which a smaller picture may show more than a worse one."""

PALETTE_WEIGHT = 4
"""Times that a palette's difference counts: its grain in even areas is seen more than measured."""

MOST_COLOURS = 4_096
"""A picture of more colours is no flat drawing: 256 would not do for it."""

SCALES = (1.0, 0.8, 0.64, 0.51, 0.41, 0.33, 0.26, 0.21, 0.17, 0.13, 0.1, 0.05)

Encode = Callable[[Image.Image, int], bytes]


class Limits(NamedTuple):
    """What a network takes of one type; None where it has no such limit. As `PictureLimits`."""

    size: int
    width: int | None = None
    height: int | None = None
    pixels: int | None = None


class Fitted(NamedTuple):
    """A fitted picture; `way` says how it was made, `loss` is a `likeness.difference`."""

    data: bytes
    mime: str
    width: int
    height: int
    way: str
    loss: float


@dataclass(frozen=True, slots=True)
class _Coder:
    """One way to encode; `qualities` are the lowest and the highest that are tried."""

    name: str
    mime: str
    encode: Encode
    qualities: tuple[int, int]
    weight: float = 1


def _jpeg(image: Image.Image, quality: int) -> bytes:
    # 4:4:4: letters in colour keep their edges.
    return _saved(image, "JPEG", quality=quality, subsampling=0, progressive=True, optimize=True)


def _webp(image: Image.Image, quality: int) -> bytes:
    return _saved(image, "WEBP", quality=quality, method=4, use_sharp_yuv=True)


def _lossless_webp(image: Image.Image, quality: int) -> bytes:
    # Here quality is how much effort is made.
    return _saved(image, "WEBP", lossless=True, method=3, quality=quality)


def _png(image: Image.Image, quality: int) -> bytes:
    return _saved(image, "PNG", optimize=True)


def _palette(image: Image.Image, quality: int) -> bytes:
    few = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    return _saved(few, "PNG", optimize=True)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


LOSSLESS = (
    _Coder("PNG", "image/png", _png, (0, 0)),
    _Coder("lossless WEBP", "image/webp", _lossless_webp, (50, 50)),
)
LOSSY = (
    _Coder("PNG of 256 colours", "image/png", _palette, (0, 0), PALETTE_WEIGHT),
    _Coder("JPEG", "image/jpeg", _jpeg, (40, 97)),
    _Coder("WEBP", "image/webp", _webp, (40, 99)),
)


class _Try(NamedTuple):
    """A coder at a quality that should fit, by what a sample says, and what is lost by it."""

    coder: _Coder
    quality: int
    loss: float
    image: Image.Image


def fit(image: Image.Image, limits: dict[str, Limits]) -> Fitted | None:
    """The picture as the limits allow, by MIME type; None where nothing fits.

    `image` is RGB, or RGBA where it is transparent, and has been taken from the original.
    """
    scales = _scales(image.size, limits)
    whole = _scaled(image, scales[0])
    if done := _without_loss(whole, limits):
        return done._replace(way=_way(done.way, whole, image))
    best: list[_Try] = []
    for scale in scales:
        tries = [*_tries(_scaled(image, scale), image, limits)]
        best = sorted([*best, *tries], key=lambda one: one.loss)
        if best and best[0].loss < GOOD:
            break
        if best and tries and min(one.loss for one in tries) > best[0].loss:
            break
    for one in best:
        if done := _made(one, limits[one.coder.mime]):
            return done._replace(way=_way(done.way, one.image, image))
    return None


def _scales(size: tuple[int, int], limits: dict[str, Limits]) -> list[float]:
    """From the largest scale that sides and pixels allow, with any type, down."""
    most = max(_most_scale(size, of_type) for of_type in limits.values())
    return [most * scale for scale in SCALES]


def _most_scale(size: tuple[int, int], limits: Limits) -> float:
    width, height = size
    scales = [1.0]
    if limits.width:
        scales.append(limits.width / width)
    if limits.height:
        scales.append(limits.height / height)
    if limits.pixels:
        scales.append(math.sqrt(limits.pixels / (width * height)))
    return min(scales)


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image
    width, height = image.size
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _without_loss(image: Image.Image, limits: dict[str, Limits]) -> Fitted | None:
    """The picture with every pixel, in the first way that fits."""
    sample, share = _sample(image)
    for coder in LOSSLESS:
        of_type = limits.get(coder.mime)
        if of_type is None or not _is_within(image.size, of_type):
            continue
        quality = coder.qualities[0]
        # Encoding all of it takes seconds: only where a sample says that it may well do.
        if len(coder.encode(sample, quality)) * share > of_type.size * 1.05:
            continue
        data = coder.encode(image, quality)
        if len(data) <= of_type.size:
            return Fitted(data, coder.mime, *image.size, coder.name, 0)
    return None


def _tries(image: Image.Image, original: Image.Image, limits: dict[str, Limits]) -> Iterator[_Try]:
    """What each lossy coder makes of the picture within the limits, judged by a sample."""
    sample, share = _sample(image)
    for coder in LOSSY:
        of_type = limits.get(coder.mime)
        if of_type is None or not _is_within(image.size, of_type):
            continue
        if coder.encode is _palette and not image.getcolors(MOST_COLOURS):
            continue
        given = _for(coder, sample)
        quality = _best_quality(coder, given, of_type.size * ROOM / share)
        if quality is None:
            continue
        loss = _loss(coder, quality, given, image.size, original.size)
        yield _Try(coder, quality, loss, image)


def _loss(
    coder: _Coder, quality: int, sample: Image.Image, size: Sequence[int], original: Sequence[int]
) -> float:
    """What is lost by coding, and by what scaling takes from a picture that is looked at."""
    with Image.open(io.BytesIO(coder.encode(sample, quality))) as decoded:
        coded = likeness.difference(sample.convert("RGB"), decoded.convert("RGB"))
    seen = min(VIEW, max(original))
    scaling = max(0.0, 1 - max(size) / seen)
    return coded * coder.weight + scaling * 0.1


def _best_quality(coder: _Coder, sample: Image.Image, most: float) -> int | None:
    """The highest quality at which the sample has at most so many bytes."""
    low, high = coder.qualities
    if len(coder.encode(sample, low)) > most:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        if len(coder.encode(sample, middle)) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _made(one: _Try, limits: Limits) -> Fitted | None:
    """The whole picture, at the quality that was found or a little lower; None if it is too low."""
    coder, quality = one.coder, one.quality
    image = _for(coder, one.image)
    while quality >= coder.qualities[0]:
        data = coder.encode(image, quality)
        if len(data) <= limits.size:
            way = coder.name
            if coder.qualities[0] < coder.qualities[1]:
                way += f" of quality {quality}"
            return Fitted(data, coder.mime, *image.size, way, one.loss)
        quality -= max(1, int((len(data) / limits.size - 1) * 20))
    return None


def _for(coder: _Coder, image: Image.Image) -> Image.Image:
    """The picture as the coder can take it: JPEG and a small palette know no transparency."""
    if image.mode == "RGBA" and coder.mime != "image/webp":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image


def _is_within(size: tuple[int, int], limits: Limits) -> bool:
    # Scaling rounds sides down.
    return _most_scale(size, limits) >= 1


def _sample(image: Image.Image) -> tuple[Image.Image, float]:
    """Strips of the picture, one below the other, and how many times as large the whole is."""
    width, height = image.size
    if height < 2 * STRIP * EVERY:
        return image, 1
    tops = range(0, height - STRIP + 1, STRIP * EVERY)
    strips = Image.new(image.mode, (width, len(tops) * STRIP))
    for row, top in enumerate(tops):
        strips.paste(image.crop((0, top, width, top + STRIP)), (0, row * STRIP))
    return strips, height / strips.height


def _way(way: str, made: Image.Image, original: Image.Image) -> str:
    if made.size == original.size:
        return way
    return f"{way}, scaled to {made.width:,} × {made.height:,} pixels"
