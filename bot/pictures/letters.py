"""How large the letters on a picture are, told by their shapes: nothing is read.

Text shows as thin strokes of high contrast beside each other, in lines with blank rows between
them, whatever its script. Strokes on a row that are close to each other are taken together; what
hangs together over the rows is a word or a line, as high as its letters.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from PIL import Image, ImageChops, ImageStat

SIDE = 2_048
"""Pixels of the longer side at which strokes are looked for."""

_STROKE = 4
"""A stroke is thinner than 2 to the power of this, in pixels."""

_DARK = 110
"""Brightness, of 255, below which most of a page shows light letters."""

_CONTRAST = 70
"""By how much, of 255, a stroke differs from what is around it."""

_GAP = 10
"""Pixels between the strokes of a word, at most."""

_RUN = re.compile(rb"\xff+(?:\x00{1,%d}\xff+)*" % _GAP)

_MOST_RUNS = 200_000
"""More of them are no text, but the grain of a photograph."""

_LEAST_HEIGHT, _MOST_HEIGHT = 4, 200
_LEAST_SHAPE = 1.4
"""How many times as wide as high a word is, at least."""

_INK = (0.12, 0.7)
"""The share of strokes in a word: less are in a curve or a frame, more in a bar."""

_LEAST_STROKES = 1.2
"""Strokes on the middle row of a piece of a word that is as wide as high."""

_EVEN, _GROUND = 16, 0.4
"""Levels of brightness of 256 that pass for one, and the share of a word's box that has one."""

_LEAST_TEXT = 60
"""Letters without which there is no text worth judging."""


class Word(NamedTuple):
    """The box around a word or a line, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def shape(self) -> float:
        """How many times as wide as high it is: about half the number of its letters."""
        return (self.right - self.left) / self.height


def height(image: Image.Image) -> int:
    """The height of most letters on an RGB picture, in ten-thousandths of its width; 0 without
    text.
    """
    scale = min(1, SIDE / max(image.size))
    grey = image.convert("L")
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        grey = grey.resize(size, Image.Resampling.BOX)
    strokes = _strokes(grey)
    words = [
        piece
        for piece in _pieces(strokes)
        if _has_shape(piece) and _is_even(grey.crop(piece)) and _has_letters(piece, strokes)
    ]
    shapes = [word.shape for word in sorted(words, key=lambda word: word.height)]
    if sum(shapes) * 2 < _LEAST_TEXT:
        return 0
    heights = sorted(word.height for word in words)
    middle = next(at for at, sofar in enumerate(accumulate(shapes)) if sofar * 2 >= sum(shapes))
    return round(heights[middle] * 10_000 / grey.width)


def _strokes(grey: Image.Image) -> Image.Image:
    """Where there are thin structures, darker than what is around them; lighter on a dark page."""
    if ImageStat.Stat(grey).median[0] < _DARK:
        grey = ImageChops.invert(grey)
    around = ImageChops.invert(_grown(ImageChops.invert(_grown(grey))))
    return ImageChops.subtract(around, grey).point(lambda value: 255 * (value >= _CONTRAST))


def _grown(image: Image.Image) -> Image.Image:
    """Each pixel as light as the lightest around it."""
    for step in range(_STROKE):
        for x, y in ((1 << step, 0), (0, 1 << step)):
            image = ImageChops.lighter(image, ImageChops.offset(image, x, y))
    half = -(1 << _STROKE - 1)
    return ImageChops.offset(image, half, half)


def _pieces(strokes: Image.Image) -> Sequence[Word]:
    """The boxes around what hangs together; none where there is too much of it."""
    boxes, open_runs, count = list[list[int]](), list[tuple[int, int, int]](), 0
    parents = list[int]()
    for row, line in enumerate(_rows(strokes)):
        runs = [found.span() for found in _RUN.finditer(line)]
        count += len(runs)
        if count > _MOST_RUNS:
            return []
        open_runs = list(_joined(row, runs, open_runs, boxes, parents))
    for place in range(len(boxes)):
        root = _root(parents, place)
        if root != place:
            _take(boxes[root], boxes[place])
    return [Word(*box) for place, box in enumerate(boxes) if parents[place] == place]


def _rows(image: Image.Image) -> Iterator[bytes]:
    data, width = image.tobytes(), image.width
    return (data[at : at + width] for at in range(0, len(data), width))


def _joined(
    row: int,
    runs: Sequence[tuple[int, int]],
    above: Sequence[tuple[int, int, int]],
    boxes: list[list[int]],
    parents: list[int],
) -> Iterator[tuple[int, int, int]]:
    """The runs of a row, each with the piece that it belongs to by those above it."""
    first = 0
    for left, right in runs:
        while first < len(above) and above[first][1] <= left:
            first += 1
        place = None
        at = first
        while at < len(above) and above[at][0] < right:
            other = _root(parents, above[at][2])
            if place is None:
                place = other
            elif place != other:
                parents[max(place, other)] = place = min(place, other)
            at += 1
        if place is None:
            place = len(boxes)
            boxes.append([left, row, right, row + 1])
            parents.append(place)
        _take(boxes[place], (left, row, right, row + 1))
        yield left, right, place


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = place = parents[parents[place]]
    return place


def _take(box: list[int], other: Sequence[int]) -> None:
    box[0], box[1] = min(box[0], other[0]), min(box[1], other[1])
    box[2], box[3] = max(box[2], other[2]), max(box[3], other[3])


def _has_shape(piece: Word) -> bool:
    """Whether a piece is as high as letters may be, and wider than most single ones."""
    return _LEAST_HEIGHT <= piece.height <= _MOST_HEIGHT and piece.shape >= _LEAST_SHAPE


def _is_even(inside: Image.Image) -> bool:
    """Whether there is one even ground behind a piece, as there is in no photograph."""
    counts = inside.histogram()
    most = max(sum(counts[value : value + _EVEN]) for value in range(0, 256, _EVEN // 2))
    return most >= inside.width * inside.height * _GROUND


def _has_letters(piece: Word, strokes: Image.Image) -> bool:
    """Whether a piece has as many strokes as letters beside each other have."""
    inside = strokes.crop(piece)
    ink = inside.histogram()[255] / (inside.width * inside.height)
    if not _INK[0] <= ink <= _INK[1]:
        return False
    quarter = inside.height // 4
    middle = inside.crop((0, quarter, inside.width, inside.height - quarter))
    counts = [line.count(b"\xff\x00") for line in _rows(middle)]
    return sum(counts) / len(counts) >= _LEAST_STROKES * piece.shape
