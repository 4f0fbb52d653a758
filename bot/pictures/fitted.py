"""Makes what is sent of an original: as it is where it fits, else encoded anew, and upright.

Runs in the process that decodes pictures: one decode for all that want it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, features

from bot.pictures import fitting, raster, untouched
from bot.pictures.limits import Limits

Description = dict[str, object]


class Original(NamedTuple):
    """A picture's bytes and type, the page of a PDF, and what it may have to be decoded."""

    data: bytes
    mime: str
    page: int
    limits: Limits


def fit(original: Original, wanted: Sequence[fitting.ByType]) -> tuple[dict[str, object], bytes]:
    """The original for each of these sets of limits: what was made, and all bytes in a row.

    `fitted` says of each its `mime`, `width`, `height`, `way`, `loss`, and how many bytes it has;
    None where nothing fits. `made_by` names the versions that decide over the bytes.
    """
    fits = list(_each(original, wanted))
    described = [None if one is None else _described(one) for one in fits]
    data = b"".join(one.data for one in fits if one)
    return {"fitted": described, "made_by": made_by()}, data


def _each(original: Original, wanted: Sequence[fitting.ByType]) -> list[fitting.Fitted | None]:
    bare = untouched.bare(original.data, original.mime, original.limits)
    fits = dict[int, fitting.Fitted | None]()
    for place, limits in enumerate(wanted):
        if bare and bare.is_within(limits):
            kept = (bare.data, bare.mime, bare.width, bare.height, bare.way, 0.0)
            fits[place] = fitting.Fitted(*kept)
    if len(fits) < len(wanted):
        fitter = fitting.Fitting(_flat(original))
        for place, limits in enumerate(wanted):
            if place not in fits:
                fits[place] = fitter.to(limits)
    return [fits[place] for place in range(len(wanted))]


def _flat(original: Original) -> Image.Image:
    """The decoded original as RGB: a network may show black where it is transparent."""
    image = raster.opened(original.data, original.mime, original.page, original.limits)
    return raster.on_paper(image)


def _described(one: fitting.Fitted) -> Description:
    described: Description = one._asdict()
    described["data"] = len(one.data)
    return described


def made_by() -> str:
    """The versions of what encodes."""
    libraries = ("pil", "webp", "libjpeg_turbo", "zlib")
    versions = [f"{name} {features.version(name)}" for name in libraries]
    return ", ".join([f"fitting {fitting.VERSION}", *versions])
