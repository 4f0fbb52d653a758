"""Restores: what comes back is what went in, into an empty database, or nothing is changed."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update

from bot.core import lookups
from bot.core.errors import MlcollageError, NoDatabase, NotAllowed
from bot.core.notices.entry import Kind
from bot.storage import backup, copy, installation, restore, tables
from bot.storage.copy import Held
from bot.storage.database import HEAD, Database
from bot.storage.work import reading, writing
from tests import rows
from tests.conftest import MONDAY
from tests.rows import restored, tally
from tests.small_disk import Disk

NOW = MONDAY + timedelta(days=1)


def raw(file: Path) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of a SQLite file as SQLite holds it, its seal left out."""
    with closing(sqlite3.connect(file)) as connection:
        everything = {
            name: set(connection.execute(f"SELECT * FROM {name}"))
            for name in tables.metadata.tables
        }
    everything["installation"] = {row for row in everything["installation"] if row[0] != copy.SEAL}
    return everything


def test_there_and_back_over_the_other_kind_of_database_nothing_changes(
    file: Path, postgres_database: str, tmp_path: Path
) -> None:
    with closing(Database(postgres_database)) as target:
        assert restored(file, target, NOW) == 0
        backup.make(target, tmp_path / "again.db", NOW)
    before, after = raw(file), raw(tmp_path / "again.db")
    for name in rows.ENDED:
        assert len(before.pop(name)) == len(after.pop(name))
    added = {
        name: len(found - before[name]) for name, found in after.items() if found != before[name]
    }
    assert added == rows.ADDED
    assert all(before[name] <= after[name] for name in before)


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
instants = st.timedeltas(timedelta(days=-40_000), timedelta(days=2_900_000)).map(
    lambda span: NOW + span
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=words,
    at=instants,
    on=st.dates(),
    value=json_values,
    number=st.integers(-(2**31), 2**31 - 1),
)
def test_every_value_survives(
    source: Database, target: Database, said: str, at: datetime, on: date, value: Any, number: int
) -> None:
    with source.write() as conn:
        conn.execute(update(tables.log).values(detail=said, at=at))
        conn.execute(update(tables.papers).values(title=said, authors=value, year=number))
        conn.execute(update(tables.slots).values(local_on=on))
    with target.write() as conn:
        rows.clear(conn)
    restore.fill(target, source, backup.Backup(tally(source), MONDAY, is_copy=False), NOW, "ada")
    with target.read() as conn:
        for columns, wanted in (
            ((tables.log.c.detail, tables.log.c.at), (said, at)),
            (
                (tables.papers.c.title, tables.papers.c.authors, tables.papers.c.year),
                (said, value, number),
            ),
            ((tables.slots.c.local_on,), (on,)),
        ):
            assert conn.execute(select(*columns)).first() == wanted


def test_a_full_disk_leaves_the_database_as_it_was(
    source: Database, tmp_path: Path, small_disk: Disk
) -> None:
    with source.write() as conn:
        conn.execute(update(tables.log).values(detail="x" * 300_000))
    backup.make(source, tmp_path / "b.db", NOW)
    with closing(Database(f"sqlite:///{small_disk.folder / 'queue.db'}")) as target:
        target.prepare()
        before = tally(target)
        small_disk.fill(but=100)
        with pytest.raises(
            NoDatabase,
            match=r"database or disk is full \(make room on that disk\); nothing was changed",
        ):
            restored(tmp_path / "b.db", target, NOW)
        assert tally(target) == before
        small_disk.empty()
        assert restored(tmp_path / "b.db", target, NOW) == 0


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def refused(file: Path) -> str:
    with pytest.raises(MlcollageError) as caught, restore.opened(file):
        pass
    said = str(caught.value)
    assert "\n" not in said
    return said.replace(str(file), "FILE")


def test_a_backup_of_a_newer_program_is_refused(file: Path) -> None:
    change(file, "UPDATE alembic_version SET version_num = '9999'")
    assert refused(file) == "FILE was made by a newer mlcollage; upgrade the program."


def other_database(file: Path, *statements: str) -> None:
    for statement in ("CREATE TABLE a (b)", *statements):
        change(file, statement)


VERSION = "CREATE TABLE alembic_version AS SELECT '{}' AS version_num"
NO_DATABASE = "FILE is no backup of mlcollage: file is not a database."
FOREIGN_TABLE = "FILE is no backup of mlcollage: it holds the table 'a', which is not ours."
NO_BACKUPS = {
    "missing": (lambda file: None, "FILE cannot be read: No such file or directory."),
    "folder": (lambda file: file.mkdir(), "FILE is no file: name a backup."),
    "pipe": (lambda file: os.mkfifo(file), "FILE is no file: name a backup."),
    "empty": (lambda file: file.touch(), "FILE is no backup of mlcollage."),
    "text": (lambda file: file.write_text("collages " * 99), NO_DATABASE),
    "zeros": (lambda file: file.write_bytes(bytes(9999)), NO_DATABASE),
    "other database": (other_database, FOREIGN_TABLE),
    "other with versions": (
        lambda file: other_database(file, VERSION.format("ae1027a6acf")),
        FOREIGN_TABLE,
    ),
    "other with our version": (
        lambda file: other_database(file, VERSION.format(HEAD)),
        FOREIGN_TABLE,
    ),
    "other with an older version": (
        lambda file: other_database(file, VERSION.format("0001")),
        FOREIGN_TABLE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_BACKUPS)
def test_a_file_that_is_no_backup_is_refused_in_a_sentence(tmp_path: Path, kind: str) -> None:
    make, said = NO_BACKUPS[kind]
    make(tmp_path / "b.db")
    assert refused(tmp_path / "b.db") == said


def seen_in(file: Path) -> Held | str:
    try:
        with restore.opened(file) as (copied, _):
            return tally(copied)
    except MlcollageError as error:
        return str(error)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), by=st.integers(1, 255))
def test_a_byte_that_changed_is_seen_or_changes_nothing(
    file: Path, tmp_path: Path, place: float, by: int
) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= by
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(content)
    with closing(Database.in_one_file(file)) as whole:
        seen = seen_in(damaged)
        assert seen == tally(whole) if isinstance(seen, Held) else "\n" not in seen


CHANGES = [
    "UPDATE collages SET paragraph = paragraph || '.'",
    "DELETE FROM looks WHERE id = (SELECT min(id) FROM looks)",
    "UPDATE installation SET value = replace(value, '2021', '2022') WHERE name = 'backup'",
    "UPDATE installation SET value = '[' WHERE name = 'backup'",
    "DELETE FROM installation WHERE name = 'backup'",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_backup_that_was_changed_is_refused(file: Path, statement: str) -> None:
    change(file, statement)
    assert (
        refused(file)
        == "FILE is damaged: it does not hold what it was sealed with; use another backup."
    )


def test_a_row_that_refers_to_nothing_is_damage(file: Path) -> None:
    change(file, "DELETE FROM papers")
    assert refused(file).endswith(" refers to one that is missing; use another backup.")


def test_a_backup_that_was_cut_off_is_refused(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)
    assert refused(file).startswith("FILE is damaged: ")


def test_a_simulation_becomes_no_real_database(source: Database, tmp_path: Path) -> None:
    for name in (installation.SIMULATION, installation.SIMULATED_UNTIL):
        with writing(source, MONDAY) as work:
            work.installation.put(name, NOW.isoformat())
        backup.make(source, tmp_path / f"{name}.db", NOW)
        assert (
            refused(tmp_path / f"{name}.db")
            == "FILE is of a simulation, which may become no real database."
        )
        with source.write() as conn:
            conn.execute(delete(tables.installation).where(tables.installation.c.name == name))


def test_a_database_in_use_is_copied_with_what_is_in_its_wal(
    source: Database, target: Database, tmp_path: Path
) -> None:
    file = tmp_path / "queue.db"
    with source.read() as conn:
        conn.execute(select(tables.log)).all()
        with source.write() as writing:
            writing.execute(update(tables.papers).values(title="new"))
        before, held = file.read_bytes(), tally(source)
        with restore.opened(file) as (copied, found):
            newest = datetime(2024, 8, 3, 13, 0, 0, 3, UTC)
            assert found == backup.Backup(held, newest, is_copy=True)
            assert str(found) == "a copy of a database as of 2024-08-03 13:00 UTC"
            restore.fill(target, copied, found, NOW, "ada")
        assert file.read_bytes() == before
    with target.read() as conn:
        assert set(conn.execute(select(tables.papers.c.title)).scalars()) == {"new"}


def test_a_database_that_is_read_gets_no_files_beside_it(source: Database, tmp_path: Path) -> None:
    source.close()
    folder = tmp_path / "other"
    folder.mkdir()
    shutil.copy(tmp_path / "queue.db", folder)
    with restore.opened(folder / "queue.db") as (_, found):
        assert found.is_copy
    assert [path.name for path in folder.iterdir()] == ["queue.db"]


def test_a_backup_put_to_use_as_a_database_is_one(file: Path, tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{file}")) as used:
        with used.write() as conn:
            conn.execute(update(tables.papers).values(title="new"))
        held = backup.make(used, tmp_path / "again.db", NOW)
    with restore.opened(file) as (_, found):
        assert found.is_copy
    with restore.opened(tmp_path / "again.db") as (_, found):
        assert found == backup.Backup(held, NOW, is_copy=False)


HOLDS = {
    "papers": [],
    "roundups": ["series"],
    "slots": ["series"],
    "collages": ["series", "papers"],
    "deliveries": ["series", "accounts"],
}


@pytest.mark.parametrize("name", HOLDS)
def test_a_database_that_holds_something_is_not_overwritten(
    file: Path, target: Database, name: str
) -> None:
    with target.write() as conn:
        rows.fill(conn, 1, {name, *HOLDS[name]})
    before = tally(target)
    with pytest.raises(
        NotAllowed, match=r"is not empty, it holds 1 row of \w+: name a new one in database\.url"
    ):
        restored(file, target, NOW)
    assert tally(target) == before


def test_what_a_first_look_made_gives_way(file: Path, source: Database, target: Database) -> None:
    with target.write() as conn:
        rows.fill(conn, 9, restore.MADE_AT_FIRST)
    restored(file, target, NOW)
    found, wanted = tally(target).rows, tally(source).rows
    assert {name for name in found if found[name] != wanted[name]} == {
        "installation",
        "log",
        "notices",
    }


def test_what_fails_half_way_leaves_the_database_as_it_was(file: Path, target: Database) -> None:
    with target.write() as conn:
        rows.fill(conn, 2, restore.MADE_AT_FIRST)
        if target.is_sqlite:
            conn.execute(
                text(
                    "CREATE TRIGGER stop BEFORE INSERT ON looks "
                    "BEGIN SELECT RAISE(ABORT, 'no looks'); END"
                )
            )
        else:
            conn.execute(text("ALTER TABLE looks ADD CONSTRAINT none CHECK (saw = 'no looks')"))
    before = tally(target)
    with pytest.raises(NoDatabase, match=r"cannot be used: .*; nothing was changed"):
        restored(file, target, NOW)
    assert tally(target) == before


OTHER_TEXT = {
    "sqlite": [
        """
        CREATE TRIGGER other AFTER INSERT ON parts
        BEGIN UPDATE parts SET text = 'other' WHERE id = NEW.id; END
        """
    ],
    "postgresql": [
        """
        CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN NEW.text = 'other'; RETURN NEW; END $$
        """,
        "CREATE TRIGGER other BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION other()",
    ],
}


def test_a_value_that_does_not_come_back_as_it_was_written_ends_it(
    file: Path, target: Database
) -> None:
    with target.write() as conn:
        for statement in OTHER_TEXT[conn.dialect.name]:
            conn.execute(text(statement))
    before = tally(target)
    with pytest.raises(
        NoDatabase, match="does not keep what is written to it; nothing was changed"
    ):
        restored(file, target, NOW)
    assert tally(target) == before


def test_new_rows_count_on_from_those_that_came(file: Path, target: Database) -> None:
    restored(file, target, NOW)
    with target.write() as conn:
        for table in ("papers", "log", "notices", "looks"):
            old = tables.metadata.tables[table]
            newest = conn.execute(select(func.max(old.c.id))).scalar_one()
            row = dict(conn.execute(select(old).where(old.c.id == newest)).mappings().one())
            row |= {"key": "new"} if table == "notices" else {}
            del row["id"]
            assert (
                conn.execute(insert(old).values(row).returning(old.c.id)).scalar_one()
                > newest
                >= rows.FIRST
            )


BEGUN = {
    # state, whether it has begun -> the state after a restore
    ("waiting", True): "uncertain",
    ("waiting", False): "waiting",
    ("sending", True): "uncertain",
    ("sending", False): "waiting",
    ("uncertain", True): "uncertain",
    ("held", True): "held",
    ("failed", True): "failed",
    ("sent", True): "sent",
}


def test_what_waits_for_a_person_is_looked_for_once_more(
    database: Database, tmp_path: Path
) -> None:
    asked = {"state": "uncertain", "begun": True, "fence": 7, "next_at": lookups.NEVER}
    with database.write() as conn:
        rows.fill(conn, 1)
        conn.execute(update(tables.deliveries).values(**asked))
    backup.make(database, tmp_path / "b.db", MONDAY)
    with database.write() as conn:
        rows.clear(conn)
    restored(tmp_path / "b.db", database, NOW)
    with reading(database, MONDAY) as work:
        found = work.conn.execute(select(tables.deliveries)).one()
    assert (found.state, found.next_at, found.looks) == ("uncertain", NOW, 0)


def test_what_had_begun_is_looked_for_first(database: Database, tmp_path: Path) -> None:
    deliveries = tables.deliveries
    later = NOW + timedelta(days=300)
    with database.write() as conn:
        rows.fill(conn, len(BEGUN))
        ids = conn.execute(select(deliveries.c.id).order_by(deliveries.c.id)).scalars().all()
        for (state, begun), one in zip(BEGUN, ids, strict=True):
            values = {
                "kind": "collage",
                "state": state,
                "begun": begun,
                "fence": 7,
                "looks": 1,
                "next_at": later,
                "lease_until": later,
            }
            conn.execute(
                update(deliveries).where(deliveries.c.id == one).values(note="old", **values)
            )
    backup.make(database, tmp_path / "b.db", MONDAY)
    with database.write() as conn:
        rows.clear(conn)
    assert restored(tmp_path / "b.db", database, NOW) == 2
    with reading(database, MONDAY) as work:
        found = work.conn.execute(select(deliveries).order_by(deliveries.c.id)).all()
        restored_notice = tables.notices.c.kind == Kind.RESTORED
        said = work.conn.execute(select(tables.notices.c.text).where(restored_notice)).scalar_one()
        assert work.installation.get(restore.RESTORED_AT) == NOW.isoformat()
    assert [row.state for row in found] == list(BEGUN.values())
    for row, (before, begun) in zip(found, BEGUN, strict=True):
        is_open, is_new = before in {"waiting", "sending", "uncertain"}, row.state != before
        assert (row.fence, row.looks) == ((8, 0) if is_open else (7, 1)), before
        assert row.next_at == (NOW if is_new else later), before
        assert row.note == (
            "restored from a backup of 2021-08-02 09:00 UTC" if is_new and begun else "old"
        )
        assert row.lease_until is None or row.lease_until <= NOW or not is_open
    assert said.startswith("This database was restored from a backup of 2021-08-02 09:00 UTC.")
    assert said.endswith("2 threads that had begun are looked for first.")
