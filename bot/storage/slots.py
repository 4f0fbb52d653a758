"""Slots that were decided: each once, whoever is running."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.core.schedule import SlotState, SlotTime
from bot.storage.database import insert_new
from bot.storage.series import Series
from bot.storage.statements import Statements
from bot.storage.tables import slots


class Slots(Statements):
    """The slots that were decided, in the mode that runs."""

    def decide(self, series_name: str, slot: SlotTime, state: SlotState) -> bool:
        """Settle a slot that takes no collage; False when it had been settled before."""
        series_id = self.series_id(series_name)
        Series(self.scope).looked(series_name, slot.due_at)
        new = insert_new(
            self.conn,
            slots,
            series_id=series_id,
            due_at=slot.due_at,
            local_on=slot.local_on,
            state=state.value,
            rehearsal=self.rehearsal,
        )
        return new is not None

    def settled_after(self, series_name: str, at: datetime) -> dict[datetime, SlotState]:
        """The states of slots later than `at` that are settled already, as a skipped one may be."""
        series_id = self.series_id(series_name)
        statement = select(slots.c.due_at, slots.c.state).where(
            slots.c.series_id == series_id,
            slots.c.due_at > at,
            slots.c.rehearsal == self.rehearsal,
            slots.c.extra.is_(False),
        )
        return {row.due_at: SlotState(row.state) for row in self.conn.execute(statement)}

    def skip(self, series_name: str, slot: SlotTime) -> None:
        """Settle a slot that is still to come; one that is settled stays as it is."""
        series_id = self.series_id(series_name)
        row = {
            "series_id": series_id,
            "due_at": slot.due_at,
            "local_on": slot.local_on,
            "rehearsal": self.rehearsal,
        }
        insert_new(self.conn, slots, **row, state=SlotState.SKIPPED.value)

    def unskip(self, series_name: str, slot: SlotTime) -> None:
        series_id = self.series_id(series_name)
        mine = (
            slots.c.series_id == series_id,
            slots.c.due_at == slot.due_at,
            slots.c.rehearsal == self.rehearsal,
        )
        self.conn.execute(delete(slots).where(*mine, slots.c.state == SlotState.SKIPPED.value))
