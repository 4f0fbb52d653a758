"""Assembles a working bot from its settings: the only module that knows every class."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import cast

from bot import config as configuration
from bot.config import Config
from bot.context import Context
from bot.core.calendar import Course
from bot.core.errors import BadConfig, NoDatabase
from bot.core.notices.upkeep import Upgraded
from bot.core.schedule import Clock
from bot.core.settings import Table
from bot.destinations import table as destinations
from bot.publishers import table
from bot.publishers.protocol import Publisher, StandIn
from bot.scheduling import unconfigured
from bot.storage.database import Database
from bot.storage.work import reading, writing

DATABASE_FILE = "queue.db"
"""What a database is called where the configuration names none."""

Say = Callable[[datetime, str], None]
"""Shows a message to a person who watches, with the time it speaks of."""


# Only Linux has it: CLOCK_MONOTONIC stands still while the machine sleeps.
STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The machine's clocks; a wait ends early when `stop` is set."""

    def __init__(self, stop: Event | None = None) -> None:
        self._stop = stop or Event()

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine

    def monotonic(self) -> float:
        """Seconds of a clock that nobody can set."""
        return time.clock_gettime(STEADY)

    def wait_until(self, at: datetime) -> None:
        """Wait until then, or until `stop` is set."""
        self._stop.wait(max(0.0, (at - self.now()).total_seconds()))


class SimulatedClock:
    """A clock that stands still, and jumps instead of waiting."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The simulated time."""
        return self._at

    def monotonic(self) -> float:
        """The same time in seconds."""
        return self._at.timestamp()

    def wait_until(self, at: datetime) -> None:
        """Jump to that time; never back."""
        self._at = max(self._at, at)


def quiet(at: datetime, message: str) -> None:
    """Show nothing."""


def database(config: Config, *, makes: bool = True) -> Database:
    """The configured database, with its schema made or upgraded.

    An older one is backed up before, and a notice names the backup. Raises `NoDatabase` where the
    database cannot be used or upgraded, and without `makes` where a live installation has none.
    """
    opened = Database(config.database_url)
    now = SystemClock().now()
    try:
        if config.live and not makes and opened.version() is None:
            raise NoDatabase(missing(config, opened))
        backup = opened.prepare(lambda: _back_up(opened, config, now))
    except Exception:
        opened.close()
        raise
    if backup:
        with writing(opened, now) as work:
            work.notices.add(Upgraded(backup.name, str(backup)))
    return opened


def missing(config: Config, database: Database) -> str:
    """That a live installation has no database, and the ways back."""
    return (
        f"There is no database {database.shown}, or nothing in it, and the configuration is live: "
        f"a new one would know of nothing that is out.{beside(config)} Put the old one back, or "
        "fill a new one from a backup: mlcollage restore FILE. Where nothing has ever gone out: "
        "mlcollage init"
    )


def newly_made(config: Config, opened: Database) -> str:
    """That there was no database, and which one was made; empty where there was one."""
    if not opened.was_made:
        return ""
    made = f"a new, empty one was made, {opened.shown}."
    return f"There was no database: {made}{beside(config)}"


def beside(config: Config) -> str:
    """That a database lies beside the configuration which names another one; else empty."""
    file = config.folder / DATABASE_FILE
    if config.database_file == file or not file.is_file():
        return ""
    return f" {file} is there, and database.url names another one."


def _back_up(old: Database, config: Config, now: datetime) -> Path:
    from bot.storage import backup  # heavy: it brings Alembic along, for an upgrade only

    return backup.before_upgrade(old, config.folder, now)


def context(
    config: Config,
    *,
    say: Say = quiet,
    clock: Clock | None = None,
    makes: bool = True,
    checked: bool = True,
) -> Context:
    """What every stage works with, with rows for all configured series and accounts.

    Raises `BadConfig` where an account's or a destination's settings are wrong, and where the
    configuration of a live installation says nothing of `live`: one that was emptied would make it
    a rehearsal. Unless it is not `checked`, also where a series seems to have been renamed. Without
    `makes` raises `NoDatabase` where a live installation has no database.

    `say` is called with messages and the clock's time. Without a `clock` it is the machine's; in a
    simulation's database it is one that stands where the simulation was played to.
    """
    table.check_folders(config.accounts, config.folder)
    destinations.check(config)
    opened, stop = database(config, makes=makes), Event()
    with reading(opened, SystemClock().now()) as work:
        simulated_until = work.installation.simulated_until()
        rehearsal = work.installation.rehearsal_number(live=config.live)
        has_lost_live = work.installation.is_live() and not config.says_live
    if has_lost_live:
        opened.close()
        raise BadConfig(
            f"{config.file} has no setting live, but this installation is live: is it the whole "
            "file? Put it back from a copy, or write live = true; live = false begins a rehearsal."
        )
    running = clock or _clock(simulated_until, stop)
    # Hosts that share a PostgreSQL database let leases go by its clock, for theirs may differ.
    opened.shares_clock = not opened.is_sqlite and isinstance(running, SystemClock)
    publishers = {
        name: _publisher(config, settings, running) for name, settings in config.accounts.items()
    }
    assembled = Context(
        config=config,
        database=opened,
        clock=running,
        publishers=publishers,
        rehearsal=rehearsal,
        who=configuration.who(),
        say=lambda message: say(running.now(), message),
        stop=stop,
    )
    try:
        _make_rows(assembled, checked=checked)
    except BadConfig:
        opened.close()
        raise
    return assembled


def _clock(simulated_until: datetime | None, stop: Event) -> Clock:
    if simulated_until:
        return SimulatedClock(simulated_until)
    return SystemClock(stop)


def publisher(config: Config, settings: Table) -> Publisher:
    """An account's real publisher, even in a rehearsal: to ask whether it could post."""
    return table.make(settings, config.folder, SystemClock(), config.delivery.request)


def _publisher(config: Config, settings: Table, clock: Clock) -> Publisher:
    """An account's publisher; in a rehearsal an outbox stands in for it.

    The real one is made even then: wrong settings are to be found before the bot goes live.
    """
    real = table.make(settings, config.folder, clock, config.delivery.request)
    if config.live:
        return real
    outbox = table.rehearsed(settings)
    if isinstance(clock, SimulatedClock):
        outbox = table.simulated(settings)
    stand_in = cast(StandIn, table.make(outbox, config.folder, clock))
    # What is rehearsed is to be written as, and as long as, what goes out later.
    stand_in.network, stand_in.server = real.network, real.server
    if stand_in.server and isinstance(clock, SimulatedClock):
        stand_in.server.is_asked = False
    return stand_in


def _make_rows(context: Context, *, checked: bool) -> None:
    """Insert series and accounts that the database does not know yet.

    A series whose calendar has changed is left to the next tick: a command that only reads must
    not decide what becomes of the slots that are due by the old one.
    """
    config, now = context.config, context.clock.now()
    with context.read() as work:
        new_series = config.series.keys() - work.series.known().keys()
        accounts = {row.name: row for row in work.accounts.all()}
        new_accounts = config.accounts.keys() - accounts.keys()
        if new_series and checked:
            unconfigured.check(work, config)
        elif new_series and unconfigured.series_gone(work, config):
            # One of them may be the old one under another name: a person says so first.
            new_series = set()
    for name, row in accounts.items():
        server = context.publishers[name].server if name in context.publishers else None
        if server:
            server.recall(row.learned)
    # Most starts end here, without a write lock.
    if not new_series and not new_accounts:
        return
    with context.write() as work:
        # In the same order on every host, or two that insert the same rows wait for each other.
        networks = {name: table.network_of(config.accounts[name]) for name in sorted(new_accounts)}
        work.accounts.ensure(networks)
        for name in sorted(new_series):
            work.series.make(name, Course.begun(config.series[name].calendar, now))
