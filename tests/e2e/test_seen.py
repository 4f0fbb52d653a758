"""What a careful person would see of a picture is told wherever the collage is looked at."""

import io
from datetime import timedelta

import pytest
from PIL import Image, ImageDraw

from tests.conftest import plain_picture, write_item
from tests.e2e.conftest import NOW, Desk

SOON = NOW + timedelta(hours=5)
SETTINGS = f"""
[series.mlcollage]
slots = ["{SOON:%A %H:%M}"]
roundup = {{ day = {(NOW + timedelta(days=14)).day} }}
"""
WIDE = (
    "its picture is very wide (1,600 × 400 pixels): networks crop it, or show a sliver; "
    "bring it nearer to 16:9"
)
GROUND = "its picture has a transparent background; it goes out on white"
SAME = "old (in the queue) has a picture that looks the same"


def wide() -> bytes:
    """A drawing that is too wide, and has no background."""
    image = Image.new("RGBA", (1_600, 400), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for at in range(0, 1_600, 320):
        draw.rectangle((at, at // 8, at + 160, 200 + at // 8), fill=(20, at // 8, 90))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def telling(bare: Desk) -> Desk:
    """The queue holds a collage whose picture there is something to say of."""
    (bare.folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    item = write_item(bare.folder, "wide")
    (bare.folder / "wide.png").write_bytes(wide())
    told = bare("add", "--draft", item).out
    assert told.endswith(f"\n  note: {WIDE}\n  note: {GROUND}\n")
    return bare


def test_it_is_told_by_every_command_that_shows_the_collage(telling: Desk) -> None:
    for answer in (
        telling("show", "wide").out,
        telling("ready", "wide").out,
        telling("next").out,
        telling("preview", "wide").out,
        telling("edit", "wide", "--alt", "A wide drawing.").out,
    ):
        assert WIDE in answer
        assert GROUND in answer
    assert telling("show", "wide", "--json").json["notes"] == [WIDE, GROUND]
    assert telling("next", "--json").json["slots"][0]["notes"] == [WIDE, GROUND]
    assert telling("preview", "wide", "--json").json["accounts"][0]["notes"] == [WIDE, GROUND]
    telling("tick", code=1)
    [brief] = telling("notices", "--all", "--json").json
    assert f"careful: {WIDE}." in brief["details"]


def test_a_picture_that_was_there_before_is_told_by_them_too(bare: Desk) -> None:
    (bare.folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    bare("add", write_item(bare.folder, "old"))
    again = write_item(bare.folder, "again")
    image = Image.open(io.BytesIO(plain_picture("old"))).resize((1_400, 790))
    image.save(bare.folder / "again.png")
    assert bare("add", "--draft", again).out.endswith(f"\n  note: {SAME}\n")
    for answer in (
        bare("show", "again").out,
        bare("ready", "again").out,
        bare("next").out,
        bare("preview", "again").out,
        bare("edit", "again", "--alt", "The same once more.").out,
    ):
        assert SAME in answer
    bare("move", "again", "--first")
    assert "careful: again (in the queue) has a picture" not in bare("preview", "again").out


def test_a_page_of_a_pdf_is_given_by_its_number(bare: Desk) -> None:
    pages = [Image.open(io.BytesIO(plain_picture(name))).convert("RGB") for name in ("one", "two")]
    pages[0].save(bare.folder / "talk.pdf", save_all=True, append_images=pages[1:])
    bare("add", "--draft", write_item(bare.folder, "page"))
    refused = bare("edit", "page", "--picture", bare.folder / "talk.pdf", code=1).err
    assert "talk.pdf: is a PDF of 2 pages; name the one that is to be shown" in refused
    bare("edit", "page", "--picture", f"{bare.folder / 'talk.pdf'}#page=2")
    picture = bare("show", "page", "--json").json["picture"]
    assert (picture["file"], picture["page"], picture["mime"]) == (
        "talk.pdf#page=2",
        2,
        "application/pdf",
    )
