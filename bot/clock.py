"""APScheduler: when to tick; it holds no state of its own."""

import gc
import signal
from collections.abc import Callable
from typing import Any

EVERY = "0,30"
"""Seconds of each minute at which the bot looks: often enough that a jump of the clock is noticed."""


def run(tick: Callable[[], None]) -> None:
    """Tick now and at every half minute until SIGTERM or SIGINT; a tick under way is finished first."""
    from apscheduler.schedulers.blocking import BlockingScheduler  # heavy: 70 ms, for this command only
    from apscheduler.triggers.cron import CronTrigger  # as above

    scheduler = BlockingScheduler(timezone="UTC")
    often = CronTrigger(second=EVERY, timezone="UTC")
    # Late or missed looks are one look: what is due is in the database.
    scheduler.add_job(tick, often, id="tick", max_instances=1, coalesce=True, misfire_grace_time=None)

    def stop(signum: int, frame: Any) -> None:
        scheduler.shutdown(wait=False)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    gc.enable()
    tick()
    scheduler.start()
