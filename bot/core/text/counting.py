"""Words that fit: a text's length, links and tags by each network's rule, and its parts."""

from dataclasses import dataclass

from bot.core.network import Limits
from bot.core.text import graphemes, links, tags, weight
from bot.core.text.markdown import links as linked
from bot.core.text.markdown import plain
from bot.core.text.parts import opening, split
from bot.core.text.patterns import compiled
from bot.core.text.sentences import sentences
from bot.core.text.span import Span, apart

__all__ = [
    "Facet",
    "Span",
    "bare_links",
    "facets",
    "fits",
    "hashtags",
    "is_valid",
    "length",
    "linked",
    "mentions",
    "opening",
    "plain",
    "sentences",
    "split",
    "urls",
]

_RULES = {"x": links.X, "bluesky": links.BLUESKY, "mastodon": links.MASTODON}
_URL_LENGTH = 23
# X's reference names three; no network takes half a character, and others' databases no NUL.
_NEVER_ON_X = "[\ufffe\ufeff\uffff\ud800-\udfff]"
_NEVER_ELSEWHERE = "[\x00\ud800-\udfff]"
# app.bsky.richtext.facet#tag: 64 graphemes, 640 bytes.
_TAG_LENGTH, _TAG_BYTES = 64, 640


@dataclass(frozen=True, slots=True)
class Facet:
    """A "link", "tag" or "mention" as Bluesky wants it told: by bytes, `end` is the one behind it.

    `value` is the link, the tag without its `#`, or the handle without its `@`: whose it is, only
    the server can tell.
    """

    kind: str
    start: int
    end: int
    value: str


def length(text: str, network: str) -> int:
    """How long the network says the text is: X weighs characters, Bluesky and Mastodon count
    graphemes.
    """
    return _length(text, network, _URL_LENGTH)


def _length(text: str, network: str, url_length: int) -> int:
    if network == "x":
        return weight.weight(text)
    return graphemes.count(_as_counted(text, url_length) if network == "mastodon" else text)


def fits(text: str, network: str, limits: Limits) -> bool:
    """Whether the network would take the text: not blank, no forbidden character, within length and
    bytes.
    """
    if not text.strip() or not is_valid(text, network):
        return False
    if limits.byte_length is not None and len(text.encode("utf-8")) > limits.byte_length:
        return False
    return _length(text, network, limits.url_length or _URL_LENGTH) <= limits.length


def is_valid(text: str, network: str) -> bool:
    """Whether the text is not empty and free of characters the network refuses, whatever its
    length.
    """
    return bool(text) and not compiled(_NEVER_ON_X if network == "x" else _NEVER_ELSEWHERE).search(
        text
    )


def urls(text: str, network: str) -> list[Span]:
    """What becomes a link: on X also bare names such as `model.py`, elsewhere only what has a
    scheme.
    """
    return links.spans(text, _RULES[network], bare=network == "x")


def bare_links(text: str) -> list[Span]:
    """What X makes a link of though no scheme stands before it: 23 characters each, and a post with
    a link's price.
    """
    return [span for span in links.spans(text) if not span.text.lower().startswith(links.X.schemes)]


def hashtags(text: str, network: str) -> list[Span]:
    """What becomes a hashtag, with its `#`."""
    return [
        span
        for span in _apart(text, network, tags.hashtags(text, network))
        if span.text[0] in "#＃"
    ]


def mentions(text: str, network: str) -> list[Span]:
    """What names a user, with its `@`: `@user`, `@user@host` on Mastodon, `@user.bsky.social` on
    Bluesky.
    """
    return [
        span
        for span in _apart(text, network, tags.mentions(text, network))
        if span.text[0] in "@＠"
    ]


def facets(text: str) -> list[Facet]:
    """What Bluesky makes no link, tag or mention of unless told, in order."""
    short = [tag for tag in tags.hashtags(text, "bluesky") if _is_short(tag.text[1:])]
    found, at, behind = [], 0, 0
    for span in apart([*urls(text, "bluesky"), *short, *tags.mentions(text, "bluesky")]):
        start = behind + len(text[at : span.start].encode("utf-8", "replace"))
        at, behind = span.end, start + len(span.text.encode("utf-8", "replace"))
        if span.text[0] in "#＃":
            found.append(Facet("tag", start, behind, span.text[1:]))
        elif span.text[0] == "@":
            found.append(Facet("mention", start, behind, span.text[1:]))
        else:
            found.append(Facet("link", start, behind, span.text))
    return found


def _is_short(tag: str) -> bool:
    return graphemes.count(tag) <= _TAG_LENGTH and len(tag.encode("utf-8", "replace")) <= _TAG_BYTES


def _apart(text: str, network: str, found: list[Span]) -> list[Span]:
    return apart([*found, *urls(text, network)]) if found else []


def _as_counted(text: str, url_length: int) -> str:
    """The text as Mastodon counts it: links at a fixed length, `@user@host` as `@user`."""
    if "://" not in text and "@" not in text:
        return text
    known = set(links.spans(text, links.MASTODON, bare=False, newer=False))
    counted, at = "", 0
    for span in apart([*tags.mentions(text, "mastodon"), *urls(text, "mastodon")]):
        counted += text[at : span.start]
        if span.text[0] == "@":
            counted += "@" + span.text[1:].partition("@")[0]
        else:
            # Under a younger domain a server may or may not see a link: the longer of both.
            is_sure = span in known or graphemes.count(span.text) < url_length
            counted += "x" * url_length if is_sure else span.text
        at = span.end
    return counted + text[at:]
