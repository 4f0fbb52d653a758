"""Approving while others edit, take back and post, in processes of their own; and one is killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.collage import State
from bot.deciding import queue_changes
from tests.conftest import MONDAY, ROOT
from tests.integration.test_approval import House, closed

__all__ = ["closed"]

pytestmark = pytest.mark.slow_on_postgresql

ROUNDS = 6


class Person:
    """Somebody at another terminal."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert self.hear() == "ready"

    def say(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """The next answer; "" from one who is gone."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def does(self, command: str) -> str:
        self.say(command)
        return self.hear()


@contextmanager
def person(folder: Path, who: str, at: datetime) -> Iterator[Person]:
    command = [sys.executable, "-m", "tests.integration.approver", str(folder), who, str(at)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Person(process)
        finally:
            process.kill()


@contextmanager
def people(folder: Path, *names: str) -> Iterator[list[Person]]:
    with ExitStack() as stack:
        yield [stack.enter_context(person(folder, who, MONDAY)) for who in names]


def at_once(*does: tuple[Person, str]) -> list[str]:
    """What each of them answers to a command that all get at the same moment."""
    for each, command in does:
        each.say(command)
    return [each.hear() for each, _ in does]


def test_whoever_approves_while_another_edits_has_not_approved_the_edit(
    tmp_path: Path, database_url: str
) -> None:
    house = House(tmp_path, database_url)
    names = [f"item-{place}" for place in range(ROUNDS)]
    house.add(*names)
    with people(tmp_path, "ann", "ben") as (ann, ben):
        for name in names:
            answers = at_once((ann, f"approve {name}"), (ben, f"edit {name}"))
            assert answers[1] == "done"
            look = house.look(name)
            assert not look.standing.is_enough
            assert bool(look.standing.aside) == (answers[0] == "done")


def test_what_is_taken_back_or_edited_while_its_slot_comes_goes_out_as_approved_or_not_at_all(
    tmp_path: Path, database_url: str
) -> None:
    house = House(tmp_path, database_url)
    with people(tmp_path, "ann", "ben", "bot") as (ann, ben, bot):
        for place in range(ROUNDS):
            name, at = f"item-{place}", MONDAY + timedelta(days=7 * place + 2, hours=6)
            house.add(name)
            house.approve(name)
            approved = [part.text for part in house.look(name).threads[0].parts]
            before = len(house.texts())
            for each in (ann, ben, bot):
                each.does(f"at {at.isoformat()}")
            other = (ann, f"take-back {name}") if place % 2 else (ben, f"edit {name}")
            answers = at_once((bot, "tick"), other)
            new = house.texts()[before:]
            assert answers[0] == "done"
            assert new in ([], [approved])
            # A slot that has taken it cannot be told otherwise.
            if place % 2:
                assert bool(new) == (answers[1] == "refused")
            house.clock.at = at
            _put_away(house, name)


def _put_away(house: House, name: str) -> None:
    if house.state(name) is State.READY:
        queue_changes.remove(house.context, house.series, name)


@pytest.mark.parametrize("commit", range(1, 8))
def test_a_bot_that_is_killed_while_it_claims_or_sends_leaves_what_was_approved(
    tmp_path: Path, database_url: str, commit: int
) -> None:
    house = House(tmp_path, database_url)
    house.add("alpha")
    house.approve("alpha")
    approved = [part.text for part in house.look("alpha").threads[0].parts]
    slot = MONDAY + timedelta(days=2, hours=6)
    with person(tmp_path, "bot", slot) as bot:
        bot.does(f"kill {commit}")
        bot.say("tick")
        bot.hear()
    # Other templates by the time that the next one starts.
    house.template("Today {{ paper.title }} [{{ number }}]\n\n{{ opening }}\n\n{{ hashtag }}\n")
    was_taken = house.state("alpha") is not State.READY
    house.clock.at = slot
    for _ in range(6):
        house.clock.go(minutes=10)
        house.tick()
    if was_taken:
        assert house.texts() == [approved]
        assert house.state("alpha") is State.POSTED
    else:
        assert house.texts() == []
        assert house.state("alpha") is State.READY
