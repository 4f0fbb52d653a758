"""What goes wrong around a desk: settings, the database, kills, its port; and the bot beside it."""

import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from tests.conftest import threads_out
from tests.desk import desks
from tests.desk.desks import EDITOR, OWNER, Client, Desk, Place
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage
from tests.waiting import until

QUEUE = f"/s/{desks.SERIES}/queue"
STATE = f"{QUEUE}/state"
HOLD = {"name": "beta", "what": "hold"}


# Settings.


def test_a_setting_that_is_changed_counts_from_the_next_request_on(desk: Desk) -> None:
    client = desk.client(EDITOR)
    desk.place.write(desks.SETTINGS.replace('"ML-Collage"', '"Papers of the Week"'))
    assert "Papers of the Week" in client.get(QUEUE).text


def test_a_configuration_that_breaks_is_told_on_every_page_and_the_desk_goes_on(
    desk: Desk,
) -> None:
    client = desk.client(EDITOR)
    assert client.get(QUEUE).status_code == 200
    desk.place.write(desks.SETTINGS + "\nslots = [")
    for _ in range(2):
        page = client.get(QUEUE)
        assert page.status_code == 200
        assert "goes on with the one before" in page.text
        assert "config.toml" in page.text
    assert client.post(STATE, HOLD).status_code == 303
    desk.place.write(desks.SETTINGS)
    assert "goes on with the one before" not in client.get(QUEUE).text


def test_a_configuration_that_is_gone_is_told_and_the_desk_goes_on(desk: Desk) -> None:
    client = desk.client(EDITOR)
    assert client.get(QUEUE).status_code == 200
    desk.place.file.unlink()
    assert "goes on with the one before" in client.get(QUEUE).text


def test_a_series_that_is_gone_is_a_page_that_is_not_there(desk: Desk) -> None:
    answer = desk.client(EDITOR).get("/s/nothing/queue")
    assert answer.status_code == 400
    assert desks.SERIES in desks.message(answer)


# The database.


def test_a_database_that_is_replaced_is_the_one_that_the_desk_works_with(desk: Desk) -> None:
    client = desk.client(EDITOR)
    file = desk.place.folder / "queue.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(desk.place.folder / "older.db"),))
    assert client.post(STATE, HOLD).status_code == 303
    (desk.place.folder / "older.db").replace(file)
    for beside in ("queue.db-wal", "queue.db-shm"):
        (desk.place.folder / beside).unlink(missing_ok=True)
    assert client.get(QUEUE).status_code == 200
    assert state_of(desk.place, "beta") == ("ready", 0)
    assert client.post(STATE, HOLD).status_code == 303
    assert state_of(desk.place, "beta") == ("held", 1)


def test_whoever_only_looks_does_not_wait_for_another_writer(desk: Desk) -> None:
    client = desk.client(EDITOR)
    with closing(sqlite3.connect(desk.place.folder / "queue.db")) as connection:
        # That somebody is here is written down again after a minute.
        before = f"{datetime.now(UTC) - timedelta(minutes=5):%Y-%m-%d %H:%M:%S.%f}"
        connection.execute("UPDATE sessions SET seen_at = ?", (before,))
        connection.commit()
        connection.execute("BEGIN IMMEDIATE")
        answer = client.get(QUEUE)
        assert answer.status_code == 200
        assert answer.elapsed < timedelta(seconds=10)
        connection.rollback()
        seen = "SELECT count(*) FROM sessions WHERE seen_at > ?"
        assert connection.execute(seen, (before,)).fetchone() == (0,)
        assert client.get(QUEUE).status_code == 200
        assert connection.execute(seen, (before,)).fetchone() == (1,)


def test_a_database_that_is_gone_is_told_and_no_empty_one_takes_its_place(desk: Desk) -> None:
    client = desk.client(EDITOR)
    assert client.get(QUEUE).status_code == 200
    away = desk.place.folder / "away"
    away.mkdir()
    files = list(desk.place.folder.glob("queue.db*"))
    for file in files:
        file.rename(away / file.name)
    for answer in (client.get(QUEUE), client.post(STATE, HOLD), desk.nobody().get("/login")):
        assert answer.status_code == 500
        assert "is not there any more. Put it back" in answer.text
    assert not list(desk.place.folder.glob("queue.db*"))
    for file in files:
        (away / file.name).rename(file)
    assert client.get(QUEUE).status_code == 200


def test_a_database_that_is_replaced_after_one_request_is_noticed_too(place: Place) -> None:
    file = place.folder / "queue.db"
    with desks.running(place) as desk:
        client = desk.client(EDITOR)
        assert client.get(QUEUE).status_code == 200
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM INTO ?", (str(place.folder / "other.db"),))
        with closing(sqlite3.connect(place.folder / "other.db")) as connection:
            connection.execute("DELETE FROM sessions")
            connection.commit()
        for each in place.folder.glob("queue.db*"):
            each.rename(place.folder / f"old-{each.name}")
        (place.folder / "other.db").rename(file)
        assert client.get(QUEUE).status_code == 303


def state_of(place: Place, name: str) -> tuple[str, int]:
    """The state of a collage, and how often the log says that somebody holds it."""
    with closing(sqlite3.connect(place.folder / "queue.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (state,) = connection.execute(
            "SELECT state FROM collages WHERE name = ?", (name,)
        ).fetchone()
        (count,) = connection.execute(
            "SELECT count(*) FROM log WHERE what = 'hold' AND subject LIKE ?", (f"%/{name}",)
        ).fetchone()
    return state, count


def test_a_database_that_is_damaged_is_told_in_a_sentence_until_it_is_back(desk: Desk) -> None:
    client = desk.client(EDITOR)
    assert client.get(QUEUE).status_code == 200
    file = desk.place.folder / "queue.db"
    kept = shutil.copy(file, desk.place.folder / "kept.db")
    (desk.place.folder / "broken.db").write_bytes(b"no database at all" * 1_000)
    (desk.place.folder / "broken.db").replace(file)
    answer = client.get(QUEUE)
    assert answer.status_code == 500
    assert "database" in answer.text
    assert "Traceback" not in answer.text
    Path(kept).replace(file)
    assert client.get(QUEUE).status_code == 200


@pytest.mark.slow
def test_a_desk_that_is_killed_in_the_middle_of_a_form_has_done_all_of_it_or_nothing(
    filled: Place, tmp_path: Path
) -> None:
    chance = random.Random(7)
    seen = set()
    for number in range(10):
        place = desks.copied(filled, tmp_path / str(number))
        with desks.running(place) as desk:
            client = desk.client(EDITOR)
            client.get(QUEUE)
            sender = threading.Thread(target=sent, args=(client,))
            sender.start()
            time.sleep(chance.uniform(0, 0.04))
            assert desk.process
            desk.process.kill()
            sender.join()
        state = state_of(place, "beta")
        seen.add(state)
        assert state in (("ready", 0), ("held", 1))
        with desks.served(place) as again:
            assert again.client(EDITOR).get(QUEUE).status_code == 200
    assert seen


def sent(client: Client) -> None:
    with suppress(requests.ConnectionError):
        client.post(STATE, HOLD)


# The port.


def test_a_port_that_is_taken_is_told_with_what_to_do(place: Place) -> None:
    with taken() as port:
        told = desks.failing(place, "--port", str(port), code=1)
    assert f"port {port}" in told
    assert "mlcollage desk --port" in told


@contextmanager
def taken() -> Iterator[int]:
    """A port at which something else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def free_port() -> int:
    with taken() as port:
        return port


# Beside the bot.


@dataclass(frozen=True)
class Bot:
    """`mlcollage run` in a process of its own, and what it has said so far."""

    place: Place
    process: "subprocess.Popen[str]"
    said: list[str] = field(default_factory=list)

    def says(self, text: str) -> bool:
        return any(text in line for line in self.said)

    def listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)

    def stop(self) -> float:
        """Ask it to end; how many seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(desks.TIMEOUT) == 0
        return time.monotonic() - begun


@contextmanager
def bot(place: Place, *arguments: object, port: int = 0) -> Iterator[Bot]:
    """The bot of an installation; with a port, the one at which its desk is."""
    if port:
        place.write(f"{desks.SETTINGS}\n[desk]\nport = {port}\n")
    command = [*(arguments or (*COMMAND, "run"))]
    with subprocess.Popen(
        [str(each) for each in command],
        cwd=place.folder,
        env=ENVIRONMENT | {"MLCOLLAGE_USER": OWNER, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        made = Bot(place, process)
        listener = threading.Thread(target=made.listen)
        listener.start()
        try:
            yield made
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            listener.join()


def make_due(place: Place) -> None:
    """Let the series have had a slot yesterday, which is late and due at once."""
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%A}"
    text = place.file.read_text(encoding="utf-8")
    place.write(text.replace(f"{desks.SLOT:%A}", yesterday))
    mlcollage(place.folder, "tick")
    with closing(sqlite3.connect(place.folder / "queue.db")) as connection:
        connection.execute("UPDATE series SET looked_until = datetime('now', '-40 hours') || '.0'")
        connection.commit()


def test_a_bot_with_a_desk_says_where_it_is_and_both_end_together(place: Place) -> None:
    port = free_port()
    with bot(place, *COMMAND, "run", "--desk", port=port) as beside:
        until(lambda: beside.says("The desk is at"))
        line = next(line for line in beside.said if "The desk is at" in line)
        client = Client(f"http://127.0.0.1:{port}")
        assert f"{client.address}/login/" in line
        path = f"/login/{line.partition('/login/')[2].strip()}"
        assert client.follow(client.post(path)).status_code == 200
        # A browser that keeps its connection, and one in the middle of a form, keep nothing up.
        address = urlsplit(client.address)
        with socket.create_connection((address.hostname, address.port)) as half:
            half.sendall(f"POST /login HTTP/1.1\r\nHost: {address.netloc}\r\n".encode())
            assert beside.stop() < 9
    assert beside.says("Stopped.")
    assert not beside.says("Traceback")


def test_a_bot_goes_on_without_a_desk_whose_port_is_taken(place: Place) -> None:
    with taken() as port, bot(place, *COMMAND, "run", "--desk", port=port) as beside:
        until(lambda: beside.says("The bot goes on without the desk."))
        assert beside.says(f"port {port}")
        assert beside.stop() < 9
    assert beside.says("Stopped.")


def test_a_bot_posts_without_a_desk_whose_port_is_taken(place: Place) -> None:
    with taken() as port:
        place.write(f"{desks.SETTINGS}\n[desk]\nport = {port}\n")
        make_due(place)
        with bot(place, *COMMAND, "run", "--desk") as beside:
            until(lambda: bool(threads_out(place.folder)))
            assert beside.says("The bot goes on without the desk.")


@pytest.mark.slow
def test_a_bot_goes_on_when_its_desk_dies(place: Place, tmp_path: Path) -> None:
    signal_file, port = tmp_path / "die", free_port()
    command = (sys.executable, "-m", "tests.desk.dying", signal_file, "run", "--desk")
    with bot(place, *command, port=port) as beside:
        until(lambda: beside.says("The desk is at"))
        signal_file.touch()
        until(lambda: beside.says("The desk has ended"))
        with closing(sqlite3.connect(place.folder / "queue.db")) as connection:
            beaten = "SELECT value FROM installation WHERE name = 'beat_at'"
            before = connection.execute(beaten).fetchone()
            # Its rounds go on: it tells so once a minute.
            until(lambda: connection.execute(beaten).fetchone() != before)
        assert beside.process.poll() is None
        assert beside.stop() < 9
    assert beside.says("Stopped.")
    assert not beside.says("Traceback")
    assert "the web server breaks" in (place.folder / "mlcollage.log").read_text(encoding="utf-8")


def test_a_desk_that_is_asked_to_end_ends_well(desk_process: Desk) -> None:
    desk_process.client(EDITOR).get(QUEUE)
    assert desk_process.stop() == 0


# What it costs.


def test_without_a_desk_nothing_of_one_is_loaded() -> None:
    heavy = ["starlette", "uvicorn", "argon2", "python_multipart", "icalendar", "bot.web.app"]
    code = f"import sys, bot.cli.running; print([it for it in {heavy} if it in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_bot_needs_less_than_60_mib_and_with_a_desk_less_than_90(place: Place) -> None:
    port = free_port()
    with bot(place, *COMMAND, "run") as alone:
        until(lambda: bool(alone.said))
        time.sleep(3)
        without = desks.memory(alone.process.pid)
    with bot(place, *COMMAND, "run", "--desk", port=port) as beside:
        until(lambda: beside.says("The desk is at"))
        client = Client(f"http://127.0.0.1:{port}", place.tokens[OWNER], f"mlcollage-{port}")
        for _ in range(20):
            for path in ("/", QUEUE, "/people", "/deliveries"):
                assert client.get(path).status_code == 200
        time.sleep(3)
        beyond = desks.memory(beside.process.pid)
    assert (without < 60, beyond < 90) == (True, True), (without, beyond)


def test_a_postgresql_that_was_away_is_told_in_a_sentence_and_used_again(
    desk_on_postgresql: Desk, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = desk_on_postgresql.client(EDITOR)
    assert client.get(QUEUE).status_code == 200
    address = postgres_url.replace("+psycopg", "").format(name="postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname LIKE 'test_%'"
        )
    answers = [client.get(QUEUE) for _ in range(3)]
    assert [answer.status_code for answer in answers[1:]] == [200, 200]
    assert answers[0].status_code == 200 or "database" in desks.message(answers[0])
    assert "Unexpected" not in caplog.text
