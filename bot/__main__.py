"""python -m bot, and the mlcollage command: every error becomes one sentence and an exit code."""

import sys

import click

from bot import cli, config
from bot.core.errors import BadConfig, MlcollageError


def main() -> None:
    """Run a command: 0 when all is well, 1 when something went wrong, 2 when what was asked cannot be understood."""
    try:
        sys.exit(cli.main(standalone_mode=False))
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
        if config.is_debugging():
            raise
        told = (str(error).splitlines() or [""])[0]
        click.echo(f"Something unexpected happened: {type(error).__name__}: {told}", err=True)
        click.echo("It is a mistake in mlcollage; MLCOLLAGE_DEBUG=1 shows where.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
