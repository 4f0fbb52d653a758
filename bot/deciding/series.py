"""What a person does with whole series, and with the names of accounts."""

from pathlib import Path
from typing import NamedTuple

from bot import config
from bot.context import Context
from bot.core import changes
from bot.core.collage import shown
from bot.core.errors import BadInput, NotAllowed
from bot.core.notices.entry import counted
from bot.scheduling import unconfigured
from bot.storage.renames import Contents


class Listed(NamedTuple):
    """A series of the configuration, of the database, or of both, and how much there is of it."""

    name: str
    is_configured: bool
    is_stored: bool
    is_retired: bool
    contents: Contents

    @property
    def standing(self) -> str:
        """Whether configuration and database agree on it."""
        if self.is_configured and self.is_stored:
            return "in use"
        if self.is_configured:
            return "not in the database yet"
        if self.is_retired:
            return "retired"
        return "not in the configuration"


class Renamed(NamedTuple):
    """A series under its new name; `templates` is a folder that is found by the old one."""

    name: str
    contents: Contents
    templates: Path | None = None


def listed(context: Context) -> list[Listed]:
    """All series: those of the configuration first."""
    with context.read() as work:
        known = work.series.known()
        names = dict.fromkeys([*context.config.series, *known])
        return [
            Listed(
                name,
                name in context.config.series,
                name in known,
                known.get(name, False),
                work.renames.contents(name) if name in known else Contents(0, 0, 0, 0),
            )
            for name in names
        ]


def rename(context: Context, old: str, new: str) -> Renamed:
    """Give a series of the database the name that it has in the configuration.

    The keys of its threads stay as they are. Raises `BadInput` where the configuration has no
    series of the new name, or the database none of the old one; `NotAllowed` where the new name is
    another series', or one of its threads is being sent.
    """
    _check_name(new)
    _check_stored(context, old)
    if old == new:
        raise BadInput(f"{old} is called that already.")
    if new not in context.config.series:
        names = ", ".join(context.config.series)
        raise BadInput(
            f"{context.config.file.name} has no series {new}, it has {names}: "
            f"first write [series.{new}] in place of [series.{old}] there."
        )
    with context.write() as work:
        contents = work.renames.series(old, new)
        work.series.retire(new, None)
        work.log.record(context.who, "rename", new, changes=changes.changed("series", old, new))
    templates = context.config.templates / "series" / old
    return Renamed(new, contents, templates if templates.is_dir() else None)


def swap(context: Context, one: str, other: str) -> None:
    """Let two series swap their names; raises as `rename` does."""
    for name in (one, other):
        _check_stored(context, name)
    if one == other:
        raise BadInput(f"{one} and {other} are the same series.")
    with context.write() as work:
        work.renames.swap(one, other)
        for before, now in ((one, other), (other, one)):
            made = changes.changed("series", before, now)
            work.log.record(context.who, "rename", now, changes=made)


def retire(context: Context, name: str) -> Contents:
    """Note that a series is to be gone from the configuration; how much there is of it.

    Nothing of it is removed. Raises `NotAllowed` where the configuration has it, or threads of it
    are on their way.
    """
    _check_stored(context, name)
    if name in context.config.series:
        raise NotAllowed(
            f"{name} is in the configuration; first take [series.{name}] out of "
            f"{context.config.file.name}."
        )
    with context.write() as work:
        contents = work.renames.contents(name)
        if contents.threads:
            raise NotAllowed(
                f"{counted(contents.threads, 'thread', 'threads')} of {name} would never go out; "
                "first see them to their end: mlcollage deliveries list"
            )
        work.series.retire(name, work.now)
        made = changes.changed("retired", "no", "yes")
        work.log.record(context.who, "retire", name, changes=made)
    return contents


def rename_account(context: Context, old: str, new: str) -> int:
    """Give an account of the database the name that it has in the configuration.

    Returns how many of its threads are not at their end. Raises as `rename` does.
    """
    _check_name(new)
    context.config.check_account(new)
    if old == new:
        raise BadInput(f"{old} is called that already.")
    with context.write() as work:
        count = work.renames.account(old, new)
        made = changes.changed("account", old, new)
        work.log.record(context.who, "rename", f"account/{new}", changes=made)
    return count


def _check_name(name: str) -> None:
    if problem := config.name_problem(name):
        raise BadInput(f"{shown(name)} {problem}.")


def _check_stored(context: Context, name: str) -> None:
    """Raise `BadInput` where the database has no series of that name."""
    with context.read() as work:
        known = work.series.known()
    if name not in known:
        names = ", ".join(known)
        raise BadInput(f"The database has no series {shown(name)}; it has {names or 'none'}.")


def warnings(context: Context) -> list[str]:
    """Sentences on what the database has and the configuration does not know."""
    with context.read() as work:
        return [notice.text for notice in unconfigured.findings(work, context.config)]


def overview(context: Context) -> str:
    """What the database holds, series by series, on one line."""
    stored = [each for each in listed(context) if each.is_stored]
    return "; ".join(f"{each.name} has {unconfigured.told(each.contents)}" for each in stored)
