"""The schema: migrations and tables say the same, on both databases."""

import io
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from PIL import Image
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


ROWS = """
INSERT INTO series (id, name, fingerprint, scheduled_from, looked_until, roundups_through)
  VALUES (1, 's', 'f', '2021-08-01 00:00:00', '2021-08-01 00:00:00', '2021-08');
INSERT INTO papers (id, title, authors, others, figures, reference_list)
  VALUES (1, 't', '[]', false, '[]', '[]');
INSERT INTO accounts (id, name, network) VALUES (1, 'x', 'x');
INSERT INTO deliveries
    (id, key, kind, series_id, account_id, state, due_at, next_at, local_on, saved)
  VALUES (1, 'k', 'collage', 1, 1, 'sent', '2021-08-01 00:00:00', '2021-08-01 00:00:00',
          '2021-08-01', '{}')
"""
PICTURE = """
INSERT INTO pictures (sha256, mime, width, height, size, data)
  VALUES (:name, :mime, :width, :height, 1, :data)
"""
COLLAGE = """
INSERT INTO collages
    (series_id, paper_id, name, state, position, thread, picture_sha256, alt, id)
  VALUES (1, 1, :name, 'ready', :id, '[]', :name, :alt, :id)
"""
DRAWN = ("picture_is_drawn", "alt_is_drawn")
PART = "INSERT INTO parts (delivery_id, position, text, receipt_id) VALUES (1, 1, :text, '7')"


def _before(database: Database) -> None:
    """A database of the version before, with a GIF of three frames, a slide, and a long text."""
    pictures = {
        "moves": ("image/gif", 48, 32, _animated()),
        "broken": ("image/gif", 48, 32, b"no picture"),
        "slide": ("image/png", 1600, 900, b"a slide"),
        "photo": ("image/png", 1600, 900, b"a photo"),
    }
    alts = {"slide": "Plain slide with the title “t”, S 1/52.", "photo": "A photo of a slide."}
    with database.write() as conn:
        schema.upgrade(conn, "0006")
        for statement in ROWS.split(";"):
            conn.execute(text(statement))
        for name, (mime, width, height, data) in pictures.items():
            values = {"name": name, "mime": mime, "width": width, "height": height, "data": data}
            conn.execute(text(PICTURE), values)
        for number, (name, alt) in enumerate(alts.items(), 1):
            conn.execute(text(COLLAGE), {"id": number, "name": name, "alt": alt})
        conn.execute(text(PART), {"text": "论" * 150})


def _animated() -> bytes:
    frames = [Image.new("RGB", (48, 32), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def test_an_upgrade_counts_frames_marks_slides_and_makes_texts_findable(
    empty_database_url: str,
) -> None:
    with closing(Database(empty_database_url)) as made:
        _before(made)
        with made.write() as conn:
            schema.upgrade(conn)
        with made.read() as conn:
            frames = dict(conn.execute(text("SELECT sha256, frames FROM pictures")).all())  # type: ignore[arg-type]
            columns = (tables.collages.c[name] for name in ("name", *DRAWN))
            drawn = conn.execute(select(*columns)).all()
            beginning = conn.execute(text("SELECT beginning FROM parts")).scalar_one()
            seen = conn.execute(select(tables.picture_pages)).all()
    assert frames == {"moves": 3, "broken": 1, "slide": 1, "photo": 1}
    # None was decoded for what is measured of a picture now.
    assert {(row.sha256, row.page, row.frames) for row in seen} == {
        (name, 0, count) for name, count in frames.items()
    }
    assert {tuple(row)[-4:] for row in seen} == {("", "", 0, False)}
    assert {(row.width, row.height) for row in seen} == {(48, 32), (1_600, 900)}
    assert sorted(map(tuple, drawn)) == [("photo", False, False), ("slide", True, True)]
    assert beginning == "论" * 100
