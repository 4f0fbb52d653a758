"""Colour profiles without what they say of the device and the person that they were made for.

A profile that was measured for a monitor holds its model and serial number, and its name may be
anybody's. Colours come from other parts, which stay as they are (ICC.1:2022).
"""

import struct

MOST = 4_000_000
"""Bytes of a profile; those for printing have up to two megabytes."""

_HEADER, _ENTRY = 128, 12
_MOST_TAGS = 200

_COLOUR = frozenset(
    b"rXYZ gXYZ bXYZ wtpt bkpt rTRC gTRC bTRC kTRC chad chrm lumi cicp "
    b"A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 gamt D2B0 D2B1 D2B2 B2D0 B2D1 B2D2".split()
)
_NAMED = (b"desc", b"cprt")
"""Every profile must have these."""

# Where in the header the date, the device's maker, model and attributes, the creator and a checksum
# stand.
_TELLING = ((24, 36), (48, 56), (80, 100))


def plain(profile: bytes) -> bytes:
    """The profile with its colours only; b"" where it is no profile.

    What is plain already stays the same, byte for byte.
    """
    if len(profile) < _HEADER + 4 or profile[36:40] != b"acsp":
        return b""
    kept = dict[bytes, bytes]()
    count = struct.unpack_from(">I", profile, _HEADER)[0]
    if count > _MOST_TAGS or len(profile) < _HEADER + 4 + count * _ENTRY:
        return b""
    for place in range(count):
        name, start, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + place * _ENTRY)
        if name in _COLOUR:
            kept[name] = profile[start : start + size]
    is_new = profile[8] >= 4
    kept |= dict.fromkeys(_NAMED, _nothing(is_new=is_new))
    if not is_new:
        kept[b"cprt"] = b"text\0\0\0\0\0"
    return _written(profile[:_HEADER], kept)


def _nothing(*, is_new: bool) -> bytes:
    """A description that says nothing, as profiles of that age have it."""
    if is_new:
        return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 0, 28)
    return b"desc\0\0\0\0" + struct.pack(">I", 1) + b"\0" + bytes(4 + 4 + 2 + 1 + 67)


def _written(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    places, at = dict[bytes, int](), _HEADER + 4 + len(tags) * _ENTRY
    entries, bodies = [], []
    for name, body in sorted(tags.items()):
        # What several tags share is written once.
        if body not in places:
            places[body] = at
            padded = body + b"\0" * (-len(body) % 4)
            bodies.append(padded)
            at += len(padded)
        entries.append(struct.pack(">4sII", name, places[body], len(body)))
    head = bytearray(struct.pack(">I", at) + header[4:])
    for start, end in _TELLING:
        head[start:end] = bytes(end - start)
    return bytes(head) + struct.pack(">I", len(tags)) + b"".join(entries) + b"".join(bodies)
