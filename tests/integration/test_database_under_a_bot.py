"""What happens to the database while a bot has it open: replaced, removed, damaged, idle."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, make_url, text

from bot.context import Context
from bot.core.errors import NoDatabase
from bot.deciding import doctor
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from bot.storage.database import Database
from tests.conftest import StoppedClock, make_context, write_item


@pytest.fixture
def context(tmp_path: Path, clock: StoppedClock) -> Iterator[Context]:
    made = make_context(tmp_path, clock=clock)
    tick.tick(made)
    yield made
    made.database.close()


@pytest.mark.parametrize("how", ["replaced", "removed"])
def test_a_file_that_is_not_the_one_that_was_opened_is_told_at_the_next_look(
    context: Context, tmp_path: Path, how: str
) -> None:
    file = tmp_path / "queue.db"
    if how == "replaced":
        shutil.copy(file, tmp_path / "other.db")
        (tmp_path / "other.db").replace(file)
    else:
        file.unlink()
    for _ in range(2):
        with pytest.raises(NoDatabase, match="was replaced or removed while it was in use"):
            tick.tick(context)


def test_a_file_that_stays_is_no_trouble(context: Context) -> None:
    for _ in range(3):
        assert tick.tick(context) == []


def checkpoint(context: Context) -> None:
    """Write into the file what SQLite has beside it."""
    with context.database.read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def kept(context: Context, tmp_path: Path) -> Path:
    """A copy of the database as it is now."""
    checkpoint(context)
    return Path(shutil.copy(tmp_path / "queue.db", tmp_path / "older.db"))


def overwrite(file: Path, other: Path) -> None:
    """Write over a file in place, in another process."""
    subprocess.run(["cp", other, file], check=True)


def send_one(context: Context, clock: StoppedClock) -> None:
    """A thread goes out after the copy was made."""
    clock.go(days=2, hours=6)
    tick.tick(context)
    with context.read() as work:
        assert work.lookup.attempts_of(1)


def add_one(context: Context, tmp_path: Path) -> None:
    series = context.config.series["mlcollage"]
    accept.take(context, series, [accept.from_file(write_item(tmp_path, "barlow"))])
    tick.tick(context)


def test_a_file_that_was_overwritten_in_place_is_told_at_the_next_look(
    context: Context, tmp_path: Path, clock: StoppedClock
) -> None:
    add_one(context, tmp_path)
    older = kept(context, tmp_path)
    send_one(context, clock)
    checkpoint(context)
    overwrite(tmp_path / "queue.db", older)
    for _ in range(2):
        with pytest.raises(NoDatabase, match="was replaced or removed while it was in use"):
            tick.tick(context)


def test_what_was_done_in_the_round_before_is_known_when_the_file_is_overwritten(
    context: Context, tmp_path: Path, clock: StoppedClock
) -> None:
    """The copy has all that the round found when it began."""
    add_one(context, tmp_path)
    clock.go(days=2, hours=6)
    older = kept(context, tmp_path)
    tick.tick(context)
    checkpoint(context)
    overwrite(tmp_path / "queue.db", older)
    with pytest.raises(NoDatabase, match="was replaced or removed while it was in use"):
        tick.tick(context)


def test_what_stays_whole_beside_the_file_goes_on_and_sends_nothing_again(
    context: Context, tmp_path: Path, clock: StoppedClock
) -> None:
    """SQLite has all that came since the copy beside the file, and goes by that."""
    add_one(context, tmp_path)
    older = kept(context, tmp_path)
    send_one(context, clock)
    overwrite(tmp_path / "queue.db", older)
    tick.tick(context)
    assert context.database.damage() == ""
    with context.read() as work:
        assert len(work.lookup.attempts_of(1)) == 1


def test_a_file_that_is_no_database_any_more_is_told_at_the_next_look(
    context: Context, tmp_path: Path
) -> None:
    checkpoint(context)
    (tmp_path / "other").write_bytes(b"This is no database. " * 4_000)
    overwrite(tmp_path / "queue.db", tmp_path / "other")
    with pytest.raises(NoDatabase, match=r"cannot be used: .*; nothing was changed"):
        tick.tick(context)


@pytest.mark.parametrize("is_logged", [True, False])
def test_rows_that_a_repair_takes_back_and_logs_are_no_trouble(
    context: Context, tmp_path: Path, clock: StoppedClock, is_logged: bool
) -> None:
    add_one(context, tmp_path)
    send_one(context, clock)
    with context.write() as work:
        work.conn.execute(delete(tables.attempts))
        if is_logged:
            work.log.record("anna", "repair", "clock")
    if is_logged:
        tick.tick(context)
        return
    with pytest.raises(NoDatabase, match="was replaced or removed while it was in use"):
        tick.tick(context)


def test_doctor_says_that_the_database_is_damaged_and_what_to_do(
    context: Context, tmp_path: Path
) -> None:
    assert doctor.damage(context) == ""
    context.database.close()
    file = tmp_path / "queue.db"
    data = bytearray(file.read_bytes())
    data[8192:40_960] = b"\x5a" * (40_960 - 8192)
    file.write_bytes(data)
    for name in ("queue.db-wal", "queue.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert "is damaged" in doctor.damage(context)
    assert "mlcollage restore" in doctor.damage(context)


def test_a_server_that_ends_idle_sessions_ends_none_of_ours(postgres_database: str) -> None:
    with closing(Database(postgres_database)) as database:
        name = make_url(postgres_database).database
        with database.at_once() as connection:
            connection.execute(text(f"ALTER DATABASE {name} SET idle_session_timeout = '200ms'"))
        database.close()
        for _ in range(2):
            assert database.version()
            time.sleep(0.6)
