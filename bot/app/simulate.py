"""A copy of the whole installation, played forward on a clock that jumps from due time to due time."""

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from bot import config
from bot.app import assemble
from bot.config import Config
from bot.context import Context
from bot.core import month, schedule
from bot.core.errors import BadInput, NotAllowed
from bot.scheduling import tick
from bot.storage import copy, installation
from bot.storage.database import Database
from bot.storage.work import reading, writing


def prepare(source: Callable[[], Config], folder: Path) -> Config:
    """The simulation's own configuration: the first call copies configuration, database and
    templates into `folder`.
    """
    file = folder / config.FILE
    if not file.exists():
        try:
            _copy(source(), folder)
        except OSError as error:
            raise BadInput(
                f"{folder} cannot hold a simulation: {error.strerror or error}."
            ) from None
    own = config.load(file)
    storage = assemble.database(own)
    with reading(storage, assemble.SystemClock().now()) as work:
        is_simulation = work.installation.is_simulation()
    storage.close()
    if not is_simulation:
        raise NotAllowed(f"{folder} holds a real installation; simulate in another folder.")
    return own


def _copy(source: Config, folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise NotAllowed(f"{folder} is not empty and no simulation; name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with closing(Database(source.database_url)) as real:
        if real.version() is not None:
            copy.into_file(real, folder / "queue.db")
    with closing(Database(f"sqlite:///{folder / 'queue.db'}")) as copied:
        copied.prepare()
        with writing(copied, assemble.SystemClock().now()) as work:
            work.installation.put(installation.SIMULATION, "yes")
    if source.templates.is_dir():
        shutil.copytree(source.templates, folder / "templates", dirs_exist_ok=True)
    # Last, so that a copy that was cut off is not taken for a simulation.
    (folder / config.FILE).write_text(_rewritten(source), encoding="utf-8")


def _rewritten(source: Config) -> str:
    """The configuration with everything that leads out of the folder turned into it, its comments
    kept.
    """
    import tomlkit  # heavy: 40 ms, for this command only

    document: Any = tomlkit.parse(config.read_source(source.file))
    document["live"] = False
    document.pop("alerts", None)
    document["templates"] = "templates"
    document["database"] = {"url": "sqlite:///queue.db", "url_variable": ""}
    names = list(document.get("accounts", {}))
    for name in names:
        own = document["accounts"][name]
        folder = "outbox" if len(names) == 1 else f"outbox/{name}"
        like = own.get("like") if own["network"] == "outbox" else own["network"]
        document["accounts"][name] = {"network": "outbox", "folder": folder}
        if like:
            document["accounts"][name]["like"] = like
    several = len(source.series) > 1
    for name, table in document.get("series", {}).items():
        table.setdefault("roundup", {})["folder"] = f"site/{name}" if several else "site"
    return tomlkit.dumps(document)


def run(own: Config, start_on: date | None, end_on: date, say: assemble.Say) -> datetime:
    """Play from a local day to the end of another one; days already played are not played again."""
    zone = next(iter(own.series.values())).zone
    end = schedule.instant(end_on + schedule.DAY, time(0), zone)
    _set_clock(own, schedule.instant(start_on, time(0), zone) if start_on else None)
    context = assemble.context(own, say=say)
    with closing(context.database):
        return _play(context, end)


def _play(context: Context, end: datetime) -> datetime:
    """Jump from due time to due time until `end`; where the clock stands then."""
    while True:
        for notice in tick.tick(context):
            context.say(notice.text)
        _remember(context, context.clock.now())
        soon = tick.next_at(context)
        if soon is None or soon >= end:
            break
        # What could not be done at its time is looked at again, as the real clock would, a little
        # later.
        context.clock.wait_until(max(soon, context.clock.now() + tick.STAY / 2))
    if context.clock.now() < end:
        _remember(context, end)
    return max(context.clock.now(), end)


def _remember(context: Context, at: datetime) -> None:
    with context.write() as work:
        work.installation.put(installation.SIMULATED_UNTIL, at.astimezone(UTC).isoformat())


def _set_clock(own: Config, start: datetime | None) -> None:
    """Start at `start`, or jump there from an earlier one: nobody looked in between, so nothing
    there is due.
    """
    storage = assemble.database(own)
    with writing(storage, assemble.SystemClock().now()) as work:
        until = work.installation.simulated_until()
        if start is None and until is None:
            raise BadInput("A simulation needs a first day: give --from DATE.")
        if start and (until is None or start > until):
            work.installation.put(installation.SIMULATED_UNTIL, start.isoformat())
            for one in own.series.values():
                row = work.series.find(one.name)
                if row:
                    work.series.look_from(
                        row.name, start, month.last_before(one.roundup, start, one.zone)
                    )
    storage.close()
