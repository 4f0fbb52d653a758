"""kill -9, as a real process, at every point of a thread's way, on every kind of network and
database.
"""

from collections.abc import Callable

import pytest

from tests.chaos import scene
from tests.chaos.conftest import Ground
from tests.chaos.forks import Forks
from tests.chaos.places import PLACES, Place
from tests.conftest import StoppedClock

pytestmark = pytest.mark.slow

CHUNKS = 3
"""A thread's points are shared out among so many tests, for two to run at a time."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_a_process_killed_at_any_point_leaves_a_thread_that_the_next_one_ends(
    place: Place,
    database: str,
    chunk: int,
    grounds: Callable[[str], Ground],
    forked: Forks,
    clock: StoppedClock,
) -> None:
    ground = grounds(database)
    clock.at = scene.SLOT
    place.empty()
    folder = ground.copy(place)
    forked.warm(folder)
    ground.forget(folder)
    place.empty()
    folder = ground.copy(place)
    points = forked.send(folder).points
    whole = place.out(folder)
    assert len(whole) == place.parts
    assert whole[0].pictures
    assert {"before commit", "after commit"} <= set(points)
    bad = []
    for count in range(chunk + 1, len(points) + 1, CHUNKS):
        ground.forget(folder)
        clock.at = scene.SLOT
        place.empty()
        folder = ground.copy(place)
        killed = forked.send(folder, kill_at=count)
        assert killed.killed_at == points[count - 1]
        clock.at = scene.AFTERWARDS
        end = forked.resume(folder).end
        assert end
        wrong = scene.wrong(whole, place.out(folder), end)
        if wrong or end.state != "sent" or end.releases:
            bad.append(f"killed at {count}, {killed.killed_at}: {wrong}: {end}")
    ground.forget(folder)
    assert not bad, "\n".join(bad)
