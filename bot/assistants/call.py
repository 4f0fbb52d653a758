"""One call of a tool: what it works in, and what the assistant has given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bot.assistants.arguments import Record, Text
from bot.config import Series
from bot.context import Context
from bot.core import collage
from bot.core.errors import BadInput

MOST_OF_NAME = 200
"""Characters of a name that is looked for: more than any name has."""

NAME = Text("The NAME of the collage, such as barlow-twins.", collage.NAME_LENGTH)
SERIES = Text("Which series; needed only where there are several.", MOST_OF_NAME)


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its checked arguments; `pictures` is the folder from which pictures are taken."""

    context: Context
    given: Mapping[str, Any]
    pictures: Path | None = None

    @property
    def series(self) -> Series:
        """The series that is meant: the only one, or the one that was named; raises `BadInput`."""
        config = self.context.config
        name = self.given.get("series")
        if name is not None:
            return config.series_named(name)
        if len(config.series) > 1:
            names = ", ".join(config.series)
            raise BadInput(f"There are several series; name one as series: {names}.")
        return next(iter(config.series.values()))


class Tool(NamedTuple):
    """A tool: what it says of itself, what it takes, and what it does for a call."""

    name: str
    title: str
    says: str
    takes: Record
    does: Callable[[Call], dict[str, Any]]
    writes: bool = False
