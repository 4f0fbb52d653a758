"""A picture as it is sent: made from an original so that it fits the limits of an account."""

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

from bot.core import appearance
from bot.core.collage import Picture
from bot.core.network import EXTENSIONS, PictureLimits

VERSION = 1
"""Grows when what is stored shall be fitted anew, because the same limits ask for something else.
"""

WHOLE = 1_000_000
"""The `fidelity` of a picture of which nothing is lost."""

_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
}


class Fit(NamedTuple):
    """A fitted picture; `original` is what it was made from.

    `way` says how: "as it is", "JPEG of quality 88, scaled to 2,048 × 1,152 pixels". `fidelity` is
    how much of it is kept, in millionths, where it is looked at.
    """

    picture: Picture
    original: Picture
    way: str
    fidelity: int
    made_by: str = ""

    @property
    def words(self) -> str:
        """How it was made, with how much of it is kept where that is not all."""
        if self.fidelity == WHOLE or not self.way:
            return self.way
        return f"{self.way}, {self.fidelity * 100 / WHOLE:.1f} % of it kept"


def key(limits: Mapping[str, PictureLimits]) -> str:
    """By what the fittings for these limits are found."""
    named = {mime: its._asdict() for mime, its in limits.items()}
    written = json.dumps([VERSION, named], sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def file(original: str, mime: str) -> str:
    """The name of a fitted picture's file: the original's, with the ending of its type."""
    name, page = appearance.named(original)
    if name.lower().endswith(_ENDINGS[mime]):
        return name
    stem, _, ending = name.rpartition(".")
    if not stem or "/" in ending:
        stem = name
    if page:
        stem += f"-{page}"
    return f"{stem}.{EXTENSIONS[mime]}"
