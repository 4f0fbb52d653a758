"""What a maintainer must hear: stored as a row first, then printed, listed and sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Text, cast, func, select, update

from bot.core.notices.entry import TROUBLE, Entry, Kind, is_trouble
from bot.storage import tables
from bot.storage.database import insert_new
from bot.storage.statements import Statements

SEARCHED = 2_000
"""How many of the newest notices are searched for briefs."""


class Notice(NamedTuple):
    """A stored notice.

    `alerted_at` is set once it is not to be sent to any destination any more.
    """

    id: int
    kind: Kind
    text: str
    details: str
    created_at: datetime
    alerted_at: datetime | None
    acknowledged_at: datetime | None
    rehearsal: int
    subject: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether a person has to act on it."""
        return is_trouble(self.kind, is_acknowledged=self.acknowledged_at is not None)


def _unique(kind: Kind, key: str, rehearsal: int) -> str:
    """The key as the table has it: unique among all kinds and modes."""
    if rehearsal:
        return f"rehearsal-{rehearsal}/{kind}/{key}"
    return f"{kind}/{key}"


COLUMNS = tuple(tables.notices.c[name] for name in Notice._fields)


def of_row(row: Row[*tuple[Any, ...]]) -> Notice:
    """A notice from a row of `COLUMNS`."""
    return Notice(*row)._replace(kind=Kind(row.kind))


class Notices(Statements):
    """The notices, and which of them were printed and acknowledged."""

    def add(self, notice: Entry) -> int | None:
        """Store a notice once: the same key is one notice, however often it is added.

        Returns its id, or None where it is not new. One that needs nobody is acknowledged from the
        start.
        """
        values: dict[str, Any] = {
            "key": _unique(notice.kind, notice.key, self.rehearsal),
            "kind": notice.kind.value,
            "text": notice.text,
            "details": notice.details,
            "subject": notice.subject,
            "created_at": self.now,
            "rehearsal": self.rehearsal,
        }
        if notice.needs_nobody:
            values["acknowledged_at"] = self.now
        notice_id: int | None = insert_new(self.conn, tables.notices, **values)
        return notice_id

    def unsaid(self, kind: Kind, keys: Iterable[str]) -> list[str]:
        """Those of the keys, in their order, that have no notice of this kind yet."""
        unique = {key: _unique(kind, key, self.rehearsal) for key in keys}
        if not unique:
            return []
        stored = select(tables.notices.c.key).where(tables.notices.c.key.in_(unique.values()))
        known = set(self.conn.execute(stored).scalars())
        return [key for key in unique if unique[key] not in known]

    def briefs(self, since: datetime) -> list[tuple[str, datetime]]:
        """The keys of the briefs given since then, and when each was given.

        Only the newest notices are searched: no look walks through history.
        """
        newest = select(func.max(tables.notices.c.id)).scalar_subquery()
        statement = select(tables.notices.c.key, tables.notices.c.created_at).where(
            tables.notices.c.id > newest - SEARCHED,
            tables.notices.c.kind == Kind.BRIEF.value,
            tables.notices.c.created_at >= since,
            tables.notices.c.rehearsal == self.rehearsal,
        )
        prefix = _unique(Kind.BRIEF, "", self.rehearsal)
        rows = self.conn.execute(statement.order_by(tables.notices.c.id))
        return [(row.key.removeprefix(prefix), row.created_at) for row in rows]

    def unprinted(self) -> list[Notice]:
        """The notices that no process has printed yet, the oldest first."""
        statement = (
            select(*COLUMNS)
            .where(tables.notices.c.printed_at.is_(None))
            .order_by(tables.notices.c.id)
        )
        return [of_row(row) for row in self.conn.execute(statement)]

    def mark_printed(self, ids: Sequence[int]) -> set[int]:
        """Mark these notices as printed.

        Returns the ids that were not marked by another process before.
        """
        unprinted = (tables.notices.c.printed_at.is_(None), tables.notices.c.id.in_(ids))
        marked = (
            update(tables.notices)
            .where(*unprinted)
            .values(printed_at=self.now)
            .returning(tables.notices.c.id)
        )
        return set(self.conn.execute(marked).scalars())

    def listed(self, *, everything: bool = False, most: int = 200) -> list[Notice]:
        """At most `most` notices, the unacknowledged or all, the newest first."""
        statement = select(*COLUMNS).order_by(tables.notices.c.id.desc()).limit(most)
        if not everything:
            statement = statement.where(tables.notices.c.acknowledged_at.is_(None))
        return [of_row(row) for row in self.conn.execute(statement)]

    def open_trouble(self, most: int) -> list[Notice]:
        """At most `most` unacknowledged notices that ask for a person, the newest first.

        They are of the mode that runs, or live: what is live needs somebody in a rehearsal, too.
        """
        statement = select(*COLUMNS).where(
            tables.notices.c.acknowledged_at.is_(None),
            tables.notices.c.kind.in_([*(kind.value for kind in TROUBLE), Kind.BRIEF.value]),
            tables.notices.c.rehearsal.in_({0, self.rehearsal}),
        )
        newest = statement.order_by(tables.notices.c.id.desc()).limit(most)
        return [of_row(row) for row in self.conn.execute(newest)]

    def settle(self, subject: str, but: Entry | None = None) -> None:
        """Acknowledge what was said about a subject, because that has become well since.

        What nobody has printed or been sent yet is not told any more. If it happens again, it is
        told again: the keys are free. The one that is excepted still holds.
        """
        is_mine = [
            tables.notices.c.subject == subject,
            tables.notices.c.acknowledged_at.is_(None),
            tables.notices.c.rehearsal == self.rehearsal,
        ]
        if but is not None:
            is_mine.append(tables.notices.c.key != _unique(but.kind, but.key, self.rehearsal))
        settled = {
            name: func.coalesce(tables.notices.c[name], self.now)
            for name in ("printed_at", "alerted_at", "acknowledged_at")
        }
        key = tables.notices.c.key.concat("/settled ").concat(cast(tables.notices.c.id, Text))
        self.conn.execute(update(tables.notices).where(*is_mine).values(key=key, **settled))

    def known(self, ids: Sequence[int]) -> set[int]:
        """Those of these ids that notices have."""
        mine = tables.notices.c.id.in_(ids)
        return set(self.conn.execute(select(tables.notices.c.id).where(mine)).scalars())

    def acknowledge(self, ids: tuple[int, ...] = ()) -> int:
        """Acknowledge the notices with these ids, or all; how many were open."""
        statement = (
            update(tables.notices)
            .where(tables.notices.c.acknowledged_at.is_(None))
            .values(acknowledged_at=self.now)
        )
        if ids:
            statement = statement.where(tables.notices.c.id.in_(ids))
        return self.conn.execute(statement).rowcount
