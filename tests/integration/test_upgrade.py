"""A bot goes on from the database of an earlier version, whatever that one was doing when it ended.

`tests/data/before_rooms.sql` is what a kill -9 left on Tuesday 2021-09-14 at 13:20 UTC, between the
two parts of late-labels [34/52] on lab; the account mirror was held with the same thread waiting.
"""

import gc
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot import config
from bot.app import assemble
from bot.app.runner import Duty
from bot.core import errors
from bot.core import network as networks
from bot.core.delivery import Look, NotSeen, Receipt, ShownPost, Survey, Thread
from bot.core.network import Limits
from bot.core.price import Price, Requests
from bot.publishers.protocol import Saved
from bot.storage.notices import Notice
from tests.conftest import ROOT, StoppedClock
from tests.e2e.conftest import Desk

DATA = ROOT / "tests" / "data"
WRITTEN_AS = "/srv/mlcollage"
"""What the dump has in place of the folder that the bot ran in."""

POSTED = ["small-steps", "wide-nets", "two-towers", "quiet-noise", "old-maps", "late-labels"]
"""In the order of their numbers, from 29 on."""


class PartByPart:
    """The network behind lab: a request a part, no key; it remembers what is sent."""

    network = networks.X
    duty = ""
    identity = "@mlcollage"
    whole = False
    indivisible = False
    proves_absence = False
    price: Price | None = None
    budget: Decimal | None = None
    secrets = ()
    handle = ""
    known = None
    server = None
    layout = "thread"
    link_cards = False

    def __init__(self, clock: StoppedClock) -> None:
        self.clock = clock
        self.sent: list[tuple[str, int | None]] = []
        self.saved: list[Saved] = []

    def limits(self) -> Limits:
        return networks.X.limits

    def profile(self) -> None:
        """None: nobody has an identity here."""

    def usage(self) -> Requests:
        return Requests()

    def problems(self, parts: object) -> tuple[str, ...]:
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        return Survey({}, (), saved)

    def receipt(self, url: str) -> Receipt:
        return Receipt(url.rpartition("/")[2], url, self.clock.at)

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        return saved

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        assert position is not None
        self.sent.append((thread.name, position))
        self.saved.append(saved)
        return {position: self.receipt(f"https://x.example/{thread.name}-{position}")}

    def find(self, thread: Thread, saved: Saved) -> Look:
        return NotSeen(anchor_seen=True, count_agrees=True)

    def read_back(self, thread: Thread, position: int, saved: Saved) -> None:
        """Nothing differs here."""

    def shown(self, since: str) -> list[ShownPost]:
        raise errors.Unavailable("This network shows nothing of old posts.")

    def delete(self, post_id: str) -> None:
        """Nobody deletes anything here."""

    def check(self) -> str:
        return ""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    """Ten minutes after the kill, for the commands too."""
    stopped = StoppedClock(datetime(2021, 9, 14, 13, 30, tzinfo=UTC))
    monkeypatch.setattr(assemble.SystemClock, "now", lambda self: stopped.at)
    return stopped


@pytest.fixture
def lab(clock: StoppedClock) -> PartByPart:
    return PartByPart(clock)


class Installation(Desk):
    """The earlier version's folder with this one's commands, and a bot that looks when told to."""

    clock: StoppedClock
    lab: PartByPart

    def look(self, at: datetime | None = None) -> list[Notice]:
        """One round of all that a bot does, now or at a later moment; what it has to tell."""
        if at:
            self.clock.go(seconds=(at - self.clock.at).total_seconds())
        context = assemble.context(config.load(self.folder / "config.toml"), clock=self.clock)
        with closing(context.database):
            return Duty(replace(context, publishers={**context.publishers, "lab": self.lab})).once()

    def mirrored(self) -> list[str]:
        """The threads that this version sent to mirror: the earlier one's are not here."""
        folder = self.folder / "mirror"
        return sorted(place.name for place in folder.iterdir()) if folder.exists() else []

    def states(self) -> dict[str, str]:
        """The states of all deliveries by their keys."""
        found = self("deliveries", "list", "--all", "--json").json
        return {one["key"]: one["state"] for one in found}


@pytest.fixture
def old(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    clock: StoppedClock,
    lab: PartByPart,
) -> Iterator[Installation]:
    """The installation as the earlier version left it, opened by nobody yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLCOLLAGE_DATABASE_URL", raising=False)
    settings = (DATA / "before_rooms.toml").read_text(encoding="utf-8")
    (tmp_path / "config.toml").write_text(settings, encoding="utf-8")
    dump = (DATA / "before_rooms.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "queue.db")) as restored:
        restored.executescript(dump.replace(WRITTEN_AS, str(tmp_path)))
    for name in ("config.toml", "queue.db"):
        (tmp_path / name).chmod(0o600)
    made = Installation(tmp_path, monkeypatch, capsys)
    made.clock, made.lab = clock, lab
    yield made
    # A command turns it off: it is over before its garbage matters.
    gc.enable()


EXTRA = "mlcollage/late-labels-2021-09-14T13:20:07Z"
"""The key of the thread that was cut off, without its account: it was posted by hand."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in September 2021; slots are on Wednesdays at 13:00 UTC."""
    return datetime(2021, 9, day, hour, minute, tzinfo=UTC)


def test_a_thread_that_was_half_out_gets_its_missing_part_and_no_other(old: Installation) -> None:
    assert old.states()[f"{EXTRA}/lab"] == "sending"
    old.look()
    old.look()
    assert old.lab.sent == [("late-labels", 2)]
    assert old.states()[f"{EXTRA}/lab"] == "sent"
    shown = old.shown("late-labels")
    assert (shown["state"], shown["number"]) == ("posted", 34)
    [thread] = [one for one in shown["deliveries"] if one["account"] == "lab"]
    ids = [part["url"].rpartition("/")[2] for part in thread["parts"]]
    assert ids == ["16316256071", "late-labels-2"]


def test_what_the_publisher_had_saved_is_given_back_to_it(old: Installation) -> None:
    old.look()
    [saved] = old.lab.saved
    assert saved["anchor"] == "16311060002"
    assert list(saved["media"].values()) == ["media-2c2f71f8"]


def test_a_held_account_gets_what_waited_once_it_is_released(old: Installation) -> None:
    old.look()
    old.look(at(15, 9))
    assert old.mirrored() == []
    assert old.states()[f"{EXTRA}/mirror"] == "waiting"
    [one] = old("deliveries", "list", "--account", "mirror", "--json").json
    assert "held" in one["next"]
    assert "free again" in old("release", "--account", "mirror").out
    old.look()
    assert old.mirrored() == ["2021-09-14-late-labels"]
    assert old.states()[f"{EXTRA}/mirror"] == "sent"
    assert set(old.states().values()) == {"sent"}


def test_the_coming_slots_go_on_with_the_next_numbers(old: Installation) -> None:
    expected = [("fair-coins", 35), ("slow-lenses", 36), (None, None)]
    ahead = old("next", "--count", "3", "--json").json["slots"]
    assert [(one["name"], one["provisional_number"]) for one in ahead] == expected
    old("release", "--account", "mirror")
    for day in (15, 22, 29):
        old.look(at(day, 13))
    numbers = {one["number"]: one["name"] for one in old("history", "--json").json}
    assert numbers == dict(enumerate([*POSTED, "fair-coins", "slow-lenses"], start=29))
    assert old.lab.sent[1:] == [
        ("fair-coins", 1),
        ("fair-coins", 2),
        ("slow-lenses", 1),
        ("slow-lenses", 2),
    ]
    threads = ["2021-09-14-late-labels", "2021-09-15-fair-coins", "2021-09-22-slow-lenses"]
    assert old.mirrored() == threads


def test_a_slot_by_the_calendar_that_the_earlier_version_knew_is_settled_by_it(
    old: Installation,
) -> None:
    file = old.folder / "config.toml"
    settings = file.read_text(encoding="utf-8")
    file.write_text(settings.replace("wednesday 15:00", "friday 09:00"), encoding="utf-8")
    old.look(at(15, 13, 10))
    assert old.shown("fair-coins")["state"] == "posted"
    [ahead] = old("next", "--count", "1", "--json").json["slots"]
    assert ahead["due_at"].startswith("2021-09-17")


def test_what_the_rehearsal_made_stays_set_aside(old: Installation) -> None:
    old.look()
    assert not any("rehearsal" in key for key in old.states())
    assert len(old.states()) == 14
    assert [one["title_month"] for one in old("roundup", "list", "--json").json] == ["2021-09"]
    assert [one["name"] for one in old("history", "--json").json] == POSTED[::-1]
    keys = [thread["key"] for thread in old.shown("small-steps")["deliveries"]]
    assert sum(key.startswith("rehearsal-1/") for key in keys) == 2, "they are kept"


def test_the_queue_is_as_it_was(old: Installation) -> None:
    queue = {one["name"]: one for one in old("list", "--json").json}
    assert {name: one["state"] for name, one in queue.items()} == {
        "slow-lenses": "ready",
        "fair-coins": "ready",
        "warm-starts": "held",
        "lost-keys": "draft",
    }
    assert queue["slow-lenses"]["pinned_on"] == "2021-09-22"
    assert queue["warm-starts"]["note"] == "The authors asked for a day."
    assert queue["lost-keys"]["missing"] == ["alt text"]
    assert "no collage 'cold-ends'" in old("show", "cold-ends", code=1).err, "it was removed"
    assert queue["fair-coins"]["picture"]["size"] == 82
    assert "https://x.example/mlcollage/status/16311060001" in old("show", "old-maps").out


def test_what_was_told_is_not_told_again_and_what_is_open_stays_open(old: Installation) -> None:
    def kinds() -> list[str]:
        found = reversed(old("notices", "--json").json)
        return [one["kind"] for one in found if one["kind"] != "upgraded"]

    assert kinds() == ["brief", "running dry"]
    told = [notice.kind.value for notice in old.look() if notice.kind != "upgraded"]
    assert told == ["running dry", "no link", "overdue", "differs"], "the pages are elsewhere"
    assert old.look() == []
    assert kinds() == ["brief", "running dry", "no link", "overdue", "differs"]
    [brief] = [notice for notice in old.look(at(15, 12)) if notice.kind == "brief"]
    wanted = r"15:00: fair-coins \[35/52\] .*mirror is held: Its disk is being replaced\."
    assert re.search(wanted, brief.text), "and not the one of a day before: that was given"
    everything = old("notices", "--all", "--json").json
    [uncertain] = [one for one in everything if one["kind"] == "uncertain"]
    assert uncertain["acknowledged_at"]


def test_the_next_roundup_holds_what_is_new_and_links_to_the_last_one(old: Installation) -> None:
    old("release", "--account", "mirror")
    for day in (14, 15, 22, 29):
        old.look(at(day, 14))
    old.look(at(30, 16))
    [newest, before] = old("roundup", "list", "--json").json
    assert newest["title"] == "Four Deep Learning Papers to Read in October 2021"
    assert newest["state"] == "announced"
    shown = old("roundup", "show", "2021-10", "--json").json
    assert shown["collages"] == ["old-maps", "late-labels", "fair-coins", "slow-lenses"]
    page = (old.folder / "site" / newest["slug"] / "index.html").read_text(encoding="utf-8")
    assert f'href="../{before["slug"]}/index.html"' in page
    assert "example.org/mlcollage" not in page, "an example of an address goes nowhere"
    assert "[34/52]" in page


def test_the_costs_of_the_earlier_version_are_still_counted(old: Installation) -> None:
    months = {(one["account"], one["month"]) for one in old("costs", "--json").json}
    assert months == {("lab", "2021-08"), ("lab", "2021-09")}
