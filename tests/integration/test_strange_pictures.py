"""Files that are no pictures we take, and pictures made to do harm: one sentence each, in bounded
time and memory, and nothing of them is kept.
"""

import io
import json
import re
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.core.errors import BadInput
from bot.intake import accept
from bot.pictures import handling, kinds, read
from tests import damaged
from tests.conftest import make_context, shared, write_item


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def saved(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (image or Image.effect_noise((64, 48), 60)).save(out, kind, **options)
    return out.getvalue()


OTHERS = {
    "drawing.svg": (b"<?xml version='1.0'?>\n<!-- x -->\n<svg xmlns='x'/>", "an SVG drawing"),
    "bare.svg": (b"  <svg width='4'/>", "an SVG drawing"),
    "page.html": (b"<!DOCTYPE html><html><svg/></html>", "an HTML page"),
    "phone.heic": (box(b"ftyp", b"heic\0\0\0\0mif1heic") + bytes(40), "a HEIC picture"),
    "phone.jpg": (box(b"ftyp", b"mif1\0\0\0\0mif1heic") + bytes(40), "a HEIC picture"),
    "new.jxl": (b"\xff\x0a" + bytes(20), "a JPEG XL picture"),
    "old.jp2": (saved("JPEG2000"), "a JPEG 2000 picture"),
    "design.psd": (b"8BPS\0\1" + bytes(30), "a Photoshop file"),
    "plot.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "an EPS drawing"),
    "plot.ps": (b"%!PS-Adobe-3.0\n", "a PostScript file"),
    "paint.bmp": (saved("BMP"), "a BMP picture"),
    "photo.cr2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(40), "a camera's raw picture"),
    "photo.dng": (saved("TIFF"), "a camera's raw picture"),
    "site.ico": (saved("ICO"), "an icon (ICO)"),
    "raw.ppm": (saved("PPM"), "a Netpbm picture (PPM)"),
    "film.mp4": (box(b"ftyp", b"mp42\0\0\0\0isom") + bytes(40), "a video"),
    "film.webm": (b"\x1a\x45\xdf\xa3" + bytes(40), "a video"),
    "talk.pptx": (b"PK\x03\x04" + bytes(40), "a PowerPoint file"),
    "talk.key": (b"PK\x03\x04" + bytes(40), "a Keynote file"),
    "all.zip": (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
    "metafile.emf": (b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(40), "an EMF drawing"),
}


@pytest.mark.parametrize("file", OTHERS)
def test_what_is_not_taken_is_called_by_its_name(file: str) -> None:
    data, name = OTHERS[file]
    with pytest.raises(BadInput) as refused:
        read.check(data, file)
    assert str(refused.value).startswith(f"{file}: is {name}; ")
    assert re.search(r"; (export|save|unpack) ", str(refused.value))


def test_what_nobody_knows_is_refused_with_what_is_taken() -> None:
    for data in (b"plain words", bytes(1_000), b"\xff" * 100, b"RIFF\0\0\0\0WAVEfmt "):
        with pytest.raises(BadInput, match="is no JPEG, PNG, WEBP, AVIF, GIF, TIFF or PDF; "):
            read.check(data, "a.png")
    with pytest.raises(BadInput, match=r"^a\.png: is empty; export it again$"):
        read.check(b"", "a.png")


def test_every_pattern_is_one() -> None:
    for pattern in (*kinds.SIGNATURES.values(), *(start for start, _, _ in kinds.OTHERS)):
        re.compile(pattern)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(*chunks: bytes) -> bytes:
    data = saved("PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def tiff(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """A TIFF of one directory with these entries: tag, form, count, value."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return head + body + struct.pack("<I", following) + bytes(4_000)


SIZE = [(256, 3, 1, 64), (257, 3, 1, 48), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
STRIP = [(273, 4, 1, 200), (278, 3, 1, 48), (279, 4, 1, 64 * 48)]


def gif(screen: tuple[int, int], frame: tuple[int, int], frames: int = 1) -> bytes:
    image = b"," + struct.pack("<HHHH", 0, 0, *frame) + b"\0\2" + b"\x04\x84\x8f\xa9\x05" + b"\0"
    return (
        b"GIF89a"
        + struct.pack("<HH", *screen)
        + b"\x80\0\0"
        + b"\0\0\0\xff\xff\xff"
        + image * frames
        + b";"
    )


def webp_declaring(width: int, height: int) -> bytes:
    data = bytearray(saved("WEBP", Image.new("RGBA", (64, 48), (1, 2, 3, 4))))
    assert data[12:16] == b"VP8X"
    data[24:27], data[27:30] = (side.to_bytes(3, "little") for side in (width - 1, height - 1))
    return bytes(data)


def avif_declaring(width: int, height: int) -> bytes:
    data = bytearray(saved("AVIF"))
    at = data.index(b"ispe") + 8
    struct.pack_into(">II", data, at, width, height)
    return bytes(data)


def avif_grid() -> bytes:
    """An AVIF that says it is put together of many tiles, and has one."""
    data = saved("AVIF")
    return data.replace(b"av01", b"grid", 2)


HARMFUL = {
    "profile": png_with(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000)))),
    "text": png_with(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000)))),
    "texts": png_with(*[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000)))] * 200),
    "pixels": saved("PNG")[:33]
    + chunk(b"IDAT", zlib.compress(bytes(200_000_000)))
    + chunk(b"IEND", b""),
    "circle": tiff(*SIZE, *STRIP, following=8),
    "no strips": tiff(*SIZE),
    "giant tag": tiff(*SIZE, (270, 2, 2**32 - 1, 0), *STRIP),
    "giant profile": tiff(*SIZE, *STRIP, (34675, 7, 2**31 - 1, 8)),
    "giant palette": tiff(*SIZE[:4], (262, 3, 1, 3), *STRIP, (320, 3, 2**30, 8)),
    "giant strips": tiff(*SIZE, (273, 4, 2**28, 8), (279, 4, 2**28, 8)),
    "bits": tiff((256, 3, 1, 64), (257, 3, 1, 48), (258, 3, 2**20, 8), *SIZE[3:], *STRIP),
    "own thumbnail": tiff(*SIZE, *STRIP, (330, 4, 1, 8), (34665, 4, 1, 8)),
    "wide": tiff((256, 4, 1, 2**31), *SIZE[1:], *STRIP),
    "screen": gif((65_535, 65_535), (1, 1)),
    "frame": gif((1, 1), (65_535, 65_535)),
    "frames": gif((64, 64), (64, 64), frames=500_000),
    "webp": webp_declaring(2**24, 1),
    "larger webp": webp_declaring(16_383, 16_383),
    "avif": avif_declaring(65_000, 65_000),
    "larger avif": avif_declaring(6_000, 4_000),
    "grid": avif_grid(),
    "no sides": saved("PNG")[:16] + bytes(8) + saved("PNG")[24:],
}


HARMLESS = (
    "pixels",
    "circle",
    "giant tag",
    "giant profile",
    "bits",
    "own thumbnail",
    "larger avif",
)
"""What has all the pixels that it needs, whatever else it says."""


@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_made_to_do_harm_does_none(name: str) -> None:
    start = time.monotonic()
    try:
        read.check(HARMFUL[name], "harm.png")
        problem = ""
    except BadInput as refused:
        problem = str(refused)
    assert time.monotonic() - start < 10
    assert re.fullmatch(r"(harm\.png: \S[^\n]+)?", problem)
    assert damaged.peak() < damaged.MEMORY
    assert (not problem) is (name in HARMLESS)
    assert read.check(saved("PNG"), "next.png")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("profile", "unpack to megabytes"),
        ("text", "unpack to megabytes"),
        ("texts", "unpack to megabytes"),
        ("screen", "more than 50 megapixels"),
        ("webp", "at most 25 megapixels"),
        ("larger webp", "at most 25 megapixels"),
        ("frames", "more than 1,000 frames"),
    ],
)
def test_what_is_wrong_with_it_is_said(name: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read.check(HARMFUL[name], "harm.png")


def test_nothing_is_kept_of_what_is_refused(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    series = context.config.series["mlcollage"]
    item = write_item(tmp_path, "alpha")
    files = {path.name for path in tmp_path.iterdir()}
    entries = json.loads(shared("images/manifest.json").read_text(encoding="utf-8"))
    bad = [shared("images") / entry["file"] for entry in entries if entry["pillow"] != "ok"]
    contents = [path.read_bytes() for path in bad] + list(HARMFUL.values())
    refused = 0
    for data in (*contents, *(data for data, _ in OTHERS.values())):
        (tmp_path / "alpha.png").write_bytes(data)
        try:
            accept.from_file(item)
        except BadInput:
            refused += 1
    assert refused >= 40
    with context.read() as work:
        assert list(work.pictures.everything()) == []
        assert list(work.queue.everything()) == []
    assert {path.name for path in tmp_path.iterdir()} - files <= {"queue.db-wal", "queue.db-shm"}
    context.database.close()
    assert series.name


@pytest.mark.slow
def test_thousands_of_damaged_files_do_no_harm() -> None:
    """All 5,000 with: python -m tests.damaged 5000."""
    figures = damaged.look(range(0, 5_000, 12))
    assert figures.wrong == []
    assert not any("breaks what decodes it" in said for said in figures.said)
    assert figures.said["is taken"] > 50
    assert figures.slowest[0] < 10
    assert figures.most[0] < damaged.MEMORY


def test_the_process_is_the_same_one_all_along() -> None:
    read.check(saved("PNG"), "a.png")
    child = handling._process()._child
    with pytest.raises(BadInput):
        read.check(HARMFUL["profile"], "a.png")
    assert handling._process()._child is child
