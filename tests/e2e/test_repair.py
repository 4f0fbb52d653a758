"""What a clock that was ahead leaves, named and mended by a command."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app import assemble
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import StoppedClock, make_context, write_item
from tests.e2e.conftest import Desk


@pytest.fixture
def desk(
    tmp_path: Path,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    """A desk on the tests' clock, at which a collage waits for its account."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assemble.SystemClock, "now", lambda self: clock.at)
    context = make_context(tmp_path, clock=clock)
    series = context.config.series["mlcollage"]
    accept.take(context, series, [accept.from_file(write_item(tmp_path, "barlow"))])
    with context.write() as work:
        work.accounts.hold("outbox", "A holiday.")
    clock.go(days=2, hours=6)
    tick.tick(context)
    context.database.close()
    return Desk(tmp_path, monkeypatch, capsys)


def test_where_nothing_is_ahead_nothing_is_to_be_repaired(desk: Desk) -> None:
    assert desk("repair", "--json").json["left"] == []
    desk("repair", "--mend")


def test_a_wait_of_a_year_is_named_and_ends_when_it_is_mended(
    desk: Desk, tmp_path: Path, clock: StoppedClock
) -> None:
    context = make_context(tmp_path, clock=clock)
    ahead = clock.at + timedelta(days=365)
    with context.write() as work:
        work.conn.execute(update(tables.deliveries).values(next_at=ahead))
    context.database.close()
    assert "1 thread waits for longer than anything waits" in desk("repair", code=1).out
    desk("repair", "--mend")
    assert desk("repair", "--json").json["left"] == []
    desk("release", "--account", "outbox")
    context = make_context(tmp_path, clock=clock)
    tick.tick(context)
    with context.read() as work:
        assert work.queue.get("mlcollage", "barlow").state == "posted"
    context.database.close()
