"""From a rehearsal to live and back: what goes along."""

from datetime import datetime, timedelta
from pathlib import Path

from bot import tick
from bot.core import schedule
from bot.core.schedule import SlotState
from bot.storage import series, slots
from bot.world import World
from tests.conftest import StoppedClock, make_world


def states(world: World, at: datetime) -> list[SlotState]:
    with world.database.read() as conn:
        row = series.get(conn, "mlcollage")
        return [slot.state for slot in slots.between(conn, row.id, at, at, world.rehearsal).values()]


def test_a_day_that_shall_be_skipped_is_so_in_either_mode(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    world = tick.begin(make_world(tmp_path, clock=clock, url=database_url))
    own = world.config.series["mlcollage"]
    slot = next(schedule.slots_from(own.timetable, clock.at + timedelta(days=7)))
    with world.database.write() as conn:
        slots.skip(conn, series.get(conn, own.name).id, slot, world.rehearsal)
    for settings in ("live = true\n", "live = false\n", "live = true\n"):
        world.database.close()
        clock.go(hours=1)
        world = tick.begin(make_world(tmp_path, settings, clock=clock, url=database_url))
        assert states(world, slot.due_at) == [SlotState.SKIPPED]
    world.database.close()
