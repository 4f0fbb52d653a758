"""The pages of roundups after they were made: gone, edited by hand, made again."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import write_item
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage

CONFIG = 'zone = "UTC"\n[series.mlcollage]\nslots = ["wednesday 15:00"]\n'


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a month was played to its roundup."""
    folder = tmp_path_factory.mktemp("month")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    items = [write_item(folder, name) for name in ("alpha", "beta", "gamma", "delta")]
    mlcollage(folder, "add", *items)
    mlcollage(folder, "simulate", "--in", "played", "--from", "2021-08-01", "--to", "2021-08-31")
    return folder / "played"


def page(month: Path) -> Path:
    (found,) = (month / "site").glob("*-2021/index.html")
    return found


def doctor(month: Path) -> str:
    """What is to be repaired, as `doctor` tells it."""
    done = subprocess.run(
        [*COMMAND, "doctor"], cwd=month, env=ENVIRONMENT, capture_output=True, check=False
    )
    return done.stderr.decode()


def test_a_page_that_is_gone_is_told_and_made_again(month: Path) -> None:
    before = page(month).read_bytes()
    path = page(month)
    path.unlink()
    assert "is gone" in doctor(month)
    assert "was made again" in mlcollage(month, "roundup", "render", "2021-09")
    assert path.read_bytes() == before
    assert "as it was" in mlcollage(month, "roundup", "render", "2021-09")


def test_a_page_that_was_edited_by_hand_is_never_overwritten_in_silence(month: Path) -> None:
    path = page(month)
    made = path.read_bytes()
    path.write_bytes(made + b"<!-- a word of thanks -->")
    assert "was edited by hand" in doctor(month)
    left = mlcollage(month, "roundup", "render", "2021-09", code=1)
    assert "is left as it is" in left
    assert path.read_bytes() != made
    mlcollage(month, "roundup", "render", "2021-09", "--over-edits")
    assert path.read_bytes() == made
    assert path.with_name("index.html.edited").read_bytes().endswith(b"thanks -->")
