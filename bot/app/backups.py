"""The whole database into one file, and back."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot import config
from bot.app import assemble
from bot.config import Config
from bot.core import notices
from bot.storage import backup, restore
from bot.storage.backup import Backup
from bot.storage.copy import Held
from bot.storage.database import Database


class Made(NamedTuple):
    """A backup that was made, read back and checked."""

    held: Held
    made_at: datetime


class Restored(NamedTuple):
    """A database that was filled.

    `looked_for_first` is the number of threads that had begun; `shown` is the database as people
    may see it, and `message` what a maintainer must know now.
    """

    backup: Backup
    looked_for_first: int
    shown: str
    message: str


def make(settings: Config, file: Path) -> Made:
    """Copy the configured database, which may be in use, into a file that must not exist yet."""
    now = assemble.SystemClock().now()
    with closing(Database(settings.database_url)) as source:
        return Made(backup.make(source, file, now), now)


def fill(settings: Config, file: Path) -> Restored:
    """Fill the configured database, which must be empty, with what is in a backup."""
    with (
        restore.opened(file) as (copied, found),
        closing(assemble.database(settings)) as target,
    ):
        now = assemble.SystemClock().now()
        count = restore.fill(target, copied, found, now, config.who())
        message = notices.Restored(str(found), count, now).text
        return Restored(found, count, target.shown, message)
