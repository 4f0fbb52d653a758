"""What a maintainer must hear: a row first, then printed, listed, sent."""

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


TROUBLE = frozenset({Kind.HELD, Kind.FAILED, Kind.UNCERTAIN})
"""Notices after which a person has to do something."""


class Notice(NamedTuple):
    id: int
    kind: Kind
    text: str
    created_at: datetime
    acknowledged_at: datetime | None


def add(conn: Connection, kind: Kind, key: str, text: str, now: datetime, rehearsal: int) -> None:
    """Say something once: the same key is one notice, however often it is noticed."""
    unique = f"rehearsal-{rehearsal}/{kind}/{key}" if rehearsal else f"{kind}/{key}"
    insert_new(conn, tables.notices, key=unique, kind=kind.value, text=text, created_at=now, rehearsal=rehearsal)


_COLUMNS = (
    tables.notices.c.id,
    tables.notices.c.kind,
    tables.notices.c.text,
    tables.notices.c.created_at,
    tables.notices.c.acknowledged_at,
)


def _notice(row: Row[*tuple[Any, ...]]) -> Notice:
    return Notice(row.id, Kind(row.kind), row.text, row.created_at, row.acknowledged_at)


def unprinted(conn: Connection) -> list[Notice]:
    statement = select(*_COLUMNS).where(tables.notices.c.printed_at.is_(None)).order_by(tables.notices.c.id)
    return [_notice(row) for row in conn.execute(statement)]


def mark_printed(conn: Connection, through: int, now: datetime) -> None:
    unprinted = tables.notices.c.printed_at.is_(None)
    conn.execute(update(tables.notices).where(unprinted, tables.notices.c.id <= through).values(printed_at=now))


def listed(conn: Connection, *, everything: bool = False, most: int = 200) -> list[Notice]:
    """Notices newest first: those not acknowledged, or all."""
    statement = select(*_COLUMNS).order_by(tables.notices.c.id.desc()).limit(most)
    if not everything:
        statement = statement.where(tables.notices.c.acknowledged_at.is_(None))
    return [_notice(row) for row in conn.execute(statement)]


def acknowledge(conn: Connection, now: datetime, ids: tuple[int, ...] = ()) -> int:
    """Acknowledge the notices named, or all; how many were open."""
    statement = update(tables.notices).where(tables.notices.c.acknowledged_at.is_(None)).values(acknowledged_at=now)
    if ids:
        statement = statement.where(tables.notices.c.id.in_(ids))
    return conn.execute(statement).rowcount
