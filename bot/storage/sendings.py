"""What is on its way to destinations outside: each row of it is claimed, and ends or is due again.

A sending is claimed like a delivery: with a lease, which is the row's `next_at`. When the process
that claimed it dies, the lease ends and the sending is due again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Column, ColumnElement, FromClause, Table, or_, select, update

from bot.storage.database import Instant
from bot.storage.statements import Statements


class Claim(NamedTuple):
    """A sending that was claimed; `sent_id` is the id of what is sent.

    `next_at` is the end of its lease, and identifies the claim: another one has another end.
    """

    sent_id: int
    destination: str
    next_at: datetime
    failures: int


class Way(NamedTuple):
    """How far something has got to one destination; `sent_id` is its id.

    With `ended_at` nothing more is tried: an empty note means that the destination accepted it.
    """

    sent_id: int
    destination: str
    next_at: datetime
    failures: int
    ended_at: datetime | None
    note: str


class Sendings(Statements):
    """The base of what is sent: `table` has a row for each destination of what `of` refers to."""

    __slots__ = ()

    table: ClassVar[Table]
    of: ClassVar[Column[int]]

    @staticmethod
    def is_due(table: FromClause, at: Instant, longest: timedelta) -> ColumnElement[bool]:
        """Whether the time of a row of the table, or of an alias of it, has come.

        A time further ahead than the longest wait was written while a clock was wrong: due as well.
        """
        return or_(table.c.next_at <= at, table.c.next_at > at + longest)

    def _open(self, sent_id: int, destination: str) -> tuple[ColumnElement[bool], ...]:
        """The condition for one sending that has not ended."""
        return (
            self.of == sent_id,
            self.table.c.destination == destination,
            self.table.c.ended_at.is_(None),
        )

    def claim(
        self, sent_id: int, destination: str, lease: timedelta, longest: timedelta
    ) -> Claim | None:
        """Claim one sending for the time of a lease, by one guarded statement.

        Returns None when it is not due any more: another worker has claimed or ended it.
        """
        return self.take(sent_id, destination, lease, longest)

    def take(
        self,
        sent_id: int,
        destination: str,
        lease: timedelta,
        longest: timedelta,
        *also: ColumnElement[bool],
    ) -> Claim | None:
        """As `claim`; None also when a condition in `also` does not hold."""
        at = self.scope.instant(timedelta(0))
        table = self.table
        taken = (
            update(table)
            .where(*self._open(sent_id, destination), self.is_due(table, at, longest), *also)
            .values(next_at=at + lease)
            .returning(table.c.next_at, table.c.failures)
        )
        row = self.conn.execute(taken).one_or_none()
        if row is None:
            return None
        return Claim(sent_id, destination, row.next_at, row.failures)

    def taken(self, claim: Claim) -> None:
        """The destination has accepted it.

        Not guarded by the lease: it stays true when another worker has claimed it meanwhile.
        """
        mine = self._open(claim.sent_id, claim.destination)
        self.conn.execute(update(self.table).where(*mine).values(ended_at=self.now, note=""))

    def failed(self, claim: Claim, wait: timedelta | None, note: str) -> bool:
        """Note why a sending failed: it is due again after `wait`, or ended where that is None.

        Returns False, and writes nothing, when another worker has claimed it meanwhile.
        """
        at = self.scope.instant(timedelta(0))
        values: dict[str, Any] = {"failures": claim.failures + 1, "note": note}
        if wait is None:
            values["ended_at"] = at
        else:
            values["next_at"] = at + wait
        mine = (
            *self._open(claim.sent_id, claim.destination),
            self.table.c.next_at == claim.next_at,
        )
        return self.conn.execute(update(self.table).where(*mine).values(**values)).rowcount == 1

    def ways(self, sent_ids: Sequence[int]) -> list[Way]:
        """How far these have got, one row for each destination that was tried or is to be."""
        its = self.table.c
        columns = (its.destination, its.next_at, its.failures, its.ended_at, its.note)
        ways = select(self.of, *columns).where(self.of.in_(sent_ids)).order_by(its.id)
        return [Way(*row) for row in self.conn.execute(ways)]
