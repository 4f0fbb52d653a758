"""Uploads pictures with their alt texts, once each, and reuses an upload until it expires."""

import base64
from datetime import timedelta

from bot.core.answers import inner, text_of
from bot.core.delivery import Image
from bot.core.errors import Rejected, Unavailable
from bot.core.network import Limits
from bot.core.schedule import Clock
from bot.publishers import uploads
from bot.publishers.protocol import Saved
from bot.publishers.x import matching
from bot.publishers.x.calls import Api

LIFE = timedelta(hours=1)
"""How long an upload is taken to last where X does not say; usually it says a day."""


def ensure(api: Api, clock: Clock, limits: Limits, image: Image, saved: Saved) -> Saved:
    """Upload a picture and set its alt text, as far as that is not done; the new `saved`.

    Raises `Rejected` where X cannot take the picture, and `Unavailable`, with what was done, where
    X needs more time.
    """
    media = uploads.of(saved, image)
    if not uploads.is_valid(media, clock):
        media = uploads.renewed(media, _upload(api, clock, limits, image))
        saved = uploads.put(saved, image, media)
    try:
        if not media.get("is_processed"):
            _check_processed(api, clock, str(media["id"]))
        if not media.get("has_alt"):
            api.set_alt_text(str(media["id"]), image.alt)
    except Unavailable as error:
        raise Unavailable(str(error), error.retry_at, saved) from None
    return uploads.put(saved, image, media | {"has_alt": True, "is_processed": True})


def id_of(saved: Saved, image: Image, clock: Clock) -> str:
    """The media id to post with; raises `Unavailable` where it has expired or has no alt text."""
    media = uploads.of(saved, image)
    if not media.get("has_alt") or not uploads.is_valid(media, clock):
        raise Unavailable("The picture has to be uploaded again.")
    return str(media["id"])


def _upload(api: Api, clock: Clock, limits: Limits, image: Image) -> Saved:
    # What is fitted never gets so far; threads that an older version has frozen may, and GIFs.
    of_type = limits.pictures.get(image.mime)
    if of_type and len(image.data) > of_type.size:
        most = of_type.size
        size = f"{len(image.data):,} bytes"
        raise Rejected(f"{image.file} has {size}, and X takes at most {most:,}.")
    category = "tweet_image"
    if image.mime == "image/gif":
        category = "tweet_gif"
    body = {"media": base64.b64encode(image.data).decode(), "media_category": category}
    data = inner(api.upload("/2/media/upload", body).body, "data")
    media_id = text_of(inner(data, "id"))
    if not matching.is_id(media_id):
        raise Unavailable("X took the picture, but did not answer with its id.")
    life, seconds = LIFE, inner(data, "expires_after_secs")
    if isinstance(seconds, int):
        life = timedelta(seconds=min(seconds, 10_000_000))
    # X names a state only for an upload that it processes afterwards.
    state = text_of(inner(inner(data, "processing_info"), "state"))
    return {
        "id": media_id,
        # A tenth less, so that it does not expire between this check and the post.
        "until": (clock.now() + life * 0.9).isoformat(),
        "is_processed": state in {"", "succeeded"},
    }


def _check_processed(api: Api, clock: Clock, media_id: str) -> None:
    """Raise `Unavailable` until X has processed a picture, `Rejected` where it cannot."""
    response = api.read("/2/media/upload", {"media_id": media_id, "command": "STATUS"})
    info = inner(inner(response.body, "data"), "processing_info")
    state, after = text_of(inner(info, "state")), inner(info, "check_after_secs")
    if state == "failed":
        raise Rejected(f"X could not work the picture through ({api.message(response)}).")
    if state in {"pending", "in_progress"}:
        seconds = 5
        if isinstance(after, int):
            seconds = min(max(after, 1), 3_600)
        raise Unavailable("X still works on the picture.", clock.now() + timedelta(seconds=seconds))
