"""Hashtags, mentions and cashtags in a text, as each network finds them."""

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from bot.core.text import codepoints
from bot.core.text.patterns import compiled
from bot.core.text.span import Span


class HashtagRule(NamedTuple):
    """Where a network's hashtags end.

    `end_of` gets the text, the place of the sign and where the tag before ended; it gives the
    tag's end, or 0 where there is none. What `never_before` matches at the end makes it no tag.
    """

    end_of: Callable[[str, int, int], int]
    never_before: str


class MentionRule(NamedTuple):
    """What a network's mentions look like.

    `pattern` has the mention as its group `name`. It is none where `never_before` matches behind.
    """

    pattern: str
    never_before: str


NOTHING = r"(?!)"
_MASTODON_SEPARATORS = "·・\u200c"


def hashtags(text: str, rule: HashtagRule) -> list[Span]:
    """The hashtags in the text, with the `#`; some may lie in links."""
    found, behind = [], 0
    for sign in compiled("[#＃]").finditer(text):
        end = rule.end_of(text, sign.start(), behind)
        if not end:
            continue
        behind = end
        if not compiled(rule.never_before).match(text, end):
            found.append(Span(sign.start(), end, text[sign.start() : end]))
    return found


def mentions(text: str, rule: MentionRule) -> list[Span]:
    """The mentions in the text, with the `@`; some may lie in links.

    `@user/list` is a list on X, `@user@host` a user elsewhere on Mastodon.
    """
    if "@" not in text and "＠" not in text:
        return []
    return [
        Span(*found.span("name"), found["name"])
        for found in compiled(rule.pattern).finditer(text)
        if not compiled(rule.never_before).match(text, found.end())
    ]


def cashtags(text: str, pattern: str) -> list[Span]:
    """The cashtags in the text, with the `$`; some may lie in links.

    The pattern has the cashtag as its group `name`.
    """
    if "$" not in text:
        return []
    return [Span(*found.span("name"), found["name"]) for found in compiled(pattern).finditer(text)]


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


X_HASHTAGS = HashtagRule(_x_end, never_before="[#＃]|://")
MASTODON_HASHTAGS = HashtagRule(_mastodon_end, never_before=NOTHING)

# npm twitter-text 3.1.0 is the judge.
_X_NAME = r"[@＠][a-zA-Z0-9_]{1,20}(?:/[a-zA-Z][a-zA-Z0-9_\-]{0,24})?"
_X_BEFORE = (
    r"\A|[^a-zA-Z0-9_!#$%&*@＠]"
    r"|(?:\A|[^a-zA-Z0-9_+~.\-])(?:rt|RT|rT|Rt):?"
)
_NEVER_BEHIND_A_NAME = (
    r"[@＠\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f"
    r"\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff]|://"
)
X_MENTIONS = MentionRule(rf"(?:{_X_BEFORE})(?P<name>{_X_NAME})", _NEVER_BEHIND_A_NAME)

_X_SPACES = r"\x09-\x0d\x20\x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_X_PUNCTUATION = r"!'#%&\(\)*+,\\\-./:;<=>?@\[\]\^_{|}~$"
# JavaScript's `\s`, which has the byte order mark and neither U+0085 nor U+180E.
_JS_SPACES = r"\x09-\x0d\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
X_CASHTAG = (
    rf"(?:\A|[{_X_SPACES}])(?P<name>\$[a-zA-Z]{{1,6}}(?:[._][a-zA-Z]{{1,2}})?)"
    rf"(?=\Z|[{_JS_SPACES}{_X_PUNCTUATION}])"
)

# Account::MENTION_RE.
MASTODON_MENTIONS = MentionRule(
    r"(?<![=/\w])(?P<name>@[a-zA-Z0-9_]+(?:[.\-]+[a-zA-Z0-9_]+)*"
    r"(?:@[a-zA-Z0-9_.\-]*[a-zA-Z0-9_])?)",
    _NEVER_BEHIND_A_NAME,
)
# app.bsky.richtext.facet; a handle is a domain name.
BLUESKY_MENTIONS = MentionRule(
    r"(?<![\w@./])(?P<name>@(?:[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?\.)+[a-zA-Z]+)"
    r"(?![\w@\-])",
    never_before=NOTHING,
)
