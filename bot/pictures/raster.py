"""Any picture as sRGB pixels, upright, with eight bits a channel: the one decode of this program.

Runs in the process that handles pictures: foreign bytes may take any amount of time and memory.
"""

import io
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import ExifTags, Image, ImageChops, ImageCms, ImageFile, ImageMath

from bot.pictures import containers, documents, kinds
from bot.pictures.limits import Limits, Refused, check_size

NAMES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
    "image/tiff": "TIFF",
}
"""How Pillow calls a type, and people do."""

ON_THEIR_SIDE = frozenset({5, 6, 7, 8})
"""The orientations by which width and height change places."""

Convert = Callable[[Image.Image], Image.Image]

_BOMBS = ("Decompressed data too large", "Too much memory used in text chunks")
"""What Pillow says of compressed texts and profiles that fill the memory."""

_MANY_PIXELS = 20_000_000
"""A picture with more of them may take too much memory to decode."""

_BAND = 256
"""Rows of pixels converted at a time, so that no step needs a whole picture for itself."""

_SIXTEEN = ("I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of grey pictures with 16 bits."""

_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Pillow's mode for the colour space that a profile is for."""

_LEVELS = (0, 64, 128, 192, 255)
_PROBES = [(red, green, blue) for red in _LEVELS for green in _LEVELS for blue in _LEVELS]
_SAME = 3
"""How far, of 255, a profile may move the colours of `_PROBES` and still count as sRGB."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by the number that EXIF has for its orientation."""


def opened(data: bytes, mime: str, page: int = 0, limits: Limits | None = None) -> Image.Image:
    """The first frame, or that page of a PDF, as upright sRGB: "RGB", or "RGBA" where parts of it
    are transparent.

    Raises `Refused`, before anything is decoded where the header says enough.
    """
    limits = limits or Limits()
    if mime == kinds.PDF:
        with said_plainly("PDF", limits):
            return documents.page(data, page)
    with source(data, mime, limits) as image:
        return srgb(image)


@contextmanager
def source(data: bytes, mime: str, limits: Limits) -> Iterator[ImageFile.ImageFile]:
    """A picture's file with its header read and checked; nothing is decoded yet.

    Raises `Refused`, also in the place of what the caller's work on it raises.
    """
    kind = NAMES[mime]
    if mime == "image/webp" and (declared := containers.webp_size(data)):
        # Opening it takes the memory already.
        check_size(declared, mime, limits)
    # Pillow warns of what does no harm (a bad EXIF block) and of sizes that are refused here.
    with (
        said_plainly(kind, limits),
        warnings.catch_warnings(action="ignore"),
        Image.open(io.BytesIO(data), formats=(kind,)) as image,
    ):
        check_size(image.size, mime, limits)
        is_large = math.prod(image.size) > _MANY_PIXELS
        try:
            yield image
        except OSError:
            # Some decoders do not say that it was memory that they lacked.
            if is_large:
                raise MemoryError from None
            raise


@contextmanager
def said_plainly(kind: str, limits: Limits) -> Iterator[None]:
    """Turn whatever a library raises for foreign bytes into `Refused`."""
    try:
        yield
    except Refused:
        raise
    except MemoryError:
        raise Refused(
            "is broken, or takes too much memory to decode; export it again, or smaller"
        ) from None
    except Image.DecompressionBombError:
        most = f"{limits.megapixels} megapixels"
        raise Refused(f"has far more than {most}; export it smaller") from None
    except Exception as error:  # noqa: BLE001 - a library may raise anything
        if any(said in str(error) for said in _BOMBS):
            raise Refused(
                "holds texts or a profile that unpack to megabytes; export it without metadata"
            ) from None
        raise Refused(f"is a broken {kind} picture; export it again") from None


def srgb(image: Image.Image, divisor: int = 1) -> Image.Image:
    """The first frame of an opened picture as "RGB", or "RGBA" where parts are transparent.

    A profile is converted, an orientation carried out; sides are divided by `divisor`. Raises what
    Pillow raises for bytes that it cannot decode. Beside the decoded picture there is never more
    than one of the size that is returned.
    """
    image.seek(0)
    image.load()
    # Asked now: Pillow has turned a TIFF already.
    turn = _turn(image)
    convert = _conversion(image)
    if convert:
        image = _in_bands(image, convert, divisor)
    elif divisor > 1:
        image = _in_bands(image, lambda band: band, divisor)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    if turn is not None:
        image = image.transpose(turn)
    return image


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What makes the picture upright."""
    return _TURNS.get(orientation(image))


def orientation(image: Image.Image) -> int:
    """How the picture lies, by EXIF, ImageMagick's text in a PNG, or XMP; 1 where it is upright."""
    try:
        found = image.getexif().get(ExifTags.Base.Orientation, 1)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow may raise anything for odd metadata
        return 1
    return found if found in _TURNS else 1


def has_other_colours(image: Image.Image) -> bool:
    """Whether an opened picture has a profile by which its colours are not those of sRGB."""
    profile = image.info.get("icc_profile")
    if not profile:
        return False
    return _transform(profile, _plain_mode(image.mode, None).replace("A", "")) is not None


def _in_bands(image: Image.Image, convert: Convert, divisor: int) -> Image.Image:
    """The picture converted, and its sides divided, a few rows at a time."""
    width, height = image.size
    size = (-(-width // divisor), -(-height // divisor))
    made = None
    for top in range(0, height, _BAND * divisor):
        band = convert(image.crop((0, top, width, min(height, top + _BAND * divisor))))
        if made is None:
            made = Image.new(band.mode, size)
        made.paste(band.reduce(divisor), (0, top // divisor))
    assert made
    return made


def _conversion(image: Image.Image) -> Convert | None:
    """What makes "RGB" or "RGBA" in sRGB of any part of a decoded picture; None where it is."""
    transparent, profile = image.info.get("transparency"), image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        levels = _levels(image)
        return lambda band: _of_deep_grey(band, levels, transparent)
    if image.mode == "LAB":
        return _of_lab()
    plain = _plain_mode(image.mode, transparent)
    transform = profile and _transform(profile, plain.replace("A", ""))
    if not transform and image.mode == plain and plain in ("RGB", "RGBA"):
        return None

    def convert(band: Image.Image) -> Image.Image:
        if band.mode != plain:
            band = band.convert(plain)
        if transform:
            band = _converted(band, transform)
        return band if band.mode in ("RGB", "RGBA") else band.convert("RGB")

    return convert


def _plain_mode(mode: str, transparent: object) -> str:
    """The one of the modes RGB, RGBA, L and CMYK, which a profile may be for, that holds it all."""
    match mode:
        case "PA" | "LA" | "La" | "RGBa":
            return "RGBA"
        case "P" | "RGB" | "L" | "1" if transparent is not None:
            return "RGBA"
        case "RGBA" | "L" | "CMYK":
            return mode
        case "1":
            return "L"
        case _:
            return "RGB"


def _of_deep_grey(
    image: Image.Image, levels: tuple[float, float], transparent: object
) -> Image.Image:
    """A grey picture of 16 or 32 bits, whole numbers or not; Pillow's `convert` cuts it off."""
    deep = image
    if image.mode != "F":
        deep = image.convert("I").convert("F")
    black, white = levels
    scale = 255 / (white - black)
    grey = deep.point(lambda value: value * scale + (0.5 - black * scale)).convert("L")
    if not isinstance(transparent, int):
        return grey.convert("RGB")
    shown = ImageMath.lambda_eval(
        lambda given: (given["image"] != transparent) * 255, image=image.convert("I")
    )
    grey.putalpha(shown.convert("L"))
    return grey.convert("RGBA")


def _levels(image: Image.Image) -> tuple[float, float]:
    """Which values of a picture of 16 or 32 bits stand for black and white.

    Measurements may have any range: all of it is shown where it is none of the usual ones.
    """
    if image.mode in _SIXTEEN:
        return 0, 65_535
    low, high = map(float, image.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0, 1
    usual = next((float(white) for white in (1, 255, 65_535) if low >= 0 and high <= white), 0)
    if usual or high <= low:
        return 0, usual or 1
    return low, high


def _of_lab() -> Convert:
    lab, to = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(lab, to, "LAB", "RGB")
    return lambda band: _converted(band, transform)


def _converted(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    """The picture with its profile's colours as sRGB has them."""
    opaque = image
    if image.mode == "RGBA":
        opaque = image.convert("RGB")
    converted = ImageCms.applyTransform(opaque, transform)
    assert converted
    if image.mode == "RGBA":
        converted.putalpha(image.getchannel("A"))
    return converted


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
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
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    if mode == "RGB" and _is_srgb(transform):
        return None
    return transform


def _is_srgb(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a transform moves no colour visibly: many files carry a profile of sRGB itself."""
    probe = Image.new("RGB", (len(_PROBES), 1))
    probe.putdata(_PROBES)
    moved = ImageCms.applyTransform(probe, transform)
    assert moved
    return max(ImageChops.difference(probe, moved).tobytes()) <= _SAME


# What a transparent picture goes out on

WHITE, DARK = "white", "dark"
PAPERS = {WHITE: (255, 255, 255), DARK: (22, 24, 28)}
"""The colours behind a transparent picture, for networks may show black there."""

_SEEN = 128
"""From which opacity, of 255, on something counts as drawn."""

_INK, _LIGHT = 128, 170
"""Brightness, of 255, below which ink is dark, and from which on it is lost on white."""

_MOST_DARK = 0.02
"""The share of ink that may be dark in a drawing for a dark ground: the text of any other has more.
"""


def ground(image: Image.Image) -> str:
    """On which of `PAPERS` a picture goes out: "" for one without transparent parts.

    White, as paper is, unless it would swallow what is drawn: hardly anything dark, mostly light.
    """
    if image.mode != "RGBA":
        return ""
    small = image.reduce(max(1, max(image.size) // 1_024))
    drawn = small.getchannel("A").point(lambda value: 255 * (value >= _SEEN))
    counts = small.convert("L").histogram(drawn)
    total = sum(counts)
    if sum(counts[:_INK]) <= total * _MOST_DARK and sum(counts[_LIGHT:]) > total / 2:
        return DARK
    return WHITE


def on_paper(image: Image.Image) -> Image.Image:
    """The picture without transparency, as it looks on its `ground`."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, PAPERS[ground(image)])
    paper.paste(image, mask=image.getchannel("A"))
    return paper
