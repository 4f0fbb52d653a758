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
from bot.core.errors import NotAllowed
from bot.deciding import accounts, candidates, coming, queue_changes, resolve
from bot.deciding.resolve import Rewording
from bot.intake import accept
from bot.intake.accept import Taken
from bot.scheduling import tick
from bot.storage.lookup import Entry
from bot.watching import briefing
from tests.conftest import StoppedClock, make_context, write_item
from tests.fakes import x
from tests.fakes.x import FakeX

pytestmark = pytest.mark.slow_on_postgresql

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
    _, [thread] = candidates.preview(context, series, item, series.accounts)
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
    assert "second [2/52] goes to lab for $0.23; careful: second: first (out since" in brief
    assert brief.endswith("is about the same paper: arXiv 2101.00001.")
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


# Texts that are still to come: what goes out before a collage has them then


def by_hand(context: Context, name: str, words: str = "Same words.") -> Taken:
    """Add a collage whose second part says the same as others do."""
    return add(context, name, links=links_of(name), thread=f'["{name} #mlcollage", "{words}"]')


def links_of(name: str) -> str:
    return f'[{{ kind = "paper", url = "https://example.com/{name}" }}]'


def repeats(name: str, other: str) -> str:
    return (
        f"{name} for lab: part 2 has the same text as a part of {other}, which goes out before, "
        "and X refuses the same text again; change entry 2 of its thread."
    )


def state(context: Context, name: str) -> CollageState:
    with context.read() as work:
        return work.queue.get("mlcollage", name).state


def draft(context: Context, name: str, thread: str) -> None:
    file = write_item(context.config.folder, name, links=links_of(name), thread=thread)
    series = context.config.series["mlcollage"]
    accept.take(context, series, [accept.from_file(file)], draft=True)


def insist(context: Context, name: str) -> None:
    """Make ready what cannot go out, as a move in the queue may leave it."""
    with context.write() as work:
        work.queue.change_state(work.queue.get("mlcollage", name), CollageState.READY)


def test_add_knows_the_texts_that_go_out_before(context: Context) -> None:
    assert by_hand(context, "one").problems == ()
    taken = by_hand(context, "two")
    assert taken.problems == (repeats("two", "one"),)
    assert taken.collage.state is CollageState.DRAFT
    assert by_hand(context, "three", "Other words.").problems == ()


def test_items_that_are_added_together_know_each_other(context: Context) -> None:
    files = [
        write_item(
            context.config.folder,
            name,
            links=links_of(name),
            thread=f'["{name} #mlcollage", "Same words."]',
        )
        for name in ("one", "two")
    ]
    arrivals = [accept.from_file(file) for file in files]
    taken = accept.take(context, context.config.series["mlcollage"], arrivals)
    assert [each.problems for each in taken] == [(), (repeats("two", "one"),)]


def test_templates_with_fixed_words_repeat_as_well(tmp_path: Path, clock: StoppedClock) -> None:
    settings = '[series.mlcollage.numbering]\nformat = "none"\n'
    context = make_context(tmp_path / "none", settings, clock)
    tick.tick(context)
    folder = context.config.templates / "posts" / "collage"
    folder.mkdir(parents=True)
    (folder / "links.txt").write_text("All links are on our page.")
    assert add(context, "one", links=links_of("one")).problems == ()
    [problem] = add(context, "two", links=links_of("two")).problems
    assert "part 2 has the same text as a part of one, which goes out before" in problem
    context.database.close()


def test_ready_release_and_edit_know_the_texts_that_go_out_before(context: Context) -> None:
    series = context.config.series["mlcollage"]
    by_hand(context, "one")
    by_hand(context, "two")
    with pytest.raises(NotAllowed, match="two for lab: part 2 has the same text as a part of one"):
        queue_changes.make_ready(context, series, ["two"])
    insist(context, "two")
    queue_changes.hold(context, series, "two")
    assert queue_changes.release(context, series, "two").problems == (repeats("two", "one"),)
    by_hand(context, "three", "Other words.")
    with context.read() as work:
        three = work.queue.get(series.name, "three")
    arrival = accept.Arrival(replace(three, thread=("three #mlcollage", "Same words.")))
    edited = queue_changes.edit(context, series, three, arrival).taken
    assert edited.problems == (repeats("three", "one"),)
    assert edited.collage.state is CollageState.DRAFT


def test_drafts_that_are_made_ready_together_know_each_other(context: Context) -> None:
    series = context.config.series["mlcollage"]
    for name in ("one", "two"):
        draft(context, name, f'["{name} #mlcollage", "Same words."]')
    with pytest.raises(NotAllowed, match="as a part of one, which goes out before"):
        queue_changes.make_ready(context, series, ["one", "two"])
    assert state(context, "one") is CollageState.DRAFT
    queue_changes.make_ready(context, series, ["two"])


def test_ready_says_what_keeps_back_what_is_ready_already(context: Context) -> None:
    by_hand(context, "one")
    by_hand(context, "two")
    insist(context, "two")
    with pytest.raises(NotAllowed, match="two for lab: part 2 has the same text as a part of one"):
        queue_changes.make_ready(context, context.config.series["mlcollage"], ["two"])
    queue_changes.make_ready(context, context.config.series["mlcollage"], ["one"])


def test_next_and_the_briefing_know_what_the_slot_will_hold(
    context: Context, clock: StoppedClock
) -> None:
    series = context.config.series["mlcollage"]
    by_hand(context, "one")
    by_hand(context, "two")
    insist(context, "two")
    by_hand(context, "three", "Other words.")
    ahead = coming.look(context, series, 3)
    names = [slot.collage.name for slot in ahead.slots if slot.collage]
    assert names == ["one", "three"]
    assert ahead.stopped == (("two", CollageState.READY, (repeats("two", "one"),)),)
    clock.go(days=2, hours=6)
    tick.tick(context)
    clock.at += WEEK - timedelta(hours=20)
    briefing.give(context)
    [brief] = [notice.text for notice in tick.unheard(context) if notice.kind == "brief"]
    assert "three [2/52] goes to lab" in brief
    assert "two would be held: two for lab: part 2 has the same text as https://x.com/" in brief


def test_what_cannot_go_out_itself_takes_no_text_from_those_behind_it(context: Context) -> None:
    by_hand(context, "one")
    by_hand(context, "two")
    insist(context, "two")
    thread = '["two #mlcollage", "Three."]'
    assert add(context, "three", links=links_of("three"), thread=thread).problems == ()


def test_a_collage_that_moves_to_the_front_goes_first(context: Context) -> None:
    series = context.config.series["mlcollage"]
    by_hand(context, "one")
    by_hand(context, "two")
    insist(context, "two")
    queue_changes.move(context, series, "two", queue_changes.Place(queue_changes.Where.FIRST))
    ahead = coming.look(context, series, 2)
    assert [each.name for each in ahead.stopped] == ["one"]


def test_a_slot_knows_the_texts_that_wait_on_a_held_account(
    context: Context, clock: StoppedClock
) -> None:
    accounts.hold(context, "lab", "")
    by_hand(context, "one")
    clock.go(days=2, hours=6)
    tick.tick(context)
    assert state(context, "one") is CollageState.CLAIMED
    with pytest.raises(NotAllowed, match="instead: mlcollage hold --account lab"):
        queue_changes.hold(context, context.config.series["mlcollage"], "one")
    by_hand(context, "two")
    insist(context, "two")
    clock.at += WEEK
    tick.tick(context)
    assert state(context, "two") is CollageState.HELD


def test_other_series_on_the_same_account_are_known(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    settings = (
        f"live = true\n[accounts.lab]\n{lines}\n[series.mlcollage]\n"
        '[series.evening]\ntitle = "Evening"\nhashtag = "#evening"\nzone = "UTC"\n'
        'slots = ["thu 15:00"]\naccounts = ["lab"]\n[series.evening.roundup]\nfolder = "evening"\n'
    )
    context = make_context(tmp_path / "two", settings, clock)
    tick.tick(context)
    by_hand(context, "one")
    thread = '["two #evening", "Same words."]'
    file = write_item(context.config.folder, "two", links=links_of("two"), thread=thread)
    evening = context.config.series["evening"]
    [taken] = accept.take(context, evening, [accept.from_file(file)])
    assert taken.problems == (repeats("two", "one"),)
    # Its own slot is the earlier one: what the other series puts out later does not matter.
    assert coming.look(context, context.config.series["mlcollage"], 1).stopped == ()
    context.database.close()
