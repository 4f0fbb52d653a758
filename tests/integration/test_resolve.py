"""What a person decides about a delivery, on both databases: nothing twice, nothing lost, whoever else is at work."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import choices, intake, resolve, sight, tick
from bot.core import errors
from bot.core.collage import State as CollageState
from bot.core.delivery import NotSeen, Receipt, State
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.core.network import PRICES
from bot.storage import charges, ledger, log, lookup, queue, series, tables
from bot.storage.lookup import Entry
from bot.world import World
from tests.conftest import MONDAY, StoppedClock, make_world, write_item
from tests.integration.test_deliver import Crash, Scripted, begun, collage, delivery, fails, outcomes, until_settled

AWAY = {n: fails(errors.Unavailable("Away.")) for n in range(1, 500)}
LOST = fails(errors.Uncertain("The connection dropped."))
REFUSED = fails(errors.Rejected("No."))


@pytest.fixture
def network() -> Scripted:
    return Scripted()


@pytest.fixture
def world(tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted) -> Iterator[World]:
    """One ready collage, one account on the scripted network, and Wednesday's slot due."""
    made = begun(tmp_path, database_url, clock, network)
    yield made
    made.database.close()


def entry(world: World, delivery_id: int = 1) -> Entry:
    with world.database.read() as conn:
        return lookup.entry(conn, delivery_id)


def seen(world: World) -> list[str]:
    with world.database.read() as conn:
        return [look.words for look in lookup.looks_of(conn, 1)]


def decided(world: World) -> list[str]:
    with world.database.read() as conn:
        return [f"{one.who} {one.what}" for one in reversed(log.changes(conn, delivery(world).key))]


def partly_failed(world: World, network: Scripted) -> None:
    """Part 1 is out, part 2 was refused."""
    network.before = {2: REFUSED}
    tick.tick(world)
    assert (network.out, delivery(world).state) == ([1], State.FAILED)


def given_back(world: World, network: Scripted) -> None:
    """Nothing is out, and the collage is in the queue again."""
    network.before = {1: REFUSED}
    tick.tick(world)
    assert (delivery(world).state, collage(world).state) == (State.FAILED, CollageState.HELD)


def in_doubt(world: World, network: Scripted, position: int = 1) -> None:
    """A part may be out, and looking does not tell."""
    network.before, network.look = {position: LOST}, NotSeen(anchor_seen=False)
    tick.tick(world)
    world.clock.wait_until(world.clock.now() + timedelta(minutes=3))
    tick.tick(world)
    assert delivery(world).state is State.UNCERTAIN


def test_what_failed_is_looked_for_and_only_what_is_missing_is_sent(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    assert "part 1 is out, the rest waits" in resolve.retry(world, entry(world))
    assert seen(world)[-1] == "nothing that is missing is out"
    assert decided(world) == ["tester retry"]
    tick.tick(world)
    assert network.out == [1, 2]
    assert delivery(world).state is State.SENT


def test_what_a_retry_finds_is_taken_over_and_never_sent(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    network.shows = {2: Receipt("id-2", "https://x.example/2", MONDAY)}
    assert "every part of it is out" in resolve.retry(world, entry(world))
    tick.tick(world)
    assert network.out == [1]
    assert (delivery(world).state, entry(world).out) == (State.SENT, 2)
    assert seen(world)[-1] == "out: part 2"


def test_what_is_held_for_being_late_is_tried_as_long_again_when_somebody_wants_it(
    world: World, network: Scripted, clock: StoppedClock
) -> None:
    clock.go(days=1)
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(days=2)))}
    tick.tick(world)
    clock.go(days=3)
    tick.tick(world)
    assert delivery(world).state is State.HELD
    network.before = {network.sends + 1: fails(errors.Unavailable("Away."))}
    resolve.retry(world, entry(world))
    until_settled(world, clock)
    assert (network.out, delivery(world).state) == ([1, 2], State.SENT)


def test_what_waits_is_tried_at_once(world: World, network: Scripted, clock: StoppedClock) -> None:
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=5)))}
    tick.tick(world)
    assert network.out == []
    resolve.retry(world, entry(world))
    tick.tick(world)
    assert network.out == [1, 2]


def test_a_collage_that_went_back_to_the_queue_is_not_sent_from_there(world: World, network: Scripted) -> None:
    given_back(world, network)
    with pytest.raises(NotAllowed, match="mlcollage release barlow"):
        resolve.retry(world, entry(world))
    own = world.config.series["mlcollage"]
    with world.database.write() as conn:
        queue.change_state(conn, collage(world), CollageState.READY)
    with pytest.raises(NotAllowed, match="is ready there"):
        resolve.retry(world, entry(world))
    world.clock.wait_until(world.clock.now() + timedelta(milliseconds=1))
    tick.post_now(world, own, collage(world))
    assert network.out == [1, 2]
    with pytest.raises(NotAllowed, match="is posted there"):
        resolve.retry(world, entry(world))
    assert entry(world).delivery.state is State.FAILED


def test_an_early_look_shows_what_is_out(world: World, network: Scripted) -> None:
    network.after = {1: LOST}
    tick.tick(world)
    resolve.retry(world, entry(world))
    assert delivery(world).state is State.WAITING
    tick.tick(world)
    assert network.out == [1, 2]
    assert [outcome for _, outcome in outcomes(world)] == ["sent", "sent"]


def test_an_early_look_that_shows_nothing_counts_for_nothing(
    world: World, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: LOST}
    tick.tick(world)
    before = entry(world)
    for _ in range(3):
        assert "not seen" in resolve.retry(world, entry(world))
    assert entry(world) == before
    clock.go(minutes=3)
    resolve.retry(world, entry(world))
    assert delivery(world).looks == 1
    for _ in range(3):
        resolve.retry(world, entry(world))
    assert (delivery(world).state, delivery(world).looks) == (State.UNCERTAIN, 1)
    clock.go(minutes=8)
    resolve.retry(world, entry(world))
    assert delivery(world).state is State.WAITING
    tick.tick(world)
    assert network.out == [1, 2]


def test_where_looking_does_not_tell_it_stays_and_a_person_is_asked(world: World, network: Scripted) -> None:
    in_doubt(world, network)
    assert "does not tell" in resolve.retry(world, entry(world))
    assert delivery(world).state is State.UNCERTAIN
    told = sight.of(world, "1")
    assert "a person decides" in told.ahead.words
    assert told.possible == (
        "mlcollage deliveries retry 1",
        "mlcollage deliveries resolve 1 --posted URL",
        "mlcollage deliveries resolve 1 --not-posted",
    )


@pytest.mark.parametrize("position", [1, 2])
def test_a_part_that_a_person_found_gets_its_receipt_and_the_rest_goes_out(
    world: World, network: Scripted, position: int
) -> None:
    in_doubt(world, network, position)
    told = resolve.posted(world, entry(world), ["https://x.example/found"])
    assert f"part {position} is out" in told
    tick.tick(world)
    assert network.out == [2 if position == 1 else 1]
    assert (delivery(world).state, collage(world).state) == (State.SENT, CollageState.POSTED)
    with world.database.read() as conn:
        receipts = [part.receipt.id for part in ledger.parts_of(conn, 1) if part.receipt]
        tried = lookup.attempts_of(conn, 1)
    assert receipts[position - 1] == "found"
    assert "The connection dropped. Then: tester says it is out" in [one.words for one in tried]
    assert decided(world) == ["tester posted"]


def test_a_whole_thread_that_was_posted_by_hand_is_told_at_once(world: World, network: Scripted) -> None:
    partly_urls = ["https://x.example/a", "https://x.example/b"]
    in_doubt(world, network)
    resolve.posted(world, entry(world), partly_urls)
    tick.tick(world)
    assert (delivery(world).state, network.out) == (State.SENT, [])


def test_what_goes_out_in_one_request_is_out_as_a_whole(world: World, network: Scripted) -> None:
    network.whole = True
    in_doubt(world, network)
    resolve.posted(world, entry(world), ["https://x.example/a"])
    assert (delivery(world).state, entry(world).out) == (State.SENT, 2)


def test_an_address_stands_for_one_part_only(world: World, network: Scripted) -> None:
    in_doubt(world, network, 2)
    for urls in (["https://x.example/id-1"], ["https://x.example/a", "https://x.example/b"]):
        with pytest.raises(BadInput):
            resolve.posted(world, entry(world), urls)
    with pytest.raises(BadInput, match="no part 1 that is still to come: part 2 is"):
        resolve.posted(world, entry(world), ["https://x.example/a"], 1)
    assert (delivery(world).state, entry(world).out) == (State.UNCERTAIN, 1)


def test_one_address_twice_is_refused(world: World, network: Scripted) -> None:
    in_doubt(world, network)
    with pytest.raises(BadInput, match="each part has a post of its own"):
        resolve.posted(world, entry(world), ["https://x.example/a", "https://x.example/a"])
    assert entry(world).out == 0


def test_what_a_person_did_not_find_is_sent_again(world: World, network: Scripted) -> None:
    in_doubt(world, network)
    resolve.not_posted(world, entry(world))
    tick.tick(world)
    assert network.out == [1, 2]
    assert outcomes(world)[0] == (1, "not sent")
    assert decided(world) == ["tester not posted"]


def test_only_what_may_be_out_can_be_said_not_to_be(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    with pytest.raises(NotAllowed, match="mlcollage deliveries retry 1"):
        resolve.not_posted(world, entry(world))


def test_a_collage_posted_by_hand_after_it_went_back_is_posted_with_its_number(world: World, network: Scripted) -> None:
    given_back(world, network)
    assert "barlow is posted" in resolve.posted(world, entry(world), ["https://x.example/a", "https://x.example/b"])
    after = collage(world)
    assert (after.state, after.number, after.posted_at) == (CollageState.POSTED, 1, MONDAY)
    with world.database.read() as conn:
        due_at = conn.execute(select(tables.collages.c.due_at)).scalar_one()
        assert due_at == delivery(world).due_at
    assert delivery(world).state is State.SENT


def test_a_number_that_went_to_another_collage_stays_there(world: World, network: Scripted, tmp_path: Path) -> None:
    given_back(world, network)
    own = world.config.series["mlcollage"]
    (taken,) = intake.take(world, own, [intake.from_file(write_item(tmp_path, "other"))])
    tick.post_now(world, own, taken.collage)
    assert "without its number" in resolve.posted(world, entry(world), ["https://x.example/a"])
    assert (collage(world).state, collage(world).number) == (CollageState.POSTED, None)


def test_what_is_cancelled_ends_and_its_collage_goes_back(world: World, network: Scripted) -> None:
    network.before = dict(AWAY)
    tick.tick(world)
    assert "mlcollage release barlow" in resolve.cancel(world, entry(world))
    assert (delivery(world).state, delivery(world).note) == (State.FAILED, "cancelled by tester")
    assert (collage(world).state, collage(world).number) == (CollageState.HELD, None)
    network.before = {}
    tick.tick(world)
    assert network.out == []


def test_what_is_out_of_a_cancelled_thread_stays(world: World, network: Scripted, clock: StoppedClock) -> None:
    network.before = {2: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(world)
    assert "1 of 2 parts stay out" in resolve.cancel(world, entry(world))
    clock.go(hours=2)
    tick.tick(world)
    assert network.out == [1]
    assert (collage(world).state, collage(world).number) == (CollageState.POSTED, 1)


def test_what_may_be_out_is_not_cancelled_before_that_is_known(world: World, network: Scripted) -> None:
    in_doubt(world, network)
    with pytest.raises(NotAllowed, match="say first whether it is"):
        resolve.cancel(world, entry(world))


def test_what_is_being_sent_is_left_alone(world: World, network: Scripted) -> None:
    network.before = {1: fails(Crash())}
    with pytest.raises(Crash):
        tick.tick(world)
    for step in (resolve.retry, resolve.cancel, resolve.not_posted):
        with pytest.raises(NotAllowed, match="on its way at this moment"):
            step(world, entry(world))
    with pytest.raises(NotAllowed, match="on its way at this moment"):
        resolve.posted(world, entry(world), ["https://x.example/a"])
    assert "somebody who has time until" in sight.of(world, "1").ahead.words


def test_what_is_out_is_history(world: World) -> None:
    tick.tick(world)
    for step in (resolve.retry, resolve.cancel, resolve.not_posted):
        with pytest.raises(NotAllowed, match="is out, every part of it"):
            step(world, entry(world))
    assert sight.of(world, "1").possible == ()


def frozen(world: World, network: Scripted, clock: StoppedClock) -> None:
    """Tried once, nothing of it out; then its collage was edited."""
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(world)
    item = collage(world)
    with world.database.write() as conn:
        queue.replace(conn, item, replace(item, paragraph="Something else."), item.picture, item.state)


def texts(world: World) -> str:
    with world.database.read() as conn:
        return "\n".join(part.text for part in ledger.parts_of(conn, 1))


def test_an_edit_is_shown_and_sent_only_when_a_person_says_so(
    world: World, network: Scripted, clock: StoppedClock
) -> None:
    frozen(world, network, clock)
    told = sight.of(world, "1")
    assert "Something else." in told.anew[0].text
    assert "Something else." not in told.parts[0].text
    assert "mlcollage deliveries retry 1 --edited" in told.possible
    resolve.retry(world, entry(world))
    assert sight.of(world, "1").anew
    resolve.retry(world, entry(world), edited=True)
    assert "Something else." in sight.of(world, "1").parts[0].text
    tick.tick(world)
    assert network.out == [1, 2]
    assert "Something else." in texts(world)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_thread_that_is_partly_out_is_never_composed_anew(
    world: World, network: Scripted, clock: StoppedClock, is_known: bool
) -> None:
    if is_known:
        partly_failed(world, network)
    else:
        frozen(world, network, clock)
        network.shows = {1: Receipt("id-1", "https://x.example/1", MONDAY)}
    before = texts(world)
    with pytest.raises(NotAllowed, match="part 1 is out, so the rest goes out as it was frozen"):
        resolve.retry(world, entry(world), edited=True)
    resolve.retry(world, entry(world))
    tick.tick(world)
    assert delivery(world).state is State.SENT
    assert texts(world) == before


def test_what_cannot_be_composed_anew_stays_as_it_was(world: World, network: Scripted, clock: StoppedClock) -> None:
    frozen(world, network, clock)
    item = collage(world)
    with world.database.write() as conn:
        queue.replace(conn, item, replace(item, alt=""), item.picture, item.state)
    before = entry(world)
    with pytest.raises(BadInput, match="no alt text"):
        resolve.retry(world, entry(world), edited=True)
    assert entry(world) == before
    assert "no alt text" in sight.of(world, "1").problem


def test_a_look_that_fails_is_written_down_and_nothing_changes(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    before = entry(world)
    for error in (errors.Blocked("Suspended."), KeyError("data")):
        network.on_survey = fails(error)
        with pytest.raises(Unavailable, match="stays failed: looking failed"):
            resolve.retry(world, entry(world))
    assert entry(world) == before
    assert seen(world)[-2:] == ["looking failed: Suspended.", "looking failed: 'data'."]


def test_somebody_who_was_faster_is_told_of_in_a_sentence(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    found = entry(world)

    def meanwhile() -> None:
        network.on_survey = lambda: None
        resolve.retry(world, entry(world))
        tick.tick(world)

    network.on_survey = meanwhile
    with pytest.raises(NotAllowed, match="being worked on at this moment"):
        resolve.retry(world, found)
    with pytest.raises(NotAllowed, match="being worked on at this moment"):
        resolve.cancel(world, found)
    assert (network.out, delivery(world).state) == ([1, 2], State.SENT)


def test_a_collage_that_goes_back_while_somebody_looks_is_not_sent(
    world: World, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(world)
    with world.database.write() as conn:
        conn.execute(update(tables.deliveries).values(state="failed"))
    found = entry(world)

    def meanwhile() -> None:
        with world.database.write() as conn:
            assert ledger.give_back(conn, collage(world).id, "gone")

    network.on_survey = meanwhile
    with pytest.raises(NotAllowed, match="went back to the queue"):
        resolve.retry(world, found)
    assert delivery(world).state is State.FAILED


def test_of_several_who_try_again_at_once_one_does(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    found, together, done = entry(world), threading.Barrier(4), []
    network.on_survey = lambda: (together.wait(10), None)[1]

    def again() -> None:
        with suppress(NotAllowed):
            done.append(resolve.retry(world, found))

    threads = [threading.Thread(target=again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    network.on_survey = lambda: None
    tick.tick(world)
    assert network.out == [1, 2]


def test_what_another_mode_left_is_set_aside(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    live = replace(world, rehearsal=0)
    with pytest.raises(NotAllowed, match="another mode"):
        resolve.retry(live, entry(world))
    told = sight.of(live, "1")
    assert (told.possible, told.anew) == ((), ())
    assert "set aside" in told.ahead.words


@pytest.mark.parametrize("missing", ["account", "series"])
def test_what_the_configuration_no_longer_has_is_shown_and_can_be_cancelled(
    world: World, network: Scripted, missing: str
) -> None:
    partly_failed(world, network)
    if missing == "account":
        changed = replace(world, publishers={})
    else:
        changed = replace(world, config=replace(world.config, series={"other": world.config.series["mlcollage"]}))
    assert sight.of(changed, "1").entry == entry(world)
    with pytest.raises(NotAllowed, match="is not in the configuration any more"):
        resolve.retry(changed, entry(world))
    with pytest.raises(NotAllowed, match="is not in the configuration any more"):
        resolve.posted(changed, entry(world), ["https://x.example/a"])
    resolve.cancel(changed, entry(world))
    assert delivery(world).note == "cancelled by tester"


def test_everything_tried_and_seen_stands_in_one_order(world: World, network: Scripted, clock: StoppedClock) -> None:
    in_doubt(world, network, 2)
    clock.go(minutes=1)
    resolve.not_posted(world, entry(world))
    clock.go(seconds=1)
    tick.tick(world)
    told = sight.of(world, "1")
    assert [event.kind for event in told.timeline] == ["attempt", "attempt", "look", "change", "attempt"]
    assert [event.attempt.position for event in told.timeline if event.attempt] == [1, 2, 2]
    assert sight.of(world, told.entry.delivery.key) == told


def test_two_threads_that_fail_at_the_same_moment_give_their_collage_back(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    settings = '[accounts.one]\nnetwork = "outbox"\n[accounts.two]\nnetwork = "outbox"\n'
    made = make_world(tmp_path, settings, clock=clock, url=database_url)
    networks = {"one": Scripted(), "two": Scripted()}
    world = World(made.config, made.database, clock, networks, made.rehearsal, "tester")
    intake.take(world, world.config.series["mlcollage"], [intake.from_file(write_item(tmp_path, "barlow"))])
    clock.go(days=2, hours=6)
    for network in networks.values():
        network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    tick.tick(world)
    finished = threading.Event()

    def later() -> None:
        with world.database.write() as conn:
            ledger.move(conn, entry(world, 2).delivery, State.FAILED, clock.at)
            ledger.give_back(conn, collage(world).id, "later")
            finished.set()

    other, first = threading.Thread(target=later), entry(world).delivery
    with world.database.write() as conn:
        ledger.move(conn, first, State.FAILED, clock.at)
        assert not ledger.give_back(conn, first.collage_id or 0, "earlier")
        other.start()
        # The later one may not see the end of the earlier one yet: it waits for this transaction.
        assert not finished.wait(0.3)
    other.join()
    assert (collage(world).state, collage(world).note) == (CollageState.HELD, "later")
    world.database.close()


def test_a_look_of_a_person_is_charged_as_any_other(world: World, network: Scripted) -> None:
    partly_failed(world, network)
    with world.database.write() as conn:
        conn.execute(tables.charges.delete())
    network.price = PRICES["x"]
    resolve.retry(world, entry(world))
    with world.database.read() as conn:
        assert [(one.what, one.requests) for one in charges.by_month(conn)] == [("read", 1)]


def test_a_held_account_is_named_with_the_way_to_free_it(world: World, network: Scripted) -> None:
    network.before = {1: fails(errors.Blocked("Out of credits."))}
    tick.tick(world)
    told = sight.of(world, "1")
    assert told.ahead == choices.Ahead("nothing: account outbox is held")
    assert told.possible[-1] == "mlcollage release --account outbox"


def test_lists_hold_what_is_asked_for_newest_first(world: World, network: Scripted, tmp_path: Path) -> None:
    tick.tick(world)
    own = world.config.series["mlcollage"]
    for name, error in (("second", errors.Unavailable("Away.")), ("third", errors.Rejected("No."))):
        (taken,) = intake.take(world, own, [intake.from_file(write_item(tmp_path, name))])
        network.before = {network.sends + 1: fails(error)}
        world.clock.wait_until(world.clock.now() + timedelta(milliseconds=1))
        tick.post_now(world, own, taken.collage)

    def names(*states: State, account: str | None = None, most: int = 50) -> list[str]:
        with world.database.read() as conn:
            found = lookup.listed(conn, world.rehearsal, states or lookup.UNSENT, account=account, most=most)
        return [one.name for one in found]

    assert names() == ["third", "second"]
    assert names(*State) == ["third", "second", "barlow"]
    assert names(*State, account="outbox", most=2) == ["third", "second"]
    assert names(*State, account="nobody") == []
    assert names(State.SENT) == ["barlow"]
    assert names(State.FAILED) == ["third"]
    assert names(State.WAITING) == ["second"]
    with world.database.read() as conn:
        assert series.account_ids(conn).keys() == {"outbox"}
        assert lookup.listed(conn, 0, list(State)) == []


def test_what_a_rehearsal_sent_keeps_no_collage_from_going_back(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> None:
    world = begun(tmp_path, database_url, clock, network)
    tick.tick(world)
    assert network.out == [1, 2]
    own = world.config.series["mlcollage"]
    live = replace(world, config=replace(world.config, live=True), rehearsal=0)
    clock.go(minutes=1, milliseconds=1)
    tick.tick(live)
    network.before = {3: fails(errors.Rejected("No."))}
    tick.post_now(live, own, collage(live))
    assert (collage(live).state, collage(live).number) == (CollageState.HELD, None)
    world.database.close()
