"""Reading pictures: the good ones untouched, everything else refused in one sentence before it can
do harm.
"""

import hashlib
import io
import json
import random
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from bot.core.errors import BadInput
from bot.pictures import read
from tests.conftest import shared

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
    monkeypatch.setattr(read, "MOST_PIXELS_IN_FRAMES", 2 * 48 * 32)
    assert read.check(encoded("GIF", frames=2), "a.gif")
    assert "in all its frames" in refusal(encoded("GIF", frames=3))


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
