"""Backup, restore and upgrade as a maintainer, a kill and a second process meet them."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from bot import config
from bot.app import assemble
from bot.storage import backup, schema, tables
from bot.storage.database import HEAD, Database
from bot.storage.work import reading
from tests import rows
from tests.conftest import threads_out
from tests.e2e.conftest import CONFIG, Desk
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage
from tests.rows import tally

UPGRADED = "The database was brought to this version of mlcollage; as it was before it is kept in "


def use(folder: Path, url: str) -> None:
    """Let the configuration in a folder name another database."""
    (folder / "config.toml").write_text(f'{CONFIG}\n[database]\nurl = "{url}"\n', encoding="utf-8")


@pytest.fixture
def other_url(empty_database_url: str) -> str:
    is_sqlite = empty_database_url.startswith("sqlite")
    return "sqlite:///other.db" if is_sqlite else empty_database_url


def test_backup_says_what_it_holds(posted: Desk) -> None:
    told = posted("backup", "b.db")
    assert told.out == "Wrote b.db: 4 collages, 4 pictures, 1 thread; checked.\n"
    assert (
        posted("backup", "b.db", code=1).err
        == "b.db is there already: name another file, or remove it.\n"
    )


def test_backup_as_json(posted: Desk) -> None:
    told = posted("backup", "b.db", "--json").json
    assert (told["file"], told["version"]) == ("b.db", HEAD)
    assert datetime.fromisoformat(told["made_at"]) <= datetime.now(UTC)
    assert (told["rows"]["collages"], told["rows"]["attempts"]) == (4, 1)


def test_what_was_backed_up_is_there_after_a_restore_and_work_goes_on(
    posted: Desk, other_url: str
) -> None:
    posted("hold", "gamma")
    before = [posted.shown(name) for name in ("alpha", "beta", "gamma", "delta")]
    posted("backup", "b.db")
    use(posted.folder, other_url)
    posted("init")
    told = posted("restore", "b.db").out.splitlines()
    assert told[0].startswith("Restored 4 collages, 4 pictures, 1 thread into ")
    assert told[1].startswith("This database was restored from a backup of ")
    assert [posted.shown(name) for name in ("alpha", "beta", "gamma", "delta")] == before
    assert posted("notices", "--json").json[0]["text"] == told[1]
    rest = posted.folder / "epsilon.md"
    shutil.copy(posted.folder / "delta.md", rest)
    rest.write_text(
        rest.read_text(encoding="utf-8").replace('"delta"', '"epsilon"'), encoding="utf-8"
    )
    posted("add", rest.name)
    posted("post", "beta", "--now")
    assert posted.shown("beta")["number"] == before[0]["number"] + 1
    assert len(threads_out(posted.folder)) == 2


def test_what_had_begun_is_found_and_not_posted_again(posted: Desk) -> None:
    """The backup was made in the middle of a thread that got out after it."""
    with (
        closing(Database(f"sqlite:///{posted.folder / 'queue.db'}")) as database,
        database.write() as conn,
    ):
        conn.execute(update(tables.deliveries).values(state="sending", ended_at=None, begun=True))
        conn.execute(update(tables.parts).values(receipt_id=None, receipt_url=None, sent_at=None))
        conn.execute(update(tables.attempts).values(outcome=None, ended_at=None))
    posted("backup", "b.db")
    use(posted.folder, "sqlite:///other.db")
    assert (
        posted("restore", "b.db")
        .out.splitlines()[-1]
        .endswith("1 thread that had begun is looked for first.")
    )
    assert posted("restore", "b.db", code=1).err.startswith("The database ")
    posted("tick")
    with closing(sqlite3.connect(posted.folder / "other.db")) as connection:
        assert connection.execute("SELECT state FROM deliveries").fetchall() == [("sent",)]
    assert len(threads_out(posted.folder)) == 1


def test_a_database_in_use_is_said_to_be_one(posted: Desk) -> None:
    use(posted.folder, "sqlite:///other.db")
    told = posted("restore", "queue.db").out.splitlines()
    assert "restored from a copy of a database as of " in told[1]
    assert (
        told[2]
        == "queue.db is no backup but a database: see that no other bot goes on posting from it."
    )
    use(posted.folder, "sqlite:///third.db")
    assert posted("restore", "queue.db", "--json").json["is_copy"] is True


def test_what_is_no_backup_changes_nothing(bare: Desk) -> None:
    for name, said in (
        ("nowhere.db", "cannot be read: No such file"),
        ("alpha.png", "is no backup of mlcollage"),
    ):
        assert f"{name} {said}" in bare("restore", name, code=1).err
    assert not (bare.folder / "queue.db").exists()
    assert bare("backup", "b.db", code=1).err.endswith(
        "queue.db yet; make it with: mlcollage init\n"
    )


def test_a_restore_of_what_it_is_in_itself_is_refused(desk: Desk) -> None:
    with closing(Database(f"sqlite:///{desk.folder / 'queue.db'}")) as database:
        before = tally(database)
        assert " is not empty, it holds " in desk("restore", "queue.db", code=1).err
        assert tally(database) == before


PICTURES, SIZE = 12, 1_500_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose backup takes a moment."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    with (
        closing(assemble.database(config.load(folder / "config.toml"))) as database,
        database.write() as conn,
    ):
        for number in range(PICTURES):
            data = os.urandom(SIZE)
            values = rows.of_picture(data) | {
                "mime": "image/png",
                "width": number,
                "height": 1,
                "size": SIZE,
            }
            conn.execute(insert(tables.pictures).values(values))
    return folder


def killed(
    folder: Path,
    *args: object,
    when: Callable[[], bool],
    after: float,
    by: signal.Signals = signal.SIGKILL,
    temporary: Path | None = None,
) -> None:
    """Start a command, and end it by a signal a moment after something has come about."""
    command = [*COMMAND, *map(str, args)]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT | ({"TMPDIR": str(temporary)} if temporary else {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        end = time.monotonic() + 20
        while not when() and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.001)
        time.sleep(after)
        process.send_signal(by)


DELAYS = [0.02, 0.25]


@pytest.mark.slow
def test_a_backup_that_is_killed_is_whole_or_not_there(large: Path, tmp_path: Path) -> None:
    for after in DELAYS:
        folder = tmp_path / str(after)
        folder.mkdir()
        killed(
            large,
            "backup",
            folder / "b.db",
            when=lambda here=folder: any(here.iterdir()),
            after=after,
        )
        if (folder / "b.db").exists():
            backup.check(folder / "b.db", "it")
    assert f"{PICTURES} pictures" in mlcollage(
        large, "backup", tmp_path / str(DELAYS[0]) / "again.db"
    )


@pytest.fixture(scope="module")
def large_backup(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backups") / "b.db"
    mlcollage(large, "backup", file)
    return file


@pytest.mark.slow
def test_a_restore_that_is_killed_has_changed_everything_or_nothing(
    large_backup: Path, database: Database, database_url: str, tmp_path: Path
) -> None:
    use(tmp_path, database_url)
    for after in DELAYS:
        killed(
            tmp_path,
            "restore",
            "--trust",
            large_backup,
            when=lambda: _writes(database),
            after=after,
        )
        found = tally(database).rows
        if found["pictures"]:
            break
        assert sum(found.values()) == 0
    else:
        mlcollage(tmp_path, "restore", "--trust", large_backup)
        found = tally(database).rows
    assert (found["pictures"], found["log"], found["notices"]) == (PICTURES, 1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_an_ended_restore_leaves_nothing_and_what_a_killed_one_leaves_the_next_removes(
    large_backup: Path, tmp_path: Path, by: signal.Signals
) -> None:
    use(tmp_path, "sqlite:///queue.db")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    others = temporary / "mlcollage-restore-of-another"
    others.mkdir()

    def left() -> list[Path]:
        return [path for path in temporary.iterdir() if path != others]

    args = ("restore", "--trust", large_backup)
    killed(
        tmp_path,
        *args,
        when=lambda: any((path / "backup.db").exists() for path in left()),
        after=0.1,
        by=by,
        temporary=temporary,
    )
    assert len(left()) == int(by is signal.SIGKILL)
    (tmp_path / "queue.db").unlink(missing_ok=True)
    environment = ENVIRONMENT | {"TMPDIR": str(temporary)}
    subprocess.run([*COMMAND, *map(str, args)], cwd=tmp_path, env=environment, check=True)
    assert left() == []
    assert others.is_dir(), "without a lock it is nothing of ours"


@pytest.mark.slow
def test_what_a_killed_backup_leaves_the_next_one_removes(large: Path, tmp_path: Path) -> None:
    args = ("backup", tmp_path / "b.db")
    killed(large, *args, when=lambda: any(tmp_path.glob(".mlcollage-backup-*/*.db")), after=0)
    assert len(list(tmp_path.iterdir())) == 1
    mlcollage(large, "backup", tmp_path / "c.db")
    assert [path.name for path in tmp_path.iterdir()] == ["c.db"]


def test_two_backups_at_once_leave_each_other_alone(large: Path, tmp_path: Path) -> None:
    commands = [[*COMMAND, "backup", str(tmp_path / f"{count}.db")] for count in range(3)]
    running = [subprocess.Popen(each, cwd=large, env=ENVIRONMENT) for each in commands]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.db", "1.db", "2.db"]


def _writes(database: Database) -> bool:
    """Whether a restore has begun to write."""
    if database.is_sqlite:
        wal = Path(f"{database.engine.url.database}-wal")
        return wal.exists() and wal.stat().st_size > SIZE
    activity = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE starts_with(query, 'INSERT') AND datname = current_database()"
    )
    with database.read() as conn:
        return bool(conn.exec_driver_sql(activity).scalar())


def test_a_disk_that_is_full_is_told_in_a_sentence(large: Path, tmp_path: Path) -> None:
    """No file may become larger than a part of the backup: what happens where a disk is full."""
    command = (
        f"ulimit -f {3 * SIZE // 1024}; exec {sys.executable} -m bot backup {tmp_path / 'b.db'}"
    )
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=large,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{tmp_path / 'b.db'} cannot be written: ")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def old(empty_database_url: str, tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    """An installation that an older version made, and its database."""
    use(tmp_path, empty_database_url)
    with closing(Database(empty_database_url)) as database:
        with database.write() as conn:
            schema.upgrade(conn, "0001")
            rows.fill(conn, only={"papers", "pictures"})
        yield tmp_path, database


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*-before-*"))


def notices_of(database: Database) -> list[str]:
    with reading(database, datetime.now(UTC)) as work:
        return [notice.text for notice in work.notices.listed()]


def test_an_older_database_is_backed_up_before_it_is_upgraded(old: tuple[Path, Database]) -> None:
    folder, database = old
    before = tally(database)
    file = folder / f"{'test' if database.is_sqlite else 'queue'}-before-{HEAD}.db"
    assert f"{UPGRADED}{file}." in mlcollage(folder, "notices")
    assert database.version() == HEAD
    found = backup.check(file, "it")
    assert found.held == before
    assert found.held.version == "0001"
    (folder / "new").mkdir()
    use(folder / "new", "sqlite:///queue.db")
    mlcollage(folder / "new", "restore", "--trust", file)
    with closing(Database(f"sqlite:///{folder / 'new' / 'queue.db'}")) as new:
        assert tally(new).rows["papers"] == 3


@pytest.mark.slow
def test_of_several_processes_one_upgrades_and_the_others_wait(old: tuple[Path, Database]) -> None:
    folder, database = old
    command = [*COMMAND, "notices"]
    several = [
        subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]
    assert [process.wait(60) for process in several] == [0, 0, 0]
    assert database.version() == HEAD
    assert len(kept(folder)) == 1
    assert len(notices_of(database)) == 1


def test_a_backup_of_an_earlier_upgrade_is_kept(old: tuple[Path, Database]) -> None:
    folder, database = old
    name = f"{'test' if database.is_sqlite else 'queue'}-before-{HEAD}"
    (folder / f"{name}.db").write_text("mine", encoding="utf-8")
    mlcollage(folder, "notices")
    assert kept(folder) == [f"{name}-2.db", f"{name}.db"]
    assert (folder / f"{name}.db").read_text(encoding="utf-8") == "mine"


def test_what_cannot_be_backed_up_is_not_upgraded(bare: Desk) -> None:
    name = "q" * 242
    use(bare.folder, f"sqlite:///{name}.db")
    with closing(Database(f"sqlite:///{bare.folder / name}.db")) as database:
        with database.write() as conn:
            schema.upgrade(conn, "0001")
        said = bare("list", code=1).err
        assert f"{name}.db is of an older version and is not upgraded without a backup: " in said
        assert said.endswith("cannot be written: File name too long; use a shorter one.\n")
        assert database.version() == "0001"


def test_nothing_of_this_is_loaded_where_the_database_is_up_to_date(desk: Desk) -> None:
    code = "import sys; from bot.__main__ import main\ntry: main()\nfinally: print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "list"],
        cwd=desk.folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "bot.app.assemble" in done.stdout.split()
    assert {"alembic", "bot.storage.backup", "bot.storage.copy", "bot.storage.schema"}.isdisjoint(
        done.stdout.split()
    )


def test_a_simulation_upgrades_its_copy_and_never_the_real_database(bare: Desk) -> None:
    with closing(Database(f"sqlite:///{bare.folder / 'queue.db'}")) as database:
        with database.write() as conn:
            schema.upgrade(conn, "0001")
            rows.fill(conn, only={"papers"})
        before = tally(database)
        bare("simulate", "--in", "trial", "--from", "2021-08-01", "--to", "2021-08-02")
        assert tally(database) == before
        assert kept(bare.folder) == []
    with closing(Database(f"sqlite:///{bare.folder / 'trial' / 'queue.db'}")) as copied:
        assert (copied.version(), tally(copied).rows["papers"]) == (HEAD, 3)


def test_a_folder_is_no_file_to_back_up_into(desk: Desk) -> None:
    (desk.folder / "copies").mkdir()
    assert "copies is a folder: name a file in it" in desk("backup", "copies", code=1).err
    assert "new/ is a folder: name a file in it" in desk("backup", "new/", code=2).err
    assert not (desk.folder / "new").exists()
