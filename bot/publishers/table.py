"""Every network we can publish to: one line each."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bot import secret_sources
from bot.core import hints, settings
from bot.core import network as networks
from bot.core.collage import shown
from bot.core.price import Price
from bot.core.schedule import Clock
from bot.core.settings import Table
from bot.publishers.protocol import Publisher


class Entry(NamedTuple):
    """A network's settings class, its publisher's constructor, and what it charges.

    `make` takes the settings, the configuration's folder, a clock, and the longest time that a
    request may take.
    """

    settings: type[Any]
    make: Callable[[Any, Path, Clock, timedelta], Publisher]
    price: Price | None


NETWORKS = {
    "outbox": ("bot.publishers.outbox", "Outbox"),
    "mastodon": ("bot.publishers.mastodon.publisher", "Mastodon"),
    "x": ("bot.publishers.x.publisher", "X"),
    "bluesky": ("bot.publishers.bluesky.publisher", "Bluesky"),
    "manual": ("bot.publishers.manual", "Manual"),
}
"""The module and class of each network's publisher; the module has its `Settings`, too.

It is loaded when an account is on that network, because an SDK takes long to load.
"""


def network(name: str) -> Entry:
    """The settings and the publisher of a network in the table."""
    module_name, class_name = NETWORKS[name]
    module = importlib.import_module(module_name)
    publisher = getattr(module, class_name)
    return Entry(module.Settings, publisher, publisher.price)


LONGEST = timedelta(seconds=60)
"""How long a request may take where `delivery.request` is not at hand."""


def network_of(table: Table) -> str:
    """The network an `[accounts.NAME]` names; raises `BadConfig`."""
    name = table.values.get("network")
    if name is None:
        raise table.wrong("network", f"is missing; it is one of {', '.join(NETWORKS)}")
    if not isinstance(name, str) or name not in NETWORKS:
        known = ", ".join(NETWORKS)
        hint = ""
        if isinstance(name, str) and (near := hints.nearest(name, NETWORKS)):
            hint = f'; did you mean "{near}"'
        raise table.wrong("network", f"must be one of {known}, not {shown(name)}{hint}")
    return name


def price(table: Table) -> Price | None:
    """What the account's own network charges, also while an outbox stands in for it."""
    return network(network_of(table)).price


def rehearsed(table: Table) -> Table:
    """The settings of the outbox that stands in for an account in a rehearsal.

    Nothing may reach the real network then: the same collage would go out again when live.
    """
    name = network_of(table)
    if name == "outbox":
        return table
    stand_in: dict[str, Any] = {
        "network": "outbox",
        "like": name,
        "folder": f"outbox/{table.path.rpartition('.')[2]}",
    }
    # What is rehearsed is laid out as what goes out later.
    kept = {"length", "layout", "link_cards"}
    if name == "manual":
        # Its rules, with its length, are those of the publisher that the outbox stands in for.
        del stand_in["like"]
        kept = {"layout"}
    laid_out = {key: table.values[key] for key in kept if key in table.values}
    return Table(table.file, table.path, stand_in | laid_out)


def simulated(table: Table) -> Table:
    """As `rehearsed`, for a simulation: nothing in its folder counts, so nothing is kept apart."""
    stand_in = rehearsed(table)
    return Table(table.file, table.path, {**stand_in.values, "rehearsal_apart": False})


def check_folders(accounts: Mapping[str, Table], base: Path) -> None:
    """Raise `BadConfig` where two accounts write to one folder, live or in a rehearsal.

    Each would take what the other has written there for threads of its own.
    """
    owners: dict[Path, str] = {}
    for folder, name in _folders(accounts):
        other = owners.setdefault((base / folder).resolve(), name)
        if other == name:
            continue
        table = accounts[name]
        if network_of(table) not in WITH_FOLDERS:
            table, name, other = accounts[other], other, name
        if network_of(accounts[other]) in WITH_FOLDERS:
            reason = f"is also the folder of account {other}; give each its own"
        else:
            reason = f"is the folder of account {other} in a rehearsal; give it another one"
        raise table.wrong("folder", reason)


WITH_FOLDERS = ("outbox", "manual")
"""The networks that are a folder."""


def _folders(accounts: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    """The folders that each account, or what stands in for it in a rehearsal, writes to.

    Each comes with the account's name; the folder of rehearsals in an outbox is one of them.
    """
    for name, table in accounts.items():
        if network_of(table) == "manual":
            for folder in _folder_settings(table).places:
                yield folder, name
        outbox = _folder_settings(rehearsed(table))
        yield outbox.folder, name
        if outbox.rehearsals != outbox.folder:
            yield outbox.rehearsals, name


def _folder_settings(table: Table) -> Any:
    """The settings of a network that is a folder, as far as they say where it writes."""
    known = {key: table.values[key] for key in FOLDER_KEYS if key in table.values}
    found = settings.read(Table(table.file, table.path, known), network(network_of(table)).settings)
    return _named(found, table)


def _named(account: Any, table: Table) -> Any:
    """An account's settings with its name, where they ask for it."""
    if not hasattr(account, "name"):
        return account
    return replace(account, name=table.path.rpartition(".")[2])


FOLDER_KEYS = ("folder", "rehearsal_apart")
"""The settings that say where a network that is a folder writes."""


def has_secrets(table: Table) -> bool:
    """Whether an account's keys stand in the configuration itself."""
    return any(table.values.get(key) for key in secrets(network_of(table)))


def secrets(name: str) -> list[str]:
    """The settings of a network that are secrets."""
    return [
        each.name
        for each in fields(network(name).settings)
        if each.metadata.get("reader") is settings.secret_text
    ]


def _check_length(table: Table, account: Any) -> None:
    """Raise `BadConfig` where the posts of an outbox would be longer than any on its network."""
    longest = networks.named(account.like).longest
    if None not in (account.length, longest) and account.length > longest:
        title = networks.named(account.like).title
        raise table.wrong("length", f"must be at most {longest:,}, the longest post on {title}")


def _check_cards(table: Table, account: Any) -> None:
    """Raise `BadConfig` where an outbox would have link cards that its network has none of."""
    network = networks.named(account.like)
    if account.link_cards and network.card_pictures is None:
        raise table.wrong("link_cards", f"must be false: no cards are made for {network.title}")


def make(table: Table, base: Path, clock: Clock, longest: timedelta = LONGEST) -> Publisher:
    """The account's publisher, whose requests take no longer than `longest`.

    Raises `BadConfig` naming the dotted key that is wrong.
    """
    chosen = network(network_of(table))
    values = secret_sources.with_secrets(table.without("network"), secrets(network_of(table)), base)
    # By its name, for the commands that its messages name.
    account = _named(settings.read(values, chosen.settings), table)
    if network_of(table) == "outbox":
        _check_length(table, account)
        _check_cards(table, account)
    # Networks without requests, such as the outbox, have no such setting.
    total_timeout = getattr(account, "total_timeout", None)
    if total_timeout is not None and total_timeout > longest:
        most = f"at most {longest.total_seconds():g}s, which is delivery.request"
        raise table.wrong("total_timeout", f"must be {most}: no request may outlive its lease")
    return chosen.make(account, base, clock, longest)
