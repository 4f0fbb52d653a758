"""Writes the first configuration, an example with every setting."""

from pathlib import Path

from bot import files
from bot.composing import templates
from bot.context import Context
from bot.core.errors import BadConfig


def write_config(file: Path) -> bool:
    """Write the example configuration, whole or not at all, for its owner alone.

    Returns False where the file exists, which stays as it is. Raises `BadConfig` where it cannot
    be written.
    """
    if file.exists():
        return False
    try:
        # Keys may be put into it later.
        files.create(file, templates.example_config().encode(), files.PRIVATE)
    except OSError as error:
        raise BadConfig(f"{file} cannot be written: {error.strerror or error}.") from None
    return True


def has_lost_live(context: Context) -> bool:
    """Whether the database is of a live installation, and the configuration of a rehearsal."""
    with context.read() as work:
        return work.installation.is_live() and not context.config.live
