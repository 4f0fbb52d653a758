"""Makes a picture fit what a network takes: the largest and the best that its limits allow.

Runs in the process that decodes pictures. Always made from the original, never from a fitted one.

Ways are tried from the best down: every pixel as it is; lossless with fewer shades or colours,
which drawings bear well; JPEG and WEBP. What each loses is measured, on a sample of the picture and
at the size at which it is looked at, and so is what scaling takes away.
"""

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from PIL import Image, ImageFile

from bot.core import scaling
from bot.pictures import likeness

VERSION = 1
"""Grows whenever the same picture and limits would give other bytes than before."""

VIEW = 2_048
"""Pixels of the longer side at which a picture is looked at: X's "large" size."""

STRIP, EVERY = 32, 6
"""Quality is searched on a part of the picture: of 32 rows of pixels each, every sixth strip."""

GOOD = 0.012
"""A `likeness.difference` that few people see: no other way is looked for then."""

ENOUGH = 0.04
"""A `likeness.difference` up to which no smaller picture is tried: it would show less up close."""

SMALLER = 0.9
"""A smaller picture is taken if what is lost is at most so much of what the larger one loses."""

SCALES = (1.0, 0.8, 0.64, 0.51, 0.41, 0.33, 0.26, 0.21, 0.17, 0.13, 0.1, 0.07, 0.05, 0.03, 0.02)

LOSSLESS_HOPE = 1.15
"""A sample may be so much above its share, and the whole fit all the same: rows repeat others."""

COMMON, FLAT = 64, 0.25
"""A drawing has even areas: its so many commonest colours fill so much of it."""

FINALISTS, NEAR = 3, 1.4
"""As many ways are carried out, and the best is taken, of those that a sample shows to lose at most
so many times what the best of them loses."""

FAR = 1.6
"""How many times too much is far too much."""

SHARES = (1, 0.8, 0.5, 0.25)
"""Of the limits, what is asked for, the next where nothing came out that fits."""

PATIENCE = 2
"""As many smaller sizes in a row are no better before no more are tried."""

THINNED = 200_000
"""Pixels by which the colours of a palette are chosen."""

WIDEST_WEBP = 16_383
"""Pixels of a side, by the format."""

KEPT = 0.004
"""The share of pixels from which on a shade stays as it is: paper and large areas."""


class Limits(NamedTuple):
    """What a network takes of one type; None where it has no such limit. As `PictureLimits`."""

    size: int
    least_side: int = 1
    width: int | None = None
    height: int | None = None
    pixels: int | None = None


ByType = Mapping[str, Limits]
"""The limits of each type that is taken, by its MIME type."""


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
    """One way to encode, at levels from the best down.

    `prepared` changes the picture beforehand, by a level. What is measured counts `weight` times:
    so that ways are ordered as SSIMULACRA2 orders them (benchmarks/pictures.py).
    """

    name: str
    mime: str
    levels: Sequence[int]
    encode: Callable[[Image.Image, int], bytes]
    prepared: Callable[["_Sized", Image.Image, int], Image.Image] | None = None
    weight: float = 1

    @property
    def is_graded(self) -> bool:
        """Whether less quality always means fewer bytes."""
        return self.prepared is None and len(self.levels) > 1


@dataclass(slots=True)
class _Sized:
    """The picture at one of its sizes, and what was measured of it: for several networks at once.

    `share` is how many times as large the whole is as the `sample`.
    """

    image: Image.Image
    scaling_loss: float
    sample: Image.Image
    share: float
    lengths: dict[tuple[str, int], int] = field(default_factory=dict)
    losses: dict[tuple[str, int], float] = field(default_factory=dict)
    encoded: dict[tuple[str, int], bytes] = field(default_factory=dict)
    palettes: dict[int, Image.Image] = field(default_factory=dict)
    shades: dict[int, list[int]] = field(default_factory=dict)

    def is_drawing(self) -> bool:
        """Whether it has even areas, as drawings and pages of text have, and photographs do not."""
        pixels = self.sample.width * self.sample.height
        colours = self.sample.getcolors(pixels) or []
        counts = sorted((int(count) for count, _ in colours), reverse=True)
        return sum(counts[:COMMON]) >= pixels * FLAT

    def estimate(self, coder: _Coder, level: int) -> float:
        """About how many bytes the whole picture would have."""
        key = (coder.name, level)
        if key not in self.lengths:
            self.lengths[key] = len(_encoded(coder, self, self.sample, level))
        return self.lengths[key] * self.share

    def loss(self, coder: _Coder, level: int) -> float:
        """What is lost by coding, as seen at the size at which the picture is looked at."""
        key = (coder.name, level)
        if key not in self.losses:
            self.losses[key] = self._loss(coder, level)
        return self.losses[key] * coder.weight + self.scaling_loss

    def _loss(self, coder: _Coder, level: int) -> float:
        if coder.prepared:
            seen = coder.prepared(self, self.sample, level).convert("RGB")
        else:
            with Image.open(io.BytesIO(coder.encode(self.sample, level))) as decoded:
                seen = decoded.convert("RGB")
        ratio = VIEW / max(self.image.size)
        if ratio >= 1:
            return likeness.difference(self.sample, seen)
        width, height = self.sample.size
        size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
        looked_at = (each.resize(size, Image.Resampling.BOX) for each in (self.sample, seen))
        return likeness.difference(*looked_at)

    def whole(self, coder: _Coder, level: int) -> bytes:
        """The whole picture encoded."""
        key = (coder.name, level)
        if key not in self.encoded:
            self.encoded[key] = _encoded(coder, self, self.image, level)
        return self.encoded[key]


def _encoded(coder: _Coder, sized: _Sized, image: Image.Image, level: int) -> bytes:
    if coder.prepared:
        image = coder.prepared(sized, image, level)
    return coder.encode(image, level)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    # A progressive or optimized JPEG is written through one buffer, whose size Pillow guesses by
    # the pixels: noise may take more than a byte for each of the three channels.
    ImageFile.MAXBLOCK = max(ImageFile.MAXBLOCK, 4 * image.width * image.height)
    image.save(out, kind, **options)
    return out.getvalue()


def _png(image: Image.Image, level: int) -> bytes:
    return _saved(image, "PNG", optimize=True)


def _lossless_webp(image: Image.Image, level: int) -> bytes:
    # Without loss, quality is how much effort is made.
    return _saved(image.convert("RGB"), "WEBP", lossless=True, method=3, quality=50)


def _webp(image: Image.Image, quality: int) -> bytes:
    return _saved(image, "WEBP", quality=quality, method=4)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    # 4:4:4: letters in colour keep their edges.
    return _saved(image, "JPEG", quality=quality, subsampling=0, progressive=True, optimize=True)


def _photograph(image: Image.Image, quality: int) -> bytes:
    table = _quantized(quality)
    tables, rest = [table, table], {"progressive": True, "optimize": True}
    return _saved(image, "JPEG", qtables=tables, subsampling=2, **rest)


# N. Robidoux's table for photographs, as ImageMagick and mozjpeg (its default) have it.
_ROBIDOUX = (
    *(16, 16, 16, 18, 25, 37, 56, 85, 16, 17, 20, 27, 34, 40, 53, 75),
    *(16, 20, 24, 31, 43, 62, 91, 135, 18, 27, 31, 40, 53, 74, 106, 156),
    *(25, 34, 43, 53, 69, 94, 131, 189, 37, 40, 62, 74, 94, 124, 169, 238),
    *(56, 53, 91, 106, 131, 169, 226, 311, 85, 75, 135, 156, 189, 238, 311, 418),
)


def _quantized(quality: int) -> list[int]:
    """The table for a quality, as the Independent JPEG Group's library scales its own."""
    percent = 200 - 2 * quality
    if quality < 50:
        percent = 5_000 // quality
    return [min(255, max(1, (each * percent + 50) // 100)) for each in _ROBIDOUX]


def _of_fewer_shades(sized: _Sized, image: Image.Image, step: int) -> Image.Image:
    """The picture with each channel's values in steps, but for those that fill large areas."""
    if step not in sized.shades:
        counts = sized.image.histogram()
        channels = (counts[start : start + 256] for start in (0, 256, 512))
        sized.shades[step] = [shade for each in channels for shade in _shades(each, step)]
    return image.point(sized.shades[step])


def _shades(counts: list[int], step: int) -> list[int]:
    """For each of 256 values the nearest that is kept."""
    total = sum(counts)
    large = {value for value in range(256) if counts[value] > total * KEPT}
    grid = (*range(0, 255, step), 255)
    between = {value for value in grid if all(abs(value - each) > step / 2 for each in large)}
    kept = sorted(large | between)
    return [min(kept, key=lambda shade: (abs(shade - value), shade)) for value in range(256)]


def _of_few_colours(sized: _Sized, image: Image.Image, count: int) -> Image.Image:
    """The picture with a palette. Not dithered: grain in even areas costs bytes, and is seen."""
    if count not in sized.palettes:
        every = max(1, math.ceil(math.sqrt(sized.image.width * sized.image.height / THINNED)))
        width, height = (max(1, side // every) for side in sized.image.size)
        thinned = sized.image.resize((width, height), Image.Resampling.NEAREST)
        sized.palettes[count] = thinned.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1)
    return image.quantize(palette=sized.palettes[count], dither=Image.Dither.NONE)


_STEPS = (3, 4, 6, 8, 10, 12, 16, 24)
_COUNTS = (256, 128, 64, 32)
WHOLE = (
    _Coder("PNG", "image/png", (0,), _png),
    _Coder("lossless WEBP", "image/webp", (0,), _lossless_webp),
)
"""Without any loss."""
FEWER = (
    _Coder("WEBP in steps of {}", "image/webp", _STEPS, _lossless_webp, _of_fewer_shades, 3),
    _Coder("WEBP of {} colours", "image/webp", _COUNTS, _lossless_webp, _of_few_colours, 4.5),
    _Coder("PNG of {} colours", "image/png", _COUNTS, _png, _of_few_colours, 4.5),
)
"""Lossless once shades or colours were taken away: best for drawings."""
LOSSY = (
    _Coder("WEBP of quality {}", "image/webp", range(100, 0, -1), _webp, weight=1.65),
    _Coder("JPEG of quality {}", "image/jpeg", range(97, 9, -1), _jpeg),
    _Coder("JPEG 4:2:0 of quality {}", "image/jpeg", range(97, 9, -1), _photograph, weight=1.1),
)


class _Try(NamedTuple):
    """A coder at a level that should fit, by what a sample says, at a scale; and what is lost."""

    loss: float
    scale: float
    coder: _Coder
    level: int


class Fitting:
    """One original, made to fit several sets of limits; what is measured for one serves all.

    `image` is RGB, and has been taken from the original.
    """

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self._sizes: dict[float, _Sized] = {}
        self._seen: Image.Image | None = None

    def to(self, limits: ByType) -> Fitted | None:
        """The picture as these limits allow; None where nothing fits."""
        for share in SHARES:
            # A sample foretells too little where the rest of the picture is another: ask for less.
            asked = {mime: its._replace(size=int(its.size * share)) for mime, its in limits.items()}
            fits = list(self._finalists(self._search(asked), limits))
            if fits:
                return min(fits, key=lambda one: one[0])[1]
        return None

    def _search(self, limits: ByType) -> list[_Try]:
        """What should fit, by what a sample says, that which loses least at first."""
        best, in_vain = list[_Try](), 0
        for scale in self._scales(limits):
            sized = self._at(scale)
            if best and sized.scaling_loss > best[0].loss * SMALLER:
                break
            tries = sorted(self._tries(scale, limits), key=lambda one: one.loss)
            if best and (not tries or tries[0].loss > best[0].loss * SMALLER):
                in_vain += 1
            else:
                best, in_vain = tries + best, 0
            # What kept every pixel of this size could only lose more by being scaled further.
            if best and (best[0].loss < ENOUGH or best[0].coder in WHOLE):
                break
            if in_vain == PATIENCE:
                break
        return best

    def _finalists(self, best: list[_Try], limits: ByType) -> Iterator[tuple[float, Fitted]]:
        """The first few of the ways in full, each with what it really loses, as it is counted."""
        first: _Try | None = None
        made = set[str]()
        for one in best:
            if first and (len(made) == FINALISTS or one.loss > first.loss * NEAR):
                return
            if one.coder.name in made:
                continue
            if fitted := self._made(one, limits[one.coder.mime]):
                first = first or one
                made.add(one.coder.name)
                yield fitted.loss * one.coder.weight, fitted

    def _scales(self, limits: ByType) -> list[float]:
        """From the largest scale that sides and pixels allow, with any type, down."""
        most = max(scaling.most(self._image.size, each) for each in limits.values())
        return [most * scale for scale in SCALES]

    def _at(self, scale: float) -> _Sized:
        """The picture at a scale; only the newest is kept, for each takes megabytes."""
        if scale not in self._sizes:
            self._sizes.clear()
            image = _scaled(self._image, scale)
            self._sizes[scale] = _Sized(image, self._scaling_loss(image), *_sample(image))
        return self._sizes[scale]

    def _scaling_loss(self, image: Image.Image) -> float:
        """What scaling takes from the picture where it is looked at."""
        if image is self._image or max(image.size) >= VIEW:
            return 0
        return self._difference(image)

    def _difference(self, image: Image.Image) -> float:
        """What is lost in another picture of it, where both are looked at."""
        if self._seen is None:
            self._seen = _scaled(self._image, VIEW / max(self._image.size))
        if image.size != self._seen.size:
            image = image.resize(self._seen.size, Image.Resampling.BICUBIC)
        return likeness.difference(self._seen, image)

    def _without_loss(self, scale: float, limits: ByType) -> Iterator[_Try]:
        """The ways that keep every pixel and should fit."""
        sized = self._at(scale)
        for coder in _taken(WHOLE, limits, sized):
            # Encoding all of it takes seconds: only where a sample says that it may well do.
            most = limits[coder.mime].size
            if sized.estimate(coder, 0) > most * LOSSLESS_HOPE:
                continue
            if len(sized.whole(coder, 0)) <= most:
                yield _Try(sized.scaling_loss, scale, coder, 0)
                return

    def _tries(self, scale: float, limits: ByType) -> Iterator[_Try]:
        """What each coder makes of the picture within the limits, judged by a sample."""
        sized, least = self._at(scale), math.inf
        is_drawing = sized.is_drawing()
        # Lossless coders are slow where there is much to code, and need more than the best JPEG.
        most = max(each.size for each in limits.values())
        if is_drawing or sized.estimate(LOSSY[1], LOSSY[1].levels[0]) <= most:
            for one in self._without_loss(scale, limits):
                yield one
                return
        if is_drawing:
            for coder in _taken(FEWER, limits, sized):
                hoped = limits[coder.mime].size * LOSSLESS_HOPE
                for level in _fitting_levels(coder, sized, hoped):
                    least = min(least, sized.loss(coder, level))
                    yield _Try(sized.loss(coder, level), scale, coder, level)
        if least < GOOD:
            return
        for coder in _taken(LOSSY, limits, sized):
            best = _best_level(coder, sized, limits[coder.mime].size)
            if best is not None:
                yield _Try(sized.loss(coder, best), scale, coder, best)

    def _made(self, one: _Try, limits: Limits) -> Fitted | None:
        """The whole picture, at the level that was found or a better or worse one that fits."""
        sized, coder = self._at(one.scale), one.coder
        length = len(sized.whole(coder, one.level))
        if coder.is_graded:
            # What the sample has foretold, and what came of it, tell where to look now.
            short = length / sized.estimate(coder, one.level)
            again = _best_level(coder, sized, limits.size / short)
            if again is not None and again != one.level:
                other = one._replace(level=again)
                if len(sized.whole(coder, again)) <= limits.size:
                    return self._fitted(other)
        if length <= limits.size:
            return self._fitted(one)
        if coder.is_graded:
            return self._worse(one, limits)
        return None

    def _worse(self, one: _Try, limits: Limits) -> Fitted | None:
        """The picture at the next worse level that fits."""
        sized, levels = self._at(one.scale), one.coder.levels
        for level in levels[levels.index(one.level) + 1 :: 2]:
            if len(sized.whole(one.coder, level)) <= limits.size:
                return self._fitted(one._replace(level=level))
        return None

    def _fitted(self, one: _Try) -> Fitted:
        sized = self._at(one.scale)
        way = one.coder.name.format(one.level)
        width, height = sized.image.size
        if sized.image.size != self._image.size:
            way += f", scaled to {width:,} × {height:,} pixels"
        data = sized.whole(one.coder, one.level)
        loss = sized.scaling_loss
        if one.coder not in WHOLE:
            with Image.open(io.BytesIO(data)) as decoded:
                loss = self._difference(decoded.convert("RGB"))
        return Fitted(data, one.coder.mime, width, height, way, round(loss, 6))


def _taken(coders: Sequence[_Coder], limits: ByType, sized: _Sized) -> Iterator[_Coder]:
    """The coders whose type is taken at that size."""
    for coder in coders:
        of_type = limits.get(coder.mime)
        if of_type is None or not is_within(sized.image.size, of_type):
            continue
        if coder.mime != "image/webp" or _can_be_webp(sized.image):
            yield coder


def _can_be_webp(image: Image.Image) -> bool:
    return max(image.size) <= WIDEST_WEBP


def _fitting_levels(coder: _Coder, sized: _Sized, most: float) -> list[int]:
    """The best level that should fit, and the next in case it does not."""
    levels = list(coder.levels)
    while levels and (length := sized.estimate(coder, levels[0])) > most:
        # Far too much: the next one would be, too.
        del levels[: 2 if length > most * FAR else 1]
    return levels[:2]


def _best_level(coder: _Coder, sized: _Sized, most: float) -> int | None:
    """The best level at which the picture should have at most so many bytes."""
    low, high = 0, len(coder.levels) - 1
    if sized.estimate(coder, coder.levels[high]) > most:
        return None
    while low < high:
        middle = (low + high) // 2
        if sized.estimate(coder, coder.levels[middle]) <= most:
            high = middle
        else:
            low = middle + 1
    return coder.levels[low]


def is_within(size: tuple[int, int], limits: Limits) -> bool:
    """Whether a picture of that width and height is within the limits of sides and pixels."""
    # Scaling rounds sides down.
    return min(size) >= limits.least_side and scaling.most(size, limits) >= 1


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image
    # A little more, for 1,000 × (2,048 / 1,000) is less than 2,048.
    width, height = (max(1, int(side * scale + 1e-6)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


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
