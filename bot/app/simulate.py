"""Plays a copy of the whole installation forward, on a clock that jumps between due times."""

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from bot import config, files, system
from bot.app import assemble
from bot.config import Config
from bot.context import Context
from bot.core import events, schedule, times
from bot.core.calendar import Course
from bot.core.errors import BadInput, NoDatabase, NotAllowed
from bot.scheduling import tick, unconfigured
from bot.storage import copy, installation
from bot.storage.database import HEAD, Database
from bot.storage.work import reading, writing


def prepare(source: Callable[[], Config], folder: Path) -> Config:
    """The configuration of the simulation in `folder`.

    The first call copies configuration, database and templates of `source` there. Raises
    `BadInput` where the folder cannot be written, `NotAllowed` where it holds something else.
    """
    file = folder / config.FILE
    if not file.exists():
        try:
            _copy(source(), folder)
        except OSError as error:
            raise BadInput(
                f"{folder} cannot hold a simulation: {system.why(error, folder)}."
            ) from None
    settings = config.load(file)
    with (
        closing(assemble.database(settings)) as database,
        reading(database, assemble.SystemClock().now()) as work,
    ):
        if not work.installation.is_simulation():
            raise NotAllowed(f"{folder} holds a real installation; simulate in another folder.")
    return settings


def _check(source: Config, real: Database) -> None:
    """Raise where there is nothing to play forward: no database, or a series renamed.

    That is `NoDatabase` where a live installation has none, and `BadConfig` for a series.
    """
    version = real.version()
    if version is None and source.live:
        raise NoDatabase(assemble.missing(source, real))
    # One that is older has other tables; the copy is upgraded.
    if version == HEAD:
        with reading(real, assemble.SystemClock().now()) as work:
            unconfigured.check(work, source)


def _copy(source: Config, folder: Path) -> None:
    """Copy an installation into an empty folder; raises `NotAllowed` where it is not empty."""
    if folder.exists() and any(folder.iterdir()):
        raise NotAllowed(f"{folder} is not empty and no simulation; name another folder.")
    with closing(Database(source.database_url)) as real:
        _check(source, real)
        folder.mkdir(parents=True, exist_ok=True)
        if real.version() is not None:
            copy.into_file(real, folder / "queue.db")
    with closing(Database(f"sqlite:///{folder / 'queue.db'}")) as copied:
        copied.prepare()
        with writing(copied, assemble.SystemClock().now()) as work:
            work.installation.put(installation.SIMULATION, "yes")
    if source.templates.is_dir():
        shutil.copytree(source.templates, folder / "templates", dirs_exist_ok=True)
    # Last: `prepare` takes a folder with a configuration for a complete copy.
    files.put(folder / config.FILE, _rewritten(source).encode(), files.PRIVATE)


def _rewritten(source: Config) -> str:
    """The configuration, comments and all, with every path and address turned into the folder.

    Accounts become outboxes with the rules of their networks, alerts and events are dropped.
    """
    import tomlkit  # heavy: 40 ms, for this command only

    document: Any = tomlkit.parse(config.read_source(source.file))
    document["live"] = False
    document.pop("alerts", None)
    # Addresses may be in the environment, and are refused without a secret; it sends nothing.
    document["events"] = {"secret": events.NOBODYS}
    document["templates"] = "templates"
    document["database"] = {"url": "sqlite:///queue.db", "url_variable": ""}
    accounts = document.get("accounts", {})
    for name in list(accounts):
        folder = "outbox" if len(accounts) == 1 else f"outbox/{name}"
        accounts[name] = _outbox(accounts[name], folder)
    several = len(source.series) > 1
    for name, table in document.get("series", {}).items():
        table.setdefault("roundup", {})["folder"] = f"site/{name}" if several else "site"
    return tomlkit.dumps(document)


def _outbox(account: Any, folder: str) -> dict[str, Any]:
    """The settings of an outbox that has the rules of an account's network.

    Where people post by hand, an outbox stands in for the account that has its rules.
    """
    if account["network"] == "manual":
        return {key: value for key, value in account.items() if key != "folder"}
    outbox = {"network": "outbox", "folder": folder}
    if account["network"] != "outbox":
        outbox["like"] = account["network"]
    elif account.get("like"):
        outbox["like"] = account["like"]
    return outbox


def run(settings: Config, start_on: date | None, end_on: date, say: assemble.Say) -> datetime:
    """Play from a local day to the end of another one; the time at which the clock then stands.

    Days that were played are not played again. Raises `BadInput` where the first call names no
    first day.
    """
    zone = next(iter(settings.series.values())).zone
    end = schedule.instant(end_on + schedule.DAY, time(0), zone)
    start = schedule.instant(start_on, time(0), zone) if start_on else None
    _set_clock(settings, start)
    context = assemble.context(settings, say=say)
    with closing(context.database):
        at = context.clock.now()
        if start is not None and start < at:
            until = times.full(at, zone)
            context.say(f"All up to {until} was played before, and is not played again.")
        return _play(context, end)


def _play(context: Context, end: datetime) -> datetime:
    """Jump from due time to due time until `end`; the time at which the clock then stands."""
    while True:
        for notice in tick.tick(context):
            context.say(notice.text)
        _remember(context, context.clock.now())
        soon = tick.next_at(context)
        if soon is None or soon >= end:
            break
        # What could not be done at its time is still due: look at it a little later, as the real
        # clock would have us do.
        context.clock.wait_until(max(soon, context.clock.now() + tick.STAY / 2))
    if context.clock.now() < end:
        _remember(context, end)
    return max(context.clock.now(), end)


def _remember(context: Context, at: datetime) -> None:
    """Store up to when the simulation was played."""
    with context.write() as work:
        work.installation.put(installation.SIMULATED_UNTIL, at.astimezone(UTC).isoformat())


def _set_clock(settings: Config, start: datetime | None) -> None:
    """Set the simulation's clock to `start`, unless it has got there already.

    Nothing between the times is due, for no simulated process was running. Raises `BadInput` where
    the clock was never set and no `start` is given.
    """
    with (
        closing(assemble.database(settings)) as database,
        writing(database, assemble.SystemClock().now()) as work,
    ):
        until = work.installation.simulated_until()
        if start is None:
            if until is None:
                raise BadInput("A simulation needs a first day: give --from DATE.")
            return
        if until is not None and start <= until:
            return
        work.installation.put(installation.SIMULATED_UNTIL, start.isoformat())
        for series in settings.series.values():
            if work.series.find(series.name):
                work.series.follow(series.name, Course.begun(series.calendar, start))
