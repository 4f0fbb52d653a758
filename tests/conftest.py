"""What every test may use: the shared data folder, real databases, a clock that stands still."""

import gc
import io
import itertools
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import hypothesis
import pytest
from PIL import Image

from bot import config
from bot.app import assemble, logs
from bot.context import Context
from bot.storage.database import Database
from tests import fitted, pds, postgres

# How long an example takes says how busy the machine is, and nothing about the program.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

# Databases are synced at every commit: in memory that costs nothing. Where it is small, the disk
# has to do.
MEMORY = Path("/dev/shm")
ROOM: Path | None = None
"""A folder in memory with room for all that the tests write; none means the disk."""
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2_000_000_000:
    ROOM = MEMORY
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(ROOM))

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow on PostgreSQL only is marked slow where it runs there."""
    for item in items:
        if item.get_closest_marker("slow_on_postgresql") and "postgresql" in item.name:
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: that thousands of tests and their
    modules are no garbage need not be found out again and again.
    """
    gc.collect()
    gc.freeze()


def absent(reason: str) -> None:
    """Something a test needs is not here: the test is skipped and says what is missing; under
    CI=true it fails.
    """
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def shared(path: str) -> Path:
    """A file or folder of the shared test data."""
    found = SHARED / path
    if not found.exists():
        absent(f"the shared test data has no {path} here")
    return found


@pytest.fixture(autouse=True)
def log_as_at_the_start() -> Iterator[None]:
    """A command that a test runs in its own process turns the log on: the next test has it off."""
    yield
    logs.to_stderr("")


@pytest.fixture(scope="session", autouse=True)
def pictures_fitted_once() -> Iterator[None]:
    """A picture that one test has shown or sent is not fitted anew for the next."""
    with fitted.once():
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a real PostgreSQL, with `{name}` for the database."""
    folder = postgres.binaries()
    if folder is None:
        absent("PostgreSQL is not installed (Debian: postgresql)")
    else:
        with postgres.running(folder, place=ROOM) as url:
            yield url


@pytest.fixture(scope="session")
def bluesky_server() -> Iterator[pds.Server]:
    """A real Bluesky server, without accounts."""
    if not pds.is_installed():
        absent("the Bluesky server is not installed (.ci/run does that, into .ci/pds)")
    with pds.running(ROOM) as server:
        yield server


_names = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str) -> Iterator[postgres.Databases]:
    """The databases of that PostgreSQL."""
    with closing(postgres.Databases(postgres_url)) as made:
        yield made


@contextmanager
def _created(databases: postgres.Databases, template: str = "template1") -> Iterator[str]:
    """The URL of a new database on PostgreSQL, a copy of its template; dropped at the end."""
    name = f"test_{next(_names)}"
    yield databases.make(name, template)
    databases.drop(name)


@pytest.fixture
def empty_postgres_database(postgres_databases: postgres.Databases) -> Iterator[str]:
    """The URL of a database without tables on a real PostgreSQL."""
    with _created(postgres_databases) as url:
        yield url


@pytest.fixture(scope="session")
def _postgres_template(postgres_databases: postgres.Databases) -> Iterator[str]:
    """The name of a database that is migrated once and copied for every test."""
    with _created(postgres_databases) as url:
        with closing(Database(url)) as made:
            made.prepare()
        yield str(made.engine.url.database)


@pytest.fixture
def postgres_database(
    postgres_databases: postgres.Databases, _postgres_template: str
) -> Iterator[str]:
    """The URL of a database on a real PostgreSQL, as the first start leaves it."""
    with _created(postgres_databases, _postgres_template) as url:
        yield url


@lru_cache
def _migrated() -> bytes:
    """A SQLite database as the first start leaves it: migrated once and copied for every test."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(folder) / "queue.db"
        with closing(Database(f"sqlite:///{file}")) as made:
            made.prepare()
        return file.read_bytes()


def lay_database(file: Path) -> str:
    """The URL of a SQLite database as the first start leaves it, unless one is there already."""
    if not file.exists():
        file.write_bytes(_migrated())
        file.chmod(0o600)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of each kind: for tests of what makes them."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("empty_postgres_database")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind, as the first start leaves it."""
    if request.param == "sqlite":
        return lay_database(tmp_path / "test.db")
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as made:
        yield made


class StoppedClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.ticks = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def wait_until(self, at: datetime) -> None:
        self.at = max(self.at, at)

    def go(self, **span: float) -> None:
        self.at += timedelta(**span)
        self.ticks += timedelta(**span).total_seconds()


MONDAY = datetime(2021, 8, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2 August 2021, 9:00 UTC."""
    return StoppedClock(MONDAY)


def png(colour: str = "white", size: tuple[int, int] = (16, 9)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@lru_cache
def plain_picture(name: str) -> bytes:
    """A PNG that nothing is to be said of, and that looks like no other name's."""
    pattern = random.Random(name).choices(range(40, 220), k=10 * 8)
    small = Image.frombytes("L", (10, 8), bytes(pattern))
    image = small.resize((1_000, 563), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def write_item(folder: Path, name: str, **more: object) -> Path:
    """A complete item file with its picture beside it; `more` replaces or adds TOML lines."""
    values: dict[str, object] = {
        "name": f'"{name}"',
        "title": f'"The {name} paper"',
        "authors": '["Ada Lovelace", "Charles Babbage", "Mary Somerville"]',
        "year": 2021,
        "links": f'[{{ kind = "paper", url = "https://example.org/{name}" }}]',
        "alt": f'"A white slide about {name}."',
        "picture": f'"{name}.png"',
    } | more
    lines = "\n".join(f"{key} = {value}" for key, value in values.items() if value is not None)
    (folder / f"{name}.png").write_bytes(plain_picture(name))
    file = folder / f"{name}.md"
    paragraph = f"{name} says one thing. Then it says another thing, and a third one follows."
    file.write_text(f"+++\n{lines}\n+++\n\n{paragraph}\n", encoding="utf-8")
    return file


def threads_out(folder: Path) -> list[Path]:
    """The folders of all threads in an installation's outbox, those of rehearsals too, by name."""
    # A bot may be at work: what it has begun to write has a name with a dot, and may be gone.
    walked = os.walk(folder / "outbox")
    found = [Path(place) for place, _, files in walked if "thread.json" in files]
    whole = [place for place in found if not place.name.startswith(".")]
    return sorted(whole, key=lambda place: place.name)


def make_context(
    folder: Path, settings: str = "", clock: StoppedClock | None = None, url: str | None = None
) -> Context:
    """A working bot in a folder, on a clock of the test's own."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.toml"
    if url:
        settings += f'\n[database]\nurl = "{url}"\n'
    else:
        lay_database(folder / "queue.db")
    if "live = " not in settings and "series." not in settings:
        settings = f"live = false\n{settings}"
    file.write_text(settings, encoding="utf-8")
    file.chmod(0o600)
    return assemble.context(config.load(file), clock=clock)
