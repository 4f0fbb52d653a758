"""The length of a text on X, weighed as its reference (npm twitter-text 3.1.0) does.

Where the reference and X may differ, it is the larger of both.
"""

import functools
import unicodedata

from bot.core.text import codepoints, domains, links
from bot.core.text.codepoints import chars
from bot.core.text.patterns import compiled

URL = 23
# Configuration v3: these weigh 1, all others 2.
_HEAVY = "[^\x00-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+"

# Emoji of several code points that weigh as one: the sequences of Unicode 11, as the reference
# knows them.
_JOINER, _SELECTOR, _KEYCAP = r"\u200d", r"\ufe0f", r"\u20e3"
_SKIN = "[🏻-🏿]"
_GENDER = rf"{_JOINER}[♀♂]{_SELECTOR}"
_CHILDREN = rf"(?:👦{_JOINER}👦|👧{_JOINER}[👦👧]|[👦👧])"
_HEART = rf"{_JOINER}❤{_SELECTOR}{_JOINER}(?:💋{_JOINER})?"
_BRITISH = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in flag) for flag in ("gbeng", "gbsct", "gbwls")
)

# In the reference's order: the first that fits at a place wins.
_EMOJI = (
    rf"[👨👩]{_SKIN}?{_JOINER}(?:[⚕⚖✈]{_SELECTOR}|[🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳])",
    rf"[🏋🏌🕴🕵⛹](?:{_SKIN}|{_SELECTOR}){_GENDER}",
    rf"[{chars(codepoints.WITH_GENDER)}]{_SKIN}?{_GENDER}",
    rf"👨{_HEART}👨|👩{_HEART}[👨👩]",
    rf"👨{_JOINER}(?:[👨👩]{_JOINER})?{_CHILDREN}|👩{_JOINER}(?:👩{_JOINER})?{_CHILDREN}",
    rf"🏳{_SELECTOR}{_JOINER}🌈|🏴{_JOINER}☠{_SELECTOR}|👁{_JOINER}🗨|[👯🤼🧞🧟]{_GENDER}",
    rf"[#*0-9]{_SELECTOR}?{_KEYCAP}",
    rf"[{chars(codepoints.WITH_SELECTOR)}]{_SELECTOR}",
    rf"[{chars(codepoints.WITH_SELECTOR_AND_SKIN)}](?:{_SELECTOR}{_SKIN}?|{_SKIN})",
    rf"[{chars(codepoints.WITH_SKIN)}]{_SKIN}",
    rf"🏴(?:{_BRITISH})\U000e007f",
)
_HINT = rf"[{_JOINER}{_SELECTOR}{_KEYCAP}🇦-🇿🏻-🏿\U000e0067]"


def weight(text: str) -> int:
    """The weighted length of a text."""
    if text.isascii() and "." not in text:
        return len(text)
    units = domains.split_units(unicodedata.normalize("NFC", text))
    found = links.find(units)
    # Under a younger domain X may or may not see a link: the longer of both.
    newer = {
        link: max(URL, _without_links(_text(units, link)))
        for link in links.find_newer(units, found)
    }
    total = at = 0
    for link in sorted([*found, *newer], key=lambda link: link.start):
        total += _without_links(domains.join_units(units[at : link.start])) + newer.get(link, URL)
        at = link.start + link.counted
        if at < link.end and (torn := _torn(units, link)):
            total += _without_emoji(domains.join_units(units[at:torn]))
            at = torn
    return total + _without_links(domains.join_units(units[at:]))


def _torn(units: str, link: links.Link) -> int:
    """Where an emoji ends that the reference's count of the link cuts through, or 0.

    The reference weighs the rest of that emoji code point by code point.
    """
    text = domains.join_units(units[link.start : link.end])
    for emoji in compiled(_emoji()).finditer(text):
        start, end = (len(domains.split_units(text[:place])) for place in emoji.span())
        if start < link.counted < end:
            return link.start + end
    return 0


def _text(units: str, link: links.Link) -> str:
    return domains.join_units(units[link.start : link.start + link.counted])


def _without_links(text: str) -> int:
    if text.isascii():
        return len(text)
    if compiled(_HINT).search(text):
        # An ideographic space weighs 2, as an emoji does.
        text = compiled(_emoji()).sub("\u3000", text)
    return _without_emoji(text)


def _without_emoji(text: str) -> int:
    return len(text) + sum(map(len, compiled(_HEAVY).findall(text)))


@functools.cache
def _emoji() -> str:
    flags = (
        "".join(chr(ord("🇦") + ord(letter) - ord("a")) for letter in flag)
        for flag in codepoints.FLAGS.split()
    )
    return "|".join((*_EMOJI, *flags))
