"""Whether a network shows the text that was sent, or something that was made of it."""

import pytest

from bot.core.text import sameness

WRITTEN = (
    "ML-Collage [29/52]: Barlow Twins by Zbontar et al. learns representations without "
    "labels, by making the views of one picture agree. #mlcollage"
)


@pytest.mark.parametrize(
    "shown",
    [
        WRITTEN,
        WRITTEN.upper(),
        WRITTEN.replace(" ", "  \n"),
        WRITTEN.replace("et al.", "et&#32;al."),
    ],
)
def test_what_a_network_may_change_makes_no_difference(shown: str) -> None:
    assert sameness.is_same(shown, WRITTEN)


TYPESET = "A “heart” ❤️ – it’s 100 % ours… and co\u00adoperative"


@pytest.mark.parametrize(
    "shown",
    [
        TYPESET.replace("\ufe0f", ""),
        TYPESET.replace("\ufe0f", "\ufe0e"),
        TYPESET.replace("“", '"').replace("”", '"').replace("’", "'"),
        TYPESET.replace("“", "&quot;").replace("”", "&quot;").replace("’", "&#39;"),
        TYPESET.replace("…", "..."),
        TYPESET.replace("–", "-"),
        TYPESET.replace("–", "—"),
        TYPESET.replace("100 %", "100\u00a0%"),
        TYPESET.replace("100 %", "100\u202f%"),
        TYPESET.replace("\u00ad", ""),
        TYPESET.replace("ours", "our\u200bs"),
        TYPESET.replace("ours", "\u2066ours\u2069"),
        f"\ufeff{TYPESET}\u200b",
    ],
)
def test_what_nobody_sees_and_the_form_of_quotes_and_dashes_make_no_difference(shown: str) -> None:
    assert sameness.is_same(shown, TYPESET)
    assert sameness.is_same(TYPESET, shown)


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("x² and more", "x2 and more"),
        (
            "Wales \U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
            "Wales 🏴",
        ),
        ("It’s here", "Its here"),
        ("A co-operative", "A cooperative"),
        ("a 5-6 result", "a 5 6 result"),
        ("It ends.", "It ends…"),
        ("❤️", "❤️‍🔥"),
        ("Nо Cyrillic", "No Cyrillic"),
        ("½ of it", "1/2 of it"),
    ],
)
def test_what_looks_alike_and_says_something_else_stays_different(shown: str, written: str) -> None:
    assert not sameness.is_same(shown, written)


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("See https://t.co/abc123 now", "See https://example.org/a?b=c now"),
        ("See t.co/abc123", "See example.org"),
        ("http://example.org/%E6%B7%B1", "https://example.org/深/"),
        ("Zu\u0308rich", "Zürich"),
    ],
)
def test_a_link_is_the_same_in_every_form(shown: str, written: str) -> None:
    assert sameness.is_same(shown, written)


@pytest.mark.parametrize(
    "shown",
    [
        WRITTEN[:-1],
        WRITTEN + "!",
        WRITTEN.replace("29", "30"),
        "",
        "https://t.co/abc123",
        WRITTEN.replace("picture", "https://t.co/abc123 and"),
    ],
)
def test_another_text_is_not_the_same(shown: str) -> None:
    assert not sameness.is_same(shown, WRITTEN)


@pytest.mark.parametrize(
    "shown",
    [
        WRITTEN,
        WRITTEN[:60],
        WRITTEN[:60] + "…",
        WRITTEN.replace("#mlcollage", "mlcollage"),
        WRITTEN.replace("[29/52]", "29/52"),
        WRITTEN.replace(" of one picture", ""),
    ],
)
def test_a_text_that_was_cut_or_changed_a_little_resembles_it(shown: str) -> None:
    assert sameness.resembles(shown, WRITTEN)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "ML-Collage",
        "Something else entirely, by hand.",
        WRITTEN.replace("Barlow Twins by Zbontar", "NeRF by Mildenhall"),
        WRITTEN.replace("Barlow", "Siamese"),
        WRITTEN.replace("29/52", "30/52"),
        "日本語の投稿です。" * 20,
    ],
)
def test_another_post_of_the_series_does_not_resemble_it(shown: str) -> None:
    assert not sameness.resembles(shown, WRITTEN)
