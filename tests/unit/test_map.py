"""The map in bot/__init__.py is the house as it is."""

import ast
import re

import bot
from tests.conftest import ROOT

HOUSE = ROOT / "bot"
MAPPED = re.findall(r"^ {4}(\S+\.py) {2,}(\S.*)$", bot.__doc__ or "", re.MULTILINE)


def modules() -> set[str]:
    """Every module that holds more than a docstring; a migration is a step of history and needs no line."""
    found = set()
    for file in HOUSE.rglob("*.py"):
        path = file.relative_to(HOUSE)
        if len(ast.parse(file.read_text(encoding="utf-8")).body) > 1 and "versions" not in path.parts:
            found.add(path.as_posix())
    return found


def test_the_map_names_every_module_once_and_none_that_is_not_there() -> None:
    assert sorted(path for path, _ in MAPPED) == sorted(modules())


def test_every_line_of_the_map_says_something_of_its_own() -> None:
    said = [words for _, words in MAPPED]
    assert len(set(said)) == len(said)


def test_every_module_gives_its_one_reason_to_exist_on_one_line() -> None:
    for file in HOUSE.rglob("*.py"):
        first = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        assert first.endswith((".", "!")), file
