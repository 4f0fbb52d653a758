"""The thread of a year: once, in the first days of January, of what the year's list shows."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.errors import NotAllowed
from bot.core.month import Roundup, State
from bot.core.notices.entry import Kind
from bot.deciding import coming, preview, repair, roundups
from bot.intake import accept
from bot.roundups import advance, linking
from bot.scheduling import tick
from bot.storage import tables
from bot.watching import briefing, watchdog
from tests.conftest import StoppedClock, make_context, threads_out, write_item

NOVEMBER = datetime(2021, 11, 1, 9, tzinfo=UTC)
MOMENT = datetime(2022, 1, 2, 18, tzinfo=UTC)
ON = "yearly_thread = true\n"
NAMES = ("adam", "barlow", "clip", "dino")

Begin = Callable[..., Context]


@pytest.fixture
def begin(tmp_path: Path, database_url: str, clock: StoppedClock) -> Iterator[Begin]:
    """Begins a series, or goes on with it by another configuration."""
    opened: list[Context] = []

    def start(rule: str = ON, *, live: bool = True, at: datetime = NOVEMBER) -> Context:
        clock.at = at
        settings = f"""
live = {str(live).lower()}
[series.mlcollage.roundup]
base_url = "https://lab.example.edu"
{rule}"""
        opened.append(context := make_context(tmp_path, settings, clock, database_url))
        tick.tick(context)
        return context

    yield start
    for context in opened:
        context.database.close()


def fill(context: Context, folder: Path, names: tuple[str, ...] = NAMES) -> None:
    items = [accept.from_file(write_item(folder, name)) for name in names]
    accept.take(context, context.config.series["mlcollage"], items)


def live(context: Context, clock: StoppedClock, until: datetime) -> None:
    """From due time to due time, up to and with `until`."""
    while clock.at <= until:
        tick.tick(context)
        soon = tick.next_at(context)
        assert soon is not None
        assert soon > clock.at
        if soon > until:
            clock.at = until
            tick.tick(context)
            return
        clock.at = soon


def threads(folder: Path) -> dict[str, dict[str, Any]]:
    """The threads of years in the outbox."""
    return {
        place.name: json.loads((place / "thread.json").read_text(encoding="utf-8"))
        for place in threads_out(folder)
        if "roundup-20" in place.name and place.name.rpartition("-")[2] in {"2020", "2021", "2022"}
        and not place.name.endswith(("-2021-12", "-2022-01"))
        and place.name.count("-") == 4
    }


def year(context: Context, name: str = "2021") -> Roundup | None:
    with context.read() as work:
        return work.roundups.find("mlcollage", name)


def told(context: Context, kind: Kind) -> list[str]:
    with context.read() as work:
        return [each.text for each in work.notices.listed(everything=True) if each.kind is kind]


def test_the_year_gets_one_thread_on_the_second_of_january(
    tmp_path: Path, begin: Begin, clock: StoppedClock
) -> None:
    context = begin()
    fill(context, tmp_path)
    live(context, clock, MOMENT - timedelta(minutes=5))
    assert year(context) is None
    live(context, clock, MOMENT + timedelta(days=3))
    made = year(context)
    assert made is not None
    assert (made.state, made.due_at, made.kind) == (State.ANNOUNCED, MOMENT, "year")
    print([p.name for p in threads_out(tmp_path)])
    (name, thread), = threads(tmp_path).items()
    print(thread)
    assert 0
