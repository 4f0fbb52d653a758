"""Bluesky's own server: the bot is killed, and the server is, at moments of a thread's way."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.core.delivery import State
from tests.chaos import scene
from tests.chaos.conftest import Ground
from tests.chaos.forks import Forks
from tests.chaos.points import Points, watched
from tests.chaos.scene import Out
from tests.conftest import StoppedClock
from tests.pds import Server

pytestmark = pytest.mark.slow

OTHERS = 4
"""About so many moments are tried that are not around the request which publishes."""
WRITE = "POST /xrpc/com.atproto.repo.applyWrites"


class AtPds:
    """A new account on the same server again and again."""

    kind = "pds"
    parts = scene.PARTS

    def __init__(self, server: Server) -> None:
        self.server = server
        self.empty()

    def account(self, **more: str) -> dict[str, str]:
        return self._account.settings(**more)

    def empty(self) -> None:
        self._account = self.server.account()

    def out(self, folder: Path) -> list[Out]:
        posts = self.server.posts(self._account)
        places = {each["uri"]: place for place, each in enumerate(posts, 1)}
        return [self._out(each, places) for each in posts]

    def _out(self, post: dict[str, Any], places: dict[str, int]) -> Out:
        value = post["value"]
        parent = value.get("reply", {}).get("parent", {}).get("uri")
        images = value.get("embed", {}).get("images", [])
        pictures = tuple((self._sha(image), image["alt"]) for image in images)
        return Out(post["uri"], value["text"], places.get(parent, -1) if parent else 0, pictures)

    def _sha(self, image: dict[str, Any]) -> str:
        data = self.server.blob(self._account, image["image"]["ref"]["$link"])
        return hashlib.sha256(data).hexdigest()


@pytest.fixture
def place(bluesky_server: Server) -> AtPds:
    return AtPds(bluesky_server)


def chosen(points: list[str], others: int) -> list[int]:
    """The numbers, from 1, of moments around requests: those of the one that publishes, and some
    of the others.
    """
    around = [number for number, name in enumerate(points, 1) if "request" in name]
    publishing = [number for number in around if points[number - 1].endswith(WRITE)]
    assert publishing
    rest = [number for number in around if number not in publishing]
    return sorted({*publishing, *rest[:: max(1, len(rest) // others)]})


def test_a_bot_that_is_killed_leaves_a_thread_that_the_next_one_ends(
    place: AtPds, grounds: Callable[[str], Ground], forked: Forks, clock: StoppedClock
) -> None:
    ground = grounds("sqlite")
    clock.at = scene.SLOT
    folder = ground.copy(place)
    points = forked.send(folder).points
    whole = place.out(folder)
    assert len(whole) == place.parts
    assert whole[0].pictures
    ground.forget(folder)
    bad = []
    for number in chosen(points, OTHERS):
        place.empty()
        folder = ground.copy(place)
        killed = forked.send(folder, kill_at=number)
        end = forked.resume(folder).end
        assert end
        wrong = scene.wrong(whole, place.out(folder), end)
        if wrong or end.state != State.SENT or end.releases:
            bad.append(f"killed at {number}, {killed.killed_at}: {wrong}: {end}")
        ground.forget(folder)
    assert not bad, "\n".join(bad)


def killing(server: Server) -> Callable[[str], NoReturn]:
    """Kills the server the first time that it is called; the bot goes on."""
    killed = []

    def strike(name: str) -> None:
        if not killed:
            killed.append(name)
            server.kill()

    return strike  # type: ignore[return-value]


def test_a_server_that_is_killed_has_the_whole_thread_once_when_it_is_back(
    place: AtPds, grounds: Callable[[str], Ground], forked: Forks, clock: StoppedClock
) -> None:
    ground = grounds("sqlite")
    clock.at = scene.SLOT
    folder = ground.copy(place)
    points = forked.send(folder).points
    whole = place.out(folder)
    ground.forget(folder)
    bad = []
    # Each start takes seconds: the server is killed before, and right after, it can have published.
    publishing = [count for count, name in enumerate(points, 1) if name.endswith(WRITE)]
    for number in (publishing[0], publishing[-1]):
        clock.at = scene.SLOT
        place.empty()
        folder = ground.copy(place)
        context = scene.enter(folder, clock)
        with watched(Points(number, killing(place.server))):
            end = scene.to_the_end(context, place.server.start_if_down)
        context.database.close()
        wrong = scene.wrong(whole, place.out(folder), end)
        if wrong or end.state != State.SENT:
            bad.append(f"server killed at {number}, {points[number - 1]}: {wrong}: {end}")
        ground.forget(folder)
    assert not bad, "\n".join(bad)
