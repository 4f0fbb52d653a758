"""An account on the local X; the suite for every publisher makes its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.x.publisher import X
from tests.conftest import StoppedClock
from tests.fakes import x
from tests.fakes.x import FakeX


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        yield running


@pytest.fixture
def make(fake: FakeX, tmp_path: Path, clock: StoppedClock) -> Callable[..., X]:
    def made(**more: str) -> X:
        publisher = table.make(
            Table("config.toml", "accounts.lab", x.account(fake, **more)), tmp_path, clock
        )
        assert isinstance(publisher, X)
        return publisher

    return made


@pytest.fixture
def publisher(make: Callable[..., X]) -> X:
    return make()
