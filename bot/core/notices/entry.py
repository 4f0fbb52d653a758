"""What every notice of the catalogue has, and how it is written."""

import unicodedata
from abc import ABC, abstractmethod
from enum import StrEnum
from inspect import Parameter, Signature
from typing import Any, ClassVar, Never, dataclass_transform


class Kind(StrEnum):
    """What a notice is about, as the database and an alert's title have it."""

    EMPTY = "empty"
    MISSED = "missed"
    HELD = "held"
    APPROVAL = "approval"
    DRY = "running dry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    REHEARSAL = "rehearsal ended"
    REHEARSAL_BEGUN = "rehearsal begun"
    ROUNDUP = "roundup out"
    NO_ROUNDUP = "no roundup"
    NO_LINK = "no link"
    PUBLISHED = "published"
    NOT_PUBLISHED = "not published"
    NO_WORDS = "no words"
    NUMBERS = "numbers"
    CHANGED = "slots changed"
    ROUNDUP_CHANGED = "roundup changed"
    REVIEW = "review"
    DIFFERS = "differs"
    TWICE = "twice"
    ALERTS = "alerts"
    EVENTS = "events"
    BRIEF = "brief"
    OVERDUE = "overdue"
    EXPOSED = "exposed"
    GONE = "gone"
    BY_HAND = "by hand"
    CLOCK = "clock"
    CLOCK_SET = "clock set"
    UPGRADED = "upgraded"
    RESTORED = "restored"


TROUBLE = frozenset(
    {
        Kind.EMPTY,
        Kind.MISSED,
        Kind.HELD,
        Kind.APPROVAL,
        Kind.FAILED,
        Kind.UNCERTAIN,
        Kind.NOT_PUBLISHED,
        Kind.TWICE,
        Kind.REHEARSAL_BEGUN,
        Kind.CLOCK,
        Kind.ALERTS,
        Kind.EVENTS,
        Kind.OVERDUE,
        Kind.EXPOSED,
        Kind.GONE,
        Kind.BY_HAND,
    }
)
"""Notices after which a person has to do something."""

ASKING = TROUBLE | {Kind.DRY, Kind.DIFFERS, Kind.NUMBERS, Kind.REVIEW}
"""Notices that ask for a person, if not at once: those that `alerts.only_trouble` lets through."""


def is_trouble(kind: Kind, *, is_acknowledged: bool) -> bool:
    """Whether a person has to do something.

    A briefing that needs nobody is acknowledged from the start; any other one is trouble.
    """
    return kind in TROUBLE or (kind is Kind.BRIEF and not is_acknowledged)


@dataclass_transform(frozen_default=True)
class Entry(ABC):
    """One notice of the catalogue, made from its facts: what its class annotates.

    It is used as a frozen dataclass is. It is none, for Python takes half a millisecond to make a
    dataclass, and so would take 18 ms longer for this module at every start of every command.
    """

    kind: ClassVar[Kind]
    facts: ClassVar[Signature]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        either = Parameter.POSITIONAL_OR_KEYWORD
        cls.facts = Signature(
            [
                Parameter(name, either, default=vars(cls).get(name, Parameter.empty))
                for name in cls.__annotations__
            ]
        )

    def __init__(self, *given: Any, **named: Any) -> None:
        bound = self.facts.bind(*given, **named)
        bound.apply_defaults()
        vars(self).update(bound.arguments)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"{name} cannot be changed: what was said stays as it is.")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({facts})"

    @property
    @abstractmethod
    def key(self) -> str:
        """Unique within the kind: the same key is the same notice, however often it is noticed."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What has happened."""

    @property
    def advice(self) -> str:
        """What to do about it, or what happens by itself; "" where nothing is to be added."""
        return f"See: {self.command}" if self.command else ""

    @property
    def command(self) -> str:
        """The command that the advice ends with, or ""."""
        return ""

    @property
    def details(self) -> str:
        """More lines, for where the notice is sent."""
        return ""

    @property
    def needs_nobody(self) -> bool:
        """Whether it is acknowledged from the start."""
        return False

    @property
    def subject(self) -> str:
        """What it is about, such as "delivery/12" or "account/x", by which it is found to be over.

        Empty where it is over only once somebody has acknowledged it.
        """
        facts = vars(self)
        if "delivery" in facts:
            return f"delivery/{facts['delivery'].id}"
        if "account" in facts:
            return f"account/{facts['account']}"
        return ""

    @property
    def is_trouble(self) -> bool:
        return is_trouble(self.kind, is_acknowledged=self.needs_nobody)

    @property
    def text(self) -> str:
        """The sentence and the advice, on one line."""
        return printable(f"{self.sentence} {self.advice}".rstrip(" "))


def printable(text: str) -> str:
    """The text on one line: a line end or a tab is a space, any other control character an escape.

    Facts may be a network's own words or the name of a file; PostgreSQL takes no NUL, and UTF-8 no
    surrogates.
    """
    return "".join(_printable(char) for char in text)


def _printable(char: str) -> str:
    if unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}:
        return char
    return " " if char.isspace() else ascii(char)[1:-1]


def counted(count: int, one: str, many: str) -> str:
    """A number and its noun: "1 thread waits", "2 threads wait"."""
    return f"{count} {one if count == 1 else many}"


def ended(note: str) -> str:
    """The end of a sentence, with the reason where one is known."""
    return f": {note}" if note else "."
