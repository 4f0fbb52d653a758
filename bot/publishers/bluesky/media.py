"""Uploads pictures, and uploads them again before the server may have dropped them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core.answers import inner
from bot.core.delivery import Image
from bot.core.errors import Rejected
from bot.core.network import PictureLimits
from bot.core.schedule import Clock
from bot.publishers.bluesky.calls import Api, Record
from bot.publishers.protocol import Saved

LIFE = timedelta(minutes=30)
"""How long an upload that no post names is taken to last: servers keep it for an hour at least."""


def ensure(
    api: Api, clock: Clock, pictures: Mapping[str, PictureLimits], image: Image, saved: Saved
) -> Saved:
    """Upload a picture, as far as that is not done; the new `saved`.

    Raises `Rejected` where Bluesky cannot take it: it would refuse the post, and not the upload.
    """
    # Composing knows it before; only a thread that was frozen by an older program gets so far.
    of_type = pictures.get(image.mime)
    if of_type is None:
        raise Rejected(f"{image.file} is {image.mime}, which Bluesky does not take.")
    if len(image.data) > of_type.size:
        size = f"{len(image.data):,} bytes"
        raise Rejected(f"{image.file} has {size}, and Bluesky takes at most {of_type.size:,}.")
    known = saved.get("blobs")
    if not isinstance(known, dict):
        known = {}
    if _is_valid(known.get(image.sha256), clock.now()):
        return saved
    blob = api.upload(image.data, image.mime)
    until = (clock.now() + LIFE).isoformat()
    return saved | {"blobs": known | {image.sha256: {"blob": blob, "until": until}}}


def blobs(saved: Saved) -> Mapping[str, Record]:
    """The references to what was uploaded, by the SHA-256 of its bytes."""
    known = saved.get("blobs")
    if not isinstance(known, dict):
        return {}
    return {sha256: each["blob"] for sha256, each in known.items()}


def without(saved: Saved) -> Saved:
    """Forget the uploads, so that they are made once more."""
    return {key: value for key, value in saved.items() if key != "blobs"}


def _is_valid(upload: object, now: datetime) -> bool:
    until = inner(upload, "until")
    return isinstance(until, str) and now < datetime.fromisoformat(until)
