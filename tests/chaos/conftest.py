"""Where a thread can be sent to, and a database of each kind that is prepared once and copied for
every run.
"""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.publishers import table
from tests import postgres
from tests.chaos import forks, scene
from tests.chaos.forks import Forks
from tests.chaos.places import PLACES, Place
from tests.conftest import StoppedClock
from tests.fakes import keyed

MEMORY = Path("/dev/shm")
_cases = itertools.count(1)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network with keys of one's own is one for these tests."""
    monkeypatch.setitem(table.NETWORKS, keyed.NAME, keyed.PLACE)


@pytest.fixture(scope="session")
def forked() -> Iterator[Forks]:
    with forks.running() as made:
        yield made


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A folder in memory, where there is one: the files that SQLite syncs are many."""
    with tempfile.TemporaryDirectory(
        prefix="mlcollage-chaos-", dir=MEMORY if MEMORY.is_dir() else None
    ) as folder:
        yield Path(folder)


class Ground:
    """Fresh copies of a prepared installation."""

    def __init__(self, ground: Path, databases: postgres.Databases | None) -> None:
        self._ground, self._databases = ground, databases
        self._prepared: dict[str, tuple[Path, str]] = {}

    def copy(self, place: Place) -> Path:
        """A folder with a database in which one collage waits for its slot on this network."""
        if place.kind not in self._prepared:
            self._prepared[place.kind] = self._prepare(place)
        prepared, name = self._prepared[place.kind]
        case = f"case_{next(_cases)}"
        folder = self._ground / case
        url = self._databases.make(case, name) if self._databases else None
        scene.copy(prepared, folder, place.account(), url)
        return folder

    def forget(self, folder: Path) -> None:
        shutil.rmtree(folder)
        if self._databases:
            self._databases.drop(folder.name)

    def _prepare(self, place: Place) -> tuple[Path, str]:
        name = f"prepared_{next(_cases)}"
        url = self._databases.make(name) if self._databases else None
        scene.prepare(self._ground / name, place.account(), url)
        return self._ground / name, name


@pytest.fixture(scope="session")
def grounds(ground: Path, request: pytest.FixtureRequest) -> Callable[[str], Ground]:
    """The ground for each kind of database."""
    made: dict[str, Ground] = {}

    def get(kind: str) -> Ground:
        if kind not in made:
            databases = None
            if kind == "postgresql":
                databases = request.getfixturevalue("postgres_databases")
            made[kind] = Ground(ground, databases)
        return made[kind]

    return get


@pytest.fixture
def place(request: pytest.FixtureRequest, clock: StoppedClock) -> Iterator[Place]:
    """A network of the kind that the test names."""
    with PLACES[request.param](clock) as made:
        yield made
