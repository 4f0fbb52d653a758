"""A publication: one roundup at one destination, and how far that has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How far a publication has come."""

    WAITING = "waiting"
    PUBLISHED = "published"
    DRAFT = "draft"
    TRYING = "tried again"
    NEEDS_PERSON = "waits for a person"


class UnderWay(NamedTuple):
    """A try that is under way, or was when its process ended: `by` whom, and until when at most."""

    series: str
    title_month: str
    destination: str
    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One roundup at one destination.

    `saved` is what the destination wants back. `revision` is the roundup's that was published last,
    `content` a hash of it and `settings` one of the settings it was tried with, "" before the first
    time. `next_at` is when it is tried next, None where nothing is to be done. `problem` says why
    the last try failed, or what a person has to do with a draft. `fence` grows with every try, and
    while one is under way nobody but `lease_owner` has it, up to `lease_until`.
    """

    id: int
    roundup_id: int
    destination: str
    saved: Mapping[str, object]
    url: str
    is_public: bool
    revision: int
    content: str
    settings: str
    next_at: datetime | None
    failures: int
    problem: str
    needs_person: bool
    lease_until: datetime | None
    lease_owner: str
    fence: int
    published_at: datetime | None
    updated_at: datetime | None

    @property
    def state(self) -> State:
        """How far it has come; of what is published and to be updated, whether that succeeds."""
        if self.needs_person:
            return State.NEEDS_PERSON
        if self.failures:
            return State.TRYING
        if self.published_at is None:
            return State.WAITING
        return State.PUBLISHED if self.is_public else State.DRAFT
