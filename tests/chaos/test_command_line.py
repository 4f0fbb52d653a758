"""The same by the commands that people run, on the machine's own clock: what the harness does is
what happens.
"""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import waiting
from tests.chaos import scene
from tests.chaos.conftest import Ground
from tests.chaos.forks import Forks
from tests.chaos.places import PLACES, Place
from tests.chaos.scene import End
from tests.conftest import StoppedClock
from tests.e2e.process import ENVIRONMENT

# A lease ends soon, for what was killed. A request may take nearly as long: a machine under load
# answers late, and nothing here depends on how long an answer may take.
SHORT = """\
lease = "6s"
request = "5s"
retry_first = "100ms"
first_look = "100ms"
second_look = "200ms"
"""


def mlcollage(folder: Path, *args: str, kill_at: int = 0, may_fail: bool = True) -> list[str]:
    """Run a command, to its end or until it is killed; the points it came by.

    It ends with 1 where a person has to act.
    """
    told = folder / "points"
    told.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.chaos.command", str(told), str(kill_at), *args]
    done = subprocess.run(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    if kill_at:
        assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
        return []
    assert done.returncode in ({0, 1} if may_fail else {0}), done.stdout + done.stderr
    return told.read_text(encoding="utf-8").splitlines()


def posted(place: Place, folder: Path, *, kill_at: int = 0) -> list[str]:
    """A thread posted by hand, in a folder where there was nothing."""
    place.empty()
    folder.mkdir()
    account = place.account()
    is_slow = place.kind in {"x", "bluesky", "mastodon"}
    scene.write_config(
        folder, account | {"total_timeout": "5s"} if is_slow else account, more=SHORT
    )
    mlcollage(folder, "init", may_fail=False)
    mlcollage(folder, "add", scene.write_long_item(folder).name, may_fail=False)
    return mlcollage(folder, "post", scene.NAME, "--now", kill_at=kill_at, may_fail=False)


def seen(folder: Path) -> tuple[End, datetime]:
    """How it is by our rows, and when it wants attention again."""
    context = scene.enter(folder, StoppedClock(datetime.now(UTC)))
    found = scene.look(context), scene.wanted_at(context)
    context.database.close()
    return found


def ticked_until_sent(folder: Path) -> End:
    """What ticks make of it, each when there is something to do: the first when the lease of what
    was killed is over.
    """
    for _ in range(20):
        end, wanted_at = seen(folder)
        if end.state == "sent":
            break
        waiting.until(lambda at=wanted_at: datetime.now(UTC) >= at)
        mlcollage(folder, "tick")
    return seen(folder)[0]


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_a_command_that_is_killed_leaves_a_thread_that_later_ticks_end(
    place: Place,
    grounds: Callable[[str], Ground],
    forked: Forks,
    clock: StoppedClock,
    tmp_path: Path,
) -> None:
    clock.at = datetime.now(UTC)
    points = posted(place, tmp_path / "whole")
    whole = place.out(tmp_path / "whole")
    assert len(whole) == place.parts
    ground = grounds("sqlite")
    place.empty()
    case = ground.copy(place)
    harness = forked.send(case).points
    ground.forget(case)
    assert [name for name in points if "request" in name] == [
        name for name in harness if "request" in name
    ]
    changing = [count for count, name in enumerate(points, 1) if not name.endswith("commit")]
    # Both are killed before anybody waits for a lease to end: then both are over at once.
    with PLACES[place.kind](clock) as other:
        killed = {"early": (place, changing[len(changing) // 2]), "late": (other, changing[-1] + 1)}
        for name, (where, kill_at) in killed.items():
            posted(where, tmp_path / name, kill_at=kill_at)
            assert seen(tmp_path / name)[0].state != "sent"
        for name, (where, _) in killed.items():
            end = ticked_until_sent(tmp_path / name)
            assert end.state == "sent"
            assert scene.wrong(whole, where.out(tmp_path / name), end) == ""
