"""python -m bot, and the mlcollage command: every error becomes one sentence and an exit code."""

import gc
import io
import sys
from contextlib import suppress

import click

from bot import cli, files
from bot.cli import output
from bot.core.errors import BadConfig, MlcollageError


def main() -> None:
    """Run a command: 0 when all is well, 1 when something went wrong, 2 when what was asked cannot
    be understood.
    """
    # A command is over before its garbage matters, and collecting takes a tenth of its time; `run`
    # turns it on again.
    gc.disable()
    output.fill_gaps()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark: no reason to stop half-way.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    with output.watched() as streams:
        code = _run()
    for stream in streams:
        code = code or int(stream.error is not None)
        if stream.message:
            output.tell(stream.message, err=True)
    for stream in streams:
        output.give_up(stream)
    sys.exit(code)


def _run() -> int:
    """Run the command and say what is wrong; the exit code."""
    try:
        return _code(cli.main(prog_name="mlcollage", standalone_mode=False))
    except SystemExit as ended:
        return _code(ended.code)
    except (click.ClickException, MlcollageError) as error:
        return _tell(error)
    except (click.Abort, KeyboardInterrupt):
        output.tell("Stopped.", err=True)
        return 1
    except Exception as error:
        if output.failed(error):
            return 1
        import logging  # heavy: 7 ms, and --help needs none

        if not logging.getLogger("bot").handlers:
            # Without any handler Python itself prints what is logged.
            logging.getLogger("bot").addHandler(logging.NullHandler())
        logging.getLogger("bot.__main__").exception("A command has failed")
        if refusal := files.refusal(error):
            output.tell(refusal, err=True)
            return 1
        reason = (str(error).splitlines() or [""])[0]
        output.tell(f"Something unexpected happened: {type(error).__name__}: {reason}", err=True)
        output.tell("It is a mistake in mlcollage; --verbose shows where.", err=True)
        return 1


def _code(ended: object) -> int:
    """The exit code that a command has ended with; 0 where it has given none."""
    return ended if isinstance(ended, int) else 0


def _tell(error: click.ClickException | MlcollageError) -> int:
    """Say what is wrong in a sentence; the exit code."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            with suppress(OSError):
                error.show()
        case click.UsageError():
            where = f" See: {error.ctx.command_path} --help" if error.ctx else ""
            output.tell(f"{error.format_message()}{where}", err=True)
        case click.ClickException():
            output.tell(error.format_message(), err=True)
        case _:
            output.tell(str(error), err=True)
            return 2 if isinstance(error, BadConfig) else 1
    return error.exit_code


if __name__ == "__main__":
    main()
