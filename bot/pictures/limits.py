"""What a picture may have at most, and how one that has more is refused."""

from typing import NamedTuple


class Limits(NamedTuple):
    """What a picture may have at most.

    `megapixels` and `side`, in pixels, are of what is decoded: the first frame or page. `scans` are
    the passes that a progressive JPEG is stored in: each costs as much as the picture.
    """

    megapixels: int = 50
    side: int = 16_384
    frames: int = 1_000
    scans: int = 100


MEGAPIXELS = {"image/webp": 25, "image/avif": 25}
"""Types whose decoders need four times the memory that the picture takes."""


class Refused(Exception):
    """Raised for a picture that is not taken; the message goes on after its file's name."""


def check_size(size: tuple[int, int], mime: str, limits: Limits) -> None:
    """Raise `Refused` for a width and height that would fill the memory once decoded."""
    width, height = size
    megapixels = min(limits.megapixels, MEGAPIXELS.get(mime, limits.megapixels))
    if max(width, height) > limits.side or width * height > megapixels * 1_000_000:
        most = f"{megapixels} megapixels and {limits.side:,} pixels a side"
        raise Refused(
            f"has {width:,} × {height:,} pixels, at most {most} are allowed; export it smaller"
        )


def check_frames(count: int, limits: Limits) -> None:
    """Raise `Refused` for more frames or pages than anybody means to post one of."""
    if count > limits.frames:
        raise Refused(f"has more than {limits.frames:,} frames; export the one that is to be shown")
