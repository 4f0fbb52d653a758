"""Uploads of pictures as a delivery saves them: one is made once, and reused until it expires.

What else is saved of an upload is the network's own business; `id` and `until` are read here.
"""

import hashlib
from datetime import datetime

from bot.core.answers import inner
from bot.core.delivery import Image
from bot.core.schedule import Clock
from bot.publishers.protocol import Saved


def of(saved: Saved, image: Image) -> Saved:
    """What is saved of a picture's upload; empty where there was none."""
    upload = inner(saved.get("media"), _key(image))
    if not isinstance(upload, dict):
        return {}
    return upload


def put(saved: Saved, image: Image, upload: Saved) -> Saved:
    """The saved value with this upload of a picture."""
    uploads = saved.get("media")
    if not isinstance(uploads, dict):
        uploads = {}
    return saved | {"media": uploads | {_key(image): upload}}


def is_valid(upload: Saved, clock: Clock) -> bool:
    """Whether an upload can still be posted with."""
    return bool(upload.get("id")) and clock.now() < datetime.fromisoformat(str(upload["until"]))


def renewed(upload: Saved, new: Saved) -> Saved:
    """A new upload in place of an earlier one, which was perhaps forgotten once already."""
    return new | {"again": upload["again"]} if "again" in upload else new


def without(saved: Saved, image: Image) -> Saved | None:
    """Forget an upload, so that it is made once more; None where that was done already.

    One that a network loses twice is not repeated for ever.
    """
    if of(saved, image).get("again"):
        return None
    return put(saved, image, {"again": True})


def _key(image: Image) -> str:
    """The key of an upload in what is saved.

    It covers the alt text too: both may be edited before the first attempt.
    """
    return hashlib.sha256(f"{image.sha256} {image.alt}".encode()).hexdigest()
