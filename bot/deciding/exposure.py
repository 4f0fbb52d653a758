"""Files with secrets, or with the queue, that other users of the machine can read."""

from collections.abc import Iterator
from pathlib import Path

from bot import files
from bot.config import Config
from bot.core.notices.upkeep import Exposed
from bot.publishers import table


def exposed(config: Config) -> list[Exposed]:
    """A notice for each file that only its owner should be able to read."""
    private = dict(_private(config))
    return [Exposed(str(path), what) for path, what in private.items() if files.is_exposed(path)]


def _private(config: Config) -> Iterator[tuple[Path, str]]:
    """The files that are nobody else's business, and what is in each."""
    if config.has_secrets or any(map(table.has_secrets, config.accounts.values())):
        yield config.file, "keys or passwords"
    for path in config.key_files:
        yield path, "keys or passwords"
    if config.database_file:
        yield config.database_file, "the whole queue and its history"
