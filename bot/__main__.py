"""python -m bot, and the mlcollage command: every error becomes one sentence and an exit code."""

import gc
import io
import sys

import click

from bot import cli
from bot.core.errors import BadConfig, MlcollageError


def main() -> None:
    """Run a command: 0 when all is well, 1 when something went wrong, 2 when what was asked cannot
    be understood.
    """
    # A command is over before its garbage matters, and collecting takes a tenth of its time; `run`
    # turns it on again.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark: no reason to stop half-way.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        sys.exit(cli.main(prog_name="mlcollage", standalone_mode=False))
    except (click.ClickException, MlcollageError) as error:
        sys.exit(_tell(error))
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except Exception as error:
        import logging  # heavy: 7 ms, and --help needs none

        logging.getLogger("bot.__main__").exception("A command has failed")
        reason = (str(error).splitlines() or [""])[0]
        click.echo(f"Something unexpected happened: {type(error).__name__}: {reason}", err=True)
        click.echo("It is a mistake in mlcollage; --verbose shows where.", err=True)
        sys.exit(1)


def _tell(error: click.ClickException | MlcollageError) -> int:
    """Say what is wrong in a sentence; the exit code."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            error.show()
        case click.UsageError():
            where = f" See: {error.ctx.command_path} --help" if error.ctx else ""
            click.echo(f"{error.format_message()}{where}", err=True)
        case click.ClickException():
            click.echo(error.format_message(), err=True)
        case _:
            click.echo(error, err=True)
            return 2 if isinstance(error, BadConfig) else 1
    return error.exit_code


if __name__ == "__main__":
    main()
