"""The benchmarks begin: what they measure is for whoever runs them."""

import importlib
import re
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import config
from bot.core import month, schedule
from tests.conftest import ROOT

SCRIPTS = [
    path
    for path in (ROOT / "benchmarks").glob("*.py")
    if '__name__ == "__main__"' in path.read_text()
]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_it_begins(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, path, "--help"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: {path.name}")


def test_nothing_is_due_while_startup_measures_on_whatever_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A benchmark puts the checkout in the first place.
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    startup = importlib.import_module("benchmarks.startup")
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    for hours in range(0, 24 * 400, 31):
        now = datetime(2027, 12, 1, tzinfo=UTC) + timedelta(hours=hours)
        settings = startup.far_from_now(example, now)
        own = config.parse(settings, Path("config.toml")).series["mlcollage"]
        week = schedule.slots_between(own.timetable, now - own.lateness, now + timedelta(days=7))
        away = [slot.due_at - now for slot in week]
        assert min(map(abs, away)) > timedelta(days=2)
        assert min(away) < timedelta(0), "there is a slot to make due"
        through = month.last_before(own.roundup, now, own.zone)
        _, roundup_at = next(month.coming(own.roundup, through, own.zone))
        assert roundup_at > now + timedelta(days=2)


TREE = {
    "bot/__init__.py": "",
    "bot/tick.py": """
        from bot import deliver
        from bot.core import month  # the rules
        from bot.storage.queue import find


        def tick(world, now):
            return f"{', '.join(f'{one}' for one in world)}" if now else ""
        """,
    "bot/deliver.py": """
        def run(one, two, three, four, five, six): ...
        """,
    "bot/core/month.py": '"""No code."""',
    "bot/storage/queue.py": """
        from bot.core import month


        def find(conn, name): ...
        """,
    "tests/test_all.py": "pass",
}


def test_the_figures_of_the_house_are_counted_as_they_say(tmp_path: Path) -> None:
    for name, source in TREE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(source).strip(), encoding="utf-8")
    command = [sys.executable, ROOT / "benchmarks" / "house.py", tmp_path]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    figures = dict(re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in told)
    assert figures["entries in bot/"] == "4"
    assert figures["arrows between them"] == "4"
    assert figures["signatures with any of these, outside storage/"] == "1"
    assert (figures["conn"], figures["world"], figures["now"]) == ("0", "1", "1")
    assert figures["functions with more than 5 parameters"] == "1"
    assert figures["lines of code"] == "8"
    assert figures["comments per 100 lines"] == "12.5"
    assert figures["conditional expressions per 1,000"] == "125.0"
    assert figures["f-strings with logic per 1,000"] == "125.0"
    assert figures["lines of tests : of bot"] == "1 : 13 = 0.08"
