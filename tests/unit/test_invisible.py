"""Characters that nobody sees: no content, and kept only where a script or an emoji needs them."""

import pytest

from bot.core.text import invisible
from bot.core.text.markdown import contained, html, plain
from tests.timing import is_linear

WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize(
    ("text", "left", "names"),
    [
        ("\ufeffTitle", "Title", "U+FEFF"),
        ("zero\u200bwidth", "zerowidth", "U+200B"),
        ("soft\u00adhyphen", "softhyphen", "U+00AD"),
        ("word\u2060joiner", "wordjoiner", "U+2060"),
        ("\u202efdp.\u202cexe", "fdp.exe", "U+202C, U+202E"),
        ("\u2067a\u2069", "a", "U+2067, U+2069"),
        ("a\u200e b\u200f", "a b", "U+200E, U+200F"),
        ("a\u200db", "ab", "U+200D"),
        ("tag\U000e0041s", "tags", "U+E0041"),
        ("\u2764\ufe0f\ufe0f\ufe0f", "\u2764\ufe0f", "U+FE0F"),
        ("\ufe0f", "", "U+FE0F"),
        ("\u3164\u115f\u1160\uffa0", "", "U+115F, U+1160, U+3164, U+FFA0"),
        ("\u2800", "", "U+2800"),
        ("\u034f\u180b\U000e0100", "", "U+034F, U+180B, U+E0100"),
        ("\u061c", "", "U+061C"),
    ],
)
def test_what_shows_nothing_is_removed_and_named(text: str, left: str, names: str) -> None:
    assert invisible.removed(text) == left
    assert invisible.found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "词语",
        "👩\u200d👩\u200d👧",
        "👨🏽\u200d💻",
        "🏳\ufe0f\u200d🌈",
        "👩\u200d❤\ufe0f\u200d👨",
        "1\ufe0f\u20e3",
        WALES,
        "می\u200cخواهم",
        "क्\u200dष",
        "שלום\u200f!",
        "葛\U000e0100城",
        "⠓⠊\u2800⠊",
        "ᠠ\u180bᠨ",
    ],
)
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert invisible.removed(text) == text
    assert invisible.found(text) == ""


@pytest.mark.parametrize("written", ["a\u200bb", "a&#8203;b", "a&ZeroWidthSpace;b", "`a\ufeffb`"])
def test_a_post_a_page_and_an_article_hold_none(written: str) -> None:
    for read in (plain, html, contained):
        assert not set(read(written)) & {"\u200b", "\ufeff"}


@pytest.mark.parametrize(
    "piece",
    ["\ufe0f", "\u200b", "\u200d", "👩\u200d", "\U0001f3f4\U000e0067", "\U000e0067", "a\u202e"],
)
def test_time_grows_with_length_only(piece: str) -> None:
    assert is_linear(invisible.removed, piece)
    assert is_linear(invisible.found, piece)
