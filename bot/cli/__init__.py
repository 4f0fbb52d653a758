"""The commands; each module is loaded when one of its commands is used."""

import importlib
import itertools
from typing import TYPE_CHECKING, NamedTuple

import click

from bot.cli import naming

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """A command: the module it stands in, its one line of help, and the group it is listed in."""

    module: str
    line: str
    group: str


SETUP = "Setting up"
QUEUE = "The queue"
TIMETABLE = "The timetable"
LOOKING = "Looking"
POSTING = "Posting"
ROUNDUPS = "Roundups"
TROUBLE = "When something is wrong"
TEXTS = "Templates and texts"
UPKEEP = "Upkeep"
HELP = "Help"

COMMANDS = {
    "init": Entry("start", "Make config.toml and the database.", SETUP),
    "connect": Entry("connecting", "Connect an account, or a destination of roundups.", SETUP),
    "doctor": Entry("accounts", "Say whether every account can post now.", SETUP),
    "alerts": Entry("alerting", "Try the destinations of notices.", SETUP),
    "events": Entry("eventing", "List and try what scripts are told.", SETUP),
    "add": Entry("items", "Put collages into the queue, from files or options.", QUEUE),
    "import": Entry("articles", "Read published articles into the queue or into history.", QUEUE),
    "edit": Entry("items", "Change a collage, in $EDITOR or by options.", QUEUE),
    "alt": Entry("alt_texts", "Draft the alt text of a collage.", QUEUE),
    "slide": Entry("slides", "Draw a slide from a paper's figures.", QUEUE),
    "mcp": Entry("assisting", "Let an assistant read, and write drafts.", QUEUE),
    "ready": Entry("queue", "Make a draft ready to go out.", QUEUE),
    "approve": Entry("approving", "Approve what a collage sends.", QUEUE),
    "note": Entry("approving", "Leave a note for a collage's reviewers.", QUEUE),
    "move": Entry("queue", "Change a collage's place in the queue.", QUEUE),
    "pin": Entry("queue", "Tie a collage to a day that has a slot.", QUEUE),
    "number": Entry("queue", "Let a collage keep a number of its own.", QUEUE),
    "hold": Entry("queue", "Hold a collage, or an account.", QUEUE),
    "release": Entry("queue", "Release what was held.", QUEUE),
    "remove": Entry("queue", "Take a collage out of the queue.", QUEUE),
    "skip": Entry("slots", "Let a day's slots pass without a post.", TIMETABLE),
    "pause": Entry("slots", "Stop a series' slots for a while.", TIMETABLE),
    "resume": Entry("slots", "End a pause.", TIMETABLE),
    "list": Entry("looking", "List the queue in order.", LOOKING),
    "next": Entry("coming", "Show what goes out when.", LOOKING),
    "show": Entry("looking", "Show everything about one collage.", LOOKING),
    "preview": Entry("previews", "Show the exact parts, as they would be sent.", LOOKING),
    "history": Entry("looking", "List what is out.", LOOKING),
    "costs": Entry("costs", "Add up what the accounts have cost.", LOOKING),
    "run": Entry("running", "Stay, and do what is due when it is due.", POSTING),
    "tick": Entry("running", "Do what is due now, and exit.", POSTING),
    "desk": Entry("desk", "Serve the queue in the browser.", POSTING),
    "post": Entry("running", "Post a ready collage now.", POSTING),
    "simulate": Entry("simulation", "Play a copy of it all forward in time.", POSTING),
    "site": Entry("site", "Write the pages of all roundups, and show them.", ROUNDUPS),
    "roundup": Entry("roundups", "List, show, preview, approve and correct roundups.", ROUNDUPS),
    "notices": Entry("looking", "List what a maintainer must hear.", TROUBLE),
    "deliveries": Entry(
        "deliveries", "List what is on its way, and decide what may be out.", TROUBLE
    ),
    "audit": Entry("auditing", "Compare what accounts show with what is known to be out.", TROUBLE),
    "repair": Entry("repairing", "Name what a wrong clock has left, and put it right.", TROUBLE),
    "templates": Entry("templating", "List, copy and check the templates.", TEXTS),
    "count": Entry("texts", "Measure texts as a network does.", TEXTS),
    "split": Entry("texts", "Split texts into parts that fit.", TEXTS),
    "backup": Entry("backups", "Copy the whole database into one file.", UPKEEP),
    "restore": Entry("backups", "Fill an empty database from a backup.", UPKEEP),
    "people": Entry("people", "Invite people to the desk, and let others review.", UPKEEP),
    "series": Entry("series", "List the series, and rename or retire one.", UPKEEP),
    "accounts": Entry("series", "Rename an account.", UPKEEP),
    "help": Entry("helping", "Explain a command.", HELP),
    "completion": Entry("helping", "Print what makes a shell complete commands and names.", HELP),
}
"""Each command, in the order in which they are listed."""


class Lazy(naming.Group):
    """Loads a command's module when it is used; the list of commands needs none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"bot.cli.{COMMANDS[name].module}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, COMMANDS))
        for group, names in itertools.groupby(COMMANDS, lambda name: COMMANDS[name].group):
            with formatter.section(group):
                formatter.write_dl([(name.ljust(widest), COMMANDS[name].line) for name in names])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list["CompletionItem[str]"]:
        """The commands that begin like that, without loading any; then this program's options."""
        from click.shell_completion import CompletionItem  # heavy: it is loaded by a shell only

        found = [
            CompletionItem(name, help=entry.line)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


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
    epilog=(
        "mlcollage help COMMAND explains each, with an example.\n\n"
        "Example: mlcollage init && mlcollage add barlow.md && mlcollage next"
    ),
)
@click.option(
    "--config",
    metavar="FILE",
    help="The configuration; default: $MLCOLLAGE_CONFIG, or config.toml here.",
)
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
