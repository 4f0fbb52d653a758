"""One of several people and bots on one queue, as a process of its own.

`python -m tests.integration.approver FOLDER WHO` reads commands from standard input, one a line,
and answers each: "done", or "refused".
"""

import os
import signal
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import event

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.errors import MlcollageError
from bot.deciding import approvals, queue_changes
from bot.intake.accept import Arrival
from bot.scheduling import tick
from tests.conftest import StoppedClock


def kill_at(context: Context, count: int) -> None:
    """Let this process be killed directly before it commits for the nth time from now on."""
    left = [count]

    @event.listens_for(context.database.engine, "commit")
    def committing(connection: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def do(context: Context, clock: StoppedClock, what: str, name: str) -> None:
    series = context.config.series["mlcollage"]
    match what:
        case "approve":
            look = approvals.look(context, series, name)
            approvals.approve(context, series, look)
        case "take-back":
            approvals.take_back(context, series, name)
        case "edit":
            with context.read() as work:
                item = work.queue.get(series.name, name)
            arrival = Arrival(replace(item, paragraph="Other words."))
            queue_changes.edit(context, series, item, arrival)
        case "at":
            clock.at = datetime.fromisoformat(name)
        case "kill":
            kill_at(context, int(name))
        case "tick":
            tick.tick(context)


def main() -> None:
    folder, who = Path(sys.argv[1]), sys.argv[2]
    clock = StoppedClock(datetime.fromisoformat(sys.argv[3]))
    context = assemble.context(config.load(folder / "config.toml"), clock=clock)
    context = replace(context, who=who)
    print("ready", flush=True)
    for line in sys.stdin:
        what, _, name = line.strip().partition(" ")
        answer = "done"
        try:
            do(context, clock, what, name)
        except MlcollageError:
            answer = "refused"
        print(answer, flush=True)
    context.database.close()


if __name__ == "__main__":
    main()
