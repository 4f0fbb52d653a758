"""Two hosts that look for the same thread at the same moment: one of them says what follows, the
other goes on.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import assemble
from bot.context import Context
from bot.core import errors
from bot.core.collage import State as CollageState
from bot.core.delivery import Look, NotSeen, State, Thread
from bot.core.notices.entry import Kind
from bot.intake import accept
from bot.publishers.protocol import Saved
from bot.scheduling import slots, tick
from bot.sending import deliver, rescue
from tests import made_up
from tests.conftest import StoppedClock, make_context, write_item
from tests.integration.test_deliver import Event, Scripted, begun, delivery, fails, heard, outcomes

TOGETHER = 10.0
"""Seconds one host waits for the other."""


class Meeting(Scripted):
    """A network that answers two looks at the same moment, once it has been told to."""

    def __init__(self) -> None:
        super().__init__()
        self.meeting: threading.Barrier | None = None
        self.answers: dict[str, Look | Exception] = {}

    def find(self, thread: Thread, saved: Saved) -> Look:
        if self.meeting is None:
            return super().find(thread, saved)
        self.meeting.wait(TOGETHER)
        self.meeting = None
        answer = self.answers.get(threading.current_thread().name)
        if isinstance(answer, Exception):
            raise answer
        return answer or super().find(thread, saved)


class Hosts:
    """Two worlds with connections of their own to one database, and the network both work with."""

    def __init__(self, worlds: list[Context], network: Meeting, clock: StoppedClock) -> None:
        self.worlds, self.network, self.clock = worlds, network, clock

    def begin(self, *, before: Event | None = None, after: Event | None = None) -> None:
        """Send a first part whose answer is lost, and wait until it is time to look."""
        self.network.before, self.network.after = (
            {1: event} if event else {} for event in (before, after)
        )
        tick.tick(self.worlds[0])
        assert delivery(self.worlds[0]).state is State.UNCERTAIN
        self.clock.go(minutes=3)

    def meet(self) -> None:
        """Both do what is due, and their first looks are answered at the same moment."""
        self.network.meeting = threading.Barrier(2)
        with self.worlds[0].read() as work:
            (account,) = work.accounts.all()
        with ThreadPoolExecutor(2, thread_name_prefix="host") as threads:
            for done in [threads.submit(deliver.run, context, account) for context in self.worlds]:
                done.result()
        assert self.network.meeting is None, "they met"


@pytest.fixture
def hosts(tmp_path: Path, database_url: str, clock: StoppedClock) -> Iterator[Hosts]:
    network = Meeting()
    one = begun(tmp_path, database_url, clock, network)
    database = assemble.database(one.config)
    with ExitStack() as opened:
        opened.callback(one.database.close)
        opened.callback(database.close)
        yield Hosts([one, replace(one, database=database)], network, clock)


def test_a_part_that_both_find_is_recorded_and_the_next_one_sent_once(hosts: Hosts) -> None:
    hosts.begin(after=fails(errors.Uncertain("The answer was lost.")))
    hosts.meet()
    assert hosts.network.out == [1, 2]
    assert delivery(hosts.worlds[0]).state is State.SENT
    assert outcomes(hosts.worlds[0]) == [(1, "sent"), (2, "sent")]


def test_a_part_that_both_know_to_be_absent_is_sent_once(hosts: Hosts) -> None:
    hosts.begin(before=fails(errors.Uncertain("The answer was lost.")))
    hosts.network.proves_absence = True
    hosts.meet()
    assert hosts.network.out == [1, 2]
    assert delivery(hosts.worlds[0]).state is State.SENT


def test_two_first_looks_at_one_moment_are_one_look(hosts: Hosts) -> None:
    hosts.begin(before=fails(errors.Uncertain("The answer was lost.")))
    hosts.meet()
    assert hosts.network.out == []
    assert delivery(hosts.worlds[0]).looks == 1
    hosts.clock.go(minutes=8)
    hosts.meet()
    assert hosts.network.out == [1, 2]
    assert delivery(hosts.worlds[0]).state is State.SENT


@pytest.mark.parametrize(
    "other",
    [NotSeen(anchor_seen=False, count_agrees=False), errors.Unavailable("The network is away.")],
    ids=str,
)
def test_when_one_host_has_found_it_what_the_other_does_not_see_is_nothing_to_ask_about(
    hosts: Hosts, other: Look | Exception
) -> None:
    hosts.begin(after=fails(errors.Uncertain("The answer was lost.")))
    one, two = hosts.worlds
    found = delivery(one)
    asked = heard(one).count("uncertain")
    rescue.look(one, hosts.network, found)
    assert delivery(one).state is State.WAITING
    hosts.network.answers = {threading.current_thread().name: other}
    hosts.network.meeting = threading.Barrier(1)
    rescue.look(two, hosts.network, found)
    assert heard(one).count("uncertain") == asked
    assert delivery(one).state is State.WAITING
    tick.tick(two)
    assert hosts.network.out == [1, 2]


def test_what_one_host_finds_is_not_lost_because_the_other_has_claimed_the_thread_meanwhile(
    hosts: Hosts,
) -> None:
    hosts.begin(after=fails(errors.Uncertain("The answer was lost.")))
    one, two = hosts.worlds
    found = delivery(one)
    with one.write() as work:
        work.deliveries.move(found, State.WAITING, next_at=hosts.clock.at + timedelta(hours=1))
    rescue.look(two, hosts.network, found)
    with one.read() as work:
        assert [bool(part.receipt) for part in work.parts.of(found.id)] == [True, False]


def test_a_notice_is_printed_by_one_of_two_hosts(hosts: Hosts) -> None:
    keys = [str(number) for number in range(30)]
    stop = threading.Event()

    def listen(context: Context) -> list[str]:
        printed = []
        while not stop.is_set():
            printed += [notice.text for notice in tick.unheard(context)]
        return printed + [notice.text for notice in tick.unheard(context)]

    with ThreadPoolExecutor(2) as threads:
        listening = [threads.submit(listen, context) for context in hosts.worlds]
        for key in keys:
            with hosts.worlds[0].write() as work:
                empty = made_up.notice(Kind.EMPTY, key)
                work.notices.add(empty)
        stop.set()
    assert Counter(each for one in listening for each in one.result()) == Counter(keys)


@pytest.mark.parametrize("number", [28, None])
def test_a_collage_that_another_host_has_just_claimed_is_not_held_and_its_thread_counts(
    tmp_path: Path, database_url: str, clock: StoppedClock, number: int | None
) -> None:
    settings = '[series.aaa.roundup]\nfolder = "site-aaa"\n[series.mlcollage]\n'
    one = make_context(tmp_path, settings, clock, database_url)
    with closing(assemble.database(one.config)) as elsewhere:
        two = replace(one, database=elsewhere)
        tick.tick(one)
        for series, kept in (("aaa", None), ("mlcollage", number)):
            item = accept.from_file(write_item(tmp_path, f"of-{series}"))
            accept.take(one, one.config.series[series], [replace(item, number=kept)])
        clock.go(days=2, hours=6)
        lines = {due.series.name: due for due in tick._due(one)}
        due = lines["mlcollage"]
        assert due.line
        slots.Round(two, due.series, due.as_of).settle(due.line)
        slots.Round(one, due.series, due.as_of).settle(due.line)
        tick.tick(two)
        with one.read() as work:
            assert work.queue.get("mlcollage", "of-mlcollage").state is CollageState.POSTED
    one.database.close()
