"""Names on the command line: a mistyped one gets the nearest known one as a suggestion."""

from collections.abc import Iterable
from typing import Any

import click

from bot.core import hints


class Group(click.Group):
    """A group of commands that suggests one where there is none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-"):
            hint = hints.did_you_mean(name, known)
            words = [*ctx.command_path.split()[1:], name]
            raise click.UsageError(f"There is no command {' '.join(words)}.{hint}", ctx)
        return super().resolve_command(ctx, args)


class Choice(click.Choice[str]):
    """One of these words; for another one the nearest is suggested."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        known = list(map(str, self.choices))
        hint = hints.did_you_mean(str(value), known)
        return f"{str(value)!r} is not one of {', '.join(known)}.{hint}"


def unknown_option(error: click.NoSuchOption) -> str:
    """That an option does not exist, and the nearest one that does."""
    hint = hints.did_you_mean(error.option_name, _options(error.ctx))
    return f"There is no option {error.option_name}.{hint}"


def _options(ctx: click.Context | None) -> Iterable[str]:
    """The options of a command, as they are written."""
    if ctx is None:
        return ()
    every = (option for param in ctx.command.get_params(ctx) for option in param.opts)
    return [option for option in every if option.startswith("--")]
