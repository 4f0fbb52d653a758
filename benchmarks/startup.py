"""What a start costs, what a tick with nothing due costs as history grows, and what a bot that
waits holds in memory.

    python benchmarks/startup.py [--rows 1000000] [--idle]

Every figure is a ratio against a floor measured in the same run; the goals stand beside them.
"""

import argparse
import compileall
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
# In place of this folder, where the standard library would find a benchmark under the name of its
# own module.
sys.path[0] = str(ROOT)

from bot import config  # noqa: E402 - the checkout's own
from bot.app import assemble  # noqa: E402 - the checkout's own
from bot.scheduling import tick  # noqa: E402 - the checkout's own
from tests.conftest import write_item  # noqa: E402 - as above
from tests.history import fill  # noqa: E402 - as above

PYTHON = sys.executable
ACCOUNTS = {
    "all_x": """network = "x"
username = "mlcollage"
consumer_key = "k"
consumer_secret = "k"
access_token = "k"
access_token_secret = "k"
""",
    "all_bluesky": """network = "bluesky"
handle = "mlcollage.bsky.social"
app_password = "k"
""",
    "all_mastodon": """network = "mastodon"
base_url = "https://mastodon.social"
access_token = "k"
""",
}
"""An account on each network that is called over HTTP, as config.toml has it."""
PATIENCE = 90
"""Seconds in which a late slot is posted: a bot looks every 30 seconds."""


def seconds(commands: dict[str, list[str]], folder: Path, rounds: int) -> dict[str, float]:
    """The median time of each command; they take turns, so that a busy moment of the machine meets
    all alike.
    """
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def bot(*words: str) -> list[str]:
    """The installed command."""
    return [str(Path(PYTHON).with_name("mlcollage")), *words]


def installation(folder: Path) -> None:
    """Three ready collages; the slot and the roundup are days away, whenever this is run."""
    settings = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    (folder / config.FILE).write_text(far_from_now(settings, datetime.now(UTC)), encoding="utf-8")
    subprocess.run(bot("init"), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    files = [str(write_item(folder, name)) for name in ("one", "two", "three")]
    subprocess.run(bot("add", *files), cwd=folder, check=True, stdout=subprocess.DEVNULL)


def far_from_now(settings: str, now: datetime) -> str:
    """The settings with the weekly slot in three days, the roundup in two weeks.

    Four days back, the last slot is not too late: `make_due` has it posted.
    """
    changes = {
        'slots = ["wednesday 15:00"]': f'slots = ["{now + timedelta(days=3):%A %H:%M}"]',
        'lateness = "48h"': 'lateness = "7d"',
        'day = "last"': f"day = {(now + timedelta(days=14)).day}",
    }
    for default, wanted in changes.items():
        if settings.count(default) != 1:
            sys.exit(f"config.example.toml has no {default}: it cannot be told when nothing is due")
        settings = settings.replace(default, wanted)
    return settings


def on_all_networks(folder: Path) -> None:
    """A live installation with an account on every network, which nothing here calls."""
    accounts = "".join(f"\n[accounts.{name}]\n{lines}" for name, lines in ACCOUNTS.items())
    settings = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    settings = far_from_now(settings, datetime.now(UTC)).replace("live = false", "live = true ", 1)
    (folder / config.FILE).write_text(settings + accounts, encoding="utf-8")
    subprocess.run(bot("init"), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    files = [str(write_item(folder, name)) for name in ("one", "two", "three")]
    subprocess.run(bot("add", *files), cwd=folder, check=True, stdout=subprocess.DEVNULL)


def starts(folder: Path) -> None:
    goals = {"--help": 4, "next": 25, "list": None, "tick": None}
    libraries = [PYTHON, "-c", "import sqlalchemy, sqlalchemy.dialects.sqlite, click"]
    commands = {"bare": [PYTHON, "-c", "pass"], "libraries": libraries} | {
        word: bot(word) for word in goals
    }
    took = seconds(commands, folder, 25)
    floor = took.pop("bare")
    print(f"bare python -c pass     {floor * 1000:7.1f} ms")
    print(
        f"SQLAlchemy and click    {took['libraries'] * 1000:7.1f} ms  "
        f"{took.pop('libraries') / floor:5.1f} × bare"
    )
    for word, spent in took.items():
        wanted = f"   goal: at most {goals[word]}" if goals[word] else ""
        print(f"mlcollage {word:<14}{spent * 1000:7.1f} ms  {spent / floor:5.1f} × bare{wanted}")
    everywhere = folder / "everywhere"
    everywhere.mkdir()
    on_all_networks(everywhere)
    # A tick would ask the networks.
    offline = {word: bot(word) for word in ("--help", "next", "list")}
    for word, spent in seconds(offline, everywhere, 25).items():
        said = "   with accounts on all networks"
        print(f"mlcollage {word:<14}{spent * 1000:7.1f} ms  {spent / floor:5.1f} × bare{said}")


def ticks(folder: Path, rows: list[int]) -> None:
    """Ticks with nothing due, in one process, with growing history."""
    print("\na tick with nothing due, by rows of history in each table")
    floor = 0.0
    for count in rows:
        place = folder / f"history-{count}"
        place.mkdir()
        installation(place)
        context = assemble.context(config.load(place / config.FILE))
        tick.tick(context)
        fill(context, count)
        tick.tick(context)
        times = []
        for _ in range(200):
            start = time.perf_counter()
            tick.tick(context)
            times.append(time.perf_counter() - start)
        median = statistics.median(times)
        quarter, _, third = statistics.quantiles(times, n=4)
        floor = floor or median
        noise = f"{quarter * 1000:.2f}–{third * 1000:.2f}"
        print(
            f"{count:>9,} rows  {median * 1000:6.2f} ms  (middle half {noise})  "
            f"{median / floor:4.2f} × the first"
        )
        context.database.close()


def resident(pid: int) -> float:
    """MiB of memory the process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def wakes(pid: int) -> int:
    """How often a process's threads went to sleep by themselves."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = status.read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))
    return total


def memory(folder: Path, idle: bool) -> None:
    print("\nmlcollage run")
    place = folder / "run"
    place.mkdir()
    installation(place)
    process = subprocess.Popen(bot("run"), cwd=place, stdout=subprocess.DEVNULL)
    time.sleep(3)
    print(f"idle before the first post   {resident(process.pid):6.1f} MiB   goal: under 55")
    if idle:
        before, span = wakes(process.pid), 120
        time.sleep(span)
        print(
            f"sleeps in {span} s               {wakes(process.pid) - before:4d}"
            "         a look every 30 s"
        )
    make_due(place / "queue.db")
    end = time.monotonic() + PATIENCE
    while not list((place / "outbox").rglob("2*")):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            sys.exit(f"mlcollage run has posted nothing in {PATIENCE} s, though a slot was due")
        time.sleep(1)
    time.sleep(2)
    print(f"idle after a post            {resident(process.pid):6.1f} MiB   goal: under 110")
    process.send_signal(signal.SIGTERM)
    print(f"ended by SIGTERM with        {process.wait(30)}")


def make_due(database: Path) -> None:
    """Let the series look back over five days: its last slot is late, and due at once."""
    connection = sqlite3.connect(database)
    connection.execute("UPDATE series SET looked_until = datetime('now', '-5 days') || '.000000'")
    connection.commit()
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="the longest history")
    parser.add_argument(
        "--idle", action="store_true", help="count for two minutes how often `run` wakes"
    )
    given = parser.parse_args()
    # As an installed package has them: nobody compiles at every start.
    compileall.compile_dir(ROOT / "bot", quiet=2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installation(folder)
        starts(folder)
        ticks(folder, [100, given.rows])
        memory(folder, given.idle)


if __name__ == "__main__":
    main()
