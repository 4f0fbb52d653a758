"""Graphemes: what a reader sees as one character, and what Bluesky and Mastodon count."""

from bot.core.text.patterns import compiled

# Every character of these is a grapheme of its own, whatever stands beside it: no need for the full
# rules.
_SIMPLE = (
    r"[ -~\n\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u203b"
    r"\u3000-\u3029\u3031-\u303c\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uff01-\uff60]*+"
)
# Flags by themselves: `\X` looks back to the first of many in a row for each.
_CLUSTER = r"[🇦-🇿]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X"


def count(text: str) -> int:
    """How many graphemes the text has."""
    if compiled(_SIMPLE).fullmatch(text):
        return len(text)
    return len(clusters(text))


def clusters(text: str) -> list[str]:
    """The text's graphemes; joined they are the text."""
    import regex  # heavy: 9 ms

    return regex.findall(_CLUSTER, text)
