"""Texts that an account has already: composing knows them, so that X is never asked to take one
twice; over real HTTP.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.core.collage import State as CollageState
from bot.core.delivery import State
from bot.deciding import candidates, resolve
from bot.deciding.resolve import Rewording
from bot.intake import accept
from bot.intake.accept import Taken
from bot.scheduling import tick
from bot.storage.lookup import Entry
from bot.watching import briefing
from tests.conftest import StoppedClock, make_context, write_item
from tests.fakes import x
from tests.fakes.x import FakeX

SAME = '[{ kind = "paper", url = "https://arxiv.org/abs/2101.00001" }]'
WEEK = timedelta(days=7)


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        yield running


@pytest.fixture
def context(
    tmp_path: Path, fake: FakeX, clock: StoppedClock, database_url: str
) -> Iterator[Context]:
    """A live bot with one account on the local X."""
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    settings = f"live = true\n[accounts.lab]\n{lines}\n"
    made = make_context(tmp_path / "bot", settings, clock, database_url)
    tick.tick(made)
    yield made
    made.database.close()


def add(context: Context, name: str, **more: object) -> Taken:
    file = write_item(context.config.folder, name, **{"links": SAME} | more)
    (taken,) = accept.take(context, context.config.series["mlcollage"], [accept.from_file(file)])
    return taken


def shown(context: Context, name: str) -> list[str]:
    """A collage's parts as `preview` shows them."""
    series = context.config.series["mlcollage"]
    with context.read() as work:
        item = work.queue.get(series.name, name)
    [thread] = candidates.threads(context, series, item, series.accounts)
    assert thread.problems == ()
    return [part.text for part in thread.parts]


def entry(context: Context, delivery_id: int) -> Entry:
    with context.read() as work:
        return work.lookup.entry(delivery_id)


def test_a_second_collage_of_a_paper_goes_out_whole_with_its_number_above_the_links(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    add(context, "first")
    add(context, "second")
    before = shown(context, "second")
    assert before[-1] == "[2/52]\n📝 Paper: https://arxiv.org/abs/2101.00001"
    clock.go(days=2, hours=6)
    tick.tick(context)
    assert fake.state.texts()[-1] == "📝 Paper: https://arxiv.org/abs/2101.00001"
    assert shown(context, "second") == before
    clock.at += WEEK - timedelta(hours=20)
    briefing.give(context)
    [brief] = [notice.text for notice in tick.unheard(context) if notice.kind == "brief"]
    assert brief.endswith("second [2/52] goes to lab for $0.23; all is well.")
    clock.go(hours=20)
    tick.tick(context)
    assert fake.state.texts()[-2:] == before
    assert entry(context, 2).delivery.state is State.SENT


def test_of_three_each_has_its_own_number(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    for name in ("first", "second", "third"):
        add(context, name)
    clock.go(days=2, hours=6)
    for _ in range(3):
        tick.tick(context)
        clock.at += WEEK
    assert [text.partition("\n")[0] for text in fake.state.texts()[1::2]] == [
        "📝 Paper: https://arxiv.org/abs/2101.00001",
        "[2/52]",
        "[3/52]",
    ]


def test_the_links_of_a_collage_that_is_out_are_its_own(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    add(context, "first")
    clock.go(days=2, hours=6)
    tick.tick(context)
    assert shown(context, "first") == fake.state.texts()


def test_without_a_number_the_same_links_are_told_when_they_are_added(
    tmp_path: Path, clock: StoppedClock
) -> None:
    settings = '[series.mlcollage.numbering]\nformat = "none"\n'
    context = make_context(tmp_path / "none", settings, clock)
    tick.tick(context)
    add(context, "first")
    clock.go(days=2, hours=6)
    tick.tick(context)
    taken = add(context, "second")
    [problem] = taken.problems
    assert problem.startswith("second for outbox: part 2 has the same text as file:///")
    assert problem.endswith("and X refuses the same text again; change its links.")
    assert taken.collage.state is CollageState.DRAFT
    context.database.close()


def test_a_text_written_by_hand_that_is_out_already_is_told_when_it_is_added(
    context: Context, clock: StoppedClock
) -> None:
    add(context, "first", thread='["{{ number }} #mlcollage", "Follow us."]')
    clock.go(days=2, hours=6)
    tick.tick(context)
    more = {"thread": '["{{ number }} #mlcollage", "Follow us."]'}
    [problem] = add(context, "second", **more).problems
    assert "part 2 has the same text as https://x.com/mlcollage/status/" in problem
    assert problem.endswith("change entry 2 of its thread.")


def test_what_a_rehearsal_sent_is_not_out_when_it_is_live(
    tmp_path: Path, clock: StoppedClock
) -> None:
    folder = tmp_path / "bot"
    rehearsal = make_context(folder, clock=clock)
    tick.tick(rehearsal)
    add(rehearsal, "first")
    clock.go(days=2, hours=6)
    tick.tick(rehearsal)
    rehearsal.database.close()
    live = tick.begin(make_context(folder, "live = true", clock))
    assert shown(live, "first")[-1].startswith("📝 Paper: ")
    live.database.close()


def test_a_network_that_takes_repeats_gets_the_links_as_they_are(
    tmp_path: Path, clock: StoppedClock
) -> None:
    context = make_context(
        tmp_path / "m", '[accounts.m]\nnetwork = "outbox"\nlike = "mastodon"\n', clock
    )
    tick.tick(context)
    add(context, "first")
    clock.go(days=2, hours=6)
    tick.tick(context)
    add(context, "second")
    assert shown(context, "second")[-1].startswith("📝 Paper: ")
    context.database.close()


def test_a_text_that_somebody_posted_by_hand_is_reworded_and_the_thread_ends(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    add(context, "first")
    fake.state.add("📝 Paper: https://arxiv.org/abs/2101.00001")
    clock.go(days=2, hours=6)
    tick.tick(context)
    clock.go(minutes=5)
    tick.tick(context)
    assert entry(context, 1).delivery.state is State.UNCERTAIN
    words = Rewording(2, "Read it: https://arxiv.org/abs/2101.00001", is_not_posted=True)
    resolve.reword(context, entry(context, 1), words)
    tick.tick(context)
    assert entry(context, 1).delivery.state is State.SENT
    assert fake.state.texts()[-1] == words.text
    assert fake.state.posts[-1].parent == fake.state.posts[-2].id


def test_texts_are_compared_whole_and_not_by_their_beginning(context: Context) -> None:
    long = "x" * 150
    add(context, "first")
    with context.read() as work:
        item = work.queue.get("mlcollage", "first")
    with context.write() as work:
        changed = replace(item, thread=(f"#mlcollage {long}a", "Two."))
        work.queue.replace(item, changed, item.picture, item.state)
        item = work.queue.get("mlcollage", "first")
    tick.post_now(context, context.config.series["mlcollage"], item)
    context.clock.wait_until(context.clock.now() + timedelta(seconds=1))
    tick.tick(context)
    other = add(context, "second", thread=f'["#mlcollage {long}b", "Three."]')
    assert other.problems == ()
    [problem] = add(context, "third", thread=f'["#mlcollage {long}a", "Four."]').problems
    assert "part 1 has the same text as https://x.com/" in problem
