"""Backups: all of a database is in one file, as it was at one moment, or there is no file."""

import hashlib
import os
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, inspect, select, update

from bot.core.errors import BadInput, NoDatabase
from bot.storage import backup, schema, tables
from bot.storage.database import HEAD, Database
from tests import rows
from tests.conftest import MONDAY, lay_database
from tests.rows import restored, tally
from tests.small_disk import Disk

NOW = MONDAY + timedelta(days=1)


def test_a_backup_holds_every_row_and_lies_in_one_file(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        rows.fill(conn)
    folder = tmp_path / "backups"
    folder.mkdir()
    held = backup.make(database, folder / "backup.db", MONDAY)
    assert held == tally(database)
    assert held.rows == dict.fromkeys(tables.metadata.tables, 3)
    assert [path.name for path in folder.iterdir()] == ["backup.db"]
    assert backup.check(folder / "backup.db", "it") == backup.Backup(held, MONDAY, is_copy=False)


def test_what_is_committed_meanwhile_is_wholly_in_or_wholly_out(
    database: Database, tmp_path: Path
) -> None:
    """Each transaction of the writer leaves a row in a table that is read early, and one in a table
    read late.
    """
    with database.write() as conn:
        rows.fill(conn, 100)
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.001):
            with database.write() as conn:
                delivery_id = conn.execute(select(func.min(tables.deliveries.c.id))).scalar()
                conn.execute(insert(tables.log).values(at=NOW, who="ada", what="x", subject="x"))
                conn.execute(insert(tables.looks).values(delivery_id=delivery_id, at=NOW))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = [backup.make(database, tmp_path / f"{number}.db", NOW).rows for number in range(3)]
    finally:
        stop.set()
        writer.join()
    assert all(count["log"] == count["looks"] for count in counts)
    assert counts[0]["log"] < counts[-1]["log"]


def test_memory_stays_flat_however_many_pictures_there_are(
    database: Database, tmp_path: Path
) -> None:
    size, count = 1_000_000, 16
    values = {"mime": "image/png", "width": 1, "height": 1, "size": size}
    with database.write() as conn:
        for data in (os.urandom(size) for _ in range(count)):
            name = hashlib.sha256(data).hexdigest()
            conn.execute(insert(tables.pictures).values(sha256=name, data=data, **values))
    schema.versions()
    tracemalloc.start()
    try:
        backup.make(database, tmp_path / "backup.db", NOW)
        with database.write() as conn:
            conn.execute(delete(tables.pictures))
        restored(tmp_path / "backup.db", database, NOW)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert tally(database).rows["pictures"] == count
    assert peak < size * count / 2


def test_a_file_that_is_there_is_never_overwritten(source: Database, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(
        BadInput, match=r"backup\.db is there already: name another file, or remove it\.$"
    ):
        backup.make(source, file, NOW)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("file/b.db", "Not a directory; a file is where a folder should be"),
        (f"{'b' * 253}.db", "File name too long; use a shorter one"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(
    source: Database, tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=rf"{name} cannot be written: {why}\.$"):
        backup.make(source, tmp_path / name, NOW)


def test_a_backup_makes_the_folder_that_it_is_written_to(source: Database, tmp_path: Path) -> None:
    backup.make(source, tmp_path / "backups/2026/b.db", NOW)
    assert [path.name for path in (tmp_path / "backups/2026").iterdir()] == ["b.db"]


NAMES = ["ein Backup.db", "50%25?mode=ro&x#y.db", "论文 ’.db", "line\nend.db", "-", "\udce4.db"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_will_do(source: Database, tmp_path: Path, name: str) -> None:
    held = backup.make(source, tmp_path / name, NOW)
    assert (tmp_path / name).is_file()
    with closing(Database(f"sqlite:///{tmp_path / 'new.db'}")) as target:
        target.prepare()
        restored(tmp_path / name, target, NOW)
        assert tally(target).rows["collages"] == held.rows["collages"]


def test_where_there_is_no_database_there_is_no_backup(tmp_path: Path) -> None:
    said = r"There is no database .*queue\.db yet; make it with: mlcollage init"
    with (
        closing(Database(f"sqlite:///{tmp_path / 'queue.db'}")) as none,
        pytest.raises(NoDatabase, match=said),
    ):
        backup.make(none, tmp_path / "b.db", NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pages", [0, 1, 20, 50])
def test_a_full_disk_leaves_nothing_behind(source: Database, small_disk: Disk, pages: int) -> None:
    small_disk.fill(but=pages)
    before = list(small_disk.folder.iterdir())
    with pytest.raises(
        BadInput,
        match=r"b\.db cannot be written: (database or disk is full|No space left on device); "
        r"make room on that disk\.$",
    ):
        backup.make(source, small_disk.folder / "b.db", NOW)
    assert list(small_disk.folder.iterdir()) == before
    small_disk.empty()
    backup.make(source, small_disk.folder / "b.db", NOW)


def test_a_damaged_picture_does_not_get_into_a_backup_in_silence(
    source: Database, tmp_path: Path
) -> None:
    with source.write() as conn:
        conn.execute(update(tables.pictures).values(data=b"something else"))
    with pytest.raises(
        NoDatabase, match=r"queue\.db is damaged: picture [0-9a-f]{12} is not what it was"
    ):
        backup.make(source, tmp_path / "b.db", NOW)
    assert not (tmp_path / "b.db").exists()


def test_a_row_that_cannot_be_read_ends_it_in_a_sentence(source: Database, tmp_path: Path) -> None:
    with source.write() as conn:
        conn.exec_driver_sql("UPDATE papers SET authors = '['")
    with pytest.raises(NoDatabase, match=r"queue\.db is damaged: a row of papers cannot be read"):
        backup.make(source, tmp_path / "b.db", NOW)


@pytest.fixture(params=[version for version in schema.versions() if version != HEAD])
def older(request: pytest.FixtureRequest, empty_database_url: str) -> Iterator[Database]:
    """A database of each older schema and kind, with rows in every table it has."""
    with closing(Database(empty_database_url)) as made:
        with made.write() as conn:
            schema.upgrade(conn, request.param)
            rows.fill(conn)
        yield made


def test_a_database_of_an_older_schema_is_backed_up_as_it_is(
    older: Database, tmp_path: Path
) -> None:
    version = older.version()
    held = backup.make(older, tmp_path / "backup.db", NOW)
    assert held.version == version == older.version() != HEAD
    with (
        closing(Database.in_one_file(tmp_path / "backup.db")) as made,
        made.read() as conn,
        older.read() as old,
    ):
        for table in inspect(old).get_table_names():
            names = {column["name"] for column in inspect(old).get_columns(table)}
            assert {column["name"] for column in inspect(conn).get_columns(table)} == names


def test_a_backup_of_an_older_schema_is_upgraded_on_a_copy(older: Database, tmp_path: Path) -> None:
    held = backup.make(older, tmp_path / "backup.db", NOW)
    before = (tmp_path / "backup.db").read_bytes()
    with closing(Database(lay_database(tmp_path / "new.db"))) as target:
        restored(tmp_path / "backup.db", target, NOW)
        found = tally(target)
    assert found.version == HEAD
    assert {
        name: found.rows[name] - count
        for name, count in held.rows.items()
        if found.rows[name] != count
    } == rows.ADDED
    assert (tmp_path / "backup.db").read_bytes() == before


@pytest.mark.parametrize("version", schema.versions())
def test_no_column_of_any_schema_is_left_out(version: str, tmp_path: Path) -> None:
    """What is copied are the columns of `tables`: one that a newer schema drops would be lost in
    silence.
    """
    with closing(Database(f"sqlite:///{tmp_path / 'queue.db'}")) as made:
        with made.write() as conn:
            schema.upgrade(conn, version)
        with made.read() as conn:
            for name in set(inspect(conn).get_table_names()) - {"alembic_version"}:
                known = set(tables.metadata.tables[name].c.keys())
                assert {column["name"] for column in inspect(conn).get_columns(name)} <= known
