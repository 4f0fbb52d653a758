"""The schema: migrations and tables say the same, on both databases."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, insert, inspect, make_url, select, text

from bot.core.errors import NoDatabase
from bot.storage import database as connections
from bot.storage import indexes, schema, tables
from bot.storage.database import HEAD, Database
from tests.conftest import MONDAY
from tests.fakes.servers import keeps_silent, serving

indexes.attach()


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Made by the migrations, here and now."""
    with closing(Database(empty_database_url)) as made:
        made.prepare()
        yield made


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.read() as conn:
        options = {"compare_type": True, "compare_server_default": False}
        found = compare_metadata(MigrationContext.configure(conn, opts=options), tables.metadata)
    assert found == []


def test_every_table_and_index_is_there(database: Database) -> None:
    with database.read() as conn:
        for table in tables.metadata.sorted_tables:
            there = {index["name"] for index in conn.dialect.get_indexes(conn, table.name)}
            assert {index.name for index in table.indexes} <= there, table.name


def test_every_index_holds_the_rows_that_it_is_said_to_hold(database: Database) -> None:
    """Where the condition of one is missing or another, statements pass it over and stay right."""
    kind = database.engine.dialect.name
    with database.read() as conn:
        for table in tables.metadata.sorted_tables:
            there = {index["name"]: index for index in inspect(conn).get_indexes(table.name)}
            for index in table.indexes:
                wanted = index.dialect_options[kind]["where"]
                found = there[index.name]["dialect_options"].get(f"{kind}_where")
                # PostgreSQL writes a condition in its own words.
                if kind == "sqlite":
                    assert str(found) == str(wanted), index.name
                else:
                    assert (found is None) == (wanted is None), index.name


def test_the_newest_migration_is_the_version_the_program_asks_for() -> None:
    assert ScriptDirectory.from_config(schema.config()).get_current_head() == HEAD


def test_preparing_twice_changes_nothing(database: Database) -> None:
    database.prepare()
    assert database.version() == HEAD


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NoDatabase, match="newer mlcollage"):
        database.prepare()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "queue.db"
    file.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(NoDatabase, match=r"queue\.db cannot be used: file is not a database"):
        Database(f"sqlite:///{file}").prepare()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="its folder does not exist"):
        Database(f"sqlite:///{tmp_path / 'nowhere' / 'queue.db'}").prepare()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://bot:hunter2@127.0.0.1:1/queue",
        "postgresql+psycopg://127.0.0.1:1/queue?user=bot&password=hunter2",
        "postgresql+psycopg://127.0.0.1:1/queue?user=bot&p%61ssword=hunter2",
        "postgresql+psycopg://bot@127.0.0.1:1/queue?sslpassword=hunter2",
        "postgresql+psycopg://127.0.0.1:1/queue?user=bot&options=-c%20my.token%3Dhunter2",
        "postgresql+psycopg:///queue?host=127.0.0.1&port=1&user=bot&pasword=hunter2",
    ],
)
def test_a_password_is_never_shown(url: str) -> None:
    database = Database(url)
    with pytest.raises(NoDatabase) as caught:
        database.prepare()
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in database.shown
    assert "\n" not in str(caught.value)
    assert all(word in database.shown for word in ("127.0.0.1", "bot", "queue"))


def test_a_folder_s_name_may_hold_what_means_something_in_a_url(tmp_path: Path) -> None:
    folder = tmp_path / "100% of it? #1 & more"
    folder.mkdir()
    made = Database(f"sqlite:///{folder / 'queue.db'}")
    made.prepare()
    assert (folder / "queue.db").stat().st_size
    assert made.shown == str(folder / "queue.db")
    made.close()


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.WAITS, "connect_timeout", 2)
    with serving(keeps_silent, waits_for_head=False) as server:
        silent = Database(f"postgresql+psycopg://bot@127.0.0.1:{server.port}/queue")
        start = time.monotonic()
        with pytest.raises(NoDatabase, match=r"cannot be used: .*timeout.*; nothing was changed"):
            silent.version()
        assert time.monotonic() - start < 20
        silent.close()


def test_waits_that_the_url_names_are_taken() -> None:
    named = make_url("postgresql+psycopg://host/queue?connect_timeout=60")
    assert connections._waits(named) == {"tcp_user_timeout": 30_000}
    assert connections._waits(make_url("postgresql+psycopg://host/queue")) == connections.WAITS


FINGERPRINTS = {
    "Europe/Berlin | monday 15:00 | friday 09:00 | not 2021-12-20..2022-01-02": {
        "looked": True,
        "now": {
            "zone": "Europe/Berlin",
            "slots": ["monday 15:00", "friday 09:00"],
            "blackout": ["2021-12-20..2022-01-02"],
        },
    },
    "UTC": {"looked": True, "now": {"zone": "UTC", "slots": [], "blackout": []}},
    "": {},
    "what no version wrote | ever": {},
}


@pytest.mark.parametrize("fingerprint", FINGERPRINTS)
def test_a_series_keeps_the_calendar_that_its_fingerprint_tells(
    empty_database_url: str, fingerprint: str
) -> None:
    with closing(Database(empty_database_url)) as made:
        with made.write() as conn:
            schema.upgrade(conn, "0004")
            moments = {"scheduled_from": MONDAY, "looked_until": MONDAY}
            row = {"id": 1, "name": "s", "fingerprint": fingerprint, "roundups_through": "2021-08"}
            known = [column for column in tables.series.c if column.name in row | moments]
            table = Table("series", MetaData(), *(Column(one.name, one.type) for one in known))
            conn.execute(insert(table).values(row | moments))
        made.prepare()
        with made.read() as conn:
            assert (
                conn.execute(select(tables.series.c.calendars)).scalar()
                == (FINGERPRINTS[fingerprint])
            )
