"""One living copy: what is out already is taken over, and what looks like ours but is not makes a
person decide.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.context import Context
from bot.core.delivery import Delivery, NotSeen, Post, Receipt, State
from bot.core.errors import Unavailable
from bot.core.notices.entry import Kind
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import MONDAY, StoppedClock, make_context, write_item
from tests.fakes import x
from tests.fakes.x import FakeX
from tests.integration.test_deliver import Scripted, begun, delivery, fails, heard

pytestmark = pytest.mark.slow_on_postgresql

NUMBERED = "ML-Collage [{}/52] Another paper #mlcollage"


@pytest.fixture
def network() -> Scripted:
    return Scripted()


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> Iterator[Context]:
    """A live bot: one ready collage, one account on the scripted network, Wednesday's slot due."""
    made = live(begun(tmp_path, database_url, clock, network, "live = true"))
    yield made
    made.database.close()


def live(context: Context) -> Context:
    return replace(context, rehearsal=0)


def post(said: str, post_id: str = "77") -> Post:
    return Post(Receipt(post_id, f"https://x.example/{post_id}", MONDAY), said)


def account_is_held(context: Context) -> bool:
    with context.read() as work:
        return work.accounts.all()[0].is_held(context.clock.now())


def release(context: Context) -> None:
    with context.write() as work:
        work.accounts.release("outbox")


def saw(context: Context) -> list[str]:
    with context.read() as work:
        return list(work.conn.execute(select(tables.looks.c.saw)).scalars())


def test_a_thread_that_is_out_already_is_taken_over_and_nothing_is_sent(
    context: Context, network: Scripted
) -> None:
    network.shows = {n: Receipt(f"id-{n}", f"https://x.example/{n}", MONDAY) for n in (1, 2)}
    tick.tick(context)
    assert delivery(context).state is State.SENT
    assert network.sends == 0
    assert saw(context) == ["out already, and taken over: part 1, 2"]


def test_what_is_partly_out_is_taken_over_and_the_rest_is_sent(
    context: Context, network: Scripted
) -> None:
    network.shows = {1: Receipt("id-1", "https://x.example/1", MONDAY)}
    tick.tick(context)
    assert delivery(context).state is State.SENT
    assert network.out == [2]


def test_parts_that_were_taken_over_are_frozen(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.shows = {1: Receipt("id-1", "https://x.example/1", MONDAY)}
    network.on_prepare = lambda: (_ for _ in ()).throw(RuntimeError("away"))
    tick.tick(context)
    network.on_prepare, network.shows = (lambda: None), {}
    clock.go(minutes=10)
    tick.tick(context)
    assert delivery(context).state is State.SENT
    assert network.out == [2]


@pytest.mark.parametrize(
    "said",
    [
        NUMBERED.format(1),
        "The barlow paper, by other words #mlcollage",
        "#MLcollage THE  BARLOW\nPAPER",
    ],
    ids=["number", "title", "title in other letters"],
)
def test_a_post_that_looks_like_ours_holds_the_account_and_asks(
    context: Context, network: Scripted, clock: StoppedClock, said: str
) -> None:
    network.others = [post(said)]
    tick.tick(context)
    assert delivery(context).state is State.WAITING
    assert account_is_held(context)
    assert network.sends == 0
    with context.read() as work:
        (notice,) = [one for one in work.notices.listed() if one.kind is Kind.HELD]
    assert "https://x.example/77" in notice.text
    assert "mlcollage release --account outbox" in notice.text
    assert [words[:40] for words in saw(context)] == [delivery(context).note[:40]]
    release(context)
    tick.tick(context)
    assert delivery(context).state is State.SENT, (
        "a person has decided: the same posts are not asked about again"
    )


@pytest.mark.parametrize(
    "said",
    [
        "Have a nice day #mlcollage",
        "The barlow paper is fine, says a person without the tag",
        "Room 1/52 is free",
        "[1/52] #mlcollages",
    ],
)
def test_what_people_say_otherwise_holds_nothing(
    context: Context, network: Scripted, said: str
) -> None:
    network.others = [post(said)]
    tick.tick(context)
    assert delivery(context).state is State.SENT


def test_where_the_series_never_posted_its_past_before_the_bot_holds_nothing(
    context: Context, network: Scripted
) -> None:
    network.others = [post(NUMBERED.format(n), str(n)) for n in (28, 29, 30)]
    tick.tick(context)
    assert delivery(context).state is State.SENT


def second_slot(context: Context, folder: Path, clock: StoppedClock) -> None:
    """The first thread is out, and the next one is due."""
    tick.tick(context)
    accept.take(
        context,
        context.config.series["mlcollage"],
        [accept.from_file(write_item(folder, "simclr"))],
    )
    clock.go(days=7)


def test_from_the_second_thread_on_any_number_the_ledger_lacks_holds_the_account(
    context: Context, network: Scripted, clock: StoppedClock, tmp_path: Path
) -> None:
    second_slot(context, tmp_path, clock)
    assert network.since is None
    network.out.clear()
    network.others = [post(NUMBERED.format(30))]
    tick.tick(context)
    assert network.since == "id-2"
    assert account_is_held(context)
    assert network.out == []


def test_posts_of_the_ledger_and_numbers_that_are_out_hold_nothing(
    context: Context, network: Scripted, clock: StoppedClock, tmp_path: Path
) -> None:
    second_slot(context, tmp_path, clock)
    network.others = [
        post("The simclr paper [9/52] #mlcollage", "id-2"),
        post(f"Look again: {NUMBERED.format(1)}"),
    ]
    tick.tick(context)
    assert not account_is_held(context)
    with context.read() as work:
        assert set(work.conn.execute(select(tables.deliveries.c.state)).scalars()) == {"sent"}


@pytest.fixture
def other() -> Scripted:
    return Scripted()


@pytest.fixture
def two(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted, other: Scripted
) -> Iterator[Context]:
    """As `context`, with a second account, each on a network of its own."""
    accounts = "".join(
        f'[accounts.{name}]\nnetwork = "outbox"\nfolder = "{name}"\n'
        for name in ("first", "second")
    )
    made = begun(tmp_path, database_url, clock, network, f"live = true\n{accounts}")
    yield replace(live(made), publishers={"first": network, "second": other})
    made.database.close()


def test_a_number_that_is_out_here_holds_nothing_while_it_is_to_come_elsewhere(
    two: Context, network: Scripted, other: Scripted, clock: StoppedClock, tmp_path: Path
) -> None:
    other.on_prepare = fails(Unavailable("away"))
    second_slot(two, tmp_path, clock)
    network.others = [post(f"Look again: {NUMBERED.format(1)}")]
    tick.tick(two)
    assert other.out == []
    assert network.out == [1, 2, 1, 2]


def test_a_post_is_not_ours_because_another_account_is_sending_the_same_text(
    two: Context, network: Scripted, other: Scripted, clock: StoppedClock
) -> None:
    network.on_prepare = fails(Unavailable("away"))
    other.look = NotSeen(anchor_seen=False, count_agrees=False)
    other.before = {1: fails(TimeoutError("lost"))}
    tick.tick(two)
    states = {each.account: each.state for each in deliveries(two)}
    assert states == {"first": State.WAITING, "second": State.UNCERTAIN}
    with two.read() as work:
        texts = [part.text for part in work.parts.of(deliveries(two)[1].id)]
    network.on_prepare, network.others = (lambda: None), [post(text) for text in texts]
    clock.go(minutes=10)
    tick.tick(two)
    assert network.out == []
    with two.read() as work:
        held = {row.name: row.is_held(clock.now()) for row in work.accounts.all()}
    assert held == {"first": True, "second": False}


def test_a_post_is_not_ours_because_another_account_has_a_receipt_with_its_id(
    two: Context, network: Scripted, other: Scripted, clock: StoppedClock
) -> None:
    network.on_prepare = fails(Unavailable("away"))
    tick.tick(two)
    assert other.out == [1, 2]
    network.on_prepare, network.others = (lambda: None), [post(NUMBERED.format(1), "id-1")]
    clock.go(minutes=10)
    tick.tick(two)
    assert network.out == []
    with two.read() as work:
        assert [row.name for row in work.accounts.all() if row.is_held(clock.now())] == ["first"]


def test_the_very_text_of_this_thread_in_another_post_holds_the_account(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.on_survey = fails(Unavailable("away"))
    tick.tick(context)
    with context.read() as work:
        (first, _) = work.parts.of(delivery(context).id)
    network.on_survey, network.others = (lambda: None), [post(first.text)]
    clock.go(minutes=10)
    tick.tick(context)
    assert account_is_held(context)
    assert network.out == []


def test_in_a_rehearsal_nobody_else_posts(
    tmp_path: Path, clock: StoppedClock, network: Scripted, database_url: str
) -> None:
    context = begun(tmp_path, database_url, clock, network)
    network.others = [post(NUMBERED.format(1))]
    tick.tick(context)
    assert delivery(context).state is State.SENT
    context.database.close()


def test_a_survey_that_fails_is_tried_again_and_nothing_is_sent(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.on_survey = lambda: (_ for _ in ()).throw(RuntimeError("no timeline"))
    tick.tick(context)
    assert delivery(context).state is State.WAITING
    assert delivery(context).note == "no timeline."
    assert network.sends == 0
    assert "uncertain" not in heard(context)
    network.on_survey = lambda: None
    clock.go(minutes=10)
    tick.tick(context)
    assert network.out == [1, 2]


def test_every_claim_is_preceded_by_a_survey(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    surveys: list[int] = []
    network.on_survey = lambda: surveys.append(len(network.out))
    network.before[2] = lambda: (_ for _ in ()).throw(TimeoutError("lost"))
    tick.tick(context)
    for _ in range(4):
        clock.go(minutes=15)
        tick.tick(context)
    assert delivery(context).state is State.SENT
    assert surveys == [0, 1]


# Copies and backups, on the networks themselves


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        running.state.add("Hello, this is the series.")
        yield running


ACCOUNTS = ("x", "outbox")


def settings(kind: str, fake: FakeX, folder: Path) -> str:
    own = (
        x.account(fake)
        if kind == "x"
        else {"network": "outbox", "folder": str(folder / "shared-outbox")}
    )
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in own.items())
    return f"live = true\n[accounts.lab]\n{lines}\n"


def threads(kind: str, fake: FakeX, folder: Path) -> list[str]:
    """The first parts that are out on the network."""
    if kind == "outbox":
        return sorted(file.parent.name for file in (folder / "shared-outbox").glob("*/1.txt"))
    return [post.text.splitlines()[0] for post in fake.state.posts if "[" in post.text]


def deliveries(context: Context) -> list[Delivery]:
    with context.read() as work:
        ids = work.conn.execute(
            select(tables.deliveries.c.id).order_by(tables.deliveries.c.id)
        ).scalars()
        return [work.deliveries.get(one) for one in ids]


def started(folder: Path, lines: str, clock: StoppedClock, items: list[str]) -> Context:
    made = make_context(folder, lines, clock=clock)
    tick.tick(made)
    for name in items:
        accept.take(
            made, made.config.series["mlcollage"], [accept.from_file(write_item(folder, name))]
        )
    return made


def copied(context: Context, folder: Path, lines: str, clock: StoppedClock) -> Context:
    """A living copy of the database, as `cp` makes it of one that is at rest."""
    with context.write() as work:
        work.conn.execute(text("SELECT 1"))
    with context.database.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    folder.mkdir()
    shutil.copy(context.config.folder / "queue.db", folder / "queue.db")
    return make_context(folder, lines, clock=clock)


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_two_copies_of_one_database_ticked_in_turn_post_each_thread_once(
    kind: str, tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = settings(kind, fake, tmp_path)
    first = started(tmp_path / "first", lines, clock, ["alpha", "beta", "gamma"])
    second = copied(first, tmp_path / "second", lines, clock)
    clock.go(hours=5)
    for week in range(3):
        clock.go(days=2 if week == 0 else 7, hours=1)
        pair = [first, second] if week % 2 else [second, first]
        for context in pair:
            tick.tick(context)
    assert len(threads(kind, fake, tmp_path)) == 3
    for context in (first, second):
        assert [one.state for one in deliveries(context)] == [State.SENT] * 3
        context.database.close()


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_a_backup_of_yesterday_posts_nothing_of_today_again(
    kind: str, tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = settings(kind, fake, tmp_path)
    first = started(tmp_path / "first", lines, clock, ["alpha", "beta", "gamma"])
    clock.go(days=2, hours=6)
    tick.tick(first)
    clock.go(days=6)
    second = copied(first, tmp_path / "second", lines, clock)
    clock.go(days=1)
    tick.tick(first)
    out = threads(kind, fake, tmp_path)
    first.database.close()
    clock.go(hours=2)
    tick.tick(second)
    assert threads(kind, fake, tmp_path) == out
    assert [one.state for one in deliveries(second)] == [State.SENT] * 2
    clock.go(days=7)
    tick.tick(second)
    assert len(threads(kind, fake, tmp_path)) == len(out) + 1
    second.database.close()


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_what_was_posted_by_hand_after_a_backup_is_not_posted_by_hand_again(
    kind: str, tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = settings(kind, fake, tmp_path)
    first = started(tmp_path / "first", lines, clock, ["alpha", "beta"])
    second = copied(first, tmp_path / "second", lines, clock)
    for context in (first, second):
        clock.go(minutes=5)
        with context.read() as work:
            item = work.queue.get("mlcollage", "alpha")
        tick.post_now(context, context.config.series["mlcollage"], item)
        clock.go(seconds=1)
        tick.tick(context)
    assert len(threads(kind, fake, tmp_path)) == 1
    for context in (first, second):
        assert [one.state for one in deliveries(context)] == [State.SENT]
        context.database.close()


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_a_second_installation_with_a_database_of_its_own_makes_a_person_decide(
    kind: str, tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = settings(kind, fake, tmp_path)
    first = started(tmp_path / "first", lines, clock, ["alpha"])
    second = started(tmp_path / "second", lines, clock, ["beta", "alpha"])
    clock.go(days=2, hours=6)
    tick.tick(first)
    clock.go(minutes=5)
    tick.tick(second)
    assert len(threads(kind, fake, tmp_path)) == 1
    (waiting,) = deliveries(second)
    assert waiting.state is State.WAITING
    with second.read() as work:
        assert [row.is_held(clock.at + timedelta(days=1)) for row in work.accounts.all()] == [True]
    for context in (first, second):
        context.database.close()
