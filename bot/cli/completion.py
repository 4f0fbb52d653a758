"""Names that a shell completes: those of the configuration and of the database, or none.

Nothing is written and nothing is said: a person is typing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import config
from bot.config import Config
from bot.deciding import names
from bot.deciding.names import Named

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Names = Callable[[Config, str, str], list[Named]]
Completer = Callable[[click.Context, click.Parameter, str], list["CompletionItem[str]"]]


def _completer(find: Names) -> Completer:
    """Completes a parameter with the names that `find` has for a configuration."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list["CompletionItem[str]"]:
        from click.shell_completion import CompletionItem  # heavy: it is loaded by a shell only

        try:
            settings = _settings(ctx)
            found = find(settings, _series(ctx, settings), incomplete)
        # Whatever is wrong, a shell has no place to say so.
        except Exception:  # noqa: BLE001 - as above
            return []
        typed = _typed(ctx, param)
        return [CompletionItem(name, help=about) for name, about in found if name not in typed]

    return complete


def _settings(ctx: click.Context) -> Config:
    """The configuration that the words before name, or that is named elsewhere."""
    named = ctx.params.get("config_file") or ctx.find_root().params.get("config")
    return config.load(Path(named) if named else config.default_file())


def _series(ctx: click.Context, settings: Config) -> str:
    """The series that is named, or the first one."""
    return ctx.params.get("series") or next(iter(settings.series))


def _typed(ctx: click.Context, param: click.Parameter) -> tuple[Any, ...]:
    """The names that the parameter has already, where it takes several."""
    value = ctx.params.get(param.name or "")
    return value if isinstance(value, tuple) else ()


def _beginning(known: list[str], start: str) -> list[Named]:
    return [Named(name, "") for name in known if name.startswith(start)]


def _all_series(settings: Config, chosen: str, start: str) -> list[Named]:
    return _beginning([*settings.series], start)


def _all_accounts(settings: Config, chosen: str, start: str) -> list[Named]:
    return _beginning([*settings.accounts], start)


def _destinations(settings: Config, chosen: str, start: str) -> list[Named]:
    """Those of the series."""
    return _beginning([*settings.series[chosen].roundup.destinations], start)


collages = _completer(names.collages)
queued = _completer(names.queued)
roundups = _completer(names.roundups)
deliveries = _completer(names.deliveries)
people = _completer(names.people)
series = _completer(_all_series)
accounts = _completer(_all_accounts)
destinations = _completer(_destinations)
