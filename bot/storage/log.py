"""The log of changes: who changed what when."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, update

from bot.core.changes import Changed
from bot.storage import tables
from bot.storage.statements import Statements


class Change(NamedTuple):
    """Something that a person did; `subject` ("mlcollage/barlow-twins") is what it was done to.

    `changes` are from what to what, as far as fields were changed.
    """

    at: datetime
    who: str
    what: str
    subject: str
    detail: str
    changes: tuple[Changed, ...] = ()


class Log(Statements):
    """The log of changes. Rows are only added; what they are about may get another name."""

    def record(
        self,
        who: str,
        what: str,
        subject: str,
        detail: str = "",
        changes: Sequence[Changed] = (),
    ) -> None:
        """Add who did what to which subject now, and from what to what it was changed."""
        row = {
            "at": self.now,
            "who": who,
            "what": what,
            "subject": subject,
            "detail": detail,
            "changes": [change._asdict() for change in changes],
        }
        self.conn.execute(insert(tables.log).values(row))

    def changes(self, subject: str | None = None, most: int = 50) -> list[Change]:
        """At most `most` changes of one subject or of all, the newest first."""
        columns = (
            tables.log.c.at,
            tables.log.c.who,
            tables.log.c.what,
            tables.log.c.subject,
            tables.log.c.detail,
            tables.log.c.changes,
        )
        statement = select(*columns).order_by(tables.log.c.id.desc()).limit(most)
        if subject is not None:
            statement = statement.where(tables.log.c.subject == subject)
        return [
            Change(*row[:-1], tuple(Changed(**each) for each in row.changes))
            for row in self.conn.execute(statement)
        ]

    def writers(self, subject: str) -> list[str]:
        """Who has changed a collage since it was last added, the first one first."""
        log, mine = tables.log, tables.log.c.subject == subject
        newest = select(func.max(log.c.id)).where(mine, log.c.what == "add").correlate(None)
        added = func.coalesce(newest.scalar_subquery(), 0)
        since = select(log.c.who).where(mine, log.c.id >= added)
        return list(self.conn.execute(since.order_by(log.c.id)).scalars())

    def follow(self, before: str, now: str) -> None:
        """Let the rows about a subject that has another name now be found by that."""
        mine = tables.log.c.subject == before
        self.conn.execute(update(tables.log).where(mine).values(subject=now))
