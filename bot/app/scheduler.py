"""APScheduler: when to tick; it holds no state of its own."""

import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

EVERY = "0,30"
"""Seconds of each minute at which the bot looks: often enough that a jump of the clock is noticed.
"""

BETWEEN = "15,45"
"""Those at which it looks whether all is well."""

# A look that falls into one under way is left out: nothing anybody has to hear.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


@contextmanager
def stoppable(stop: Event) -> Iterator[None]:
    """While it lasts SIGTERM and SIGINT set `stop`, for what is under way to be finished; a second
    one ends all.
    """
    told, listening = socket.socketpair()
    with told, listening:
        # A signal leaves a byte here, whatever is going on: it is never lost, and it interrupts
        # nothing. The event is set by a thread: a handler that sets it could meet its own lock.
        told.setblocking(False)
        signal.set_wakeup_fd(told.fileno())
        before = {
            number: signal.signal(number, _once) for number in (signal.SIGTERM, signal.SIGINT)
        }

        def listen() -> None:
            listening.recv(1)
            stop.set()

        listener = Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
            told.send(b"\0")
            listener.join()


def _once(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)


def run(stop: Event, tick: Callable[[], None], watch: Callable[[], None]) -> None:
    """Tick now and at every half minute until `stop` is set, and watch in between, even while a
    tick hangs.

    What is under way then is finished first.
    """
    from apscheduler.schedulers.background import (
        BackgroundScheduler,  # heavy: 70 ms, for this command only
    )
    from apscheduler.triggers.cron import CronTrigger  # as above

    # Late or missed looks are one look: what is due is in the database.
    once = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=once)
    scheduler.add_job(watch, CronTrigger(second=BETWEEN, timezone="UTC"), id="watch")
    gc.enable()
    scheduler.start()
    tick()
    scheduler.add_job(tick, CronTrigger(second=EVERY, timezone="UTC"), id="tick")
    stop.wait()
    scheduler.shutdown()
