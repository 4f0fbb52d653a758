"""What is taken out of a picture's file: all that tells a place, a device or a person, and nothing
that says how its pixels are to be shown.
"""

import io
import struct
import warnings
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from bot.pictures import containers, profiles

SECRETS = (b"Berlin", b"Phone 7", b"Ada Lovelace", b"SN-12345", b"thumbnail")


def exif(orientation: int = 1) -> Image.Exif:
    written = Image.Exif()
    written[0x0112], written[0x010F], written[0x0110] = orientation, "Berlin", "Phone 7"
    written[0x013B] = "Ada Lovelace"
    written[0x8769] = {0xA431: "SN-12345"}
    written[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0)}
    return written


def profile(description: bytes = b"Ada Lovelace") -> bytes:
    """sRGB as a monitor's profile: with a name, the device's model, and a tag of its maker's."""
    plain = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", plain, 128)[0]
    text = b"text\0\0\0\0" + description + b" SN-12345\0"
    body = plain[132 + 12 * count :]
    entries = bytearray(plain[132 : 132 + 12 * count])
    for at in range(0, len(entries), 12):
        name, start, size = struct.unpack_from(">4sII", entries, at)
        struct.pack_into(">4sII", entries, at, name, start + 24, size)
    end = 132 + len(entries) + 24 + len(body)
    for name in (b"mmod", b"vend"):
        entries += struct.pack(">4sII", name, end, len(text))
    written = bytearray(plain[:128] + struct.pack(">I", count + 2) + entries + body + text)
    struct.pack_into(">I", written, 0, len(written))
    written[48:56] = b"SN-12345"
    return bytes(written)


IMAGE = Image.effect_noise((64, 48), 60).convert("RGB")


def saved(kind: str, image: Image.Image = IMAGE, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Ada Lovelace")
    info.add_text("Comment", "Berlin", zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Ada Lovelace</x:xmpmeta>")
    info.add(b"prVt", b"Phone 7")
    info.add(b"tIME", b"\x07\xe5\x01\x01\0\0\0")
    return info


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(**options: object) -> bytes:
    """A JPEG with something in each of the places where programs write."""
    data = saved("JPEG", exif=exif(), icc_profile=profile(), comment=b"Berlin", **options)
    jfif = data[:2] + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\2thumbnail   ")
    more = (
        *(
            segment(0xE0, b"JFXX\0\x10thumbnail"),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0Berlin"),
        ),
        *(segment(0xE2, b"MPF\0Phone 7"), segment(0xED, b"Photoshop 3.0\0" + b"Berlin")),
        *(segment(0xEE, b"Adobe\0d\0\0\0\0\1Phone 7"), segment(0xEF, b"Ada Lovelace")),
    )
    # Behind the end a second picture, and a film.
    return jfif + b"".join(more) + data[2:] + saved("JPEG") + b"ftypmp42 Berlin"


def webp(**options: object) -> bytes:
    data = saved("WEBP", exif=exif(), icc_profile=profile(), xmp=b"Berlin", **options)
    data += b"prVt" + struct.pack("<I", 7) + b"Phone 7\0"
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:] + b"Berlin"


PNG = {"pnginfo": texts(), "exif": exif(), "icc_profile": profile()}
TELLING = {
    "jpeg": ("image/jpeg", jpeg()),
    "progressive": ("image/jpeg", jpeg(progressive=True)),
    "cmyk": ("image/jpeg", saved("JPEG", IMAGE.convert("CMYK"), exif=exif(), comment=b"Berlin")),
    "png": ("image/png", saved("PNG", **PNG) + b"Berlin"),
    "palette": ("image/png", saved("PNG", IMAGE.quantize(20), transparency=3, **PNG)),
    "apng": ("image/png", saved("PNG", save_all=True, append_images=[IMAGE.rotate(180)], **PNG)),
    "webp": ("image/webp", webp()),
    "lossless": ("image/webp", webp(lossless=True)),
    "alpha": ("image/webp", saved("WEBP", IMAGE.convert("RGBA"), exif=exif(), xmp=b"Berlin")),
    "gif": ("image/gif", saved("GIF", comment=b"Ada Lovelace") + b"Berlin"),
    "animated gif": (
        "image/gif",
        saved("GIF", save_all=True, append_images=[IMAGE.rotate(180)], comment=b"Berlin"),
    ),
}


def pixels(data: bytes) -> bytes:
    # Pillow warns of what is no list of further pictures.
    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as image:
        return image.convert("RGBA").tobytes()


@pytest.mark.parametrize("name", TELLING)
def test_nothing_that_tells_is_left_and_every_pixel_stays(name: str) -> None:
    mime, data = TELLING[name]
    assert any(secret in data for secret in SECRETS)
    left = containers.without_metadata(data, mime)
    assert [secret for secret in SECRETS if secret in left] == []
    assert pixels(left) == pixels(data)
    with Image.open(io.BytesIO(left)) as image:
        assert not image.getexif()
        assert not {"comment", "xmp", "Author", "exif"} & image.info.keys()
        assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("name", TELLING)
def test_once_more_changes_nothing(name: str) -> None:
    mime, data = TELLING[name]
    left = containers.without_metadata(data, mime)
    assert containers.without_metadata(left, mime) == left


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_without_metadata_stays_as_it_is(kind: str) -> None:
    data = saved(kind)
    assert containers.without_metadata(data, f"image/{kind.lower()}") == data


@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_the_colours_of_a_profile_stay(name: str) -> None:
    mime, data = TELLING[name]
    left = containers.without_metadata(data, mime)
    with Image.open(io.BytesIO(left)) as image:
        kept = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        before = ImageCms.ImageCmsProfile(io.BytesIO(profile()))
        srgb = ImageCms.createProfile("sRGB")
        shown, meant = (
            ImageCms.profileToProfile(IMAGE, each, srgb).tobytes() for each in (kept, before)
        )
    assert shown == meant


def test_a_profile_that_is_none_is_left_out() -> None:
    data = saved("PNG", icc_profile=b"Ada Lovelace" * 20)
    assert b"iCCP" in data
    assert containers.without_metadata(data, "image/png") == saved("PNG")


def test_a_profile_of_several_segments_is_put_together() -> None:
    large = bytearray(profile())
    count = struct.unpack_from(">I", large, 128)[0]
    large += bytes(200_000)
    for at in range(132, 132 + 12 * count, 12):
        if large[at : at + 4] == b"mmod":
            struct.pack_into(">4sII", large, at, b"A2B0", len(profile()), 200_000)
    struct.pack_into(">I", large, 0, len(large))
    data = saved("JPEG", icc_profile=bytes(large))
    assert data.count(b"ICC_PROFILE\0") > 1
    left = containers.without_metadata(data, "image/jpeg")
    with Image.open(io.BytesIO(left)) as image:
        assert image.info["icc_profile"] == profiles.plain(bytes(large))
        assert len(image.info["icc_profile"]) > 200_000


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_jpeg_goes_on_saying_how_it_is_turned_and_nothing_else(orientation: int) -> None:
    data = saved("JPEG", exif=exif(orientation))
    left = containers.without_metadata(data, "image/jpeg", orientation)
    with Image.open(io.BytesIO(left)) as image:
        assert dict(image.getexif()) == {0x0112: orientation}
    assert [secret for secret in SECRETS if secret in left] == []


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_networks_would_show_turned_is_to_be_encoded_anew(kind: str) -> None:
    with pytest.raises(containers.Odd):
        containers.without_metadata(saved(kind), f"image/{kind.lower()}", 6)


@pytest.mark.parametrize("name", TELLING)
def test_a_file_that_is_cut_is_refused_or_whole_even_so(name: str) -> None:
    mime, data = TELLING[name]
    for end in range(0, len(data), 23):
        try:
            left = containers.without_metadata(data[:end], mime)
        except containers.Odd:
            continue
        assert left == containers.without_metadata(data, mime)


def test_a_profile_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    body = b"icc\0\0" + zlib.compress(bytes(50_000_000))
    chunk = struct.pack(">I", len(body)) + b"iCCP" + body
    data = saved("PNG")
    bomb = data[:33] + chunk + struct.pack(">I", zlib.crc32(chunk[4:])) + data[33:]
    with pytest.raises(containers.Odd):
        containers.without_metadata(bomb, "image/png")
