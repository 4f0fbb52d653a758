"""Several `mlcollage run` on one database: every slot, thread and notice once, though one of them
is killed.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.delivery import State
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import StoppedClock, make_context, threads_out, write_item
from tests.e2e.test_run import Running
from tests.fakes import x, x_threads
from tests.fakes.x import FakeX, Trouble
from tests.integration.test_x_month import serving
from tests.waiting import until

pytestmark = pytest.mark.slow

SERIES = ("vision", "speech")
PARAGRAPH = " ".join(f"Sentence {n} says a little more of what {{name}} found." for n in range(9))
THREADS = len(SERIES) * 2 * 2
"""A collage's and a roundup's of each series, on two accounts."""
ONCE = ("missed", "running dry", "roundup out")
"""What there is to say of each series."""
BAD = ("Traceback", "unexpected", "locked", "deadlock", "serializ", "cannot be used", "Lost")
"""What no bot may print, however many there are."""


class Scene:
    """An installation in which two series' slots and roundups are due, and its bots."""

    def __init__(
        self,
        folder: Path,
        fake: FakeX,
        url: str | None,
        base_url: str,
        more: str = "",
        **account: str,
    ) -> None:
        self.folder, self.fake = folder, fake
        now = datetime.now(UTC)
        lines = "\n".join(
            f"{key} = '''{value}'''" for key, value in x.account(fake, **account).items()
        )
        settings = (
            f'live = true\n{more}[accounts.lab]\n{lines}\n[accounts.folder]\nnetwork = "outbox"\n'
        )
        slots = [f"{now - timedelta(minutes=minutes):%A %H:%M}" for minutes in (40, 20)]
        due = now - timedelta(minutes=10)
        for name in SERIES:
            settings += f'[series.{name}]\ntitle = "{name}"\nhashtag = "#{name}"\nslots = {slots}\n'
            settings += f'[series.{name}.roundup]\nday = {due.day}\ntime = "{due:%H:%M}"\n'
            settings += f'base_url = "{base_url}/{name}"\nfolder = "site/{name}"\n'
        prepared = make_context(folder, settings, StoppedClock(now - timedelta(hours=3)), url)
        tick.tick(prepared)
        for name in SERIES:
            self._add(prepared, name, [f"{name}-{count}" for count in range(3)])
        prepared.database.close()

    def _add(self, context: Context, series: str, names: list[str]) -> None:
        for name in names:
            file = write_item(self.folder, name)
            whole = file.read_text(encoding="utf-8")
            file.write_text(
                f"{whole.rpartition('+++')[0]}+++\n\n{PARAGRAPH.format(name=name)}\n",
                encoding="utf-8",
            )
            accept.take(context, context.config.series[series], [accept.from_file(file)])

    def context(self) -> Context:
        return assemble.context(config.load(self.folder / "config.toml"))


Bots = Callable[[Path, int], list[Running]]


@pytest.fixture
def bots() -> Iterator[Bots]:
    """Starts so many bots in a folder; what still runs at the end of the test is killed."""
    with ExitStack() as started:

        def start(folder: Path, count: int) -> list[Running]:
            made = []
            for _ in range(count):
                bot = Running(folder, f"run-{len(list(folder.glob('run-*')))}")
                started.callback(bot.process.wait)
                started.callback(bot.process.kill)
                made.append(bot)
            return made

        yield start


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """None stands for the database that an installation has by itself."""
    found: str | None = (
        request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    )
    return found


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with x.checked(lambda: datetime.now(UTC)) as running:
        running.state.add("Hello, this is the account of two series.")
        yield running


@pytest.fixture
def base_url(tmp_path: Path) -> Iterator[str]:
    """Where the site's folder is published."""
    with serving(tmp_path / "site") as port:
        yield f"http://127.0.0.1:{port}"


def threads_sent(context: Context) -> int:
    with context.read() as work:
        is_sent = tables.deliveries.c.state == "sent"
        return int(work.conn.execute(select(func.count()).where(is_sent)).scalar_one())


def is_done(context: Context) -> bool:
    with context.read() as work:
        announced = select(func.count()).where(tables.roundups.c.state == "announced")
        return threads_sent(context) == THREADS and work.conn.execute(announced).scalar() == len(
            SERIES
        )


def check(scene: Scene, context: Context) -> None:
    """Every thread is out once on both networks, every slot is settled once, and so is what there
    was to say.
    """
    with context.read() as work:
        ids = list(work.conn.execute(select(tables.deliveries.c.id)).scalars())
        made = [work.deliveries.get(delivery_id) for delivery_id in ids]
        threads = [work.parts.thread(delivery) for delivery in made]
        heard = sorted(work.conn.execute(select(tables.notices.c.kind)).scalars())
        slots = sorted(
            tuple(row)
            for row in work.conn.execute(select(tables.slots.c.series_id, tables.slots.c.state))
        )
    assert {delivery.state for delivery in made} == {State.SENT}
    at_x = [
        thread.parts
        for thread, delivery in zip(threads, made, strict=True)
        if delivery.account == "lab"
    ]
    assert [x_threads.out(scene.fake, parts) for parts in at_x] == [len(parts) for parts in at_x]
    assert len(scene.fake.state.posts) == 1 + sum(map(len, at_x))
    assert len(threads_out(scene.folder)) == THREADS / 2
    assert slots == [(1, "claimed"), (1, "missed"), (2, "claimed"), (2, "missed")]
    assert [kind for kind in heard if kind in ONCE] == sorted(ONCE * len(SERIES))


def stopped(bots: list[Running]) -> None:
    assert [bot.stop() for bot in bots] == [0] * len(bots)
    for bot in bots:
        assert not [word for word in BAD if word in bot.printed], bot.printed


@pytest.mark.parametrize("count", [2, 4])
def test_bots_on_one_database_do_everything_once(
    tmp_path: Path, fake: FakeX, url: str | None, base_url: str, bots: Bots, count: int
) -> None:
    scene = Scene(tmp_path, fake, url, base_url)
    started = bots(tmp_path, count)
    context = scene.context()
    with closing(context.database):
        until(lambda: is_done(context))
        stopped(started)
        check(scene, context)
    assert x_threads.asked(fake) == len(fake.state.posts) - 1
    printed = "".join(bot.printed for bot in started)
    assert printed.count(" is out, ") == THREADS


def test_when_a_bot_is_killed_while_it_posts_the_others_go_on_and_finish_its_thread(
    tmp_path: Path, fake: FakeX, url: str | None, base_url: str, bots: Bots
) -> None:
    short = '[delivery]\nlease = "4s"\nrequest = "2s"\nfirst_look = "1s"\nsecond_look = "2s"\n'
    scene = Scene(tmp_path, fake, url, base_url, short, total_timeout="2s")
    fake.on_route["POST /2/tweets", 2] = Trouble(is_accepted=True, after=1)
    context = scene.context()
    (victim,) = bots(tmp_path, 1)
    until(lambda: x_threads.asked(fake) == 2)
    victim.process.send_signal(signal.SIGKILL)
    others = bots(tmp_path, 3)
    # A bot that stays looks every half minute; this process is one more, which looks all the time.
    until(lambda: tick.tick(context) is not None and is_done(context))
    stopped(others)
    check(scene, context)
    assert x_threads.asked(fake) == len(fake.state.posts) - 1
    context.database.close()
