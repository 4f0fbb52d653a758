"""Settled slots: each is settled once in a mode, however many processes run."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select

from bot.core.schedule import SlotState, SlotTime
from bot.storage.database import insert_new
from bot.storage.series import Series
from bot.storage.statements import Statements
from bot.storage.tables import collages, slots

DAY = timedelta(days=1)


class Settled(NamedTuple):
    """A slot that is settled, with the NAME and the number of the collage that it took."""

    due_at: datetime
    local_on: date
    state: SlotState
    name: str = ""
    number: int | None = None


class Slots(Statements):
    """The settled slots of the mode that runs.

    The table's unique key (series, due time, mode) decides which process settles a slot.
    """

    def decide(self, series_name: str, slot: SlotTime, state: SlotState) -> bool:
        """Settle a due slot that takes no collage; False where it was settled before."""
        Series(self.scope).looked(series_name, slot.due_at)
        return self._settle(series_name, slot, state)

    def skip(self, series_name: str, slot: SlotTime) -> None:
        """Settle a coming slot as skipped; one that is settled stays as it is."""
        self._settle(series_name, slot, SlotState.SKIPPED)

    def _settle(self, series_name: str, slot: SlotTime, state: SlotState) -> bool:
        slot_id = insert_new(
            self.conn,
            slots,
            series_id=self.series_id(series_name),
            due_at=slot.due_at,
            local_on=slot.local_on,
            state=state.value,
            rehearsal=self.rehearsal,
        )
        return slot_id is not None

    def unskip(self, series_name: str, slot: SlotTime) -> None:
        """Undo `skip`; a slot that is not skipped stays as it is.

        In every mode: a skipped slot goes along into the mode that is entered next.
        """
        mine = (slots.c.series_id == self.series_id(series_name), slots.c.due_at == slot.due_at)
        self.conn.execute(delete(slots).where(*mine, slots.c.state == SlotState.SKIPPED.value))

    def settled_since(self, series_name: str, at: datetime) -> set[datetime]:
        """The due times of all slots with a row in the mode that runs, from `at` on."""
        statement = select(slots.c.due_at).where(
            slots.c.series_id == self.series_id(series_name),
            slots.c.due_at >= at,
            slots.c.rehearsal == self.rehearsal,
        )
        return set(self.conn.execute(statement).scalars())

    def settled_after(self, series_name: str, at: datetime) -> dict[datetime, SlotState]:
        """The states of settled slots later than `at`, by due time.

        Extra ones, which are none of the timetable's, are left out.
        """
        statement = select(slots.c.due_at, slots.c.state).where(
            slots.c.series_id == self.series_id(series_name),
            slots.c.due_at > at,
            slots.c.rehearsal == self.rehearsal,
            slots.c.extra.is_(False),
        )
        return {row.due_at: SlotState(row.state) for row in self.conn.execute(statement)}

    def between(self, series_name: str, first: date, last: date) -> list[Settled]:
        """The settled slots of these days, extra ones too, in order of time."""
        columns = (slots.c.due_at, slots.c.local_on, slots.c.state, collages.c.name, slots.c.number)
        statement = (
            select(*columns)
            .join_from(slots, collages, slots.c.collage_id == collages.c.id, isouter=True)
            .where(
                slots.c.series_id == self.series_id(series_name),
                # By the key's index: days begin and end within a day of theirs in UTC.
                slots.c.due_at >= datetime.combine(first, time.min, UTC) - DAY,
                slots.c.due_at <= datetime.combine(last, time.max, UTC) + DAY,
                slots.c.local_on.between(first, last),
                slots.c.rehearsal == self.rehearsal,
            )
            .order_by(slots.c.due_at)
        )
        return [
            Settled(row.due_at, row.local_on, SlotState(row.state), row.name or "", row.number)
            for row in self.conn.execute(statement)
        ]
