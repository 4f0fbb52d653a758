"""What a tick with nothing due asks the database: the same plans, however long the history is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from bot.config import Alerting
from bot.context import Context
from bot.core.delivery import Carried, State
from bot.core.events import NOBODYS
from bot.core.notices.entry import Kind
from bot.deciding import inspect
from bot.scheduling import tick
from bot.storage import tables
from bot.watching import alerts, briefing, events, watchdog
from tests import made_up
from tests.conftest import MONDAY, StoppedClock, make_context
from tests.history import FIRST, HOOK, fill

pytestmark = pytest.mark.slow

HISTORY = {
    "collages", "slots", "deliveries", "parts", "attempts", "notices", "alerts", "log", "events",
    "event_sendings",
}  # fmt: skip
NOWHERE = "json://127.0.0.1:9"
Ask = Callable[..., tuple[list[str], list[str]]]


@contextmanager
def asked(context: Context) -> Iterator[list[tuple[str, Any]]]:
    """Collects every statement that looks at tables or changes them."""
    found: list[tuple[str, Any]] = []

    def collect(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.split()[0] in {"SELECT", "UPDATE", "INSERT", "DELETE"}:
            found.append((statement, parameters))

    event.listen(context.database.engine, "before_cursor_execute", collect)
    try:
        yield found
    finally:
        event.remove(context.database.engine, "before_cursor_execute", collect)


def plans(context: Context, statements: list[tuple[str, Any]]) -> list[str]:
    explain = "EXPLAIN QUERY PLAN " if context.database.is_sqlite else "EXPLAIN (COSTS OFF) "
    with context.read() as work:
        rows = [
            work.conn.exec_driver_sql(explain + words, given).all() for words, given in statements
        ]
    return [" / ".join(str(row[-1]).strip() for row in plan) for plan in rows]


def alerting(tmp_path: Path, rows: int, url: str | None = None) -> tuple[list[str], list[str]]:
    """The statements and plans of alerts: none open, one that fails, one that waits, and nobody to
    alert.
    """
    context = make_context(tmp_path, f'[alerts]\nurls = ["{NOWHERE}"]\n', StoppedClock(MONDAY), url)
    fill(context, rows)
    with asked(context) as statements:
        alerts.send(context)
        with context.write() as work:
            work.notices.add(made_up.notice(Kind.HELD, "text"))
        alerts.send(context)
        alerts.send(context)
        alerts.send(replace(context, config=replace(context.config, alerts=Alerting())))
    found = plans(context, statements)
    context.database.close()
    return [words for words, _ in statements], found


def eventing(tmp_path: Path, rows: int, url: str | None = None) -> tuple[list[str], list[str]]:
    """The statements and plans of events: none open, one that fails, one that waits; a brief
    asks whether they arrive.
    """
    settings = f'[events]\nurls = ["{HOOK}"]\nsecret = "{NOBODYS}="\n'
    context = make_context(tmp_path, settings, StoppedClock(MONDAY), url)
    events.send(context)
    fill(context, rows)
    with context.write() as work:
        newest = tables.deliveries.c.id == FIRST
        work.conn.execute(update(tables.deliveries).where(newest).values(state="sending"))
    with asked(context) as statements:
        events.send(context)
        with context.write() as work:
            work.deliveries.move(work.deliveries.get(FIRST), State.FAILED, note="no")
        events.send(context)
        events.send(context)
        assert len(events.unreached(context)) == 1
    found = plans(context, statements)
    context.database.close()
    return [words for words, _ in statements], found


def looking(tmp_path: Path, rows: int, url: str | None = None) -> tuple[list[str], list[str]]:
    """The statements and plans of lists of deliveries, and of all about one; a few old ones are not
    sent.
    """
    context = make_context(tmp_path, "live = true", StoppedClock(MONDAY), url)
    fill(context, rows)
    with context.write() as work:
        for number, state in enumerate(("waiting", "uncertain", "held", "failed"), FIRST):
            work.conn.execute(
                update(tables.deliveries)
                .values(state=state)
                .where(tables.deliveries.c.id == number)
            )
        if context.database.is_sqlite:
            # The program has SQLite gather none; with them, one account that has it all is read by
            # the primary key.
            work.conn.exec_driver_sql("DELETE FROM sqlite_stat1")
    context.database.close()
    with asked(context) as statements, context.read() as work:
        assert len(work.lookup.listed()) == 4
        assert len(work.lookup.listed(list(State), account="outbox", most=20)) == 20
        assert len(work.lookup.listed([State.FAILED])) == 1
        inspect.of(context, str(FIRST + rows - 1))
        inspect.of(context, f"k{FIRST + rows - 1}")
    found = plans(context, statements)
    context.database.close()
    return [words for words, _ in statements], found


def composing(tmp_path: Path, rows: int, url: str | None = None) -> tuple[list[str], list[str]]:
    """The statements and plans of what composing asks: which texts are out, which threads
    have not begun, which drafts stay behind.
    """
    context = make_context(tmp_path, "live = true", StoppedClock(MONDAY), url)
    fill(context, rows)
    with asked(context) as statements, context.read() as work:
        texts = [f"t{FIRST + 1}", f"t{FIRST + rows}"]
        assert list(work.parts.repeated("outbox", texts, Carried())) == [f"t{FIRST + 1}"]
        assert work.parts.repeated("outbox", texts, Carried(collage_id=FIRST + 1)) == {}
        assert work.deliveries.to_come() == []
        assert work.queue.kept_back("mlcollage") == []
    found = plans(context, statements)
    context.database.close()
    return [words for words, _ in statements], found


def idle(tmp_path: Path, rows: int, url: str | None = None) -> tuple[list[str], list[str]]:
    """The statements and plans of a tick with nothing due, and of brief and watchdog with nothing
    to say.

    On a database with so many rows of history; it is the day before a slot, and its brief is given.
    """
    clock = StoppedClock(MONDAY)
    context = make_context(tmp_path, clock=clock, url=url)
    clock.go(days=1, hours=6, minutes=1)
    tick.tick(context)
    briefing.give(context)
    fill(context, rows)
    assert len(tick.unheard(context)) == 1
    clock.go(minutes=5)
    with asked(context) as statements:
        assert tick.tick(context) == []
        briefing.give(context)
        watchdog.look(context)
    assert tick.unheard(context) == []
    found = plans(context, statements)
    context.database.close()
    return [words for words, _ in statements], found


def test_a_tick_with_nothing_due_asks_the_same_in_the_same_way_however_long_the_history(
    tmp_path: Path,
) -> None:
    short, long = idle(tmp_path / "short", 100), idle(tmp_path / "long", 20_000)
    assert short == long


def test_deliveries_are_looked_at_in_the_same_way_however_many_there_were(tmp_path: Path) -> None:
    short, long = looking(tmp_path / "short", 100), looking(tmp_path / "long", 20_000)
    assert short == long


def test_alerts_are_sent_in_the_same_way_however_many_there_were(tmp_path: Path) -> None:
    short, long = alerting(tmp_path / "short", 100), alerting(tmp_path / "long", 20_000)
    assert short == long


def test_events_are_sent_in_the_same_way_however_many_there_were(tmp_path: Path) -> None:
    short, long = eventing(tmp_path / "short", 100), eventing(tmp_path / "long", 20_000)
    assert short == long


@pytest.mark.parametrize("ask", [idle, alerting, eventing, looking, composing])
def test_it_never_walks_through_history_on_sqlite(tmp_path: Path, ask: Ask) -> None:
    _, found = ask(tmp_path, 5_000)
    walks = [
        plan
        for plan in found
        for step in plan.split(" / ")
        if step.startswith("SCAN") and "INDEX" not in step
    ]
    assert [plan for plan in walks if any(f"SCAN {table}" in plan for table in HISTORY)] == []


@pytest.mark.parametrize("ask", [idle, alerting, eventing, looking, composing])
def test_it_never_walks_through_history_on_postgresql(
    tmp_path: Path, postgres_database: str, ask: Ask
) -> None:
    _, found = ask(tmp_path, 20_000, postgres_database)
    assert [
        plan for plan in found if any(f"Seq Scan on {table}" in plan for table in HISTORY)
    ] == []
