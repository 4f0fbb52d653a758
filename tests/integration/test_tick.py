"""What is due when: slots, roundups and modes as DESIGN says, on both databases."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.composing import rendering
from bot.composing.composer import Composer
from bot.config import Series
from bot.context import Context
from bot.core import errors
from bot.core.collage import Collage, State
from bot.core.delivery import Found, Look, NotSeen, Receipt, Thread
from bot.core.delivery import State as DeliveryState
from bot.core.errors import NotAllowed
from bot.core.notices.entry import Kind
from bot.core.schedule import SlotTime
from bot.deciding import queue_changes
from bot.intake import accept
from bot.publishers.protocol import Publisher, Saved
from bot.scheduling import pauses, tick
from bot.scheduling import slots as scheduling
from bot.storage import tables
from bot.storage.claims import Taken
from bot.storage.queue import Queue
from bot.storage.work import writing
from tests.conftest import ROOT, StoppedClock, lay_database, make_context, threads_out, write_item

pytestmark = pytest.mark.slow_on_postgresql

BERLIN = ZoneInfo("Europe/Berlin")
SETTINGS = 'zone = "Europe/Berlin"\n'
MONTHS = "papers-to-read-in"
FOR_EVER = datetime.max.replace(tzinfo=UTC)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


class Bot:
    """A bot that a test installs, feeds, stops and starts; its people live in Berlin."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.clock = StoppedClock(berlin("2021-08-02 11:00"))
        self.context: Context | None = None

    def start(self, settings: str = "", at: str | None = None) -> "Bot":
        """Start it anew with these settings, at that local time."""
        self.stop()
        if at:
            self.clock.at = berlin(at)
        self.context = make_context(self.folder, SETTINGS + settings, self.clock, self.url)
        return self

    def stop(self) -> None:
        if self.context:
            self.context.database.close()

    @property
    def running(self) -> Context:
        assert self.context
        return self.context

    def series(self, name: str = "mlcollage") -> Series:
        return self.running.config.series[name]

    def add(
        self, *names: str, series: str = "mlcollage", number: int | None = None, **more: object
    ) -> "Bot":
        files = [write_item(self.folder, name, **more) for name in names]
        accept.take(
            self.running,
            self.series(series),
            [replace(accept.from_file(file), number=number) for file in files],
        )
        return self

    def insist(self, *names: str) -> "Bot":
        """Make ready what cannot go out, as a change of templates would leave it."""
        for name in names:
            self.change(name, Queue.change_state, State.READY)
        return self

    def tick(self, at: str | None = None) -> list[tuple[Kind, str]]:
        """Tick at that local time; the notices nobody had heard."""
        if at:
            self.clock.at = berlin(at)
        return [(notice.kind, notice.text) for notice in tick.tick(self.running)]

    def play(self, until: str) -> list[tuple[Kind, str]]:
        """Tick whenever something is due, up to that local time."""
        heard, end = [], berlin(until)
        while self.clock.at <= end:
            heard += self.tick()
            soon = tick.next_at(self.running)
            self.clock.at = max(soon or end, self.clock.at + timedelta(seconds=30))
        self.clock.at = end
        return heard

    def collage(self, name: str, series_name: str = "mlcollage") -> Collage:
        with self.running.read() as work:
            return work.queue.get(series_name, name)

    def change(self, name: str, how: Callable[..., None], *arguments: object) -> None:
        with self.running.write() as work:
            how(work.queue, work.queue.get("mlcollage", name), *arguments)

    def states(self) -> dict[str, State]:
        with self.running.read() as work:
            found = work.conn.execute(select(tables.collages.c.name, tables.collages.c.state))
            return {row.name: State(row.state) for row in found}

    def ready(self) -> list[str]:
        with self.running.read() as work:
            return [item.name for item in work.queue.waiting("mlcollage", [State.READY])]

    def slots(self, *, everything: bool = False) -> dict[str, str]:
        """The slots decided in this mode by local time."""
        with self.running.read() as work:
            rows = work.conn.execute(select(tables.slots).order_by(tables.slots.c.due_at)).all()
        return {
            f"{row.due_at.astimezone(BERLIN):%Y-%m-%d %H:%M}": row.state
            for row in rows
            if everything or row.rehearsal == self.running.rehearsal
        }

    def out(self) -> list[str]:
        """The threads in the outbox."""
        return [place.name for place in threads_out(self.folder)]

    def pages(self) -> list[str]:
        return sorted(path.parent.name for path in (self.folder / "site").glob("*/article.md"))

    def files(self) -> dict[str, bytes]:
        found = [
            path
            for place in ("outbox", "site")
            for path in (self.folder / place).rglob("*")
            if path.is_file()
        ]
        return {str(path): path.read_bytes() for path in found}

    def numbers(self) -> dict[str, int | None]:
        """The number of every thread, by its folder."""
        found = {}
        for path in (place / "thread.json" for place in threads_out(self.folder)):
            found[path.parent.name] = json.loads(path.read_text(encoding="utf-8"))["number"]
        return dict(sorted(found.items()))

    def pause(self, at: datetime | None, until: datetime | None = None) -> None:
        with self.running.write() as work:
            work.series.pause("mlcollage", at, until)


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    """A bot started on Monday 2 August 2021, 11:00 in Berlin; its slot: Wednesdays at 15:00."""
    made = Bot(tmp_path, database_url).start()
    yield made
    made.stop()


def of(kind: Kind, heard: list[tuple[Kind, str]]) -> list[str]:
    return [text for one, text in heard if one is kind]


def one(kind: Kind, heard: list[tuple[Kind, str]]) -> str:
    texts = of(kind, heard)
    assert len(texts) == 1, heard
    return texts[0]


class Line:
    """An account at the far end of a line that fails as a test says."""

    proves_absence = False

    def __init__(self, publisher: Publisher, clock: StoppedClock) -> None:
        self.publisher, self.clock = publisher, clock
        self.answers: list[Exception] = []
        self.is_out = False
        self.count_agrees = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.publisher, name)

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        if self.answers:
            raise self.answers.pop(0)
        return self.publisher.send(thread, position, saved)

    def find(self, thread: Thread, saved: Saved) -> Look:
        receipt = Receipt("id", "https://x.example/id", self.clock.now())
        return (
            Found({part.position: receipt for part in thread.parts})
            if self.is_out
            else NotSeen(anchor_seen=False, count_agrees=self.count_agrees)
        )


def on_a_line(bot: Bot) -> Line:
    """Connect the bot's account to such a network."""
    line = Line(bot.running.publishers["outbox"], bot.clock)
    bot.context = replace(bot.running, publishers={"outbox": line})
    return line


# Slots


def test_a_slot_takes_the_next_collage_at_its_time_and_not_before(bot: Bot) -> None:
    bot.add("barlow", "moco")
    bot.tick("2021-08-04 14:58")
    assert (bot.out(), bot.slots()) == ([], {})
    bot.tick("2021-08-04 15:00")
    assert (bot.out(), bot.slots()) == (["2021-08-04-barlow"], {"2021-08-04 15:00": "claimed"})
    assert bot.states() == {"barlow": "posted", "moco": "ready"}


def test_a_tick_stays_for_what_is_due_within_a_minute(bot: Bot) -> None:
    bot.add("barlow").tick("2021-08-04 14:59:10")
    assert bot.out() == ["2021-08-04-barlow"]


def test_after_a_fresh_install_just_after_a_slot_nothing_is_due(
    tmp_path: Path, database_url: str
) -> None:
    bot = Bot(tmp_path, database_url).start(at="2021-08-04 15:00:01").add("barlow")
    assert bot.tick() == []
    assert bot.tick("2021-08-05 12:00") == []
    assert (bot.slots(), bot.out()) == ({}, [])
    bot.tick("2021-08-11 15:00")
    assert bot.slots() == {"2021-08-11 15:00": "claimed"}
    bot.stop()


def test_a_slot_exactly_when_the_series_begins_is_due(tmp_path: Path, database_url: str) -> None:
    bot = Bot(tmp_path, database_url).start(at="2021-08-04 15:00").add("barlow")
    bot.tick()
    assert bot.slots() == {"2021-08-04 15:00": "claimed"}
    bot.stop()


@pytest.mark.parametrize(
    ("changed_at", "slot", "expected"),
    [
        ("2021-08-04 10:00", "wednesday 16:00", ["2021-08-04 16:00"]),
        ("2021-08-04 10:00", "wednesday 10:00", ["2021-08-04 10:00"]),
        ("2021-08-04 10:00", "wednesday 09:00", []),
        ("2021-08-04 15:30", "wednesday 14:00", ["2021-08-04 15:00"]),
        ("2021-08-04 15:30", "wednesday 18:00", ["2021-08-04 15:00", "2021-08-04 18:00"]),
    ],
)
def test_slots_changed_on_their_own_weekday_hold_from_that_moment_on(
    bot: Bot, changed_at: str, slot: str, expected: list[str]
) -> None:
    bot.add("barlow", "moco", "byol").tick("2021-08-04 09:00")
    if berlin(changed_at) > berlin("2021-08-04 15:00"):
        bot.tick("2021-08-04 15:00")
    heard = bot.start(f'[series.mlcollage]\nslots = ["{slot}"]', at=changed_at).tick()
    assert one(Kind.CHANGED, heard).endswith(f"have changed: from now on Europe/Berlin, {slot}.")
    bot.play("2021-08-05 12:00")
    assert bot.slots() == dict.fromkeys(expected, "claimed")
    bot.play("2021-08-12 12:00")
    assert list(bot.slots()) == [*expected, f"2021-08-11 {slot[-5:]}"]


def test_slots_of_another_zone_hold_from_the_change_on(bot: Bot) -> None:
    bot.add("barlow", "moco").tick("2021-08-04 15:00")
    bot.start('[series.mlcollage]\nzone = "America/New_York"', at="2021-08-04 15:10").tick()
    bot.play("2021-08-05 12:00")
    assert list(bot.slots()) == ["2021-08-04 15:00", "2021-08-04 21:00"]


def test_of_several_late_slots_the_newest_goes_out_and_the_rest_are_missed(bot: Bot) -> None:
    heard = bot.add("barlow", "moco").tick("2021-08-26 10:00")
    missed = ["2021-08-04 15:00", "2021-08-11 15:00", "2021-08-18 15:00"]
    assert bot.slots() == dict.fromkeys(missed, "missed") | {"2021-08-25 15:00": "claimed"}
    assert bot.out() == ["2021-08-25-barlow"]
    assert of(Kind.MISSED, heard) == [
        f"The slot of mlcollage on Wednesday {slot} was missed: nothing went out. "
        "The queue goes on with the next slot; to post now: mlcollage post NAME --now"
        for slot in missed
    ]


@pytest.mark.parametrize(
    ("late", "state"),
    [
        ("2021-08-06 15:00", "claimed"),
        ("2021-08-06 15:00:01", "missed"),
        ("2021-08-09 09:00", "missed"),
    ],
)
def test_a_slot_later_than_the_limit_is_missed(bot: Bot, late: str, state: str) -> None:
    heard = bot.add("barlow").tick(late)
    assert bot.slots() == {"2021-08-04 15:00": state}
    assert len(of(Kind.MISSED, heard)) == (state == "missed")
    assert bot.out() == ["2021-08-04-barlow"] * (state == "claimed")


def test_a_missed_slot_is_missed_once_and_for_all(bot: Bot) -> None:
    bot.add("barlow").tick("2021-08-07 09:00")
    assert bot.tick() == []
    assert bot.start("lateness = '30d'\n".join(["[series.mlcollage]\n", ""])).tick() == []
    assert bot.slots() == {"2021-08-04 15:00": "missed"}


def test_an_empty_slot_is_final(bot: Bot) -> None:
    heard = bot.tick("2021-08-04 15:00")
    assert one(Kind.EMPTY, heard) == (
        "The slot of mlcollage on Wednesday 2021-08-04 15:00 was empty: no collage is ready. "
        "What each one lacks: mlcollage list"
    )
    assert bot.add("barlow").tick("2021-08-04 15:05") == []
    bot.play("2021-08-11 15:00")
    assert bot.slots() == {"2021-08-04 15:00": "empty", "2021-08-11 15:00": "claimed"}
    assert bot.out() == ["2021-08-11-barlow"]


def test_drafts_and_held_collages_leave_a_slot_empty(bot: Bot) -> None:
    bot.add("barlow", year=None).add("moco")
    bot.change("moco", Queue.change_state, State.HELD)
    bot.tick("2021-08-04 15:00")
    assert bot.slots() == {"2021-08-04 15:00": "empty"}


def skip(bot: Bot, day: str, *times: str) -> None:
    on = date.fromisoformat(day)
    with bot.running.write() as work:
        for at in times:
            work.slots.skip("mlcollage", SlotTime(berlin(f"{day} {at}"), on))


def test_a_skipped_slot_passes_without_a_word_and_the_queue_waits(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino")
    skip(bot, "2021-08-04", "15:00")
    assert bot.tick("2021-08-04 15:00") == []
    assert bot.play("2021-08-11 15:00") == []
    assert bot.slots() == {"2021-08-04 15:00": "skipped", "2021-08-11 15:00": "claimed"}
    assert bot.out() == ["2021-08-11-barlow"]


def test_a_blackout_day_has_no_slot_even_when_it_is_over(bot: Bot) -> None:
    dark = '[series.mlcollage]\nblackout = ["2021-08-04..2021-08-11"]'
    bot.start(dark).add("barlow", "moco", "byol", "simclr", "dino").tick()
    bot.play("2021-08-12 12:00")
    assert (bot.slots(), bot.out()) == ({}, [])
    heard = bot.start(at="2021-08-12 13:00").play("2021-08-18 15:00")
    assert of(Kind.MISSED, heard) == []
    assert bot.slots() == {"2021-08-18 15:00": "claimed"}


# Pins


def pin(bot: Bot, name: str, day: str) -> None:
    bot.change(name, Queue.pin, date.fromisoformat(day))


def test_a_pinned_collage_goes_out_on_its_day_and_not_before(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol")
    pin(bot, "barlow", "2021-08-11")
    bot.play("2021-08-19 12:00")
    assert bot.out() == ["2021-08-04-moco", "2021-08-11-barlow", "2021-08-18-byol"]


def test_a_pinned_collage_jumps_the_queue_on_its_day(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol")
    pin(bot, "byol", "2021-08-11")
    bot.play("2021-08-19 12:00")
    assert bot.out() == ["2021-08-04-barlow", "2021-08-11-byol", "2021-08-18-moco"]
    assert bot.collage("byol").pinned_on is None


def test_while_everything_is_pinned_to_later_days_a_slot_is_empty(bot: Bot) -> None:
    bot.add("barlow")
    pin(bot, "barlow", "2021-08-11")
    bot.play("2021-08-12 12:00")
    assert bot.slots() == {"2021-08-04 15:00": "empty", "2021-08-11 15:00": "claimed"}


def test_a_pinned_collage_whose_slot_was_missed_is_back_in_its_place(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr")
    pin(bot, "moco", "2021-08-04")
    heard = bot.tick("2021-08-09 09:00")
    assert one(Kind.MISSED, heard) == (
        "The slot of mlcollage on Wednesday 2021-08-04 15:00 was missed: nothing went out. "
        "moco, pinned to that day, is back in its place in the queue."
    )
    assert bot.ready() == ["barlow", "moco", "byol", "simclr"]
    assert bot.collage("moco").pinned_on is None
    bot.play("2021-08-19 12:00")
    assert bot.out() == ["2021-08-11-barlow", "2021-08-18-moco"]


def test_of_late_slots_the_newest_takes_the_one_that_was_pinned_to_a_missed_one_if_it_is_first(
    bot: Bot,
) -> None:
    bot.add("barlow", "moco")
    pin(bot, "barlow", "2021-08-04")
    bot.tick("2021-08-12 09:00")
    assert bot.out() == ["2021-08-11-barlow"]


def test_a_pinned_collage_whose_slot_was_paused_is_back_in_its_place(bot: Bot) -> None:
    bot.add("barlow", "moco")
    pin(bot, "moco", "2021-08-04")
    bot.pause(bot.clock.now())
    assert one(Kind.MISSED, bot.tick("2021-08-04 15:00")) == (
        "The slot of mlcollage on Wednesday 2021-08-04 15:00 was paused: nothing went out. "
        "moco, pinned to that day, is back in its place in the queue."
    )
    assert bot.collage("moco").pinned_on is None


def test_a_pinned_collage_whose_slot_was_skipped_goes_out_in_its_place(bot: Bot) -> None:
    bot.add("barlow", "moco")
    pin(bot, "moco", "2021-08-04")
    skip(bot, "2021-08-04", "15:00")
    bot.play("2021-08-19 12:00")
    assert bot.out() == ["2021-08-11-barlow", "2021-08-18-moco"]


TWICE = '[series.mlcollage]\nslots = ["wednesday 09:00", "wednesday 15:00"]'


def test_a_pin_to_a_day_with_two_slots_holds_while_one_of_them_is_to_come(bot: Bot) -> None:
    bot.start(TWICE).add("barlow", "moco", "byol", "simclr").tick()
    pin(bot, "moco", "2021-08-04")
    heard = bot.tick("2021-08-04 16:00")
    assert bot.slots() == {"2021-08-04 09:00": "missed", "2021-08-04 15:00": "claimed"}
    assert "moco" not in one(Kind.MISSED, heard)
    assert bot.out() == ["2021-08-04-moco"]


def test_a_pin_to_a_day_with_two_slots_is_off_when_both_are_missed(bot: Bot) -> None:
    bot.start(TWICE).add("barlow", "moco").tick()
    pin(bot, "moco", "2021-08-04")
    missed = of(Kind.MISSED, bot.tick("2021-08-08 16:00"))
    assert ["moco" in text for text in missed] == [False, True]


# Pauses


def test_a_paused_series_posts_nothing_until_it_is_resumed(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino", "swav")
    bot.pause(bot.clock.now())
    assert bot.play("2021-08-12 12:00") == []
    assert bot.slots() == {"2021-08-04 15:00": "paused", "2021-08-11 15:00": "paused"}
    pauses.resume(bot.running, bot.series())
    bot.play("2021-08-19 12:00")
    assert bot.out() == ["2021-08-18-barlow"]


def test_a_pause_ends_by_itself_on_its_day(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino", "swav")
    bot.pause(bot.clock.now(), berlin("2021-08-11 00:00"))
    bot.play("2021-08-12 12:00")
    assert bot.slots() == {"2021-08-04 15:00": "paused", "2021-08-11 15:00": "claimed"}


def test_a_slot_at_the_instant_a_pause_ends_is_not_paused(bot: Bot) -> None:
    bot.start('[series.mlcollage]\nslots = ["wednesday 00:00"]').add("barlow", "moco").tick()
    bot.pause(bot.clock.now(), berlin("2021-08-11 00:00"))
    bot.play("2021-08-12 12:00")
    assert bot.slots() == {"2021-08-04 00:00": "paused", "2021-08-11 00:00": "claimed"}


def test_slots_that_fell_into_a_pause_while_nothing_ran_stay_paused(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino", "swav")
    bot.pause(bot.clock.now(), berlin("2021-08-12 00:00"))
    assert bot.tick("2021-08-12 09:00") == []
    assert bot.slots() == {"2021-08-04 15:00": "paused", "2021-08-11 15:00": "paused"}
    assert bot.out() == []


def test_resuming_after_a_pause_that_nothing_looked_at_posts_nothing_late(bot: Bot) -> None:
    bot.add("barlow", "moco")
    pin(bot, "moco", "2021-08-11")
    bot.pause(bot.clock.now())
    bot.clock.at = berlin("2021-08-11 16:00")
    pauses.resume(bot.running, bot.series())
    assert "moco, pinned to that day, is back" in one(Kind.MISSED, bot.tick())
    assert bot.slots() == {"2021-08-04 15:00": "paused", "2021-08-11 15:00": "paused"}
    assert bot.out() == []


@pytest.mark.parametrize("resumed", [False, True])
def test_a_slot_before_the_pause_that_nothing_looked_at_is_missed_and_heard_of(
    bot: Bot, resumed: bool
) -> None:
    bot.add("barlow")
    bot.clock.at = berlin("2021-08-04 16:00")
    bot.pause(bot.clock.now())
    bot.clock.at = berlin("2021-08-04 17:00")
    if resumed:
        pauses.resume(bot.running, bot.series())
    assert "Wednesday 2021-08-04 15:00 was missed" in one(Kind.MISSED, bot.tick())
    assert (bot.slots(), bot.out()) == ({"2021-08-04 15:00": "missed"}, [])


# What cannot be composed


def test_a_collage_whose_title_does_not_fit_is_held_and_the_next_one_taken(bot: Bot) -> None:
    bot.add("barlow", title='"' + "word " * 60 + '"').insist("barlow").add("moco")
    heard = bot.tick("2021-08-04 15:00")
    said = one(Kind.HELD, heard)
    assert said.startswith(
        "barlow is held, and its slot passes over it: barlow for outbox: its first part"
    )
    assert said.endswith("Then: mlcollage release barlow")
    assert bot.states() == {"barlow": "held", "moco": "posted"}
    assert bot.numbers() == {"2021-08-04-moco": 1}
    assert bot.collage("barlow").note


def test_a_title_that_just_fits_beside_its_number_goes_out(bot: Bot) -> None:
    bot.add("barlow")
    item, composer = bot.collage("barlow"), Composer.of(bot.running, "mlcollage", "outbox")

    def titled(length: int) -> Collage:
        return replace(item, paper=replace(item.paper, title="w" * length))

    fitting = (titled(length) for length in range(280, 0, -1))
    longest = next(one for one in fitting if not composer.collage_shown(one, 1).problems)
    assert composer.collage_shown(longest, 2021).problems
    bot.change("barlow", Queue.replace, longest, item.picture, State.READY)
    assert not of(Kind.HELD, bot.tick("2021-08-04 15:00"))
    assert bot.numbers() == {"2021-08-04-barlow": 1}


def test_a_collage_whose_alt_text_is_too_long_is_held_and_the_next_one_taken(bot: Bot) -> None:
    bot.add("barlow", "moco")
    item = bot.collage("barlow")
    bot.change("barlow", Queue.replace, replace(item, alt="a" * 1_001), item.picture, State.READY)
    heard = bot.tick("2021-08-04 15:00")
    assert "its alt text has 1,001 of at most 1,000 characters" in one(Kind.HELD, heard)
    assert bot.states() == {"barlow": "held", "moco": "posted"}


def test_when_nothing_can_be_composed_the_slot_is_empty(bot: Bot) -> None:
    bot.add("barlow", title='"' + "word " * 60 + '"').insist("barlow")
    heard = bot.tick("2021-08-04 15:00")
    assert [kind for kind, _ in heard] == [Kind.HELD, Kind.EMPTY]
    assert bot.slots() == {"2021-08-04 15:00": "empty"}


def test_a_collage_is_taken_only_if_all_its_accounts_can_have_it(bot: Bot) -> None:
    both = (
        '[accounts.long]\nnetwork = "outbox"\nfolder = "outbox/long"\nlike = "mastodon"\n'
        '[accounts.short]\nnetwork = "outbox"\nfolder = "outbox/short"\nlike = "x"\n'
    )
    bot.start(both).add("barlow", title='"' + "word " * 50 + '"').insist("barlow").add("moco")
    bot.tick("2021-08-04 15:00")
    assert bot.states() == {"barlow": "held", "moco": "posted"}
    threads = threads_out(bot.folder)
    assert {path.name for path in threads} == {"2021-08-04-moco"}


@pytest.mark.parametrize(
    "source",
    [
        "{{ paper.title|truncate(2) }}",
        "{{ 1|round(100000000, 'ceil') }}",
        "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}"
        "{% endfor %}{{ n.s }}",
        "{{ 'x' * 10 ** 9 }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in [1] %}" * 25 + "{% endfor %}" * 25,
        "{% include 'posts/collage/first.txt' %}",
        "{{ '\\u0007' }}",
    ],
)
def test_whatever_a_text_in_an_item_raises_holds_it_and_the_next_one_is_taken(
    tmp_path: Path, source: str
) -> None:
    bot = Bot(tmp_path, lay_database(tmp_path / "queue.db")).start()
    bot.add("barlow", thread=f'["#mlcollage", {json.dumps(source)}]').insist("barlow").add("moco")
    heard = bot.tick("2021-08-04 15:00")
    assert "its slot passes over it: Template barlow, entry 2 of its thread" in one(
        Kind.HELD, heard
    ).replace("There is no template posts/collage/first.txt, which ", "Template ")
    assert bot.states() == {"barlow": "held", "moco": "posted"}
    assert bot.out() == ["2021-08-04-moco"]
    bot.stop()


def test_where_the_process_that_fills_templates_cannot_start_the_slot_waits_and_nothing_is_held(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.add("barlow", thread='["{{ number|upper }} #mlcollage"]')
    rendering._filler.stop()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/nowhere/python")
        assert bot.tick("2021-08-04 15:00") == []
        assert (bot.states(), bot.slots()) == ({"barlow": "ready"}, {})
    assert of(Kind.HELD, bot.tick("2021-08-04 15:10")) == []
    assert bot.out() == ["2021-08-04-barlow"]


def test_where_it_cannot_start_a_thread_that_was_claimed_is_tried_again(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.add("barlow", thread='["{{ number|upper }} #mlcollage"]')
    with bot.running.write() as work:
        work.accounts.hold("outbox", "on holiday")
    bot.tick("2021-08-04 15:00")
    with bot.running.write() as work:
        work.accounts.release("outbox")
    rendering._filler.stop()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/nowhere/python")
        bot.tick("2021-08-04 15:10")
        assert (bot.states(), bot.out()) == ({"barlow": "claimed"}, [])
    bot.play("2021-08-04 16:00")
    assert bot.out() == ["2021-08-04-barlow"]


# Numbers


def test_numbers_begin_anew_with_the_year_of_the_slots_own_day(
    tmp_path: Path, database_url: str
) -> None:
    slot = '[series.mlcollage]\nslots = ["friday 00:30"]'
    bot = Bot(tmp_path, database_url).start(slot, at="2021-12-20 12:00")
    bot.add("barlow", "moco", "byol", "simclr")
    # Half past midnight on 31 December and on 7 January: in UTC still the day before.
    bot.play("2022-01-15 12:00")
    assert bot.numbers() == {
        "2021-12-24-barlow": 1,
        "2021-12-31-moco": 2,
        "2021-12-31-roundup-2022-01": None,
        "2022-01-07-byol": 1,
        "2022-01-14-simclr": 2,
    }
    bot.stop()


def test_numbers_may_go_on_for_ever_from_any_first_one(tmp_path: Path, database_url: str) -> None:
    numbering = '[series.mlcollage.numbering]\nrestart = "never"\nfirst = 29'
    bot = (
        Bot(tmp_path, database_url)
        .start(numbering, at="2021-12-20 12:00")
        .add("barlow", "moco", "byol")
    )
    bot.play("2022-01-06 12:00")
    assert [number for number in bot.numbers().values() if number] == [29, 30, 31]
    bot.stop()


def test_a_first_number_holds_for_every_year(tmp_path: Path, database_url: str) -> None:
    numbering = "[series.mlcollage.numbering]\nfirst = 0"
    bot = (
        Bot(tmp_path, database_url)
        .start(numbering, at="2021-12-20 12:00")
        .add("barlow", "moco", "byol")
    )
    bot.play("2022-01-06 12:00")
    assert [number for number in bot.numbers().values() if number is not None] == [0, 1, 0]
    bot.stop()


def test_a_kept_number_is_taken_and_the_others_count_on_behind_it(bot: Bot) -> None:
    bot.add("barlow", number=29).add("moco", number=31).add("byol")
    bot.play("2021-08-19 12:00")
    assert bot.numbers() == {"2021-08-04-barlow": 29, "2021-08-11-moco": 31, "2021-08-18-byol": 32}


def test_a_kept_number_that_is_taken_holds_its_collage(bot: Bot) -> None:
    bot.add("barlow").tick("2021-08-04 15:00")
    bot.add("moco", number=1).add("byol")
    assert bot.collage("moco").note.startswith("moco cannot have the number 1: it is barlow's")
    bot.insist("moco")
    heard = bot.play("2021-08-12 12:00")
    assert "its number 1 is barlow's already" in one(Kind.HELD, heard)
    assert bot.numbers() == {"2021-08-04-barlow": 1, "2021-08-11-byol": 2}
    assert "mlcollage number moco --off" in one(Kind.HELD, heard)
    queue_changes.keep_number(bot.running, bot.series(), "moco", 7)
    queue_changes.release(bot.running, bot.series(), "moco")
    bot.play("2021-08-18 16:00")
    assert bot.numbers()["2021-08-18-moco"] == 7


def test_what_is_on_its_way_or_out_keeps_its_number(bot: Bot) -> None:
    bot.add("barlow").tick("2021-08-04 15:00")
    with pytest.raises(NotAllowed, match="is posted"):
        queue_changes.keep_number(bot.running, bot.series(), "barlow", 7)


def test_the_number_of_a_collage_that_surely_failed_is_free_again(bot: Bot) -> None:
    bot.add("barlow", "moco")
    line = on_a_line(bot)
    line.answers, line.count_agrees = [errors.Rejected("Too rude.")], True
    heard = bot.tick("2021-08-04 15:00")
    assert "barlow is held and its number free again: nothing of it is out. Too rude." in one(
        Kind.HELD, heard
    )
    bot.tick("2021-08-11 15:00")
    assert (bot.collage("barlow").number, bot.collage("moco").number) == (None, 1)


def test_two_years_may_hold_the_same_number_and_the_newest_is_meant(
    tmp_path: Path, database_url: str
) -> None:
    bot = Bot(tmp_path, database_url).start(at="2021-12-28 12:00").add("barlow", "moco")
    bot.play("2022-01-06 12:00")
    assert [bot.collage(name).number for name in ("barlow", "moco")] == [1, 1]
    assert bot.collage("1").name == "moco"
    bot.stop()


# Running dry


def test_the_queue_is_said_to_run_dry_some_weeks_before(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino")
    assert bot.play("2021-08-12 12:00") == []
    assert one(Kind.DRY, bot.tick("2021-08-18 15:00")) == (
        "mlcollage is running dry: 2 collages for 3 slots in the next 21 days."
    )
    assert "1 collage for 3 slots" in one(Kind.DRY, bot.tick("2021-08-25 15:00"))
    assert bot.tick() == []


# Roundups


def test_a_roundup_goes_out_at_the_months_end_with_what_was_posted(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino")
    heard = bot.play("2021-09-30 12:00")
    assert one(Kind.ROUNDUP, heard) == (
        "The roundup 2021-09 is out: Four Deep Learning Papers to Read in September 2021, "
        f"https://example.org/mlcollage/four-deep-learning-{MONTHS}-september-2021/"
    )
    assert bot.pages() == [f"four-deep-learning-{MONTHS}-september-2021"]
    assert [bot.collage(name).roundup for name in ("barlow", "simclr", "dino")] == [
        "2021-09",
        "2021-09",
        "",
    ]


def test_a_roundup_missed_because_nothing_ran_is_made_at_the_next_start_and_once(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol").play("2021-08-12 12:00")
    heard = bot.start(at="2021-09-14 08:00").tick()
    assert one(Kind.ROUNDUP, heard).startswith(
        "The roundup 2021-09 is out: Two Deep Learning Papers"
    )
    assert bot.pages() == [f"two-deep-learning-{MONTHS}-september-2021"]
    assert "2021-08-31-roundup-2021-09" in bot.out()
    assert of(Kind.ROUNDUP, bot.start().tick()) == []
    assert len([name for name in bot.out() if "roundup" in name]) == 1


def test_several_missed_roundups_are_made_in_order(bot: Bot) -> None:
    bot.add("barlow", "moco").play("2021-08-05 12:00")
    heard = bot.start(at="2021-11-05 08:00").tick()
    kinds = [(kind, text[:30]) for kind, text in heard if kind in {Kind.ROUNDUP, Kind.NO_ROUNDUP}]
    assert kinds == [
        (Kind.NO_ROUNDUP, "There is no roundup 2021-10 of"),
        (Kind.NO_ROUNDUP, "There is no roundup 2021-11 of"),
        (Kind.ROUNDUP, "The roundup 2021-09 is out: On"),
    ]


def test_a_month_in_which_nothing_went_out_has_no_roundup_and_a_notice(bot: Bot) -> None:
    heard = bot.play("2021-08-31 18:00")
    assert "There is no roundup 2021-09 of mlcollage" in one(Kind.NO_ROUNDUP, heard)
    assert (bot.pages(), bot.out()) == ([], [])
    with bot.running.read() as work:
        assert work.roundups.listed("mlcollage") == []
    assert bot.tick() == []


def test_a_collage_due_at_the_very_moment_is_in_the_roundup(bot: Bot) -> None:
    bot.start('[series.mlcollage]\nslots = ["tuesday 18:00"]').tick()
    bot.add("barlow", "moco", "byol", "simclr", "dino", "swav")
    bot.play("2021-08-31 18:00")
    assert bot.pages() == [f"five-deep-learning-{MONTHS}-september-2021"]


def uncertain_in_august(bot: Bot) -> Line:
    """Three posts are out, and whether the fourth, of 25 August, is, nobody knows."""
    bot.add("barlow", "moco", "byol", "simclr", "dino", "swav", "beit", "mae", "data")
    line = on_a_line(bot)
    bot.play("2021-08-24 12:00")
    line.answers = [errors.Uncertain("The line went dead.")]
    bot.play("2021-08-31 17:00")
    assert bot.states()["simclr"] == "claimed"
    return line


def made(bot: Bot) -> list[str]:
    with bot.running.read() as work:
        return [roundup.title_month for roundup in work.roundups.listed("mlcollage")]


def test_a_roundup_waits_for_what_may_be_out_but_no_longer_than_a_day(bot: Bot) -> None:
    uncertain_in_august(bot)
    bot.tick("2021-08-31 18:00")
    assert made(bot) == []
    bot.tick("2021-09-01 17:58")
    assert made(bot) == []
    bot.tick("2021-09-01 18:00")
    assert made(bot) == ["2021-09"]
    assert [bot.collage(name).roundup for name in ("barlow", "byol", "simclr")] == [
        "2021-09",
        "2021-09",
        "",
    ]


def test_a_later_roundup_is_not_made_before_one_that_waits(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.start('[series.mlcollage.roundup]\nwait = "1440h"')
    line = uncertain_in_august(bot)
    send = line.send

    def meanwhile(*arguments: Any) -> dict[int, Receipt]:
        """Somebody says that the fourth is out, while September's last thread is being sent."""
        receipt = Receipt("id", "https://x.example/id", bot.clock.now())
        with writing(bot.running.database, FOR_EVER, bot.running.rehearsal) as work:
            for doubtful in work.deliveries.uncertain(1):
                work.parts.record(doubtful, {1: receipt})
                work.deliveries.move(doubtful, DeliveryState.SENT)
        return send(*arguments)

    monkeypatch.setattr(line, "send", meanwhile)
    bot.tick("2021-09-30 18:00")
    bot.tick("2021-09-30 18:01")
    assert sorted(made(bot)) == ["2021-09", "2021-10"]
    assert [bot.collage(name).roundup for name in ("simclr", "dino")] == ["2021-09", "2021-10"]


def test_a_bot_knows_when_the_waiting_of_a_roundup_ends(bot: Bot) -> None:
    uncertain_in_august(bot)
    # The second time the hourly lookup is over, and the next one is tomorrow's.
    for at in ("2021-09-01 15:30", "2021-09-01 16:30"):
        bot.clock.at = berlin(at)
        bot.tick()
    assert tick.next_at(bot.running) == berlin("2021-09-01 18:00")


def settle(bot: Bot, line: Line) -> None:
    """The people have looked: it is out."""
    line.is_out = True
    with writing(bot.running.database, FOR_EVER, bot.running.rehearsal) as work:
        (doubtful,) = work.deliveries.uncertain(1)
        work.deliveries.look_again(doubtful, bot.clock.now(), 0, "")


def test_what_clears_up_while_the_roundup_waits_is_in_it(bot: Bot) -> None:
    line = uncertain_in_august(bot)
    bot.tick("2021-08-31 20:00")
    settle(bot, line)
    bot.tick("2021-08-31 20:01")
    assert made(bot) == ["2021-09"]
    assert bot.collage("simclr").roundup == "2021-09"


def test_what_clears_up_later_goes_into_the_next_roundup(bot: Bot) -> None:
    line = uncertain_in_august(bot)
    bot.play("2021-09-02 12:00")
    settle(bot, line)
    bot.play("2021-09-30 18:00")
    with bot.running.read() as work:
        held = {
            one.title_month: [item.name for item in work.queue.in_roundup(one.id)]
            for one in work.roundups.listed("mlcollage")
        }
    assert held == {
        "2021-10": ["simclr", "dino", "swav", "beit", "mae", "data"][: len(held["2021-10"])],
        "2021-09": ["barlow", "moco", "byol"],
    }
    assert len(held["2021-10"]) == 6


def test_a_roundup_waits_for_a_thread_that_another_host_is_sending(bot: Bot) -> None:
    # No lease is longer than this: a longer one would be a wrong clock's.
    bot.start('[delivery]\nlease = "10d"')
    bot.add("barlow", "moco", "byol", "simclr").play("2021-08-24 12:00")
    line = on_a_line(bot)
    line.count_agrees = True
    line.answers = [errors.Unavailable(retry_at=berlin("2021-08-25 16:00"))]
    bot.tick("2021-08-25 15:00")
    at, until = berlin("2021-08-25 16:00"), berlin("2021-09-03 16:00")
    with writing(bot.running.database, at, bot.running.rehearsal) as work:
        assert work.deliveries.claim(1, until - at)
    bot.play("2021-09-01 17:00")
    assert (bot.states()["simclr"], made(bot)) == ("claimed", [])
    bot.play("2021-09-01 18:00")
    assert made(bot) == ["2021-09"]


def test_ticking_again_changes_no_byte_and_sends_no_second_thread(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr").play("2021-08-31 18:00")
    before, states = bot.files(), bot.states()
    assert len(before) > 20
    for settings in ("", 'live = false\n[delivery]\nlease = "3m"'):
        bot.start(settings)
        assert bot.tick() == []
        assert (bot.files(), bot.states()) == (before, states)


# Rehearsals


LIVE, REHEARSED = "live = true\n", "live = false\n"


def test_when_a_rehearsal_ends_everything_of_it_is_set_aside(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino")
    pin(bot, "dino", "2021-08-11")
    bot.play("2021-08-31 18:00")
    assert bot.ready() == ["simclr"]
    heard = bot.start(LIVE, at="2021-09-06 12:00").tick()
    assert heard == [
        (
            Kind.REHEARSAL,
            "The rehearsal has ended: 4 collages are ready again, what it made is set aside. "
            "It is live.",
        )
    ]
    assert bot.ready() == ["barlow", "moco", "byol", "simclr", "dino"]
    back = [bot.collage(name) for name in bot.ready()]
    assert {(item.number, item.posted_at, item.roundup) for item in back} == {(None, None, "")}
    assert bot.slots() == {}
    assert len(bot.slots(everything=True)) == 4
    with bot.running.read() as work:
        for table in (tables.slots, tables.deliveries, tables.roundups):
            assert set(work.conn.execute(select(table.c.rehearsal)).scalars()) == {1}
        assert set(work.conn.execute(select(tables.collages.c.rehearsal)).scalars()) == {0}
        assert work.roundups.listed("mlcollage") == []


def test_after_a_rehearsal_slots_and_numbers_start_from_that_moment(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino").play("2021-08-31 18:00")
    bot.start(LIVE, at="2021-09-06 12:00").play("2021-09-30 18:00")
    live = {name: number for name, number in bot.numbers().items() if name >= "2021-09"}
    assert live == {
        "2021-09-08-barlow": 1,
        "2021-09-15-moco": 2,
        "2021-09-22-byol": 3,
        "2021-09-29-simclr": 4,
        "2021-09-30-roundup-2021-10": None,
    }
    assert [bot.collage(name).roundup for name in ("barlow", "dino")] == ["2021-10", ""]


def test_a_slot_that_passed_before_the_bot_went_live_is_not_due(bot: Bot) -> None:
    bot.add("barlow").tick()
    assert of(Kind.MISSED, bot.start(LIVE, at="2021-08-04 15:00:01").tick()) == []
    assert bot.slots() == {}
    bot.tick("2021-08-11 15:00")
    assert bot.slots() == {"2021-08-11 15:00": "claimed"}


def test_threads_of_a_rehearsal_that_were_on_their_way_are_not_sent_live(bot: Bot) -> None:
    bot.add("barlow", "moco")
    on_a_line(bot).answers = [errors.Unavailable(), errors.Unavailable()]
    bot.tick("2021-08-04 15:00")
    assert bot.states() == {"barlow": "claimed", "moco": "ready"}
    bot.start(LIVE, at="2021-08-04 15:30").tick()
    bot.play("2021-08-05 12:00")
    assert bot.out() == []
    assert bot.ready() == ["barlow", "moco"]


def test_what_a_rehearsal_took_keeps_its_place_among_what_was_moved_meanwhile(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino")
    pin(bot, "byol", "2021-08-04")
    bot.tick("2021-08-04 15:00")
    for name in ("simclr", "dino"):
        with bot.running.write() as work:
            work.queue.move(
                work.queue.get("mlcollage", name), before=work.queue.get("mlcollage", "moco")
            )
    bot.start(LIVE, at="2021-08-04 16:00").tick()
    assert bot.ready() == ["barlow", "simclr", "dino", "moco", "byol"]


def test_what_was_posted_live_survives_a_rehearsal_in_between(bot: Bot) -> None:
    bot.start(LIVE).add("barlow", "moco", "byol", "simclr", "dino").play("2021-08-12 12:00")
    bot.start(REHEARSED, at="2021-08-13 12:00").play("2021-09-02 12:00")
    assert bot.pages() == [f"four-deep-learning-{MONTHS}-september-2021"]
    heard = bot.start(LIVE, at="2021-09-03 12:00").tick()
    assert "3 collages are ready again" in one(Kind.REHEARSAL, heard)
    bot.play("2021-09-30 18:00")
    names = ("barlow", "moco", "byol", "simclr", "dino")
    assert [bot.collage(name).roundup for name in names] == ["2021-09"] * 2 + ["2021-10"] * 3
    assert [bot.collage(name).number for name in names] == [1, 2, 3, 4, 5]


def test_a_second_rehearsal_is_set_aside_like_the_first(bot: Bot) -> None:
    bot.add("barlow", "moco").tick("2021-08-04 15:00")
    bot.start(LIVE, at="2021-08-05 12:00").tick()
    bot.start(REHEARSED, at="2021-08-06 12:00").tick("2021-08-11 15:00")
    assert bot.running.rehearsal == 2
    assert bot.states() == {"barlow": "posted", "moco": "ready"}
    bot.start(LIVE, at="2021-08-12 12:00").tick()
    assert bot.ready() == ["barlow", "moco"]
    with bot.running.read() as work:
        rows = work.conn.execute(select(tables.slots.c.rehearsal, tables.slots.c.state)).all()
    # The slot was still due live when the second rehearsal began.
    assert sorted(map(tuple, rows)) == [(0, "missed"), (1, "claimed"), (2, "claimed")]


# Several series and accounts


PAIR = """[accounts.shared]
network = "outbox"
[series.papers]
slots = ["wednesday 15:00"]
[series.talks]
title = "Talks"
slots = ["wednesday 15:00", "friday 15:00"]
roundup.folder = "talks"
"""


def test_two_series_share_an_account_and_nothing_else(bot: Bot) -> None:
    bot.start(PAIR)
    bot.add("barlow", "moco", series="papers").add("barlow", "byol", "dino", series="talks")
    bot.play("2021-08-12 12:00")
    keys = [
        json.loads(path.read_text(encoding="utf-8"))["key"]
        for path in [place / "thread.json" for place in threads_out(bot.folder)]
    ]
    assert bot.numbers() == {
        "2021-08-04-barlow": 1,
        "2021-08-04-barlow-2": 1,
        "2021-08-06-byol": 2,
        "2021-08-11-dino": 3,
        "2021-08-11-moco": 2,
    }
    assert len(set(keys)) == 5
    bot.play("2021-08-31 18:00")
    assert bot.pages() == [f"two-deep-learning-{MONTHS}-september-2021"]
    assert len(list((bot.folder / "talks").glob("three-*/index.html"))) == 1


def test_what_is_due_is_done_in_order_of_due_time_whichever_series_it_is_of(bot: Bot) -> None:
    bot.start(PAIR.replace('["wednesday 15:00"]', '["wednesday 16:00"]'))
    bot.add("barlow", series="papers").add("byol", series="talks").tick("2021-08-04 17:00")
    with bot.running.read() as work:
        due = (
            work.conn.execute(select(tables.deliveries.c.due_at).order_by(tables.deliveries.c.id))
            .scalars()
            .all()
        )
    assert due == [berlin("2021-08-04 15:00"), berlin("2021-08-04 16:00")]


def test_what_waits_for_an_account_that_left_the_configuration_is_held_with_a_notice(
    bot: Bot,
) -> None:
    two = (
        '[accounts.lab]\nnetwork = "outbox"\nfolder = "lab"\n'
        '[accounts.press]\nnetwork = "outbox"\nfolder = "press"\n'
    )
    bot.start(two).add("barlow", "moco", "byol", "simclr", "dino", "swav")
    with bot.running.write() as work:
        work.accounts.hold("press", "on holiday")
    bot.tick("2021-08-04 15:00")
    alone = '[accounts.lab]\nnetwork = "outbox"\nfolder = "lab"\n'
    assert one(Kind.HELD, bot.start(alone).tick()) == (
        "Account press is not in the configuration any more: 1 delivery to it is held. "
        "Put it back and run: mlcollage release --account press"
    )
    assert bot.tick() == []
    with bot.running.read() as work:
        states = (
            work.conn.execute(select(tables.deliveries.c.state).order_by(tables.deliveries.c.id))
            .scalars()
            .all()
        )
    assert states == ["sent", "held"]


def test_what_may_be_out_on_an_account_that_left_the_configuration_is_heard_of_once(
    bot: Bot,
) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino", "swav")
    on_a_line(bot).answers = [errors.Uncertain("The line went dead.")]
    bot.tick("2021-08-04 15:00")
    other = '[accounts.other]\nnetwork = "outbox"\n'
    assert one(Kind.UNCERTAIN, bot.start(other).tick()) == (
        "Account outbox is not in the configuration any more, "
        "and a thread may or may not be out there. "
        "Put it back, so that it can be looked for."
    )
    assert bot.tick() == []
    assert bot.start(other, at="2021-08-04 16:00").tick() == []


def test_an_account_that_moves_to_another_network_is_known_by_it_from_the_next_tick_on(
    bot: Bot,
) -> None:
    bot.start('[accounts.lab]\nnetwork = "outbox"\n').tick()
    bot.start('[accounts.lab]\nnetwork = "x"\n').tick()
    with bot.running.read() as work:
        assert {row.name: row.network for row in work.accounts.all()}["lab"] == "x"


# At once


def test_posting_at_the_instant_of_a_slot_leaves_the_slot_its_own_collage(bot: Bot) -> None:
    bot.add("barlow", "moco").clock.at = berlin("2021-08-04 15:00")
    tick.post_now(bot.running, bot.series(), bot.collage("moco"))
    bot.tick()
    assert bot.numbers() == {"2021-08-04-moco": 1, "2021-08-04-barlow": 2}
    assert bot.states() == {"barlow": "posted", "moco": "posted"}


def test_a_collage_that_was_changed_since_it_was_read_is_not_claimed(bot: Bot) -> None:
    stale = bot.add("barlow").collage("barlow")
    bot.change(
        "barlow", Queue.replace, replace(stale, alt="A better text."), stale.picture, State.READY
    )
    slot = SlotTime(berlin("2021-08-04 15:00"), date(2021, 8, 4))
    with pytest.raises(Taken):
        scheduling.claim(
            bot.running,
            bot.series(),
            scheduling.Claim(slot, stale, (1, 2021), bot.clock.now()),
        )
    assert (bot.slots(), bot.states()) == ({}, {"barlow": "ready"})


def test_what_was_posted_between_slots_is_in_the_roundup(bot: Bot) -> None:
    bot.add("barlow", "moco")
    tick.post_now(bot.running, bot.series(), bot.collage("moco"))
    bot.play("2021-08-31 18:00")
    assert [bot.collage(name).roundup for name in ("barlow", "moco")] == ["2021-09", "2021-09"]
    assert bot.slots()["2021-08-04 15:00"] == "claimed"


def at_once(*doings: Callable[[], object]) -> list[BaseException]:
    """Do these in threads that start together; what they raised."""
    barrier, raised = threading.Barrier(len(doings)), list[BaseException]()

    def run(doing: Callable[[], object]) -> None:
        barrier.wait()
        try:
            doing()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            raised.append(error)

    threads = [threading.Thread(target=run, args=(doing,)) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_of_many_ticks_at_once_each_slot_and_roundup_is_done_once(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr", "dino", "swav")
    others = [Bot(bot.folder, bot.url).start(at="2021-08-02 11:00") for _ in range(2)]
    for at in ("2021-08-04 15:00", "2021-08-13 09:00", "2021-08-31 18:00", "2021-08-31 18:01"):
        assert at_once(*(partial(each.tick, at) for each in (bot, *others))) == []
    bot.tick("2021-08-31 18:02")
    assert bot.numbers() == {
        "2021-08-04-barlow": 1,
        "2021-08-11-moco": 2,
        "2021-08-31-roundup-2021-09": None,
    } | dict.fromkeys([name for name in bot.numbers() if "byol" in name], 3)
    assert list(bot.slots().values()).count("claimed") == len(bot.out()) - 1
    with bot.running.read() as work:
        assert len(work.notices.listed(everything=True)) == len(
            {notice.text for notice in work.notices.listed(everything=True)}
        )
    for each in others:
        each.stop()


def test_of_many_ticks_at_once_one_holds_what_cannot_be_composed_and_none_stumbles(
    bot: Bot,
) -> None:
    bot.add("barlow", "moco", title='"' + "word " * 60 + '"').insist("barlow", "moco").add("byol")
    others = [Bot(bot.folder, bot.url).start(at="2021-08-02 11:00") for _ in range(2)]
    assert at_once(*(partial(each.tick, "2021-08-04 15:00") for each in (bot, *others))) == []
    assert bot.states() == {"barlow": "held", "moco": "held", "byol": "posted"}
    with bot.running.read() as work:
        held = [notice.text for notice in work.notices.listed() if notice.kind is Kind.HELD]
    assert [text.split(" ", 1)[0] for text in held] == ["moco", "barlow"]
    for each in others:
        each.stop()


def test_of_many_first_starts_at_once_all_begin(tmp_path: Path, empty_database_url: str) -> None:
    bots = [Bot(tmp_path, empty_database_url).start() for _ in range(3)]
    assert at_once(*(bot.tick for bot in bots)) == []
    assert [bot.running.rehearsal for bot in bots] == [1, 1, 1]
    for bot in bots:
        bot.stop()


def post_now(bot: Bot, name: str) -> None:
    tick.post_now(bot.running, bot.series(), bot.collage(name))


def test_two_people_posting_at_once_never_get_the_same_number(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr")
    other = Bot(bot.folder, bot.url).start(at="2021-08-02 11:00:07")
    for one_name, other_name in (("barlow", "moco"), ("byol", "simclr")):
        raised = at_once(partial(post_now, bot, one_name), partial(post_now, other, other_name))
        assert all(isinstance(error, errors.NotAllowed) for error in raised)
        bot.clock.go(minutes=1)
        other.clock.go(minutes=1)
    taken = [bot.collage(name).number for name in ("barlow", "moco", "byol", "simclr")]
    numbers = sorted(number for number in taken if number)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 2
    other.stop()


PROCESS = """
import sys
from datetime import datetime
from pathlib import Path
from bot import config
from bot.app import assemble
from bot.scheduling import slots as scheduling
from bot.scheduling import pauses, tick
from tests.conftest import StoppedClock
clock = StoppedClock(datetime.fromisoformat(sys.argv[2]))
context = assemble.context(config.load(Path(sys.argv[1])), clock=clock)
sys.stdin.readline()
tick.tick(context)
"""


def test_of_two_processes_one_takes_the_slot(bot: Bot) -> None:
    bot.add("barlow", "moco").tick()
    command = [
        sys.executable,
        "-c",
        PROCESS,
        str(bot.folder / "config.toml"),
        berlin("2021-08-04 15:00").isoformat(),
    ]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    ended = [process.communicate("\n", timeout=60) for process in processes]
    assert [
        (process.returncode, errs) for process, (_, errs) in zip(processes, ended, strict=True)
    ] == [(0, "")] * 2
    assert bot.slots() == {"2021-08-04 15:00": "claimed"}
    assert bot.out() == ["2021-08-04-barlow"]
    assert bot.states() == {"barlow": "posted", "moco": "ready"}


def test_a_slot_makes_threads_only_where_its_collage_goes_and_composes_no_others(
    tmp_path: Path, database_url: str
) -> None:
    settings = """
[accounts.here]
network = "outbox"
folder = "outbox/here"

[accounts.there]
network = "outbox"
folder = "outbox/there"

[series.mlcollage]
zone = "Europe/Berlin"
slots = ["Monday 12:00"]
accounts = ["here", "there"]
"""
    bot = Bot(tmp_path, database_url)
    bot.clock.at = berlin("2021-08-02 11:00")
    bot.context = make_context(tmp_path, "live = true\n" + settings, bot.clock, database_url)
    bot.tick()
    # What is wrong with its words there keeps nothing back.
    wrong = '{ there = { skip = true, thread = ["{{ nubmer }}"] } }'
    bot.add("alpha", on=wrong)
    bot.tick("2021-08-02 12:00")
    assert [place.parent.name for place in threads_out(tmp_path)] == ["here"]
    assert bot.collage("alpha").state is State.POSTED
    with bot.running.read() as work:
        assert [each.account for each in work.lookup.of_collage(bot.collage("alpha").id)] == [
            "here"
        ]
    bot.stop()
