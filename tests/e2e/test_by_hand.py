"""A month that a person posts by hand: threads, a process killed on the way, and the roundup."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.errors import NotAllowed
from bot.core.month import State as RoundupState
from bot.deciding import deliveries
from bot.intake import accept
from bot.scheduling import tick
from tests.conftest import MONDAY, StoppedClock, make_context, write_item
from tests.e2e.process import ENVIRONMENT, mlcollage
from tests.integration.test_x_month import serving

SETTINGS = """live = true
[accounts.linkedin]
network = "manual"
title = "LinkedIn"
like = "mastodon"
length = 3000
[series.mlcollage]
slots = ["wednesday 15:00"]
[series.mlcollage.roundup]
base_url = "http://127.0.0.1:{port}"
"""
NAMES = ("barlow", "vit", "ffjord", "nerf")
URL = "https://www.linkedin.com/feed/update/urn:li:activity:{}"

TICK = """
import sys
from datetime import datetime
from pathlib import Path
from bot import config
from bot.app import assemble
from bot.scheduling import tick
from tests.chaos.command import die
from tests.chaos.points import Points, watched
from tests.conftest import StoppedClock

clock = StoppedClock(datetime.fromisoformat(sys.argv[1]))
points = Points(int(sys.argv[2]), die)
with watched(points):
    context = assemble.context(config.load(Path("config.toml")), clock=clock)
    tick.tick(context)
print("\\n".join(points.names))
"""
"""One tick at a time, killed at a point, as a process of its own."""


def ticked(folder: Path, at: datetime, kill_at: int = 0) -> list[str]:
    """Tick in a process of its own; the points that it came by."""
    done = subprocess.run(
        [sys.executable, "-c", TICK, at.isoformat(), str(kill_at)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == (-signal.SIGKILL if kill_at else 0), done.stderr
    return done.stdout.splitlines()


def ready(folder: Path) -> list[str]:
    place = folder / "by-hand/linkedin"
    return sorted(each.name for each in place.iterdir() if each.name[0].isdigit())


def open_ones(folder: Path) -> dict[str, str]:
    """The numbers of what is open, by what each carries, as the command shows them."""
    listed = json.loads(mlcollage(folder, "deliveries", "list", "--state", "uncertain", "--json"))
    assert all(each["next"] == "somebody posts it by hand on LinkedIn" for each in listed)
    return {each["thread"]: str(each["id"]) for each in listed}


@contextmanager
def desk(folder: Path, at: datetime) -> Iterator[Context]:
    """A maintainer's own process at that time."""
    settings = config.load(folder / "config.toml")
    context = assemble.context(settings, clock=StoppedClock(at))
    with closing(context.database):
        yield context


def post(folder: Path, at: datetime, name: str, number: int) -> None:
    """A person posts a thread, and says where."""
    with desk(folder, at) as context:
        deliveries.posted(context, open_ones(folder)[name], [URL.format(number)], None)


def begun(folder: Path, port: int, site: Path) -> None:
    """Four ready collages in the queue, before the first Wednesday of August."""
    settings = SETTINGS.format(port=port) + f'folder = "{site}"\n'
    context = make_context(folder, settings, StoppedClock(MONDAY))
    with closing(context.database):
        tick.tick(context)
        for name in NAMES:
            arrival = accept.from_file(write_item(folder, name))
            accept.take(context, context.config.series["mlcollage"], [arrival])


def renaming(folder: Path, at: datetime) -> int:
    """The point at which a process that ticks then gives a thread its name in the folder."""
    with TemporaryDirectory() as copied:
        shutil.copytree(folder, copied, dirs_exist_ok=True)
        points = ticked(Path(copied), at)
    (found,) = (n for n, each in enumerate(points, 1) if "os.rename .writing" in each)
    return found


def killed_twice(folder: Path, slot: datetime) -> None:
    """The first week: killed just before the thread has its name in the folder, and once more when
    it lies there and nothing is stored of that.
    """
    ticked(folder, slot, renaming(folder, slot))
    assert ready(folder) == []
    # The folder is synced behind it.
    later = slot.replace(minute=5)
    ticked(folder, later, renaming(folder, later) + 2)
    assert ready(folder) == ["2021-08-04-barlow"]
    assert open_ones(folder) == {}
    ticked(folder, slot.replace(minute=10))
    assert ready(folder) == ["2021-08-04-barlow"]


def roundup(folder: Path, at: datetime) -> tuple[str, list[str]]:
    """How far September's roundup is, and what it holds."""
    with desk(folder, at) as context, context.read() as work:
        found = work.roundups.get("mlcollage", "2021-09")
        return found.state.value, [item.name for item in work.queue.in_roundup(found.id)]


@pytest.mark.slow
def test_a_month_by_hand_ends_in_a_roundup_of_what_somebody_has_posted(tmp_path: Path) -> None:
    folder, site = tmp_path / "bot", tmp_path / "www"
    first, *weeks = (datetime(2021, 8, day, 15, tzinfo=UTC) for day in (4, 11, 18, 25))
    with serving(site) as port:
        begun(folder, port, site)
        killed_twice(folder, first)
        post(folder, first.replace(hour=16), "barlow", 1)
        assert ready(folder) == []

        # The second is posted, the third cancelled, the fourth stays open.
        ticked(folder, weeks[0])
        post(folder, weeks[0], "vit", 2)
        ticked(folder, weeks[1])
        with desk(folder, weeks[1]) as context:
            with pytest.raises(NotAllowed, match="--not-posted"):
                deliveries.cancel(context, open_ones(folder)["ffjord"])
            deliveries.cancel(context, open_ones(folder)["ffjord"], is_not_posted=True)
        ticked(folder, weeks[2])
        assert ready(folder) == ["2021-08-25-nerf"]

        # The roundup waits a day for it, and goes on without it.
        ticked(folder, datetime(2021, 8, 31, 18, tzinfo=UTC))
        assert ready(folder) == ["2021-08-25-nerf"]
        after = datetime(2021, 9, 1, 18, tzinfo=UTC)
        ticked(folder, after)
        assert ready(folder) == ["2021-08-25-nerf", "2021-08-31-roundup-2021-09"]
        assert roundup(folder, after) == (RoundupState.LINKED, ["barlow", "vit"])
        place = folder / "by-hand/linkedin/2021-08-31-roundup-2021-09"
        assert [*place.glob("roundup-2021-09.*")]
        assert "barlow" in (place / "alt.txt").read_text(encoding="utf-8")
        texts = "\n".join(file.read_text(encoding="utf-8") for file in place.glob("?.txt"))
        assert f"http://127.0.0.1:{port}/two-deep-learning-papers" in texts
        number = open_ones(folder)["roundup-2021-09"]
        assert str(place) in mlcollage(folder, "deliveries", "show", number)
        post(folder, after, "roundup-2021-09", 3)
        ticked(folder, after)
        assert roundup(folder, after)[0] == RoundupState.ANNOUNCED
        assert ready(folder) == ["2021-08-25-nerf"]
