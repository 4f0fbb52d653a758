"""Reading a picture: bytes untouched, facts from the content, and nothing that is broken or too
large to handle.
"""

import hashlib
import io
import itertools
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

MOST_BYTES = 20_000_000
TOO_LARGE = f"has more than {MOST_BYTES // 1_000_000} MB; export it smaller"
MOST_PIXELS = 50_000_000
MOST_SIDE = 16_384
MOST_PIXELS_IN_FRAMES = 300_000_000
"""All frames together: X allows an animated GIF as many (its media best practices)."""

SIGNATURES = {
    "image/jpeg": rb"\xff\xd8\xff",
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"(?s:RIFF....WEBP)",
}
# Pillow is content when the pixels are there; it finds the end of the other two types missing by
# itself.
ENDS = {"image/png": rb"IEND\xaeB`\x82", "image/gif": rb"\0;[\0\r\n ]*\Z"}


@dataclass(frozen=True, slots=True)
class PictureFile:
    picture: collage.Picture
    data: bytes


def load(path: Path) -> PictureFile:
    """The picture in a file; raises `BadInput` for whatever is no whole picture of a type that
    every network takes.
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
    """The picture in `data`, decoded to its end; width and height are those of its header, before
    any EXIF rotation.
    """
    file = collage.one_line(file)
    try:
        mime = _mime(data)
        width, height = _size(data, mime.removeprefix("image/").upper())
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from error.__cause__
    sha256 = hashlib.sha256(data).hexdigest()
    return PictureFile(collage.Picture(sha256, mime, width, height, len(data), file), data)


def _mime(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise BadInput(TOO_LARGE)
    mime = next((mime for mime, start in SIGNATURES.items() if re.match(start, data)), "")
    if not mime:
        raise BadInput("is no JPEG, PNG, GIF or WEBP picture; export it as one of these")
    if not re.search(ENDS.get(mime, b""), data):
        raise BadInput("is cut off before its end; export it again")
    return mime


def _size(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height, once every frame could be decoded."""
    from PIL import Image  # heavy: 16 ms

    try:
        # Pillow warns of what it can do without (a bad EXIF block) and of sizes that are refused
        # here anyway.
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=(kind,)) as image,
        ):
            size = image.size
            _decode(image)
    except BadInput:
        raise
    except Image.DecompressionBombError:
        raise BadInput(
            f"has far more than {MOST_PIXELS // 1_000_000} megapixels; export it smaller"
        ) from None
    except Exception as error:
        raise BadInput(f"is a broken {kind} picture; export it again") from error
    return size


def _decode(image: "Image.Image") -> None:
    """Decode every frame, each only when the header's size allows it."""
    in_frames = 0
    for frame in itertools.count():
        try:
            image.seek(frame)
        except EOFError:
            return
        width, height = image.size
        if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
            most = f"{MOST_PIXELS // 1_000_000} megapixels and {MOST_SIDE:,} pixels a side"
            raise BadInput(
                f"has {width:,} × {height:,} pixels, at most {most} are allowed; export it smaller"
            )
        in_frames += width * height
        if in_frames > MOST_PIXELS_IN_FRAMES:
            most = f"{MOST_PIXELS_IN_FRAMES // 1_000_000:,} megapixels"
            raise BadInput(f"has more than {most} in all its frames; export it shorter or smaller")
        image.load()
