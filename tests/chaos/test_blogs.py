"""kill -9, as a real process, after a request to a blog or newsletter has done its work."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.publication import State
from bot.destinations.protocol import LEASE
from tests import wordpress
from tests.blogs import OnButtondown, OnGhost, OnWordPress, Place
from tests.chaos.publishing import Kind, prepare, publication
from tests.conftest import ROOM, ROOT
from tests.e2e.process import ENVIRONMENT
from tests.fakes import buttondown, cutting, ghost

pytestmark = pytest.mark.slow

FEW = 40 if os.environ.get("CHAOS") == "all" else 2
"""Points that are tried of each kind: each takes two starts of the program."""
LATER = str(LEASE.total_seconds() + 1)
"""When the lease of what was killed has ended."""


@pytest.fixture(params=["wordpress", "ghost", "buttondown"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    match request.param:
        case "wordpress":
            with wordpress.running(ROOM) as site:
                yield OnWordPress(site)
        case "ghost":
            with ghost.running() as blog:
                yield OnGhost(blog)
        case _:
            with buttondown.running() as newsletter:
                yield OnButtondown(newsletter)


def written(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"'


def begun(folder: Path, seconds: str) -> "subprocess.Popen[bytes]":
    """The bot, so many seconds after the roundup's moment."""
    command = (sys.executable, "-m", "tests.chaos.published", str(folder), seconds)
    return subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT)


def test_a_bot_that_is_killed_after_a_change_publishes_once(place: Place, ground: Path) -> None:
    with cutting.before(place.url) as proxy:
        settings = {"kind": place.kind, **place.settings(), "base_url": proxy.url}
        lines = "\n".join(f"{key} = {written(value)}" for key, value in settings.items())
        prepared = ground / f"prepared-{place.kind}"
        prepare(prepared, Kind(lines, lambda _: None, lambda _: {}))
        folder = ground / place.kind
        for number in points(place, proxy, prepared, folder):
            shutil.copytree(prepared, folder)
            place.clear()
            proxy.begin(number)
            bot = begun(folder, "0")
            proxy.when_cut = bot.kill
            assert bot.wait(60) < 0
            proxy.begin()
            assert begun(folder, LATER).wait(60) == 0
            assert publication(folder).state is State.PUBLISHED, number
            [seen] = place.seen()
            assert seen.status == place.public
            assert "<h2>" in seen.html
            shutil.rmtree(folder)


def points(place: Place, proxy: cutting.Cutting, prepared: Path, folder: Path) -> list[int]:
    """The requests that change something, by their numbers, of a publishing that is not killed."""
    shutil.copytree(prepared, folder)
    proxy.begin()
    assert begun(folder, "0").wait(60) == 0
    assert len(place.seen()) == 1
    shutil.rmtree(folder)
    found = [number for number, asked in enumerate(proxy.asked) if not asked.startswith("GET")]
    assert len(found) > 3
    return found[:: 1 + len(found) // FEW]
