"""What a person decides about a delivery, on both databases: nothing twice, nothing lost, whoever
else is at work.
"""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.context import Context
from bot.core import errors
from bot.core.collage import State as CollageState
from bot.core.delivery import Found, NotSeen, Receipt, ShownPost, State
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.core.network import X
from bot.deciding import accounts, actions, inspect, queue_changes, resolve
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import lookup, tables
from bot.storage.lookup import Entry
from bot.storage.work import reading
from tests.conftest import MONDAY, StoppedClock, make_context, write_item
from tests.integration.test_deliver import (
    Crash,
    Scripted,
    begun,
    collage,
    delivery,
    fails,
    outcomes,
    until_settled,
)

pytestmark = pytest.mark.slow_on_postgresql

AWAY = {n: fails(errors.Unavailable("Away.")) for n in range(1, 500)}
LOST = fails(errors.Uncertain("The connection dropped."))
REFUSED = fails(errors.Rejected("No."))


@pytest.fixture
def network() -> Scripted:
    return Scripted()


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> Iterator[Context]:
    """One ready collage, one account on the scripted network, and Wednesday's slot due."""
    made = begun(tmp_path, database_url, clock, network)
    yield made
    made.database.close()


ABSENT = NotSeen(anchor_seen=True, count_agrees=True)


def entry(context: Context, delivery_id: int = 1) -> Entry:
    with context.read() as work:
        return work.lookup.entry(delivery_id)


def seen(context: Context) -> list[str]:
    with context.read() as work:
        return [look.words for look in work.lookup.looks_of(1)]


def decided(context: Context) -> list[str]:
    with context.read() as work:
        return [
            f"{one.who} {one.what}" for one in reversed(work.log.changes(delivery(context).key))
        ]


def partly_failed(context: Context, network: Scripted) -> None:
    """Part 1 is out, part 2 was refused."""
    network.before = {2: REFUSED}
    tick.tick(context)
    assert (network.out, delivery(context).state) == ([1], State.FAILED)


def given_back(context: Context, network: Scripted) -> None:
    """Nothing is out, and the collage is in the queue again."""
    network.before = {1: REFUSED}
    tick.tick(context)
    assert (delivery(context).state, collage(context).state) == (State.FAILED, CollageState.HELD)


def in_doubt(context: Context, network: Scripted, position: int = 1) -> None:
    """A part may be out, and looking does not tell."""
    network.before, network.look = {position: LOST}, NotSeen(anchor_seen=False, count_agrees=False)
    tick.tick(context)
    for minutes in (3, 9):
        context.clock.wait_until(context.clock.now() + timedelta(minutes=minutes))
        tick.tick(context)
    assert delivery(context).state is State.UNCERTAIN


def test_what_failed_is_looked_for_and_only_what_is_missing_is_sent(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    assert "part 1 is out, the rest waits" in resolve.retry(context, entry(context))
    assert seen(context)[-1] == "nothing that is missing is out"
    assert decided(context) == ["tester retry"]
    tick.tick(context)
    assert network.out == [1, 2]
    assert delivery(context).state is State.SENT


def test_what_a_retry_finds_is_taken_over_and_never_sent(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    network.shows = {2: Receipt("id-2", "https://x.example/2", MONDAY)}
    assert "every part of it is out" in resolve.retry(context, entry(context))
    tick.tick(context)
    assert network.out == [1]
    assert (delivery(context).state, entry(context).out) == (State.SENT, 2)
    assert seen(context)[-1] == "out: part 2"


def test_what_is_held_for_being_late_is_tried_as_long_again_when_somebody_wants_it(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    clock.go(days=1)
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(days=2)))}
    tick.tick(context)
    clock.go(days=3)
    tick.tick(context)
    assert delivery(context).state is State.HELD
    network.before = {network.sends + 1: fails(errors.Unavailable("Away."))}
    resolve.retry(context, entry(context))
    until_settled(context, clock)
    assert (network.out, delivery(context).state) == ([1, 2], State.SENT)


def test_what_waits_is_tried_at_once(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=5)))}
    tick.tick(context)
    assert network.out == []
    resolve.retry(context, entry(context))
    tick.tick(context)
    assert network.out == [1, 2]


def test_a_collage_that_went_back_to_the_queue_is_not_sent_from_there(
    context: Context, network: Scripted
) -> None:
    given_back(context, network)
    with pytest.raises(NotAllowed, match="mlcollage release barlow"):
        resolve.retry(context, entry(context))
    own = context.config.series["mlcollage"]
    with context.write() as work:
        work.queue.change_state(collage(context), CollageState.READY)
    with pytest.raises(NotAllowed, match="is ready there"):
        resolve.retry(context, entry(context))
    context.clock.wait_until(context.clock.now() + timedelta(milliseconds=1))
    tick.post_now(context, own, collage(context))
    assert network.out == [1, 2]
    with pytest.raises(NotAllowed, match="is posted there"):
        resolve.retry(context, entry(context))
    assert entry(context).delivery.state is State.FAILED


def test_an_early_look_shows_what_is_out(context: Context, network: Scripted) -> None:
    network.after = {1: LOST}
    tick.tick(context)
    resolve.retry(context, entry(context))
    assert delivery(context).state is State.WAITING
    tick.tick(context)
    assert network.out == [1, 2]
    assert [outcome for _, outcome in outcomes(context)] == ["sent", "sent"]


def test_an_early_look_that_shows_nothing_counts_for_nothing(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: LOST}
    tick.tick(context)
    before = entry(context)
    for _ in range(3):
        assert "not seen" in resolve.retry(context, entry(context))
    assert entry(context) == before
    clock.go(minutes=3)
    resolve.retry(context, entry(context))
    assert delivery(context).looks == 1
    for _ in range(3):
        resolve.retry(context, entry(context))
    assert (delivery(context).state, delivery(context).looks) == (State.UNCERTAIN, 1)
    clock.go(minutes=8)
    resolve.retry(context, entry(context))
    assert delivery(context).state is State.WAITING
    tick.tick(context)
    assert network.out == [1, 2]


def test_where_looking_does_not_tell_it_stays_and_a_person_is_asked(
    context: Context, network: Scripted
) -> None:
    in_doubt(context, network)
    assert "the newest known post is not shown" in resolve.retry(context, entry(context))
    assert delivery(context).state is State.UNCERTAIN
    told = inspect.of(context, "1")
    assert "a person decides" in told.ahead.words
    assert told.possible == (
        "mlcollage deliveries retry 1",
        "mlcollage deliveries resolve 1 --posted URL",
        "mlcollage deliveries resolve 1 --not-posted",
        "mlcollage deliveries retry 1 --edited --not-posted",
        "mlcollage deliveries reword 1 1 --not-posted",
        "mlcollage deliveries cancel 1 --not-posted",
    )


def test_what_a_person_says_is_not_out_is_composed_anew_from_what_was_edited(
    context: Context, network: Scripted
) -> None:
    in_doubt(context, network)
    with pytest.raises(NotAllowed, match="may be out; say first"):
        resolve.retry(context, entry(context), edited=True)
    item = replace(collage(context), paragraph="Other words.")
    series = context.config.series["mlcollage"]
    queue_changes.edit(context, series, collage(context), accept.Arrival(item))
    assert "composed anew" in resolve.compose_anew(context, entry(context))
    network.before = {}
    tick.tick(context)
    with context.read() as work:
        assert "Other words." in work.parts.of(1)[0].text
    assert network.out == [1, 2]


def test_what_a_person_posted_while_the_account_was_held_is_taken_though_the_bot_never_tried(
    context: Context, network: Scripted
) -> None:
    with context.write() as work:
        work.accounts.hold("outbox", "It is down.")
    tick.tick(context)
    assert (delivery(context).state, entry(context).saved_parts) == (State.WAITING, 0)
    told = resolve.posted(context, entry(context), ["https://x.example/found"])
    assert "part 1 is out; part 2 is still to be sent" in told
    assert collage(context).state is CollageState.POSTED
    accounts.release(context, "outbox")
    tick.tick(context)
    assert (network.out, delivery(context).state) == ([2], State.SENT)


def test_what_a_person_gave_wrongly_before_the_bot_tried_changes_nothing_of_what_is_sent(
    context: Context, network: Scripted
) -> None:
    with context.write() as work:
        work.accounts.hold("outbox", "It is down.")
    tick.tick(context)
    with pytest.raises(BadInput):
        resolve.posted(context, entry(context), ["https://x.example/found"] * 9)
    assert delivery(context).state is State.WAITING
    accounts.release(context, "outbox")
    tick.tick(context)
    assert (network.out, delivery(context).state) == ([1, 2], State.SENT)


def test_what_turns_out_to_be_there_is_not_composed_anew(
    context: Context, network: Scripted
) -> None:
    in_doubt(context, network)
    network.shows = {1: Receipt("id-1", "https://x.example/1", MONDAY)}
    assert "part 1 is out" in resolve.compose_anew(context, entry(context))
    network.before = {}
    tick.tick(context)
    assert network.out == [2]


@pytest.mark.parametrize("position", [1, 2])
def test_a_part_that_a_person_found_gets_its_receipt_and_the_rest_goes_out(
    context: Context, network: Scripted, position: int
) -> None:
    in_doubt(context, network, position)
    told = resolve.posted(context, entry(context), ["https://x.example/found"])
    assert f"part {position} is out" in told
    tick.tick(context)
    assert network.out == [2 if position == 1 else 1]
    assert (delivery(context).state, collage(context).state) == (State.SENT, CollageState.POSTED)
    with context.read() as work:
        receipts = [part.receipt.id for part in work.parts.of(1) if part.receipt]
        tried = work.lookup.attempts_of(1)
    assert receipts[position - 1] == "found"
    assert "The connection dropped. Then: tester says it is out" in [one.words for one in tried]
    assert decided(context) == ["tester posted"]


def test_a_whole_thread_that_was_posted_by_hand_is_told_at_once(
    context: Context, network: Scripted
) -> None:
    partly_urls = ["https://x.example/a", "https://x.example/b"]
    in_doubt(context, network)
    resolve.posted(context, entry(context), partly_urls)
    tick.tick(context)
    assert (delivery(context).state, network.out) == (State.SENT, [])


def test_what_goes_out_in_one_request_is_out_as_a_whole(
    context: Context, network: Scripted
) -> None:
    network.whole = network.indivisible = True
    in_doubt(context, network)
    resolve.posted(context, entry(context), ["https://x.example/a"])
    assert (delivery(context).state, entry(context).out) == (State.SENT, 2)


def test_another_thread_is_not_taken_for_one_that_goes_out_in_one_request(
    context: Context, network: Scripted
) -> None:
    network.whole = network.indivisible = True
    in_doubt(context, network)
    with context.read() as work:
        second = work.parts.of(1)[1].text
    for name, text in (("other", "Another thread."), ("ours", second)):
        network.posts[name] = ShownPost(Receipt(name, name, MONDAY), text, None, 0, ())
    with pytest.raises(BadInput, match="another text than part 1 of delivery 1: 'Another thread"):
        resolve.posted(context, entry(context), ["https://x.example/other"])
    assert (delivery(context).state, entry(context).out) == (State.UNCERTAIN, 0)
    resolve.posted(context, entry(context), ["https://x.example/ours"])
    assert (delivery(context).state, entry(context).out) == (State.SENT, 2)


def test_an_address_stands_for_one_part_only(context: Context, network: Scripted) -> None:
    in_doubt(context, network, 2)
    for urls in (["https://x.example/id-1"], ["https://x.example/a", "https://x.example/b"]):
        with pytest.raises(BadInput):
            resolve.posted(context, entry(context), urls)
    with pytest.raises(BadInput, match="no part 1 that is still to come: part 2 is"):
        resolve.posted(context, entry(context), ["https://x.example/a"], 1)
    assert (delivery(context).state, entry(context).out) == (State.UNCERTAIN, 1)


def test_one_address_twice_is_refused(context: Context, network: Scripted) -> None:
    in_doubt(context, network)
    with pytest.raises(BadInput, match="each part has a post of its own"):
        resolve.posted(context, entry(context), ["https://x.example/a", "https://x.example/a"])
    assert entry(context).out == 0


def test_what_a_person_did_not_find_is_sent_again(context: Context, network: Scripted) -> None:
    in_doubt(context, network)
    resolve.not_posted(context, entry(context))
    tick.tick(context)
    assert network.out == [1, 2]
    assert outcomes(context)[0] == (1, "not sent")
    assert decided(context) == ["tester not posted"]


def test_only_what_may_be_out_can_be_said_not_to_be(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    with pytest.raises(NotAllowed, match="mlcollage deliveries retry 1"):
        resolve.not_posted(context, entry(context))


def test_a_collage_posted_by_hand_after_it_went_back_is_posted_with_its_number(
    context: Context, network: Scripted
) -> None:
    given_back(context, network)
    assert "barlow is posted" in resolve.posted(
        context, entry(context), ["https://x.example/a", "https://x.example/b"]
    )
    after = collage(context)
    assert (after.state, after.number, after.posted_at) == (CollageState.POSTED, 1, MONDAY)
    with context.read() as work:
        due_at = work.conn.execute(select(tables.collages.c.due_at)).scalar_one()
        assert due_at == delivery(context).due_at
    assert delivery(context).state is State.SENT


def test_a_number_that_went_to_another_collage_stays_there(
    context: Context, network: Scripted, tmp_path: Path
) -> None:
    given_back(context, network)
    own = context.config.series["mlcollage"]
    (taken,) = accept.take(context, own, [accept.from_file(write_item(tmp_path, "other"))])
    tick.post_now(context, own, taken.collage)
    assert "without its number" in resolve.posted(context, entry(context), ["https://x.example/a"])
    assert (collage(context).state, collage(context).number) == (CollageState.POSTED, None)


def test_a_collage_that_another_slot_is_sending_is_not_posted_by_its_old_thread(
    context: Context, network: Scripted
) -> None:
    given_back(context, network)
    own = context.config.series["mlcollage"]
    queue_changes.release(context, own, "barlow")
    network.before = AWAY.copy()
    tick.post_now(context, own, collage(context))
    before = collage(context)
    assert before.state is CollageState.CLAIMED
    with pytest.raises(NotAllowed, match="barlow is on its way in another slot: cancel that first"):
        resolve.posted(context, entry(context), ["https://x.example/a", "https://x.example/b"])
    assert collage(context) == before
    assert entry(context).delivery.state is State.FAILED


def test_a_collage_that_was_removed_stays_so_when_its_thread_turns_out_to_be_out(
    context: Context, network: Scripted
) -> None:
    given_back(context, network)
    with context.write() as work:
        work.queue.remove(work.queue.get("mlcollage", "barlow"))
    told = resolve.posted(context, entry(context), ["https://x.example/a", "https://x.example/b"])
    assert told == "Delivery 1: parts 1 and 2 are out."
    with context.read() as work:
        states = work.conn.execute(select(tables.collages.c.state, tables.collages.c.posted_at))
        assert states.one() == ("held", None)


def test_what_is_cancelled_ends_and_its_collage_goes_back(
    context: Context, network: Scripted
) -> None:
    network.before = dict(AWAY)
    tick.tick(context)
    assert "mlcollage release barlow" in resolve.cancel(context, entry(context))
    assert (delivery(context).state, delivery(context).note) == (
        State.FAILED,
        "cancelled by tester",
    )
    assert (collage(context).state, collage(context).number) == (CollageState.HELD, None)
    network.before = {}
    tick.tick(context)
    assert network.out == []


def test_what_is_out_of_a_cancelled_thread_stays(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {2: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(context)
    assert "1 of 2 parts stay out" in resolve.cancel(context, entry(context))
    clock.go(hours=2)
    tick.tick(context)
    assert network.out == [1]
    assert (collage(context).state, collage(context).number) == (CollageState.POSTED, 1)


def test_what_may_be_out_is_looked_for_before_it_is_cancelled(
    context: Context, network: Scripted
) -> None:
    network.before, network.look = {2: LOST}, ABSENT
    for minutes in (0, 3):
        context.clock.wait_until(context.clock.now() + timedelta(minutes=minutes))
        tick.tick(context)
    assert delivery(context).state is State.UNCERTAIN
    context.clock.wait_until(context.clock.now() + timedelta(minutes=9))
    assert "1 of 2 parts stay out" in resolve.cancel(context, entry(context))
    assert delivery(context).state is State.FAILED


def test_what_turns_out_to_be_out_is_not_cancelled(context: Context, network: Scripted) -> None:
    in_doubt(context, network, position=2)
    network.look = Found({2: Receipt("id-2", "https://x.example/2", MONDAY)})
    with pytest.raises(NotAllowed, match="is out, every part of it"):
        resolve.cancel(context, entry(context))
    assert delivery(context).state is State.SENT


def test_what_may_be_out_is_not_cancelled_before_that_is_known(
    context: Context, network: Scripted
) -> None:
    in_doubt(context, network)
    with pytest.raises(NotAllowed, match=r"look at the account\. .* cancel 1 --not-posted"):
        resolve.cancel(context, entry(context))


def test_what_is_being_sent_is_left_alone(context: Context, network: Scripted) -> None:
    network.before = {1: fails(Crash())}
    with pytest.raises(Crash):
        tick.tick(context)
    for step in (resolve.retry, resolve.cancel, resolve.not_posted):
        with pytest.raises(NotAllowed, match="on its way at this moment"):
            step(context, entry(context))
    with pytest.raises(NotAllowed, match="on its way at this moment"):
        resolve.posted(context, entry(context), ["https://x.example/a"])
    assert "somebody who has time until" in inspect.of(context, "1").ahead.words


def test_what_is_out_is_history(context: Context) -> None:
    tick.tick(context)
    for step in (resolve.retry, resolve.cancel, resolve.not_posted):
        with pytest.raises(NotAllowed, match="is out, every part of it"):
            step(context, entry(context))
    assert inspect.of(context, "1").possible == ()


def frozen(context: Context, network: Scripted, clock: StoppedClock) -> None:
    """Tried once, nothing of it out; then its collage was edited."""
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(context)
    item = collage(context)
    with context.write() as work:
        work.queue.replace(
            item, replace(item, paragraph="Something else."), item.picture, item.state
        )


def texts(context: Context) -> str:
    with context.read() as work:
        return "\n".join(part.text for part in work.parts.of(1))


def test_an_edit_is_shown_and_sent_only_when_a_person_says_so(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    frozen(context, network, clock)
    told = inspect.of(context, "1")
    assert "Something else." in told.anew[0].text
    assert "Something else." not in told.parts[0].text
    assert "mlcollage deliveries retry 1 --edited" in told.possible
    resolve.retry(context, entry(context))
    assert inspect.of(context, "1").anew
    resolve.retry(context, entry(context), edited=True)
    assert "Something else." in inspect.of(context, "1").parts[0].text
    tick.tick(context)
    assert network.out == [1, 2]
    assert "Something else." in texts(context)


def test_an_edit_names_the_frozen_threads_of_its_own_collage_only(
    context: Context, network: Scripted, tmp_path: Path
) -> None:
    in_doubt(context, network)
    own, files = context.config.series["mlcollage"], {}
    for name in ("barlow", "other"):
        files[name] = accept.from_file(write_item(tmp_path, name))
    (other,) = accept.take(context, own, [files["other"]])
    assert queue_changes.edit(context, own, other.collage, files["other"]).frozen == ()
    edited = queue_changes.edit(context, own, collage(context), files["barlow"])
    assert [thread.id for thread in edited.frozen] == [1]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_thread_that_is_partly_out_is_never_composed_anew(
    context: Context, network: Scripted, clock: StoppedClock, is_known: bool
) -> None:
    if is_known:
        partly_failed(context, network)
    else:
        frozen(context, network, clock)
        network.shows = {1: Receipt("id-1", "https://x.example/1", MONDAY)}
    before = texts(context)
    with pytest.raises(NotAllowed, match="part 1 is out, so the rest goes out as it was frozen"):
        resolve.retry(context, entry(context), edited=True)
    resolve.retry(context, entry(context))
    tick.tick(context)
    assert delivery(context).state is State.SENT
    assert texts(context) == before


def test_what_cannot_be_composed_anew_stays_as_it_was(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    frozen(context, network, clock)
    item = collage(context)
    with context.write() as work:
        work.queue.replace(item, replace(item, alt=""), item.picture, item.state)
    before = entry(context)
    with pytest.raises(BadInput, match="no alt text"):
        resolve.retry(context, entry(context), edited=True)
    assert entry(context) == before
    assert "no alt text" in inspect.of(context, "1").problem


def test_a_look_that_fails_is_written_down_and_nothing_changes(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    before = entry(context)
    for error in (errors.Blocked("Suspended."), KeyError("data")):
        network.on_survey = fails(error)
        with pytest.raises(Unavailable, match="stays failed: looking failed"):
            resolve.retry(context, entry(context))
    assert entry(context) == before
    assert seen(context)[-2:] == ["looking failed: Suspended.", "looking failed: 'data'."]


def test_somebody_who_was_faster_is_told_of_in_a_sentence(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    found = entry(context)

    def meanwhile() -> None:
        network.on_survey = lambda: None
        resolve.retry(context, entry(context))
        tick.tick(context)

    network.on_survey = meanwhile
    with pytest.raises(NotAllowed, match="being worked on at this moment"):
        resolve.retry(context, found)
    with pytest.raises(NotAllowed, match="being worked on at this moment"):
        resolve.cancel(context, found)
    assert (network.out, delivery(context).state) == ([1, 2], State.SENT)


def test_a_collage_that_goes_back_while_somebody_looks_is_not_sent(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(context)
    with context.write() as work:
        work.conn.execute(update(tables.deliveries).values(state="failed"))
    found = entry(context)

    def meanwhile() -> None:
        with context.write() as work:
            assert work.deliveries.give_back(collage(context).id, "gone")

    network.on_survey = meanwhile
    with pytest.raises(NotAllowed, match="went back to the queue"):
        resolve.retry(context, found)
    assert delivery(context).state is State.FAILED


def test_of_several_who_try_again_at_once_one_does(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    found, together, done = entry(context), threading.Barrier(4), []
    network.on_survey = lambda: (together.wait(60), None)[1]

    def again() -> None:
        with suppress(NotAllowed):
            done.append(resolve.retry(context, found))

    threads = [threading.Thread(target=again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    network.on_survey = lambda: None
    tick.tick(context)
    assert network.out == [1, 2]


def test_what_another_mode_left_is_set_aside(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    live = replace(context, rehearsal=0)
    with pytest.raises(NotAllowed, match="another mode"):
        resolve.retry(live, entry(context))
    told = inspect.of(live, "1")
    assert (told.possible, told.anew) == ((), ())
    assert "set aside" in told.ahead.words


@pytest.mark.parametrize("missing", ["account", "series"])
def test_what_the_configuration_no_longer_has_is_shown_and_can_be_cancelled(
    context: Context, network: Scripted, missing: str
) -> None:
    partly_failed(context, network)
    if missing == "account":
        changed = replace(context, publishers={})
    else:
        changed = replace(
            context,
            config=replace(context.config, series={"other": context.config.series["mlcollage"]}),
        )
    assert inspect.of(changed, "1").entry == entry(context)
    with pytest.raises(NotAllowed, match="is not in the configuration any more"):
        resolve.retry(changed, entry(context))
    with pytest.raises(NotAllowed, match="is not in the configuration any more"):
        resolve.posted(changed, entry(context), ["https://x.example/a"])
    resolve.cancel(changed, entry(context))
    assert delivery(context).note == "cancelled by tester"


def test_everything_tried_and_seen_stands_in_one_order(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    in_doubt(context, network, 2)
    clock.go(minutes=1)
    resolve.not_posted(context, entry(context))
    clock.go(seconds=1)
    tick.tick(context)
    told = inspect.of(context, "1")
    assert [event.kind for event in told.timeline] == [
        "attempt",
        "attempt",
        "look",
        "look",
        "change",
        "attempt",
    ]
    assert [event.attempt.position for event in told.timeline if event.attempt] == [1, 2, 2]
    assert inspect.of(context, told.entry.delivery.key) == told


def test_two_threads_that_fail_at_the_same_moment_give_their_collage_back(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    settings = (
        '[accounts.one]\nnetwork = "outbox"\nfolder = "one"\n'
        '[accounts.two]\nnetwork = "outbox"\nfolder = "two"\n'
    )
    made = make_context(tmp_path, settings, clock=clock, url=database_url)
    networks = {"one": Scripted(), "two": Scripted()}
    context = Context(made.config, made.database, clock, networks, made.rehearsal, "tester")
    accept.take(
        context,
        context.config.series["mlcollage"],
        [accept.from_file(write_item(tmp_path, "barlow"))],
    )
    clock.go(days=2, hours=6)
    for network in networks.values():
        network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(context)
    finished = threading.Event()

    def later() -> None:
        with context.write() as work:
            work.deliveries.move(entry(context, 2).delivery, State.FAILED)
            work.deliveries.give_back(collage(context).id, "later")
            finished.set()

    other, first = threading.Thread(target=later), entry(context).delivery
    with context.write() as work:
        work.deliveries.move(first, State.FAILED)
        assert not work.deliveries.give_back(first.collage_id or 0, "earlier")
        other.start()
        # The later one may not see the end of the earlier one yet: it waits for this transaction.
        assert not finished.wait(0.3)
    other.join()
    assert (collage(context).state, collage(context).note) == (CollageState.HELD, "later")
    context.database.close()


def test_a_look_of_a_person_is_charged_as_any_other(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    with context.write() as work:
        work.conn.execute(tables.charges.delete())
    network.price = X.price
    network.usage()
    resolve.retry(context, entry(context))
    with context.read() as work:
        assert [(one.what, one.requests) for one in work.charges.by_month()] == [
            ("own post read", 1)
        ]


def test_a_held_account_is_named_with_the_way_to_free_it(
    context: Context, network: Scripted
) -> None:
    network.before = {1: fails(errors.Blocked("Out of credits."))}
    tick.tick(context)
    told = inspect.of(context, "1")
    assert told.ahead == actions.Ahead("nothing: account outbox is held")
    assert told.possible[-1] == "mlcollage release --account outbox"


def test_lists_hold_what_is_asked_for_newest_first(
    context: Context, network: Scripted, tmp_path: Path
) -> None:
    tick.tick(context)
    own = context.config.series["mlcollage"]
    for name, error in (("second", errors.Unavailable("Away.")), ("third", errors.Rejected("No."))):
        (taken,) = accept.take(context, own, [accept.from_file(write_item(tmp_path, name))])
        network.before, network.look = {network.sends + 1: fails(error)}, ABSENT
        context.clock.wait_until(context.clock.now() + timedelta(milliseconds=1))
        tick.post_now(context, own, taken.collage)

    def names(*states: State, account: str | None = None, most: int = 50) -> list[str]:
        with context.read() as work:
            found = work.lookup.listed(states or lookup.UNSENT, account=account, most=most)
        return [one.name for one in found]

    assert names() == ["third", "second"]
    assert names(*State) == ["third", "second", "barlow"]
    assert names(*State, account="outbox", most=2) == ["third", "second"]
    assert names(*State, account="nobody") == []
    assert names(State.SENT) == ["barlow"]
    assert names(State.FAILED) == ["third"]
    assert names(State.WAITING) == ["second"]
    with context.read() as work:
        assert work.accounts.ids().keys() == {"outbox"}
    with reading(context.database, MONDAY, rehearsal=context.rehearsal + 1) as work:
        assert work.lookup.listed(list(State)) == []


def test_what_a_rehearsal_sent_keeps_no_collage_from_going_back(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> None:
    context = begun(tmp_path, database_url, clock, network)
    tick.tick(context)
    assert network.out == [1, 2]
    own = context.config.series["mlcollage"]
    live = replace(context, config=replace(context.config, live=True), rehearsal=0)
    clock.go(minutes=1, milliseconds=1)
    tick.tick(live)
    network.before, network.look = {3: fails(errors.Rejected("No."))}, ABSENT
    tick.post_now(live, own, collage(live))
    assert (collage(live).state, collage(live).number) == (CollageState.HELD, None)
    context.database.close()


def test_releasing_an_account_names_what_is_too_late_and_sends_it_when_asked(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    accounts.hold(context, "outbox", "A holiday.")
    tick.tick(context)
    clock.go(days=3)
    freed = accounts.release(context, "outbox")
    assert (freed.was_held, freed.deliveries, freed.late) == (True, 0, ("barlow",))
    freed = accounts.release(context, "outbox", with_late=True)
    assert (freed.was_held, freed.deliveries, freed.late) == (False, 1, ())
    tick.tick(context)
    assert network.out == [1, 2]
