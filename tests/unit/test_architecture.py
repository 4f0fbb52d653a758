"""docs/architecture.md against the code: files, states, moves, floors."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from bot.core import collage, delivery, month, schedule
from tests.conftest import ROOT

HOUSE = ROOT / "bot"
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PACKAGES = sorted(file.parent.relative_to(HOUSE) for file in HOUSE.rglob("*/__init__.py"))
NO_ROOMS = {"storage/migrations", "storage/migrations/versions"}
"""Packages that hold no rule to look for."""


def section(heading: str) -> str:
    """The text below a heading, up to the next one that is as high."""
    level = heading.partition(" ")[0]
    _, _, rest = PAGE.partition(f"\n{heading}\n")
    assert rest, f"there is no heading {heading}"
    return re.split(rf"\n#{{1,{len(level)}}} ", rest)[0]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    lines = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def files_in(text: str) -> set[str]:
    """Every path of a module or a folder that stands in backticks."""
    return set(re.findall(r"`([\w/]+(?:\.py|/))`", text))


def test_every_file_that_is_named_exists() -> None:
    assert len(files_in(PAGE)) > 50
    assert [name for name in sorted(files_in(PAGE)) if not (HOUSE / name).exists()] == []


def test_every_package_is_named() -> None:
    rooms = [str(package) for package in PACKAGES if str(package) not in NO_ROOMS]
    assert [name for name in rooms if f"{name}/" not in PAGE] == []


def test_every_module_at_the_top_is_named() -> None:
    modules = {file.name for file in HOUSE.glob("*.py")} - {"__init__.py"}
    assert modules <= files_in(PAGE)


@pytest.mark.parametrize(
    ("heading", "moves"),
    [("### A delivery", delivery.MOVES), ("### A collage", collage.MOVES)],
    ids=["delivery", "collage"],
)
def test_the_moves_are_those_of_the_code(
    heading: str, moves: Mapping[StrEnum, frozenset[StrEnum]]
) -> None:
    drawn = {(before, after) for before, after, *_ in rows(heading)}
    legal = {(str(before), str(after)) for before, targets in moves.items() for after in targets}
    assert drawn == legal


@pytest.mark.parametrize(
    ("heading", "states"),
    [("### A slot", schedule.SlotState), ("### A roundup", month.State)],
    ids=["slot", "roundup"],
)
def test_the_states_are_those_of_the_code(heading: str, states: type[StrEnum]) -> None:
    assert [row[0] for row in rows(heading)] == [str(state) for state in states]


@pytest.mark.parametrize(
    ("heading", "states"),
    [("### A delivery", delivery.State), ("### A collage", collage.State)],
    ids=["delivery", "collage"],
)
def test_the_drawing_shows_every_state(heading: str, states: type[StrEnum]) -> None:
    drawing = section(heading).split("```")[1]
    assert set(re.findall(r"[a-z]+", drawing)) >= {str(state) for state in states}


@pytest.mark.parametrize(
    "heading", ["### A delivery", "### A collage", "### A slot", "### A roundup"]
)
def test_each_move_names_the_module_that_makes_it(heading: str) -> None:
    unnamed = [row for row in rows(heading) if not files_in(row[-1])]
    assert all("nothing does it today" in row[-2] for row in unnamed)


def test_the_sending_protocol_has_ten_lines() -> None:
    steps = re.findall(r"^\d+\. ", section("## The sending protocol"), re.MULTILINE)
    assert steps == [f"{number}. " for number in range(1, 11)]


def test_each_question_has_a_file_and_stands_there_once() -> None:
    asked = [(question, file) for question, file in rows("## Where each rule lives") if file]
    assert len(asked) >= 25
    assert all(files_in(file) for _, file in asked)
    assert len({question for question, _ in asked}) == len(asked)


def contract(kind: str) -> dict[str, Any]:
    """The first import contract of that type in pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return next(one for one in contracts if one["type"] == kind)


def test_the_floors_are_those_that_import_linter_checks() -> None:
    drawn = section("## The floors").split("```")[1].split("\n")
    assert [line for line in drawn if line] == contract("layers")["layers"]
