"""Whatever befalls a call to X, to Bluesky or to a Mastodon server, and a crash at any point after
it: nothing twice, nothing lost, nothing in silence.

A sample, the same each time; all of them with CHAOS=all (make chaos).
"""

import copy
import itertools
import operator
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

from bot import config
from bot.app import assemble
from tests.chaos import scene
from tests.chaos.conftest import Ground
from tests.chaos.places import AtBluesky, AtMastodon, AtX
from tests.chaos.points import Crash, Points, watched
from tests.chaos.scene import End, Out
from tests.conftest import StoppedClock
from tests.fakes import bluesky, mastodon, x

pytestmark = pytest.mark.slow

IS_ALL = os.environ.get("CHAOS") == "all"
SAMPLE, SLOW_SAMPLE = 112, 30
"""Combinations of each switch where not all are run: more than two thousand together."""

Trouble = x.Trouble | bluesky.Trouble | mastodon.Trouble
SWITCHES: dict[str, dict[str, Trouble]] = {
    module.__name__.rpartition(".")[2]: {
        name.lower().replace("_", " "): each
        for name, each in vars(module).items()
        if isinstance(each, module.Trouble)
    }
    for module in (x, bluesky, mastodon)
}
"""Every switch of each local network."""

T = TypeVar("T")
Pair = tuple[int, int]
"""A call and a point after it, or a point and one of the next process."""


class Case(NamedTuple):
    trouble: Trouble
    is_in_time: bool = False
    """What X held back takes effect before anybody looks for it; else when everything is over."""


CALM = {
    "x": Case(x.Trouble(is_accepted=True)),
    "bluesky": Case(bluesky.Trouble(is_accepted=True)),
    "mastodon": Case(mastodon.Trouble(is_accepted=True)),
}
CASES = {
    (kind, name): Case(trouble)
    for kind, switches in SWITCHES.items()
    for name, trouble in switches.items()
} | {
    (kind, f"{name} but in time"): Case(trouble, is_in_time=True)
    for kind, switches in SWITCHES.items()
    for name, trouble in switches.items()
    if trouble.is_held
}


def _is_slow(case: Case) -> bool:
    """Whether its trouble takes as long as somebody waits for it."""
    return case.trouble.is_held or case.trouble.is_dripped


def _patience(case: Case) -> float:
    return 0.1 if _is_slow(case) else 10


class Voyage(NamedTuple):
    """What came of a thread: by its network, by our rows, and the points each of its processes came
    by.
    """

    out: list[Out]
    end: End
    points: list[list[str]]


class Left(NamedTuple):
    """What a process leaves that dies at a point: a copy of its folder, what the network has, and
    the time.
    """

    point: str
    folder: Path
    network: dict[str, Any]
    at: datetime


class Sea:
    """Sends the same thread again and again, each time from the same beginning."""

    def __init__(
        self, place: AtX | AtBluesky | AtMastodon, ground: Ground, clock: StoppedClock
    ) -> None:
        self._place, self._clock = place, clock
        self._prepared = ground.copy(place)
        self._folder = self._prepared.with_name(f"{self._prepared.name}_at_sea")
        scene.copy(self._prepared, self._folder, place.account())
        # One engine for all: it keeps what it has compiled, and opens the file anew for each
        # process.
        self.database = assemble.database(config.load(self._folder / "config.toml"))

    def learn(self) -> None:
        """What comes of the thread when nothing happens."""
        calm = self.sail()
        self.whole, self.points = calm.out, calm.points[0]
        self.calls = len(self._place.fake.calls)
        assert scene.wrong(self.whole, calm.out, calm.end) == ""
        assert (calm.end.state, len(self.whole)) == ("sent", self._place.parts)

    def sail(self, case: Case | None = None, call: int = 0, crashes: Sequence[int] = ()) -> Voyage:
        """One thread whose call of that number meets trouble, and whose processes crash, one after
        the other.
        """
        case = case or CALM[self._place.kind]
        self._begin(case, call)
        return self._to_the_end(case, crashes)

    def left(self, case: Case, call: int, at: Sequence[int]) -> Iterator[Left]:
        """What is left of the same voyage at each of these points, in order, if it ends there.

        One process comes by all of them: all that the next one finds is copied.
        """
        self._begin(case, call)
        kept: dict[int, Left] = {}
        copies = {count: partial(self._copy, kept, count) for count in at}
        points = Points(at[-1], patience=_patience(case), copies=copies)
        self._run(points, case)
        for count in at:
            yield kept[count]._replace(point=points.names[count - 1])

    def go_on(self, case: Case, left: Left) -> Voyage:
        """What the next process makes of what was left."""
        shutil.rmtree(self._folder)
        left.folder.rename(self._folder)
        vars(self._place.fake).update(left.network)
        self._clock.at = left.at
        self._over(case)
        return self._to_the_end(case)

    def _begin(self, case: Case, call: int) -> None:
        """All as before the thread, and the trouble ahead."""
        self._clock.at, fake = scene.SLOT, self._place.fake
        self._place.empty()
        if isinstance(fake, x.FakeX):
            # What X accepts when it was sent again already, nothing but X can keep from being there
            # twice; the others have keys.
            fake.state.refuses_duplicates = case.trouble.is_held and not case.is_in_time
        fake.trouble[call] = case.trouble  # type: ignore[assignment]
        shutil.rmtree(self._folder)
        timeouts = {"read_timeout": "150ms", "total_timeout": "200ms"} if _is_slow(case) else {}
        scene.copy(self._prepared, self._folder, self._place.account(**timeouts))

    def _copy(self, kept: dict[int, Left], count: int) -> None:
        fake = self._place.fake
        folder = self._folder.with_name(f"{self._folder.name}_{count}")
        # Without SQLite's file for the processes that share the database: they are gone then.
        shutil.copytree(self._folder, folder, ignore=shutil.ignore_patterns("*-shm"))
        with fake.lock:
            # What stays the same, or is no state of the network.
            shared = (self._clock, fake, fake.lock, *fake.trouble.values())
            network = copy.deepcopy(vars(fake), {id(each): each for each in shared})
        kept[count] = Left("", folder, network, self._clock.at)

    def _to_the_end(self, case: Case, crashes: Sequence[int] = ()) -> Voyage:
        runs: list[Points] = []
        end = None
        while end is None:
            crash_at = crashes[len(runs)] if len(runs) < len(crashes) else 0
            runs.append(Points(crash_at, patience=_patience(case)))
            end = self._run(runs[-1], case)
        self._place.fake.release()
        return Voyage(self._place.out(self._folder), end, [run.names for run in runs])

    def _run(self, points: Points, case: Case) -> End | None:
        """A process, to the end; None when it crashed on the way."""
        try:
            with watched(points):
                context = scene.enter(self._folder, self._clock)
                return scene.to_the_end(context, self._after_tick(case))
        except Crash:
            self._over(case)
            return None
        finally:
            self.database.close()

    def _over(self, case: Case) -> None:
        """A process is gone, and the next one comes when its lease is over."""
        self._after_tick(case)()
        self._clock.go(minutes=4)

    def _after_tick(self, case: Case) -> Callable[[], None]:
        return self._place.fake.release if case.is_in_time else lambda: None

    def later_points(self, case: Case, call: int) -> range:
        """The points that a process comes by after it made the call that meets trouble, without a
        crash.
        """
        voyage = self.sail(case, call)
        assert scene.wrong(self.whole, voyage.out, voyage.end) == "", voyage.end
        points = voyage.points[0]
        calls = [place for place, name in enumerate(points, 1) if name.startswith("before request")]
        return range(calls[call - 1] + 1, len(points) + 1)


@pytest.fixture
def sea(
    place: AtX | AtBluesky | AtMastodon,
    grounds: Callable[[str], Ground],
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Sea:
    made = Sea(place, grounds("sqlite"), clock)
    monkeypatch.setattr(assemble, "database", lambda own, **options: made.database)
    made.learn()
    return made


def chosen(combinations: list[Pair], most: int = SAMPLE) -> list[Pair]:
    """All of them, or so many, spread evenly."""
    assert len(combinations) >= most
    if IS_ALL:
        return combinations
    return [combinations[place * len(combinations) // most] for place in range(most)]


def by_call(combinations: list[Pair]) -> list[tuple[int, list[int]]]:
    """The points of each call."""
    calls = itertools.groupby(combinations, key=operator.itemgetter(0))
    return [(call, [point for _, point in pairs]) for call, pairs in calls]


def told(name: str, combinations: list[T], capsys: pytest.CaptureFixture[str]) -> Iterator[T]:
    """One after the other; who runs all of them sees how far it is."""
    for count, each in enumerate(combinations, 1):
        if IS_ALL and (count % 50 == 0 or count == len(combinations)):
            with capsys.disabled():
                print(f"{name}: {count} of {len(combinations)}", file=sys.stderr, flush=True)
        yield each


@pytest.mark.timeout(0 if IS_ALL else 600)
@pytest.mark.parametrize(("place", "name"), CASES, indirect=["place"])
def test_trouble_at_any_call_and_a_crash_later_neither_double_nor_lose_a_part_nor_end_in_silence(
    sea: Sea,
    name: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = CASES[request.node.callspec.params["place"], name]
    later = {call: sea.later_points(case, call) for call in range(1, sea.calls + 1)}
    every = [(call, point) for call, points in later.items() for point in points]
    combinations = chosen(every, SLOW_SAMPLE if case.trouble.is_dripped else SAMPLE)
    bad = []
    for call, points in told(name, by_call(combinations), capsys):
        for left in sea.left(case, call, points):
            voyage = sea.go_on(case, left)
            if wrong := scene.wrong(sea.whole, voyage.out, voyage.end):
                bad.append(f"call {call}, crash {left.point}: {wrong}: {voyage.end}")
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("place", ["x", "bluesky", "mastodon"], indirect=True)
def test_what_is_copied_at_a_point_is_what_a_crash_there_leaves(
    sea: Sea, place: AtX | AtBluesky | AtMastodon
) -> None:
    case, call = CASES[place.kind, "accept then drop"], sea.calls // 2
    later = sea.later_points(case, call)
    points = later[:: 1 + len(later) // 12]
    copied = [sea.go_on(case, left) for left in sea.left(case, call, points)]
    crashed = [sea.sail(case, call, [point]) for point in points]
    assert [(each.out, each.end) for each in copied] == [(each.out, each.end) for each in crashed]
    assert [each.points[-1] for each in copied] == [each.points[-1] for each in crashed]


@pytest.mark.timeout(0 if IS_ALL else 600)
@pytest.mark.parametrize("place", ["x", "bluesky", "mastodon"], indirect=True)
def test_a_crash_and_a_second_one_while_recovering_cost_and_double_no_part(
    sea: Sea, capsys: pytest.CaptureFixture[str]
) -> None:
    first = range(1, len(sea.points) + 1, 1 if IS_ALL else 3)
    recovering = {point: range(1, len(sea.sail(crashes=[point]).points[1]) + 1) for point in first}
    combinations = chosen(
        [(point, second) for point, points in recovering.items() for second in points]
    )
    bad = []
    for crashes in told("two crashes", combinations, capsys):
        voyage = sea.sail(crashes=crashes)
        wrong = scene.wrong(sea.whole, voyage.out, voyage.end)
        # Both crashes at requests of one part: it was sent again once, and no more by itself.
        is_asked = voyage.end.is_asked and "was sent again once" in voyage.end.note
        if wrong or not (voyage.end.state == "sent" or is_asked):
            bad.append(
                f"crashes at {crashes} ({[names[-1] for names in voyage.points]}): "
                f"{wrong}: {voyage.end}"
            )
    assert not bad, "\n".join(bad)
