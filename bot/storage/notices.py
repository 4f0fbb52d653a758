"""What a maintainer must hear: a row first, then printed, listed, sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select, update

from bot.core import notices
from bot.core.notices import Entry, Kind
from bot.storage import tables
from bot.storage.database import insert_new
from bot.storage.statements import Statements


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
        """Whether a person has to do something."""
        return notices.is_trouble(self.kind, is_acknowledged=self.acknowledged_at is not None)


def _unique(kind: Kind, key: str, rehearsal: int) -> str:
    return f"rehearsal-{rehearsal}/{kind}/{key}" if rehearsal else f"{kind}/{key}"


COLUMNS = tuple(tables.notices.c[name] for name in Notice._fields)


def of_row(row: Row[*tuple[Any, ...]]) -> Notice:
    """A notice from a row of `COLUMNS`."""
    return Notice(*row)._replace(kind=Kind(row.kind))


class Notices(Statements):
    """What a maintainer must hear, and who has heard it."""

    def add(self, notice: Entry) -> int | None:
        """Say something once: the same key is one notice, however often it is noticed; its id, when it
        is new.

        One that needs nobody is acknowledged from the start.
        """
        added: int | None = insert_new(
            self.conn,
            tables.notices,
            key=_unique(notice.kind, notice.key, self.rehearsal),
            kind=notice.kind.value,
            text=notice.text,
            details=notice.details,
            created_at=self.now,
            acknowledged_at=self.now if notice.needs_nobody else None,
            rehearsal=self.rehearsal,
        )
        return added

    def unsaid(self, kind: Kind, keys: Iterable[str]) -> list[str]:
        """Those of the keys, in their order, of which there is no notice yet."""
        unique = {key: _unique(kind, key, self.rehearsal) for key in keys}
        said = select(tables.notices.c.key).where(tables.notices.c.key.in_(unique.values()))
        found = set(self.conn.execute(said).scalars()) if unique else set()
        return [key for key in unique if unique[key] not in found]

    def unprinted(self) -> list[Notice]:
        statement = (
            select(*COLUMNS)
            .where(tables.notices.c.printed_at.is_(None))
            .order_by(tables.notices.c.id)
        )
        return [of_row(row) for row in self.conn.execute(statement)]

    def mark_printed(self, ids: Sequence[int]) -> set[int]:
        """These are printed from now on; those of them that nobody else has printed meanwhile."""
        unprinted = (tables.notices.c.printed_at.is_(None), tables.notices.c.id.in_(ids))
        marked = (
            update(tables.notices)
            .where(*unprinted)
            .values(printed_at=self.now)
            .returning(tables.notices.c.id)
        )
        return set(self.conn.execute(marked).scalars())

    def listed(self, *, everything: bool = False, most: int = 200) -> list[Notice]:
        """Notices newest first: those not acknowledged, or all."""
        statement = select(*COLUMNS).order_by(tables.notices.c.id.desc()).limit(most)
        if not everything:
            statement = statement.where(tables.notices.c.acknowledged_at.is_(None))
        return [of_row(row) for row in self.conn.execute(statement)]

    def acknowledge(self, ids: tuple[int, ...] = ()) -> int:
        """Acknowledge the notices named, or all; how many were open."""
        statement = (
            update(tables.notices)
            .where(tables.notices.c.acknowledged_at.is_(None))
            .values(acknowledged_at=self.now)
        )
        if ids:
            statement = statement.where(tables.notices.c.id.in_(ids))
        return self.conn.execute(statement).rowcount
