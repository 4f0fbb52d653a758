"""What a person should know of how a picture looks, by what was measured of it."""

from dataclasses import replace

import pytest

from bot.core import appearance, legibility
from bot.core.collage import Collage, Picture, State
from bot.core.paper import Paper

FINE = Picture("0" * 64, "image/png", 1_600, 900, 100_000, "slide.png", fingerprint="f0" * 32)


def told(**facts: object) -> str:
    return " ".join(appearance.notes(FINE._replace(**facts)))


def test_of_a_fine_picture_nothing_is_told() -> None:
    assert appearance.notes(FINE) == ()
    # An earlier version measured nothing.
    assert appearance.notes(FINE._replace(fingerprint="", letters=0)) == ()


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        (
            {"letters": 70},
            "has letters that are about 2.7 points high on a phone, too small to be read there; "
            "make them larger, or show less",
        ),
        (
            {"width": 999, "height": 600},
            "is only 999 pixels wide and looks blurred on a large screen; export it larger",
        ),
        (
            {"width": 3_000, "height": 900},
            "is very wide (3,000 × 900 pixels): networks crop it, or show a sliver; "
            "bring it nearer to 16:9",
        ),
        (
            {"width": 1_000, "height": 2_600},
            "is very high (1,000 × 2,600 pixels): networks crop it, or show a sliver; "
            "bring it nearer to 4:5",
        ),
        ({"ground": "white"}, "has a transparent background; it goes out on white"),
        (
            {"ground": "dark"},
            "has a transparent background; it goes out on a dark ground, "
            "for what is drawn on it is light",
        ),
        ({"is_blank": True}, "shows nearly nothing; see that it is the right one"),
        ({"frames": 41}, "has 41 frames; only the first goes out"),
        ({"frames": 3, "mime": "image/tiff"}, "has 3 pages; only the first goes out"),
    ],
)
def test_what_readers_would_see_is_told(facts: dict[str, object], note: str) -> None:
    assert told(**facts) == f"its picture {note}"


@pytest.mark.parametrize(
    "facts",
    [
        {"letters": 85},
        {"width": 1_000, "height": 600},
        {"width": 2_700, "height": 900},
        {"width": 1_000, "height": 2_500},
        {"frames": 1},
    ],
)
def test_at_the_limits_nothing_is_told(facts: dict[str, object]) -> None:
    assert told(**facts) == ""


def test_a_slide_that_we_have_drawn_is_not_judged() -> None:
    item = Collage(
        name="a",
        paper=Paper("A title"),
        id=1,
        series="s",
        state=State.READY,
        position=1,
        picture=FINE._replace(letters=50),
    )
    assert "too small to be read" in str(legibility.of_collage(item))
    assert legibility.of_collage(replace(item, picture_is_drawn=True)) == ()


@pytest.mark.parametrize(
    ("text", "file", "page"),
    [
        ("talk.pdf#page=3", "talk.pdf", 3),
        ("/a/b/Talk.PDF#page=12", "/a/b/Talk.PDF", 12),
        ("talk.pdf", "talk.pdf", 0),
        ("talk.pdf#page=0", "talk.pdf#page=0", 0),
        ("talk.pdf#page=x", "talk.pdf#page=x", 0),
        ("talk.pdf#page=99999999", "talk.pdf#page=99999999", 0),
        ("figure#page=3.png", "figure#page=3.png", 0),
        ("figure.png#page=3", "figure.png#page=3", 0),
        (".pdf#page=1", ".pdf#page=1", 0),
    ],
)
def test_a_page_is_named_behind_a_pdf_only(text: str, file: str, page: int) -> None:
    assert appearance.named(text) == (file, page)
    if page:
        assert appearance.of_page(file, page) == text


ONE = "00ff12345678abcd" * 4


def test_fingerprints_of_one_picture_are_alike() -> None:
    assert appearance.distance(ONE, ONE) == 0
    near, far = ONE[:-3] + "000", ONE[:-4] + "5432"
    assert (appearance.distance(ONE, near), appearance.distance(ONE, far)) == (8, 16)
    assert appearance.is_alike(ONE, near)
    assert not appearance.is_alike(ONE, far)


@pytest.mark.parametrize("empty", ["", "0" * 64, "0" * 62 + "ff"])
def test_an_empty_page_is_like_no_other(empty: str) -> None:
    assert not appearance.is_alike(empty, empty)
    assert not appearance.is_alike(ONE, empty)
