"""The networks: how each reads a text, what one post may hold, and what it charges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

# The package only: the modules in it are loaded when a text is first read.
from bot.core import hints
from bot.core import text as texts
from bot.core.errors import BadInput
from bot.core.price import Cost, Price, Requests

if TYPE_CHECKING:
    from bot.core.delivery import Part
    from bot.core.text.counting import Rules
    from bot.core.text.labels import Labelled
    from bot.core.text.span import Span


class PictureLimits(NamedTuple):
    """What a picture of one type may be; None where the network is not known to refuse any.

    `size` in bytes, `width` and `height` in pixels, and how many `pixels` there are.
    """

    size: int
    least_side: int = 1
    width: int | None = None
    height: int | None = None
    pixels: int | None = None


class Limits(NamedTuple):
    """What one post may hold, by default on a network or for one account.

    `length` counts by the network's own rule (`Network.length`); `pictures` has each type that is
    taken, by its MIME type.
    """

    length: int
    alt_length: int
    pictures: Mapping[str, PictureLimits]
    url_length: int | None = None
    """Characters any URL counts as; None where it counts as written."""
    byte_length: int | None = None
    """UTF-8 bytes a post may have beside its length; None where only the length counts."""
    cashtags: int | None = None
    """Cashtags (`$ABC`) that a post may have; None where they are words like others."""


@dataclass(frozen=True, slots=True)
class Network:
    """One network's rules.

    An account may have limits of its own (a server's, a subscription's): what depends on limits
    takes them, and goes by the network's defaults where none are given.
    """

    name: str
    """As `[accounts.NAME]` and the folders of templates have it."""
    title: str
    """As people know it."""
    limits: Limits
    rules: "Callable[[], Rules]"
    """How it reads a text. A function, because the rules' module takes 8 ms to load."""
    price: Price | None = None
    """What it charges for each request; None where it charges nothing."""
    takes_repeats: bool = True
    """Whether an account may post the same text again."""
    handle_key: str = "username"
    """The setting of an account there that names it."""
    longest: int | None = None
    """The longest post that any account there may have; None where each server says its own."""
    has_labels: bool = False
    """Whether a link can stand on words: then `[Paper](https://…)` shows `Paper`."""

    card_pictures: Mapping[str, PictureLimits] | None = None
    """What the picture of a link card may be; None where we do not make the cards."""

    def written(self, text: str, colon: str) -> str:
        """A text as a template or a person has it, as it is sent to this network.

        Where no link can stand on words, its address is written behind them and the `colon`.
        """
        if self.has_labels:
            return text
        return texts.labels.spelled_out(text, colon)

    def visible(self, text: str) -> str:
        """The text as readers see it: what is counted, and what spans are places in."""
        if not self.has_labels:
            return text
        return texts.labels.visible(text)

    def labels(self, text: str) -> "list[Labelled]":
        """The links that stand on words."""
        if not self.has_labels:
            return []
        return texts.labels.read(text)[1]

    def length(self, text: str, limits: Limits | None = None) -> int:
        """How long the network says the text is."""
        url_length = (limits or self.limits).url_length
        return texts.counting.length(self.visible(text), self.rules(), url_length)

    def fits(self, text: str, limits: Limits | None = None) -> bool:
        """Whether the network takes the text as one post.

        It is not blank, has no forbidden character, and is within length and bytes.
        """
        return texts.counting.fits(self.visible(text), self.rules(), limits or self.limits)

    def is_valid(self, text: str) -> bool:
        """Whether the text is not empty and free of forbidden characters, whatever its length."""
        return texts.counting.is_valid(text, self.rules())

    def forbidden(self, text: str) -> str:
        """The first character in the text for which the network refuses it; "" for none."""
        return texts.counting.forbidden(text, self.rules())

    def dropped(self, text: str) -> str:
        """The first character that the network leaves out, so that another text is posted."""
        return texts.counting.dropped(text, self.rules())

    def urls(self, text: str) -> "list[Span]":
        """What becomes a link: addresses, and words that a link stands on."""
        found = texts.counting.urls(self.visible(text), self.rules())
        labelled = self.labels(text)
        if not labelled:
            return found
        return texts.span.beside([link.span for link in labelled], found)

    def bare_links(self, text: str) -> "list[Span]":
        """What becomes a link though no scheme stands before it; none on most networks."""
        return texts.counting.bare_links(self.visible(text), self.rules())

    def hashtags(self, text: str) -> "list[Span]":
        """What becomes a hashtag, with its `#`."""
        return texts.counting.hashtags(self.visible(text), self.rules())

    def mentions(self, text: str) -> "list[Span]":
        """What names a user, with its `@`."""
        return texts.counting.mentions(self.visible(text), self.rules())

    def cashtags(self, text: str) -> "list[Span]":
        """What names a stock, with its `$`; none on most networks."""
        return texts.counting.cashtags(self.visible(text), self.rules())

    def split(self, text: str, language: str, limits: Limits | None = None) -> list[str]:
        """The text in as few parts as fit; raises `BadInput` where a character fits nowhere."""
        return texts.parts.split(text, language, lambda part: self.fits(part, limits))

    def posts(self, parts: "Sequence[Part]") -> Requests:
        """The requests that post these parts; alt texts are requests of their own."""
        with_url = sum(1 for part in parts if self.urls(part.text))
        return Requests(posts=len(parts) - with_url, posts_with_url=with_url)

    def cost(self, parts: "Sequence[Part]", *, is_under_way: bool = False) -> Cost | None:
        """What it costs to send these parts with their pictures and alt texts.

        Reads are counted as they come where nothing goes wrong: whose account it is, unless the
        thread is under way and that was asked, and each part read back from the account's own
        timeline. None where the network charges nothing.
        """
        if self.price is None:
            return None
        alts = sum(1 for part in parts if part.image)
        requests = self.posts(parts)._replace(
            alts=alts, owned_reads=len(parts), user_reads=0 if is_under_way else 1
        )
        return Cost.of(self.price, requests)


EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
"""The endings of files that are sent or shown; GIF is in threads that an older version has frozen.
"""
SENT = ("image/jpeg", "image/png", "image/webp")
"""The types that pictures are sent as."""

# API description v2.167 has types and sizes. Sides: X's own error 324, "Image dimensions must be
# >= 4x4 and <= 8192x8192", as many bug reports quote it.
_X_PICTURE = PictureLimits(size=5_000_000, least_side=4, width=8_192, height=8_192)
X = Network(
    name="x",
    title="X",
    # API description v2.167 (alt text), and the documentation's counting rules; one cashtag a
    # post by its list of changes.
    limits=Limits(
        length=280,
        alt_length=1_000,
        pictures=dict.fromkeys(SENT, _X_PICTURE),
        url_length=23,
        cashtags=1,
    ),
    rules=lambda: texts.counting.X,
    # Pay per use since 20 April 2026: for each post, replies too; the first URL makes it dear. A
    # read is charged for each post or account that comes back, by `expansions` too, and costs less
    # where it is the account's own timeline. (docs.x.com, "Pricing")
    price=Price(
        post=Decimal("0.015"),
        post_with_url=Decimal("0.20"),
        alt=Decimal("0.005"),
        owned_read=Decimal("0.001"),
        post_read=Decimal("0.005"),
        media_read=Decimal("0.005"),
        user_read=Decimal("0.010"),
        read_on=date(2026, 11, 28),
    ),
    # Accounts with Premium, by X's help pages; the rule of counting is the same.
    longest=25_000,
    # 403 "You are not allowed to create a Tweet with duplicate content".
    takes_repeats=False,
)

BLUESKY = Network(
    name="bluesky",
    title="Bluesky",
    # The lexicons app.bsky.feed.post and app.bsky.embed.images, tried on a real PDS.
    limits=Limits(
        length=300,
        alt_length=2_000,
        pictures=dict.fromkeys(SENT, PictureLimits(size=2_000_000)),
        byte_length=3_000,
    ),
    rules=lambda: texts.counting.BLUESKY,
    handle_key="handle",
    longest=300,
    has_labels=True,
    # The lexicon app.bsky.embed.external.
    card_pictures=dict.fromkeys(SENT, PictureLimits(size=1_000_000)),
)

MASTODON = Network(
    name="mastodon",
    title="Mastodon",
    # Mastodon's defaults; a server's own come from GET /api/v2/instance.
    limits=Limits(
        length=500,
        alt_length=1_500,
        pictures=dict.fromkeys(SENT, PictureLimits(size=16_777_216, pixels=33_177_600)),
        url_length=23,
    ),
    rules=lambda: texts.counting.MASTODON,
)

PAGE_PICTURES: Mapping[str, PictureLimits] = dict.fromkeys(
    SENT, PictureLimits(size=2_000_000, width=2_560, height=2_560)
)
"""What a picture on our own pages may be: sharp on a wide screen, and soon there."""

PAGE_WIDTHS: Mapping[int, Mapping[str, PictureLimits]] = {
    width: dict.fromkeys(SENT, PictureLimits(size=size, width=width))
    for width, size in {480: 60_000, 960: 180_000, 1_600: 420_000}.items()
}
"""The widths that it comes in beside, for narrow screens, and what it may be in each."""

_ALL = (
    X,
    BLUESKY,
    MASTODON,
)
NETWORKS: Mapping[str, Network] = {network.name: network for network in _ALL}

NARROWEST_ALT = min(network.limits.alt_length for network in NETWORKS.values())
"""Characters of alt text that every network takes."""


def named(name: str) -> Network:
    """The network of that name; raises `BadInput` naming those there are."""
    if name not in NETWORKS:
        hint = hints.did_you_mean(name, NETWORKS)
        raise BadInput(f"There is no network {name}; it is one of {', '.join(NETWORKS)}.{hint}")
    return NETWORKS[name]
