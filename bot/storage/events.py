"""Events for scripts: written in the transaction that changes what they tell of, then sent.

They are written only where somebody listens: for each destination that this process has in its
configuration, or another one has told the database of.
"""

import os
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from bot.core import events as rules
from bot.core.delivery import Delivery, State
from bot.core.events import Type
from bot.core.month import Roundup
from bot.storage.database import insert_new
from bot.storage.sendings import Claim, Sendings
from bot.storage.tables import (
    accounts,
    collages,
    deliveries,
    event_sendings,
    events,
    hooks,
    papers,
    parts,
    roundups,
)

OPEN = event_sendings.c.ended_at.is_(None)
"""Worded as the partial index `ix_event_sendings_open` has it, so that the index is used."""

OTHER, EARLIER = event_sendings.alias("other"), events.alias("earlier")


def new_key() -> str:
    """An event's id for scripts.

    By chance: a database that was restored would give its numbers again.
    """
    return f"evt_{os.urandom(16).hex()}"


class Event(NamedTuple):
    """An event: `key` is its id for scripts, `body` the JSON that is sent.

    `subject` is what it is about, such as "delivery/12".
    """

    id: int
    key: str
    type: str
    subject: str
    at: datetime
    body: str
    rehearsal: int


class Hook(NamedTuple):
    """A destination that the database knows of; with `gone_at` it takes no more."""

    destination: str
    seen_at: datetime
    gone_at: datetime | None


class Backlog(NamedTuple):
    """How much waits for one destination, and why the oldest of it was not taken."""

    waiting: int
    note: str


IS_ANY_HOOK = select(hooks.c.id).where(hooks.c.gone_at.is_(None)).exists()
"""Whether any destination gets what happens, for a statement that changes something."""

COLUMNS = tuple(events.c[name] for name in Event._fields)


class Events(Sendings):
    """The events of either mode, and their ways to the destinations."""

    __slots__ = ()
    table = event_sendings
    of = event_sendings.c.event_id

    def tell_delivery(self, delivery: Delivery, state: State, note: str) -> None:
        """Write the event that a delivery has come into this state, where scripts want to know.

        Its parts must have their receipts already.
        """
        kind = rules.OF_STATE.get(state)
        listeners = self._listeners() if kind else []
        if kind is None or not listeners:
            return
        row = self._facts(delivery.id)
        data = {
            "rehearsal": row.rehearsal > 0,
            "series": delivery.series,
            "account": delivery.account,
            "network": row.network,
            "delivery": {
                "id": delivery.id,
                "key": delivery.key,
                "kind": delivery.kind.value,
                "state": state.value,
                "reason": note,
                "due_at": rules.timestamp(delivery.due_at),
            },
            "collage": _collage(row),
            "roundup": _roundup(row),
            "parts": self._parts(delivery.id),
        }
        self._add(kind, f"delivery/{delivery.id}", data, row.rehearsal, listeners)

    def tell_roundup(self, roundup: Roundup) -> None:
        """Write the event that a roundup was announced, where scripts want to know."""
        listeners = self._listeners()
        if not listeners:
            return
        shown = {
            "title_month": roundup.title_month,
            "title": roundup.title,
            "link": roundup.link,
        }
        data = {"rehearsal": roundup.rehearsal > 0, "series": roundup.series, "roundup": shown}
        subject = f"roundup/{roundup.id}"
        self._add(Type.ANNOUNCED, subject, data, roundup.rehearsal, listeners)

    def _listeners(self) -> list[str]:
        """The destinations that get what happens now; those configured here are noted down."""
        known = {hook.destination: hook for hook in self.hooks()}
        self.register(self.scope.hooks - known.keys())
        new = [name for name in sorted(self.scope.hooks) if name not in known]
        return [name for name, hook in known.items() if hook.gone_at is None] + new

    def _facts(self, delivery_id: int) -> Any:
        """What an event tells of a delivery besides its own row and its parts."""
        statement = (
            select(
                deliveries.c.rehearsal,
                accounts.c.network,
                collages.c.name,
                collages.c.number,
                papers.c.title.label("paper"),
                roundups.c.title_month,
                roundups.c.title,
                roundups.c.link,
            )
            .select_from(deliveries)
            .join(accounts, accounts.c.id == deliveries.c.account_id)
            .outerjoin(collages, collages.c.id == deliveries.c.collage_id)
            .outerjoin(papers, papers.c.id == collages.c.paper_id)
            .outerjoin(roundups, roundups.c.id == deliveries.c.roundup_id)
            .where(deliveries.c.id == delivery_id)
        )
        return self.conn.execute(statement).one()

    def _parts(self, delivery_id: int) -> list[dict[str, Any]]:
        """The parts of a delivery with the network's ids and addresses of those that are out."""
        statement = select(parts.c.position, parts.c.receipt_id, parts.c.receipt_url)
        mine = statement.where(parts.c.delivery_id == delivery_id).order_by(parts.c.position)
        return [
            {"position": row.position, "id": row.receipt_id, "url": row.receipt_url}
            for row in self.conn.execute(mine)
        ]

    def _add(
        self, kind: Type, subject: str, data: dict[str, Any], rehearsal: int, to: Sequence[str]
    ) -> None:
        values = {
            "key": new_key(),
            "type": kind.value,
            "subject": subject,
            "at": self.now,
            "body": rules.body(kind, self.now, data),
            "rehearsal": rehearsal,
        }
        added = insert(events).values(values).returning(events.c.id)
        event_id = self.conn.execute(added).scalar_one()
        rows = [{"event_id": event_id, "destination": each, "next_at": self.now} for each in to]
        self.conn.execute(insert(event_sendings), rows)

    def hooks(self) -> list[Hook]:
        """The destinations that the database knows of."""
        columns = [hooks.c[name] for name in Hook._fields]
        return [Hook(*row) for row in self.conn.execute(select(*columns).order_by(hooks.c.id))]

    def register(self, destinations: Collection[str]) -> None:
        """Note down that these destinations are in somebody's configuration now."""
        for destination in sorted(destinations):
            values = {"destination": destination, "seen_at": self.now}
            if insert_new(self.conn, hooks, **values) is None:
                mine = hooks.c.destination == destination
                self.conn.execute(update(hooks).where(mine).values(seen_at=self.now))

    def forget(self, before: datetime) -> None:
        """Forget the destinations that no process has had since then, with what waits for them."""
        unseen = select(hooks.c.destination).where(hooks.c.seen_at < before)
        waiting = (OPEN, event_sendings.c.destination.in_(unseen))
        self.conn.execute(delete(event_sendings).where(*waiting))
        self.conn.execute(delete(hooks).where(hooks.c.seen_at < before))

    def prune(self, before: datetime) -> None:
        """Delete the events from before then that are not on their way any more."""
        waiting = select(event_sendings.c.id).where(OPEN, event_sendings.c.event_id == events.c.id)
        old = select(events.c.id).where(events.c.at < before, ~waiting.exists())
        ids = self.conn.execute(old).scalars().all()
        if ids:
            its = event_sendings.c.event_id.in_(ids)
            self.conn.execute(delete(event_sendings).where(its))
            self.conn.execute(delete(events).where(events.c.id.in_(ids)))

    def end_hook(self, destination: str, note: str) -> None:
        """The destination takes no more events: nothing more is sent there, nor kept for it."""
        mine = hooks.c.destination == destination
        self.conn.execute(update(hooks).where(mine).values(gone_at=self.now))
        waiting = (OPEN, event_sendings.c.destination == destination)
        ended = update(event_sendings).where(*waiting).values(ended_at=self.now, note=note)
        self.conn.execute(ended)

    def resume_hook(self, destination: str) -> None:
        """The destination takes events again."""
        mine = (hooks.c.destination == destination, hooks.c.gone_at.is_not(None))
        self.conn.execute(update(hooks).where(*mine).values(gone_at=None))

    def _is_next(self, event_id: Any, subject: Any, *which: Any) -> ColumnElement[bool]:
        """The condition that no earlier event about the same is on its way to the destination.

        With `which` only those of the earlier ones count that it selects.
        """
        earlier = (
            select(OTHER.c.id)
            .join(EARLIER, EARLIER.c.id == OTHER.c.event_id)
            .where(
                OTHER.c.destination == event_sendings.c.destination,
                OTHER.c.ended_at.is_(None),
                OTHER.c.event_id < event_id,
                EARLIER.c.subject == subject,
                *which,
            )
            .correlate(event_sendings, events)
        )
        return ~earlier.exists()

    def is_any_open(self, destinations: Collection[str]) -> bool:
        """Whether any event has still to be sent to one of these destinations."""
        mine = (OPEN, event_sendings.c.destination.in_(destinations))
        found = self.conn.execute(select(event_sendings.c.id).where(*mine).limit(1))
        return found.scalar() is not None

    def due(self, destination: str, longest: timedelta, most: int) -> list[Event]:
        """At most `most` events that this destination is to get now, the oldest first.

        `longest` is the longest wait between two tries. What waits for an earlier event about the
        same delivery or roundup is not among them.
        """
        at = self.scope.instant(timedelta(0))
        waits = ~self.is_due(OTHER, at, longest)
        due = (
            select(*COLUMNS)
            .join(event_sendings, event_sendings.c.event_id == events.c.id)
            .where(
                OPEN,
                event_sendings.c.destination == destination,
                self.is_due(event_sendings, at, longest),
                self._is_next(events.c.id, events.c.subject, waits),
            )
            .order_by(event_sendings.c.event_id)
            .limit(most)
        )
        return [Event(*row) for row in self.conn.execute(due)]

    def claim(
        self, sent_id: int, destination: str, lease: timedelta, longest: timedelta
    ) -> Claim | None:
        """Claim one sending for the time of a lease, by one guarded statement.

        Returns None when it is not due any more, or an earlier event about the same is under way.
        """
        subject = select(events.c.subject).where(events.c.id == sent_id).scalar_subquery()
        return self.take(sent_id, destination, lease, longest, self._is_next(sent_id, subject))

    def backlog(self, destination: str) -> Backlog | None:
        """What waits for a destination; None where nothing does."""
        its = (OPEN, event_sendings.c.destination == destination)
        counted = select(func.count()).select_from(event_sendings).where(*its)
        waiting = self.conn.execute(counted).scalar_one()
        if not waiting:
            return None
        failed = (event_sendings.c.failures > 0, event_sendings.c.note != "")
        newest = select(event_sendings.c.note).where(*its, *failed)
        note = self.conn.execute(newest.order_by(event_sendings.c.event_id).limit(1)).scalar()
        return Backlog(waiting, note or "")

    def unsent(self, destinations: Collection[str], before: datetime) -> int:
        """How many events from before then have not been sent to all of these destinations."""
        its = (OPEN, event_sendings.c.destination.in_(destinations), events.c.at < before)
        mine = select(event_sendings.c.event_id).join(events).where(*its)
        statement = select(func.count()).select_from(mine.distinct().subquery())
        return self.conn.execute(statement).scalar_one()

    def listed(self, most: int) -> list[Event]:
        """The newest events, at most so many."""
        statement = select(*COLUMNS).order_by(events.c.id.desc()).limit(most)
        return [Event(*row) for row in self.conn.execute(statement)]


def _collage(row: Row[Any]) -> dict[str, Any] | None:
    if row.name is None:
        return None
    return {"name": row.name, "title": row.paper, "number": row.number}


def _roundup(row: Row[Any]) -> dict[str, Any] | None:
    if row.title_month is None:
        return None
    return {"title_month": row.title_month, "title": row.title, "link": row.link}
