"""The page that tells how to add a network: its example is applied, and does what it says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.process import ENVIRONMENT

PAGE = ROOT / "docs" / "adding-a-network.md"
NEEDED = ("bot", "tests", "templates", "pyproject.toml", "config.example.toml")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the example's network in it."""
    folder = tmp_path_factory.mktemp("tree")
    for name in NEEDED:
        place = ROOT / name
        if place.is_dir():
            without = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(place, folder / name, ignore=without)
        else:
            shutil.copy(place, folder)
    examples = re.findall(r"^```diff\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    (diff,) = examples
    subprocess.run(
        ["git", "apply", "--whitespace=error", "-"],
        cwd=folder,
        input=diff,
        encoding="utf-8",
        check=True,
    )
    return folder


def run(tree: Path, *words: str) -> str:
    """What a module says in that tree, and nothing of the checkout's own."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=tree,
        env=ENVIRONMENT | {"PYTHONPATH": str(tree)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_passes_the_suite_for_every_publisher(tree: Path) -> None:
    suite = "tests/contract/test_publishers.py"
    options = ("-q", "-n", "0", "-p", "no:cacheprovider", "-k", "board")
    assert " passed" in run(tree, "pytest", *options, "-o", "addopts=", suite)


def test_the_example_has_what_the_protocol_asks_for(tree: Path) -> None:
    checked = ("bot/publishers/board.py", "tests/contract/test_publishers.py")
    assert "Success" in run(tree, "mypy", *checked)


def test_the_example_is_written_as_the_rest_is(tree: Path) -> None:
    run(tree, "ruff", "check", "bot/publishers/board.py", "tests/contract/test_publishers.py")
    run(tree, "ruff", "format", "--check", "bot/publishers/board.py", "bot/core/network.py")
