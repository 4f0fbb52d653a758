"""Hashtags and mentions in a text, as each network finds them."""

from bisect import bisect_right
from collections.abc import Callable

from bot.core.text import codepoints
from bot.core.text.patterns import compiled
from bot.core.text.span import Span

# X: npm twitter-text 3.1.0 is the judge.
_X_MENTION = (
    r"(?:\A|[^a-zA-Z0-9_!#$%&*@＠]|(?:\A|[^a-zA-Z0-9_+~.\-])(?:rt|RT|rT|Rt):?)"
    r"(?P<name>[@＠][a-zA-Z0-9_]{1,20}(?:/[a-zA-Z][a-zA-Z0-9_\-]{0,24})?)"
)
_X_MENTION_GOES_ON = (
    r"[@＠\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb"
    r"\u0300-\u036f\u1e00-\u1eff]|://"
)
# Mastodon: Account::MENTION_RE.
_MASTODON_MENTION = (
    r"(?<![=/\w])(?P<name>@[a-zA-Z0-9_]+(?:[.\-]+[a-zA-Z0-9_]+)*(?:@[a-zA-Z0-9_.\-]*[a-zA-Z0-9_])?)"
)
# Bluesky: app.bsky.richtext.facet; a handle is a domain name.
_BLUESKY_MENTION = (
    r"(?<![\w@./])(?P<name>@(?:[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?\.)+[a-zA-Z]+)(?![\w@\-])"
)
_NEVER = r"(?!)"
_MASTODON_SEPARATORS = "·・\u200c"


def hashtags(text: str, network: str) -> list[Span]:
    """With the `#`; some may lie in links.

    On Bluesky, where we set the tags ourselves, X's rule holds.
    """
    end_of = _mastodon_end if network == "mastodon" else _x_end
    found, behind = [], 0
    for sign in compiled("[#＃]").finditer(text):
        end = end_of(text, sign.start(), behind)
        if not end:
            continue
        behind = end
        if network == "mastodon" or not compiled("[#＃]|://").match(text, end):
            found.append(Span(sign.start(), end, text[sign.start() : end]))
    return found


def mentions(text: str, network: str) -> list[Span]:
    """With the `@`; `@user/list` is a list on X, `@user@host` a user elsewhere on Mastodon."""
    if "@" not in text and "＠" not in text:
        return []
    pattern, goes_on = {
        "x": (_X_MENTION, _X_MENTION_GOES_ON),
        "mastodon": (_MASTODON_MENTION, _X_MENTION_GOES_ON),
        "bluesky": (_BLUESKY_MENTION, _NEVER),
    }[network]
    return [
        Span(*found.span("name"), found["name"])
        for found in compiled(pattern).finditer(text)
        if not compiled(goes_on).match(text, found.end())
    ]


def _x_end(text: str, start: int, behind: int) -> int:
    """Where the tag ends whose sign is at `start`, or 0; `behind` is where the one before ended."""
    before = text[start - 1 : start]
    if before and (start == behind or before == "&" or "\ud800" <= before <= "\udfff"):
        return 0
    if before not in ("", "\ufe0e", "\ufe0f") and _goes_on(before):
        return 0
    if text[start + 1 : start + 2] in ("\ufe0f", "\u20e3"):
        return 0
    end = _run(text, start + 1, _goes_on)
    return end if any(map(_is_letter, text[start + 1 : end])) else 0


def _mastodon_end(text: str, start: int, behind: int) -> int:
    """The same by Tag::HASHTAG_RE: words, and separators only between them."""
    before = text[start - 1 : start]
    if before and (before in "=/)" or before.isdecimal() or _is_letter(before)):
        return 0
    at = end = start + 1
    while (word_end := _run(text, at, _is_word)) > at:
        end = word_end
        at = _run(text, end, _MASTODON_SEPARATORS.__contains__)
    return end if any(map(_is_letter, text[start + 1 : end])) else 0


def _run(text: str, at: int, belongs: Callable[[str], bool]) -> int:
    """Where the run of such characters that begins at `at` ends."""
    while at < len(text) and belongs(text[at]):
        at += 1
    return at


def _is_letter(character: str) -> bool:
    return character.isalpha() if character.isascii() else _holds(codepoints.LETTERS, character)


def _goes_on(character: str) -> bool:
    return _is_letter(character) or _holds(codepoints.DIGITS_AND_SIGNS, character)


def _is_word(character: str) -> bool:
    return character == "_" or character.isdecimal() or _is_letter(character)


def _holds(table: str, character: str) -> bool:
    starts, ends = codepoints.ranges(table)
    number = bisect_right(starts, ord(character)) - 1
    return number >= 0 and ord(character) <= ends[number]
