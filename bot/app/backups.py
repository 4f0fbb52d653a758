"""Backs the configured database up into one file, and restores it from one."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot import config
from bot.app import assemble
from bot.config import Config
from bot.core.notices.upkeep import Restored as RestoredNotice
from bot.storage import backup, restore
from bot.storage.backup import Backup
from bot.storage.copy import Held
from bot.storage.database import Database


class Made(NamedTuple):
    """A backup that was made, and what it holds, read back from it."""

    held: Held
    made_at: datetime


class Restored(NamedTuple):
    """A database that was filled from a backup.

    `looked_for_first` counts the threads that are looked for before anything is sent, `shown` is
    the database without its password, and `message` what a maintainer must know now.
    """

    backup: Backup
    looked_for_first: int
    shown: str
    message: str


def make(settings: Config, file: Path) -> Made:
    """Back the configured database, which may be in use, up into a file that must not exist yet.

    Raises `BadInput` where the file exists or cannot be written.
    """
    now = assemble.SystemClock().now()
    with closing(Database(settings.database_url)) as source:
        return Made(backup.make(source, file, now), now)


def fill(settings: Config, file: Path) -> Restored:
    """Fill the configured database, which must be empty, from a backup.

    Raises `BadInput` for a file that is no backup or is damaged, `NotAllowed` where it is of a
    newer program or a simulation, or the database is not empty.
    """
    with (
        restore.opened(file) as (copied, opened),
        closing(assemble.database(settings)) as target,
    ):
        now = assemble.SystemClock().now()
        count = restore.fill(target, copied, opened, now, config.who())
        message = RestoredNotice(str(opened), count, now).text
        return Restored(opened, count, target.shown, message)
