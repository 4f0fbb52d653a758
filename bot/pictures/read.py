"""Reads pictures: leaves the bytes as they are, and refuses what is broken or too large."""

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot import files
from bot.core import appearance, collage
from bot.core.errors import BadInput
from bot.pictures import handling, kinds
from bot.pictures.limits import Limits

MEGABYTES = 20
MOST_BYTES = MEGABYTES * 1_000_000
TOO_LARGE = f"has more than {MEGABYTES} MB; export it smaller"
LIMITS = Limits()

# For these Pillow does not mind a missing end once it has all pixels; PDFium makes one up.
ENDS = {
    "image/jpeg": rb"\xff\xd9",
    "image/png": rb"IEND\xaeB`\x82",
    "image/gif": rb"\0;[\0\r\n ]*\Z",
    "application/pdf": rb"(?s:%%EOF.{0,1019}\Z)",
}

TOLD = {
    "place": "a place (a GPS position or its name)",
    "device": "the camera or telephone",
    "person": "a person's name",
    "thumbnail": "a small copy of the picture",
    "more": "a second picture or a film",
}
"""What a file may tell besides its picture, in the words of a remark."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's facts, read from its content, its bytes, and remarks for the maintainer."""

    picture: collage.Picture
    data: bytes
    remarks: tuple[str, ...] = ()


def load(path: Path) -> PictureFile:
    """Read the picture in a file; of a PDF the page that is named behind it: "talk.pdf#page=3".

    Raises `BadInput` unless it is a whole picture of a type that is taken.
    """
    file = Path(appearance.named(str(path)).file)
    place = collage.one_line(str(file))
    try:
        data = files.read(file, MOST_BYTES, "a picture")
    except files.Missing:
        raise BadInput(f"{place}: there is no such picture") from None
    except files.TooLarge:
        raise BadInput(f"{collage.one_line(file.name)}: {TOO_LARGE}") from None
    except files.Unreadable as error:
        raise BadInput(f"{place}: {error}") from None
    return check(data, path.name)


def check(data: bytes, file: str) -> PictureFile:
    """Check the picture in `data`, decoding what is shown of it; raises `BadInput` as `load` does.

    Width and height are those of the upright picture, in pixels. It is decoded in a process with
    bounds of time and memory, because foreign bytes may ask for any amount of both.
    """
    file = collage.one_line(file)
    name, page = appearance.named(file)
    try:
        mime = _mime(data, name)
        if mime != kinds.PDF:
            page = 0
        seen, _ = handling.ask("look", data, mime=mime, page=page, limits=LIMITS._asdict())
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from None
    width, height = seen["size"]
    picture = collage.Picture(
        hashlib.sha256(data).hexdigest(),
        mime,
        width,
        height,
        len(data),
        file,
        int(seen["frames"]),
        page,
        seen["fingerprint"],
        seen["ground"],
        seen["letters"],
        seen["is_blank"],
    )
    return PictureFile(picture, data, tuple(_remarks(mime, name, seen["tells"])))


def drawn(data: bytes, file: str) -> PictureFile:
    """The picture in a PNG that we have drawn ourselves: not decoded once more."""
    width, height = struct.unpack_from(">II", data, 16)
    sha256 = hashlib.sha256(data).hexdigest()
    return PictureFile(
        collage.Picture(sha256, "image/png", width, height, len(data), collage.one_line(file)), data
    )


def _mime(data: bytes, file: str) -> str:
    """The type, by the first bytes; raises `BadInput` for another one, and what is surely cut."""
    if len(data) > MOST_BYTES:
        raise BadInput(TOO_LARGE)
    mime = kinds.mime(data, file)
    if not mime:
        raise BadInput(kinds.refusal(data, file))
    if _is_cut(mime, data):
        raise BadInput("is cut off before its end; export it again")
    return mime


def _is_cut(mime: str, data: bytes) -> bool:
    match mime:
        case "image/webp":
            # Its second word is the length of what follows.
            return len(data) < int.from_bytes(data[4:8], "little") + 8
        case "image/avif":
            return _boxes_end(data) > len(data)
        case "application/pdf":
            data = data.rstrip(b"\0\t\n\f\r ")
    return not re.search(ENDS.get(mime, b""), data)


def _boxes_end(data: bytes) -> int:
    """Where the last box of a file ends, by what the boxes say of their sizes (ISO 14496-12)."""
    at = 0
    while at + 16 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0:
            return len(data)
        at += max(size, 8)
    return at


def _remarks(mime: str, file: str, tells: list[str]) -> Iterator[str]:
    """What a maintainer should know of the file, apart from how the picture looks."""
    if ending := kinds.other_ending(mime, file):
        kind = kinds.name(mime)
        yield (
            f"the picture is a {kind}, though its name ends in {ending}; "
            "what is sent gets the right ending"
        )
    if tells:
        told = ", ".join(TOLD[what] for what in tells)
        yield f"the picture's file also holds {told}; what is sent holds none of it"
