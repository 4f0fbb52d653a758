"""Decodes a picture as far as it is allowed to go, and says what its file tells.

Runs in the process that handles pictures: foreign bytes may take any amount of time and memory.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from bot.pictures import containers, findings, kinds, raster, telling
from bot.pictures.limits import Limits, Refused, check_frames

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_PIECES = ((273, 279), (324, 325))
"""The tags of a TIFF that say where its strips or tiles begin, and how many bytes they have."""

SIDE = 2_048
"""Pixels that the longer side has at least when a picture is looked at."""


def look(data: bytes, mime: str, page: int, limits: Limits) -> dict[str, object]:
    """What there is to know of a picture, once it is decoded as far as it is shown.

    Its upright `size`, the number of its `frames`, what its file `tells` besides the picture, and
    what `findings.of` says of how it looks. `page` is that of a PDF. Raises `Refused`.
    """
    if mime == kinds.PDF:
        image = raster.opened(data, mime, page, limits)
        return {"size": image.size, "frames": 1, "tells": [], **findings.of(image)}
    if mime == "image/jpeg":
        _check_scans(data, limits.scans)
    with raster.source(data, mime, limits) as opened:
        frames, tells = _frames(opened, len(data), limits), telling.told(opened, data)
        image, size = _seen(opened)
    return {"size": size, "frames": frames, "tells": tells, **findings.of(image)}


def _seen(opened: "ImageFile") -> tuple["Image", tuple[int, int]]:
    """The picture as large as is needed to look at it, and its upright size in full.

    A JPEG is decoded no larger, which takes less of time and memory; all of it is read even so.
    """
    size = opened.size
    opened.draft(None, (SIDE, SIDE))
    image = raster.srgb(opened, max(1, max(opened.size) // SIDE))
    if (image.width > image.height) != (size[0] > size[1]):
        size = (size[1], size[0])
    return image, size


def _frames(image: "ImageFile", size: int, limits: Limits) -> int:
    """How many frames or pages there are in a file of that size; only the first is decoded.

    What a telephone puts behind a JPEG, for depth or brightness, is none.
    """
    if image.format in ("JPEG", "MPO"):
        return 1
    frames = int(getattr(image, "n_frames", 1))
    check_frames(frames, limits)
    if image.format == "TIFF":
        for page in reversed(range(frames)):
            image.seek(page)
            _check_whole(image, size)
    return frames


def _check_whole(page: "ImageFile", size: int) -> None:
    """Raise `Refused` for a page of a TIFF whose pixels go on behind the end of its file."""
    tags = page.tag_v2  # type: ignore[attr-defined]
    for starts, counts in _PIECES:
        places = zip(tags.get(starts, ()), tags.get(counts, ()), strict=False)
        if any(start + count > size for start, count in places):
            raise Refused("is cut off before its end; export it again")


_MOST_SEGMENTS = 20_000
"""Real files have hundreds at most, of profiles and metadata in pieces of up to 64 KB."""


def _check_scans(data: bytes, most: int) -> None:
    """Count the scans of a JPEG by its markers."""
    scans = 0
    with suppress(containers.Odd):
        for count, segment in enumerate(containers.segments(data)):
            scans += segment.marker == containers.SCAN
            if scans > most:
                raise Refused(
                    f"is a progressive JPEG of more than {most} scans; export it as a plain one"
                )
            if count == _MOST_SEGMENTS:
                raise Refused(
                    f"is a JPEG of more than {_MOST_SEGMENTS:,} segments; export it again"
                )
