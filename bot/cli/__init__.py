"""The commands; each module is loaded when one of its commands is used."""

import importlib
from typing import NamedTuple

import click

from bot.core import hints

COMMANDS = {
    "init": ("start", "Make config.toml and the database."),
    "add": ("items", "Put collages into the queue, from files or options."),
    "import": ("articles", "Read published articles into the queue or into history."),
    "list": ("looking", "List the queue in order."),
    "show": ("looking", "Show everything about one collage."),
    "edit": ("items", "Change a collage, in $EDITOR or by options."),
    "ready": ("queue", "Make a draft ready to go out."),
    "move": ("queue", "Change a collage's place in the queue."),
    "pin": ("queue", "Tie a collage to a day that has a slot."),
    "number": ("queue", "Let a collage keep a number of its own."),
    "hold": ("queue", "Hold a collage, or an account."),
    "release": ("queue", "Release what was held."),
    "remove": ("queue", "Take a collage out of the queue."),
    "series": ("series", "List the series, and rename or retire one."),
    "accounts": ("series", "Rename an account."),
    "skip": ("slots", "Let a day's slots pass without a post."),
    "pause": ("slots", "Stop a series' slots for a while."),
    "resume": ("slots", "End a pause."),
    "preview": ("previews", "Show the exact parts, as they would be sent."),
    "next": ("coming", "Show what goes out when."),
    "tick": ("running", "Do what is due now, and exit."),
    "run": ("running", "Stay, and do what is due when it is due."),
    "post": ("running", "Post a ready collage now."),
    "roundup": ("roundups", "List, show and preview roundups."),
    "history": ("looking", "List what is out."),
    "deliveries": ("deliveries", "List what is on its way, and decide what may be out."),
    "notices": ("looking", "List what a maintainer must hear."),
    "alerts": ("alerting", "Try the destinations of notices."),
    "templates": ("templating", "List, copy and check the templates."),
    "count": ("texts", "Measure texts as a network does."),
    "split": ("texts", "Split texts into parts that fit."),
    "connect": ("connecting", "Connect an account on a network."),
    "doctor": ("accounts", "Say whether every account can post now."),
    "audit": ("auditing", "Compare what accounts show with what is known to be out."),
    "costs": ("costs", "Add up what the accounts have cost."),
    "repair": ("repairing", "Name what a wrong clock has left, and put it right."),
    "backup": ("backups", "Copy the whole database into one file."),
    "restore": ("backups", "Fill an empty database from a backup."),
    "simulate": ("simulation", "Play a copy of it all forward in time."),
}
"""Each command: the module it stands in, and its one line of help."""


class Lazy(click.Group):
    """Loads a command's module when it is used; the list of commands needs none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"bot.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = hints.nearest(name, COMMANDS)
            hint = f" Did you mean {near}?" if near else ""
            raise click.UsageError(f"There is no command {name}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


class Shared(NamedTuple):
    """What is said before a command, for that command."""

    config: str | None
    verbose: bool


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from importlib import metadata  # heavy: 25 ms, for this option only

        click.echo(f"mlcollage {metadata.version('mlcollage')}")
        ctx.exit()


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: mlcollage init && mlcollage add barlow.md && mlcollage next",
)
@click.option("--config", metavar="FILE", help="The configuration; default: config.toml here.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version.",
)
@click.option("--verbose", is_flag=True, help="Show the whole log; as MLCOLLAGE_LOG=debug does.")
@click.pass_context
def main(ctx: click.Context, config: str | None, verbose: bool) -> None:
    """Post one collage of a paper a week, and the month's roundup: never twice, never lost, never
    silently.
    """
    ctx.obj = Shared(config, verbose)
