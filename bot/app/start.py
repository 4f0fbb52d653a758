"""Writes the first configuration, an example with every setting."""

from pathlib import Path

from bot.composing import templates
from bot.core.errors import BadConfig


def write_config(file: Path) -> bool:
    """Write the example configuration; False where the file exists, which stays as it is.

    Raises `BadConfig` where it cannot be written.
    """
    if file.exists():
        return False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(templates.example_config())
    except OSError as error:
        raise BadConfig(f"{file} cannot be written: {error.strerror or error}.") from None
    return True
