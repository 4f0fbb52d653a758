"""Whether a roundup's page answers is asked beside the slots: no site's trouble delays a series."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.app.runner import Duty
from bot.context import Context
from bot.core.errors import BadInput
from bot.core.month import State
from bot.intake import accept
from bot.roundups import advance, linking
from bot.scheduling import tick
from bot.site import reach
from bot.storage import tables
from bot.workers import Workers
from tests.conftest import StoppedClock, make_context, threads_out, write_item
from tests.fakes import servers, x
from tests.fakes.servers import Serve, Server
from tests.fakes.x import FakeX

SLOT = datetime(2021, 9, 1, 15, tzinfo=UTC)
LONG = timedelta(seconds=30)
"""What a test would notice, should anything wait for a page."""


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        yield running


class Site:
    """The web site of one series, which does what a test tells it."""

    def __init__(self) -> None:
        self.serve: Serve = servers.says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def __call__(self, connection: Any, head: bytes) -> None:
        self.serve(connection, head)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site) -> Iterator[Server]:
    with servers.serving(site) as running:
        yield running


@pytest.fixture
def context(tmp_path: Path, fake: FakeX, server: Server, clock: StoppedClock) -> Iterator[Context]:
    """Two series on their way into September: `slow` waits for the page of its roundup, which is
    not there yet, and `quick` has a collage for the slot of the first day.
    """
    lab = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    settings = f"""
live = true
[accounts.lab]
{lab}
[accounts.press]
network = "outbox"
[series.slow]
accounts = ["lab"]
[series.slow.roundup]
base_url = "http://127.0.0.1:{server.port}"
folder = "site/slow"
[series.quick]
accounts = ["press"]
[series.quick.roundup]
folder = "site/quick"
"""
    made = make_context(tmp_path, settings, clock)
    tick.tick(made)
    add(made, "slow", "barlow")
    clock.at = datetime(2021, 8, 4, 15, tzinfo=UTC)
    tick.tick(made)
    clock.at = datetime(2021, 8, 31, 18, tzinfo=UTC)
    tick.tick(made)
    assert the_roundup(made).state is State.RENDERED
    add(made, "quick", "vit")
    server.asked.clear()
    yield made
    made.database.close()


def add(context: Context, name: str, *items: str) -> None:
    own = context.config.series[name]
    files = [write_item(context.config.folder, item) for item in items]
    accept.take(context, own, [accept.from_file(file) for file in files])


def the_roundup(context: Context) -> advance.Roundup:
    with context.read() as work:
        return work.roundups.get("slow", "2021-09")


def told(context: Context) -> list[str]:
    with context.read() as work:
        return [notice.text for notice in work.notices.listed()]


def out(context: Context) -> list[str]:
    """What the press has got."""
    return [place.name for place in threads_out(context.config.folder)]


def took(do: Callable[[], object]) -> timedelta:
    start = time.monotonic()
    do()
    return timedelta(seconds=time.monotonic() - start)


def asked(server: Server) -> None:
    end = time.monotonic() + 10
    while not server.asked:
        assert time.monotonic() < end, "nobody asks for the page"
        time.sleep(0.01)


def patient(monkeypatch: pytest.MonkeyPatch, total: timedelta) -> None:
    monkeypatch.setattr(reach, "LIMITS", reach.LIMITS._replace(total=total))


PAGE = b"<h1>One Deep\n Learning Paper to Read in September&nbsp;2021</h1>"

DRIPS = servers.drips(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05)


# Staying


def test_a_page_that_drips_delays_no_slot_of_another_series(
    context: Context,
    site: Site,
    server: Server,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patient(monkeypatch, LONG)

    def serve(connection: Any, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
        while not server.over.wait(0.05):
            connection.sendall(b"x")

    site.serve = serve
    duty = Duty(context, Workers(timedelta(seconds=5)))
    duty.watch()
    asked(server)
    clock.at = SLOT
    assert took(duty.tick) < LONG / 3
    assert len(out(context)) == 1, "the slot was served while the page drips"
    assert took(duty.watch) < LONG / 3
    assert len(server.asked) == 1, "it is asked once at a time"
    server.over.set()
    duty.finish()
    assert the_roundup(context).state is State.RENDERED


def test_the_look_after_the_page_answers_links_the_roundup_and_the_next_sends_its_thread(
    context: Context, site: Site, server: Server, clock: StoppedClock, fake: FakeX
) -> None:
    duty = Duty(context, Workers(timedelta(seconds=5)))
    duty.tick()
    assert server.asked == [], "no look at what is due asks for a page"
    duty.watch()
    duty.others.finish()
    assert the_roundup(context).state is State.RENDERED
    assert [text for text in told(context) if "waits until http://127.0.0.1" in text] != []
    site.serve = servers.says(servers.ok(PAGE))
    duty.watch()
    duty.others.finish()
    assert the_roundup(context).state is State.LINKED
    clock.go(seconds=30)
    duty.tick()
    clock.go(seconds=30)
    duty.tick()
    assert the_roundup(context).state is State.ANNOUNCED
    assert the_roundup(context).link in fake.state.posts[-1].text
    duty.watch()
    duty.finish()
    assert len(server.asked) == 2, "what is linked is not asked for again"


def test_a_roundup_whose_link_changed_while_it_was_asked_for_is_asked_for_again(
    context: Context, site: Site, server: Server
) -> None:
    own, other = context.config.series["slow"], f"http://127.0.0.1:{server.port}/by-hand"

    def serve(connection: Any, head: bytes) -> None:
        if b"/by-hand" not in head:
            linking.give(context, own, "2021-09", other)
        servers.says(servers.ok(PAGE))(connection, head)

    site.serve = serve
    advance.link(context)
    assert (the_roundup(context).state, the_roundup(context).link) == (State.RENDERED, other)
    advance.link(context)
    assert the_roundup(context).state is State.LINKED


def test_two_that_ask_at_the_same_time_make_one_thread(
    context: Context, site: Site, server: Server
) -> None:
    site.serve = servers.says(servers.ok(PAGE))
    threads = [threading.Thread(target=advance.link, args=(context,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with context.read() as work:
        rows = work.conn.execute(
            select(tables.deliveries.c.key).where(tables.deliveries.c.kind == "roundup")
        ).all()
    assert len(rows) == 1
    assert the_roundup(context).state is State.LINKED
    assert [text for text in told(context) if "cannot go on" in text] == []


# Once


def test_a_single_tick_asks_for_the_page_when_slots_and_threads_are_done(
    context: Context,
    site: Site,
    server: Server,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patient(monkeypatch, timedelta(seconds=1))
    out_when_asked: list[int] = []

    def serve(connection: Any, head: bytes) -> None:
        out_when_asked.append(len(out(context)))
        DRIPS(connection, head)

    site.serve = serve
    clock.at = SLOT
    assert took(Duty(context).once) < timedelta(seconds=10)
    assert out_when_asked == [1], "the slot was served before"
    assert the_roundup(context).state is State.RENDERED


def test_a_single_tick_sends_the_thread_of_a_page_that_answers(
    context: Context, site: Site, fake: FakeX
) -> None:
    site.serve = servers.says(servers.ok(PAGE))
    Duty(context).once()
    assert the_roundup(context).state is State.ANNOUNCED
    assert the_roundup(context).link in fake.state.posts[-1].text


# Bad addresses


BAD_HOSTS = ["https://[::1", "https://", "https://a..b/", "http://\udcff/", "http://h:99999/", "x"]


@pytest.mark.parametrize("url", BAD_HOSTS)
def test_a_bad_host_in_the_database_stops_no_tick(
    context: Context, clock: StoppedClock, url: str
) -> None:
    links = update(tables.roundups).values(link=url.encode("utf-8", "replace").decode())
    with context.database.write() as conn:
        conn.execute(links)
    clock.at = SLOT
    Duty(context).once()
    assert len(out(context)) == 1
    assert the_roundup(context).state is State.RENDERED


@pytest.mark.parametrize("url", BAD_HOSTS)
def test_a_page_with_a_bad_host_does_not_answer(url: str) -> None:
    assert not reach.answers(url)


@pytest.mark.parametrize("url", [*BAD_HOSTS, "https://ada:secret@example.org/"])
def test_a_bad_address_is_refused_for_a_roundup_and_the_old_one_stays(
    context: Context, url: str
) -> None:
    before = the_roundup(context).link
    with pytest.raises(BadInput) as refused:
        linking.give(context, context.config.series["slow"], "2021-09", url)
    assert "secret" not in str(refused.value)
    assert the_roundup(context).link == before
