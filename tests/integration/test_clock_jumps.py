"""A wall clock that jumps between any two commits, and a lease by two clocks: nothing twice,
nothing lost.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.app import assemble
from bot.context import Context
from bot.core.delivery import State
from bot.scheduling import tick
from bot.storage import tables
from bot.storage.attempts import Attempts
from tests.conftest import MONDAY, StoppedClock
from tests.integration.test_deliver import Scripted, begun, delivery, outcomes, until_settled

JUMPS = {"an hour back": timedelta(hours=-1), "a day forward": timedelta(days=1)}


def jump_at(context: Context, commit: int, jump: timedelta) -> list[int]:
    """Let the wall clock jump before the commit with that number; it counts the commits."""
    clock, commits = context.clock, list[int]()
    assert isinstance(clock, StoppedClock)

    @event.listens_for(context.database.engine, "commit")
    def on_commit(_: Any) -> None:
        commits.append(len(commits) + 1)
        if commits[-1] == commit:
            clock.at += jump

    return commits


@pytest.mark.slow
@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_wall_clock_that_jumps_between_any_two_commits_costs_and_doubles_no_part(
    tmp_path: Path, jump: timedelta
) -> None:
    for commit in range(1, 100):
        clock, network = StoppedClock(MONDAY), Scripted()
        context = begun(
            tmp_path / f"try-{commit}", f"sqlite:///{tmp_path / f'{commit}.db'}", clock, network
        )
        commits = jump_at(context, commit, jump)
        tick.tick(context)
        count = len(commits)
        for _ in range(5):
            clock.go(minutes=15)
            tick.tick(context)
        assert (network.out, network.sends) == ([1, 2], 2)
        assert delivery(context).state is State.SENT
        with context.read() as work:
            slots = [
                tuple(row)
                for row in work.conn.execute(
                    select(tables.slots.c.state, tables.slots.c.collage_id)
                )
            ]
        assert slots == [("claimed", 1)]
        context.database.close()
        if count < commit:
            break
    assert 10 < commit < 99


@pytest.fixture
def network() -> Scripted:
    return Scripted()


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> Iterator[Context]:
    made = begun(tmp_path, database_url, clock, network)
    yield made
    made.database.close()


CLOCKS = {
    "only the wall clock goes on, as in a machine that slept": (timedelta(minutes=5), 0.0),
    "only the other clock goes on, as when the wall clock is set back": (timedelta(0), 300.0),
    "the wall clock is set back": (timedelta(hours=-1), 0.0),
    "the wall clock is set back by what the other one went on": (timedelta(minutes=-5), 300.0),
    "both go on": (timedelta(minutes=5), 300.0),
}
"""What happens to both clocks between an intent and its request, more than a lease has room for."""


@pytest.mark.parametrize(("wall", "ticks"), CLOCKS.values(), ids=CLOCKS)
def test_a_request_is_sent_only_when_both_clocks_say_that_the_lease_holds(
    context: Context,
    network: Scripted,
    clock: StoppedClock,
    wall: timedelta,
    ticks: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = Attempts.start

    def slow(*arguments: Any) -> int:
        clock.at += wall
        clock.ticks += ticks
        return started(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Attempts, "start", slow)
        tick.tick(context)
    assert network.sends == 0
    assert outcomes(context)[0] == (1, "unavailable")
    until_settled(context, clock)
    assert network.out == [1, 2]
    assert delivery(context).state is State.SENT


def test_a_host_whose_clock_is_wrong_takes_nothing_that_another_one_is_sending(
    tmp_path: Path, postgres_database: str, clock: StoppedClock, network: Scripted
) -> None:
    one = begun(tmp_path, postgres_database, clock, network)
    other_clock = StoppedClock(clock.at + timedelta(days=1))
    other = replace(one, clock=other_clock, database=assemble.database(one.config))
    one.database.shares_clock = other.database.shares_clock = True
    states = []

    def meanwhile() -> None:
        tick.tick(other)
        states.append(delivery(one).state)

    network.before = {1: meanwhile, 2: meanwhile}
    tick.tick(one)
    assert states == [State.SENDING, State.SENDING]
    assert network.out == [1, 2]
    assert outcomes(one) == [(1, "sent"), (2, "sent")]
    other.database.close()
    one.database.close()
