"""A maintainer's desk: the program in this process, in a folder with a few items."""

import gc
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import __main__ as program
from tests.conftest import write_item

ITEMS = ["alpha", "beta", "gamma", "delta"]
NOW = datetime.now(UTC)
SLOT = (NOW + timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
"""Slots and roundups fall far enough from now that none is due while a test runs."""
DAYS = [f"{SLOT + timedelta(weeks=week):%Y-%m-%d}" for week in range(8)]
SERIES = f"""
[series.{{name}}]
slots = ["{SLOT:%A} 12:00"]
numbering = {{{{ first = 29, restart = "never" }}}}
roundup = {{{{ folder = "site/{{name}}", day = {(NOW + timedelta(days=14)).day} }}}}
"""
CONFIG = SERIES.format(name="mlcollage")


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Desk:
    """The program in this process, in a folder of its own."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._patch, self._capsys = folder, monkeypatch, capsys

    def __call__(self, *args: object, code: int = 0, lines: int = 1) -> Answer:
        """Run a command and check its exit code; what goes wrong is told in so many lines and no
        more.
        """
        self._patch.setattr(sys, "argv", ["mlcollage", *map(str, args)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            program.main()
        answer = Answer(int(ended.value.code or 0), *self._capsys.readouterr())
        assert answer.code == code, answer.out + answer.err
        assert "Traceback" not in answer.err
        assert "unexpected" not in answer.err
        if code == 2 or answer.err:
            assert len(answer.err.splitlines()) == lines, answer.err
        return answer

    def names(self, *more: str) -> list[str]:
        return [one["name"] for one in self("list", "--json", *more).json]

    def shown(self, name: str) -> dict[str, Any]:
        shown: dict[str, Any] = self("show", name, "--json").json
        return shown

    def ahead(self) -> list[str | None]:
        return [slot["name"] or slot["state"] for slot in self("next", "--json").json["slots"]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration and four item files."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    for name in ITEMS:
        write_item(folder, name)
    return folder


@contextmanager
def at_the_desk(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Sit in a folder, by the name of Ada, with nothing else set."""
    (folder / "config.toml").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("MLCOLLAGE_DATABASE_URL", "MLCOLLAGE_CONFIG", "FORCE_COLOR", "VISUAL"):
            patch.delenv(name, raising=False)
        patch.setenv("MLCOLLAGE_USER", "ada")
        yield patch
    # A command turns it off: it is over before its garbage matters.
    gc.enable()


@pytest.fixture(scope="module")
def stocked(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder, and the four items are in the queue."""
    folder = tmp_path_factory.mktemp("stocked") / "desk"
    shutil.copytree(prepared, folder)
    with at_the_desk(folder) as patch:
        patch.setattr(sys, "argv", ["mlcollage", "add", *(f"{name}.md" for name in ITEMS)])
        with pytest.raises(SystemExit) as ended:
            program.main()
    assert not ended.value.code
    return folder


@pytest.fixture
def bare(
    prepared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    """Item files and a configuration, and nothing done yet."""
    folder = tmp_path / "desk"
    shutil.copytree(prepared, folder)
    with at_the_desk(folder):
        yield Desk(folder, monkeypatch, capsys)


@pytest.fixture
def desk(bare: Desk, stocked: Path) -> Desk:
    """The four items are in the queue."""
    shutil.copytree(stocked, bare.folder, dirs_exist_ok=True)
    return bare


@pytest.fixture
def posted(desk: Desk) -> Desk:
    """The first of them is out."""
    desk("post", "alpha", "--now")
    return desk
