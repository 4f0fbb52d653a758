"""Every command can be called with what it reads from its command line."""

import inspect
from collections.abc import Iterator

import click
import pytest

from bot.cli import main


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, those of groups included."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, (*path, name))


@pytest.mark.parametrize("path", [*_commands(main)], ids=" ".join)
def test_a_command_takes_exactly_the_options_that_it_declares(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    if command.callback is None:
        return
    given = {option.name: None for option in command.params if option.expose_value}
    signature = inspect.signature(command.callback)
    # `click.pass_context` gives the context first.
    first = [None] if next(iter(signature.parameters), "") == "ctx" else []
    signature.bind(*first, **given)
