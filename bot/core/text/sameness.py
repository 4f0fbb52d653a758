"""Whether a network shows the text that was sent, or something that may have been made of it.

Networks rewrite links, composition, quotes, case and white space, add and drop characters that
nobody sees, and have been seen to cut texts.
"""

import html
import re
import unicodedata

SHORT_LINK = r"\bt\.co/\w+"
"""A link that X has shortened, in a normal form; what it leads to is not always told."""

CUT_LINK = rf"\.\.\.\s*{SHORT_LINK}$"
"""Where X shows the beginning of a long post, in a normal form: a link to the whole stands there.
"""

SHORTEST_CUT = 20
"""Characters that the beginning of a text has at least, to be taken for that text."""

INVISIBLE = dict.fromkeys(
    [
        0x00AD,  # soft hyphen
        *range(0x200B, 0x2010),  # zero-width space and joiners, marks of direction
        *range(0x202A, 0x202F),  # embeddings and overrides of direction
        *range(0x2060, 0x2065),  # word joiner, invisible operators
        *range(0x2066, 0x206A),  # isolates of direction
        0xFE0E,  # shows the sign before it as text
        0xFE0F,  # shows the sign before it as an emoji
        0xFEFF,  # zero-width no-break space
    ]
)
"""Characters that nobody sees, which networks add and drop; flags need theirs, and keep them."""

PLAIN_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)
"""Signs that are set nicely, or straightened again, and stand for the same."""

LEAST_KEPT = 0.6
"""How many of a text's words a changed form of it has at least, from 0 to 1."""


def normalized(text: str) -> str:
    """Return a text or a link without what a network may change in it.

    That is HTML entities, percent-encoding, invisible characters, the form of quotes, dashes and
    ellipses, Unicode composition, case, schemes, trailing slashes and white space. Signs that look
    alike and mean something else stay different: no NFKC, which makes "2" of "²".
    """
    decoded = re.sub("(?:%[0-9A-Fa-f]{2})+", _decoded, html.unescape(text))
    visible = decoded.translate(INVISIBLE).translate(PLAIN_SIGNS)
    plain = unicodedata.normalize("NFC", visible).casefold()
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
    """Whether a shown text may be the written one, changed or cut by the network.

    A network drops words and signs, and adds none: the first posts of two collages share most of
    their template, and differ in a title at least.
    """
    if is_same(shown, written):
        return True
    left, right = re.sub(CUT_LINK, "", normalized(shown)).rstrip(". "), normalized(written)
    beginning = r"\S+".join(map(re.escape, re.split(SHORT_LINK, left)))
    if len(left) >= SHORTEST_CUT and re.match(beginning, right):
        return True
    kept = re.findall(r"\w+", re.sub(SHORT_LINK, "", left))
    words = re.findall(r"\w+", right)
    return set(kept) <= set(words) and len(kept) >= LEAST_KEPT * len(words)
