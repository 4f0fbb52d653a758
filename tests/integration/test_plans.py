"""What a tick with nothing due asks the database: the same plans, however long the history is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot import tick
from bot.world import World
from tests.conftest import MONDAY, StoppedClock, make_world
from tests.history import fill

HISTORY = {"collages", "slots", "deliveries", "parts", "attempts", "notices", "log"}


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
