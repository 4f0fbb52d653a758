"""The house's rules, checked by the tools that know them; all are configured in pyproject.toml."""

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot
from bot.core.text.patterns import POSSESSIVE_GROUP
from tests.conftest import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=lambda command: command[0] + "-" + command[-1].strip(".-"),
)
def test_the_tool_finds_nothing(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_patterns_with_possessive_groups_are_compiled_where_old_pythons_are_known() -> None:
    wrong = []
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if module.name.endswith("__main__") or ".migrations." in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            is_pattern = isinstance(value, re.Pattern) and isinstance(value.pattern, str)
            if is_pattern and re.search(POSSESSIVE_GROUP, value.pattern):
                wrong.append(f"{module.name}.{name}")
    assert wrong == []
