"""The log of changes: who changed what when."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select

from bot.storage import tables
from bot.storage.statements import Statements


class Change(NamedTuple):
    """Something that a person did; `subject` ("mlcollage/barlow-twins") is what it was done to."""

    at: datetime
    who: str
    what: str
    subject: str
    detail: str


class Log(Statements):
    """The log of changes, to which rows are only added."""

    def record(self, who: str, what: str, subject: str, detail: str = "") -> None:
        """Add who did what to which subject now."""
        row = {"at": self.now, "who": who, "what": what, "subject": subject, "detail": detail}
        self.conn.execute(insert(tables.log).values(row))

    def changes(self, subject: str | None = None, most: int = 50) -> list[Change]:
        """At most `most` changes of one subject or of all, the newest first."""
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
        return [Change(*row) for row in self.conn.execute(statement)]
