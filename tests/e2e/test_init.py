"""The first command: a configuration with what a person chose, asked for or given."""

import os
import pty
import select
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.app.start import CHOICES
from tests.conftest import ROOT
from tests.e2e.conftest import Desk

EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
CHOSEN = {
    "zone": "Europe/Berlin",
    "slots": "tuesday 09:30, friday 18:00",
    "hashtag": "visionlab",
    "language": "de",
    "title": "Vision Collage",
    "papers": "Vision Paper, Vision Papers",
    "address": "https://lab.edu/collage/",
}


@pytest.fixture
def empty(bare: Desk) -> Desk:
    """A folder without a configuration."""
    (bare.folder / "config.toml").unlink()
    return bare


def settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))


def test_without_a_terminal_and_options_it_is_the_example_with_every_default(empty: Desk) -> None:
    said = empty("init").out
    assert "Made config.toml: every setting with its default." in said
    assert (empty.folder / "config.toml").read_text(encoding="utf-8") == EXAMPLE


def test_what_is_given_stands_in_the_configuration_and_all_comments_stay(empty: Desk) -> None:
    options = [word for name, value in CHOSEN.items() for word in (f"--{name}", value)]
    said = empty("init", *options).out
    assert "your zone, slots, hashtag, language, title, papers, address, and every" in said
    made = settings(empty.folder)
    series = made["series"]["mlcollage"]
    assert made["zone"] == "Europe/Berlin"
    assert series["slots"] == ["tuesday 09:30", "friday 18:00"]
    assert (series["hashtag"], series["title"]) == ("visionlab", "Vision Collage")
    assert series["roundup"]["papers"] == ["Vision Paper", "Vision Papers"]
    assert series["roundup"]["base_url"] == "https://lab.edu/collage/"
    written = (empty.folder / "config.toml").read_text(encoding="utf-8")
    assert [line.count("#") > 0 for line in written.splitlines()] == [
        line.count("#") > 0 for line in EXAMPLE.splitlines()
    ]
    assert "Europe/Berlin" in empty("next").out


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("zone", "Mars/Olympus", "must be an IANA zone such as"),
        ("slots", "someday 15:00", "someday"),
        ("slots", "monday 15:00, monday 15:00", "names an entry twice"),
        ("hashtag", "two words", "must be one word such as"),
        ("title", " ", "must"),
        ("papers", "a, b, c, d, e, f, g", "must be one text, a list"),
        ("language", "xx", "must be the tag of a language"),
        ("address", "lab.edu/collage", "must be an http(s) address"),
    ],
)
def test_a_choice_that_cannot_be_is_named_and_nothing_is_made(
    empty: Desk, option: str, value: str, words: str
) -> None:
    told = empty("init", f"--{option}", value, code=2).err
    assert f"'--{option}'" in told
    assert words in told
    assert not (empty.folder / "config.toml").exists()
    assert not (empty.folder / "queue.db").exists()


def test_choices_for_a_configuration_that_is_there_are_refused(bare: Desk) -> None:
    before = (bare.folder / "config.toml").read_bytes()
    told = bare("init", "--zone", "Europe/Berlin", code=2).err
    assert "config.toml is there already and stays as it is: --zone would change nothing." in told
    assert (bare.folder / "config.toml").read_bytes() == before
    assert "is there already and stays as it is." in bare("init").out


def test_its_help_has_an_example_of_each_choice(bare: Desk) -> None:
    said = " ".join(bare("init", "--help").out.split())
    for choice in CHOICES.values():
        assert f'as in "{choice.example}"' in said
    assert 'Example: mlcollage init --zone Europe/Berlin --slots "wednesday 15:00"' in said


def answered(folder: Path, answers: list[str]) -> str:
    """What `init` shows in a terminal in which somebody types these answers."""
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "init"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "dumb"},
    )
    os.close(inside)
    shown = b""
    waiting = [f"{answer}\n".encode() for answer in answers]
    while select.select([terminal], [], [], 30)[0]:
        try:
            read = os.read(terminal, 4096)
        except OSError:
            break
        shown += read
        if waiting and shown.endswith(b": "):
            shown += b"|"
            os.write(terminal, waiting.pop(0))
    assert process.wait() == 0
    os.close(terminal)
    return shown.decode()


def test_in_a_terminal_it_asks_and_asks_again_for_what_cannot_be(empty: Desk) -> None:
    shown = answered(empty.folder, ["Mars", "Europe/Berlin", "", "#visionlab", "de", "", "", ""])
    assert "Time zone [UTC]: " in shown
    assert "must be an IANA zone" in shown
    made = settings(empty.folder)
    assert made["zone"] == "Europe/Berlin"
    series = made["series"]["mlcollage"]
    assert series["slots"] == ["wednesday 15:00"]
    assert series["hashtag"] == "#visionlab"
    assert series["language"] == "de"
    assert series["roundup"]["papers"] == [], "those of the language"
    assert series["roundup"]["base_url"] == "", "no example of an address"
