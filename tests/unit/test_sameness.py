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
