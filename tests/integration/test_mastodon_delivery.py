"""Threads on servers with Mastodon's API, from slot to receipt, where servers lie, refuse or are
away: nothing is there twice, nothing is lost, and no network waits for another.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.core.delivery import State
from bot.deciding import approvals, resolve
from bot.scheduling import tick
from bot.storage.lookup import Entry
from tests.conftest import StoppedClock, make_context, threads_out
from tests.fakes import mastodon
from tests.fakes.listeners import free_port
from tests.fakes.mastodon import FakeMastodon, Trouble
from tests.fakes.mastodon_dialects import DIALECTS
from tests.integration.test_x_delivery import add, is_held, newest, post, release

POST = "POST /api/v1/statuses"
Begin = Callable[..., Context]

every_dialect = pytest.mark.parametrize("fake", DIALECTS, indirect=True)


@pytest.fixture
def fake(request: pytest.FixtureRequest, clock: StoppedClock) -> Iterator[FakeMastodon]:
    dialect = DIALECTS[getattr(request, "param", "mastodon")]
    with mastodon.running(clock.now, dialect) as running:
        running.add("Hello, this is the series.")
        yield running


@pytest.fixture
def begin(tmp_path: Path, clock: StoppedClock) -> Iterator[Begin]:
    made: list[Context] = []

    def begun(settings: dict[str, str], more: str = "") -> Context:
        lines = "\n".join(f"{key} = '''{value}'''" for key, value in settings.items())
        whole = f'live = true\n[delivery]\nretry_first = "2m"\n[accounts.lab]\n{lines}\n{more}'
        made.append(make_context(tmp_path, whole, clock=clock))
        tick.tick(made[-1])
        return made[-1]

    yield begun
    for context in made:
        context.database.close()


@pytest.fixture
def context(begin: Begin, fake: FakeMastodon) -> Context:
    return begin(mastodon.account(fake))


def on_part(fake: FakeMastodon, position: int, trouble: Trouble) -> None:
    fake.on_route[POST, fake.counts[POST] + position] = trouble


def wait(context: Context, clock: StoppedClock, **span: float) -> State:
    """Tick every five minutes for so long."""
    end = clock.at + timedelta(**span)
    while clock.at < end:
        tick.tick(context)
        clock.go(minutes=5)
    return newest(context).state


def copies(fake: FakeMastodon, context: Context) -> list[int]:
    """How often each part is there."""
    with context.read() as work:
        parts = work.parts.of(newest(context).id)
    texts = [status.text for status in fake.statuses]
    return [texts.count(part.text) for part in parts]


def told(context: Context) -> list[str]:
    with context.read() as work:
        return [each.text for each in work.notices.listed() if each.kind != "running dry"]


@every_dialect
@pytest.mark.parametrize("position", [1, 2])
def test_a_part_that_a_server_hides_makes_no_copy_and_is_found_when_it_shows(
    context: Context, fake: FakeMastodon, clock: StoppedClock, position: int
) -> None:
    on_part(fake, position, mastodon.ACCEPT_THEN_502)
    post(context, "barlow")
    fake.hidden.add(fake.statuses[-1].id)
    # Where nobody counts, another view has to show it: two that hide the same are believed.
    fake.home_shows_all = True
    assert wait(context, clock, minutes=40) is State.UNCERTAIN
    assert copies(fake, context)[position - 1] == 1
    assert [text for text in told(context) if "does not agree" in text]
    fake.hidden.clear()
    assert wait(context, clock, hours=1) is State.SENT
    assert set(copies(fake, context)) == {1}


@every_dialect
def test_a_part_that_never_arrived_is_sent_again_by_itself(
    context: Context, fake: FakeMastodon, clock: StoppedClock
) -> None:
    on_part(fake, 2, mastodon.DROP)
    post(context, "barlow")
    assert newest(context).state is State.UNCERTAIN
    assert wait(context, clock, minutes=20) is State.SENT
    assert set(copies(fake, context)) == {1}


@every_dialect
def test_the_first_part_of_a_new_account_is_sent_again_by_itself(
    context: Context, fake: FakeMastodon, clock: StoppedClock
) -> None:
    fake.statuses.clear()
    on_part(fake, 1, mastodon.DROP)
    post(context, "barlow")
    assert newest(context).state is State.UNCERTAIN
    assert wait(context, clock, minutes=20) is State.SENT
    assert set(copies(fake, context)) == {1}


@every_dialect
def test_a_refusal_that_took_effect_is_found_before_anything_is_said(
    context: Context, fake: FakeMastodon, clock: StoppedClock
) -> None:
    on_part(fake, 1, mastodon.ACCEPT_THEN_REFUSE)
    post(context, "barlow")
    assert wait(context, clock, minutes=10) is State.SENT
    assert set(copies(fake, context)) == {1}
    # What one of them takes for HTML is another matter.
    assert [text for text in told(context) if "but differs on" not in text] == []


@every_dialect
def test_a_text_that_a_server_refuses_fails_with_its_own_words(
    context: Context, fake: FakeMastodon, clock: StoppedClock
) -> None:
    on_part(fake, 1, mastodon.REFUSED_CONTENT)
    post(context, "barlow")
    assert wait(context, clock, minutes=20) is State.FAILED
    assert len(fake.statuses) == 1
    assert any("Text character limit of 500 exceeded" in text for text in told(context))


def test_a_limit_is_waited_for_as_long_as_the_server_says(
    context: Context, fake: FakeMastodon, clock: StoppedClock
) -> None:
    on_part(fake, 1, mastodon.TOO_MANY)
    post(context, "barlow")
    assert wait(context, clock, minutes=10) is State.WAITING
    assert fake.counts[POST] == 1
    assert wait(context, clock, minutes=10) is State.SENT
    assert fake.counts[POST] == 1 + len(copies(fake, context))


@every_dialect
def test_a_revoked_token_holds_the_account_until_it_is_renewed(
    context: Context, fake: FakeMastodon, clock: StoppedClock
) -> None:
    fake.token = "another"
    post(context, "barlow")
    assert is_held(context)
    assert len(fake.statuses) == 1
    fake.token = mastodon.TOKEN
    release(context)
    assert wait(context, clock, minutes=5) is State.SENT
    assert set(copies(fake, context)) == {1}


def test_a_server_that_is_away_delays_no_other_network(
    begin: Begin, tmp_path: Path, clock: StoppedClock
) -> None:
    settings = {"network": "mastodon", "access_token": "x"}
    settings["base_url"] = f"http://127.0.0.1:{free_port()}"
    context = begin(settings, '[accounts.folder]\nnetwork = "outbox"\n')
    post(context, "barlow")
    assert len(threads_out(tmp_path)) == 1
    assert states(context) == {"folder": State.SENT, "lab": State.WAITING}


def states(context: Context) -> dict[str, State]:
    with context.read() as work:
        listed: list[Entry] = work.lookup.listed(list(State))
    return {entry.delivery.account: entry.delivery.state for entry in listed}


def warned(warning: str) -> str:
    return f'content_warning = "{warning}"\n[series.mlcollage]\napproval = "one"\n'


def test_a_content_warning_is_approved_too_and_another_one_stops_the_thread(
    begin: Begin, fake: FakeMastodon, clock: StoppedClock
) -> None:
    context = begin(mastodon.account(fake), warned("a long thread"))
    add(context, "barlow")
    series = context.config.series["mlcollage"]
    look = approvals.look(context, series, "barlow")
    assert look.sent
    assert "content warning: a long thread" in look.sent.threads[0].beside
    approvals.approve(context, series, look)
    clock.go(seconds=1)
    with context.write() as work:
        work.accounts.hold("lab", "for the test")
    tick.post_now(context, series, look.item)
    context = begin(mastodon.account(fake), warned("something else"))
    release(context)
    clock.go(minutes=1)
    tick.tick(context)
    assert newest(context).state is State.HELD
    assert "The account's settings have changed since it was approved" in newest(context).note
    context = begin(mastodon.account(fake), warned("a long thread"))
    with context.read() as work:
        entry = work.lookup.entry(newest(context).id)
    resolve.retry(context, entry)
    clock.go(minutes=1)
    tick.tick(context)
    assert newest(context).state is State.SENT
