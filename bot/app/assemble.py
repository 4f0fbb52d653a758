"""Settings in, working bot out: the only place that knows every class."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from bot import config
from bot.config import Config
from bot.context import Context
from bot.core import month
from bot.core.notices import Upgraded
from bot.core.schedule import Clock
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.protocol import Publisher
from bot.storage.database import Database
from bot.storage.work import reading, writing

Say = Callable[[datetime, str], None]


class SystemClock:
    """The machine's clocks; a wait ends early when `stop` is set."""

    def __init__(self, stop: Event | None = None) -> None:
        self._stop = stop or Event()

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine

    def monotonic(self) -> float:
        return time.monotonic()

    def wait_until(self, at: datetime) -> None:
        self._stop.wait(max(0.0, (at - self.now()).total_seconds()))


class SimulatedClock:
    """A clock that stands still until it jumps."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._at.timestamp()

    def wait_until(self, at: datetime) -> None:
        self._at = max(self._at, at)


def quiet(at: datetime, words: str) -> None:
    """Tell nobody."""


def database(own: Config) -> Database:
    """The configured database, its schema made or brought up to date, an older one backed up
    before.
    """
    made, now = Database(own.database_url), SystemClock().now()
    try:
        kept = made.prepare(lambda: _back_up(made, own, now))
    except Exception:
        made.close()
        raise
    if kept:
        with writing(made, now) as work:
            work.notices.add(Upgraded(kept.name, str(kept)))
    return made


def _back_up(old: Database, own: Config, now: datetime) -> Path:
    from bot.storage import backup  # heavy: it brings Alembic along, for an upgrade only

    return backup.before_upgrade(old, own.folder, now)


def context(own: Config, *, say: Say = quiet, clock: Clock | None = None) -> Context:
    """Everything a stage works with; `say` hears when what is done.

    A simulation's database keeps its own time.
    """
    storage, stop = database(own), Event()
    with reading(storage, SystemClock().now()) as work:
        until = work.installation.simulated_until()
        rehearsal = work.installation.rehearsal_number(live=own.live)
    ticking = clock or (SimulatedClock(until) if until else SystemClock(stop))
    storage.shares_clock = not storage.is_sqlite and isinstance(ticking, SystemClock)
    publishers = {name: _publisher(own, raw, ticking) for name, raw in own.accounts.items()}
    made = Context(
        own,
        storage,
        ticking,
        publishers,
        rehearsal,
        config.who(),
        lambda words: say(ticking.now(), words),
        stop,
    )
    _make_rows(made)
    return made


def publisher(own: Config, raw: Table) -> Publisher:
    """An account's own publisher, even in a rehearsal: to ask whether it could post."""
    return table.make(raw, own.folder, SystemClock(), own.delivery.request)


def _publisher(own: Config, raw: Table, clock: Clock) -> Publisher:
    """An account's publisher; in a rehearsal an outbox stands in for it, once its settings are seen
    to be right.
    """
    made = table.make(raw, own.folder, clock, own.delivery.request)
    return made if own.live else table.make(table.rehearsed(raw), own.folder, clock)


def _make_rows(made: Context) -> None:
    """Rows for series and accounts the database does not know yet; a series whose slots changed
    looks from now on.
    """
    own, now = made.config, made.clock.now()
    with made.read() as work:
        rows = {name: work.series.find(name) for name in own.series}
        new = [
            name
            for name, row in rows.items()
            if not row or row.fingerprint != own.series[name].timetable.fingerprint
        ]
        accounts = own.accounts.keys() - work.accounts.ids().keys()
    if not new and not accounts:
        return
    with made.write() as work:
        work.accounts.ensure({name: table.network_of(own.accounts[name]) for name in accounts})
        for name in new:
            one = own.series[name]
            through = month.last_before(one.roundup, now, one.zone)
            work.series.ensure(name, one.timetable.fingerprint, through)
