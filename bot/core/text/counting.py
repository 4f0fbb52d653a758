"""How long a text is, and what in it becomes a link, tag or mention, by a network's rules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bot.core.network import Limits
from bot.core.text import graphemes, labels, links, tags, weight
from bot.core.text.patterns import compiled
from bot.core.text.span import Span, apart, beside

_URL_LENGTH = 23
# X's reference names three; no network takes half a character, and others' databases no NUL.
_NEVER_ON_X = "[\ufffe\ufeff\uffff\ud800-\udfff]"
_NEVER_ELSEWHERE = "[\x00\ud800-\udfff]"
# Control characters but tab and line end: what X shows is not what was sent.
_DROPPED_BY_X = "[\x00-\x08\x0b-\x1f\x7f-\x9f]"
# app.bsky.richtext.facet#tag: 64 graphemes, 640 bytes.
_TAG_LENGTH, _TAG_BYTES = 64, 640


class Rules(NamedTuple):
    """How one network reads a text.

    `measure` gets the text and the length that any URL counts as. `forbidden` and `dropped` are
    patterns of characters: for the first a text is refused, the others are left out of it. With
    `has_bare_links` names such as `model.py` become links, without a scheme.
    """

    measure: Callable[[str, int], int]
    forbidden: str
    links: links.Rule
    has_bare_links: bool
    hashtags: tags.HashtagRule
    mentions: tags.MentionRule
    cashtags: str = tags.NOTHING
    dropped: str = tags.NOTHING


@dataclass(frozen=True, slots=True)
class Facet:
    """A "link", "tag" or "mention" as Bluesky wants it told: by bytes, `end` is the one behind it.

    `value` is the link, the tag without its `#`, or the handle without its `@`: whose it is, only
    the server can tell. Counted is the text that readers see.
    """

    kind: str
    start: int
    end: int
    value: str


def length(text: str, rules: Rules, url_length: int | None = None) -> int:
    """How long the network says the text is, where it counts any URL as `url_length`."""
    return rules.measure(text, url_length or _URL_LENGTH)


def fits(text: str, rules: Rules, limits: Limits) -> bool:
    """Whether the network would take the text as one post.

    It must not be blank, hold no forbidden character, and be within the limits.
    """
    if not text.strip() or not is_valid(text, rules):
        return False
    if limits.byte_length is not None and len(text.encode("utf-8")) > limits.byte_length:
        return False
    return length(text, rules, limits.url_length) <= limits.length


def is_valid(text: str, rules: Rules) -> bool:
    """Whether the text is not empty and has no forbidden character, whatever its length."""
    return bool(text) and not compiled(rules.forbidden).search(text)


def forbidden(text: str, rules: Rules) -> str:
    """The first character for which the network refuses the text; "" for none."""
    return _first(rules.forbidden, text)


def dropped(text: str, rules: Rules) -> str:
    """The first character that the network leaves out of the text; "" for none."""
    return _first(rules.dropped, text)


def _first(pattern: str, text: str) -> str:
    found = compiled(pattern).search(text)
    if found is None:
        return ""
    return found[0]


def urls(text: str, rules: Rules) -> list[Span]:
    """What becomes a link: addresses with a scheme, and on some networks bare names: `model.py`."""
    return links.spans(text, rules.links, bare=rules.has_bare_links)


def bare_links(text: str, rules: Rules) -> list[Span]:
    """What becomes a link without a scheme.

    On X each counts 23 characters, and the post is charged as one with a link.
    """
    if not rules.has_bare_links:
        return []
    schemes = rules.links.schemes
    return [span for span in urls(text, rules) if not span.text.lower().startswith(schemes)]


def hashtags(text: str, rules: Rules) -> list[Span]:
    """What becomes a hashtag, with its `#`."""
    return _outside_links(text, rules, tags.hashtags(text, rules.hashtags), "#＃")


def mentions(text: str, rules: Rules) -> list[Span]:
    """What names a user, with its `@`.

    That is `@user`, on Mastodon also `@user@host`, on Bluesky `@user.bsky.social`.
    """
    return _outside_links(text, rules, tags.mentions(text, rules.mentions), "@＠")


def cashtags(text: str, rules: Rules) -> list[Span]:
    """What names a stock, with its `$`: `$ABC`."""
    return _outside_links(text, rules, tags.cashtags(text, rules.cashtags), "$")


def facets(text: str) -> list[Facet]:
    """Links, tags and mentions in order: Bluesky shows only those that a post declares.

    Where a link stands on words, nothing else in these words is one.
    """
    text, labelled = labels.read(text)
    targets = {link.span: link.url for link in labelled}
    short = [tag for tag in tags.hashtags(text, BLUESKY.hashtags) if _is_short(tag.text[1:])]
    spans = [*urls(text, BLUESKY), *short, *tags.mentions(text, BLUESKY.mentions)]
    found, at, behind = [], 0, 0
    for span in beside(targets, spans):
        start = behind + len(text[at : span.start].encode("utf-8", "replace"))
        at, behind = span.end, start + len(span.text.encode("utf-8", "replace"))
        if span in targets:
            found.append(Facet("link", start, behind, targets[span]))
        elif span.text[0] in "#＃":
            found.append(Facet("tag", start, behind, span.text[1:]))
        elif span.text[0] == "@":
            found.append(Facet("mention", start, behind, span.text[1:]))
        else:
            found.append(Facet("link", start, behind, span.text))
    return found


def _is_short(tag: str) -> bool:
    return graphemes.count(tag) <= _TAG_LENGTH and len(tag.encode("utf-8", "replace")) <= _TAG_BYTES


def _outside_links(text: str, rules: Rules, found: list[Span], signs: str) -> list[Span]:
    """What was found, each with one of the signs, without what begins inside a link or another."""
    if not found:
        return []
    spans = apart([*found, *urls(text, rules)])
    return [span for span in spans if span.text[0] in signs]


def _weighed(text: str, url_length: int) -> int:
    # X's weighing has its own length of a URL, which no account changes.
    return weight.weight(text)


def _graphemes(text: str, url_length: int) -> int:
    return graphemes.count(text)


def _graphemes_as_counted(text: str, url_length: int) -> int:
    return graphemes.count(_as_counted(text, url_length))


def _as_counted(text: str, url_length: int) -> str:
    """The text as Mastodon counts it: links at a fixed length, `@user@host` as `@user`."""
    if "://" not in text and "@" not in text:
        return text
    known = set(links.spans(text, links.MASTODON, bare=False, newer=False))
    counted, at = "", 0
    for span in apart([*tags.mentions(text, MASTODON.mentions), *urls(text, MASTODON)]):
        counted += text[at : span.start]
        if span.text[0] == "@":
            counted += "@" + span.text[1:].partition("@")[0]
        else:
            counted += _longest_form(span, span in known, url_length)
        at = span.end
    return counted + text[at:]


def _longest_form(link: Span, is_known: bool, url_length: int) -> str:
    """What stands for a link in the count.

    A server may not know a younger top-level domain, so such a link is as long as the longer of
    its text and a link.
    """
    if is_known or graphemes.count(link.text) < url_length:
        return "_" * url_length
    return link.text


X: Rules = Rules(
    measure=_weighed,
    forbidden=_NEVER_ON_X,
    links=links.X,
    has_bare_links=True,
    hashtags=tags.X_HASHTAGS,
    mentions=tags.X_MENTIONS,
    cashtags=tags.X_CASHTAG,
    dropped=_DROPPED_BY_X,
)
BLUESKY: Rules = Rules(
    measure=_graphemes,
    forbidden=_NEVER_ELSEWHERE,
    links=links.BLUESKY,
    has_bare_links=False,
    # We set the tags there ourselves: X's rule holds.
    hashtags=tags.X_HASHTAGS,
    mentions=tags.BLUESKY_MENTIONS,
)
MASTODON: Rules = Rules(
    measure=_graphemes_as_counted,
    forbidden=_NEVER_ELSEWHERE,
    links=links.MASTODON,
    has_bare_links=False,
    hashtags=tags.MASTODON_HASHTAGS,
    mentions=tags.MASTODON_MENTIONS,
)
