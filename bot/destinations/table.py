"""Every kind of place that a roundup can be published at: one line each."""

import hashlib
import importlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bot import secret_sources
from bot.config import Config
from bot.core import hints, settings
from bot.core.collage import shown
from bot.core.schedule import Clock
from bot.core.settings import Table
from bot.destinations import exports
from bot.destinations.protocol import LONGEST, Destination

KINDS = {
    "folder": ("bot.destinations.folder", "Folder"),
    "git": ("bot.destinations.git", "Git"),
    "command": ("bot.destinations.command", "Command"),
    "wordpress": ("bot.destinations.wordpress.destination", "WordPress"),
    "ghost": ("bot.destinations.ghost.destination", "Ghost"),
    "buttondown": ("bot.destinations.buttondown.destination", "Buttondown"),
}
"""The module and class of each kind of destination; the module has its `Settings`, too.

It is loaded when a destination is of that kind.
"""


class Entry(NamedTuple):
    """A kind's settings class and its constructor.

    `make` takes the settings, the configuration's folder, a clock, and the longest time that one
    publishing may take.
    """

    settings: type[Any]
    make: Callable[[Any, Path, Clock, timedelta], Destination]


def kind(name: str) -> Entry:
    """The settings and the constructor of a kind in the table."""
    module_name, class_name = KINDS[name]
    module = importlib.import_module(module_name)
    return Entry(module.Settings, getattr(module, class_name))


def kind_of(table: Table) -> str:
    """The kind that a `[destinations.NAME]` names; raises `BadConfig`."""
    name = table.values.get("kind")
    known = ", ".join(KINDS)
    if name is None:
        raise table.wrong("kind", f"is missing; it is one of {known}")
    if not isinstance(name, str) or name not in KINDS:
        hint = ""
        if isinstance(name, str) and (near := hints.nearest(name, KINDS)):
            hint = f'; did you mean "{near}"'
        raise table.wrong("kind", f"must be one of {known}, not {shown(name)}{hint}")
    return name


def takes_site(table: Table) -> bool:
    """Whether a `[destinations.NAME]` is given the whole site, and no articles one by one."""
    wants_site = getattr(kind(kind_of(table)).make, "wants_site", False)
    return bool(wants_site) and table.values.get("what", exports.SITE) == exports.SITE


def secrets(name: str) -> list[str]:
    """The settings of a kind that are secrets."""
    return [
        each.name
        for each in fields(kind(name).settings)
        if each.metadata.get("reader") is settings.secret_text
    ]


def has_secrets(table: Table) -> bool:
    """Whether a destination's keys stand in the configuration itself."""
    return any(table.values.get(key) for key in secrets(kind_of(table)))


def _with_secrets(table: Table, folder: Path) -> Table:
    return secret_sources.with_secrets(table.without("kind"), secrets(kind_of(table)), folder)


def fingerprint(table: Table, folder: Path) -> str:
    """A hash of a destination's settings with its keys, which does not reveal them.

    Raises `BadConfig` where its keys cannot be read.
    """
    values = {"kind": kind_of(table), **_with_secrets(table, folder).values}
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(table: Table, folder: Path) -> Any:
    """The checked settings of a destination, with its name; raises `BadConfig`."""
    read = settings.read(_with_secrets(table, folder), kind(kind_of(table)).settings)
    if hasattr(read, "name"):
        read = replace(read, name=table.path.rpartition(".")[2])
    problem = getattr(read, "problem", None)
    if problem:
        raise table.wrong(*problem)
    return read


def make(table: Table, folder: Path, clock: Clock, longest: timedelta = LONGEST) -> Destination:
    """The destination of a `[destinations.NAME]`; one publishing takes no longer than `longest`.

    `folder` is the configuration's, which relative paths count from. Its settings get the table's
    name where they have a field `name`, and a property `problem` of theirs, if they have one, says
    what does not fit together: the key and why, or None. Raises `BadConfig` naming the dotted key
    that is wrong.
    """
    return kind(kind_of(table)).make(_read(table, folder), folder, clock, longest)


def hidden(table: Table, folder: Path) -> list[str]:
    """The keys of a destination, which no log may show; raises `BadConfig`."""
    values = _with_secrets(table, folder).values
    return [str(values[key]) for key in secrets(kind_of(table)) if values.get(key)]


def check(config: Config) -> None:
    """Raise `BadConfig` where a destination's settings are wrong, or two series publish at one.

    Each would take what the other has written into a folder or a repository for somebody's own.
    """
    series_at: dict[tuple[str, ...], str] = {}
    for name, table in config.destinations.items():
        read = _read(table, config.folder)
        users = [each.name for each in config.series.values() if name in each.roundup.destinations]
        if kind_of(table) not in {"folder", "git"} or read.what != "site":
            continue
        for user in users:
            first = series_at.setdefault(_place(config, read), user)
            if first != user:
                raise table.wrong(
                    "kind",
                    f"is {kind_of(table)}, and series {first} and {user} both publish their "
                    "site there; give each a destination of its own",
                )
            if kind_of(table) == "folder":
                _check_apart(config, table, read.folder, config.series[user].site)


def _place(config: Config, read: Any) -> tuple[str, ...]:
    """What is the same for two destinations that are one place under two names."""
    if hasattr(read, "remote"):
        return (read.remote, read.branch, read.path)
    return (str(_folder(config, read.folder)),)


def _folder(config: Config, folder: str) -> Path:
    """A folder of the settings, by its name alone: one on a disk that is away is not asked."""
    path = Path(folder)
    with suppress(RuntimeError):  # a "~" without a home folder
        path = path.expanduser()
    return Path(os.path.normpath(config.folder / path))


def _check_apart(config: Config, table: Table, folder: str, site: Path) -> None:
    """Raise `BadConfig` where a site would be copied into itself, or into what holds it."""
    here, there = Path(os.path.normpath(site)), _folder(config, folder)
    if here.is_relative_to(there) or there.is_relative_to(here):
        raise table.wrong(
            "folder",
            f"is {there}, and the site that is copied there is written to {here}: "
            "neither may be in the other",
        )
