"""The arguments of a tool: each described to the assistant, and checked when it calls.

One description gives both the JSON schema and the check, so that they cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core import hints
from bot.core.collage import control, shown
from bot.core.errors import BadInput

Schema = dict[str, Any]


class Argument(Protocol):
    """One argument, or what a list of them holds."""

    @property
    def says(self) -> str:
        """What it is, for the assistant."""
        ...

    def schema(self) -> Schema:
        """The JSON schema of its values."""
        ...

    def check(self, value: Any, at: str) -> None:
        """Raise `BadInput`, beginning with its place `at`, for a value that cannot be used."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most so many characters: on one line unless it may have `lines`."""

    says: str
    most: int
    lines: bool = False

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": self.most, "description": self.says}

    def check(self, value: Any, at: str) -> None:
        if not isinstance(value, str):
            raise BadInput(f"{at}: must be a text, not {shown(value)}.")
        if len(value) > self.most:
            raise BadInput(f"{at}: {len(value):,} characters, at most {self.most:,} are allowed.")
        if bad := control(value, lines=self.lines):
            raise BadInput(f"{at}: holds the control character U+{ord(bad):04X}.")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words."""

    says: str
    words: tuple[str, ...]

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.words), "description": self.says}

    def check(self, value: Any, at: str) -> None:
        if value not in self.words:
            known = ", ".join(self.words)
            hint = hints.did_you_mean(value, self.words) if isinstance(value, str) else ""
            raise BadInput(f"{at}: must be one of {known}, not {shown(value)}.{hint}")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`."""

    says: str
    least: int
    most: int

    def schema(self) -> Schema:
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "integer", **bounds, "description": self.says}

    def check(self, value: Any, at: str) -> None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not self.least <= value <= self.most:
            wanted = f"a whole number from {self.least:,} to {self.most:,}"
            raise BadInput(f"{at}: must be {wanted}, not {shown(value)}.")


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    says: str

    def schema(self) -> Schema:
        return {"type": "boolean", "description": self.says}

    def check(self, value: Any, at: str) -> None:
        if not isinstance(value, bool):
            raise BadInput(f"{at}: must be true or false, not {shown(value)}.")


@dataclass(frozen=True, slots=True)
class Several:
    """A list of at most so many entries of one kind."""

    says: str
    each: Argument
    most: int

    def schema(self) -> Schema:
        entries = {"items": self.each.schema(), "maxItems": self.most}
        return {"type": "array", **entries, "description": self.says}

    def check(self, value: Any, at: str) -> None:
        if not isinstance(value, list):
            raise BadInput(f"{at}: must be a list, not {shown(value)}.")
        if len(value) > self.most:
            raise BadInput(f"{at}: {len(value):,} entries, at most {self.most:,} are allowed.")
        for place, entry in enumerate(value, 1):
            self.each.check(entry, f"{at}, entry {place}")


@dataclass(frozen=True, slots=True)
class Record:
    """Values by their names, of which some must be there and no others may be."""

    says: str
    fields: Mapping[str, Argument]
    needed: tuple[str, ...] = ()

    def schema(self) -> Schema:
        return {
            "type": "object",
            "description": self.says,
            "properties": {name: field.schema() for name, field in self.fields.items()},
            "required": list(self.needed),
            "additionalProperties": False,
        }

    def check(self, value: Any, at: str) -> None:
        if not isinstance(value, dict):
            raise BadInput(f"{at}: must be an object, not {shown(value)}.")
        for name in value:
            if name not in self.fields:
                known = ", ".join(self.fields) or "nothing"
                hint = hints.did_you_mean(name, self.fields)
                raise BadInput(f"{at} takes no {shown(name)}; it takes {known}.{hint}")
        for name in self.needed:
            if name not in value:
                raise BadInput(f"{at} needs {name}: {self.fields[name].says}")
        for name, given in value.items():
            self.fields[name].check(given, f"{at}, {name}")
