"""The networks: their limits and prices, as data."""

from decimal import Decimal
from typing import NamedTuple


class Limits(NamedTuple):
    """What one post may hold.

    `length` counts by the network's own rule (`core.text.length`); sizes in bytes.
    """

    length: int
    alt_length: int
    picture_size: int
    mimes: tuple[str, ...]
    url_length: int | None = None
    """Characters any URL counts as; None where it counts as written."""
    byte_length: int | None = None
    """UTF-8 bytes a post may have beside its length; None where only the length counts."""


class Price(NamedTuple):
    """US dollars for one request of each kind."""

    post: Decimal
    post_with_url: Decimal
    alt: Decimal
    read: Decimal


EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
IMAGES = tuple(EXTENSIONS)

LIMITS = {
    # X: API description v2.167 (alt text, image types and sizes) and the documentation's counting
    # rules.
    "x": Limits(length=280, alt_length=1_000, picture_size=5_000_000, mimes=IMAGES, url_length=23),
    # Bluesky: app.bsky.feed.post and app.bsky.embed.images lexicons, tried on a real PDS.
    "bluesky": Limits(
        length=300, alt_length=2_000, picture_size=2_000_000, mimes=IMAGES, byte_length=3_000
    ),
    # Mastodon's defaults; a server's own come from GET /api/v2/instance.
    "mastodon": Limits(
        length=500, alt_length=1_500, picture_size=16_777_216, mimes=IMAGES, url_length=23
    ),
}

PRICES = {
    # X, pay per use since 20 April 2026: for each post, replies too; a post is dear by its first
    # URL.
    "x": Price(
        post=Decimal("0.015"),
        post_with_url=Decimal("0.20"),
        alt=Decimal("0.005"),
        read=Decimal("0.001"),
    ),
}
