"""Help: what a command does, and what makes a shell complete it."""

import click
from click.shell_completion import get_completion_class

from bot.cli import naming

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MLCOLLAGE_COMPLETE"
"""The environment variable with which a shell asks for completions; click has it from the name."""


def _commands(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list["click.shell_completion.CompletionItem[str]"]:
    """The commands that may follow the words so far."""
    at = ctx.find_root()
    for word in ctx.params.get("words") or ():
        at = _into(at, word)
    if not isinstance(at.command, click.Group):
        return []
    found = at.command.shell_complete(at, incomplete)
    return [each for each in found if not str(each.value).startswith("-")]


def _into(ctx: click.Context, word: str) -> click.Context:
    """The context of a command in that of its group; raises `UsageError` where there is none."""
    if not isinstance(ctx.command, click.Group):
        raise click.UsageError(f"{ctx.command_path} has no commands of its own.", ctx)
    name, command, _ = ctx.command.resolve_command(ctx, [word])
    if command is None:
        raise click.UsageError(f"There is no command {word}.", ctx)
    return click.Context(command, parent=ctx, info_name=name)


@click.command("help", epilog="Example: mlcollage help deliveries resolve")
@click.argument("words", metavar="[COMMAND]…", nargs=-1, shell_complete=_commands)
@click.pass_context
def help_command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Explain a COMMAND, as its --help does; without one, list them all."""
    at = ctx.find_root()
    for word in words:
        at = _into(at, word)
    click.echo(at.get_help())


@click.command("completion", epilog='Example: eval "$(mlcollage completion bash)"')
@click.argument("shell", type=naming.Choice(SHELLS))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> None:
    """Print what makes a SHELL (bash, zsh or fish) complete commands, options, and the names of
    collages, series, accounts and roundups.

    In ~/.bashrc or ~/.zshrc: eval "$(mlcollage completion bash)", or zsh. In
    ~/.config/fish/config.fish: mlcollage completion fish | source
    """
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click has no completion for {shell}.")
    root = ctx.find_root()
    click.echo(made(root.command, {}, str(root.info_name), VARIABLE).source())
