"""Claim and finish, per second: our storage against its own statements sent bare, and against
procrastinate.

    python benchmarks/queue.py [--quick]

Both databases keep what they commit through a power cut. All sides take turns in one run, in
rounds; a figure is the median of its rounds, with the least and the most beside it. A worker is a
process of its own, on every side.
"""

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# In place of this folder, where the standard library would find a benchmark under the name of its
# own module.
sys.path[0] = str(ROOT)

from sqlalchemy import text  # noqa: E402 - as above

from benchmarks import queue_sides as sides  # noqa: E402 - as above
from bot.storage.database import Database  # noqa: E402 - as above
from bot.storage.work import writing  # noqa: E402 - as above
from tests import postgres  # noqa: E402 - as above

WARM, TURN, ROUNDS = 15, 25, 9
"""Deliveries before the first turn, and in each: the 500 that are due in the smallest queue last
for both sides.
"""


def fill(database: Database, rows: int) -> None:
    """Half of the rows are history; the other half is due, each since a moment of its own."""
    now = datetime.now(UTC)
    if database.is_sqlite:
        numbers = (
            f"WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {rows})"
        )
        at = f"strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-1 days', (n - {rows}) || ' seconds')"
    else:
        numbers = f"WITH g AS (SELECT generate_series(1, {rows}) AS n)"
        at = f"now() - make_interval(days => 1, secs => {rows} - n)"
    with writing(database, now) as work:
        work.series.ensure("weekly", "", "2021-07")
        work.accounts.ensure({"outbox": "outbox"})
        columns = "key, kind, series_id, account_id, state, due_at, next_at, local_on, saved"
        state = f"CASE WHEN n <= {rows // 2} THEN 'sent' ELSE 'waiting' END"
        values = f"'k' || n, 'collage', 1, 1, {state}, {at}, {at}, CURRENT_DATE, '{{}}'"
        work.conn.execute(
            text(f"INSERT INTO deliveries ({columns}) {numbers} SELECT {values} FROM g")
        )


def settle(url: str) -> None:
    """What a database does by itself after so many changes is done before anything is timed, or
    falls on one side.
    """
    database = Database(url)
    for words in ["ANALYZE"] if database.is_sqlite else ["VACUUM (ANALYZE)", "CHECKPOINT"]:
        with database.at_once() as conn:
            conn.execute(text(words))
    database.close()


@contextmanager
def databases(sizes: list[int], folder: Path) -> Iterator[dict[str, dict[int, str]]]:
    """The URL of a filled database of each kind and size; what is not installed is said."""
    with ExitStack() as stack:
        found = {"SQLite": {size: f"sqlite:///{folder / f'{size}.db'}" for size in sizes}}
        binaries = postgres.binaries()
        if binaries and find_spec("psycopg"):
            url = stack.enter_context(postgres.running(binaries, durable=True))
            for size in sizes:
                create(url, f"of_{size}")
            found["PostgreSQL"] = {size: url.format(name=f"of_{size}") for size in sizes}
        else:
            what = (
                "psycopg (pip install 'mlcollage[bench]')"
                if binaries
                else "PostgreSQL (Debian: postgresql)"
            )
            print(f"Without PostgreSQL, and so without procrastinate: {what} is not installed.")
        for urls in found.values():
            for size, url in urls.items():
                database = Database(url)
                database.prepare()
                fill(database, size)
                database.close()
                settle(url)
        yield found


def create(url: str, name: str) -> None:
    import psycopg

    with psycopg.connect(sides.plain(url).format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")


class Rounds:
    """What each side did in each round: rates, and every id it took."""

    def __init__(self) -> None:
        self.rates: dict[Any, list[float]] = {}
        self.taken: dict[str, list[int]] = {}

    def warm(self, url: str, ids: list[int]) -> None:
        """Taken before the first round: not timed, but counted."""
        self.taken.setdefault(url, []).extend(ids)

    def add(self, side: Any, url: str, rates: list[float], ids: list[int]) -> None:
        self.rates.setdefault(side, []).append(sum(rates))
        self.warm(url, ids)

    def middle(self, side: Any) -> float:
        return statistics.median(self.rates[side])

    def shown(self, side: Any) -> str:
        rates = self.rates[side]
        return f"{self.middle(side):>7,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"


def by_rows(found: dict[str, dict[int, str]], rounds: Rounds) -> None:
    """One worker, by rows: ours against bare, both databases and all sizes in turn."""
    with ExitStack() as stack:
        takes = {
            (kind, size, side): (url, stack.enter_context(sides.SIDES[side](url)))
            for kind, urls in found.items()
            for size, url in urls.items()
            for side in ("bare", "ours")
        }
        for url, take in takes.values():
            rounds.warm(url, turn(take, WARM)[1])
        for _ in range(ROUNDS):
            for key, (url, take) in takes.items():
                rate, ids = turn(take, TURN)
                rounds.add(key, url, [rate], ids)
    print(
        "\nclaimed and finished a second, one worker   median (least–most)   "
        "goal: at most 2 × bare's time, flat"
    )
    for kind, urls in found.items():
        first = rounds.middle((kind, next(iter(urls)), "ours"))
        for size in urls:
            mine, floor = (rounds.middle((kind, size, side)) for side in ("ours", "bare"))
            print(
                f"{kind:<11}{size:>10,} rows   bare {rounds.shown((kind, size, 'bare')):<22}",
                end="",
            )
            print(f"ours {rounds.shown((kind, size, 'ours')):<22}", end="")
            print(f"{floor / mine:4.2f} × bare's time   {first / mine:4.2f} × the first size's")


def turn(take: sides.Take, count: int) -> tuple[float, list[int]]:
    begun = time.perf_counter()
    ids = [delivery_id for _ in range(count) if (delivery_id := take()) is not None]
    return len(ids) / (time.perf_counter() - begun), ids


def work(pipe: Pipe, urls: dict[str, str]) -> None:
    """A worker: told a side and when to begin and end, it answers with its rate and the ids it
    took.
    """
    with ExitStack() as stack:
        takes = {side: stack.enter_context(sides.SIDES[side](url)) for side, url in urls.items()}
        pipe.send({side: turn(take, WARM)[1] for side, take in takes.items()})
        while told := pipe.recv():
            side, begin, end = told
            ids = []
            time.sleep(max(0.0, begin - time.time()))
            begun = time.perf_counter()
            while time.time() < end and (delivery_id := takes[side]()) is not None:
                ids.append(delivery_id)
            pipe.send((len(ids) / (time.perf_counter() - begun), ids))


@contextmanager
def working(count: int, urls: dict[str, str], rounds: Rounds) -> Iterator[list[Pipe]]:
    """So many workers, warm and waiting to be told; started afresh, so that they share no
    connection.
    """
    fresh = multiprocessing.get_context("spawn")
    pipes = [fresh.Pipe() for _ in range(count)]
    workers = [fresh.Process(target=work, args=(theirs, urls), daemon=True) for _, theirs in pipes]
    for worker in workers:
        worker.start()
    for pipe, _ in pipes:
        for side, ids in pipe.recv().items():
            rounds.warm(urls[side], ids)
    yield [pipe for pipe, _ in pipes]
    for pipe, _ in pipes:
        pipe.send(None)
    for worker in workers:
        worker.join()


def by_workers(urls: dict[str, str], counts: list[int], seconds: float, rounds: Rounds) -> None:
    """On one queue in PostgreSQL: each side alone, so many workers at once, all sides and counts in
    turn.
    """
    with working(max(counts), urls, rounds) as pipes:
        for _ in range(ROUNDS // 2 + 1):
            for url in set(urls.values()):
                settle(url)
            for count in counts:
                for side, url in urls.items():
                    begin = time.time() + 0.1
                    for pipe in pipes[:count]:
                        pipe.send((side, begin, begin + seconds))
                    answers = [pipe.recv() for pipe in pipes[:count]]
                    ids = [delivery_id for _, theirs in answers for delivery_id in theirs]
                    rounds.add((count, side), url, [rate for rate, _ in answers], ids)
    show("the same by workers on PostgreSQL", [f"{count} at once" for count in counts])
    for side in urls:
        show(side, [rounds.shown((count, side)) for count in counts])
    goals = {
        ("bare", "ours"): "goal at most 2",
        ("ours", sides.PROCRASTINATE): "goal at least 2.5",
        ("ours", sides.CALLS): "",
    }
    for (one, other), goal in goals.items():
        if one in urls and other in urls:
            ratios = [
                rounds.middle((count, one)) / rounds.middle((count, other)) for count in counts
            ]
            show(f"{one} / {other}", [f"{ratio:.2f}" for ratio in ratios], goal)


def show(what: str, figures: list[str], more: str = "") -> None:
    print(f"{what:<34}" + "".join(f"{figure:<26}" for figure in figures) + more)


def with_jobs(url: str, jobs: int) -> str:
    """A database of procrastinate's with so many jobs to do; nobody listens, so nobody is notified
    of them.
    """
    import psycopg
    from procrastinate.schema import SchemaManager

    create(url, sides.PROCRASTINATE)
    own = url.format(name=sides.PROCRASTINATE)
    with psycopg.connect(sides.plain(own)) as connection:
        connection.execute(SchemaManager.get_schema())
        connection.execute("SET session_replication_role = replica")
        made = (
            "INSERT INTO procrastinate_jobs (queue_name, task_name) "
            "SELECT 'q', %s FROM generate_series(1, %s)"
        )
        connection.execute(made, [sides.TASK, jobs])
    settle(own)
    return own


def count_doubles(rounds: Rounds) -> None:
    """Every id once: by what the workers say, and by what our ledger holds."""
    said, stored = 0, 0
    for url, ids in rounds.taken.items():
        said += sum(1 for times in Counter(ids).values() if times > 1)
        if not url.partition("?")[0].endswith(sides.PROCRASTINATE):
            database = Database(url)
            with database.read() as conn:
                touched = conn.execute(
                    text("SELECT id, fence, state FROM deliveries WHERE fence > 0")
                ).all()
            database.close()
            stored += sum(1 for row in touched if (row.fence, row.state) != (1, "sent"))
            stored += abs(len(touched) - len(ids))
    print(
        f"\n{sum(map(len, rounds.taken.values())):,} taken; twice: {said}; "
        f"not as the ledger has it: {stored}"
    )
    sys.exit(bool(said or stored))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rows and workers")
    quick = parser.parse_args().quick
    sizes = [1_000, 20_000] if quick else [1_000, 100_000, 1_000_000]
    counts, seconds = ([1, 4], 0.3) if quick else ([1, 4, 16], 2.0)
    rounds = Rounds()
    with tempfile.TemporaryDirectory() as folder, databases(sizes, Path(folder)) as found:
        by_rows(found, rounds)
        if queues := found.get("PostgreSQL"):
            urls = dict.fromkeys(("bare", "ours"), queues[sizes[-1]])
            if find_spec(sides.PROCRASTINATE):
                template = queues[sizes[-1]].replace(f"of_{sizes[-1]}", "{name}")
                urls |= dict.fromkeys(
                    (sides.PROCRASTINATE, sides.CALLS), with_jobs(template, sizes[-1] // 5)
                )
            else:
                print(
                    "Without procrastinate: it is not installed (pip install 'mlcollage[bench]')."
                )
            by_workers(urls, counts, seconds, rounds)
        count_doubles(rounds)


if __name__ == "__main__":
    main()
