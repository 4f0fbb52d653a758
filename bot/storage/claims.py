"""The claim: a slot, its collage and the deliveries, written in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from bot.core import slide as slides
from bot.core.collage import Collage
from bot.core.delivery import Delivery, Kind
from bot.core.schedule import SlotState, SlotTime
from bot.storage.database import insert_many_new, insert_new
from bot.storage.queue import READY, Queue
from bot.storage.series import Series
from bot.storage.statements import Statements
from bot.storage.tables import collages, deliveries, slots


class Taken(Exception):
    """Raised when another worker or a person has changed what was read, a slot for instance.

    The transaction must end without a commit, and the caller looks again.
    """


class NewDelivery(NamedTuple):
    """A delivery to be inserted: a thread for one account, with its idempotency key."""

    account_id: int
    key: str


class SlotClaim(NamedTuple):
    """A slot that takes a collage, with the number it gets in a numbering year.

    With `extra` the slot is none of the timetable's: a person posts the collage at this moment.
    """

    slot: SlotTime
    collage: Collage
    number: int
    year: int
    extra: bool = False


class Claims(Statements):
    """Claims of slots, each a guarded part of one transaction."""

    def claim(self, wanted: SlotClaim, new: Iterable[NewDelivery]) -> None:
        """Settle the slot, claim the collage with its number, and insert one delivery per account.

        Raises `Taken` when the slot is settled already or the collage is not as it was read.
        """
        collage, slot = wanted.collage, wanted.slot
        if not wanted.extra:
            Series(self.scope).looked(collage.series, slot.due_at)
        row: dict[str, Any] = {
            "due_at": slot.due_at,
            "local_on": slot.local_on,
            "rehearsal": self.rehearsal,
            "series_id": self.series_id(collage.series),
            "collage_id": collage.id,
        }
        slot_values = {
            "state": SlotState.CLAIMED.value,
            "number": wanted.number,
            "extra": wanted.extra,
        }
        # The unique key of slots (series, due time, mode) decides which worker settles it.
        if insert_new(self.conn, slots, **row, **slot_values) is None:
            raise Taken
        self._take_collage(wanted)
        delivery_values = {
            "kind": Kind.COLLAGE.value,
            "state": "waiting",
            "next_at": slot.due_at,
            "saved": {},
        }
        rows = [
            row | delivery_values | {"key": delivery.key, "account_id": delivery.account_id}
            for delivery in new
        ]
        if rows and self._insert(rows) < len(rows):
            self._insert_with_other_keys(rows)

    def _insert(self, rows: Sequence[dict[str, Any]]) -> int:
        """Insert deliveries, but none whose key is there; how many."""
        return insert_many_new(self.conn, deliveries, rows)

    def _insert_with_other_keys(self, rows: Sequence[dict[str, Any]]) -> None:
        """Insert those deliveries whose keys were there before.

        A clock that was ahead had claimed this very slot: networks know the key, and would take the
        new thread for the old one.
        """
        of_slot = (
            deliveries.c.collage_id == rows[0]["collage_id"],
            deliveries.c.due_at == rows[0]["due_at"],
        )
        there = set(self.conn.execute(select(deliveries.c.key).where(*of_slot)).scalars())
        others = [row | {"key": f"{row['key']}+2"} for row in rows if row["key"] not in there]
        if not others or self._insert(others) < len(others):
            raise Taken

    def _take_collage(self, wanted: SlotClaim) -> None:
        """`ready → claimed`; raises `Taken` when the collage is not as it was read.

        A slide that was drawn for its number takes the place of an older one.
        """
        collage = wanted.collage
        slide: dict[str, Any] = {}
        if collage.picture_is_drawn and collage.picture:
            slide = {
                "picture_sha256": collage.picture.sha256,
                "alt": collage.alt,
                "slide": slides.stored(collage.slide),
            }
        claimed = (
            update(collages)
            .where(
                collages.c.id == collage.id,
                collages.c.state == READY,
                collages.c.revision == collage.revision,
            )
            .values(
                state="claimed",
                number=wanted.number,
                number_year=wanted.year,
                due_at=wanted.slot.due_at,
                rehearsal=self.rehearsal,
                pinned_on=None,
                note="",
                revision=collages.c.revision + 1,
                **slide,
            )
        )
        if self.conn.execute(claimed).rowcount != 1:
            raise Taken

    def claim_again(self, delivery: Delivery, year: int, posted_at: datetime) -> int | None:
        """Mark a collage as posted by its old slot, though it went back to the queue since.

        Used when its thread turns out to have been out all the time; the caller has locked the
        collage and seen it in the queue. Returns the number of the old slot, or None where that
        number has been given to another collage.
        """
        its = (slots.c.collage_id == delivery.collage_id, slots.c.due_at == delivery.due_at)
        its_number = select(slots.c.number).where(*its, slots.c.rehearsal == self.rehearsal)
        number: int | None = self.conn.execute(its_number).scalar_one()
        # Locked before the look: another transaction may be taking the same number.
        Series(self.scope).get(delivery.series, lock=True)
        if number is not None and Queue(self.scope).taken_by(delivery.series, number, year):
            number = None
        self.conn.execute(
            update(collages)
            .where(collages.c.id == delivery.collage_id)
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
