"""A collage that leaves an account out after a slot has made its thread there."""

from dataclasses import replace
from pathlib import Path

from bot.core.per_network import OnNetwork
from bot.deciding import queue_changes
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.scheduling import tick
from tests.conftest import MONDAY, StoppedClock, make_context, threads_out, write_item

TWO = """
live = true
[accounts.first]
network = "outbox"
folder = "outbox/first"
[accounts.second]
network = "outbox"
folder = "outbox/second"
[series.mlcollage]
accounts = ["first", "second"]
"""


def test_a_thread_that_has_not_begun_fails_with_a_notice_and_the_other_account_has_its_own(
    tmp_path: Path, database_url: str
) -> None:
    clock = StoppedClock(MONDAY)
    context = make_context(tmp_path, TWO, clock, database_url)
    tick.tick(context)
    series = context.config.series["mlcollage"]
    accept.take(context, series, [accept.from_file(write_item(tmp_path, "mu"))])
    (tmp_path / "outbox").mkdir()
    blocked = tmp_path / "outbox" / "first"
    blocked.write_bytes(b"")
    clock.go(days=2, hours=6)
    tick.tick(context)
    with context.read() as work:
        item = work.queue.get("mlcollage", "mu")
    left_out = replace(item, on=(OnNetwork("first", skip=True),))
    queue_changes.edit(context, series, item, Arrival(left_out))
    blocked.unlink()
    clock.go(hours=1)
    tick.tick(context)
    with context.read() as work:
        states = {each.delivery.account: each.delivery for each in work.lookup.listed()}
        notices = [each.text for each in work.notices.listed(everything=True)]
    assert {name: each.state for name, each in states.items()} == {"first": "failed"}
    words = "mu for first: it is not to go out there, as the collage says."
    assert states["first"].note == words
    assert any(words in text for text in notices)
    assert [place.parent.name for place in threads_out(tmp_path)] == ["second"]
    context.database.close()
