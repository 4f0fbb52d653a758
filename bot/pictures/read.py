"""Reads pictures: leaves the bytes as they are, and refuses what is broken or too large."""

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from bot import files
from bot.core import collage
from bot.core.errors import BadInput
from bot.pictures import decoding, handling

MEGABYTES = 20
MOST_BYTES = MEGABYTES * 1_000_000
TOO_LARGE = f"has more than {MEGABYTES} MB; export it smaller"
# X allows an animated GIF 300 megapixels in all frames (its media best practices). Progressive
# JPEGs have some ten scans.
LIMITS = decoding.Limits(
    megapixels=50, side=16_384, megapixels_in_frames=300, frames=1_000, scans=100
)

SIGNATURES = {
    "image/jpeg": rb"\xff\xd8\xff",
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"(?s:RIFF....WEBP)",
}
# For PNG and GIF Pillow does not mind a missing end once it has all pixels.
ENDS = {
    "image/jpeg": rb"\xff\xd9",
    "image/png": rb"IEND\xaeB`\x82",
    "image/gif": rb"\0;[\0\r\n ]*\Z",
}

REMARKS = {
    "place": (
        "the picture's file tells a place (its GPS position or the place's name), and it goes out "
        "as it is; to leave that out, export it without location"
    ),
    "owner": (
        "the picture's file names its camera's owner or serial number, and it goes out as it is; "
        "to leave that out, export it without metadata"
    ),
}
"""What a maintainer is told of a file that tells more than its picture."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's facts, read from its content, its bytes, and remarks for the maintainer."""

    picture: collage.Picture
    data: bytes
    remarks: tuple[str, ...] = ()


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

    Width and height are those of its header, in pixels, before any EXIF rotation. It is decoded in
    a process with bounds of time and memory, because foreign bytes may ask for any amount of both.
    """
    file = collage.one_line(file)
    try:
        mime = _mime(data)
        kind = mime.removeprefix("image/").upper()
        decoded, _ = handling.ask("look", data, kind=kind, limits=LIMITS._asdict())
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from None
    width, height = decoded["size"]
    sha256 = hashlib.sha256(data).hexdigest()
    frames = int(decoded["frames"])
    picture = collage.Picture(sha256, mime, width, height, len(data), file, frames)
    return PictureFile(picture, data, tuple(REMARKS[what] for what in decoded["tells"]))


def drawn(data: bytes, file: str) -> PictureFile:
    """The picture in a PNG that we have drawn ourselves: not decoded once more."""
    width, height = struct.unpack_from(">II", data, 16)
    sha256 = hashlib.sha256(data).hexdigest()
    return PictureFile(
        collage.Picture(sha256, "image/png", width, height, len(data), collage.one_line(file)), data
    )


def _mime(data: bytes) -> str:
    """The type, by the first bytes; raises `BadInput` for another one, and what is surely cut."""
    if len(data) > MOST_BYTES:
        raise BadInput(TOO_LARGE)
    mime = next((mime for mime, start in SIGNATURES.items() if re.match(start, data)), "")
    if not mime:
        raise BadInput("is no JPEG, PNG, GIF or WEBP picture; export it as one of these")
    is_cut = not re.search(ENDS.get(mime, b""), data)
    if mime == "image/webp":
        # Its second word is the length of what follows.
        is_cut = len(data) < int.from_bytes(data[4:8], "little") + 8
    if is_cut:
        raise BadInput("is cut off before its end; export it again")
    return mime
