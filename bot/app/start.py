"""Writes the first configuration: the example with every setting, and what a person chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import config, files, system
from bot.composing import templates
from bot.context import Context
from bot.core import settings, toml
from bot.core.errors import BadConfig, BadInput
from bot.core.settings import Reader


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting that a person chooses at the start.

    `key` is dotted, as in config.toml, where the example has its default; `reader` checks a value.
    """

    key: str
    question: str
    example: str
    reader: Reader
    is_list: bool = False

    def read(self, text: str) -> Any:
        """The value for the configuration of what was typed; raises `BadInput`.

        A list is typed with commas between its entries.
        """
        value: Any = text.strip()
        if self.is_list:
            value = [entry.strip() for entry in text.split(",") if entry.strip()]
        try:
            self.reader(value)
        except ValueError as error:
            raise BadInput(f"It {error}.") from None
        return value


SERIES = f"series.{config.DEFAULT_SERIES}"

CHOICES: Mapping[str, Choice] = {
    "zone": Choice("zone", "Time zone", "Europe/Berlin", settings.zone),
    "slots": Choice(
        f"{SERIES}.slots",
        "When the next collage goes out, week by week",
        "wednesday 15:00, friday 09:00",
        settings.list_of(settings.weekly),
        is_list=True,
    ),
    "hashtag": Choice(f"{SERIES}.hashtag", "Hashtag", "#mlcollage", settings.hashtag),
    "language": Choice(
        f"{SERIES}.language", "Language of posts and pages", "de", settings.language
    ),
    "title": Choice(
        f"{SERIES}.title", "Title, before the number", "ML-Collage", settings.some_text
    ),
    "papers": Choice(
        f"{SERIES}.roundup.papers",
        "What a roundup holds, for one and for several; empty for the language's own",
        "Deep Learning Paper, Deep Learning Papers",
        settings.forms(settings.some_text),
        is_list=True,
    ),
    "address": Choice(
        f"{SERIES}.roundup.base_url",
        "Where you publish the roundups' pages; empty for nowhere yet",
        "https://lab.example/mlcollage",
        settings.address_if_any,
    ),
}
"""By the names of the options of `mlcollage init`."""


def write_config(file: Path, chosen: Mapping[str, Any] | None = None) -> bool:
    """Write the example configuration with what was chosen; False where the file exists.

    `chosen` are values by the names of `CHOICES`. It is written whole or not at all, for its owner
    alone. A file that exists stays as it is. Raises `BadConfig` where it cannot be written.
    """
    if file.exists():
        return False
    if lost := files.lost_link(file):
        raise BadConfig(f"{file} {lost}.")
    text = templates.example_config()
    if chosen:
        text = _with(text, chosen)
    try:
        # Keys may be put into it later.
        files.create(file, text.encode(), files.PRIVATE)
    except OSError as error:
        raise BadConfig(f"{file} cannot be written: {system.why(error, file)}.") from None
    return True


def has_lost_live(context: Context) -> bool:
    """Whether the database is of a live installation, and the configuration of a rehearsal."""
    with context.read() as work:
        return work.installation.is_live() and not context.config.live


def defaults() -> dict[str, str]:
    """What the example has for each choice, as a person would type it; it has no address."""
    document = toml.load(templates.example_config())
    typed = {}
    for name, choice in CHOICES.items():
        value: Any = document
        for each in choice.key.split("."):
            value = value[each]
        typed[name] = ", ".join(value) if choice.is_list else value
    # An example of an address is for the reader of the file only.
    return typed | {"address": ""}


def _with(text: str, chosen: Mapping[str, Any]) -> str:
    """The example with the chosen values in place of its own; its comments stay."""
    import tomlkit  # heavy: 40 ms, for this command only

    document: Any = tomlkit.parse(text)
    for name, value in chosen.items():
        *tables, key = CHOICES[name].key.split(".")
        table = document
        for each in tables:
            table = table[each]
        table[key] = value
    return tomlkit.dumps(document)
