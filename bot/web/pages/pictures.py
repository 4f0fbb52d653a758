"""The pictures that the desk's pages show."""

from starlette.responses import Response

from bot.deciding import picture_bytes
from bot.deciding.picture_bytes import Bytes
from bot.web.call import Call

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For somebody who opens a picture alone: whatever it is, nothing in it runs."""


def whole(call: Call) -> Response:
    """A picture exactly as it is sent; by its hash, so that a browser may keep it for ever."""
    return answer(picture_bytes.stored(call.context, call.path["sha256"]))


def small(call: Call) -> Response:
    """The picture of a collage, small; its address says which one it is."""
    found = picture_bytes.small(call.context, call.series, call.path["name"])
    return answer(found, "private, max-age=86400")


def answer(found: Bytes, fresh: str = "private, max-age=31536000, immutable") -> Response:
    """The answer with a picture, which browsers may keep as `fresh` says."""
    mime = found.mime if found.mime.startswith("image/") else "application/octet-stream"
    headers = {"cache-control": fresh, "content-security-policy": POLICY, "content-type": mime}
    return Response(found.data, headers=headers)
