"""A slot takes what was approved, and sends it as it was approved, whatever changes around it."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event, update

from bot import config
from bot.composing import ahead
from bot.context import Context
from bot.core.collage import Collage, State
from bot.core.errors import BadInput, NotAllowed
from bot.core.notices.entry import Kind
from bot.core.per_network import OnNetwork
from bot.deciding import approvals, candidates, coming, queue_changes, resolve
from bot.deciding.approvals import Look
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures import read
from bot.scheduling import tick
from bot.storage.tables import collages
from bot.watching import briefing, outstanding, watchdog
from tests.conftest import MONDAY, StoppedClock, make_context, png, threads_out, write_item

ONE = """
live = true
[series.mlcollage]
approval = "one"
"""
FOUR_EYES = ONE.replace('"one"', '"four-eyes"')
TWO = """
live = true
[accounts.first]
network = "outbox"
folder = "outbox/first"
[accounts.second]
network = "outbox"
folder = "outbox/second"
[series.mlcollage]
approval = "one"
"""


class At(StoppedClock):
    """A clock that lets something happen at its nth look from now on: between two transactions."""

    def __init__(self) -> None:
        super().__init__(MONDAY)
        self.looks = 0
        self.then: Callable[[], None] | None = None

    def let(self, then: Callable[[], None], looks: int) -> None:
        self.then, self.looks = then, looks

    def now(self) -> datetime:
        if self.then:
            self.looks -= 1
            if self.looks <= 0:
                then, self.then = self.then, None
                then()
        return self.at


OPEN: list[Context] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Databases are closed at the end."""
    yield
    while OPEN:
        OPEN.pop().database.close()


class House:
    """A bot with a queue, and people who look at it."""

    def __init__(self, folder: Path, url: str, settings: str = ONE) -> None:
        self.folder, self.url = folder, url
        self.clock = At()
        self.context = make_context(folder, settings, self.clock, url)
        OPEN.append(self.context)
        tick.tick(self.context)

    @property
    def series(self) -> config.Series:
        return self.context.config.series["mlcollage"]

    def by(self, who: str) -> Context:
        return replace(self.context, who=who)

    def add(self, *names: str, who: str = "eve", **more: object) -> None:
        files = [accept.from_file(write_item(self.folder, name, **more)) for name in names]
        accept.take(self.by(who), self.series, files)

    def add_slides(self, *names: str) -> None:
        """Collages with a slide that is drawn with their number."""
        files = [write_item(self.folder, name, picture=None, alt=None) for name in names]
        for file in files:
            file.with_suffix(".png").unlink()
        arrivals = [accept.from_file(file) for file in files]
        numbers = accept.coming_numbers(self.context, self.series, arrivals)
        drawn = accept.drawn(self.context, self.series, arrivals, numbers)
        accept.take(self.by("eve"), self.series, drawn)

    def look(self, name: str) -> Look:
        return approvals.look(self.context, self.series, name)

    def approve(self, name: str, who: str = "ann", seen: str = "") -> None:
        approvals.approve(self.by(who), self.series, self.look(name), seen=seen)

    def edit(self, name: str, who: str = "eve", **changed: object) -> None:
        item = self.item(name)
        arrival = Arrival(replace(item, **changed))
        queue_changes.edit(self.by(who), self.series, item, arrival)

    def item(self, name: str) -> Collage:
        with self.context.read() as work:
            return work.queue.get("mlcollage", name)

    def state(self, name: str) -> State:
        return self.item(name).state

    def slot(self) -> None:
        """Let the next slot come, which is on Wednesday at 15:00."""
        self.clock.go(days=2, hours=6)
        self.tick()

    def tick(self) -> None:
        tick.tick(self.context)

    def configure(self, settings: str) -> None:
        """Start again with another configuration."""
        self.context = make_context(self.folder, settings, self.clock, self.url)
        OPEN.append(self.context)

    def template(self, text: str) -> None:
        folder = self.folder / "templates" / "posts" / "collage"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "first.txt").write_text(text, encoding="utf-8")

    def post(self, name: str) -> None:
        """Post it now; its thread is due a microsecond later."""
        tick.post_now(self.context, self.series, self.item(name))
        self.clock.go(seconds=1)
        self.tick()

    def texts(self) -> list[list[str]]:
        """The texts of the threads of collages that are out."""
        whole = [
            json.loads((place / "thread.json").read_text()) for place in threads_out(self.folder)
        ]
        return [
            [part["text"] for part in thread["parts"]]
            for thread in whole
            if thread["kind"] == "collage"
        ]

    def notices(self, kind: Kind) -> list[str]:
        with self.context.read() as work:
            found = work.notices.listed(everything=True)
        return [each.text for each in found if each.kind == kind]


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> House:
    return House(tmp_path, database_url)


def test_a_slot_passes_over_what_nobody_has_approved_and_takes_the_next(house: House) -> None:
    house.add("alpha", "beta", "gamma")
    house.approve("beta")
    house.slot()
    states = [house.state(name) for name in ("alpha", "beta", "gamma")]
    assert states == [State.READY, State.POSTED, State.READY]
    assert house.notices(Kind.APPROVAL) == [
        "The slot of mlcollage on Wednesday 2021-08-04 15:00 passed over alpha: "
        "nobody has approved it. It stays ready. Look at it and approve it: "
        "mlcollage approve alpha --series mlcollage"
    ]
    assert house.item("beta").number == 1
    house.approve("alpha")
    house.clock.go(days=7)
    house.tick()
    assert house.state("alpha") is State.POSTED


def test_where_nothing_is_approved_the_slot_is_empty_and_a_person_posts_it_then(
    house: House,
) -> None:
    house.add("alpha")
    house.slot()
    assert house.state("alpha") is State.READY
    assert house.notices(Kind.EMPTY) == [
        "The slot of mlcollage on Wednesday 2021-08-04 15:00 was empty: what is ready waits for "
        "approval (alpha). Approve one; to post it now: mlcollage post alpha --now"
    ]
    with pytest.raises(NotAllowed, match="waits for approval: nobody has approved it"):
        tick.post_now(house.context, house.series, house.item("alpha"))
    assert outstanding.is_any(house.context)
    house.approve("alpha")
    house.post("alpha")
    assert house.state("alpha") is State.POSTED
    assert len(house.texts()) == 1


def test_without_approval_in_the_configuration_ready_is_enough(
    tmp_path: Path, database_url: str
) -> None:
    house = House(tmp_path, database_url, ONE.replace('"one"', '"none"'))
    house.add("alpha")
    with pytest.raises(NotAllowed, match="wants no approval"):
        house.approve("alpha")
    house.slot()
    assert house.state("alpha") is State.POSTED
    assert not any(thread.frozen for thread in threads_of(house, "alpha"))


def threads_of(house: House, name: str) -> list:  # type: ignore[type-arg]
    with house.context.read() as work:
        return work.deliveries.of_collage(house.item(name).id)


def _alt(house: House) -> None:
    house.edit("alpha", alt="Another slide about alpha.")


def _words(house: House) -> None:
    house.edit("alpha", paragraph="Something else altogether. And more.")


def _picture(house: House) -> None:
    item = house.item("alpha")
    (house.folder / "new.png").write_bytes(png("navy", (1200, 700)))
    new = read.load(house.folder / "new.png")
    queue_changes.edit(house.context, house.series, item, Arrival(item, new))


def _template(house: House) -> None:
    house.template("Today {{ paper.title }} [{{ number }}]\n\n{{ opening }}\n\n{{ hashtag }}\n")


def _setting(house: House) -> None:
    house.configure(f'{ONE}hashtag = "#another"\n')


def _account(house: House) -> None:
    house.configure(
        f"{ONE}\n[accounts.outbox]\nnetwork = 'outbox'\n[accounts.more]\n"
        "network = 'outbox'\nfolder = 'outbox/more'\n"
    )


CHANGES = [_alt, _words, _picture, _template, _setting, _account]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_whatever_changes_what_is_sent_puts_the_approval_aside_with_a_difference(
    house: House, change: Callable[[House], None]
) -> None:
    house.add("alpha")
    house.approve("alpha")
    change(house)
    look = house.look("alpha")
    assert look.problems == ()
    assert look.waits == "what would be sent is not what ann approved"
    assert {line.sign for line in look.differences[0][1]} >= {" ", "+"}
    assert coming.look(house.context, house.series, 2).unapproved == (
        ("alpha", "what would be sent is not what ann approved"),
    )
    house.slot()
    assert house.state("alpha") is State.READY
    assert len(house.notices(Kind.APPROVAL)) == 1
    assert house.texts() == []
    with pytest.raises(NotAllowed, match="was changed since it was approved"):
        house.approve("alpha", "ben")
    house.approve("alpha", "ben", seen=look.hash[:12])
    house.post("alpha")
    assert house.state("alpha") is State.POSTED


def test_an_edit_that_changes_nothing_that_is_sent_leaves_the_approval(house: House) -> None:
    house.add("alpha")
    house.approve("alpha")
    house.edit("alpha", caption="A caption for the page")
    house.slot()
    assert house.state("alpha") is State.POSTED


def test_an_approval_counts_again_when_the_change_is_taken_back(house: House) -> None:
    house.add("alpha")
    house.approve("alpha")
    before = house.item("alpha").alt
    _alt(house)
    assert not house.look("alpha").standing.is_enough
    house.edit("alpha", alt=before)
    assert house.look("alpha").standing.is_enough


def test_the_number_of_the_slot_need_not_be_the_one_that_was_shown(house: House) -> None:
    house.add("alpha", "beta")
    house.approve("beta")
    house.approve("alpha")
    house.edit("beta", printed_number="")
    assert "[1/52]" in house.look("alpha").threads[0].parts[0].text
    queue_changes.move(
        house.context, house.series, "alpha", queue_changes.Place(queue_changes.Where.LAST)
    )
    house.slot()
    house.clock.go(days=7)
    house.tick()
    firsts = [texts[0] for texts in house.texts()]
    assert ["[1/52]" in firsts[0], "[2/52]" in firsts[1]] == [True, True]
    assert [house.item(name).number for name in ("beta", "alpha")] == [1, 2]


def test_what_a_slot_took_goes_out_as_it_was_approved_whatever_changes_until_then(
    house: House,
) -> None:
    house.add("alpha")
    house.approve("alpha")
    approved = [part.text for part in house.look("alpha").threads[0].parts]
    with house.context.write() as work:
        work.accounts.hold("outbox", "for the test")
    house.slot()
    assert house.state("alpha") is State.CLAIMED
    house.template("Other words for {{ opening }}\n")
    edited = queue_changes.edit(
        house.context,
        house.series,
        house.item("alpha"),
        Arrival(replace(house.item("alpha"), paragraph="Other words.")),
    )
    assert [thread.account for thread in edited.frozen] == ["outbox"]
    _, shown = candidates.preview(
        house.context, house.series, house.item("alpha"), house.series.accounts
    )
    assert [part.text for part in shown[0].parts] == approved
    assert shown[0].standing == "approved, and waits to be sent as it is"
    with house.context.write() as work:
        work.accounts.release("outbox")
    house.clock.go(minutes=5)
    house.tick()
    assert house.texts() == [approved]


def test_two_people_who_did_not_change_it_last_are_four_eyes(
    tmp_path: Path, database_url: str
) -> None:
    house = House(tmp_path, database_url, FOUR_EYES)
    house.add("alpha", "beta", who="ann")
    with pytest.raises(NotAllowed, match="ann changed alpha last"):
        house.approve("alpha", "ann")
    house.approve("alpha", "ben")
    house.approve("alpha", "ben")
    assert house.look("alpha").waits == "ben has approved it, and somebody else has to as well"
    house.approve("alpha", "eve")
    assert house.look("alpha").waits == ""
    # Who edits it has no voice any more, though it sends the same.
    house.edit("alpha", who="eve", caption="A caption")
    assert not house.look("alpha").standing.is_enough
    house.approve("alpha", "ann")
    house.slot()
    assert house.state("alpha") is State.POSTED


def test_several_accounts_and_one_left_out_are_approved_as_they_are(
    tmp_path: Path, database_url: str
) -> None:
    house = House(tmp_path, database_url, TWO)
    house.add("alpha", "beta")
    house.edit("beta", on=(OnNetwork("first", skip=True),))
    house.approve("alpha")
    house.approve("beta")
    sent = house.look("beta").sent
    assert sent
    assert [thread.account for thread in sent.threads] == ["second"]
    house.slot()
    house.clock.go(days=7)
    house.tick()
    places = [f"{place.parent.name}/{place.name}" for place in threads_out(tmp_path)]
    assert sorted(places) == [
        "first/2021-08-04-alpha",
        "second/2021-08-04-alpha",
        "second/2021-08-11-beta",
    ]
    assert all(thread.frozen for thread in threads_of(house, "alpha"))


def test_a_pinned_collage_that_is_not_approved_is_passed_over_and_takes_the_next_slot(
    house: House,
) -> None:
    house.add("alpha", "beta")
    queue_changes.pin(house.context, house.series, "beta", MONDAY.date().replace(day=4))
    house.approve("alpha")
    house.slot()
    assert [house.state("alpha"), house.state("beta")] == [State.POSTED, State.READY]
    house.approve("beta")
    house.clock.go(days=7)
    house.tick()
    assert house.state("beta") is State.POSTED


def test_what_was_taken_back_does_not_count_and_what_a_slot_took_cannot_be(house: House) -> None:
    house.add("alpha", "beta")
    house.approve("alpha")
    approvals.take_back(house.by("ann"), house.series, "alpha")
    with pytest.raises(NotAllowed, match="ben has approved nothing of beta"):
        approvals.take_back(house.by("ben"), house.series, "beta")
    house.approve("beta")
    house.slot()
    assert [house.state("alpha"), house.state("beta")] == [State.READY, State.POSTED]
    with pytest.raises(NotAllowed, match="history"):
        approvals.take_back(house.by("ann"), house.series, "beta")
    with house.context.read() as work:
        log = [(each.who, each.what) for each in work.log.changes("mlcollage/alpha")]
    assert log[:2] == [("ann", "take back"), ("ann", "approve")]


def test_what_cannot_go_out_cannot_be_approved(house: House) -> None:
    house.add("alpha", alt=None)
    with pytest.raises(BadInput, match="lacks alt text"):
        house.approve("alpha")


def test_an_approval_is_refused_where_the_collage_was_changed_since_it_was_looked_at(
    house: House,
) -> None:
    house.add("alpha")
    look = house.look("alpha")
    _words(house)
    with pytest.raises(NotAllowed, match="was changed or taken by somebody else at this moment"):
        approvals.approve(house.by("ann"), house.series, look)
    with house.context.read() as work:
        assert work.approvals.of(look.item.id) == []


LOOKS = range(1, 16)
"""At which look at the clock something happens while a slot is settled: before, within, after."""


def _take_back(house: House) -> None:
    with suppress(NotAllowed):
        approvals.take_back(house.by("ann"), house.series, "alpha")


@pytest.mark.parametrize("change", [_take_back, _words, _template], ids=lambda it: it.__name__[1:])
def test_whenever_something_changes_while_a_slot_is_settled_only_what_was_approved_goes_out(
    tmp_path: Path, database_url: str, change: Callable[[House], None]
) -> None:
    outcomes = set[State]()
    house = House(tmp_path, database_url)
    for place, look in enumerate(LOOKS):
        name = "alpha"
        house.add(name)
        house.approve(name)
        approved = [part.text for part in house.look(name).threads[0].parts]
        numbered = f"[{house.look(name).number}/52]"
        before = len(house.texts())
        house.clock.at = MONDAY + timedelta(days=7 * place + 2, hours=6)
        house.clock.let(partial(change, house), look)
        house.tick()
        house.clock.then = None
        new = house.texts()[before:]
        outcomes.add(house.state(name))
        assert new in ([], [approved]), (look, numbered)
        _clear(house, name)
    assert outcomes == {State.READY, State.POSTED}


def _clear(house: House, name: str) -> None:
    """Make room for the next collage of that name, with the templates as they were."""
    shutil.rmtree(house.folder / "templates", ignore_errors=True)
    item = house.item(name)
    if item.state is State.READY:
        queue_changes.remove(house.context, house.series, name)
        return
    with house.context.write() as work:
        renamed = update(collages).where(collages.c.id == item.id)
        work.conn.execute(renamed.values(name=f"{name}-{item.id}"))


def test_an_approval_that_is_given_while_the_slot_is_settled_counts_or_leaves_it_empty(
    tmp_path: Path, database_url: str
) -> None:
    outcomes = set[State]()
    house = House(tmp_path, database_url)
    for place, look in enumerate(LOOKS):
        house.add("alpha")
        house.clock.at = MONDAY + timedelta(days=7 * place + 2, hours=6)
        house.clock.let(partial(house.approve, "alpha"), look)
        house.tick()
        house.clock.then = None
        outcomes.add(house.state("alpha"))
        empty = len(house.notices(Kind.EMPTY))
        assert empty + len(house.texts()) == place + 1, look
        _clear(house, "alpha")
    assert outcomes == {State.READY, State.POSTED}


def test_the_brief_and_the_watchdog_say_early_what_waits_for_approval(house: House) -> None:
    house.add("alpha", "beta")
    watchdog.look(house.context)
    why = "before the slot of mlcollage on Wednesday 2021-08-04 15:00: nobody has approved it."
    (early,) = house.notices(Kind.APPROVAL)
    assert f"alpha waits for approval {why}" in early
    assert outstanding.is_any(house.context)
    house.clock.go(days=1, hours=7)
    briefing.give(house.context)
    (brief,) = house.notices(Kind.BRIEF)
    assert "waits for approval" in brief
    house.approve("alpha")
    with house.context.read() as work:
        (told,) = [
            each for each in work.notices.listed(everything=True) if each.kind == Kind.APPROVAL
        ]
        assert outstanding._is_over(house.context, work, told)


def test_notes_are_kept_with_person_and_time_and_never_go_out(house: House) -> None:
    house.add("alpha")
    approvals.add_note(house.by("ben"), house.series, "alpha", " Is the year right? ")
    approvals.approve(house.by("ann"), house.series, house.look("alpha"), note="It is.")
    with house.context.read() as work:
        notes = work.approvals.notes(house.item("alpha").id)
    assert [(note.who, note.text) for note in notes] == [
        ("ben", "Is the year right?"),
        ("ann", "It is."),
    ]
    house.slot()
    assert "year right" not in json.dumps(house.texts())
    with pytest.raises(BadInput, match="The note is empty"):
        approvals.add_note(house.by("ben"), house.series, "alpha", "  ")


def test_a_refused_thread_goes_out_as_it_was_approved_or_not_at_all(
    tmp_path: Path, database_url: str
) -> None:
    house = House(tmp_path, database_url, FOUR_EYES)
    house.add("alpha")
    house.approve("alpha", "ann")
    house.approve("alpha", "ben")
    with house.context.write() as work:
        work.accounts.hold("outbox", "for the test")
    house.slot()
    (thread,) = threads_of(house, "alpha")
    with house.context.read() as work:
        entry = work.lookup.entry(thread.id)
    with pytest.raises(NotAllowed, match="as it was approved, or not at all"):
        resolve.retry(house.context, entry, edited=True)
    with pytest.raises(NotAllowed, match="as it was approved, or not at all"):
        resolve.rewordable(house.context, entry, 1, is_not_posted=False)
    resolve.retry(house.context, entry)
    resolve.cancel(house.context, entry=_again(house, thread.id))
    assert house.state("alpha") is State.HELD
    queue_changes.release(house.context, house.series, "alpha")
    # What was approved is still what would be sent.
    assert house.look("alpha").standing.is_enough


def _again(house: House, delivery_id: int):  # type: ignore[no-untyped-def]
    with house.context.read() as work:
        return work.lookup.entry(delivery_id)


def test_nothing_is_asked_of_approvals_where_a_series_wants_none(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, database_url, ONE.replace('"one"', '"none"'))
    house.add("alpha", "beta")
    asked = list[str]()
    with house.context.read() as work:
        connection = work.conn.engine

    @event.listens_for(connection, "before_cursor_execute")
    def note(conn, cursor, statement, *more) -> None:  # type: ignore[no-untyped-def]
        asked.append(statement)

    coming.look(house.context, house.series, 3)
    house.slot()
    watchdog.look(house.context)
    assert asked
    assert not [statement for statement in asked if "approvals" in statement]


def test_the_trial_of_next_and_the_slot_say_the_same(house: House) -> None:
    house.add("alpha", "beta", "gamma")
    house.approve("gamma")
    found = coming.look(house.context, house.series, 1)
    (slot,) = found.slots
    assert slot.collage
    assert slot.collage.name == "gamma"
    assert [each.name for each in found.unapproved] == ["alpha", "beta"]
    (tried,) = ahead.tried(house.context, house.series, [house.item("alpha")])
    assert tried.unapproved == "nobody has approved it"
    assert tried.problems == ()
    house.slot()
    assert house.state("gamma") is State.POSTED


def test_a_slide_is_drawn_anew_with_its_number_and_stays_approved(house: House) -> None:
    house.add_slides("alpha", "beta")
    house.approve("alpha")
    house.approve("beta")
    shown = house.look("beta").threads[0].parts[0].image
    assert shown
    assert "2/52" in shown.alt
    queue_changes.move(
        house.context, house.series, "beta", queue_changes.Place(queue_changes.Where.FIRST)
    )
    assert house.look("beta").standing.is_enough
    (slot, *_) = coming.look(house.context, house.series, 2).slots
    assert slot.collage
    assert slot.collage.name == "beta"
    house.slot()
    assert house.state("beta") is State.POSTED
    with house.context.read() as work:
        (first, *_) = work.parts.of(threads_of(house, "beta")[0].id)
    assert first.image
    assert "1/52" in first.image.alt
    assert first.image.sha256 != shown.sha256


def test_another_template_of_slides_or_takeaway_puts_the_approval_aside(house: House) -> None:
    house.add_slides("alpha", "beta")
    house.approve("alpha")
    house.approve("beta")
    house.edit("alpha", slide=replace(house.item("alpha").slide, takeaways=("One thing.",)))
    assert house.look("alpha").waits
    assert not house.look("beta").waits
    house.configure(f"{ONE}slide = {{ theme = 'night' }}\n")
    assert house.look("beta").waits
    assert [each.name for each in coming.look(house.context, house.series, 2).unapproved] == [
        "alpha",
        "beta",
    ]


def test_a_slide_that_cannot_be_drawn_is_told_and_cannot_be_approved(house: House) -> None:
    house.add_slides("alpha")
    house.approve("alpha")
    house.configure(f"{ONE}slide = {{ theme = 'none-such' }}\n")
    look = house.look("alpha")
    assert "There is no theme 'none-such'" in look.problems[0]
    assert look.hash == ""
    with pytest.raises(BadInput, match="cannot be approved"):
        house.approve("alpha", "ben")
    assert coming.look(house.context, house.series, 1).unapproved == ()
