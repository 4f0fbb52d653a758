"""Any picture as sRGB pixels, upright, with eight bits a channel.

Runs in the process that decodes pictures: foreign bytes may take any amount of time and memory.
"""

import io

from PIL import Image, ImageChops, ImageCms, ImageMath, ImageOps

_GREYS = {"I;16": 65_535, "I;16L": 65_535, "I;16B": 65_535, "I;16N": 65_535}
"""The greatest value of grey pictures with 16 bits; of those with 32 it is looked up."""

_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Pillow's mode for the colour space that a profile is for."""

_LEVELS = (0, 64, 128, 192, 255)
_PROBES = [(red, green, blue) for red in _LEVELS for green in _LEVELS for blue in _LEVELS]
_SAME = 3
"""How far, of 255, a profile may move the colours of `_PROBES` and still count as sRGB."""


def srgb(image: Image.Image) -> Image.Image:
    """The first frame of an opened picture as "RGB", or "RGBA" where parts are transparent.

    A profile is converted, an orientation carried out. Raises what Pillow raises for bytes that it
    cannot decode.
    """
    image.seek(0)
    # `exif_transpose` reads EXIF, ImageMagick's text in a PNG, and XMP. It forgets `info`.
    profile, transparent = image.info.get("icc_profile"), image.info.get("transparency")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        return _of_deep_grey(image, transparent)
    if image.mode == "LAB":
        return _of_lab(image)
    image = _plain(image, transparent)
    if profile:
        image = _converted(image, profile)
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency, as it looks on white paper."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def profile_of(image: Image.Image) -> "ImageCms.ImageCmsTransform | None":
    """What converts an opened picture's colours to sRGB; None where nothing need be converted."""
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    return _transform(profile, image.mode.replace("A", ""))


def _plain(image: Image.Image, transparent: object) -> Image.Image:
    """The picture in one of the modes RGB, RGBA, L and CMYK, which a profile may be for."""
    match image.mode:
        case "P" if transparent is None:
            return image.convert("RGB")
        case "P" | "PA" | "LA" | "La" | "RGBa":
            return image.convert("RGBA")
        case "RGB" | "L" if transparent is not None:
            return image.convert("RGBA")
        case "RGB" | "RGBA" | "L" | "CMYK":
            return image
        case _:
            return image.convert("RGB")


def _of_deep_grey(image: Image.Image, transparent: object) -> Image.Image:
    """A grey picture of 16 or 32 bits, whole numbers or not; Pillow's `convert` cuts it off."""
    deep = image
    if image.mode != "F":
        deep = image.convert("I").convert("F")
    most = _GREYS.get(image.mode) or _greatest(deep)
    grey = deep.point(lambda value: value * (255 / most) + 0.5).convert("L")
    if not isinstance(transparent, int):
        return grey.convert("RGB")
    shown = ImageMath.lambda_eval(
        lambda given: (given["image"] != transparent) * 255, image=image.convert("I")
    )
    grey.putalpha(shown.convert("L"))
    return grey.convert("RGBA")


def _greatest(image: Image.Image) -> float:
    """What stands for white: 1, 255 or 65,535, or above these the greatest value there is."""
    _, high = image.getextrema()
    assert isinstance(high, float)
    return next((float(most) for most in (1, 255, 65_535) if high <= most), high)


def _of_lab(image: Image.Image) -> Image.Image:
    lab, to = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.applyTransform(image, ImageCms.buildTransform(lab, to, "LAB", "RGB"))
    assert converted
    return converted


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture with a profile's colours as sRGB has them; a broken profile is passed over."""
    mode = image.mode.replace("A", "")
    transform = _transform(profile, mode)
    if transform is None:
        return image
    converted = ImageCms.applyTransform(image.convert(mode), transform)
    assert converted
    if image.mode == "RGBA":
        converted.putalpha(image.getchannel("A"))
    return converted


def _transform(profile: bytes, mode: str) -> "ImageCms.ImageCmsTransform | None":
    """What converts that mode's colours by a profile to sRGB; None where it is sRGB already.

    None as well for a profile that is broken, or is for another colour space.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if _SPACES.get(source.profile.xcolor_space.strip()) != mode:
            return None
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError:
        return None
    if mode == "RGB" and _is_srgb(transform):
        return None
    return transform


def _is_srgb(transform: "ImageCms.ImageCmsTransform") -> bool:
    """Whether a transform moves no colour visibly: many files carry a profile of sRGB itself."""
    probe = Image.new("RGB", (len(_PROBES), 1))
    probe.putdata(_PROBES)
    moved = ImageCms.applyTransform(probe, transform)
    assert moved
    return max(ImageChops.difference(probe, moved).tobytes()) <= _SAME
