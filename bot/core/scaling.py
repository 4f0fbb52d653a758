"""How large a picture may be within limits of its sides and pixels, in its own shape."""

import math
from typing import Protocol


class Sides(Protocol):
    """What a picture's sides and all its pixels may be; None where there is no such limit."""

    @property
    def least_side(self) -> int: ...
    @property
    def width(self) -> int | None: ...
    @property
    def height(self) -> int | None: ...
    @property
    def pixels(self) -> int | None: ...


def most(size: tuple[int, int], limits: Sides) -> float:
    """The largest scale, up to 1, at which a picture of that width and height is within limits."""
    width, height = size
    scales = [1.0]
    if limits.width:
        scales.append(limits.width / width)
    if limits.height:
        scales.append(limits.height / height)
    if limits.pixels:
        scales.append(math.sqrt(limits.pixels / (width * height)))
    return min(scales)


def is_possible(size: tuple[int, int], limits: Sides) -> bool:
    """Whether a picture of that shape can be within limits, made smaller or not."""
    # Sides are rounded down, and none becomes nothing.
    shorter = max(1, int(min(size) * most(size, limits) + 1e-6))
    return shorter >= limits.least_side
