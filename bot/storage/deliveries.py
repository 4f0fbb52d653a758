"""Deliveries: threads on their way to one account, claimed with a lease and a fence."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.core import lookups
from bot.core.delivery import MOVES, Delivery, Kind, State
from bot.core.schedule import SlotTime
from bot.storage import events
from bot.storage.statements import Statements
from bot.storage.tables import accounts, collages, deliveries, parts, series

# Literals, not bind parameters: a partial index is used only where the planner can prove that the
# condition of the statement implies the index's, and it does not know the value of a parameter.
WAITING: ColumnElement[str] = literal_column("'waiting'")
SENDING: ColumnElement[str] = literal_column("'sending'")
UNCERTAIN: ColumnElement[str] = literal_column("'uncertain'")

# With `LIMIT $1` PostgreSQL's generic plan sorts instead of using the index.
ONE: ColumnElement[int] = literal_column("1", Integer)

OPEN = deliveries.c.state.in_([WAITING, SENDING, UNCERTAIN])
"""The condition of the index `ix_deliveries_open`, to be repeated beside any narrower one."""

UNDER_WAY = deliveries.c.state.in_([SENDING, UNCERTAIN])
"""The condition of `ix_deliveries_under_way`, likewise: of these there are few."""


class Lost(Exception):
    """Raised when another worker has taken the delivery: the fence or the state has moved.

    The transaction must end without a commit, and nothing more may be sent.
    """


JOINED = (
    select(deliveries, series.c.name.label("series_name"), accounts.c.name.label("account_name"))
    .join(series, series.c.id == deliveries.c.series_id)
    .join(accounts, accounts.c.id == deliveries.c.account_id)
)


def from_row(row: Row[Any]) -> Delivery:
    """A delivery, from a row of `JOINED` or of a claim."""
    return Delivery(
        id=row.id,
        key=row.key,
        kind=Kind(row.kind),
        series=row.series_name,
        account=row.account_name,
        series_id=row.series_id,
        account_id=row.account_id,
        state=State(row.state),
        due_at=row.due_at,
        local_on=row.local_on,
        collage_id=row.collage_id,
        roundup_id=row.roundup_id,
        fence=row.fence,
        begun=row.begun,
        released=row.released,
        saved=row.saved,
        failures=row.failures,
        looks=row.looks,
        note=row.note,
        tried_from=row.tried_from,
        frozen=row.frozen,
    )


# RETURNING cannot join: the names come from sub-selects.
_NAMES = (
    select(series.c.name)
    .where(series.c.id == deliveries.c.series_id)
    .scalar_subquery()
    .label("series_name"),
    select(accounts.c.name)
    .where(accounts.c.id == deliveries.c.account_id)
    .scalar_subquery()
    .label("account_name"),
)

# SKIP LOCKED lets several workers claim at the same time on PostgreSQL; SQLite ignores it.
_FIRST_DUE = (
    select(deliveries.c.id)
    .where(deliveries.c.account_id == bindparam("of"), deliveries.c.state == WAITING)
    .where(deliveries.c.rehearsal == bindparam("within"), deliveries.c.next_at <= bindparam("now"))
    .order_by(deliveries.c.next_at, deliveries.c.id)
    .limit(ONE)
    .with_for_update(skip_locked=True)
)

# Built once: building it takes longer than running it.
_CLAIM = (
    update(deliveries)
    .where(deliveries.c.id == _FIRST_DUE.scalar_subquery(), deliveries.c.state == WAITING)
    .values(state=SENDING, fence=deliveries.c.fence + ONE)
    .returning(*(deliveries.c[name] for name in Delivery._fields if name in deliveries.c), *_NAMES)
)


@lru_cache(maxsize=8)
def _claiming(lease_until: ColumnElement[datetime]) -> ReturningUpdate[Any]:
    """The claim with a lease that ends by the database's clock, built once for each span."""
    return _CLAIM.values(lease_until=lease_until)


_MOVE = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("its_id"),
        deliveries.c.fence == bindparam("its_fence"),
        deliveries.c.state == bindparam("its_state"),
    )
    .returning(events.IS_ANY_HOOK)
)


def of_account(*which: ColumnElement[bool], mode: int) -> Select[datetime]:
    """When deliveries are due of the account that the statement around this one selects."""
    mine = (deliveries.c.account_id == accounts.c.id, deliveries.c.rehearsal == mode)
    return select(deliveries.c.next_at).where(*which, *mine)


def first_waiting_at(mode: int) -> ScalarSelect[datetime]:
    """When the first waiting delivery of that account is due.

    A sub-select for each account is one step into the index; a join would read all that wait.
    """
    waiting = of_account(deliveries.c.state == WAITING, mode=mode)
    return waiting.order_by(deliveries.c.next_at, deliveries.c.id).limit(ONE).scalar_subquery()


class Deliveries(Statements):
    """The deliveries of the mode that runs: claimed, moved, looked for."""

    def get(self, delivery_id: int) -> Delivery:
        """The delivery with this id, of any mode."""
        return from_row(self.conn.execute(JOINED.where(deliveries.c.id == delivery_id)).one())

    def claim(self, account_id: int, lease: timedelta) -> Delivery | None:
        """Claim the account's next due delivery for the time of a lease, in one guarded statement.

        Returns None where nothing is due. The fence grows with each claim, and every later write of
        the worker that claimed the delivery checks it.
        """
        lease_until = self.scope.instant(lease)
        values: dict[str, object] = {"of": account_id, "within": self.rehearsal, "now": self.now}
        if isinstance(lease_until, datetime):
            row = self.conn.execute(_CLAIM, values | {"lease_until": lease_until}).one_or_none()
        else:
            row = self.conn.execute(_claiming(lease_until), values).one_or_none()
        if row is None:
            return None
        return from_row(row)

    def write_guarded(self, delivery: Delivery, *also: ColumnElement[bool], **values: Any) -> None:
        """Write values to a delivery that this worker has claimed.

        Raises `Lost` when its fence has moved, it is not being sent any more, or a condition in
        `also` does not hold.
        """
        mine = (deliveries.c.id == delivery.id, deliveries.c.fence == delivery.fence)
        ours = and_(*mine, deliveries.c.state == SENDING, *also)
        if self.conn.execute(update(deliveries).where(ours).values(**values)).rowcount != 1:
            raise Lost

    def save(self, delivery: Delivery, saved: dict[str, object]) -> None:
        """Store the state that a publisher has prepared; raises `Lost`."""
        self.write_guarded(delivery, saved=saved)

    def move(self, delivery: Delivery, to: State, **values: Any) -> None:
        """Move a delivery to another legal state, and write values with it.

        Raises `Lost` when it is not in the state and with the fence it was read with any more,
        `ValueError` when the move is not legal.
        """
        if to not in MOVES[delivery.state]:
            raise ValueError(f"a delivery that is {delivery.state} cannot become {to}")
        if to in {State.SENT, State.FAILED}:
            values["ended_at"] = self.now
        if to is State.SENT:
            # It says why the thread was not out.
            values["note"] = ""
        ours = {
            "its_id": delivery.id,
            "its_fence": delivery.fence,
            "its_state": delivery.state.value,
        }
        written = ours | values | {"state": to.value}
        is_any_hook = self.conn.execute(_MOVE, written).scalar_one_or_none()
        if is_any_hook is None:
            raise Lost
        if to is not delivery.state and (is_any_hook or self.scope.hooks):
            events.Events(self.scope).tell_delivery(delivery, to, values.get("note", delivery.note))

    def look_again(self, delivery: Delivery, at: datetime, looks: int, note: str) -> None:
        """Schedule the next lookup of an uncertain delivery, and store how many there have been.

        Raises `Lost` when it is not uncertain, or not with the same fence, any more.
        """
        ours = (
            deliveries.c.id == delivery.id,
            deliveries.c.fence == delivery.fence,
            deliveries.c.state == UNCERTAIN,
        )
        values = {"next_at": at, "looks": looks, "note": note}
        if self.conn.execute(update(deliveries).where(*ours).values(values)).rowcount != 1:
            raise Lost

    def leave_to_person(self, delivery: Delivery, saved: dict[str, object], note: str) -> None:
        """Store that a person has an uncertain delivery: it is not looked for by itself any more.

        Raises `Lost` as `look_again` does.
        """
        self.look_again(delivery, lookups.NEVER, lookups.ASKED, note)
        self.conn.execute(
            update(deliveries).where(deliveries.c.id == delivery.id).values(saved=saved)
        )

    def give_back(self, collage_id: int, note: str) -> bool:
        """Hold a claimed collage and free its number, where surely nothing of it is out.

        Surely: all of its deliveries have failed, and none of their parts has a receipt. Returns
        False where that is not so.
        """
        # Locked first: when two deliveries fail at the same moment, the transaction that comes
        # second must see what the first has committed.
        self.conn.execute(
            select(collages.c.id).where(collages.c.id == collage_id).with_for_update(key_share=True)
        )
        its = (
            deliveries.c.collage_id == collages.c.id,
            deliveries.c.rehearsal == collages.c.rehearsal,
        )
        rest = select(deliveries.c.id).where(*its, deliveries.c.state != "failed")
        out = (
            select(parts.c.id)
            .join(deliveries, deliveries.c.id == parts.c.delivery_id)
            .where(*its, parts.c.receipt_id.is_not(None))
        )
        back = (
            update(collages)
            .where(collages.c.id == collage_id, collages.c.state == literal_column("'claimed'"))
            .where(~rest.exists(), ~out.exists())
            .values(
                state="held",
                number=None,
                due_at=None,
                note=note,
                revision=collages.c.revision + 1,
            )
        )
        return self.conn.execute(back).rowcount == 1

    def made(self, collage_id: int, slot: SlotTime) -> list[Delivery]:
        """The threads that a slot has made of a collage, one for each account."""
        mine = (
            deliveries.c.collage_id == collage_id,
            deliveries.c.due_at == slot.due_at,
            deliveries.c.rehearsal == self.rehearsal,
        )
        newest = JOINED.where(*mine).order_by(deliveries.c.id)
        return [from_row(row) for row in self.conn.execute(newest)]

    def not_begun(self, collage_id: int) -> list[Delivery]:
        """The collage's threads that follow its edits still: never tried, and nobody sends them.

        They are locked: no worker claims one of them before the transaction ends.
        """
        mine = (
            deliveries.c.collage_id == collage_id,
            deliveries.c.rehearsal == self.rehearsal,
            deliveries.c.begun.is_(False),
            deliveries.c.frozen.is_(False),
            deliveries.c.state.in_([WAITING, literal_column("'held'"), literal_column("'failed'")]),
        )
        statement = JOINED.where(*mine).order_by(deliveries.c.id)
        locked = statement.with_for_update(of=deliveries)
        return [from_row(row) for row in self.conn.execute(locked)]

    def to_come(self) -> list[Delivery]:
        """The threads of claimed collages of which nothing is out or tried, in order of time."""
        mine = (
            OPEN,
            deliveries.c.begun.is_(False),
            deliveries.c.collage_id.is_not(None),
            deliveries.c.rehearsal == self.rehearsal,
        )
        statement = JOINED.where(*mine).order_by(deliveries.c.due_at, deliveries.c.id)
        return [from_row(row) for row in self.conn.execute(statement)]

    def hold_all(self, account: str) -> int:
        """Hold the waiting deliveries of an account; how many there were."""
        account_id = select(accounts.c.id).where(accounts.c.name == account).scalar_subquery()
        mine = (
            deliveries.c.account_id == account_id,
            deliveries.c.state == WAITING,
            deliveries.c.rehearsal == self.rehearsal,
        )
        held = update(deliveries).where(*mine).values(state="held").returning(deliveries.c.id)
        ids = self.conn.execute(held).scalars().all()
        self.tell(ids)
        return len(ids)

    def tell(self, ids: Iterable[int]) -> None:
        """Write the events that these deliveries have come into their states."""
        if not (self.scope.hooks or self.conn.execute(select(events.IS_ANY_HOOK)).scalar()):
            return
        for delivery_id in sorted(ids):
            delivery = self.get(delivery_id)
            events.Events(self.scope).tell_delivery(delivery, delivery.state, delivery.note)

    def release_all(self, account: str) -> int:
        """Let the held deliveries of an account wait again; how many there were."""
        account_id = select(accounts.c.id).where(accounts.c.name == account).scalar_subquery()
        mine = (
            deliveries.c.account_id == account_id,
            deliveries.c.state == "held",
            deliveries.c.rehearsal == self.rehearsal,
        )
        values = {"state": "waiting", "next_at": self.now, "released": True}
        return self.conn.execute(update(deliveries).where(*mine).values(values)).rowcount

    def shorten_leases(self, lease: timedelta, leeway: timedelta) -> int:
        """Let leases that end much later than a new one would end as late as that; how many.

        They were written by a clock that was ahead. A worker that still holds one renews it before
        each request; the others end, and what they left is taken up.
        """
        longest = self.scope.instant(lease + leeway)
        wrong = (deliveries.c.state == SENDING, deliveries.c.lease_until > longest)
        shortened = update(deliveries).where(UNDER_WAY, *wrong)
        return self.conn.execute(shortened.values(lease_until=self.scope.instant(lease))).rowcount

    def look_later(self, span: timedelta, latest: datetime, never: datetime) -> int:
        """Put the coming lookups off by a span, but not later than `latest`; how many.

        Those that wait for `never` wait for a person.
        """
        coming = (UNDER_WAY, deliveries.c.state == UNCERTAIN, deliveries.c.next_at < never)
        rows = self.conn.execute(select(deliveries.c.id, deliveries.c.next_at).where(*coming)).all()
        for row in rows:
            at = max(row.next_at, min(row.next_at + span, latest))
            later = update(deliveries).where(deliveries.c.id == row.id, *coming)
            self.conn.execute(later.values(next_at=at))
        return len(rows)

    def claimed_ahead(self, after: datetime) -> list[Delivery]:
        """Deliveries of the mode that runs that wait, and are due later than `after`."""
        mine = (deliveries.c.state == WAITING, deliveries.c.due_at > after)
        statement = JOINED.where(OPEN, *mine, deliveries.c.rehearsal == self.rehearsal)
        return [from_row(row) for row in self.conn.execute(statement)]

    def is_left(self, delivery: Delivery, request: timedelta, longest: timedelta) -> bool:
        """Whether nobody sends a delivery any more that is being sent.

        Its lease ended longer ago than a request takes, or was written by a clock that was ahead:
        it is longer than `longest`.
        """
        over = or_(
            deliveries.c.lease_until < self.scope.instant(-request),
            deliveries.c.lease_until > self.scope.instant(longest),
        )
        its = (deliveries.c.id == delivery.id, deliveries.c.state == SENDING, over)
        return self.conn.execute(select(deliveries.c.id).where(*its)).scalar() is not None

    def abandoned(self, for_longer: timedelta) -> list[Delivery]:
        """Deliveries that are being sent, though their lease ended longer ago than that."""
        past = (
            deliveries.c.state == SENDING,
            deliveries.c.lease_until < self.scope.instant(-for_longer),
            deliveries.c.rehearsal == self.rehearsal,
        )
        return [from_row(row) for row in self.conn.execute(JOINED.where(UNDER_WAY, *past))]

    def uncertain(self, account_id: int) -> list[Delivery]:
        """The account's uncertain deliveries whose next lookup is due."""
        mine = (
            deliveries.c.account_id == account_id,
            deliveries.c.state == UNCERTAIN,
            deliveries.c.next_at <= self.now,
        )
        statement = JOINED.where(UNDER_WAY, *mine, deliveries.c.rehearsal == self.rehearsal)
        return [from_row(row) for row in self.conn.execute(statement)]

    def of_collage(self, collage_id: int) -> list[Delivery]:
        """The collage's deliveries of every mode, the oldest first."""
        statement = JOINED.where(deliveries.c.collage_id == collage_id).order_by(deliveries.c.id)
        return [from_row(row) for row in self.conn.execute(statement)]

    def of_roundup(self, roundup_id: int) -> list[Delivery]:
        """The deliveries of a roundup, the oldest first."""
        statement = JOINED.where(deliveries.c.roundup_id == roundup_id).order_by(deliveries.c.id)
        return [from_row(row) for row in self.conn.execute(statement)]
