"""What every test of the desk may use: an installation with people, its desk, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.desk import browsers, desks
from tests.desk.browsers import Browsing
from tests.desk.desks import Desk, Place


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An installation with people and a filled queue; tests get a copy."""
    return desks.install(tmp_path_factory.mktemp("filled") / "desk")


@pytest.fixture
def place(filled: Place, tmp_path: Path) -> Place:
    """An installation of this test's own: three collages ready, a draft, one held, three people."""
    return desks.copied(filled, tmp_path / "desk")


@pytest.fixture
def desk(place: Place) -> Iterator[Desk]:
    """Its desk, served by a thread of this process: what most tests need."""
    with desks.served(place) as served:
        yield served


@pytest.fixture
def desk_process(place: Place) -> Iterator[Desk]:
    """Its desk as `mlcollage desk` serves it, in a process of its own."""
    with desks.running(place) as served:
        yield served


@pytest.fixture
def desk_on_postgresql(postgres_database: str, tmp_path: Path) -> Iterator[Desk]:
    """The same on PostgreSQL, served by a thread of this process."""
    with desks.served(desks.install(tmp_path / "desk", url=postgres_database)) as served:
        yield served


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_on_each(request: pytest.FixtureRequest) -> Desk:
    """The same on each kind of database."""
    name = "desk" if request.param == "sqlite" else "desk_on_postgresql"
    found: Desk = request.getfixturevalue(name)
    return found


# Not for the whole session: while Playwright is there, its thread has a running event loop, and
# the tests of other modules may need one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser; the test is skipped where there is none."""
    with browsers.launched() as found:
        yield found


@pytest.fixture
def browse(browser: Browser) -> Iterator[Browsing]:
    """Opens windows: `browse(desk, "ben", "/s/mlcollage/queue", phone=True)`.

    The test fails where a page loads from elsewhere, breaks its policy, or has a script fail.
    """
    browsing = Browsing(browser)
    yield browsing
    browsing.close()
    assert browsing.wrong == []
