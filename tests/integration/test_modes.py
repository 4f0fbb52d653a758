"""From a rehearsal to live and back: what goes along."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import config
from bot.context import Context
from bot.core import schedule
from bot.core.errors import BadConfig
from bot.core.schedule import SlotState
from bot.deciding import deliveries
from bot.intake import accept
from bot.scheduling import tick
from tests.conftest import StoppedClock, make_context, write_item
from tests.e2e.process import mlcollage


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


LEFT = ["", "# all that is left\n\n", 'zone = "UTC"\n[delivery]\n', "zone"]
"""What may be left of a configuration that was emptied or cut off."""


@pytest.mark.parametrize("left", LEFT)
def test_an_emptied_or_cut_configuration_is_refused_by_every_command_and_changes_nothing(
    tmp_path: Path, clock: StoppedClock, left: str
) -> None:
    made = tick.begin(make_context(tmp_path, "live = true\n", clock, "sqlite:///elsewhere.db"))
    made.database.close()
    file, before = tmp_path / "config.toml", sorted(path.name for path in tmp_path.iterdir())
    file.write_text(left, encoding="utf-8")
    for command in ("tick", "doctor", "init", "backup new.db"):
        mlcollage(tmp_path, *command.split(), code=2)
    with pytest.raises(BadConfig, match=r"is empty: is it the whole|says neither live|valid TOML"):
        config.load(file)
    assert file.read_text(encoding="utf-8") == left
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("left", ["[series.mlcollage]\n", 'zone = "UTC"\n[series.mlcollage]\n'])
def test_a_live_installation_whose_configuration_has_lost_live_does_nothing_and_says_so(
    tmp_path: Path, clock: StoppedClock, left: str
) -> None:
    made = tick.begin(make_context(tmp_path, "live = true\n", clock))
    made.database.close()
    with pytest.raises(BadConfig) as refused:
        make_context(tmp_path, left, clock)
    assert str(refused.value) == (
        f"{tmp_path / 'config.toml'} has no setting live, but this installation is live: is it "
        "the whole file? Put it back from a copy, or write live = true; live = false begins a "
        "rehearsal."
    )
    mlcollage(tmp_path, "tick", code=2)
    again = tick.begin(make_context(tmp_path, "live = true\n", clock))
    assert again.rehearsal == 0, "nothing has changed meanwhile"
    again.database.close()


def test_a_rehearsal_need_not_be_written_down(tmp_path: Path, clock: StoppedClock) -> None:
    for _ in range(2):
        context = tick.begin(make_context(tmp_path, "[series.mlcollage]\n", clock))
        assert context.rehearsal == 1
        context.database.close()


def test_a_new_configuration_beside_a_live_database_is_told(
    tmp_path: Path, clock: StoppedClock
) -> None:
    made = tick.begin(make_context(tmp_path, "live = true\n", clock))
    made.database.close()
    (tmp_path / "config.toml").unlink()
    told = mlcollage(tmp_path, "init")
    assert 'This database is live, and the configuration is not: set "live = true"' in told
    assert "It is a rehearsal" not in told


def test_going_back_to_a_rehearsal_names_the_threads_that_stop(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    settings = 'live = true\n[accounts.lab]\nnetwork = "outbox"\n'
    context = tick.begin(make_context(tmp_path, settings, clock, database_url))
    file = write_item(tmp_path, "barlow")
    accept.take(context, context.config.series["mlcollage"], [accept.from_file(file)])
    with context.write() as work:
        work.accounts.hold("lab", "The keys are being renewed.")
    clock.go(days=2, hours=6)
    tick.tick(context)
    context.database.close()
    rehearsal = settings.replace("true", "false")
    context = tick.begin(make_context(tmp_path, rehearsal, clock, database_url))
    with context.read() as work:
        (begun,) = [each for each in work.notices.listed() if each.kind == "rehearsal begun"]
    assert "1 thread stops where it was on its way: barlow on lab." in begun.text
    assert begun.text.endswith("set live = true. They go on from there.")
    context.database.close()


def test_a_collage_shows_which_of_its_threads_a_rehearsal_has_made(
    tmp_path: Path, clock: StoppedClock
) -> None:
    context = make_context(tmp_path, clock=clock)
    series = context.config.series["mlcollage"]
    accept.take(context, series, [accept.from_file(write_item(tmp_path, "barlow"))])
    clock.go(days=3)
    tick.tick(context)
    rehearsed = mlcollage(tmp_path, "show", "barlow")
    assert "outbox: sent\n" in rehearsed
    context.database.close()
    context = tick.begin(make_context(tmp_path, "live = true\n", clock=clock))
    deliveries.post_now(context, context.config.series["mlcollage"], "barlow")
    tick.tick(context)
    context.database.close()
    told = mlcollage(tmp_path, "show", "barlow").splitlines()
    lines = [line for line in told if line.startswith("outbox: ")]
    assert lines == [
        "outbox: sent (made in another mode, a rehearsal, and set aside)",
        "outbox: sent",
    ]
    shown = json.loads(mlcollage(tmp_path, "show", "barlow", "--json"))["deliveries"]
    assert [thread["set_aside"] for thread in shown] == [True, False]
