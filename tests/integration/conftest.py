"""Databases with something in every table, empty ones, and a disk that is soon full."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage import backup
from bot.storage.database import Database
from tests import rows
from tests.conftest import MONDAY, lay_database
from tests.small_disk import Disk, mounted


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with rows in every table."""
    with closing(Database(lay_database(tmp_path / "queue.db"))) as made:
        with made.write() as conn:
            rows.fill(conn)
        yield made


@pytest.fixture
def file(source: Database, tmp_path: Path) -> Path:
    """A backup of it, in a folder of its own."""
    folder = tmp_path / "backups"
    folder.mkdir()
    backup.make(source, folder / "backup.db", MONDAY)
    return folder / "backup.db"


@pytest.fixture
def target(database_url: str) -> Iterator[Database]:
    """A database of each kind in which nothing is."""
    with closing(Database(database_url)) as made:
        yield made


@pytest.fixture
def small_disk(request: pytest.FixtureRequest) -> Iterator[Disk]:
    """A file system of a few megabytes."""
    with mounted(request) as disk:
        yield disk
