"""What a maintainer must hear: a row first, then printed, listed, sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, update

from bot.storage import tables
from bot.storage.database import insert_new


class Kind(StrEnum):
    EMPTY = "empty"
    MISSED = "missed"
    HELD = "held"
    DRY = "running dry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    REHEARSAL = "rehearsal ended"
    ROUNDUP = "roundup out"
    NO_ROUNDUP = "no roundup"
    CHANGED = "slots changed"
    DIFFERS = "differs"
    ALERTS = "alerts"
    BRIEF = "brief"
    OVERDUE = "overdue"
    UPGRADED = "upgraded"
    RESTORED = "restored"


TROUBLE = frozenset({Kind.HELD, Kind.FAILED, Kind.UNCERTAIN, Kind.ALERTS, Kind.OVERDUE})
"""Notices after which a person has to do something."""


class Notice(NamedTuple):
    id: int
    kind: Kind
    text: str
    details: str
    created_at: datetime
    alerted_at: datetime | None
    acknowledged_at: datetime | None
    rehearsal: int

    @property
    def is_trouble(self) -> bool:
        """Whether a person has to do something: a brief that needs nobody is acknowledged from the
        start.
        """
        return self.kind in TROUBLE or (self.kind is Kind.BRIEF and self.acknowledged_at is None)


def add(
    conn: Connection,
    kind: Kind,
    key: str,
    text: str,
    now: datetime,
    rehearsal: int,
    *,
    details: str = "",
    needs_nobody: bool = False,
) -> int | None:
    """Say something once: the same key is one notice, however often it is noticed; its id, when it
    is new.

    `details` go with it where it is sent. One that needs nobody is acknowledged from the start.
    """
    made: int | None = insert_new(
        conn, tables.notices, key=_unique(kind, key, rehearsal), kind=kind.value, text=text, details=details,
        created_at=now, acknowledged_at=now if needs_nobody else None, rehearsal=rehearsal,
    )  # fmt: skip
    return made


def _unique(kind: Kind, key: str, rehearsal: int) -> str:
    return f"rehearsal-{rehearsal}/{kind}/{key}" if rehearsal else f"{kind}/{key}"


def unsaid(conn: Connection, kind: Kind, keys: Iterable[str], rehearsal: int) -> list[str]:
    """Those of the keys, in their order, of which there is no notice yet."""
    unique = {key: _unique(kind, key, rehearsal) for key in keys}
    said = select(tables.notices.c.key).where(tables.notices.c.key.in_(unique.values()))
    found = set(conn.execute(said).scalars()) if unique else set()
    return [key for key in unique if unique[key] not in found]


COLUMNS = tuple(tables.notices.c[name] for name in Notice._fields)


def of_row(row: Row[*tuple[Any, ...]]) -> Notice:
    """A notice from a row of `COLUMNS`."""
    return Notice(*row)._replace(kind=Kind(row.kind))


def unprinted(conn: Connection) -> list[Notice]:
    statement = (
        select(*COLUMNS).where(tables.notices.c.printed_at.is_(None)).order_by(tables.notices.c.id)
    )
    return [of_row(row) for row in conn.execute(statement)]


def mark_printed(conn: Connection, ids: Sequence[int], now: datetime) -> set[int]:
    """These are printed from now on; those of them that nobody else has printed meanwhile."""
    unprinted = (tables.notices.c.printed_at.is_(None), tables.notices.c.id.in_(ids))
    marked = (
        update(tables.notices)
        .where(*unprinted)
        .values(printed_at=now)
        .returning(tables.notices.c.id)
    )
    return set(conn.execute(marked).scalars())


def listed(conn: Connection, *, everything: bool = False, most: int = 200) -> list[Notice]:
    """Notices newest first: those not acknowledged, or all."""
    statement = select(*COLUMNS).order_by(tables.notices.c.id.desc()).limit(most)
    if not everything:
        statement = statement.where(tables.notices.c.acknowledged_at.is_(None))
    return [of_row(row) for row in conn.execute(statement)]


def acknowledge(conn: Connection, now: datetime, ids: tuple[int, ...] = ()) -> int:
    """Acknowledge the notices named, or all; how many were open."""
    statement = (
        update(tables.notices)
        .where(tables.notices.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
    )
    if ids:
        statement = statement.where(tables.notices.c.id.in_(ids))
    return conn.execute(statement).rowcount
