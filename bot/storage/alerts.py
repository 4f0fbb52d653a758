"""How far each notice has got on its way to each destination."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, update

from bot.core.notices.entry import ASKING, Kind
from bot.storage.database import insert_new
from bot.storage.notices import COLUMNS, Notice, of_row
from bot.storage.sendings import Claim, Sendings
from bot.storage.tables import alerts, notices

OPEN = notices.c.alerted_at.is_(None)
"""Worded as the partial index `ix_notices_unalerted` has it, so that the index is used."""


class Alerts(Sendings):
    """The ways of notices, of either mode, to their destinations."""

    __slots__ = ()
    table = alerts
    of = alerts.c.notice_id

    def is_any_open(self) -> bool:
        """Whether any notice has still to be sent to a destination."""
        return self.conn.execute(select(notices.c.id).where(OPEN).limit(1)).scalar() is not None

    def skip(self, *, only_trouble: bool) -> None:
        """Close open notices without sending them: all, or those that need no action.

        With `only_trouble` the notices that ask for a person stay open.
        """
        skipped = update(notices).where(OPEN).values(alerted_at=self.now)
        if only_trouble:
            needs_a_person = or_(
                notices.c.kind.in_([kind.value for kind in ASKING]),
                and_(notices.c.kind == Kind.BRIEF.value, notices.c.acknowledged_at.is_(None)),
            )
            skipped = skipped.where(~needs_a_person)
        self.conn.execute(skipped)

    def due(self, destination: str, longest: timedelta, most: int) -> list[Notice]:
        """At most `most` open notices that this destination is to get now, the oldest first.

        `longest` is the longest wait between two tries.
        """
        at = self.scope.instant(timedelta(0))
        not_now = select(alerts.c.id).where(
            alerts.c.notice_id == notices.c.id,
            alerts.c.destination == destination,
            or_(alerts.c.ended_at.is_not(None), ~self.is_due(alerts, at, longest)),
        )
        due = select(*COLUMNS).where(OPEN, ~not_now.exists()).order_by(notices.c.id).limit(most)
        return [of_row(row) for row in self.conn.execute(due)]

    def claim(
        self, sent_id: int, destination: str, lease: timedelta, longest: timedelta
    ) -> Claim | None:
        """Claim one sending for the time of a lease, by one guarded statement.

        Returns None when it is not due any more: another worker has claimed or ended it.
        """
        at = self.scope.instant(timedelta(0))
        # A first try has no row yet. Two workers may both come this far: the update below decides.
        insert_new(self.conn, alerts, notice_id=sent_id, destination=destination, next_at=at)
        return self.take(sent_id, destination, lease, longest)

    def leave_out(self, notice_id: int, destination: str, note: str) -> None:
        """Never send this notice to this destination, for the reason in `note`."""
        insert_new(
            self.conn,
            alerts,
            notice_id=notice_id,
            destination=destination,
            next_at=self.now,
            ended_at=self.now,
            note=note,
        )

    def close(self, destinations: Collection[str]) -> None:
        """Close the notices whose sending has ended at all these destinations."""
        ended = (
            select(func.count())
            .select_from(alerts)
            .where(alerts.c.notice_id == notices.c.id, alerts.c.destination.in_(destinations))
            .where(alerts.c.ended_at.is_not(None))
        )
        self.conn.execute(
            update(notices)
            .where(OPEN, ended.scalar_subquery() >= len(destinations))
            .values(alerted_at=self.now)
        )
