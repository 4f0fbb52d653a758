"""python -m bot, and the mlcollage command: every error becomes one sentence and an exit code."""

import gc
import io
import sys
from contextlib import suppress

import click

from bot import cli, system
from bot.cli import errors, output
from bot.core.errors import MlcollageError


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
            output.fail(stream.message, 1, "output")
    for stream in streams:
        output.give_up(stream)
    sys.exit(code)


def _run() -> int:
    """Run the command and say what is wrong; the exit code."""
    try:
        # What looks like a colour is shown as it is: where a terminal would obey it, `output` does
        # what is to be done.
        return _code(cli.main(prog_name="mlcollage", standalone_mode=False, color=True))
    except SystemExit as ended:
        return _code(ended.code)
    except click.exceptions.NoArgsIsHelpError as error:
        with suppress(OSError):
            error.show()
        return error.exit_code
    except (click.ClickException, MlcollageError) as error:
        failure = errors.failure(error)
    except (click.Abort, KeyboardInterrupt):
        failure = errors.Failure("Stopped.", 1, "stopped")
    except Exception as error:
        if output.failed(error):
            return 1
        import logging  # heavy: 7 ms, and --help needs none

        if not logging.getLogger("bot").handlers:
            # Without any handler Python itself prints what is logged.
            logging.getLogger("bot").addHandler(logging.NullHandler())
        logging.getLogger("bot.__main__").exception("A command has failed")
        failure = _failure(error)
    output.fail(*failure)
    return failure.code


def _failure(error: Exception) -> errors.Failure:
    """What is said of an error that no code expected: the system's reason, or our mistake."""
    if refusal := system.refusal(error):
        return errors.Failure(refusal, 1, "system")
    reason = (str(error).splitlines() or [""])[0]
    what = f"Something unexpected happened: {type(error).__name__}: {reason}"
    where = "It is a mistake in mlcollage; --verbose shows where."
    return errors.Failure(f"{what}\n{where}", 1, "unexpected")


def _code(ended: object) -> int:
    """The exit code that a command has ended with; 0 where it has given none."""
    return ended if isinstance(ended, int) else 0


if __name__ == "__main__":
    main()
