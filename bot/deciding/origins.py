"""Where each text of a collage comes from: typed by whom, imported from which article, drafted by
an assistant, drawn by the program.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple

from bot.context import Context
from bot.core import assistance
from bot.core.changes import Changed
from bot.core.collage import Collage
from bot.storage.log import Change

MOST = 1_000
"""Changes of a collage that are looked through, the newest ones."""

FIELDS = {
    "more authors": "others",
    "printed number": "printed_number",
    **{kind: f"link.{kind}" for kind in ("paper", "code", "project", "talk", "podcast", "blog")},
    "demo": "link.demo",
}
"""The form's names of fields that the log calls otherwise."""


class Kind(StrEnum):
    """How a text came here."""

    TYPED = "typed"
    READ = "read"
    ASSISTANT = "assistant"
    DRAWN = "drawn"


class Origin(NamedTuple):
    """Who gave a text, when, and how; `place` is the file and line that it was read from."""

    kind: Kind
    who: str
    at: datetime
    place: str = ""

    @property
    def words(self) -> str:
        """Where it comes from, without its time: "typed by ada", "read from article.md:41"."""
        match self.kind:
            case Kind.READ:
                return f"from {PurePath(self.place).name}, taken in by {self.who}"
            case Kind.ASSISTANT:
                return f"drafted by the {self.who}"
            case Kind.DRAWN:
                return "drawn by the program"
            case _:
                return f"typed by {self.who}"


def of(context: Context, item: Collage) -> dict[str, Origin]:
    """The origin of each field by the form's name of it; "" has that of all others."""
    with context.read() as work:
        log = work.log.changes(f"{item.series}/{item.name}", MOST)
    found = dict[str, Origin]()
    for change in log:
        origin = _origin(change)
        for changed in change.changes if change.what == "edit" else ():
            found.setdefault(_field(changed), origin)
        if change.what == "add":
            found.setdefault("", origin)
            break
    for field, is_drawn in (("picture", item.picture_is_drawn), ("alt", item.alt_is_drawn)):
        known = found.get(field) or found.get("")
        if is_drawn and known:
            found[field] = known._replace(kind=Kind.DRAWN)
    return found


def _origin(change: Change) -> Origin:
    if assistance.is_assistant(change.who):
        return Origin(Kind.ASSISTANT, change.who, change.at)
    _, said, place = change.detail.partition(", from ")
    if change.what == "add" and said:
        return Origin(Kind.READ, change.who, change.at, place)
    return Origin(Kind.TYPED, change.who, change.at)


def _field(changed: Changed) -> str:
    """The form's name of a field that the log names."""
    name = changed.field
    if name in FIELDS:
        return FIELDS[name]
    if name.startswith("thread "):
        _, _, account = name.partition(" on ")
        return f"on.{account}.thread" if account else "thread"
    for said, key in (("skipped on ", "skip"), ("handles on ", "handles")):
        if name.startswith(said):
            return f"on.{name.removeprefix(said)}.{key}"
    return name
