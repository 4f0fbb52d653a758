"""What waits in the ledger is found by a step into an index, however much of it waits, and in the
right order.
"""

import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, insert, select, text

from bot.core.delivery import State
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.work import Work, reading, writing
from tests.conftest import MONDAY

ACCOUNTS = (1, 2)
MINUTE = timedelta(minutes=1)


class Row(NamedTuple):
    account: int
    state: State
    next_at: datetime
    lease_until: datetime | None
    rehearsal: int

    def is_left(self, before: datetime) -> bool:
        return self.lease_until is not None and self.lease_until < before

    @property
    def wanted_at(self) -> datetime | None:
        return self.lease_until if self.state is State.SENDING else self.next_at


moments = st.integers(-3, 3).map(lambda minutes: MONDAY + minutes * MINUTE)
rows = st.builds(
    Row, st.sampled_from(ACCOUNTS), st.sampled_from(State), moments, moments, st.integers(0, 1)
)


def fill(database: Database, wanted: list[Row]) -> None:
    with database.write() as conn:
        conn.execute(tables.deliveries.delete())
        values = [
            {
                "id": number,
                "key": f"k{number}",
                "kind": "collage",
                "series_id": 1,
                "account_id": row.account,
                "state": row.state.value,
                "due_at": row.next_at,
                "next_at": row.next_at,
                "lease_until": row.lease_until,
                "local_on": date(2021, 8, 2),
                "saved": {"n": number},
                "rehearsal": row.rehearsal,
            }
            for number, row in enumerate(wanted, 1)
        ]
        if values:
            conn.execute(insert(tables.deliveries), values)


def with_accounts(database: Database) -> Database:
    with writing(database, MONDAY) as work:
        work.series.ensure("weekly", "", "2021-07")
        work.accounts.ensure({"a": "outbox", "b": "outbox"})
        assert list(work.accounts.ids().values()) == list(ACCOUNTS)
    return database


@pytest.fixture
def queue(database: Database) -> Database:
    return with_accounts(database)


@pytest.fixture(scope="module")
def shared_queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all the examples of a property, which fill it anew."""
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('queue') / 'q.db'}")
    made.prepare()
    yield with_accounts(made)
    made.close()


@settings(max_examples=60)
@given(found=st.lists(rows, max_size=8), of=st.sets(st.sampled_from(ACCOUNTS)))
def test_what_is_open_and_due_is_what_the_rows_say(
    shared_queue: Database, found: list[Row], of: set[int]
) -> None:
    fill(shared_queue, found)
    names = dict(zip(ACCOUNTS, "ab", strict=True))
    live = [row for row in found if row.rehearsal == 0]
    still = [row for row in live if row.state in {State.WAITING, State.SENDING, State.UNCERTAIN}]
    due = [row for row in still if row.state is not State.SENDING and row.next_at <= MONDAY]
    with reading(shared_queue, MONDAY) as work:
        standings = {one.account.id: one for one in work.standings.all(MINUTE)}
        is_open = [names[id] for id, one in standings.items() if one.is_open]
        assert is_open == sorted({names[row.account] for row in still})
        is_due = [names[id] for id, one in standings.items() if one.is_due(MONDAY)]
        assert is_due == sorted({names[row.account] for row in due})
        in_doubt = [row for row in due if row.state is State.UNCERTAIN]
        has_doubt = [names[id] for id, one in standings.items() if one.has_doubt(MONDAY)]
        assert has_doubt == sorted({names[row.account] for row in in_doubt})
        left = [row for row in still if row.state is State.SENDING and row.is_left(MONDAY - MINUTE)]
        is_abandoned = [names[id] for id, one in standings.items() if one.is_abandoned]
        assert is_abandoned == sorted({names[row.account] for row in left})
        times = [row.wanted_at for row in still if row.account in of]
        wanted = [standings[id].next_at for id in of]
        first = min((at for at in times if at), default=None)
        assert min((at for at in wanted if at), default=None) == first


@settings(max_examples=40)
@given(found=st.lists(rows, max_size=8))
def test_what_is_looked_for_is_what_is_uncertain_and_due(
    shared_queue: Database, found: list[Row]
) -> None:
    fill(shared_queue, found)
    wanted = {
        number
        for number, row in enumerate(found, 1)
        if row == row._replace(account=1, state=State.UNCERTAIN, rehearsal=0)
        and row.next_at <= MONDAY
    }
    with reading(shared_queue, MONDAY) as work:
        looked_for = work.deliveries.uncertain(1)
    assert {delivery.id for delivery in looked_for} == wanted


@settings(max_examples=40)
@given(found=st.lists(rows, max_size=8))
def test_what_is_due_is_claimed_in_order_of_its_time_and_each_once(
    shared_queue: Database, found: list[Row]
) -> None:
    fill(shared_queue, found)
    due = [
        (row.next_at, number)
        for number, row in enumerate(found, 1)
        if row == row._replace(account=1, state=State.WAITING, rehearsal=0)
        and row.next_at <= MONDAY
    ]
    with writing(shared_queue, MONDAY) as work:
        claimed = list(iter(lambda: work.deliveries.claim(1, MINUTE), None))
    assert [delivery.id for delivery in claimed] == [number for _, number in sorted(due)]


def test_a_claim_answers_with_the_whole_delivery_as_it_is_from_then_on(queue: Database) -> None:
    fill(queue, [Row(2, State.WAITING, MONDAY, None, 0)])
    with writing(queue, MONDAY) as work:
        claimed = work.deliveries.claim(2, MINUTE)
    assert claimed is not None
    with reading(queue, MONDAY) as work:
        assert claimed == work.deliveries.get(claimed.id)
    assert (claimed.series, claimed.account, claimed.state, claimed.fence) == (
        "weekly",
        "b",
        State.SENDING,
        1,
    )


def test_a_lease_may_end_by_the_database_s_own_clock(postgres_database: str) -> None:
    database = Database(postgres_database)
    database.shares_clock = True
    fill(with_accounts(database), [Row(1, State.WAITING, MONDAY, None, 0)])
    with writing(database, MONDAY) as work:
        assert work.deliveries.claim(1, MINUTE)
        until, now = work.conn.execute(
            select(tables.deliveries.c.lease_until, func.clock_timestamp())
        ).one()
    assert now < until <= now + MINUTE
    database.close()


def looks(work: Work) -> None:
    work.standings.all(MINUTE)
    work.deliveries.abandoned(timedelta(0))
    work.deliveries.uncertain(1)
    work.deliveries.claim(1, timedelta(0))


def instructions(queue: Database) -> int:
    """How many instructions SQLite's own machine goes through for all looks."""
    steps = itertools.count()
    with writing(queue, MONDAY) as work:
        driver = work.conn.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(lambda: next(steps) < 0, 1)
        looks(work)
        driver.set_progress_handler(None, 0)
    return next(steps)


def rows_read(queue: Database) -> int:
    """The most rows that any step of PostgreSQL's plans reads, for all looks."""
    statements: list[tuple[str, Any]] = []

    def collect(conn: Any, cursor: Any, words: str, parameters: Any, *rest: Any) -> None:
        statements.append((words, parameters))

    event.listen(queue.engine, "before_cursor_execute", collect)
    with writing(queue, MONDAY) as work:
        looks(work)
    event.remove(queue.engine, "before_cursor_execute", collect)
    assert len(statements) == 4
    with queue.write() as conn:
        explained = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) "
        steps = [
            str(row[0])
            for words, its in statements
            for row in conn.exec_driver_sql(explained + words, its)
        ]
    return max(
        int(float(count))
        for step in steps
        for count in re.findall(r"(?:rows=|Filter: )([\d.]+)", step)
    )


def test_no_look_reads_all_that_waits(queue: Database) -> None:
    effort = instructions if queue.is_sqlite else rows_read
    spent = []
    for count in (20, 3_000):
        # All since the same moment, as after a hold: so their ids decide.
        fill(queue, [Row(1, State.WAITING, MONDAY, None, 0)] * count)
        with queue.write() as conn:
            conn.execute(text("ANALYZE"))
        spent.append(effort(queue))
    few, many = spent
    assert 0 < many <= few * 1.2


def test_no_thread_waits_for_the_connection_of_another(shared_queue: Database) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(shared_queue.read()) for _ in range(20)]
        assert [conn.execute(text("SELECT 1")).scalar() for conn in opened] == [1] * 20
