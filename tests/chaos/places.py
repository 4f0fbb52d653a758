"""The networks a thread is sent to, made fresh for every run and looked at from their own side."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from tests.chaos import scene
from tests.chaos.scene import Out
from tests.conftest import StoppedClock
from tests.fakes import bluesky, keyed, mastodon, x
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.keyed import FakeKeyed
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.x import FakeX


class Place(Protocol):
    kind: str
    parts: int
    """How many parts the thread has there."""

    def account(self) -> dict[str, str]:
        """The settings of an account there."""
        ...

    def empty(self) -> None:
        """As before the thread."""
        ...

    def out(self, folder: Path) -> list[Out]:
        """The thread as it is there, of an installation in a folder."""
        ...


class AtX:
    kind = "x"
    parts = scene.PARTS

    def __init__(self, fake: FakeX) -> None:
        self.fake = fake

    def account(self, **more: str) -> dict[str, str]:
        return x.account(self.fake, **more)

    def empty(self) -> None:
        for kept in (
            self.fake.calls,
            self.fake.violations,
            self.fake.trouble,
            self.fake.on_route,
            self.fake.held,
        ):
            kept.clear()
        self.fake.__post_init__()
        self.fake.state.refuses_duplicates = False
        self.fake.state.add("Hello, this is the series.")

    def out(self, folder: Path) -> list[Out]:
        return scene.out_at_x(self.fake)


class AtMastodon:
    """A server that counts, and honours idempotency keys."""

    kind = "mastodon"
    parts = scene.PARTS - 1

    def __init__(self, fake: FakeMastodon) -> None:
        self.fake = fake

    def account(self, **more: str) -> dict[str, str]:
        return mastodon.account(self.fake, **more)

    def empty(self) -> None:
        self.fake.empty()
        self.fake.add("Hello, this is the series.")

    def out(self, folder: Path) -> list[Out]:
        return scene.out_at_mastodon(self.fake)


class AtKeyed:
    kind = "keyed"
    parts = scene.PARTS

    def __init__(self, fake: FakeKeyed) -> None:
        self.fake = fake

    def account(self) -> dict[str, str]:
        return keyed.account(self.fake)

    def empty(self) -> None:
        for kept in (self.fake.records, self.fake.blobs, self.fake.overwritten):
            kept.clear()

    def out(self, folder: Path) -> list[Out]:
        return scene.out_at_keyed(self.fake)


class AtBluesky:
    kind = "bluesky"
    parts = scene.PARTS

    def __init__(self, fake: FakeBluesky) -> None:
        self.fake = fake

    def account(self, **more: str) -> dict[str, str]:
        return bluesky.account(self.fake, **more)

    def empty(self) -> None:
        self.fake.empty()

    def out(self, folder: Path) -> list[Out]:
        return scene.out_at_bluesky(self.fake)


class InOutbox:
    kind = "outbox"
    parts = scene.PARTS

    def account(self) -> dict[str, str]:
        return {"network": "outbox"}

    def empty(self) -> None:
        """Each installation has a folder of its own."""

    def out(self, folder: Path) -> list[Out]:
        return scene.out_in_folder(folder / "outbox")


@contextmanager
def _x(clock: StoppedClock) -> Iterator[Place]:
    with x.running(clock.now, None) as fake:
        yield AtX(fake)


@contextmanager
def _mastodon(clock: StoppedClock) -> Iterator[Place]:
    with mastodon.running(clock.now) as fake:
        yield AtMastodon(fake)


@contextmanager
def _bluesky(clock: StoppedClock) -> Iterator[Place]:
    with bluesky.running(clock.now) as fake:
        yield AtBluesky(fake)


@contextmanager
def _keyed(clock: StoppedClock) -> Iterator[Place]:
    with keyed.running() as fake:
        yield AtKeyed(fake)


@contextmanager
def _outbox(clock: StoppedClock) -> Iterator[Place]:
    yield InOutbox()


PLACES: dict[str, Callable[[StoppedClock], AbstractContextManager[Place]]] = {
    "x": _x,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "keyed": _keyed,
    "outbox": _outbox,
}
