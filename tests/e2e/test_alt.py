"""Alt texts: drafted for a maintainer to edit, stored when that is asked, told where they say
nothing.
"""

import json

import pytest

from tests.conftest import png, write_item
from tests.e2e.conftest import Desk

FIGURES = '[{ file = "a.png", caption = "The loss. It falls with $n^2$." }, { file = "b.png" }]'
DRAFT = (
    "Collage of the paper ‘The barlow paper’ by Lovelace et al. (2021), ML-Collage. "
    "Figure 1: The loss. It falls with n²."
)


@pytest.fixture
def without(desk: Desk) -> Desk:
    """The queue holds a collage without alt text."""
    told = desk("add", write_item(desk.folder, "barlow", alt=None, figures=FIGURES)).out
    assert told == (
        "barlow is a draft: it lacks alt text\n"
        "  note: to have its alt text drafted: mlcollage alt barlow\n"
    )
    return desk


def test_a_draft_is_printed_and_stored_only_when_that_is_asked(without: Desk) -> None:
    assert without("alt", "barlow").out == (
        f"{DRAFT}\n"
        "  note: figure 2 has no caption, so nothing tells what it shows\n"
        "To store it: mlcollage alt barlow --set\n"
        "To change it then: mlcollage edit barlow\n"
    )
    assert "it lacks alt text" in without("edit", "barlow", "--year", "2022").out
    assert "note: to have its alt text drafted" in without("edit", "barlow", "--year", "2021").out
    refused = without("ready", "barlow", code=1).err
    assert refused.endswith("; to have its alt text drafted: mlcollage alt barlow\n")
    assert "  alt: none → Collage of the paper" in without("alt", "barlow", "--set").out
    without("ready", "barlow")
    assert json.loads(without("show", "barlow", "--json").out)["alt"] == DRAFT


def test_as_json_it_says_what_is_not_in_it_and_how_long_it_may_be(without: Desk) -> None:
    printed = json.loads(without("alt", "barlow", "--json").out)
    assert printed["draft"] == {
        "name": "barlow",
        "alt": DRAFT,
        "notes": ["figure 2 has no caption, so nothing tells what it shows"],
        "at_most": 1000,
        "account": "outbox",
    }


def test_a_number_that_will_stay_is_in_the_draft(without: Desk) -> None:
    without("number", "barlow", "7")
    assert "ML-Collage 7/52. Figure 1" in without("alt", "barlow").out


def test_a_draft_is_as_long_as_the_accounts_take(desk: Desk) -> None:
    file = desk.folder / "config.toml"
    text = file.read_text()
    file.write_text(f'{text}\n[accounts.sky]\nnetwork = "outbox"\nlike = "bluesky"\n')
    long = " ".join(f"Curve {number} of it falls." for number in range(1, 60))
    figure = f'{{ file = "a.png", caption = "{long}" }}'
    desk("add", write_item(desk.folder, "long", alt=None, figures=f"[{figure}, {figure}]"))
    drafted = json.loads(desk("alt", "long", "--json").out)["draft"]
    assert (drafted["at_most"], drafted["account"]) == (2000, "sky")
    assert 1950 < len(drafted["alt"]) <= 2000
    (told,) = drafted["notes"]
    assert told.startswith("left out, to stay within 2,000 characters: the last ")


def test_signs_that_would_be_marks_stay_what_they_are(desk: Desk) -> None:
    desk(
        "add", write_item(desk.folder, "marks", alt=None, title=r'"A \\* B \\* C and \\$5 to \\$6"')
    )
    drafted = desk("alt", "marks").out.splitlines()[0]
    assert "‘A * B * C and $5 to $6’" in drafted
    desk("alt", "marks", "--set")
    assert f"alt text: {drafted}" in desk("preview", "marks").out


def test_an_alt_text_that_says_nothing_is_told_everywhere(desk: Desk) -> None:
    words = "its alt text is only a file's name; say what the picture shows"
    told = desk("add", write_item(desk.folder, "bad", alt='"IMG_1234.png"')).out
    assert told == f"bad is ready\n  note: {words}\n"
    assert f"note: bad: {words}" in desk("next", "--count", "9").out
    assert f"careful: {words}" in desk("preview", "bad").out
    assert f"note: {words}" in desk("edit", "bad", "--year", "2020").out
    desk("hold", "bad")
    desk("release", "bad")
    desk("edit", "bad", "--alt", "")
    desk("edit", "bad", "--alt", "Image of")
    assert "bad: its alt text says only that there is a picture" in desk("ready", "bad").out


def test_the_alt_text_of_another_collage_is_told_wherever_it_is_met(desk: Desk) -> None:
    alt = '"Two networks side by side, and a matrix."'
    desk("add", write_item(desk.folder, "one", alt=alt))
    told = desk("add", write_item(desk.folder, "two", alt=alt)).out
    same = "one (in the queue) has the same alt text; say what this picture shows"
    assert told == f"two is ready\n  note: {same}\n"
    assert f"careful: two: {same}." in desk("next", "--count", "9").out
    assert f"careful: {same}." in desk("preview", "two").out
    assert "careful: one: two" not in desk("next", "--count", "9").out
    assert "same alt text" not in desk("edit", "two", "--alt", "A tree.").out


def test_what_one_account_does_not_take_is_told_and_never_cut(desk: Desk) -> None:
    file = desk.folder / "config.toml"
    networks = [f'[accounts.{name}]\nnetwork = "outbox"\nlike = "{name}"\nfolder = "{name}"\n'
                for name in ("x", "bluesky")]  # fmt: skip
    file.write_text("\n".join([file.read_text(), *networks]))
    alt = "A curve falls, and falls again. " * 40
    told = desk("add", write_item(desk.folder, "long", alt=f'"{alt}"')).out
    refused = "long for x: its alt text has 1,279 of at most 1,000 characters; shorten it."
    assert told == f"long is a draft, because it cannot go out:\n  ! {refused}\n"
    assert refused in desk("ready", "long", code=1).err
    assert desk("preview", "long", code=1).out.count("its alt text has") == 1
    assert desk.shown("long")["alt"] == alt.strip()
    assert f"! long is a draft: {refused}" in desk("next").out
    shorter = "A curve falls, and falls again. " * 30
    assert "long is a draft that lacks nothing" in desk("edit", "long", "--alt", shorter).out


def test_what_a_drawn_slides_alt_text_leaves_out_is_told(desk: Desk) -> None:
    (desk.folder / "a.png").write_bytes(png("navy", (300, 200)))
    caption = " ".join(f"Curve {number} falls." for number in range(1, 14))
    figure = f'{{ file = "a.png", caption = "{caption}" }}'
    slide = f'{{ figures = [{", ".join([figure] * 5)}, "a.png"] }}'
    file = write_item(desk.folder, "drawn", alt=None, picture=None, slide=slide)
    (desk.folder / "drawn.png").unlink()
    told = desk("add", file).out
    assert "note: its alt text: figure 6 has no caption, so nothing tells what it shows" in told
    assert "note: its alt text: left out, to stay within 1,000 characters: the last " in told
    assert len(desk.shown("drawn")["alt"]) <= 1_000
