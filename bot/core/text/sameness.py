"""Whether a network shows the text that was sent, or something that may have been made of it.

Networks rewrite links, composition, case and white space, and have been seen to cut texts.
"""

import html
import re
import unicodedata
from difflib import SequenceMatcher

SHORT_LINK = r"\bt\.co/\w+"
"""A link that X has shortened, in a normal form; what it leads to is not always told."""

SHORTEST_CUT = 20
"""Characters that the beginning of a text has at least, to be taken for that text."""

RESEMBLANCE = 0.95
"""How much of two texts is the same, from 0 to 1, where one may be a changed form of the other.

The first posts of two collages share most of their template, and must not be taken for each other.
"""


def normalized(text: str) -> str:
    """Return a text or a link without what a network may change in it.

    That is HTML entities, percent-encoding, Unicode composition, case, schemes, trailing slashes
    and white space.
    """
    decoded = re.sub("(?:%[0-9A-Fa-f]{2})+", _decoded, html.unescape(text))
    plain = unicodedata.normalize("NFC", decoded).casefold()
    return re.sub(r"/(?!\w)", "", " ".join(re.sub(r"https?://", "", plain).split()))


def _decoded(encoded: re.Match[str]) -> str:
    """Percent-encoded bytes as the text they stand for (RFC 3986)."""
    return bytes.fromhex(encoded[0].replace("%", "")).decode("utf-8", "replace")


def is_same(shown: str, written: str) -> bool:
    """Whether a network shows the text that was written.

    A shortened link whose target is not told matches any word.
    """
    pieces = re.split(SHORT_LINK, normalized(shown))
    return re.fullmatch(r"\S+".join(map(re.escape, pieces)), normalized(written)) is not None


def resembles(shown: str, written: str) -> bool:
    """Whether a shown text may be the written one, changed or cut by the network."""
    left, right = normalized(shown).rstrip(".…"), normalized(written)
    if is_same(shown, written):
        return True
    if len(left) >= SHORTEST_CUT and right.startswith(left):
        return True
    # An upper bound that costs little comes first: the ratio itself grows with the square.
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.quick_ratio() >= RESEMBLANCE and matcher.ratio() >= RESEMBLANCE
