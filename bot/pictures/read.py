"""Reads pictures: leaves the bytes as they are, and refuses what is broken or too large."""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import files
from bot.core import collage
from bot.core.errors import BadInput

if TYPE_CHECKING:
    from PIL import Image

MEGABYTES = 20
MOST_BYTES = MEGABYTES * 1_000_000
TOO_LARGE = f"has more than {MEGABYTES} MB; export it smaller"
MEGAPIXELS = 50
MOST_PIXELS = MEGAPIXELS * 1_000_000
MOST_SIDE = 16_384
MEGAPIXELS_IN_FRAMES = 300
MOST_PIXELS_IN_FRAMES = MEGAPIXELS_IN_FRAMES * 1_000_000
"""All frames together: X allows an animated GIF as many (its media best practices)."""

SIGNATURES = {
    "image/jpeg": rb"\xff\xd8\xff",
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"(?s:RIFF....WEBP)",
}
# For these two Pillow does not mind a missing end once it has all pixels; for the others it does.
ENDS = {"image/png": rb"IEND\xaeB`\x82", "image/gif": rb"\0;[\0\r\n ]*\Z"}


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's facts, read from its content, and its bytes."""

    picture: collage.Picture
    data: bytes


def load(path: Path) -> PictureFile:
    """Read the picture in a file.

    Raises `BadInput` unless it is a whole picture of a type that every network takes.
    """
    place = collage.one_line(str(path))
    try:
        data = files.read(path, MOST_BYTES, "a picture")
    except files.Missing:
        raise BadInput(f"{place}: there is no such picture") from None
    except files.TooLarge:
        raise BadInput(f"{collage.one_line(path.name)}: {TOO_LARGE}") from None
    except files.Unreadable as error:
        raise BadInput(f"{place}: {error}") from None
    return check(data, path.name)


def check(data: bytes, file: str) -> PictureFile:
    """Check the picture in `data`, decoding every frame; raises `BadInput` as `load` does.

    Width and height are those of its header, in pixels, before any EXIF rotation.
    """
    file = collage.one_line(file)
    try:
        mime = _mime(data)
        (width, height), frames = _measured(data, mime.removeprefix("image/").upper())
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from error.__cause__
    sha256 = hashlib.sha256(data).hexdigest()
    picture = collage.Picture(sha256, mime, width, height, len(data), file, frames)
    return PictureFile(picture, data)


def _mime(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise BadInput(TOO_LARGE)
    mime = next((mime for mime, start in SIGNATURES.items() if re.match(start, data)), "")
    if not mime:
        raise BadInput("is no JPEG, PNG, GIF or WEBP picture; export it as one of these")
    if not re.search(ENDS.get(mime, b""), data):
        raise BadInput("is cut off before its end; export it again")
    return mime


def _measured(data: bytes, kind: str) -> tuple[tuple[int, int], int]:
    """Width and height in pixels, and the number of frames.

    Raises `BadInput` unless every frame can be decoded.
    """
    from PIL import Image  # heavy: 16 ms

    try:
        # Pillow warns of what does no harm (a bad EXIF block) and of sizes that `_decode` refuses.
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=(kind,)) as image,
        ):
            size = image.size
            frames = _decode(image)
    except BadInput:
        raise
    except Image.DecompressionBombError:
        raise BadInput(f"has far more than {MEGAPIXELS} megapixels; export it smaller") from None
    except Exception as error:
        raise BadInput(f"is a broken {kind} picture; export it again") from error
    return size, frames


def _decode(image: "Image.Image") -> int:
    """Decode every frame, each only if its size in the header is allowed; how many there are.

    A small file can declare a size that would fill the memory.
    """
    frames = in_frames = 0
    while True:
        try:
            image.seek(frames)
        except EOFError:
            return frames
        width, height = image.size
        if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
            most = f"{MEGAPIXELS} megapixels and {MOST_SIDE:,} pixels a side"
            raise BadInput(
                f"has {width:,} × {height:,} pixels, at most {most} are allowed; export it smaller"
            )
        in_frames += width * height
        if in_frames > MOST_PIXELS_IN_FRAMES:
            most = f"{MEGAPIXELS_IN_FRAMES} megapixels"
            raise BadInput(f"has more than {most} in all its frames; export it shorter or smaller")
        image.load()
        frames += 1
