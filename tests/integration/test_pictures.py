"""Reading pictures: the good ones untouched, everything else refused in one sentence before it can
do harm.
"""

import hashlib
import io
import json
import random
import re
import struct
import subprocess
import sys
import time
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from bot import processes
from bot.core import appearance
from bot.core.errors import BadInput
from bot.deciding import queue_changes
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures import handling, read
from tests.conftest import ROOT, make_context, shared, write_item

TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "TIFF": "image/tiff",
}


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
    "avif": encoded("AVIF"),
    "animated avif": encoded("AVIF", frames=3),
    "tiff": encoded("TIFF"),
    "pages tiff": encoded("TIFF", frames=3),
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


def test_every_whole_picture_is_read_as_people_see_it_and_all_others_are_refused() -> None:
    entries = json.loads(shared("images/manifest.json").read_text(encoding="utf-8"))
    for entry in entries:
        path = shared("images") / entry["file"]
        if entry["pillow"] != "ok":
            with pytest.raises(BadInput, match=r"^[^\n]+$"):
                read.load(path)
            continue
        found = read.load(path)
        assert found.data == path.read_bytes()
        facts = found.picture
        size = (entry["width"], entry["height"])
        if (entry["exif_orientation"] or 1) >= 5:
            size = (size[1], size[0])
        frames = entry["frames"]
        assert facts[:7] == (
            entry["sha256"],
            TYPES[entry["format"]],
            *size,
            entry["bytes"],
            entry["file"],
            frames,
        )
        assert ("only the first goes out" in str(appearance.notes(facts))) is (frames > 1)


REFUSED = {
    "Pillow__broken.png": "is cut off before its end",
    "Pillow__truncated_image.png": "is cut off before its end",
    "Pillow__truncated_jpeg.jpg": "is cut off before its end",
    "Pillow__decompression_bomb.gif": "is cut off before its end",
    "Pillow__png_decompression_dos.png": "holds texts or a profile that unpack to megabytes",
}


@pytest.mark.parametrize("file", REFUSED)
def test_what_is_wrong_with_a_picture_is_said(file: str) -> None:
    with pytest.raises(BadInput, match=rf"^{re.escape(file)}: {REFUSED[file]}"):
        read.load(shared("images") / file)


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
    # The last bytes of several pages only say that no further one follows.
    whole = len(data) - 4 * (name == "pages tiff")
    for end in {
        *range(whole - 30, whole),
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


def animation(kind: str, side: int, frames: int) -> bytes:
    """Square frames, each different from the one before, so that none is left out."""
    images = [Image.new("L", (side, side), 40 * count % 256) for count in range(frames)]
    out = io.BytesIO()
    images[0].save(out, kind, save_all=True, append_images=images[1:])
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF", "TIFF"])
def test_only_so_many_frames_are_taken_however_small_they_are(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(read, "LIMITS", read.LIMITS._replace(frames=5))
    assert read.check(animation(kind, 4, 5), "a.gif")
    assert refusal(animation(kind, 4, 6)) == (
        "collage.png: has more than 5 frames; export the one that is to be shown"
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
    hasty = handling.processes.Lasting(handling.SCRIPT, handling.BOUNDS._replace(seconds=0.05), {})
    with monkeypatch.context() as patch:
        patch.setattr(handling, "_process", lambda: hasty)
        assert "to decode; export it smaller or simpler" in refusal(with_scans(60))
    hasty.close()
    assert read.check(SAMPLES["png"], "a.png")


def test_what_takes_too_much_memory_is_refused_and_the_next_picture_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = handling.processes.Lasting(
        handling.SCRIPT, handling.BOUNDS._replace(memory=100_000_000), {}
    )
    out = io.BytesIO()
    Image.new("RGBA", (7_000, 7_000)).save(out, "PNG")
    monkeypatch.setattr(handling, "_process", lambda: small)
    assert "memory" in refusal(out.getvalue())
    assert read.check(SAMPLES["png"], "a.png")
    small.close()


def large(kind: str, side: int) -> bytes:
    """A picture that takes as much memory as one of its type and side can."""
    noise = Image.effect_noise((500, 500), 80).resize((side, side))
    out = io.BytesIO()
    match kind:
        case "JPEG":
            image = Image.merge("RGB", [noise] * 3)
            image.save(out, kind, progressive=True, quality=40, subsampling=0)
        case "GIF":
            Image.new("P", (side, side)).save(out, kind)
        case "WEBP":
            Image.merge("RGB", [noise] * 3).save(out, kind, quality=20)
        case "AVIF":
            Image.new("RGBA", (side, side)).save(out, kind, subsampling="4:4:4", speed=10)
        case "TIFF":
            Image.new("CMYK", (side, side)).save(out, kind, compression="tiff_lzw")
        case _:
            Image.new("RGBA", (side, side)).save(out, kind)
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "side"),
    [
        ("JPEG", 7_071),
        ("PNG", 7_071),
        ("GIF", 7_071),
        ("TIFF", 7_071),
        ("WEBP", 5_000),
        ("AVIF", 5_000),
    ],
)
def test_the_largest_picture_of_each_type_is_read_within_the_bounds(
    kind: str, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    peaks, close = [], processes.Lasting.close

    def measured(process: processes.Lasting) -> None:
        if child := process._child:
            found = re.search(r"VmHWM:\s+([0-9]+)", Path(f"/proc/{child.pid}/status").read_text())
            assert found
            peaks.append(int(found[1]) * 1_024)
        close(process)

    monkeypatch.setattr(processes.Lasting, "close", measured)
    assert read.check(large(kind, side), "large").picture.width == side
    handling._process().close()
    assert max(peaks) < 512_000_000


@pytest.mark.slow
def test_a_large_picture_leaves_the_next_one_all_the_memory_it_may_take() -> None:
    pictures = [large(*each) for each in (("AVIF", 5_000), ("WEBP", 5_000), ("JPEG", 7_071))]
    for data in 2 * pictures:
        assert read.check(data, "large").picture.mime


@pytest.mark.slow
def test_a_picture_that_needs_more_memory_than_that_is_refused() -> None:
    noise = Image.effect_noise((500, 500), 80).resize((7_071, 7_071))
    out = io.BytesIO()
    Image.merge("CMYK", [noise] * 4).save(out, "JPEG", progressive=True, quality=40)
    assert "takes too much memory to decode; export it again, or smaller" in refusal(out.getvalue())


@pytest.mark.parametrize(("kind", "most"), [("WEBP", 25), ("AVIF", 25)])
def test_a_type_whose_decoder_needs_much_memory_may_have_fewer_pixels(kind: str, most: int) -> None:
    out = io.BytesIO()
    Image.new("RGB", (5_200, 5_000)).save(out, kind, **({"speed": 10} if kind == "AVIF" else {}))
    assert f"at most {most} megapixels" in refusal(out.getvalue())


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


def told(data: bytes, file: str = "a") -> str:
    """The remark on what a file holds besides its picture; "" for none."""
    remarks = read.check(data, file).remarks
    return " ".join(remark for remark in remarks if "also holds" in remark)


@pytest.mark.parametrize("name", TELLING)
def test_a_place_in_the_file_is_told_and_the_bytes_stay(name: str) -> None:
    assert read.check(TELLING[name], "a").data == TELLING[name]
    assert told(TELLING[name]) == (
        "the picture's file also holds a place (a GPS position or its name); "
        "what is sent holds none of it"
    )


def with_a_thumbnail() -> bytes:
    thumbnail = encoded("JPEG")
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    first = exif.tobytes()
    # The first directory's last word says where the second begins, with the small picture.
    tiff = bytearray(first[6:])
    at = len(tiff)
    entries = ((0x0103, 3, 6 << 16), (0x0201, 4, at + 42), (0x0202, 4, len(thumbnail)))
    second = b"".join(struct.pack(">HHII", tag, form, 1, value) for tag, form, value in entries)
    end = 8 + 2 + 12 * struct.unpack_from(">H", tiff, 8)[0]
    struct.pack_into(">I", tiff, end, at)
    tiff += struct.pack(">H", 3) + second + bytes(4) + thumbnail
    return encoded("JPEG", exif=b"Exif\0\0" + bytes(tiff))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (with_exif("JPEG", {0x8769: {0xA431: "12345678"}}), "the camera or telephone"),
        (with_exif("JPEG", {0x010F: "Maker", 0x0110: "Phone 7"}), "the camera or telephone"),
        (with_exif("PNG", {0x013B: "Ada Lovelace"}), "a person's name"),
        (with_exif("JPEG", {0x8769: {0xA430: "Ada Lovelace"}}), "a person's name"),
        (with_a_thumbnail(), "a small copy of the picture"),
        (SAMPLES["jpeg"] + b"\0\0\0\x18ftypmp42" + bytes(300), "a second picture or a film"),
    ],
)
def test_what_else_a_file_tells_is_told(data: bytes, what: str) -> None:
    assert what in told(data)


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
def test_nothing_is_told_where_there_is_nothing_to_tell(data: bytes) -> None:
    assert read.check(data, "a").remarks == ()


def test_an_ending_of_another_type_is_told_and_the_picture_taken() -> None:
    (remark,) = read.check(SAMPLES["png"], "a.jpg").remarks
    assert remark == (
        "the picture is a PNG, though its name ends in .jpg; what is sent gets the right ending"
    )


def test_the_remark_reaches_whoever_adds_or_edits(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    series = context.config.series["mlcollage"]
    files = [write_item(tmp_path, name) for name in ("alpha", "beta")]
    (tmp_path / "alpha.png").write_bytes(TELLING["png"])
    added = accept.take(context, series, [accept.from_file(file) for file in files])
    assert ["also holds a place" in str(taken.remarks) for taken in added] == [True, False]
    arrival = Arrival(added[1].collage, read.check(TELLING["webp"], "b.webp"))
    edited = queue_changes.edit(context, series, added[1].collage, arrival).taken
    assert "also holds a place" in str(edited.remarks)
    context.database.close()


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        *(("jpeg", 1), ("png", 1), ("gif", 1), ("animated gif", 3), ("animated webp", 3)),
        *(("apng", 3), ("avif", 1), ("animated avif", 3), ("tiff", 1), ("pages tiff", 3)),
    ],
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


def test_what_decodes_pictures_is_loaded_by_the_process_only() -> None:
    script = (
        "import pathlib, sys; from bot.pictures import read; read.load(pathlib.Path(sys.argv[1])); "
        "print([name for name in ('PIL', 'pypdfium2') if name in sys.modules])"
    )
    file = shared("images/vision_transformer__vit_figure.png")
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "[]\n"
