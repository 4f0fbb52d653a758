"""The schema: migrations and tables say the same, on both databases."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from PIL import Image
from sqlalchemy import select, text

from bot.core.errors import NoDatabase
from bot.storage import indexes, schema, tables
from bot.storage.database import HEAD, Database

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


def test_a_password_is_never_shown() -> None:
    database = Database("postgresql+psycopg://bot:hunter2@127.0.0.1:1/queue")
    with pytest.raises(NoDatabase) as caught:
        database.prepare()
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_s_name_may_hold_what_means_something_in_a_url(tmp_path: Path) -> None:
    folder = tmp_path / "100% of it? #1 & more"
    folder.mkdir()
    made = Database(f"sqlite:///{folder / 'queue.db'}")
    made.prepare()
    assert (folder / "queue.db").stat().st_size
    assert made.shown == str(folder / "queue.db")
    made.close()


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
        schema.upgrade(conn, "0004")
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
    assert frames == {"moves": 3, "broken": 1, "slide": 1, "photo": 1}
    assert sorted(map(tuple, drawn)) == [("photo", False, False), ("slide", True, True)]
    assert beginning == "论" * 100
