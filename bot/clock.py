"""APScheduler: when to tick; it holds no state of its own."""

import gc
import signal
import socket
from collections.abc import Callable

EVERY = "0,30"
"""Seconds of each minute at which the bot looks: often enough that a jump of the clock is noticed."""


def run(begin: Callable[[], None], tick: Callable[[], None]) -> None:
    """Begin, tick now and at every half minute until SIGTERM or SIGINT; what is under way then is finished first."""
    told, listening = socket.socketpair()
    with told, listening:
        # A signal leaves a byte here, whatever is going on: it is never lost, and it interrupts nothing.
        told.setblocking(False)
        signal.set_wakeup_fd(told.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda signum, frame: None)
        begin()
        _tick_until(lambda: listening.recv(1), tick)
        signal.set_wakeup_fd(-1)


def _tick_until(stopped: Callable[[], object], tick: Callable[[], None]) -> None:
    from apscheduler.schedulers.background import BackgroundScheduler  # heavy: 70 ms, for this command only
    from apscheduler.triggers.cron import CronTrigger  # as above

    scheduler = BackgroundScheduler(timezone="UTC")
    often = CronTrigger(second=EVERY, timezone="UTC")
    # Late or missed looks are one look: what is due is in the database.
    scheduler.add_job(tick, often, id="tick", max_instances=1, coalesce=True, misfire_grace_time=None)
    gc.enable()
    tick()
    scheduler.start()
    stopped()
    scheduler.shutdown()
