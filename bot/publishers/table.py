"""Every network we can publish to: one line each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from bot.core import settings
from bot.core.collage import shown
from bot.core.schedule import Clock
from bot.core.settings import Table
from bot.publishers import outbox
from bot.publishers.protocol import Publisher


class Network(NamedTuple):
    """A network's settings class, and how a publisher is made of them, the configuration's folder and a clock."""

    settings: type[Any]
    make: Callable[[Any, Path, Clock], Publisher]


NETWORKS = {
    "outbox": Network(outbox.Settings, outbox.Outbox),
}


def network_of(table: Table) -> str:
    """The network an `[accounts.NAME]` names; raises `BadConfig`."""
    name = table.values.get("network")
    if name is None:
        raise table.wrong("network", f"is missing; it is one of {', '.join(NETWORKS)}")
    if not isinstance(name, str) or name not in NETWORKS:
        raise table.wrong("network", f"must be one of {', '.join(NETWORKS)}, not {shown(name)}")
    return name


def make(table: Table, base: Path, clock: Clock) -> Publisher:
    """The account's publisher; raises `BadConfig` naming the dotted key that is wrong."""
    network = NETWORKS[network_of(table)]
    return network.make(settings.read(table.without("network"), network.settings), base, clock)
