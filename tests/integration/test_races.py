"""Several workers on one queue, as real processes: whoever claims, everything goes out once."""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from bot.storage import tables
from bot.storage.database import Connection, Database
from tests.conftest import ROOT

COLLAGES = 5_000
ACCOUNTS = (1, 2)
PATIENCE = 600
"""Seconds a race may last, also on a machine that has other things to do."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(PATIENCE + 60)]


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, where this system has one: what is measured is the race, not the disk."""
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=place if place.is_dir() else None) as folder:
        yield Path(folder)


def fill(conn: Connection) -> None:
    """Ten thousand deliveries that are due: each of five thousand collages on its way to two
    accounts.
    """
    now = datetime.now(UTC) - timedelta(hours=1)
    moments = {"scheduled_from": now, "looked_until": now}
    put(
        conn,
        "series",
        [{"id": 1, "name": "s", "fingerprint": "", "roundups_through": "2021-01"} | moments],
    )
    put(conn, "accounts", [{"id": n, "name": f"a{n}", "network": "outbox"} for n in ACCOUNTS])
    paper = {
        "id": 1,
        "title": "t",
        "authors": [],
        "others": False,
        "figures": [],
        "reference_list": [],
    }
    put(conn, "papers", [paper])
    numbers = range(1, COLLAGES + 1)
    claimed = {"series_id": 1, "paper_id": 1, "state": "claimed", "thread": []}
    put(
        conn,
        "collages",
        [claimed | {"id": n, "name": f"c{n}", "position": n, "number": n} for n in numbers],
    )
    due = {
        "kind": "collage",
        "series_id": 1,
        "state": "waiting",
        "due_at": now,
        "next_at": now,
        "saved": {},
    }
    ids = [
        (ACCOUNTS.index(account) * COLLAGES + n, account, n)
        for account in ACCOUNTS
        for n in numbers
    ]
    due["local_on"] = now.date()
    put(
        conn,
        "deliveries",
        [
            due | {"id": id, "account_id": account, "collage_id": n, "key": f"s/{n}/a{account}"}
            for id, account, n in ids
        ],
    )
    put(conn, "parts", [{"delivery_id": id, "position": 1, "text": "One."} for id, _, _ in ids])


def put(conn: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5_000):
        conn.execute(insert(tables.metadata.tables[table]), rows[start : start + 5_000])


def race(url: str, folder: Path, count: int) -> list[Counter[str]]:
    """So many workers, begun at one moment; what each of them sent."""
    files = [folder / f"sends-{number}" for number in range(count)]
    command = [sys.executable, "-m", "tests.integration.racer", url]
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    with ExitStack() as started:
        workers = []
        for number, file in enumerate(files):
            # Half of them begin with one account, half with the other: both are fought for.
            accounts = [
                str(account) for account in (ACCOUNTS if number % 2 else reversed(ACCOUNTS))
            ]
            worker = subprocess.Popen(
                [*command, str(file), *accounts], cwd=ROOT, text=True, **pipes
            )
            started.callback(worker.kill)
            workers.append(started.enter_context(worker))
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        told = [worker.communicate(timeout=PATIENCE) for worker in workers]
    assert told == [("", "")] * count
    assert [worker.returncode for worker in workers] == [0] * count
    return [Counter(file.read_text(encoding="ascii").split()) for file in files]


def each_is_sent_once(url: str, folder: Path, count: int) -> None:
    database = Database(url)
    database.prepare()
    with database.write() as conn:
        fill(conn)
    sent = race(url, folder, count)
    assert sum(1 for own in sent if own) > 1, "it was a race"
    keys = [f"s/{n}/a{account}" for account in ACCOUNTS for n in range(1, COLLAGES + 1)]
    assert sum(sent, Counter()) == Counter(keys)
    with database.read() as conn:
        assert summed(conn, tables.deliveries.c.state, tables.deliveries.c.fence) == {
            ("sent", 1): len(keys)
        }
        assert summed(conn, tables.attempts.c.outcome, tables.attempts.c.fence) == {
            ("sent", 1): len(keys)
        }
        assert summed(conn, tables.collages.c.state) == {("posted",): COLLAGES}
        without = select(func.count()).where(tables.parts.c.receipt_id.is_(None))
        assert conn.execute(without).scalar() == 0
    database.close()


def summed(conn: Connection, *columns: Any) -> dict[tuple[Any, ...], int]:
    """How many rows have each of the values these columns have."""
    return {
        tuple(row[:-1]): row[-1]
        for row in conn.execute(select(*columns, func.count()).group_by(*columns))
    }


@pytest.mark.parametrize("count", [2, 4, 16])
def test_workers_on_one_postgresql_send_each_of_ten_thousand_once(
    postgres_database: str, tmp_path: Path, count: int
) -> None:
    each_is_sent_once(postgres_database, tmp_path, count)


def test_four_workers_on_one_sqlite_send_each_of_ten_thousand_once(memory: Path) -> None:
    each_is_sent_once(f"sqlite:///{memory / 'queue.db'}", memory, 4)
