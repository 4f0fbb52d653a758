"""A real server with Mastodon's API, snac: the bot is killed, and the server is, at moments of a
thread's way. It has no idempotency keys and counts no posts.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.core.delivery import State
from bot.watching import servers as watched_servers
from tests import snac as servers
from tests.chaos import scene
from tests.chaos.conftest import Ground
from tests.chaos.forks import Forks
from tests.chaos.points import Points, watched
from tests.chaos.scene import Out
from tests.conftest import StoppedClock
from tests.snac import Snac

HELLO = "Hello, this is the series."
AT_ONCE = 12
"""About so many moments are tried of each kind."""


class AtSnac:
    """The same server with the same data again and again."""

    kind = "snac"
    parts = 2
    """Posts may be long there."""

    def __init__(self, snac: Snac, folder: Path) -> None:
        self.snac, self._folder = snac, folder
        self._kept = folder.with_name("kept")
        snac.kill()
        shutil.copytree(folder, self._kept)

    def account(self, **more: str) -> dict[str, str]:
        return self.snac.account(**more)

    def empty(self) -> None:
        self.snac.kill()
        shutil.rmtree(self._folder)
        shutil.copytree(self._kept, self._folder)
        self.snac.start()

    def out(self, folder: Path) -> list[Out]:
        statuses = [each for each in self.snac.statuses() if each["text"] != HELLO]
        places = {each["id"]: place for place, each in enumerate(statuses, 1)}
        return [
            Out(
                each["id"],
                each["text"],
                places.get(each["in_reply_to_id"], -1) if each["in_reply_to_id"] else 0,
                tuple(map(self._picture, each["media_attachments"])),
            )
            for each in statuses
        ]

    def _picture(self, medium: dict[str, Any]) -> tuple[str, str]:
        data = self.snac.read(medium["url"])
        return hashlib.sha256(data).hexdigest(), medium["description"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[AtSnac]:
    folder = tmp_path / "snac"
    with servers.running(folder) as snac:
        snac.post(HELLO)
        yield AtSnac(snac, folder)


def chosen(points: list[str]) -> list[int]:
    """The numbers, from 1, of moments around requests: those of posts, and some of the others."""
    around = [number for number, name in enumerate(points, 1) if "request" in name]
    posting = [number for number in around if points[number - 1].endswith("POST /api/v1/statuses")]
    others = [number for number in around if number not in posting]
    return sorted({*posting, *others[:: max(1, len(others) // (AT_ONCE // 2))]})


def begun(ground: Ground, place: AtSnac) -> Path:
    """A fresh copy of the installation, which knows the server's limits."""
    place.empty()
    folder = ground.copy(place)
    context = scene.enter(folder, StoppedClock(scene.SLOT - timedelta(hours=1)))
    watched_servers.look(context)
    context.database.close()
    return folder


def killing(snac: Snac) -> Callable[[str], NoReturn]:
    """Kills the server the first time that it is called; the bot goes on."""
    killed = []

    def strike(name: str) -> None:
        if not killed:
            killed.append(name)
            snac.kill()

    return strike  # type: ignore[return-value]


def test_a_bot_that_is_killed_leaves_a_thread_that_the_next_one_ends(
    place: AtSnac, grounds: Callable[[str], Ground], forked: Forks, clock: StoppedClock
) -> None:
    ground = grounds("sqlite")
    clock.at = scene.SLOT
    folder = begun(ground, place)
    points = forked.send(folder).points
    whole = place.out(folder)
    assert len(whole) == place.parts
    assert whole[0].pictures
    ground.forget(folder)
    bad = []
    for number in chosen(points):
        folder = begun(ground, place)
        killed = forked.send(folder, kill_at=number)
        end = forked.resume(folder).end
        assert end
        wrong = scene.wrong(whole, place.out(folder), end)
        if wrong or end.state != State.SENT or end.releases:
            bad.append(f"killed at {number}, {killed.killed_at}: {wrong}: {end}")
        ground.forget(folder)
    assert not bad, "\n".join(bad)


def test_a_server_that_is_killed_has_the_whole_thread_once_when_it_is_back(
    place: AtSnac, grounds: Callable[[str], Ground], clock: StoppedClock
) -> None:
    ground = grounds("sqlite")
    bad, whole, points = [], [], []
    numbers = [0]
    while numbers:
        number = numbers.pop(0)
        clock.at = scene.SLOT
        folder = begun(ground, place)
        context = scene.enter(folder, clock)
        struck = Points(number, killing(place.snac))
        with watched(struck):
            end = scene.to_the_end(context, place.snac.start_if_down)
        context.database.close()
        out = place.out(folder)
        if not number:
            whole, points = out, struck.names
            numbers = chosen(points)
        wrong = scene.wrong(whole, out, end)
        if wrong or end.state != State.SENT:
            bad.append(f"server killed at {number}, {points[number - 1]}: {wrong}: {end}")
        ground.forget(folder)
    assert len(whole) == place.parts
    assert not bad, "\n".join(bad)
