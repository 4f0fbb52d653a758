"""What a server tells of its limits: asked for once a day by all processes, and known to composing
meanwhile.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import config
from bot.app import assemble
from bot.app.runner import Duty
from bot.composing.composer import Composer
from bot.context import Context
from bot.core import learned
from bot.core.learned import Learned
from bot.core.network import MASTODON, Limits
from bot.deciding import doctor
from bot.intake import accept
from bot.publishers import table
from bot.scheduling import tick
from bot.watching import servers
from tests.conftest import MONDAY, StoppedClock, make_context, write_item
from tests.fakes import mastodon, mastodon_dialects
from tests.fakes.mastodon import FakeMastodon

INSTANCE, OLDER = "GET /api/v2/instance", "GET /api/v1/instance"


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeMastodon]:
    dialect = replace(mastodon_dialects.MASTODON, length=280)
    with mastodon.running(clock.now, dialect) as running:
        yield running


def at(
    folder: Path, fake: FakeMastodon, clock: StoppedClock, *, live: bool = True, **more: str
) -> Context:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in mastodon.account(fake).items())
    lines = "\n".join([lines, *(f"{key} = '''{value}'''" for key, value in more.items())])
    settings = f"live = {str(live).lower()}\n[accounts.lab]\n{lines}\n"
    return make_context(folder, settings, clock=clock)


def again(context: Context) -> Context:
    """The same as the next process starts it."""
    file = context.config.file
    context.database.close()
    return assemble.context(config.load(file), clock=context.clock)


def asked(fake: FakeMastodon) -> int:
    return fake.routes().count(INSTANCE)


def length(context: Context) -> int:
    return context.publishers["lab"].limits().length


def test_a_bot_asks_at_its_first_round_and_the_next_process_knows(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock)
    assert length(context) == 500
    assert fake.calls == []
    Duty(context).once()
    assert (length(context), asked(fake)) == (280, 1)
    context = again(context)
    assert length(context) == 280
    Duty(context).once()
    doctor.examine_all(context)
    assert asked(fake) == 1
    context.database.close()


def test_a_day_later_it_is_asked_again_and_composing_goes_by_what_it_says_then(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock)
    servers.look(context)
    fake.dialect = replace(fake.dialect, length=5_000)
    clock.go(hours=23)
    servers.look(context)
    assert length(context) == 280
    clock.go(hours=1)
    servers.look(context)
    assert (length(context), asked(fake)) == (5_000, 2)
    context.database.close()


def test_of_two_processes_one_asks(tmp_path: Path, fake: FakeMastodon, clock: StoppedClock) -> None:
    first = at(tmp_path, fake, clock)
    second = assemble.context(config.load(first.config.file), clock=clock)
    servers.look(first)
    servers.look(second)
    assert (length(first), length(second), asked(fake)) == (280, 280, 1)
    first.database.close()
    second.database.close()


def test_a_server_that_does_not_answer_leaves_what_was_known_and_is_asked_again_later(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock)
    servers.look(context)
    clock.go(days=2)
    fake.on_route[INSTANCE, 2] = mastodon.DROP
    servers.look(context)
    assert length(context) == 280
    context = again(context)
    assert length(context) == 280
    servers.look(context)
    assert asked(fake) == 2, "not within the hour"
    clock.go(hours=1)
    servers.look(context)
    assert asked(fake) == 3
    context.database.close()


def test_composing_goes_by_the_network_s_own_count_where_a_server_never_answered(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock)
    fake.on_route[INSTANCE, 1] = fake.on_route[OLDER, 1] = mastodon.FAIL_500
    servers.look(context)
    assert context.publishers["lab"].limits() == MASTODON.limits
    clock.go(hours=1)
    fake.on_route[INSTANCE, 2] = mastodon.FAIL_500
    servers.look(context)
    assert length(context) == 280, "the older form says the same"
    context.database.close()


def test_a_rehearsal_composes_by_the_server_s_limits(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock, live=False, content_warning="Papers")
    servers.look(context)
    assert length(context) == length(again(context)) == 280 - 6
    assert {call.route for call in fake.calls} == {INSTANCE}
    context.database.close()


def test_another_server_s_limits_do_not_count(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock)
    servers.look(context)
    with mastodon.running(clock.now, mastodon_dialects.GOTOSOCIAL) as other:
        moved = at(tmp_path, other, clock)
        assert length(moved) == 500
        servers.look(moved)
        assert length(moved) == 5_000
        moved.database.close()
    context.database.close()


def test_a_thread_is_as_long_as_the_server_allows(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock)
    series = context.config.series["mlcollage"]
    tick.tick(context)
    accept.take(context, series, [accept.from_file(write_item(tmp_path, "barlow"))])
    with context.read() as work:
        item = work.queue.waiting("mlcollage")[0]
    before = Composer.of(context, "mlcollage", "lab").collage_shown(item, 29)
    servers.look(context)
    shown = Composer.of(context, "mlcollage", "lab").collage_shown(item, 29)
    assert (before.limits.length, shown.limits.length) == (500, 280)
    assert all(shown.length(part) <= 280 for part in shown.parts)
    context.database.close()


def test_nothing_that_makes_threads_or_lists_asks_the_server(
    tmp_path: Path, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = at(tmp_path, fake, clock)
    series = context.config.series["mlcollage"]
    accept.take(context, series, [accept.from_file(write_item(tmp_path, "barlow"))])
    with context.read() as work:
        item = work.queue.waiting("mlcollage")[0]
    Composer.of(context, "mlcollage", "lab").collage_shown(item, 29)
    assert fake.calls == []
    context.database.close()


def test_a_simulation_asks_nobody(tmp_path: Path, fake: FakeMastodon, clock: StoppedClock) -> None:
    context = at(tmp_path, fake, clock, live=False)
    still = assemble.SimulatedClock(MONDAY)
    simulated = assemble.context(config.load(context.config.file), clock=still)
    servers.look(simulated)
    assert fake.calls == []
    simulated.database.close()
    context.database.close()


def test_what_is_kept_is_read_back_and_what_is_damaged_is_nothing() -> None:
    told = Learned("https://a.b", MONDAY, MASTODON.limits, ("text/plain",))
    assert learned.from_json(told.as_json()) == told
    assert learned.from_json(Learned("https://a.b", MONDAY).as_json()) == Learned(
        "https://a.b", MONDAY
    )
    for damaged in (
        {},
        {"address": "https://a.b"},
        told.as_json() | {"until": "soon"},
        told.as_json() | {"until": "2021-08-02T09:00:00"},
        told.as_json() | {"limits": {"length": 7, "colour": "red"}},
        told.as_json() | {"limits": {}},
        told.as_json() | {"limits": {"length": "7", "alt_length": 7, "pictures": {}}},
        told.as_json() | {"limits": {"length": None, "alt_length": 7, "pictures": {}}},
        told.as_json() | {"formats": "text/plain"},
        told.as_json() | {"address": 7},
        [],
        None,
    ):
        assert learned.from_json(damaged) is None


def test_what_a_clock_that_was_wrong_dated_far_ahead_is_asked_for_again() -> None:
    told = Learned("https://a.b", MONDAY + timedelta(days=400))
    assert told.is_old(MONDAY)
    assert not Learned("https://a.b", MONDAY + timedelta(hours=1)).is_old(MONDAY)


def test_limits_are_those_of_a_class_that_the_database_can_keep() -> None:
    """Whoever adds a field to these limits has it kept as well."""
    odd = Limits(length=1, alt_length=2, pictures={}, url_length=3, byte_length=4, cashtags=5)
    kept = learned.from_json(Learned("https://a.b", MONDAY, odd).as_json())
    assert kept
    assert kept.limits == odd
    assert table.NETWORKS["mastodon"]
