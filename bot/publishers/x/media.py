"""Pictures at X before anything is posted: each uploaded once, with its alt text, and remembered
while it lasts.
"""

import base64
import hashlib
from datetime import datetime, timedelta

from bot.core.delivery import Image
from bot.core.errors import Rejected, Unavailable
from bot.core.network import Limits
from bot.core.schedule import Clock
from bot.publishers.protocol import Saved
from bot.publishers.x import matching
from bot.publishers.x.calls import Calls
from bot.publishers.x.matching import inner, text_of

LIFE = timedelta(hours=1)
"""How long an upload is taken to last where X does not say."""


def ensure(calls: Calls, clock: Clock, limits: Limits, image: Image, saved: Saved) -> Saved:
    """Have a picture at X with its alt text; what is done already is not done again."""
    media = _of(saved, image)
    if not _lasts(media, clock):
        media = {key: media[key] for key in ("again",) if key in media} | _upload(
            calls, clock, limits, image
        )
        saved = _with(saved, image, media)
    try:
        if not media.get("is_processed"):
            _check_processed(calls, clock, str(media["id"]))
        if not media.get("has_alt"):
            alt = {"id": media["id"], "metadata": {"alt_text": {"text": image.alt}}}
            answer = calls.upload("/2/media/metadata", alt)
            if not isinstance(answer.body, dict) or answer.body.get("errors"):
                raise Unavailable(f"X did not take the alt text ({calls.said(answer)}).")
    except Unavailable as error:
        raise Unavailable(str(error), error.retry_at, saved) from None
    return _with(saved, image, media | {"has_alt": True, "is_processed": True})


def id_of(saved: Saved, image: Image, clock: Clock) -> str:
    """The upload to post; raises `Unavailable` when it is not there any more, or has no alt text."""
    media = _of(saved, image)
    if not media.get("has_alt") or not _lasts(media, clock):
        raise Unavailable("The picture has to be uploaded again.")
    return str(media["id"])


def without(saved: Saved, image: Image) -> Saved | None:
    """The upload forgotten, so that it is made once more; None when that was done already."""
    return None if _of(saved, image).get("again") else _with(saved, image, {"again": True})


def _upload(calls: Calls, clock: Clock, limits: Limits, image: Image) -> Saved:
    if len(image.data) > limits.picture_size:
        size, most = len(image.data) / 1e6, limits.picture_size / 1e6
        raise Rejected(f"{image.file} has {size:.1f} MB, and X takes at most {most:g} MB.")
    category = "tweet_gif" if image.mime == "image/gif" else "tweet_image"
    body = {"media": base64.b64encode(image.data).decode(), "media_category": category}
    data = inner(calls.upload("/2/media/upload", body).body, "data")
    media_id, lasts = text_of(inner(data, "id")), inner(data, "expires_after_secs")
    if not matching.is_id(media_id):
        raise Unavailable("X took the picture, but did not answer with its id.")
    span = timedelta(seconds=min(lasts, 10_000_000)) if isinstance(lasts, int) else LIFE
    is_processed = text_of(inner(inner(data, "processing_info"), "state")) in {"", "succeeded"}
    return {
        "id": media_id,
        "until": (clock.now() + span * 0.9).isoformat(),
        "is_processed": is_processed,
    }


def _check_processed(calls: Calls, clock: Clock, media_id: str) -> None:
    """Raise until X has worked a picture through."""
    answer = calls.read("/2/media/upload", {"media_id": media_id, "command": "STATUS"})
    info = inner(inner(answer.body, "data"), "processing_info")
    state, after = text_of(inner(info, "state")), inner(info, "check_after_secs")
    if state == "failed":
        raise Rejected(f"X could not work the picture through ({calls.said(answer)}).")
    if state in {"pending", "in_progress"}:
        seconds = min(max(after, 1), 3_600) if isinstance(after, int) else 5
        raise Unavailable("X still works on the picture.", clock.now() + timedelta(seconds=seconds))


def _lasts(media: Saved, clock: Clock) -> bool:
    return bool(media.get("id")) and clock.now() < datetime.fromisoformat(str(media["until"]))


def _place(image: Image) -> str:
    """Under which a picture with its alt text is saved: either may change before the first attempt."""
    return hashlib.sha256(f"{image.sha256} {image.alt}".encode()).hexdigest()


def _of(saved: Saved, image: Image) -> Saved:
    found = inner(saved.get("media"), _place(image))
    return found if isinstance(found, dict) else {}


def _with(saved: Saved, image: Image, media: Saved) -> Saved:
    all_media = saved.get("media")
    return saved | {
        "media": (all_media if isinstance(all_media, dict) else {}) | {_place(image): media}
    }
