"""When to tick, by APScheduler; it keeps no state, for what is due is in the database."""

import gc
import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

EVERY = "0,30"
"""Seconds of each minute at which the bot ticks: often enough to notice a jump of the clock."""

BETWEEN = "15,45"
"""Seconds of each minute at which it does what is beside the tick."""

PATIENCE = 5.0
"""Seconds between two looks whether the clock was set back."""

LONGEST = 60.0
"""Seconds that a job lies ahead at most, by a clock that goes on."""

# It warns of a tick that is left out because the one before still runs, which is intended.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


@contextmanager
def stoppable(stop: Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set `stop`, so that work under way is finished.

    A second signal of the same kind ends the process at once. The handlers from before are restored
    at the end of the block.
    """
    told, listening = socket.socketpair()
    with told, listening:
        # Python writes a byte here for each signal, whatever the main thread is doing. A thread
        # sets the event: a handler runs in the main thread and could deadlock, were it interrupting
        # that thread while it holds the event's lock.
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
    """Restore the default action, by which the next signal ends the process."""
    signal.signal(number, signal.SIG_DFL)


def run(stop: Event, tick: Callable[[], None], watch: Callable[[], None]) -> None:
    """Tick now and at every half minute until `stop` is set, and watch in between.

    A tick that hangs does not delay the watch. What is under way at the end is finished first.
    """
    # heavy: 70 ms, for `run` only
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.cron import CronTrigger

    # Ticks that were late or missed are made up for by a single one.
    once = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=once)
    scheduler.add_job(watch, CronTrigger(second=BETWEEN, timezone="UTC"), id="watch")
    # Commands run with it disabled, because they end before their garbage matters.
    gc.enable()
    scheduler.start()
    tick()
    scheduler.add_job(tick, CronTrigger(second=EVERY, timezone="UTC"), id="tick")
    while not stop.wait(PATIENCE):
        # Once the wall clock is set back, the scheduler would wait until it has caught up.
        for job in scheduler.get_jobs():
            at = job.next_run_time
            if at and at.timestamp() - time.time() > LONGEST:
                job.reschedule(job.trigger)
    scheduler.shutdown()
