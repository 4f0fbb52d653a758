"""The names that a shell completes, read from either database without writing anything."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.deciding import names, queue_changes
from bot.deciding.queue_changes import Place, Where
from bot.intake import accept
from bot.scheduling import tick
from tests.conftest import StoppedClock, make_context, write_item


def test_names_are_found_in_the_order_of_the_queue(tmp_path: Path, database_url: str) -> None:
    clock = StoppedClock(datetime(2021, 8, 2, 12, tzinfo=UTC))
    context = make_context(tmp_path, "", clock, database_url)
    tick.tick(context)
    config, series = context.config, context.config.series["mlcollage"]
    files = [write_item(tmp_path, name) for name in ("alpha", "beta", "gamma", "betamax")]
    accept.take(context, series, [accept.from_file(file) for file in files])
    queue_changes.remove(context, series, "gamma")
    queue_changes.move(context, series, "alpha", Place(Where.LAST))
    found = names.collages(config, series.name, "")
    assert [each.name for each in found] == ["beta", "betamax", "alpha"]
    assert found[0].about == "The beta paper"
    assert [each.name for each in names.queued(config, series.name, "beta")] == ["beta", "betamax"]
    assert names.queued(config, series.name, "b%") == []
    assert names.roundups(config, series.name, "") == []
    assert names.deliveries(config, series.name, "") == []
    context.database.close()


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, clock: StoppedClock) -> None:
    context = make_context(tmp_path, "", clock)
    context.database.close()
    for file in tmp_path.glob("*.db*"):
        file.unlink()
    with pytest.raises(Exception, match="unable to open"):
        names.collages(context.config, "mlcollage", "")
    assert list(tmp_path.glob("*.db*")) == []
