"""Who changed what when."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from bot.storage import tables


class Change(NamedTuple):
    at: datetime
    who: str
    what: str
    subject: str
    detail: str


def record(conn: Connection, change: Change) -> None:
    conn.execute(
        insert(tables.log).values(
            at=change.at,
            who=change.who,
            what=change.what,
            subject=change.subject,
            detail=change.detail,
        )
    )


def changes(conn: Connection, subject: str | None = None, most: int = 50) -> list[Change]:
    """The newest changes first, of one subject ("mlcollage/barlow-twins") or of all."""
    columns = (
        tables.log.c.at,
        tables.log.c.who,
        tables.log.c.what,
        tables.log.c.subject,
        tables.log.c.detail,
    )
    statement = select(*columns).order_by(tables.log.c.id.desc()).limit(most)
    if subject is not None:
        statement = statement.where(tables.log.c.subject == subject)
    return [Change(*row) for row in conn.execute(statement)]
