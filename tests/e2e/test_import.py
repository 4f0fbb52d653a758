"""`mlcollage import`: what it says, how it ends, and the pictures that come afterwards."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import Desk

PAPER = "https://arxiv.org/abs/2203.00011"
SECTION = """## Soft Clouds

*Authors: Wolke et al. (2022)* | [Paper]({paper})

Clouds drift.

![Two clouds]({picture})

Figure by the authors
"""
ARTICLE = "# A Paper to Read in March 2022\n\n" + SECTION.format(paper=PAPER, picture="clouds.png")


@pytest.fixture
def source(bare: Desk) -> Path:
    file = bare.folder / "march.md"
    file.write_text(ARTICLE, encoding="utf-8")
    return file


def picture(folder: Path, name: str = "clouds.png") -> Path:
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (640, 360), "white").save(folder / name)
    return folder


def test_an_article_with_its_pictures_and_nothing_to_do_ends_with_0(
    bare: Desk, source: Path
) -> None:
    folder = picture(bare.folder / "img")
    [told] = bare("import", source, "--pictures", folder, "--json").json
    assert (told["to_do"], told["findings"], told["not_taken"]) == (False, [], [])
    assert [one["state"] for one in told["collages"]] == ["ready"]


def test_a_finding_or_a_draft_ends_with_1_and_a_note_alone_does_not(
    bare: Desk, source: Path
) -> None:
    folder = picture(bare.folder / "img")
    source.write_text(ARTICLE.replace("# A", "# A", 1) + "\n## Lost\n\nNothing.\n", "utf-8")
    said = bare("import", source, "--pictures", folder, code=1).out
    assert "march.md:13: The heading 'Lost' became no collage" in said
    bare("remove", "soft-clouds")
    source.write_text(ARTICLE.replace("\n\n##", "\n\nHello.\n\n##", 1), "utf-8")
    said = bare("import", source, "--pictures", folder).out
    assert "note: " in said
    assert "1 paragraph is not taken (line 3: 'Hello.')" in said


def test_importing_twice_brings_nothing_in_twice(bare: Desk, source: Path) -> None:
    bare("import", source, code=1)
    before = bare("list", "--json").json
    assert "already a collage named soft-clouds" in bare("import", source, code=1).err
    source.write_text(ARTICLE.replace(f" | [Paper]({PAPER})", ""), encoding="utf-8")
    bare("import", source, code=1)
    assert bare("list", "--json").json == before


def test_what_came_in_before_a_refused_article_is_told_of(bare: Desk, source: Path) -> None:
    again = bare.folder / "again.md"
    again.write_text(ARTICLE, encoding="utf-8")
    bare("list")
    result = bare("import", source, again, "--posted", code=1)
    assert "soft-clouds is posted" in result.out
    assert "There is a roundup 2022-03 of mlcollage already" in result.err
    third = bare.folder / "april.md"
    third.write_text(ARTICLE.replace("March", "April").replace("Soft", "Hard"), encoding="utf-8")
    result = bare("import", third, again, "--posted", "--json", code=1)
    assert [one["state"] for one in result.json[0]["collages"]] == ["posted"]


def test_pictures_follow_from_a_folder_once_and_what_is_missing_is_named(
    bare: Desk, source: Path
) -> None:
    other = SECTION.format(paper=f"{PAPER}9", picture="wind.png").replace("Soft Clouds", "Wind")
    source.write_text(f"{ARTICLE}\n{other}", encoding="utf-8")
    assert "mlcollage import --pictures FOLDER" in bare("import", source, code=1).out
    folder = picture(bare.folder / "img")
    said = bare("import", "--pictures", folder, code=1).out
    assert "soft-clouds has its picture now: clouds.png" in said
    assert "wind still has none: wind.png is not in" in said
    assert "mlcollage ready soft-clouds" in said
    picture(folder, "wind.png")
    told = bare("import", "--pictures", folder, "--json", code=1).json
    assert [one["name"] for one in told["attached"]] == ["wind"]
    assert (told["missing"], told["refused"]) == ([], [])
    assert "has it already" in bare("import", "--pictures", folder).out


def test_a_file_that_is_no_picture_is_named_and_the_others_are_attached(
    bare: Desk, source: Path
) -> None:
    bare("import", source, code=1)
    folder = bare.folder / "img"
    folder.mkdir()
    (folder / "clouds.png").write_text("no picture")
    assert (
        "soft-clouds still has none: clouds.png" in bare("import", "--pictures", folder, code=1).out
    )


def test_history_keeps_what_was_found_and_gets_its_pictures_afterwards(
    bare: Desk, source: Path
) -> None:
    source.write_text(ARTICLE.replace(" (2022)", "").replace("\n\n##", "\n\nHi.\n\n##", 1), "utf-8")
    bare("import", source, "--posted", code=1)
    shown = bare("roundup", "show", "2022-03").out
    assert "warning: line 5: 'Soft Clouds' has no year." in shown
    assert "note: line 3: Above the first paper, 1 paragraph is not taken" in shown
    levels = [one["level"] for one in bare("roundup", "show", "2022-03", "--json").json["findings"]]
    assert levels == ["note", "warning"]
    folder = picture(bare.folder / "img")
    assert "has its picture now" in bare("import", "--pictures", folder).out
    [collage] = bare("history", "--json").json
    assert json.dumps(collage).count("clouds.png") == 1


def test_an_imported_roundup_is_edited_and_its_commands_say_whose_it_is(
    bare: Desk, source: Path
) -> None:
    original = "> Original: <https://blog.example.net/march>\n\n"
    source.write_text(ARTICLE.replace("\n\n", f"\n\n{original}", 1), encoding="utf-8")
    bare("import", source, "--posted")
    said = bare("roundup", "edit", "2022-03", "--subtitle", "Of clouds").out
    assert "note: it was published elsewhere, and stays as it is there" in said
    assert "note: its page is made again at the next tick; its address stays" in said
    refused = bare("roundup", "render", "2022-03", code=1).err
    assert "was published elsewhere; its page here is written by: mlcollage site" in refused


def test_a_year_is_no_month_for_any_command_that_wants_one(bare: Desk) -> None:
    bare("list")
    for command in ("edit", "approve", "render", "publish", "export"):
        given = ("--title", "X") if command == "edit" else ()
        assert "2021 is a year" in bare("roundup", command, "2021", *given, code=2).err


def test_a_list_comes_in_as_drafts_even_with_slides(bare: Desk) -> None:
    file = bare.folder / "list.md"
    file.write_text(f"# Bookmarks\n\n- [Soft Clouds]({PAPER}) (Wolke & Regen, 2022) - Drift.\n")
    [told] = bare("import", file, "--draw", "--json", code=1).json
    assert [(one["state"], one["missing"]) for one in told["collages"]] == [("draft", [])]


def test_what_is_no_article_is_refused_by_its_name(bare: Desk) -> None:
    page, word = bare.folder / "page.html", bare.folder / "paper.docx"
    bare("init")
    page.write_text("<!doctype html><html><h1>Papers</h1></html>")
    word.write_bytes(b"PK\x03\x04\x14\x00 [Content_Types].xml word/document.xml \xff\xfe")
    assert "is an HTML page; save the article as Markdown" in bare("import", page, code=1).err
    assert "is a Word document (.docx)" in bare("import", word, code=1).err
    assert "Name an ARTICLE" in bare("import", code=2).err
