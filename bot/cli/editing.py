"""A text in the maintainer's editor."""

import shutil
import tempfile
from pathlib import Path

import click

from bot import environment, files
from bot.core.errors import BadInput

MOST_BYTES = 1_000_000
"""Bytes that are taken from an editor: as many as an item file may have."""


def edited(text: str, extension: str) -> str | None:
    """The text as the editor left it; None where it did not change it.

    An editor may leave anything in the place of its file, such as a pipe that has no end. Raises
    `BadInput` where that is no text; what can be kept of it is left where it is.
    """
    before = text if text.endswith("\n") else f"{text}\n"
    file = Path(tempfile.mkdtemp(prefix="mlcollage-edit-")) / f"edit{extension}"
    is_kept = False
    try:
        files.write_synced(file, before.encode(), files.PRIVATE)
        click.edit(filename=str(file), editor=environment.editor(), env=environment.without_ours())
        after = files.read_text(file, MOST_BYTES, "a text").replace("\r\n", "\n")
    except files.Unreadable as error:
        is_kept = file.is_file()
        raise BadInput(
            f"What the editor left cannot be used: {file}: {error}. Nothing was changed."
        ) from None
    finally:
        if not is_kept:
            shutil.rmtree(file.parent, ignore_errors=True)
    return None if after == before else after
