"""One page of a PDF as pixels: a slide as PowerPoint, Keynote and LaTeX export it.

Runs in the process that handles pictures: foreign bytes may take any amount of time and memory.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from bot.pictures.limits import Refused

SIDE = 4_096
"""Pixels of the longer side: twice what a network shows at most, so that small letters are kept."""

_BYTES = 4
"""Bytes of a pixel: red, green, blue and one that is not used."""


def page(data: bytes, number: int) -> Image.Image:
    """A page of a PDF as "RGB", on white; 0 stands for the only page there is.

    The same bytes give the same size on every computer. Raises `Refused`.
    """
    with _opened(data) as document:
        found = _found(document, number)
        try:
            return _drawn(found)
        finally:
            found.close()


@contextmanager
def _opened(data: bytes) -> Iterator[PdfDocument]:
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise Refused("is an encrypted PDF; export it without a password") from None
        raise Refused("is a broken PDF; export it again") from None
    try:
        yield document
    finally:
        document.close()


def _found(document: PdfDocument, number: int) -> PdfPage:
    """The page of that number; raises `Refused` where it is not clear which is meant."""
    count = len(document)
    if not count:
        raise Refused("is a PDF without a page; export it again")
    if not number and count > 1:
        raise Refused(
            f"is a PDF of {count:,} pages; name the one that is to be shown by its number, "
            "for example: FILE.pdf#page=2"
        )
    if number > count:
        pages = "only one page" if count == 1 else f"only {count:,} pages"
        raise Refused(f"is a PDF that has {pages}, and no page {number:,}; name another one")
    try:
        return document[max(number, 1) - 1]
    except PdfiumError:
        raise Refused("is a PDF whose page cannot be read; export it again") from None


def _drawn(found: PdfPage) -> Image.Image:
    width, height = found.get_size()
    if not (width > 0 and height > 0):
        raise Refused("is a PDF whose page has no size; export it again")
    scale = SIDE / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = (ctypes.c_ubyte * (size[0] * size[1] * _BYTES))()
    stride = size[0] * _BYTES
    bitmap = raw.FPDFBitmap_CreateEx(*size, raw.FPDFBitmap_BGRx, pixels, stride)
    if not bitmap:
        raise MemoryError
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, *size, 0xFFFFFFFF)
        raw.FPDF_RenderPageBitmap(
            bitmap, found, 0, 0, *size, 0, raw.FPDF_ANNOT | raw.FPDF_RENDER_LIMITEDIMAGECACHE
        )
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    return Image.frombytes("RGB", size, pixels, "raw", "BGRX", stride)
