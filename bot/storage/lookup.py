"""Deliveries as a person looks at them: listed, named, and each with all that was tried and seen."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, literal_column, select

from bot.core import collage
from bot.core.delivery import Delivery, Outcome, State
from bot.core.errors import BadInput
from bot.storage import deliveries as ledger
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
"""As the partial index says it: only so is the index used, beside any narrower condition."""


BEGUN: ColumnElement[bool] = literal_column("begun")
"""As above; told that it is a truth value, SQLAlchemy would write "begun = 1"."""


OPEN = frozenset({State.WAITING, State.SENDING, State.UNCERTAIN})


UNSENT = tuple(state for state in State if state is not State.SENT)


class Entry(NamedTuple):
    """A delivery, what it carries and how far it has got: `saved_parts` so far, `out` of them are
    out.
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
    """One try; a `position` of None is the whole thread, an `outcome` of None was cut off."""

    at: datetime
    position: int | None
    ended_at: datetime | None
    outcome: Outcome | None
    words: str
    trace: str = ""


class Seen(NamedTuple):
    """What a look has shown; `trace` is the traceback of an unexpected error in it."""

    at: datetime
    words: str
    trace: str = ""


class Cargo(NamedTuple):
    """The collage a delivery carries, as it is now.

    `is_in_place`: it still is what the delivery's slot claimed.
    """

    name: str
    state: collage.State
    is_in_place: bool
    is_removed: bool


_JOINED = (
    ledger.JOINED.outerjoin(collages, collages.c.id == deliveries.c.collage_id)
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
        delivery=ledger.from_row(row),
        name=row.thread_name,
        saved_parts=row.part_count,
        out=row.part_out,
        next_at=row.next_at,
        lease_until=row.lease_until,
        ended_at=row.ended_at,
        rehearsal=row.rehearsal,
    )


_NEWEST = deliveries.c.id.desc()


Way = tuple[tuple[ColumnElement[bool], ...], ColumnElement[int]]


class Lookup(Statements):
    """Deliveries of the mode that runs, as a person looks at them."""

    def entry(self, delivery_id: int) -> Entry:
        return _entry(self.conn.execute(_JOINED.where(deliveries.c.id == delivery_id)).one())

    def named(self, wanted: str) -> Entry:
        """The delivery with this number or key; raises `BadInput` when there is none."""
        is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        key = wanted.encode(errors="replace").decode()
        mine = deliveries.c.id == int(wanted) if is_number else deliveries.c.key == key
        found = self.conn.execute(_JOINED.where(mine)).one_or_none()
        if found is None:
            raise BadInput(
                f"There is no delivery {collage.shown(wanted)}; see: mlcollage deliveries list --all"
            )
        return _entry(found)

    def listed(
        self,
        states: Sequence[State] = UNSENT,
        *,
        account: str | None = None,
        most: int = 50,
    ) -> list[Entry]:
        """Deliveries in these states, newest first; each kind of state is read by its own index."""
        known = self.conn.execute(select(accounts.c.id, accounts.c.name)).all()
        account_ids = [row.id for row in known if account in {None, row.name}]
        mine = (
            deliveries.c.rehearsal == self.rehearsal,
            deliveries.c.state.in_([state.value for state in states]),
            deliveries.c.account_id.in_(account_ids),
        )
        ids: set[int] = set()
        for way, order in self._ways(states, account_ids):
            ids.update(
                self.conn.execute(
                    select(deliveries.c.id).where(*way, *mine).order_by(order).limit(most)
                ).scalars()
            )
        newest = sorted(ids, reverse=True)[:most]
        return [
            _entry(row)
            for row in self.conn.execute(
                _JOINED.where(deliveries.c.id.in_(newest)).order_by(_NEWEST)
            )
        ]

    def _ways(self, states: Sequence[State], account_ids: Sequence[int]) -> Iterator[Way]:
        """What the indexes hold, as they say it, and the order in which each is read."""
        if not OPEN.isdisjoint(states):
            # By an expression: ordered by the bare id, a planner may walk through all deliveries
            # instead.
            yield (ledger.OPEN,), (deliveries.c.id + 0).desc()
        if not {State.HELD, State.FAILED}.isdisjoint(states):
            yield (STOPPED,), _NEWEST
        if State.SENT in states:
            for series_id in self.conn.execute(select(series.c.id)).scalars().all():
                for account_id in account_ids:
                    own = (
                        deliveries.c.account_id == account_id,
                        deliveries.c.series_id == series_id,
                    )
                    yield (BEGUN, *own), _NEWEST

    def of_collage(self, collage_id: int) -> list[Delivery]:
        """The collage's deliveries in the mode that runs."""
        mine = (deliveries.c.collage_id == collage_id, deliveries.c.rehearsal == self.rehearsal)
        return [
            ledger.from_row(row)
            for row in self.conn.execute(ledger.JOINED.where(*mine).order_by(deliveries.c.id))
        ]

    def attempts_of(self, delivery_id: int) -> list[Attempt]:
        statement = (
            select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
        )
        return [
            Attempt(
                row.started_at,
                row.position,
                row.ended_at,
                Outcome(row.outcome) if row.outcome else None,
                row.detail,
                row.trace,
            )
            for row in self.conn.execute(statement)
        ]

    def looks_of(self, delivery_id: int) -> list[Seen]:
        statement = (
            select(looks.c.at, looks.c.saw, looks.c.trace)
            .where(looks.c.delivery_id == delivery_id)
            .order_by(looks.c.id)
        )
        return [Seen(*row) for row in self.conn.execute(statement)]

    def cargo(self, delivery: Delivery, *, lock: bool = False) -> Cargo | None:
        """The delivery's collage, locked where somebody is about to act on it; None for a roundup."""
        if delivery.collage_id is None:
            return None
        columns = (collages.c.name, collages.c.state, collages.c.due_at, collages.c.removed_at)
        statement = select(*columns).where(collages.c.id == delivery.collage_id)
        row = self.conn.execute(
            statement.with_for_update(key_share=True) if lock else statement
        ).one()
        state, is_removed = collage.State(row.state), row.removed_at is not None
        is_taken = state in {collage.State.CLAIMED, collage.State.POSTED} and not is_removed
        return Cargo(row.name, state, is_taken and row.due_at == delivery.due_at, is_removed)

    def post_before(self, delivery: Delivery) -> str:
        """The address of the newest post that was out on the account before this thread; empty where
        there is none.
        """
        receipt_id = Parts(self.scope).last_receipt(delivery)
        statement = select(parts.c.receipt_url).where(
            parts.c.receipt_id == receipt_id, parts.c.receipt_id.is_not(None)
        )
        return (self.conn.execute(statement.limit(1)).scalar() or "") if receipt_id else ""
