"""Content ids: the hash of a record as the server computes it, so that replies can name posts that
are not out yet.

A record is encoded as DAG-CBOR (ipld.io/specs/codecs/dag-cbor), which has one form for each value,
and hashed with SHA-256. It takes sixty lines; the packages that do it bring along ten times as much
as this needs.
"""

import base64
import hashlib
import struct

RAW, DAG_CBOR = 0x55, 0x71
"""Codecs of what is hashed: a blob's bytes, a record."""
LINK_TAG = 42
"""The tag of CBOR that a link to other content has."""
UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG = range(7)
"""The major types of CBOR (RFC 8949, 3.1)."""
SIMPLE = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}


def of_record(record: object) -> str:
    """The CID of a record, given as its JSON."""
    return _cid(DAG_CBOR, encoded(record))


def of_blob(data: bytes) -> str:
    """The CID of a blob, such as a picture's bytes."""
    return _cid(RAW, data)


def encoded(value: object) -> bytes:
    """A JSON value as DAG-CBOR; a `$link` becomes a link, `$bytes` become bytes.

    Raises `TypeError` for what has no place in a record, such as a float.
    """
    match value:
        case None | bool():
            return SIMPLE[value]
        case int():
            return _head(UNSIGNED, value) if value >= 0 else _head(NEGATIVE, -1 - value)
        case str():
            data = value.encode()
            return _head(TEXT, len(data)) + data
        case list() | tuple():
            return _head(ARRAY, len(value)) + b"".join(map(encoded, value))
        case {"$link": str(cid), **rest} if not rest:
            # A null byte stands before the CID's own bytes.
            data = b"\0" + _bytes_of(cid)
            return _head(TAG, LINK_TAG) + _head(BYTES, len(data)) + data
        case {"$bytes": str(text), **rest} if not rest:
            data = base64.b64decode(text + "=" * (-len(text) % 4))
            return _head(BYTES, len(data)) + data
        case dict():
            # Shorter keys first, and those of one length by their bytes.
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            members = (encoded(key) + encoded(value[key]) for key in keys)
            return _head(MAP, len(value)) + b"".join(members)
    raise TypeError(f"a record holds no {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    """A type and its number in as few bytes as it takes."""
    if number < 24:
        return bytes([major << 5 | number])
    for extra, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if number < 1 << (8 * struct.calcsize(form)):
            return bytes([major << 5 | extra]) + struct.pack(form, number)
    raise TypeError("a record holds no number of more than 64 bits")


def _cid(codec: int, data: bytes) -> str:
    # Version 1, the codec, SHA-256 (0x12), 32 bytes; "b" says base 32.
    made = bytes([1, codec, 0x12, 32]) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(made).decode().rstrip("=").lower()


def _bytes_of(cid: str) -> bytes:
    """The bytes of a CID in base 32; raises `TypeError` for one in another form."""
    if not cid.startswith("b"):
        raise TypeError("a CID begins with b")
    text = cid[1:].upper()
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        raise TypeError("a CID is in base 32") from None
