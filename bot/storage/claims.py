"""The claim: a slot, its collage and the deliveries in one transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from bot.core.collage import Collage
from bot.core.delivery import Delivery, Kind
from bot.core.schedule import SlotState, SlotTime
from bot.storage import queue
from bot.storage.database import insert_new
from bot.storage.queue import READY, Queue
from bot.storage.series import Series
from bot.storage.statements import Statements
from bot.storage.tables import collages, deliveries, slots


class Taken(Exception):
    """Somebody else decided this slot, or changed the collage: look again.

    Ends the transaction without a trace.
    """


class NewDelivery(NamedTuple):
    """A thread to be made for one account, with its key."""

    account_id: int
    key: str


class Claims(Statements):
    """Claims of slots; each is one guarded transaction."""

    def claim(
        self,
        series_name: str,
        slot: SlotTime,
        collage: Collage,
        number: tuple[int, int],
        new: Iterable[NewDelivery],
        *,
        extra: bool = False,
    ) -> None:
        """The slot's row, the collage `ready → claimed` with its number and numbering year, one
        delivery per account.

        Raises `Taken` when the slot is settled or the collage is not what was read; the transaction
        must then end.
        """
        series_id = self.series_id(series_name)
        if not extra:
            Series(self.scope).looked(series_name, slot.due_at)
        row: dict[str, Any] = {
            "due_at": slot.due_at,
            "local_on": slot.local_on,
            "rehearsal": self.rehearsal,
            "series_id": series_id,
        }
        slot_values = {
            "state": SlotState.CLAIMED.value,
            "collage_id": collage.id,
            "number": number[0],
            "extra": extra,
        }
        if insert_new(self.conn, slots, **row, **slot_values) is None:
            raise Taken
        taken = (
            update(collages)
            .where(
                collages.c.id == collage.id,
                collages.c.state == READY,
                collages.c.revision == collage.revision,
            )
            .values(
                state="claimed",
                number=number[0],
                number_year=number[1],
                due_at=slot.due_at,
                rehearsal=self.rehearsal,
                pinned_on=None,
                note="",
                revision=collages.c.revision + 1,
            )
        )
        if self.conn.execute(taken).rowcount != 1:
            raise Taken
        rows = [
            row
            | {
                "key": delivery.key,
                "account_id": delivery.account_id,
                "kind": Kind.COLLAGE.value,
                "collage_id": collage.id,
                "state": "waiting",
                "next_at": slot.due_at,
                "saved": {},
            }
            for delivery in new
        ]
        if rows:
            self.conn.execute(insert(deliveries), rows)

    def claim_again(self, delivery: Delivery, year: int, posted_at: datetime) -> int | None:
        """A collage that went back to the queue was out all the time: posted by its old slot; the
        number, if still free.
        """
        its = (slots.c.collage_id == delivery.collage_id, slots.c.due_at == delivery.due_at)
        its_number = select(slots.c.number).where(*its, slots.c.rehearsal == self.rehearsal)
        number: int | None = self.conn.execute(its_number).scalar_one()
        # Locked before looking: two transactions may want the same number back.
        Series(self.scope).lock(delivery.series)
        if number is not None and Queue(self.scope).taken_by(delivery.series, number, year):
            number = None
        in_queue = (
            collages.c.state.in_(queue.QUEUED),
            collages.c.state != "claimed",
            collages.c.removed_at.is_(None),
        )
        self.conn.execute(
            update(collages)
            .where(collages.c.id == delivery.collage_id, *in_queue)
            .values(
                state="posted",
                number=number,
                number_year=year,
                due_at=delivery.due_at,
                posted_at=posted_at,
                pinned_on=None,
                note="",
                rehearsal=self.rehearsal,
                revision=collages.c.revision + 1,
            )
        )
        return number
