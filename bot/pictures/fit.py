"""Asks for pictures that fit: the process has the pixels, here are the limits and the answers."""

import hashlib
from collections.abc import Mapping, Sequence

from bot.core import fit
from bot.core.collage import Picture
from bot.core.errors import BadInput, Unavailable
from bot.core.fit import Fit
from bot.core.network import PictureLimits
from bot.pictures import handling, read
from bot.pictures.read import PictureFile

ByType = Mapping[str, PictureLimits]


def fitted(original: PictureFile, wanted: Sequence[ByType]) -> list[tuple[Fit, bytes] | None]:
    """The picture for each of these sets of limits, by type, with its bytes; None where none fits.

    Raises `BadInput` where it cannot be decoded within time and memory, and `Unavailable` where it
    was not even tried.
    """
    picture = original.picture
    try:
        facts, made = handling.ask(
            "fit",
            original.data,
            mime=picture.mime,
            page=picture.page,
            limits=read.LIMITS._asdict(),
            wanted=[{mime: its._asdict() for mime, its in each.items()} for each in wanted],
        )
    except handling.NotStarted as error:
        raise Unavailable(f"{picture.file}: {error}.") from None
    except BadInput as error:
        raise BadInput(f"{picture.file}: {error}") from None
    fits, at = list[tuple[Fit, bytes] | None](), 0
    for each in facts["fitted"]:
        if each is None:
            fits.append(None)
            continue
        data = made[at : at + each["data"]]
        at += len(data)
        its = Picture(
            hashlib.sha256(data).hexdigest(),
            each["mime"],
            each["width"],
            each["height"],
            len(data),
            fit.file(picture.file, each["mime"]),
        )
        fidelity = max(0, round((1 - each["loss"]) * fit.WHOLE))
        fits.append((Fit(its, picture, each["way"], fidelity, facts["made_by"]), data))
    return fits
