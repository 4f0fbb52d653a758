"""Reading pictures: the good ones untouched, everything else refused in one sentence before it can
do harm.
"""

import hashlib
import io
import json
import random
import struct
import time
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from bot.core.errors import BadInput
from bot.deciding import queue_changes
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures import handling, read
from tests.conftest import make_context, shared, write_item

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


def encoded(kind: str, **options: object) -> bytes:
    """A small picture of noise, always the same; with `frames` an animation."""
    noise = random.Random(kind)
    frames = [
        Image.frombytes("RGB", (48, 32), noise.randbytes(48 * 32 * 3))
        for _ in range(int(str(options.pop("frames", 1))))
    ]
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:]}
    out = io.BytesIO()
    frames[0].save(out, kind, **options)
    return out.getvalue()


SAMPLES = {
    "jpeg": encoded("JPEG"),
    "progressive": encoded("JPEG", progressive=True),
    "png": encoded("PNG"),
    "apng": encoded("PNG", frames=3),
    "gif": encoded("GIF"),
    "animated gif": encoded("GIF", frames=3),
    "webp": encoded("WEBP"),
    "lossless webp": encoded("WEBP", lossless=True),
    "animated webp": encoded("WEBP", frames=3),
}


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header claims this size, with hardly any pixels in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000))
        + chunk(b"IEND", b"")
    )


def refusal(data: bytes, file: str = "collage.png") -> str:
    with pytest.raises(BadInput) as refused:
        read.check(data, file)
    return str(refused.value)


def test_every_whole_picture_of_the_four_types_is_read_and_all_others_are_refused() -> None:
    entries = json.loads(shared("images/manifest.json").read_text(encoding="utf-8"))
    files = {path.name for path in shared("images").iterdir()} - {"manifest.json"}
    whole = {
        entry["file"]: entry
        for entry in entries
        if entry.get("format") in TYPES and entry["pillow"] == "ok"
    }
    for file in sorted(files):
        path = shared("images") / file
        if file not in whole:
            with pytest.raises(BadInput, match=r"^[^\n]+$"):
                read.load(path)
            continue
        entry, found = whole[file], read.load(path)
        assert found.data == path.read_bytes()
        facts = found.picture
        assert (facts.file, facts.mime, facts.sha256) == (
            file,
            TYPES[entry["format"]],
            entry["sha256"],
        )
        assert (facts.width, facts.height, facts.size) == (
            entry["width"],
            entry["height"],
            entry["bytes"],
        )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_is_known_by_its_content_and_not_by_its_name(name: str) -> None:
    data = SAMPLES[name]
    found = read.check(data, "collage.tiff")
    assert (
        found.picture.mime
        == TYPES[name.replace("apng", "png").split()[-1].replace("progressive", "jpeg").upper()]
    )
    assert found.picture.sha256 == hashlib.sha256(data).hexdigest()
    assert (found.picture.width, found.picture.height, found.picture.file) == (
        48,
        32,
        "collage.tiff",
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_that_is_cut_off_anywhere_is_refused(name: str) -> None:
    data, chance = SAMPLES[name], random.Random(name)
    for end in {
        *range(len(data) - 30, len(data)),
        *(chance.randrange(len(data)) for _ in range(60)),
    }:
        assert refusal(data[:end]).startswith("collage.png: is ")


def test_the_two_pictures_in_one_of_a_telephone_are_a_jpeg() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    assert read.check(out.getvalue(), "phone.jpg").picture.mime == "image/jpeg"


@pytest.mark.parametrize("size", [(13_000, 13_000), (7_072, 7_072), (16_385, 10), (10, 16_385)])
def test_a_picture_too_large_is_refused_from_its_header(size: tuple[int, int]) -> None:
    # Decoding would have found it broken.
    assert f"has {size[0]:,} × {size[1]:,} pixels, at most 50 megapixels" in refusal(png_of(*size))


def test_a_picture_that_pillow_would_call_a_bomb_is_refused_as_too_large() -> None:
    assert (
        refusal(png_of(60_000, 60_000))
        == "collage.png: has far more than 50 megapixels; export it smaller"
    )


def test_an_animation_is_measured_with_all_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "LIMITS", read.LIMITS._replace(megapixels_in_frames=1))
    still, moving = (animation("GIF", 640, frames) for frames in (2, 3))
    assert read.check(still, "a.gif")
    assert "in all its frames" in refusal(moving)


def animation(kind: str, side: int, frames: int) -> bytes:
    """Square frames, each different from the one before, so that none is left out."""
    images = [Image.new("L", (side, side), 40 * count % 256) for count in range(frames)]
    out = io.BytesIO()
    images[0].save(out, kind, save_all=True, append_images=images[1:])
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_only_so_many_frames_are_taken_however_small_they_are(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(read, "LIMITS", read.LIMITS._replace(frames=5))
    assert read.check(animation(kind, 4, 5), "a.gif")
    assert refusal(animation(kind, 4, 6)) == (
        "collage.png: has more than 5 frames; export it shorter"
    )


def test_frames_are_counted_in_the_header_where_it_has_them() -> None:
    data = bytearray(encoded("PNG", frames=3))
    at = data.index(b"acTL") + 4
    data[at : at + 4] = struct.pack(">I", 2**31 - 1)
    data[at + 8 : at + 12] = struct.pack(">I", zlib.crc32(data[at - 4 : at + 8]))
    start = time.monotonic()
    assert "has more than 1,000 frames" in refusal(bytes(data))
    assert time.monotonic() - start < 5


def with_scans(count: int, side: int = 1_000) -> bytes:
    """A progressive JPEG, with its last scan that many times."""
    out = io.BytesIO()
    Image.effect_noise((side, side), 90).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + count * data[last:-2] + data[-2:]


def test_a_progressive_jpeg_has_only_so_many_scans() -> None:
    assert read.check(with_scans(1), "a.jpg").picture.mime == "image/jpeg"
    start = time.monotonic()
    assert refusal(with_scans(10_000, side=16)) == (
        "collage.png: is a progressive JPEG of more than 100 scans; export it as a plain one"
    )
    assert time.monotonic() - start < 5


def test_bytes_in_other_segments_are_no_scans() -> None:
    data = SAMPLES["jpeg"]
    comment = b"\xff\xfe" + struct.pack(">H", 60_002) + 20_000 * b"\xff\xda\x00"
    assert read.check(data[:2] + comment + data[2:], "a.jpg").picture.width == 48


def test_a_jpeg_of_millions_of_segments_is_refused() -> None:
    """Scans behind them would not be counted."""
    data = SAMPLES["jpeg"]
    told = refusal(data[:2] + 1_000_000 * b"\xff\xfe\x00\x02" + data[2:])
    assert told == "collage.png: is a JPEG of more than 20,000 segments; export it again"


def test_what_takes_too_long_to_decode_is_refused_and_the_next_picture_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hasty = handling.processes.Lasting(
        Path(handling.picture_process.__file__), handling.BOUNDS._replace(seconds=0.05), {}
    )
    with monkeypatch.context() as patch:
        patch.setattr(handling, "_process", lambda: hasty)
        assert "to decode; export it smaller or simpler" in refusal(with_scans(60))
    hasty.close()
    assert read.check(SAMPLES["png"], "a.png")


def test_what_takes_too_much_memory_is_refused_and_the_next_picture_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = handling.processes.Lasting(
        Path(handling.picture_process.__file__), handling.BOUNDS._replace(memory=100_000_000), {}
    )
    out = io.BytesIO()
    Image.new("RGBA", (7_000, 7_000)).save(out, "PNG")
    monkeypatch.setattr(handling, "_process", lambda: small)
    assert "memory" in refusal(out.getvalue())
    assert read.check(SAMPLES["png"], "a.png")
    small.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_largest_picture_of_each_type_is_read_within_the_bounds(kind: str) -> None:
    side = 7_071
    noise = Image.effect_noise((500, 500), 80).resize((side, side))
    bands, options = {"JPEG": ("CMYK", 4), "GIF": ("L", 1)}.get(kind, ("RGBA", 4)), {}
    image = Image.merge(bands[0], [noise] * bands[1])
    if kind == "JPEG":
        options = {"progressive": True, "quality": 40, "subsampling": 0}
    if kind != "JPEG":
        image = Image.new(bands[0], (side, side))
        options = {"save_all": True, "append_images": [Image.new(bands[0], (side, side), 9)]}
    out = io.BytesIO()
    image.save(out, kind, **options)
    assert read.check(out.getvalue(), "large").picture.width == side


# What a file tells besides its picture

POSITION = {1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)}
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>52,30N</exif:GPSLatitude></x:xmpmeta>"


def with_exif(kind: str, tags: dict[int, object]) -> bytes:
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    return encoded(kind, exif=exif)


def with_iptc_city() -> bytes:
    entry = b"\x1c\x02\x5a" + struct.pack(">H", 6) + b"Berlin"
    block = b"8BIM" + struct.pack(">HxxI", 0x0404, len(entry)) + entry + b"\0" * (len(entry) % 2)
    segment = b"Photoshop 3.0\0" + block
    data = SAMPLES["jpeg"]
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + data[2:]


def with_text(key: str, text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(key, text)
    return encoded("PNG", pnginfo=info)


TELLING = {
    "jpeg": with_exif("JPEG", {0x8825: POSITION}),
    "png": with_exif("PNG", {0x8825: POSITION}),
    "webp": with_exif("WEBP", {0x8825: POSITION}),
    "xmp": encoded("JPEG", xmp=XMP),
    "xmp in webp": encoded("WEBP", xmp=XMP),
    "xmp in png": with_text("XML:com.adobe.xmp", XMP.decode()),
    "iptc": with_iptc_city(),
}


@pytest.mark.parametrize("name", TELLING)
def test_a_location_in_the_file_is_told_and_the_bytes_stay(name: str) -> None:
    found = read.check(TELLING[name], "a.jpg")
    assert found.data == TELLING[name]
    (remark,) = found.remarks
    assert "tells a place (its GPS position or the place's name)" in remark
    assert "export it without location" in remark


def test_an_owner_or_a_serial_number_in_the_file_is_told() -> None:
    (remark,) = read.check(with_exif("JPEG", {0x8769: {0xA431: "12345678"}}), "a.jpg").remarks
    assert "camera's owner or serial number" in remark


@pytest.mark.parametrize(
    "data",
    [
        *SAMPLES.values(),
        with_exif("JPEG", {0x8825: {0: b"\x02\x03\0\0"}}),
        with_exif("JPEG", {0x0131: "Inkscape", 0x0112: 6}),
        with_exif("JPEG", {0x8769: {0xA431: "\0\0 "}}),
        with_text("Comment", "GPSLatitude is a word"),
        encoded("JPEG", xmp=b"<x:xmpmeta>\xff\xfe broken"),
        encoded("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    ],
)
def test_nothing_is_told_where_there_is_no_place(data: bytes) -> None:
    assert read.check(data, "a.jpg").remarks == ()


def test_the_remark_reaches_whoever_adds_or_edits(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    series = context.config.series["mlcollage"]
    files = [write_item(tmp_path, name) for name in ("alpha", "beta")]
    (tmp_path / "alpha.png").write_bytes(TELLING["png"])
    added = accept.take(context, series, [accept.from_file(file) for file in files])
    assert [len(taken.remarks) for taken in added] == [1, 0]
    arrival = Arrival(added[1].collage, read.check(TELLING["webp"], "b.webp"))
    edited = queue_changes.edit(context, series, added[1].collage, arrival).taken
    assert "tells a place" in edited.remarks[0]
    context.database.close()


@pytest.mark.parametrize(
    ("name", "frames"),
    [("jpeg", 1), ("png", 1), ("gif", 1), ("animated gif", 3), ("animated webp", 3), ("apng", 3)],
)
def test_the_frames_of_a_picture_are_counted(name: str, frames: int) -> None:
    assert read.check(SAMPLES[name], "a").picture.frames == frames


def test_more_than_20_megabytes_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "huge.png"
    with file.open("wb") as out:
        out.write(SAMPLES["png"])
        out.truncate(30_000_000)
    with pytest.raises(BadInput, match=r"^huge\.png: has more than 20 MB; export it smaller$"):
        read.load(file)


def test_what_follows_a_whole_png_does_no_harm() -> None:
    assert read.check(SAMPLES["png"] + b"written by some tool", "a.png").picture.mime == "image/png"


def test_pillows_own_settings_and_the_warning_filters_stay_as_they_are() -> None:
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters))
    read.check(SAMPLES["jpeg"], "a.jpg")
    refusal(png_of(13_000, 13_000))
    assert (
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        list(warnings.filters),
    ) == before


def test_what_is_no_readable_file_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")
    for name, reason in {
        ".": "is a folder",
        "no.png": "there is no such picture",
        "loop.png": "cannot be read",
    }.items():
        with pytest.raises(BadInput, match=reason) as refused:
            read.load(tmp_path / name)
        assert str(refused.value).startswith(str(tmp_path))
