"""Decodes a picture as far as it is allowed to go, and says what its file tells.

Runs in the process that handles pictures: foreign bytes may take any amount of time and memory.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.pictures import findings, raster
from bot.pictures.limits import Limits, Refused, check_frames

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile


def look(data: bytes, mime: str, page: int, limits: Limits) -> dict[str, object]:
    """What there is to know of a picture, once it is decoded as far as it is shown.

    Its upright `size`, the number of its `frames`, what its file `tells` besides the picture, and
    what `findings.of` says of how it looks. `page` is that of a PDF. Raises `Refused`.
    """
    if mime == raster.PDF:
        image, frames, tells = raster.opened(data, mime, page, limits), 1, list[str]()
    else:
        if mime == "image/jpeg":
            _check_scans(data, limits.scans)
        with raster.source(data, mime, limits) as opened:
            frames = _frames(opened)
            check_frames(frames, limits)
            tells = _told(opened)
            image = raster.srgb(opened)
    return {"size": image.size, "frames": frames, "tells": tells, **findings.of(image)}


def _frames(image: "ImageFile") -> int:
    """How many frames or pages there are; only the first is decoded.

    What a telephone puts behind a JPEG, for depth or brightness, is none.
    """
    if image.format in ("JPEG", "MPO"):
        return 1
    return int(getattr(image, "n_frames", 1))


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
