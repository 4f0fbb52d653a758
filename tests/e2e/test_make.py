"""`make` mends its virtual environment after the clone was moved."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, absent

pytestmark = pytest.mark.slow


def make(folder: Path, *args: str) -> str:
    done = subprocess.run(
        ["make", f"PYTHON={sys.executable}", *args],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def first_line(folder: Path) -> str:
    return (folder / ".venv/bin/pip").read_text(encoding="utf-8").splitlines()[0]


def test_after_the_clone_was_moved_make_makes_the_environment_anew(tmp_path: Path) -> None:
    if not shutil.which("make"):
        absent("make is not installed")
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    shutil.copy(ROOT / "Makefile", before)
    make(before, ".venv/made")
    assert first_line(before).startswith(f"#!{before}/.venv/bin/python")
    assert "is up to date" in make(before, ".venv/made")
    # As what was installed there, it stands for what make put into the folder.
    (before / ".venv/ready").touch()
    before.rename(after)
    make(after, ".venv/made")
    assert first_line(after).startswith(f"#!{after}/.venv/bin/python")
    assert not (after / ".venv/ready").exists(), "what was installed is installed anew"
    assert "is up to date" in make(after, ".venv/made")
