"""Uploads pictures with their alt texts, once each, and reuses an upload while it lasts."""

from datetime import timedelta
from http import HTTPStatus

from bot.core.answers import Response, inner, text_of
from bot.core.delivery import Image
from bot.core.errors import Rejected, Unavailable
from bot.core.network import Limits
from bot.core.schedule import Clock
from bot.core.text import sameness
from bot.publishers import uploads
from bot.publishers.mastodon import errors
from bot.publishers.mastodon.calls import Api
from bot.publishers.mastodon.matching import id_of
from bot.publishers.protocol import Saved

LIFE = timedelta(hours=1)
"""How long an upload is reused: Mastodon deletes one that is in no post after a day."""
SOON = timedelta(seconds=2)
"""When a server is asked again that still works on a picture."""
PICTURES = frozenset({"", "image", "gifv", "video"})
"""The types that servers give pictures; moving ones become videos."""


def ensure(api: Api, clock: Clock, limits: Limits, image: Image, saved: Saved) -> Saved:
    """Upload a picture with its alt text, as far as that is not done; the new `saved`.

    Raises `Rejected` where the server cannot take the picture or its alt text, and `Unavailable`,
    with what was done, where it needs more time.
    """
    media = uploads.of(saved, image)
    if not uploads.is_valid(media, clock):
        media = uploads.renewed(media, _upload(api, clock, limits, image))
        saved = uploads.put(saved, image, media)
    try:
        if not media.get("is_processed"):
            _check_processed(api, clock, saved, image)
    except Unavailable as error:
        kept = error.saved if error.saved is not None else saved
        raise Unavailable(str(error), error.retry_at, kept) from None
    return uploads.put(saved, image, media | {"is_processed": True})


def id_to_post(saved: Saved, image: Image, clock: Clock) -> str:
    """The id to post with; raises `Unavailable` where the upload is old or not worked through."""
    media = uploads.of(saved, image)
    if not media.get("is_processed") or not uploads.is_valid(media, clock):
        raise Unavailable("The picture has to be uploaded again.")
    return str(media["id"])


def _upload(api: Api, clock: Clock, limits: Limits, image: Image) -> Saved:
    # Composing knows it before; only a thread that was frozen by an older program gets so far.
    of_type = limits.pictures.get(image.mime)
    if of_type and len(image.data) > of_type.size:
        size = f"{len(image.data):,} bytes"
        raise Rejected(f"{image.file} has {size}, and the server takes at most {of_type.size:,}.")
    response = api.upload("v2", image)
    if response.status in errors.MISSING:
        response = api.upload("v1", image)
    if not response.is_success:
        raise api.refusal(response, "upload")
    media_id = id_of(response.body)
    if not media_id:
        raise Unavailable("The server took the picture, but did not answer with its id.")
    is_processed = response.status != HTTPStatus.ACCEPTED and bool(
        text_of(inner(response.body, "url"))
    )
    media: Saved = {
        "id": media_id,
        "until": (clock.now() + LIFE).isoformat(),
        "is_processed": is_processed,
    }
    if is_processed:
        _check_is_as_meant(api, response, image, media_id)
    return media


def _check_processed(api: Api, clock: Clock, saved: Saved, image: Image) -> None:
    """Raise `Unavailable` until the server has worked a picture through.

    202 and 206 say that it still does. Raises `Rejected` where it cannot.
    """
    media_id = str(uploads.of(saved, image)["id"])
    response = api.media(media_id)
    is_ready = response.status == HTTPStatus.OK and bool(text_of(inner(response.body, "url")))
    if response.is_success and not is_ready:
        raise Unavailable("The server still works on the picture.", clock.now() + SOON)
    if response.status in errors.CONTENT:
        reason = api.message(response)
        raise Rejected(f"The server could not work the picture through: {reason}.")
    if response.status in errors.MISSING:
        forgotten = uploads.put(saved, image, {})
        raise Unavailable("The server has lost the picture; it is uploaded again.", None, forgotten)
    if not response.is_success:
        raise api.refusal(response, "read")
    _check_is_as_meant(api, response, image, media_id)


def _check_is_as_meant(api: Api, response: Response, image: Image, media_id: str) -> None:
    """Raise `Rejected` where what was uploaded is no picture there, or lacks its alt text.

    The alt text is set once more where it is another one.
    """
    kind = text_of(inner(response.body, "type"))
    if kind not in PICTURES:
        raise Rejected(f"The server takes {image.file} for no picture, but for {kind}.")
    if _has_alt(response, image):
        return
    described = api.describe(media_id, image.alt)
    if not (described.is_success and _has_alt(described, image)):
        raise Rejected(f"The server does not take the alt text of {image.file}.")


def _has_alt(response: Response, image: Image) -> bool:
    """Whether an answer shows the alt text; a server that shows none at all is believed."""
    if not isinstance(response.body, dict) or "description" not in response.body:
        return True
    shown = text_of(response.body["description"])
    return sameness.normalized(shown) == sameness.normalized(image.alt)
