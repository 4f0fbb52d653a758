"""What a tick with nothing due asks the database: the same plans, however long the history is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, text

from bot import tick
from bot.storage import tables
from bot.world import World
from tests.conftest import MONDAY, StoppedClock, make_world

HISTORY = {"collages", "slots", "deliveries", "parts", "attempts", "notices", "log"}


def fill(world: World, rows: int) -> None:
    """History as years of posting leave it: one row of each kind a minute, back from now."""
    now = world.clock.now()
    paper = {"id": 1, "title": "t", "authors": [], "others": False, "figures": [], "reference_list": []}
    month = {"id": 1, "series_id": 1, "title_month": "2001-01", "title": "t", "slug": "s", "state": "announced"}
    with world.database.write() as conn:
        conn.execute(insert(tables.papers).values(paper))
        conn.execute(insert(tables.roundups).values(month | {"due_at": now}))
        for start in range(1, rows + 1, 5_000):
            ids = range(start, min(rows + 1, start + 5_000))
            for table, made in _rows(ids, {n: now - timedelta(minutes=n) for n in ids}).items():
                conn.execute(insert(tables.metadata.tables[table]), made)
    with world.database.write() as conn:
        conn.execute(text("ANALYZE"))


def _rows(ids: range, at: dict[int, Any]) -> dict[str, list[dict[str, Any]]]:
    its = {"series_id": 1}
    posted = {"paper_id": 1, "state": "posted", "thread": [], "roundup_id": 1}
    sent = {"kind": "collage", "account_id": 1, "state": "sent", "saved": {}}
    heard = {"kind": "empty", "text": "t"}
    return {
        "collages": [
            its | posted | {"id": n, "name": f"c{n}", "position": n, "number": n, "due_at": at[n], "posted_at": at[n]}
            for n in ids
        ],
        "slots": [its | {"due_at": at[n], "local_on": at[n].date(), "state": "claimed", "collage_id": n} for n in ids],
        "deliveries": [
            its
            | sent
            | {"id": n, "key": f"k{n}", "collage_id": n, "due_at": at[n], "next_at": at[n], "local_on": at[n].date()}
            for n in ids
        ],
        "parts": [{"delivery_id": n, "position": 1, "text": "t", "receipt_id": str(n)} for n in ids],
        "attempts": [{"delivery_id": n, "fence": 1, "started_at": at[n], "outcome": "sent"} for n in ids],
        "notices": [
            heard | {"key": f"n{n}", "created_at": at[n], "printed_at": at[n], "acknowledged_at": at[n]} for n in ids
        ],
        "log": [{"at": at[n], "who": "w", "what": "add", "subject": f"s{n}"} for n in ids],
    }


@contextmanager
def asked(world: World) -> Iterator[list[tuple[str, Any]]]:
    """Collects every statement that looks at tables or changes them."""
    found: list[tuple[str, Any]] = []

    def collect(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.split()[0] in {"SELECT", "UPDATE", "INSERT", "DELETE"}:
            found.append((statement, parameters))

    event.listen(world.database.engine, "before_cursor_execute", collect)
    try:
        yield found
    finally:
        event.remove(world.database.engine, "before_cursor_execute", collect)


def plans(world: World, statements: list[tuple[str, Any]]) -> list[str]:
    explain = "EXPLAIN QUERY PLAN " if world.database.is_sqlite else "EXPLAIN (COSTS OFF) "
    with world.database.read() as conn:
        rows = [conn.exec_driver_sql(explain + words, given).all() for words, given in statements]
    return [" / ".join(str(row[-1]).strip() for row in plan) for plan in rows]


def idle(tmp_path: Path, rows: int, url: str | None = None) -> tuple[list[str], list[str]]:
    """The statements and plans of a tick with nothing due, on a database with so many rows of history."""
    clock = StoppedClock(MONDAY)
    world = make_world(tmp_path, clock=clock, url=url)
    tick.tick(world)
    fill(world, rows)
    clock.go(minutes=5)
    with asked(world) as statements:
        assert tick.tick(world) == []
    found = plans(world, statements)
    world.database.close()
    return [words for words, _ in statements], found


def test_a_tick_with_nothing_due_asks_the_same_in_the_same_way_however_long_the_history(tmp_path: Path) -> None:
    short, long = idle(tmp_path / "short", 100), idle(tmp_path / "long", 20_000)
    assert short == long


def test_it_never_walks_through_history_on_sqlite(tmp_path: Path) -> None:
    _, found = idle(tmp_path, 5_000)
    walks = [plan for plan in found for step in plan.split(" / ") if step.startswith("SCAN") and "INDEX" not in step]
    assert [plan for plan in walks if any(f"SCAN {table}" in plan for table in HISTORY)] == []


def test_it_never_walks_through_history_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    _, found = idle(tmp_path, 20_000, postgres_database)
    assert [plan for plan in found if any(f"Seq Scan on {table}" in plan for table in HISTORY)] == []
