"""python -m bot, and the mlcollage command: every error becomes one sentence and an exit code."""

import io
import sys

import click

from bot import cli, config
from bot.core.errors import BadConfig, MlcollageError


def main() -> None:
    """Run a command: 0 when all is well, 1 when something went wrong, 2 when what was asked cannot be understood."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark: never a reason to stop half-way.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        sys.exit(cli.main(prog_name="mlcollage", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        where = f" See: {error.ctx.command_path} --help" if error.ctx else ""
        click.echo(f"{error.format_message()}{where}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except BadConfig as error:
        click.echo(error, err=True)
        sys.exit(2)
    except MlcollageError as error:
        click.echo(error, err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        _confess(error)


def _confess(error: Exception) -> None:
    if config.is_debugging():
        raise error
    told = (str(error).splitlines() or [""])[0]
    click.echo(f"Something unexpected happened: {type(error).__name__}: {told}", err=True)
    click.echo("It is a mistake in mlcollage; MLCOLLAGE_DEBUG=1 shows where.", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
