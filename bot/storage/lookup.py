"""Deliveries as a person looks at them: listed, found by name, with all attempts and lookups."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, literal_column, select

from bot.core import collage, hints
from bot.core.delivery import Delivery, Outcome, State
from bot.core.errors import BadInput
from bot.storage.deliveries import JOINED, OPEN, from_row
from bot.storage.parts import Parts
from bot.storage.statements import Statements
from bot.storage.tables import (
    accounts,
    attempts,
    collages,
    deliveries,
    looks,
    parts,
    roundups,
    series,
)

STOPPED = deliveries.c.state.in_([literal_column("'held'"), literal_column("'failed'")])
"""The condition of the index `ix_deliveries_stopped`, to be repeated beside any narrower one."""

# The condition of `ix_deliveries_begun`. A bare column: typed as a Boolean, SQLAlchemy would write
# "begun = 1", which SQLite's planner does not match with the index's "begun".
BEGUN: ColumnElement[bool] = literal_column("begun")

OPEN_STATES = frozenset({State.WAITING, State.SENDING, State.UNCERTAIN})
STOPPED_STATES = frozenset({State.HELD, State.FAILED})
UNSENT = tuple(state for state in State if state is not State.SENT)


class Entry(NamedTuple):
    """A delivery, the name of what it carries, and how far it has got.

    `saved_parts` counts its parts as far as they were composed, `out` those with a receipt.
    """

    delivery: Delivery
    name: str
    saved_parts: int
    out: int
    next_at: datetime
    lease_until: datetime | None
    ended_at: datetime | None
    rehearsal: int


class Attempt(NamedTuple):
    """One attempt; `words` is the network's message.

    A `position` of None is the whole thread, an `outcome` of None an attempt that was cut off.
    """

    at: datetime
    position: int | None
    ended_at: datetime | None
    outcome: Outcome | None
    words: str
    trace: str = ""


class Seen(NamedTuple):
    """What a lookup has shown."""

    at: datetime
    words: str
    trace: str = ""


class Cargo(NamedTuple):
    """The collage that a delivery carries, as it is now.

    `is_in_place` says that it is claimed or posted by the delivery's slot still.
    """

    name: str
    state: collage.State
    is_in_place: bool
    is_removed: bool


_ENTRIES = (
    JOINED.outerjoin(collages, collages.c.id == deliveries.c.collage_id)
    .outerjoin(roundups, roundups.c.id == deliveries.c.roundup_id)
    .add_columns(
        func.coalesce(
            collages.c.name, literal_column("'roundup-'").concat(roundups.c.title_month)
        ).label("thread_name"),
        *(
            select(func.count())
            .where(parts.c.delivery_id == deliveries.c.id, *also)
            .scalar_subquery()
            .label(label)
            for label, also in (
                ("part_count", ()),
                ("part_out", (parts.c.receipt_id.is_not(None),)),
            )
        ),
    )
)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        delivery=from_row(row),
        name=row.thread_name,
        saved_parts=row.part_count,
        out=row.part_out,
        next_at=row.next_at,
        lease_until=row.lease_until,
        ended_at=row.ended_at,
        rehearsal=row.rehearsal,
    )


def _attempt(row: Row[Any]) -> Attempt:
    outcome = None
    if row.outcome:
        outcome = Outcome(row.outcome)
    ended_at, message = row.ended_at, row.detail
    return Attempt(row.started_at, row.position, ended_at, outcome, message, row.trace)


_NEWEST = deliveries.c.id.desc()

Access = tuple[tuple[ColumnElement[bool], ...], ColumnElement[int]]
"""The condition of a partial index, with leading columns, and the order in which to read it."""


class Lookup(Statements):
    """Deliveries of the mode that runs, as a person looks at them."""

    def entry(self, delivery_id: int) -> Entry:
        """The delivery with this id, of any mode."""
        return _entry(self.conn.execute(_ENTRIES.where(deliveries.c.id == delivery_id)).one())

    def named(self, wanted: str) -> Entry:
        """The delivery with this number or key, of any mode.

        Raises `BadInput` where there is none.
        """
        # An id has at most 18 digits: more would not fit into 64 bits.
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            mine = deliveries.c.id == int(wanted)
        else:
            # An argument that is no UTF-8 holds lone surrogates, which no database takes.
            mine = deliveries.c.key == wanted.encode(errors="replace").decode()
        row = self.conn.execute(_ENTRIES.where(mine)).one_or_none()
        if row is None:
            hint = hints.or_see(wanted, self._newest_keys(), "mlcollage deliveries list --all")
            raise BadInput(f"There is no delivery {collage.shown(wanted)}{hint}")
        return _entry(row)

    def _newest_keys(self) -> list[str]:
        """The keys of the newest deliveries, at most as many as are compared."""
        newest = select(deliveries.c.key).order_by(_NEWEST).limit(hints.MOST)
        return list(self.conn.execute(newest).scalars())

    def listed(
        self, states: Sequence[State] = UNSENT, *, account: str | None = None, most: int = 50
    ) -> list[Entry]:
        """At most `most` deliveries in these states, of one account or of all, the newest first.

        Each group of states is read by its own partial index, so that no look walks through
        history.
        """
        known = self.conn.execute(select(accounts.c.id, accounts.c.name)).all()
        account_ids = [row.id for row in known if account in {None, row.name}]
        mine = (
            deliveries.c.rehearsal == self.rehearsal,
            deliveries.c.state.in_([state.value for state in states]),
            deliveries.c.account_id.in_(account_ids),
        )
        ids: set[int] = set()
        for indexed, order in self._accesses(states, account_ids):
            statement = select(deliveries.c.id).where(*indexed, *mine).order_by(order).limit(most)
            ids.update(self.conn.execute(statement).scalars())
        newest = sorted(ids, reverse=True)[:most]
        entries = _ENTRIES.where(deliveries.c.id.in_(newest)).order_by(_NEWEST)
        return [_entry(row) for row in self.conn.execute(entries)]

    def _accesses(self, states: Sequence[State], account_ids: Sequence[int]) -> Iterator[Access]:
        """The steps into indexes that together find all deliveries in these states."""
        if not OPEN_STATES.isdisjoint(states):
            # Ordered by an expression: with the bare id a planner may walk through all deliveries
            # by the primary key instead.
            yield (OPEN,), (deliveries.c.id + 0).desc()
        if not STOPPED_STATES.isdisjoint(states):
            yield (STOPPED,), _NEWEST
        if State.SENT in states:
            # `ix_deliveries_begun` is in order of id only within one account and series.
            for series_id in self.conn.execute(select(series.c.id)).scalars().all():
                for account_id in account_ids:
                    leading = (
                        deliveries.c.account_id == account_id,
                        deliveries.c.series_id == series_id,
                    )
                    yield (BEGUN, *leading), _NEWEST

    def of_collage(self, collage_id: int) -> list[Delivery]:
        """The collage's deliveries in the mode that runs, the oldest first."""
        mine = (deliveries.c.collage_id == collage_id, deliveries.c.rehearsal == self.rehearsal)
        statement = JOINED.where(*mine).order_by(deliveries.c.id)
        return [from_row(row) for row in self.conn.execute(statement)]

    def attempts_of(self, delivery_id: int) -> list[Attempt]:
        """All attempts of a delivery, the oldest first."""
        statement = (
            select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
        )
        return [_attempt(row) for row in self.conn.execute(statement)]

    def looks_of(self, delivery_id: int) -> list[Seen]:
        """All lookups of a delivery, the oldest first."""
        statement = (
            select(looks.c.at, looks.c.saw, looks.c.trace)
            .where(looks.c.delivery_id == delivery_id)
            .order_by(looks.c.id)
        )
        return [Seen(*row) for row in self.conn.execute(statement)]

    def cargo(self, delivery: Delivery, *, lock: bool = False) -> Cargo | None:
        """The delivery's collage; None for a roundup.

        With `lock` nobody else changes it until the transaction ends.
        """
        if delivery.collage_id is None:
            return None
        columns = (collages.c.name, collages.c.state, collages.c.due_at, collages.c.removed_at)
        statement = select(*columns).where(collages.c.id == delivery.collage_id)
        if lock:
            # FOR NO KEY UPDATE: rows that refer to the collage may still be inserted.
            statement = statement.with_for_update(key_share=True)
        row = self.conn.execute(statement).one()
        state, is_removed = collage.State(row.state), row.removed_at is not None
        is_taken = state in {collage.State.CLAIMED, collage.State.POSTED} and not is_removed
        return Cargo(row.name, state, is_taken and row.due_at == delivery.due_at, is_removed)

    def post_before(self, delivery: Delivery) -> str:
        """The address of the last post on the account before this thread, or an empty text."""
        receipt_id = Parts(self.scope).last_receipt(delivery)
        if not receipt_id:
            return ""
        # The second condition is that of `ix_parts_receipt_id`.
        statement = select(parts.c.receipt_url).where(
            parts.c.receipt_id == receipt_id, parts.c.receipt_id.is_not(None)
        )
        return self.conn.execute(statement.limit(1)).scalar() or ""
