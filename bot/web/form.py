"""What a browser sends with a form: its values, and its files within bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from bot.core.collage import shown
from bot.core.errors import BadInput

MOST_FIELDS = 400
MOST_FILES = 4
LONGEST_FIELD = 1_000_000
"""Bytes of one value: more than any text of a collage may have."""

LONG = 40
"""Characters of a value that nobody wants to type again."""

NOT_TYPED = frozenset({"csrf", "password", "again", "next"})
"""Fields that are never shown again."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody uploads: its name as the browser gives it, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The values of a form by their fields' names, each in the order of the page."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the form has the field; an unticked box has none."""
        return name in self.values

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field, with line ends as texts have them here."""
        values = self.values.get(name)
        return values[0] if values else default

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field."""
        return tuple(self.values.get(name, ()))

    def needed(self, name: str) -> str:
        """The value of a field that the page always sends; raises `BadInput` where it is missing.

        Only a form that does not come from the page has it not.
        """
        if name not in self.values:
            raise BadInput(f"The form has no field {name}; load the page again.")
        return self.get(name)

    def typed(self) -> Mapping[str, str]:
        """What somebody has written into long fields; no password, and nothing of the page's."""
        long = {name: values[0] for name, values in self.values.items() if _is_long(values[0])}
        return {name: value for name, value in long.items() if name not in NOT_TYPED}

    def number(self, name: str) -> int:
        """A whole number that the page sends; raises `BadInput` for anything else."""
        value = self.needed(name)
        if not value.isascii() or not value.isdecimal() or len(value) > 18:
            raise BadInput(f"{name} must be a whole number, not {shown(value)}.")
        return int(value)


def _is_long(value: str) -> bool:
    """Whether it is a text, and nothing that a program has written."""
    return len(value) >= LONG and " " in value and not value.startswith(("{", "["))


def is_text(value: str) -> bool:
    """Whether it can be stored: PostgreSQL takes no NUL, and half a character can be no bytes."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


async def read(request: Request, *, keeps_files: bool = True) -> Form:
    """Read the form of a request, whose body is bounded already; raises `BadInput`.

    Unless it `keeps_files`, they are not read into memory: for somebody who has no session.
    """
    limits = {"max_fields": MOST_FIELDS, "max_files": MOST_FILES, "max_part_size": LONGEST_FIELD}
    values: dict[str, list[str]] = {}
    files: dict[str, File] = {}
    try:
        async with request.form(**limits) as given:
            for name, value in given.multi_items():
                if not isinstance(value, UploadFile):
                    values.setdefault(name, []).append(_lines(value))
                elif value.filename and keeps_files:
                    files[name] = File(value.filename, await value.read())
    except HTTPException as error:
        raise BadInput(f"The form cannot be read: {error.detail}") from None
    except ClientDisconnect:
        raise BadInput("The form did not come whole; send it again.") from None
    for name, written in values.items():
        if not all(map(is_text, (name, *written))):
            raise BadInput(f"{shown(name)} holds characters that no text may have; take them out.")
    return Form(values, files)


def _lines(value: str) -> str:
    """The text with the line ends of this program: browsers send a carriage return before each."""
    return value.replace("\r\n", "\n").replace("\r", "\n")
