"""Takes out of a picture's file what is not the picture, without encoding it anew.

What a camera or a program wrote beside the pixels may tell a place, a device or a person, and would
be published with the picture. Kept is only what is known to say how the pixels are to be shown;
the descriptions in a colour profile are emptied.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from bot.pictures import profiles

# What is between a marker and the next: the bytes of a scan, where 0xFF stands before 0 or the
# number of a restart (ITU T.81, annex B).
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_START, SCAN, END = 0xD8, 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x01, _START, END})
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_SHOWING_MARKERS = frozenset(range(0xC0, 0xE0)) - {0xC8}
"""Frames, tables and scans: all that is neither reserved nor of an application."""
_ICC = b"ICC_PROFILE\0"
_MOST_IN_SEGMENT = 65_519
"""Bytes of a profile that fit into one segment, beside its length, name and place."""

# Chunks that say how to show the pixels (PNG, third edition); those of an animation are left out.
_SHOWING_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI".split()
)
_PNG_START = b"\x89PNG\r\n\x1a\n"

_WEBP_CHUNKS = (b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L")
_WEBP_METADATA, _WEBP_PROFILE = 0x08 | 0x04, 0x20
"""The bits of EXIF and XMP, and of a profile, among the flags of a WEBP's first chunk."""


class Odd(Exception):
    """Raised for a file whose structure is not as its format has it, or that has to be encoded
    anew to be shown as it is meant.
    """


def without_metadata(data: bytes, mime: str, orientation: int = 1) -> bytes:
    """The first frame's file without metadata; equal to `data` where it has none.

    `orientation` is what EXIF says, from 1 to 8: a JPEG goes on saying it, and nothing else; for
    other types networks do not read it. Raises `Odd`.
    """
    if orientation != 1 and mime != "image/jpeg":
        raise Odd(mime)
    try:
        match mime:
            case "image/jpeg":
                return b"".join(_jpeg(data, orientation))
            case "image/png":
                return b"".join(_png(data))
            case "image/webp":
                return _webp(data)
            case "image/gif":
                return b"".join(_gif(data))
    except (struct.error, IndexError, zlib.error):
        pass
    raise Odd(mime)


# JPEG


class Segment(NamedTuple):
    """A marker of a JPEG, where it starts, and where its segment ends."""

    marker: int
    start: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """The segments of a JPEG; ends with the first picture's end.

    The bytes of a scan belong to the segment of its marker. Raises `Odd` where there is no end.
    """
    at = 0
    while found := _NEXT_MARKER.search(data, at):
        marker, start = found[1][0], found.end() - 2
        end = found.end()
        if marker not in _WITHOUT_LENGTH:
            end += int.from_bytes(data[end : end + 2], "big")
        if marker == SCAN:
            following = _NEXT_MARKER.search(data, end)
            if following is None:
                raise Odd("image/jpeg")
            end = following.start()
        yield Segment(marker, start, end)
        if marker == END:
            return
        at = end
    raise Odd("image/jpeg")


def _jpeg(data: bytes, orientation: int) -> Iterator[bytes]:
    found = list(segments(data))
    profile = b"".join(
        piece[18:]
        for piece in sorted(
            (data[start:end] for marker, start, end in found if marker == _APP2),
            key=lambda piece: piece[16:17],
        )
        if piece[4:16] == _ICC
    )
    for marker, start, end in found:
        segment = data[start:end]
        if marker == _START:
            yield segment
            if orientation != 1:
                yield _saying(orientation)
            continue
        if marker == _APP0:
            segment = _without_thumbnail(segment)
        elif marker == _APP2 and segment[4:16] == _ICC:
            # All of it in the place of its first piece.
            segment, profile = b"".join(_profile_pieces(profile)), b""
        elif marker == _APP14:
            segment = _of_colours(segment)
        elif marker not in _SHOWING_MARKERS:
            segment = b""
        yield segment


def _without_thumbnail(segment: bytes) -> bytes:
    """JFIF's segment of version, density and a small picture, without that; "" for another."""
    if segment[4:9] != b"JFIF\0" or len(segment) < 18:
        return b""
    return segment[:2] + b"\0\x10" + segment[4:16] + b"\0\0"


def _of_colours(segment: bytes) -> bytes:
    """Adobe's segment that says which colours a JPEG has, and no more; b"" for another."""
    if segment[4:9] != b"Adobe" or len(segment) < 16:
        return b""
    return segment[:2] + b"\0\x0e" + segment[4:16]


def _profile_pieces(profile: bytes) -> Iterator[bytes]:
    """A colour profile in as many segments as it needs."""
    plain = profiles.plain(profile)
    size = _MOST_IN_SEGMENT
    pieces = [plain[at : at + size] for at in range(0, len(plain), size)]
    for place, piece in enumerate(pieces, 1):
        body = _ICC + bytes((place, len(pieces))) + piece
        yield struct.pack(">BBH", 0xFF, _APP2, len(body) + 2) + body


def _saying(orientation: int) -> bytes:
    """A segment of EXIF with nothing but the orientation (TIFF 6.0: one entry, a short)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\0\0" + tiff
    return struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body


# PNG


def _png(data: bytes) -> Iterator[bytes]:
    at = len(_PNG_START)
    yield data[:at]
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Odd("image/png")
        if kind == b"iCCP":
            yield _profile_chunk(data[at + 8 : end - 4])
        elif kind in _SHOWING_CHUNKS:
            yield data[at:end]
        elif kind[:1].isupper():
            raise Odd("image/png")
        if kind == b"IEND":
            return
        at = end
    raise Odd("image/png")


def _profile_chunk(body: bytes) -> bytes:
    """A colour profile's chunk with a name that says nothing."""
    _, _, packed = body.partition(b"\0")
    unpacking = zlib.decompressobj()
    profile = unpacking.decompress(packed[1:], profiles.MOST)
    if unpacking.unconsumed_tail:
        raise Odd("image/png")
    plain = profiles.plain(profile)
    if not plain:
        return b""
    body = b"icc\0\0" + zlib.compress(plain, 9)
    return (
        struct.pack(">I", len(body))
        + b"iCCP"
        + body
        + struct.pack(">I", zlib.crc32(b"iCCP" + body))
    )


# WEBP


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a WEBP declares in its first chunk; None where it says none."""
    body = data[20:30]
    if len(body) < 10:
        return None
    match data[12:16]:
        case b"VP8X":
            wide, high = body[4:7], body[7:10]
            return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
        case b"VP8 ":
            wide, high = struct.unpack_from("<HH", body, 6)
            return wide & 0x3FFF, high & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(body[1:5], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _webp(data: bytes) -> bytes:
    chunks = {kind: body for kind, body in _webp_chunks(data) if kind in _WEBP_CHUNKS}
    if profile := profiles.plain(chunks.pop(b"ICCP", b"")):
        chunks[b"ICCP"] = profile
    if extended := chunks.get(b"VP8X"):
        flags = extended[0] & ~(_WEBP_METADATA | _WEBP_PROFILE)
        chunks[b"VP8X"] = bytes([flags | _WEBP_PROFILE * bool(profile)]) + extended[1:]
    elif profile:
        raise Odd("image/webp")
    # In the order in which they must stand.
    written = (_webp_chunk(kind, chunks[kind]) for kind in _WEBP_CHUNKS if kind in chunks)
    rest = b"".join(written)
    return b"RIFF" + struct.pack("<I", len(rest) + 4) + b"WEBP" + rest


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WEBP by their kinds; raises `Odd` for one that is cut, and for animations."""
    length = struct.unpack_from("<I", data, 4)[0]
    at, whole = 12, min(len(data), length + 8)
    while at + 8 <= whole:
        kind, size = struct.unpack_from("<4sI", data, at)
        end = at + 8 + size
        if end > whole or kind == b"ANMF":
            raise Odd("image/webp")
        yield kind, data[at + 8 : end]
        at = end + size % 2


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    # One of an odd size is filled up with one byte.
    return struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)


# GIF


def _gif(data: bytes) -> Iterator[bytes]:
    """The first frame, with what says how it is shown (GIF89a, section 23)."""
    at = 13 + _colours(data[10])
    yield data[:at]
    control = b""
    while True:
        kind = data[at]
        if kind == 0x2C:
            start = at
            at += 10 + _colours(data[at + 9])
            # Behind the colours one byte, then the pixels.
            yield control + data[start : _blocks_end(data, at + 1)] + b";"
            return
        if kind != 0x21:
            raise Odd("image/gif")
        end = _blocks_end(data, at + 2)
        if data[at + 1] == 0xF9:
            control = data[at:end]
        at = end


def _colours(flags: int) -> int:
    """How many bytes the colours take that these flags announce."""
    if flags & 0x80:
        return int(3 << (flags & 7) + 1)
    return 0


def _blocks_end(data: bytes, at: int) -> int:
    """Where a series of blocks ends, each with its length before it."""
    while data[at]:
        at += 1 + data[at]
    return at + 1
