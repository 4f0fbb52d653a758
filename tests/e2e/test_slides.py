"""Slides at the desk: for a look, as a collage's picture, from item files, while one writes."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import Desk
from tests.e2e.process import ENVIRONMENT
from tests.slides import figure

ITEM = """+++
title = "Slides {name}"
authors = ["Ada Lovelace"]
year = 2021
[links]
paper = "https://example.org/{name}"
[slide]
figures = [{{ file = "0.png", caption = "The $\\\\lambda$ loss" }}, "1.png"]
takeaways = ["It *works*.", "So does $x^2$."]
theme = "night"
+++

One paragraph.
"""


@pytest.fixture
def item(desk: Desk) -> str:
    """An item file with two figures on its slide; its NAME is slides-one."""
    for place in range(3):
        (desk.folder / f"{place}.png").write_bytes(figure(place))
    (desk.folder / "one.md").write_text(ITEM.format(name="one"), encoding="utf-8")
    return "slides-one"


def size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def test_an_item_file_with_a_slide_is_added_with_it(desk: Desk, item: str) -> None:
    assert "slides-one is ready" in desk("add", "one.md").out
    shown = desk("show", item, "--json").json
    assert shown["picture"]["is_drawn"]
    assert (shown["picture"]["width"], shown["picture"]["height"]) == (2560, 1440)
    assert shown["alt"].startswith("Collage of the paper ‘Slides one’ by Lovelace (2021), ML-Coll")
    slide = shown["slide"]
    assert [(figure["file"], figure["caption"]) for figure in slide["figures"]] == [
        ("0.png", "The $\\lambda$ loss"),
        ("1.png", ""),
    ]
    assert slide["takeaways"] == ["It *works*.", "So does $x^2$."]
    assert (slide["theme"], slide["format"]) == ("night", None)
    told = desk("show", item).out
    for text in ("drawn with its number, theme night", "0.png; The $\\lambda$ loss", "It *works*."):
        assert text in told


def test_a_slide_is_only_written_with_output_and_nothing_is_stored(desk: Desk, item: str) -> None:
    told = desk("slide", "one.md", "--output", "look.png", "--format", "4:3").out
    assert "look.png: 2560 × 1920" in told
    assert "number 33/52" in told
    assert size((desk.folder / "look.png").read_bytes()) == (2560, 1920)
    assert item not in desk("list").out
    described = desk(
        *("slide", "--title", "By options", "--author", "Bo Example", "--year", 2020),
        *("--figure", "2.png=A caption = with a sign", "--takeaway", "One.", "--takeaway", "Two."),
        *("--theme", "plain", "--output", "options.png", "--json"),
    ).json["slide"]
    assert described["figures"][0]["caption"] == "A caption = with a sign"
    assert described["takeaways"] == ["One.", "Two."]
    assert (described["width"], described["unshown"], described["cut"]) == (2560, [], [])


def test_a_collage_gets_its_slide_by_name_and_edit_keeps_it(desk: Desk, item: str) -> None:
    desk("add", "one.md")
    told = desk("slide", item, "--figure", "2.png=Another", "--format", "4:3").out
    assert "slide figure 1" in told
    assert "slide format: none → 4:3" in told
    shown = desk("show", item, "--json").json
    assert [figure["file"] for figure in shown["slide"]["figures"]] == ["2.png"]
    assert shown["slide"]["takeaways"] == ["It *works*.", "So does $x^2$."]
    assert shown["picture"]["height"] == 1920
    before = shown["picture"]["sha256"]
    desk("edit", item, "--title", "Another title")
    shown = desk("show", item, "--json").json
    assert shown["picture"]["sha256"] != before
    assert "Another title" in shown["alt"]
    desk("edit", item, "--takeaway", "Only this.")
    assert desk("show", item, "--json").json["slide"]["takeaways"] == ["Only this."]
    assert desk("edit", item, "--takeaway", "Only this.").out.startswith(f"{item} is unchanged.")


def test_an_editor_sees_the_slide_and_what_it_changes_there_is_drawn(
    desk: Desk, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("add", "one.md")
    before = desk("show", item, "--json").json
    monkeypatch.setenv("EDITOR", "true")
    assert "is unchanged" in desk("edit", item).out
    monkeypatch.setenv("EDITOR", 'sed -i \'s/night/plain/; s/, "1.png"/, "2.png"/\'')
    told = desk("edit", item).out
    assert "slide theme: night → plain" in told
    after = desk("show", item, "--json").json
    assert [figure["file"] for figure in after["slide"]["figures"]] == ["0.png", "2.png"]
    assert after["slide"]["figures"][0] == before["slide"]["figures"][0]
    assert after["picture"]["sha256"] != before["picture"]["sha256"]


def test_a_picture_of_ones_own_stays_and_the_slide_is_kept_beside_it(desk: Desk, item: str) -> None:
    before = desk("show", "alpha", "--json").json["picture"]["sha256"]
    told = desk("edit", "alpha", "--takeaway", "A point.").out
    assert "its picture stays; for the slide: mlcollage edit alpha --draw" in told
    shown = desk("show", "alpha", "--json").json
    assert (shown["picture"]["sha256"], shown["slide"]["takeaways"]) == (before, ["A point."])
    assert desk("edit", "alpha", "--draw").code == 0
    assert desk("show", "alpha", "--json").json["picture"]["is_drawn"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("figures = [", 'figure = ["2.png"]\nfigures = ['), "slide: unknown key"),
        (('"1.png"]', '"9.png"]'), "slide: figures, entry 2: there is no '9.png'"),
        (('"1.png"]', '"../1.png"]'), "slide: figures, entry 2: '1.png' is outside of the folder"),
        (('"1.png"]', '{ caption = "a" }]'), "slide: figures, entry 2: file: is missing"),
        (('"1.png"]', ", ".join(['"1.png"'] * 6) + "]"), "at most 6"),
        (('"It *works*."', ", ".join(['"a"'] * 4)), "at most 4"),
        (('theme = "night"', 'theme = "nigth"'), "Did you mean night?"),
        (('theme = "night"', 'format = "16:10"'), "slide.format: must be 16:9 or 4:3"),
        (("It *works*.", "w" * 301), "slide.takeaway: 301 characters, at most 300"),
    ],
)
def test_a_wrong_slide_is_refused_in_one_sentence_and_nothing_is_added(
    desk: Desk, item: str, changed: tuple[str, str], said: str
) -> None:
    file = desk.folder / "one.md"
    file.write_text(file.read_text(encoding="utf-8").replace(*changed), encoding="utf-8")
    answer = desk("add", "one.md", code=1)
    assert said in answer.err
    assert item not in desk("list").out


def test_a_slide_without_a_place_to_go_is_asked_for_one(desk: Desk, item: str) -> None:
    assert "Name the FILE to write with --output" in desk("slide", "one.md", code=2).err
    assert "Name the FILE" in desk("slide", "--title", "A", code=2).err


def test_what_is_too_long_is_told_when_it_is_added_and_previewed(desk: Desk, item: str) -> None:
    file = desk.folder / "one.md"
    long = ", ".join([f'"{"Many words that say a lot. " * 11}"'] * 4)
    text = file.read_text(encoding="utf-8").replace('"It *works*.", "So does $x^2$."', long)
    file.write_text(text, encoding="utf-8")
    told = "its slide has no room for all of takeaway 1, takeaway 2, takeaway 3, takeaway 4"
    assert told in desk("add", "one.md").out
    assert told in desk("preview", item).out


def test_templates_check_and_doctor_name_what_keeps_slides_from_being_drawn(desk: Desk) -> None:
    made = desk("templates", "copy", "slide/collage.typ", "--series", "mlcollage").out
    own = desk.folder / "templates/series/mlcollage/slide/collage.typ"
    assert str(own) in made
    assert "no problems" in desk("templates", "check").out
    own.write_text(own.read_text(encoding="utf-8") + "\n#nonsense\n", encoding="utf-8")
    line = len(own.read_text(encoding="utf-8").splitlines())
    said = f"Template {own}, line {line}: unknown variable: nonsense."
    assert said in desk("templates", "check", code=1).out
    assert f"no slide can be drawn: {said}" in desk("doctor", code=1).err
    refused = desk("templates", "copy", "slide/parts.typ", "--account", "outbox", code=1).err
    assert "is the same for all networks and accounts" in refused


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_watch_draws_again_what_was_changed_and_ends_by_ctrl_c(desk: Desk, item: str) -> None:
    command = (sys.executable, "-u", "-m", "bot", "slide", "one.md", "--output", "w.png", "--watch")
    told = desk.folder / "told.txt"
    with told.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            command, cwd=desk.folder, env=ENVIRONMENT, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(told, "w.png: ", 1)
        first = (desk.folder / "w.png").read_bytes()
        (desk.folder / "1.png").write_bytes(figure(5))
        _wait_for(told, "w.png: ", 2)
        assert "1.png was changed." in told.read_text(encoding="utf-8")
        assert (desk.folder / "w.png").read_bytes() != first
        file = desk.folder / "one.md"
        whole = file.read_text(encoding="utf-8")
        file.write_text(whole.replace("year = 2021", "year = x"), encoding="utf-8")
        _wait_for(told, "! one.md: line 4", 1)
        file.write_text(whole, encoding="utf-8")
        _wait_for(told, "w.png: ", 3)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert told.read_text(encoding="utf-8").endswith("Stopped.\n")
    finally:
        process.kill()
        process.wait()


def _wait_for(file: Path, text: str, count: int) -> None:
    until = time.monotonic() + 60
    while file.read_text(encoding="utf-8").count(text) < count:
        assert time.monotonic() < until, file.read_text(encoding="utf-8")
        time.sleep(0.05)


def test_an_exported_item_gives_the_same_slide(desk: Desk, item: str) -> None:
    desk("add", "one.md")
    written = json.loads(desk("show", item, "--json").out)["slide"]
    assert len(written["figures"][0]["sha256"]) == 64
