"""Which way a text is written: from left to right, or from right to left."""

import unicodedata

from bot.core.text.patterns import compiled

LEFT_TO_RIGHT, RIGHT_TO_LEFT = "ltr", "rtl"
"""As HTML has them."""

LETTERS = (
    r"[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
    r"\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""The blocks of Unicode with letters of the classes R and AL (UAX #9, 3.2), without marks."""


def is_any_right_to_left(text: str) -> bool:
    """Whether a text holds letters that are written from right to left."""
    return not text.isascii() and bool(compiled(LETTERS).search(text))


def of(text: str) -> str:
    """The direction of its first letter, as UAX #9 has it; from left to right without any."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return RIGHT_TO_LEFT
        if kind == "L":
            return LEFT_TO_RIGHT
    return LEFT_TO_RIGHT
