"""A bot that stops itself in the middle of a request: `python -m tests.e2e.stopping CONFIG MOMENT
COUNT`.

It stands still, as a process does that is suspended, until it is told to continue; then it goes on
with its tick.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot import config, files
from bot.app import assemble
from bot.context import Context
from bot.scheduling import tick
from bot.sending import deliver
from bot.storage import database
from bot.storage.attempts import Attempts


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


class Calls:
    """Does something at one call of a function, counted from 1."""

    def __init__(self, count: int, what: Callable[[], None] = stop) -> None:
        self._left, self._what = count, what

    def come_by(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._what()


def before_the_intent(calls: Calls) -> None:
    begin = deliver.Lease.begin

    def begun(context: Context) -> deliver.Lease:
        lease = begin(context)
        calls.come_by()
        return lease

    deliver.Lease.begin = begun  # type: ignore[method-assign, assignment]


def within_the_intent(calls: Calls) -> None:
    start = Attempts.start

    def started(*arguments: Any) -> int:
        attempt = start(*arguments)
        calls.come_by()
        return attempt

    Attempts.start = started


def within_the_intent_for_long(calls: Calls) -> None:
    """PostgreSQL is told to wait no longer than a second for what stopped in the middle of its
    transaction.
    """
    database.IDLE = 1
    within_the_intent(calls)


def after_the_intent(calls: Calls) -> None:
    has_room = deliver.Lease.has_room

    def asked(lease: deliver.Lease, context: Context) -> bool:
        calls.come_by()
        return has_room(lease, context)

    deliver.Lease.has_room = asked  # type: ignore[method-assign]


def between_the_clocks(calls: Calls) -> None:
    """Within the check of the lease, between the readings of the wall clock and the other clock."""
    has_room, now = deliver.Lease.has_room, assemble.SystemClock.now
    is_checking = False

    def asked(lease: deliver.Lease, context: Context) -> bool:
        nonlocal is_checking
        is_checking = True
        return has_room(lease, context)

    def read(clock: assemble.SystemClock) -> Any:
        nonlocal is_checking
        at = now(clock)
        if is_checking:
            is_checking = False
            calls.come_by()
        return at

    deliver.Lease.has_room = asked  # type: ignore[method-assign]
    assemble.SystemClock.now = read  # type: ignore[method-assign]


def within_the_writing(calls: Calls) -> None:
    """Once an outbox has written a file of a thread, and others are to come."""
    write = files.write_synced

    def written(path: Path, data: bytes) -> None:
        write(path, data)
        calls.come_by()

    files.write_synced = written


def before_the_renaming(calls: Calls) -> None:
    """Once an outbox has written a whole thread beside its place."""
    sync = files.sync_folder

    def synced(folder: Path) -> None:
        sync(folder)
        if folder.name.startswith(".writing-"):
            calls.come_by()

    files.sync_folder = synced


AT_X = (
    before_the_intent,
    within_the_intent,
    within_the_intent_for_long,
    after_the_intent,
    between_the_clocks,
)
AT_AN_OUTBOX = (within_the_writing, before_the_renaming)
MOMENTS = {each.__name__: each for each in (*AT_X, *AT_AN_OUTBOX)}


def main() -> None:
    file, moment, count = sys.argv[1:]
    MOMENTS[moment](Calls(int(count)))
    context = assemble.context(config.load(Path(file)), say=lambda at, words: print(words))
    tick.tick(context)
    context.database.close()


if __name__ == "__main__":
    main()
