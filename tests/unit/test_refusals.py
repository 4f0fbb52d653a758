"""What a network will refuse, by its limits as data: pictures, alt texts, texts."""

from collections.abc import Iterator

import pytest

from bot.core import refusals
from bot.core.collage import Picture
from bot.core.network import BLUESKY, MASTODON, NETWORKS, Network, X

FINE = Picture("0" * 64, "image/png", 1_600, 900, 400_000, "slide.png")


def refused(picture: Picture, network: Network = X) -> Iterator[str]:
    return refusals.of_picture(network, network.limits, picture)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_network_takes_an_ordinary_picture(network: Network) -> None:
    assert list(refused(FINE, network)) == []


@pytest.mark.parametrize(
    ("picture", "network", "said"),
    [
        (
            FINE._replace(size=5_408_825),
            X,
            "its picture slide.png has 5,408,825 bytes, and X takes at most 5,000,000 (5 MB) of a "
            "PNG; export it smaller",
        ),
        (
            FINE._replace(size=2_000_001),
            BLUESKY,
            "its picture slide.png has 2,000,001 bytes, and Bluesky takes at most 2,000,000 (2 MB) "
            "of a PNG; export it smaller",
        ),
        (
            FINE._replace(mime="image/tiff", file="a.tif"),
            X,
            "its picture a.tif is image/tiff, and X takes only JPEG, PNG, WEBP; "
            "export it as one of these",
        ),
        (
            FINE._replace(width=9_000),
            X,
            "its picture slide.png has 9,000 × 900 pixels, and X takes at most 8,192 × 8,192 of a "
            "PNG; export it smaller",
        ),
        (
            FINE._replace(height=3),
            X,
            "its picture slide.png has 1,600 × 3 pixels, and X takes at least 4 × 4; "
            "export it larger",
        ),
        (
            FINE._replace(width=8_000, height=5_000),
            MASTODON,
            "its picture slide.png has 40.0 megapixels, and Mastodon takes at most 33.1776; "
            "export it smaller",
        ),
    ],
)
def test_a_picture_that_is_refused_is_named_with_its_measure_and_the_limit(
    picture: Picture, network: Network, said: str
) -> None:
    assert list(refused(picture, network)) == [said]


def test_everything_that_is_wrong_with_a_picture_is_said_at_once() -> None:
    huge = FINE._replace(size=20_000_000, width=9_000, height=3)
    assert len(list(refused(huge))) == 3


def test_of_an_original_only_a_side_that_is_too_small_is_refused() -> None:
    huge = FINE._replace(size=20_000_000, width=9_000, mime="image/tiff")
    assert list(refusals.of_original(X, X.limits, huge)) == []
    [said] = refusals.of_original(X, X.limits, FINE._replace(width=9_000, height=4))
    assert said == (
        "its picture slide.png has 9,000 × 4 pixels, and made as small as X takes it, its shorter "
        "side has fewer than 4; export it in another shape"
    )
    [said] = refusals.of_original(X, X.limits, FINE._replace(width=3))
    assert said == (
        "its picture slide.png has 3 × 900 pixels, and X takes at least 4 × 4; export it larger"
    )


def test_that_nothing_fits_is_said_with_what_would() -> None:
    assert refusals.nothing_fits(X, X.limits, FINE) == (
        "its picture slide.png cannot be made to fit: X takes JPEG, PNG, WEBP of at most "
        "5,000,000 bytes, and nothing of it is so small; export it in another shape"
    )


def test_an_alt_text_is_counted_by_the_account_s_own_limit() -> None:
    [said] = refusals.of_alt_text(X, X.limits, "a" * 1_001)
    assert said == "its alt text has 1,001 of at most 1,000 characters; shorten it"
    assert list(refusals.of_alt_text(MASTODON, MASTODON.limits, "a" * 1_001)) == []


def test_a_text_is_too_long_by_characters_or_by_bytes() -> None:
    assert refusals.too_long(X, X.limits, "论" * 141) == "has 282 of 280 characters (2 too many)"
    assert refusals.too_long(X, X.limits, "论" * 140) == ""
    family = "👨‍👩‍👧‍👦"
    assert (
        refusals.too_long(BLUESKY, BLUESKY.limits, family * 130)
        == "has 3,250 of 3,000 bytes (250 too many)"
    )


@pytest.mark.parametrize(
    ("text", "character", "said"),
    [
        ("fine\n\ttext", "", ""),
        ("a\ufeffb", "\ufeff", "holds the character U+FEFF, which X refuses"),
        ("a\x07b", "\x07", "holds the character U+0007, which X drops"),
        ("a\x85b", "\x85", "holds the character U+0085, which X drops"),
    ],
)
def test_a_character_that_x_refuses_or_drops_is_named(text: str, character: str, said: str) -> None:
    assert refusals.bad_character(X, text) == (character, said)


def test_one_cashtag_a_post_is_enough_for_x() -> None:
    def found(text: str, network: Network = X) -> list[str]:
        return [span.text for span in refusals.cashtags(network, network.limits, text)]

    assert found("We compare $AAPL and $BRK.B over years.") == ["$AAPL", "$BRK.B"]
    assert found("We look at $AAPL, $5 and US$ABC.") == []
    assert found("$AAPL and $MSFT", MASTODON) == []


def test_what_turns_the_direction_of_a_text_is_found() -> None:
    assert refusals.turned("read \u202egnorw this") == "U+202E"
    assert refusals.turned("\u202aread\u202c \u202athis\u202c") == "U+202A, U+202C"
    assert refusals.turned("עברית and العربية") == ""
