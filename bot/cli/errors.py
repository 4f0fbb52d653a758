"""What is said of an error that was foreseen, of which kind it is, and the exit code."""

from collections.abc import Mapping
from typing import NamedTuple

import click

from bot.cli import naming
from bot.core.errors import (
    BadConfig,
    BadInput,
    Blocked,
    MlcollageError,
    NoDatabase,
    NotAllowed,
    Rejected,
    Unavailable,
    Uncertain,
)


class Failure(NamedTuple):
    """What is wrong, the exit code, and of which kind it is."""

    message: str
    code: int
    kind: str


KINDS: Mapping[type[Exception], str] = {
    click.UsageError: "usage",
    click.ClickException: "usage",
    BadConfig: "configuration",
    BadInput: "input",
    NotAllowed: "not-allowed",
    NoDatabase: "database",
    Unavailable: "unavailable",
    Blocked: "account",
    Rejected: "refused",
    Uncertain: "uncertain",
}
"""The kinds of errors as JSON names them, the narrower classes first."""


def failure(error: click.ClickException | MlcollageError) -> Failure:
    """A command's error as it is told."""
    kind = next((kind for known, kind in KINDS.items() if isinstance(error, known)), "other")
    match error:
        case click.UsageError():
            message = error.format_message()
            if isinstance(error, click.NoSuchOption):
                message = naming.unknown_option(error)
            where = f" See: {error.ctx.command_path} --help" if error.ctx else ""
            return Failure(f"{message}{where}", error.exit_code, kind)
        case click.ClickException():
            return Failure(error.format_message(), error.exit_code, kind)
        case _:
            return Failure(str(error), 2 if isinstance(error, BadConfig) else 1, kind)
