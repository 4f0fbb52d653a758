"""Decodes a picture as far as it is allowed to go, and says what its file tells.

Runs in the process that handles pictures: foreign bytes may take any amount of time and memory.
"""

import io
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile


class Limits(NamedTuple):
    """What a picture may have at most.

    `megapixels` and `side`, in pixels, are of one frame, `megapixels_in_frames` of all together.
    `scans` are the passes that a progressive JPEG is stored in: each costs as much as the picture.
    """

    megapixels: int
    side: int
    megapixels_in_frames: int
    frames: int
    scans: int


class Refused(Exception):
    """Raised for a picture that is not taken; the message goes on after its file's name."""


def decoded(data: bytes, kind: str, limits: Limits) -> dict[str, object]:
    """Decode a picture of that `kind`, as Pillow names it.

    Returns its `size`, how many `frames`, and what else it `tells`. Raises `Refused`.
    """
    from PIL import Image  # heavy: 16 ms

    if kind == "JPEG":
        _check_scans(data, limits.scans)
    try:
        # Pillow warns of what does no harm (a bad EXIF block) and of sizes that are refused below.
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=(kind,)) as image,
        ):
            size = image.size
            tells = _told(image)
            frames = _decode(image, limits)
    except Refused:
        raise
    except MemoryError:
        raise Refused("takes too much memory to decode; export it smaller") from None
    except Image.DecompressionBombError:
        most = f"{limits.megapixels} megapixels"
        raise Refused(f"has far more than {most}; export it smaller") from None
    except Exception:  # noqa: BLE001 - Pillow may raise anything
        raise Refused(f"is a broken {kind} picture; export it again") from None
    return {"size": size, "frames": frames, "tells": tells}


def _decode(image: "ImageFile", limits: Limits) -> int:
    """Decode every frame, each only if what the headers say is allowed; how many there are.

    A small file can declare a size, or a number of frames, that would fill the memory.
    """
    # The headers of PNG and WEBP say how many; those of GIF lie before each frame.
    if image.format != "GIF":
        _check_frames(getattr(image, "n_frames", 1), limits)
    frames = pixels = 0
    while _goes_to(image, frames):
        frames += 1
        _check_frames(frames, limits)
        _check_size(image, limits)
        pixels += image.width * image.height
        if pixels > limits.megapixels_in_frames * 1_000_000:
            most = f"{limits.megapixels_in_frames} megapixels"
            raise Refused(f"has more than {most} in all its frames; export it shorter or smaller")
        image.load()
    return frames


def _goes_to(image: "ImageFile", frame: int) -> bool:
    """Whether the picture has such a frame, by its number from 0; it is the next to be decoded."""
    try:
        image.seek(frame)
    except EOFError:
        return False
    return True


def _check_frames(count: int, limits: Limits) -> None:
    if count > limits.frames:
        raise Refused(f"has more than {limits.frames:,} frames; export it shorter")


def _check_size(image: "ImageFile", limits: Limits) -> None:
    width, height = image.size
    pixels = width * height
    if max(width, height) > limits.side or pixels > limits.megapixels * 1_000_000:
        most = f"{limits.megapixels} megapixels and {limits.side:,} pixels a side"
        raise Refused(
            f"has {width:,} × {height:,} pixels, at most {most} are allowed; export it smaller"
        )


# What is between a marker and the next: the bytes of a scan, where 0xFF stands before 0 or the
# number of a restart.
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_SCAN, _END, _WITHOUT_LENGTH = 0xDA, 0xD9, frozenset({0x01, 0xD8})
_MOST_SEGMENTS = 20_000
"""Real files have hundreds at most, of profiles and metadata in pieces of up to 64 KB."""


def _check_scans(data: bytes, most: int) -> None:
    """Count the scans of a JPEG by its markers (ITU T.81, annex B)."""
    scans = 0
    for count, marker in enumerate(_markers(data)):
        scans += marker == _SCAN
        if scans > most:
            raise Refused(
                f"is a progressive JPEG of more than {most} scans; export it as a plain one"
            )
        if count == _MOST_SEGMENTS:
            raise Refused(f"is a JPEG of more than {_MOST_SEGMENTS:,} segments; export it again")


def _markers(data: bytes) -> Iterator[int]:
    """The markers of a JPEG, one after the other."""
    at = 0
    while found := _NEXT_MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        yield marker
        if marker == _END:
            return
        if marker not in _WITHOUT_LENGTH:
            at += int.from_bytes(data[at : at + 2], "big")


_GPS = 0x8825
_LATITUDE, _LONGITUDE, _AREA = 2, 4, 28
_EXIF, _OWNER, _CAMERA, _LENS = 0x8769, 0xA430, 0xA431, 0xA435
_PLACES = re.compile(
    rb"GPSLatitude|GPSLongitude|photoshop:(?:City|State|Country)|Iptc4xmpCore:Location"
    rb"|Iptc4xmpExt:Location(?:Created|Shown)"
)
_IPTC_PLACES = frozenset({(2, 26), (2, 27), (2, 90), (2, 92), (2, 95), (2, 101)})


def _told(image: "ImageFile") -> list[str]:
    """What the file tells besides the picture: a "place", or an "owner".

    What cannot be read as metadata is passed over: it does not keep a picture out.
    """
    found = []
    if any(_quietly(look, image) for look in (_has_position, _names_place, _has_iptc_place)):
        found.append("place")
    if _quietly(_names_owner, image):
        found.append("owner")
    return found


def _quietly(look: Any, image: "ImageFile") -> bool:
    try:
        return bool(look(image))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow may raise anything for odd metadata
        return False


def _has_position(image: "ImageFile") -> bool:
    """Whether EXIF has a position; the version alone, which many cameras write, is none."""
    position = image.getexif().get_ifd(_GPS)
    return any(position.get(tag) for tag in (_LATITUDE, _LONGITUDE, _AREA))


def _names_place(image: "ImageFile") -> bool:
    """Whether XMP names a place: in JPEG and WEBP it is bytes, in PNG a text."""
    packets = (image.info.get("xmp", b""), image.info.get("XML:com.adobe.xmp", ""))
    return any(
        _PLACES.search(packet.encode() if isinstance(packet, str) else packet) for packet in packets
    )


def _has_iptc_place(image: "ImageFile") -> bool:
    from PIL import IptcImagePlugin  # heavy: as above

    entries: Any = IptcImagePlugin.getiptcinfo(image) or {}
    return not _IPTC_PLACES.isdisjoint(entries)


def _names_owner(image: "ImageFile") -> bool:
    """Whether EXIF names the camera's owner, or the number of one camera or lens."""
    about = image.getexif().get_ifd(_EXIF)
    return any(str(about.get(tag) or "").strip("\0 ") for tag in (_OWNER, _CAMERA, _LENS))
