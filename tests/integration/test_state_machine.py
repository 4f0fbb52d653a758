"""Whatever maintainers, crashes, clocks and restored backups do, in any order: no thread is out
twice, none is lost.
"""

import contextlib
import itertools
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from bot.context import Context
from bot.core import errors, lookups
from bot.core.collage import Collage, State
from bot.core.delivery import Found, Look, NotSeen, Post, Receipt, ShownPost, Survey, Thread
from bot.core.errors import MlcollageError
from bot.core.network import Limits, X
from bot.core.price import Price, Requests
from bot.intake import accept
from bot.publishers.protocol import Saved
from bot.scheduling import pauses, tick
from bot.storage import tables
from tests.conftest import MEMORY, StoppedClock, make_context, write_item

pytestmark = pytest.mark.slow

MONDAY = datetime(2021, 8, 2, 9, 0, tzinfo=UTC)
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")
CONFIG = """
live = true
[accounts.wall]
network = "outbox"
[series.mlcollage]
slots = ["wednesday 15:00", "friday 15:00"]
"""


class Crash(BaseException):
    """The process ends here: nothing catches it."""


class Shown(NamedTuple):
    """A post on the wall."""

    id: int
    text: str
    parent: str | None
    has_picture: bool
    at: datetime


TROUBLE = ("unavailable", "blocked", "lost", "out, but lost", "crash before", "crash after")


class Wall:
    """A network without keys, as X is: what is out can be read, and nothing else is known of it."""

    network = X
    duty = ""
    whole = False
    indivisible = False
    proves_absence = False
    identity = "@wall"
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
        self.posts: list[Shown] = []
        self.ids = itertools.count(1)
        self.trouble: dict[int, str] = {}
        self.calls = 0

    def limits(self) -> Limits:
        return X.limits

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        self._call(lambda: None, can_publish=False)
        return saved

    def profile(self) -> None:
        """None: nobody has an identity here."""

    def usage(self) -> Requests:
        return Requests()

    def problems(self, parts: object) -> tuple[str, ...]:
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        self._call(lambda: None, can_publish=False)
        own = [int(part.receipt.id) for part in thread.parts if part.receipt]
        start = max(own) if own else int(since or 0)
        newer = [post for post in self.posts if post.id > start]
        found = self._matched(thread, newer)
        ids = {receipt.id for receipt in found.values()}
        others = tuple(
            Post(self._receipt(post), post.text) for post in newer if str(post.id) not in ids
        )
        return Survey(
            found, others, saved | {"anchor": max([start, *(post.id for post in self.posts)])}
        )

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        assert position is not None
        part = thread.parts[position - 1]
        before = thread.parts[position - 2].receipt if position > 1 else None
        assert position == 1 or before

        def publish() -> None:
            parent = before.id if before else None
            self.posts.append(
                Shown(next(self.ids), part.text, parent, part.image is not None, self.clock.now())
            )

        self._call(publish, can_publish=True)
        return {position: self._receipt(self.posts[-1])}

    def find(self, thread: Thread, saved: Saved) -> Look:
        own = [int(part.receipt.id) for part in thread.parts if part.receipt]
        anchor = max(own) if own else int(str(saved["anchor"]))
        found = self._matched(thread, [post for post in self.posts if post.id > anchor])
        return Found(found) if found else NotSeen(anchor_seen=True, count_agrees=True)

    def read_back(self, thread: Thread, position: int, saved: Saved) -> None:
        """Nothing differs here."""

    def receipt(self, url: str) -> Receipt:
        raise errors.BadInput(url)

    def shown(self, since: str) -> list[ShownPost]:
        return [
            ShownPost(self._receipt(post), post.text, post.parent, int(post.has_picture), ())
            for post in self.posts
            if post.id >= int(since or 0)
        ]

    def delete(self, post_id: str) -> None:
        """Nobody deletes anything here."""

    def check(self) -> str:
        return ""

    def _matched(self, thread: Thread, posts: list[Shown]) -> dict[int, Receipt]:
        found: dict[int, Receipt] = {}
        for part in thread.with_receipts(found).parts:
            if part.receipt:
                continue
            before = found.get(part.position - 1) or (
                thread.parts[part.position - 2].receipt if part.position > 1 else None
            )
            parent = before.id if before else None
            post = next(
                (post for post in posts if (post.text, post.parent) == (part.text, parent)), None
            )
            if post is None or (part.position > 1 and not parent):
                break
            found[part.position] = self._receipt(post)
        return found

    def _receipt(self, post: Shown) -> Receipt:
        return Receipt(str(post.id), f"https://wall.example/{post.id}", post.at)

    def _call(self, publish: "object", *, can_publish: bool) -> None:
        assert callable(publish)
        self.calls += 1
        match self.trouble.pop(self.calls, ""):
            case "unavailable":
                raise errors.Unavailable("The wall is away.")
            case "blocked":
                raise errors.Blocked("The wall wants a person.")
            case "lost":
                raise (
                    errors.Uncertain("No answer.")
                    if can_publish
                    else errors.Unavailable("No answer.")
                )
            case "out, but lost":
                publish()
                raise (
                    errors.Uncertain("No answer.")
                    if can_publish
                    else errors.Unavailable("No answer.")
                )
            case "crash before":
                raise Crash
            case "crash after":
                publish()
                raise Crash
            case _:
                publish()


trouble = st.dictionaries(st.integers(1, 9), st.sampled_from(TROUBLE), max_size=3)


class Bot(RuleBasedStateMachine):
    """One account, one series with two slots a week, and all that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        base = MEMORY if MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="mlcollage-machine-", dir=base))
        self.clock = StoppedClock(MONDAY)
        self.wall = Wall(self.clock)
        self.context = self._open()
        self.edits = 0
        self.is_asked = False
        tick.tick(self.context)

    def teardown(self) -> None:
        try:
            self._play_on()
        finally:
            self.context.database.close()
            shutil.rmtree(self.folder)

    def _open(self) -> Context:
        made = make_context(self.folder, CONFIG, clock=self.clock)
        return replace(made, publishers={"wall": self.wall})

    def _items(self, *states: State) -> list[Collage]:
        with self.context.read() as work:
            return work.queue.waiting("mlcollage", states)

    def _tick(self) -> None:
        try:
            tick.tick(self.context)
        except Crash:
            self.context.database.close()
            self.context = self._open()
        with self.context.read() as work:
            account = work.accounts.all()[0]
        # A person who is asked whether another copy posts there takes a look, and lets nothing out
        # meanwhile.
        self.is_asked = self.is_asked or bool(account.strangers)

    def _play_on(self) -> None:
        """Without further trouble everything that nobody holds goes out."""
        self.wall.trouble.clear()
        for _ in range(8):
            self._release()
            self._tick()
            self.clock.go(hours=1)
        with self.context.read() as work:
            rows = work.conn.execute(select(tables.deliveries)).all()
        for row in rows:
            is_waiting_for_account = row.state == "waiting" and self.is_asked
            is_with_a_person = row.state in {"held", "failed"} or (
                row.state == "uncertain" and row.next_at == lookups.NEVER
            )
            assert row.state == "sent" or is_waiting_for_account or is_with_a_person, row

    def _release(self) -> None:
        if not self.is_asked:
            with self.context.write() as work:
                work.accounts.release("wall")

    @initialize()
    def fill(self) -> None:
        for name in NAMES[:3]:
            self._add(name)
        self.back_up()

    @rule(
        action=st.sampled_from(["add", "move", "pin", "edit", "hold", "pause", "resume"]),
        data=st.data(),
    )
    def maintain(self, action: str, data: st.DataObject) -> None:
        """A maintainer at work, who may be told that something is not allowed."""
        with contextlib.suppress(MlcollageError):
            getattr(self, action)(data)

    def add(self, data: st.DataObject) -> None:
        self._add(data.draw(st.sampled_from(NAMES)))

    def _add(self, name: str) -> None:
        own = self.context.config.series["mlcollage"]
        accept.take(self.context, own, [accept.from_file(write_item(self.folder, name))])

    def _one(self, data: st.DataObject, *states: State) -> Collage:
        items = self._items(*states)
        if not items:
            raise errors.BadInput("There is none.")
        return data.draw(st.sampled_from(items))

    def move(self, data: st.DataObject) -> None:
        item = self._one(data, State.READY, State.HELD)
        before = self._one(data, State.READY, State.HELD)
        with self.context.write() as work:
            work.queue.move(item, before=None if before.id == item.id else before)

    def pin(self, data: st.DataObject) -> None:
        day = self.clock.now().date()
        wednesday = day + timedelta(
            days=(2 - day.weekday()) % 7, weeks=data.draw(st.integers(0, 2))
        )
        item = self._one(data, State.READY)
        with self.context.write() as work:
            work.queue.pin(item, wednesday)

    def edit(self, data: st.DataObject) -> None:
        item = self._one(data, State.READY, State.CLAIMED, State.HELD)
        self.edits += 1
        said = f"{item.name} was edited {self.edits} times. And it goes on saying more."
        with self.context.write() as work:
            work.queue.replace(item, replace(item, paragraph=said), item.picture, item.state)

    def hold(self, data: st.DataObject) -> None:
        item = self._one(data, State.READY, State.HELD)
        to = State.HELD if item.state is State.READY else State.READY
        with self.context.write() as work:
            work.queue.change_state(item, to)

    def pause(self, data: st.DataObject) -> None:
        until = self.clock.now() + timedelta(days=data.draw(st.integers(1, 4)))
        with self.context.write() as work:
            work.series.pause("mlcollage", self.clock.now(), until)

    def resume(self, data: st.DataObject) -> None:
        pauses.resume(self.context, self.context.config.series["mlcollage"])

    @rule(trouble=trouble)
    def a_slot_comes(self, trouble: dict[int, str]) -> None:
        next_at = tick.next_at(self.context)
        assert next_at
        self.clock.at = max(self.clock.at, next_at)
        self.look(trouble)

    @rule(trouble=trouble)
    def look(self, trouble: dict[int, str]) -> None:
        self.wall.trouble = {self.wall.calls + number: kind for number, kind in trouble.items()}
        self._tick()
        self.wall.trouble.clear()

    @rule(hours=st.sampled_from([0.1, 0.3, 5, 47, 72, 200, -0.1, -1, -3]))
    def the_clock_goes_or_jumps(self, hours: float) -> None:
        self.clock.at += timedelta(hours=hours)
        self.clock.ticks += abs(hours) * 3600

    @rule()
    def a_person_releases_the_account(self) -> None:
        self._release()

    @rule()
    def back_up(self) -> None:
        self.context.database.close()
        shutil.copy(self.folder / "queue.db", self.folder / "backup.db")
        self.context = self._open()

    @rule(trouble=trouble)
    def restore(self, trouble: dict[int, str]) -> None:
        """The newest backup takes the database's place, and the bot goes on with it."""
        self.context.database.close()
        shutil.copy(self.folder / "backup.db", self.folder / "queue.db")
        self.context = self._open()
        self.is_asked = False
        self.look(trouble)

    @invariant()
    def no_collage_is_out_twice(self) -> None:
        first = [post.text for post in self.wall.posts if not post.parent]
        for name in NAMES:
            assert sum(f"‘The {name} paper’" in said for said in first) <= 1, first
        assert all(
            count == 1
            for count in Counter((post.text, post.parent) for post in self.wall.posts).values()
        )

    @invariant()
    def every_part_answers_the_one_before_it_and_only_the_first_has_the_picture(self) -> None:
        ids = {str(post.id) for post in self.wall.posts}
        parents = Counter(post.parent for post in self.wall.posts if post.parent)
        assert set(parents) <= ids
        assert all(count == 1 for count in parents.values())
        assert all(post.has_picture == (post.parent is None) for post in self.wall.posts)

    @invariant()
    def receipts_are_of_posts_with_that_text(self) -> None:
        shown = {str(post.id): post.text for post in self.wall.posts}
        with self.context.read() as work:
            rows = work.conn.execute(
                select(tables.parts).where(tables.parts.c.receipt_id.is_not(None))
            ).all()
        assert all(shown[row.receipt_id] == row.text for row in rows)

    @invariant()
    def numbers_are_given_once(self) -> None:
        with self.context.read() as work:
            numbers = list(work.conn.execute(select(tables.collages.c.number)).scalars())
        given = Counter(number for number in numbers if number is not None)
        assert all(count == 1 for count in given.values())

    @invariant()
    def nothing_ends_silently(self) -> None:
        with self.context.read() as work:
            rows = work.conn.execute(select(tables.deliveries)).all()
            heard = " ".join(one.text for one in work.notices.listed(everything=True, most=10_000))
            by_id = {row.id: work.deliveries.get(row.id) for row in rows}
        for row in rows:
            if row.state in {"failed", "held"} or (
                row.state == "uncertain" and row.next_at == lookups.NEVER
            ):
                assert by_id[row.id].key in heard, row


# Shrinking takes many minutes here, and the steps that are printed are few enough.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Bot.TestCase.settings = settings(
    max_examples=80, stateful_step_count=25, deadline=None, phases=PHASES
)
TestBot = Bot.TestCase
