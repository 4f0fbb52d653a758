"""What a file is, by its first bytes: the types of pictures that are taken, and what others are
called in the sentence that refuses them.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath

MOST_LOOKED_AT = 4_096
"""Bytes from a file's start in which what it is must be said; a PDF may begin a little later."""

PDF = "application/pdf"

_AVIF_BRANDS = rb"avif|avis"
_HEIC_BRANDS = rb"hei[cmsx]|hev[cmx]|mif1|msf1"

SIGNATURES: Mapping[str, bytes] = {
    "image/jpeg": rb"\xff\xd8\xff",
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"(?s:RIFF....WEBP)",
    # ISO/IEC 23000-22: the brand, or one of those that the file says it is compatible with.
    "image/avif": rb"(?s:....ftyp(?:" + _AVIF_BRANDS + rb"|(?:mif1|msf1).{4}(?:....){0,12}?"
    rb"(?:" + _AVIF_BRANDS + rb")))",
    "image/tiff": rb"II\*\0(?!....CR)|MM\0\*|II\+\0\x08\0|MM\0\+\0\x08",
    PDF: rb"(?s:.{0,1019}?%PDF-)",
}
"""How a file of each type that is taken begins, as regular expressions."""

TAKEN = "JPEG, PNG, WEBP, AVIF, GIF, TIFF or PDF"

_PICTURE = "export it as PNG, JPEG or WEBP"
_DRAWING = "export it as PDF or PNG"
_SLIDES = "export its slide as PDF or PNG"

OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (rb"(?s:....ftyp(?:" + _HEIC_BRANDS + rb"))", "a HEIC picture", _PICTURE),
    (rb"(?s:\0\0\0\x0cJXL |\xff\x0a)", "a JPEG XL picture", _PICTURE),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture", _PICTURE),
    (rb"8BPS", "a Photoshop file", _PICTURE),
    (rb"%!PS-Adobe-[0-9.]+ EPSF|\xc5\xd0\xd3\xc6", "an EPS drawing", _DRAWING),
    (rb"%!PS", "a PostScript file", _DRAWING),
    (rb"(?s:BM....\0\0\0\0)", "a BMP picture", _PICTURE),
    (rb"(?s:II\*\0....CR|FUJIFILMCCD-RAW|II(?:RO|RS|U\0))", "a camera's raw picture", _PICTURE),
    (rb"\0\0[\x01\x02]\0", "an icon (ICO)", _PICTURE),
    (rb"P[1-7][\s#]", "a Netpbm picture (PPM)", _PICTURE),
    (rb"qoif", "a QOI picture", _PICTURE),
    (rb"\x76\x2f\x31\x01", "an OpenEXR picture", _PICTURE),
    (rb"gimp xcf", "a GIMP file", _PICTURE),
    (rb"AT&TFORM", "a DjVu document", _DRAWING),
    (rb"\xd7\xcd\xc6\x9a", "a WMF drawing", _DRAWING),
    (rb"(?s:\x01\0\0\0.{36} EMF)", "an EMF drawing", _DRAWING),
    (rb"(?s:....ftyp)|\x1a\x45\xdf\xa3|(?s:RIFF....AVI )", "a video", "export one picture of it"),
    (rb"(?is:\s*(?:<!doctype html|<html))", "an HTML page", "save the picture itself"),
    (
        rb"(?is:(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!doctype|<svg).{0,3000}?<svg|\s*<svg)",
        "an SVG drawing",
        _DRAWING,
    ),
    (rb"\x1f\x8b", "a compressed file (gzip)", "unpack it"),
)
"""How other files begin, what they are called, and what to do with them."""

_ARCHIVES = {
    ".pptx": ("a PowerPoint file", _SLIDES),
    ".key": ("a Keynote file", _SLIDES),
    ".odp": ("a LibreOffice presentation", _SLIDES),
    ".odg": ("a LibreOffice drawing", _DRAWING),
    ".sketch": ("a Sketch file", _DRAWING),
    ".docx": ("a Word document", _DRAWING),
}
"""Files that are ZIP archives, by their endings."""

_RAW = frozenset(
    (".dng", ".nef", ".nrw", ".arw", ".sr2", ".cr2", ".orf", ".rw2", ".pef", ".srw", ".3fr", ".iiq")
)
"""Endings of cameras' raw pictures that begin as a TIFF does: what is in it is a small preview."""

ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png", ".apng"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/avif": (".avif", ".avifs"),
    "image/tiff": (".tif", ".tiff"),
    PDF: (".pdf", ".ai"),
}
"""How names of files of each type end; the first is the usual one."""


def mime(data: bytes, file: str) -> str:
    """The type of a file that is taken; "" for another."""
    found = next((mime for mime, start in SIGNATURES.items() if re.match(start, data)), "")
    if found == "image/tiff" and _ending(file) in _RAW:
        return ""
    return found


def refusal(data: bytes, file: str) -> str:
    """What a file that is not taken is, and what to do: a clause that goes on after its name."""
    if not data:
        return "is empty; export it again"
    head, ending = data[:MOST_LOOKED_AT], _ending(file)
    if ending in _RAW:
        return f"is a camera's raw picture; {_PICTURE}"
    if head.startswith(b"PK\x03\x04"):
        name, advice = _ARCHIVES.get(ending, ("a ZIP archive", "unpack it"))
        return f"is {name}; {advice}"
    for start, name, advice in OTHERS:
        if re.match(start, head):
            return f"is {name}; {advice}"
    return f"is no {TAKEN}; export it as one of these"


def name(mime: str) -> str:
    """What people call a type: "PNG"."""
    return mime.rpartition("/")[2].upper()


def other_ending(mime: str, file: str) -> str:
    """The ending of a file's name, where it is that of another type; else ""."""
    ending = _ending(file)
    known = {each for endings in ENDINGS.values() for each in endings}
    if ending in known and ending not in ENDINGS[mime]:
        return ending
    return ""


def _ending(file: str) -> str:
    return PurePath(file).suffix.lower()
