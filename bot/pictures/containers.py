"""Takes out of a picture's file what is not the picture, without encoding it anew.

What a camera or a program wrote beside the pixels may tell a place, a device or a person, and would
be published with the picture. Kept is what says how the pixels are to be shown.
"""

import re
import struct
from collections.abc import Iterator

# What is between a marker and the next: the bytes of a scan, where 0xFF stands before 0 or the
# number of a restart (ITU T.81, annex B).
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_START, _SCAN, _END, _COMMENT = 0xD8, 0xDA, 0xD9, 0xFE
_WITHOUT_LENGTH = frozenset({0x01, _START, _END})
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_ICC = b"ICC_PROFILE\0"

# Chunks that say how to show the pixels (PNG, third edition); those of an animation are left out.
_SHOWING = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI".split()
)
_PNG_START = b"\x89PNG\r\n\x1a\n"

_WEBP_TELLING = frozenset((b"EXIF", b"XMP "))
_WEBP_FLAGS = 0x08 | 0x04
"""The bits of EXIF and XMP among the flags of a WEBP's first chunk."""


class Odd(Exception):
    """Raised for a file whose structure is not as its format has it."""


def without_metadata(data: bytes, mime: str, orientation: int = 1) -> bytes:
    """The file without metadata; equal to `data` where it has none.

    `orientation` is what EXIF says, from 1 to 8: a JPEG goes on saying it, and nothing else.
    Raises `Odd`.
    """
    try:
        match mime:
            case "image/jpeg":
                return b"".join(_jpeg(data, orientation))
            case "image/png":
                return b"".join(_png(data))
            case "image/webp":
                return _webp(data)
    except (struct.error, IndexError):
        pass
    raise Odd(mime)


def jpeg_scans(data: bytes) -> int:
    """How many scans a JPEG has: each costs as much to decode as the picture."""
    return sum(1 for marker, _, _ in _segments(data) if marker == _SCAN)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The markers of a JPEG, each with where it starts and where its segment ends.

    The bytes of a scan belong to the segment of its marker. Ends with the first picture's end.
    """
    at = 0
    while found := _NEXT_MARKER.search(data, at):
        marker, start = found[1][0], found.start()
        end = found.end()
        if marker not in _WITHOUT_LENGTH:
            end += int.from_bytes(data[end : end + 2], "big")
        if marker == _SCAN:
            following = _NEXT_MARKER.search(data, end)
            if following is None:
                raise Odd("image/jpeg")
            end = following.start()
        yield marker, start, end
        if marker == _END:
            return
        at = end
    raise Odd("image/jpeg")


def _jpeg(data: bytes, orientation: int) -> Iterator[bytes]:
    for marker, start, end in _segments(data):
        segment = data[start:end]
        if marker == _START:
            yield segment
            if orientation != 1:
                yield _saying(orientation)
        elif _is_shown(marker, segment):
            yield segment


def _is_shown(marker: int, segment: bytes) -> bool:
    """Whether a segment says how to show the picture."""
    if marker == _COMMENT:
        return False
    if marker == _APP2:
        return segment[4:].startswith(_ICC)
    return marker in (_APP0, _APP14) or not _APP0 <= marker <= _APP15


def _saying(orientation: int) -> bytes:
    """A segment of EXIF with nothing but the orientation (TIFF 6.0: one entry, a short)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\0\0" + tiff
    return struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body


def _png(data: bytes) -> Iterator[bytes]:
    at = len(_PNG_START)
    yield data[:at]
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Odd("image/png")
        if kind in _SHOWING:
            yield data[at:end]
        elif kind[:1].isupper():
            raise Odd("image/png")
        if kind == b"IEND":
            return
        at = end
    raise Odd("image/png")


def _webp(data: bytes) -> bytes:
    length = struct.unpack_from("<I", data, 4)[0]
    kept, at, whole = [], 12, min(len(data), length + 8)
    while at + 8 <= whole:
        kind, size = struct.unpack_from("<4sI", data, at)
        # A chunk of an odd size is filled up with one byte.
        end = at + 8 + size + size % 2
        chunk = data[at : min(end, whole)]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_FLAGS]) + chunk[9:]
        if kind not in _WEBP_TELLING:
            kept.append(chunk)
        at = end
    body = b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
