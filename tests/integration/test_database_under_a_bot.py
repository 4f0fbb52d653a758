"""What happens to the database while a bot has it open: replaced, removed, damaged, idle."""

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from bot.context import Context
from bot.core.errors import NoDatabase
from bot.deciding import doctor
from bot.scheduling import tick
from bot.storage.database import Database
from tests.conftest import StoppedClock, make_context


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
