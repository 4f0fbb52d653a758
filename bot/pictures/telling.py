"""What a picture's file tells besides the picture: of a place, a device, a person.

Nothing of it is in what is sent; whoever adds the picture hears what there is.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, IptcImagePlugin

from bot.pictures import containers

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

GPS, CAMERA, THUMBNAIL = ExifTags.IFD.GPSInfo, ExifTags.IFD.Exif, ExifTags.IFD.IFD1
_POSITION = (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSAreaInformation)
_NUMBERS = (ExifTags.Base.BodySerialNumber, ExifTags.Base.LensSerialNumber)
_DEVICE = (ExifTags.Base.Make, ExifTags.Base.Model)
_AUTHOR = (ExifTags.Base.Artist, ExifTags.Base.XPAuthor)
_JPEG_AT = ExifTags.Base.JpegIFOffset

_PLACES = re.compile(
    rb"GPSLatitude|GPSLongitude|photoshop:(?:City|State|Country)|Iptc4xmpCore:Location"
    rb"|Iptc4xmpExt:Location(?:Created|Shown)"
)
_DEVICES = re.compile(rb"tiff:(?:Make|Model)|aux:SerialNumber|exifEX:BodySerialNumber")
_CREATORS = re.compile(rb"<dc:creator>|dc:creator=|photoshop:AuthorsPosition")

_IPTC_PLACES = frozenset({(2, 26), (2, 27), (2, 90), (2, 92), (2, 95), (2, 101)})
_IPTC_AUTHORS = frozenset({(2, 80), (2, 122)})

_MOST_BEHIND = 64
"""Bytes behind a picture's end that are no second one."""


def told(image: "ImageFile", data: bytes) -> list[str]:
    """What an opened picture's file tells: "place", "device", "person", "thumbnail", "more".

    What cannot be read as metadata is passed over: it does not keep a picture out.
    """
    looks: dict[str, tuple[Callable[[ImageFile], object], ...]] = {
        "place": (_has_position, _names_place, _has_iptc(_IPTC_PLACES)),
        "device": (_names_device, _in_xmp(_DEVICES)),
        "person": (_names_author, _in_xmp(_CREATORS), _has_iptc(_IPTC_AUTHORS)),
        "thumbnail": (_has_thumbnail,),
    }
    found = [what for what, each in looks.items() if any(_quietly(look, image) for look in each)]
    if image.format in ("JPEG", "MPO") and _quietly(lambda _: _has_more(data), image):
        found.append("more")
    return found


def _quietly(look: Callable[["ImageFile"], object], image: "ImageFile") -> bool:
    try:
        return bool(look(image))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow may raise anything for odd metadata
        return False


def _has_position(image: "ImageFile") -> bool:
    """Whether EXIF has a position; the version alone, which many cameras write, is none."""
    position = image.getexif().get_ifd(GPS)
    return any(position.get(tag) for tag in _POSITION)


def _names_place(image: "ImageFile") -> bool:
    return _in_xmp(_PLACES)(image)


def _in_xmp(pattern: re.Pattern[bytes]) -> Callable[["ImageFile"], bool]:
    """Whether XMP has something: in JPEG and WEBP it is bytes, in PNG a text."""

    def look(image: "ImageFile") -> bool:
        packets = (image.info.get("xmp", b""), image.info.get("XML:com.adobe.xmp", ""))
        return any(
            pattern.search(packet.encode() if isinstance(packet, str) else packet)
            for packet in packets
        )

    return look


def _has_iptc(wanted: frozenset[tuple[int, int]]) -> Callable[["ImageFile"], bool]:
    def look(image: "ImageFile") -> bool:
        entries: Any = IptcImagePlugin.getiptcinfo(image) or {}
        return not wanted.isdisjoint(entries)

    return look


def _names_device(image: "ImageFile") -> bool:
    """Whether EXIF names a camera or a telephone, or has the number of one camera or lens."""
    exif = image.getexif()
    about = exif.get_ifd(CAMERA)
    return any(map(_says, (*map(exif.get, _DEVICE), *map(about.get, _NUMBERS))))


def _names_author(image: "ImageFile") -> bool:
    """Whether EXIF names who made the picture, or the camera's owner."""
    exif = image.getexif()
    owner = exif.get_ifd(CAMERA).get(ExifTags.Base.CameraOwnerName)
    texts = (owner, *map(exif.get, _AUTHOR), image.info.get("Author"))
    return any(map(_says, texts))


def _says(value: object) -> bool:
    return bool(str(value or "").strip("\0 "))


def _has_thumbnail(image: "ImageFile") -> bool:
    """Whether a small copy is in EXIF, which may show what was cut off since."""
    return _JPEG_AT in image.getexif().get_ifd(THUMBNAIL)


def _has_more(data: bytes) -> bool:
    """Whether a second picture, or a film, lies behind a JPEG."""
    *_, last = containers.segments(data)
    return len(data) - last.end > _MOST_BEHIND
