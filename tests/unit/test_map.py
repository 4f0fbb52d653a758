"""The map in bot/__init__.py is the house as it is."""

import ast
import re

import bot
from tests.conftest import ROOT

HOUSE = ROOT / "bot"
MAPPED = re.findall(r"^ {4}(\S+) {2,}(\S.*)$", bot.__doc__ or "", re.MULTILINE)


def entries() -> set[str]:
    """The folders and modules at the top of the house."""
    inside = {file for file in HOUSE.iterdir() if not file.name.startswith("__")}
    folders = {file.name for file in inside if (file / "__init__.py").is_file()}
    return folders | {file.name for file in inside if file.suffix == ".py"}


def test_the_map_names_every_entry_once_and_none_that_is_not_there() -> None:
    assert sorted(name for name, _ in MAPPED) == sorted(entries())


def test_every_line_of_the_map_says_something_of_its_own() -> None:
    said = [words for _, words in MAPPED]
    assert len(set(said)) == len(said)


def test_every_module_gives_its_one_reason_to_exist_in_its_first_lines() -> None:
    for file in HOUSE.rglob("*.py"):
        summary = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split(
            "\n\n"
        )[0]
        assert summary.endswith((".", "!")), file
