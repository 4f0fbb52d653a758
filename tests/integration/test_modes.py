"""From a rehearsal to live and back: what goes along."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.context import Context
from bot.core import schedule
from bot.core.schedule import SlotState
from bot.scheduling import tick
from tests.conftest import StoppedClock, make_context


def states(context: Context, at: datetime) -> list[SlotState]:
    with context.read() as work:
        row = work.series.get("mlcollage")
        settled = work.slots.settled_after(row.name, at - schedule.STEP)
        return list(settled.values())


def test_a_day_that_shall_be_skipped_is_so_in_either_mode(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    context = tick.begin(make_context(tmp_path, clock=clock, url=database_url))
    own = context.config.series["mlcollage"]
    slot = next(schedule.slots_from(own.timetable, clock.at + timedelta(days=7)))
    with context.write() as work:
        work.slots.skip(own.name, slot)
    for settings in ("live = true\n", "live = false\n", "live = true\n"):
        context.database.close()
        clock.go(hours=1)
        context = tick.begin(make_context(tmp_path, settings, clock=clock, url=database_url))
        assert states(context, slot.due_at) == [SlotState.SKIPPED]
    context.database.close()
