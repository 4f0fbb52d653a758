"""Backs the configured database up into one file, and restores it from one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from bot import config
from bot.app import assemble
from bot.config import Config
from bot.core import appearance, collage
from bot.core.collage import Picture, shown
from bot.core.errors import BadInput, NoDatabase
from bot.core.notices.upkeep import Restored as RestoredNotice
from bot.pictures import read
from bot.storage import backup, foreign, restore
from bot.storage.backup import Backup
from bot.storage.copy import Held
from bot.storage.database import Database
from bot.storage.work import Work, reading


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

    Raises `BadInput` where the file exists or cannot be written, `NoDatabase` where there is no
    database.
    """
    now = assemble.SystemClock().now()
    with _unwound(), closing(Database(settings.database_url)) as source:
        if settings.live and source.version() is None:
            raise NoDatabase(assemble.missing(settings, source))
        return Made(backup.make(source, file, now), now)


def fill(settings: Config, file: Path, *, trusted: bool = False) -> Restored:
    """Fill the configured database, which must be empty, from a backup.

    Raises `BadInput` for a file that is no backup or is damaged, or unless it is `trusted`, holds
    what would not be taken into the queue; `NotAllowed` where it is of a newer program or a
    simulation, or the database is not empty.
    """
    now = assemble.SystemClock().now()
    with _unwound(), restore.opened(file) as (copied, opened):
        if not trusted:
            _check_values(copied, now)
        return _filled(settings, copied, opened, now)


@contextmanager
def _unwound() -> Iterator[None]:
    """Let signals that end the process do so as Ctrl-C does: temporary files are removed."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    # Only the main thread may say what signals do.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ending = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, interrupt) for number in ending}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _filled(settings: Config, copied: Database, opened: Backup, now: datetime) -> Restored:
    with closing(assemble.database(settings)) as target:
        count = restore.fill(target, copied, opened, now, config.who())
        message = RestoredNotice(str(opened), count, now).text
        return Restored(opened, count, target.shown, message)


def _check_values(copied: Database, now: datetime) -> None:
    """Raise `BadInput` where a backup holds what this program would not have written."""
    with copied.snapshot() as conn:
        problem = foreign.first_problem(copied, conn)
    with reading(copied, now) as work:
        problem = problem or _first_problem(work)
    if problem:
        raise BadInput(
            f"{copied.shown} holds what mlcollage does not write: {problem}. Nothing was restored; "
            "if you know where the file comes from, restore it with --trust."
        )


def _first_problem(work: Work) -> str:
    """What `add` would refuse first, of all collages and pictures; or ""."""
    for item in work.queue.everything():
        for problem in collage.problems(item):
            return f"the collage {shown(item.name)}: {problem}"
    for picture, data in work.pictures.everything():
        try:
            found = read.check(data, _called(picture)).picture
        except BadInput as error:
            return str(error)
        if not _is_same(found, picture):
            return f"{_called(picture)} is not what its row says"
    return ""


def _called(picture: Picture) -> str:
    """What a picture is called in a message; the page of a PDF is named as a file's name does."""
    name = f"the picture {picture.sha256[:12]}"
    if picture.page:
        return appearance.of_page(f"{name}.pdf", picture.page)
    return name


def _is_same(found: Picture, stored: Picture) -> bool:
    """Whether a row says of a picture what is found now.

    An earlier version stored sides as the file has them, before they are turned, and counted frames
    otherwise; how a picture looks may be measured otherwise by another version of Pillow.
    """

    def facts(picture: Picture) -> tuple[object, ...]:
        sides = sorted((picture.width, picture.height))
        return picture.sha256, picture.mime, sides, picture.size, picture.page

    return facts(found) == facts(stored)
