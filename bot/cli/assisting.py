"""An assistant at work: what it reads and drafts goes over standard input and output."""

import gc
import importlib.util
import sys
from pathlib import Path

import click

from bot.assistants.tools import Installation
from bot.cli import options, output
from bot.core.collage import one_line
from bot.core.errors import BadInput, MlcollageError


@options.command(
    "mcp", "mlcollage mcp --config lab/config.toml --pictures lab/pictures", as_json=True
)
@click.option(
    "--pictures",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Let it take pictures for drafts from this folder, and from nowhere else.",
)
def mcp_command(config_file: str | None, as_json: bool, pictures: Path | None) -> None:
    """Let an assistant read and write drafts, by the Model Context Protocol over standard input
    and output. It cannot approve, post, or change anything else.

    An assistant's program starts this itself. With --json, what is wrong at the start is JSON.
    """
    if importlib.util.find_spec("mcp") is None:
        raise MlcollageError(
            "mlcollage mcp needs the package mcp, which is not installed; "
            "install it, in the checkout: pip install '.[mcp]'"
        )
    if pictures is not None and not pictures.is_dir():
        raise BadInput(f"There is no folder {one_line(str(pictures))}; name one with --pictures.")
    # What is wrong with configuration or database is said now, not at the first call.
    options.context(config_file).database.close()
    if sys.stdin is not None and sys.stdin.isatty():
        waits = "Waiting for an assistant's program on standard input, which starts this itself;"
        output.line(f"{waits} Ctrl-C ends it.", err=True)
    from bot.assistants import server  # heavy: 0.5 s and 40 MB with the SDK, for this command only

    # It stays, and its garbage matters.
    gc.enable()
    server.serve(Installation(options.file_of(config_file).absolute(), pictures))
