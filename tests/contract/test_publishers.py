"""One suite for every publisher: what a delivery relies on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from bot.core.delivery import Absent, Found, Image, Kind, NotSeen, Part, Receipt, Thread
from bot.core.errors import BadConfig
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.protocol import Publisher
from tests.conftest import MONDAY, StoppedClock, png
from tests.fakes import x

Make = Callable[[], Publisher]


@contextmanager
def _settings(network: str, clock: StoppedClock) -> Iterator[dict[str, str]]:
    """An account's settings on each network, with its server where it has one."""
    match network:
        case "x":
            with x.checked(clock.now) as fake:
                yield x.account(fake)
        case _:
            yield {"network": network}


@pytest.fixture(params=sorted(table.NETWORKS))
def make(request: pytest.FixtureRequest, tmp_path: Path, clock: StoppedClock) -> Iterator[Make]:
    """Makes the same account of each network again, as after a restart."""
    with _settings(request.param, clock) as settings:
        raw = Table("config.toml", "accounts.lab", settings)
        yield lambda: table.make(raw, tmp_path, clock)


IMAGE = Image("0" * 64, "slide.png", "image/png", "A white slide.", png())
THREAD = Thread(
    key="mlcollage/2021-08-04T13:00:00Z/lab",
    kind=Kind.COLLAGE,
    series="mlcollage",
    number=29,
    name="auto-sklearn",
    local_on=date(2021, 8, 4),
    parts=(Part(1, "First #mlcollage", IMAGE), Part(2, "Second"), Part(3, "📝 Paper: https://example.org/paper")),
)


def send_all(publisher: Publisher, thread: Thread) -> dict[int, str]:
    saved = publisher.prepare(thread, {})
    positions = [None] if publisher.whole else [part.position for part in thread.parts]
    receipts: dict[int, Receipt] = {}
    for position in positions:
        receipts |= publisher.send(thread.with_receipts(receipts), position, saved)
    return {position: receipt.id for position, receipt in receipts.items()}


def test_every_part_gets_a_receipt_of_its_own(make: Make) -> None:
    receipts = send_all(make(), THREAD)
    assert sorted(receipts) == [1, 2, 3]
    assert len(set(receipts.values())) == 3


def test_what_is_out_is_found_with_the_same_receipts_after_a_restart(make: Make) -> None:
    receipts = send_all(make(), THREAD)
    found = make().find(THREAD, {})
    assert isinstance(found, Found)
    assert {position: receipt.id for position, receipt in found.receipts.items()} == receipts


def test_what_was_never_sent_is_not_found(make: Make) -> None:
    publisher = make()
    send_all(publisher, THREAD._replace(key="mlcollage/2021-07-28T13:00:00Z/lab", local_on=date(2021, 7, 28)))
    look = publisher.find(THREAD, publisher.prepare(THREAD, {}))
    assert isinstance(look, Absent) if publisher.proves_absence else isinstance(look, NotSeen)


def test_preparing_again_publishes_nothing(make: Make) -> None:
    publisher = make()
    saved = publisher.prepare(THREAD, publisher.prepare(THREAD, {}))
    assert not isinstance(publisher.find(THREAD, saved), Found)


def test_an_account_that_can_post_has_nothing_to_complain_of(make: Make) -> None:
    assert make().check() == ""


def test_its_limits_are_a_network_s(make: Make) -> None:
    limits = make().limits()
    assert limits.length >= 280
    assert "image/png" in limits.mimes


@pytest.mark.parametrize("network", sorted(table.NETWORKS))
def test_a_setting_it_does_not_know_is_named_with_its_dotted_key(network: str, tmp_path: Path) -> None:
    raw = Table("config.toml", "accounts.lab", {"network": network, "colour": "red"})
    with pytest.raises(BadConfig, match=r"accounts\.lab\.colour in config\.toml is no setting"):
        table.make(raw, tmp_path, StoppedClock(MONDAY))


def test_an_unknown_network_is_named(tmp_path: Path) -> None:
    raw = Table("config.toml", "accounts.lab", {"network": "gopher"})
    with pytest.raises(BadConfig, match=r"accounts\.lab\.network in config\.toml must be one of .*, not 'gopher'"):
        table.make(raw, tmp_path, StoppedClock(MONDAY))
