"""The desk: the queue in the browser."""

import gc
import importlib.util
import logging
from dataclasses import replace

import click

from bot.app import scheduler
from bot.cli import options, output
from bot.config import Desk
from bot.context import Context
from bot.core import errors
from bot.core.errors import MlcollageError
from bot.deciding import people
from bot.web.installation import Installation
from bot.web.serving import Server

log = logging.getLogger(__name__)

NEEDED = ("starlette", "uvicorn", "argon2", "python_multipart", "icalendar")
"""The packages of the extra `desk`."""


def check_installed() -> None:
    """Raise `MlcollageError` where the packages of a desk are not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MlcollageError(
            f"The desk needs packages that are not installed: {', '.join(missing)}; "
            "install them, in the checkout: pip install '.[desk]'"
        )


@options.command("desk", "mlcollage desk --port 8766", as_json=True)
@click.option("--port", type=click.IntRange(0, 65_535), help="Another port; 0 is any free one.")
def desk_command(config_file: str | None, as_json: bool, port: int | None) -> None:
    """Serve the queue in the browser until Ctrl-C; it prints an address that lets you in once.

    Nothing is posted by it: run or tick does that, also beside it. With --json the address is an
    object on a line of its own.
    """
    check_installed()
    context = options.context(config_file)
    settings = context.config.desk
    if port is not None:
        settings = replace(settings, port=port)
    server = _started(context, settings)
    _tell(context, replace(settings, port=server.port))
    # It stays, and its garbage matters.
    gc.enable()
    with scheduler.stoppable(context.stop):
        context.stop.wait()
        server.stop()
    context.database.close()


def beside(context: Context) -> Server | None:
    """The desk beside a bot; None, and a message, where it cannot be served: the bot goes on."""
    settings = context.config.desk
    try:
        server = _started(context, settings)
        here = replace(settings, port=server.port)
        login = _way_in(context, here)
        way_in = f" To come in, once, within 15 minutes: {login}" if login else ""
        context.say(f"The desk is at {here.base}.{way_in}")
    except Exception as error:
        log.exception("The desk cannot be served")
        context.say(f"! {errors.sentence(error)} The bot goes on without the desk.")
        return None
    return server


def _started(context: Context, settings: Desk) -> Server:
    """The desk's server at work. Raises `BadInput` where its port cannot be had."""
    server = Server(Installation(context.config.file), settings)

    def failed(why: str) -> None:
        output.tell(f"! The desk has ended: {why}. Start it again: mlcollage desk", err=True)

    server.start(failed)
    return server


def _way_in(context: Context, settings: Desk) -> str:
    """The address that lets the person at this machine in, once; "" where others reach the desk:
    there, an address that stands in a log would let in whoever reads it.
    """
    if settings.is_open or not settings.is_local:
        return ""
    return f"{settings.base}/login/{people.login_address(context)}"


def _tell(context: Context, settings: Desk) -> None:
    """Print where the desk is, and how to come in."""
    login = _way_in(context, settings)
    if output.is_json():
        output.json_line({"address": settings.base, "login": login or None})
        return
    output.line(f"The desk is at {settings.base}. Ctrl-C ends it.")
    if login:
        output.line(f"To come in, once, within 15 minutes: {login}")
