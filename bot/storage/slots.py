"""Slots that were decided: each once, whoever is running."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.core.schedule import SlotState, SlotTime
from bot.storage import series
from bot.storage.database import insert_new
from bot.storage.tables import slots


def decide(
    conn: Connection, series_id: int, slot: SlotTime, state: SlotState, rehearsal: int
) -> bool:
    """Settle a slot that takes no collage; False when it had been settled before."""
    series.looked(conn, series_id, slot.due_at)
    new = insert_new(
        conn,
        slots,
        series_id=series_id,
        due_at=slot.due_at,
        local_on=slot.local_on,
        state=state.value,
        rehearsal=rehearsal,
    )
    return new is not None


def settled_after(
    conn: Connection, series_id: int, at: datetime, rehearsal: int
) -> dict[datetime, SlotState]:
    """The states of slots later than `at` that are settled already, as a skipped one may be."""
    statement = select(slots.c.due_at, slots.c.state).where(
        slots.c.series_id == series_id,
        slots.c.due_at > at,
        slots.c.rehearsal == rehearsal,
        slots.c.extra.is_(False),
    )
    return {row.due_at: SlotState(row.state) for row in conn.execute(statement)}


def skip(conn: Connection, series_id: int, slot: SlotTime, rehearsal: int) -> None:
    """Settle a slot that is still to come; one that is settled stays as it is."""
    row = {
        "series_id": series_id,
        "due_at": slot.due_at,
        "local_on": slot.local_on,
        "rehearsal": rehearsal,
    }
    insert_new(conn, slots, **row, state=SlotState.SKIPPED.value)


def unskip(conn: Connection, series_id: int, slot: SlotTime, rehearsal: int) -> None:
    mine = (
        slots.c.series_id == series_id,
        slots.c.due_at == slot.due_at,
        slots.c.rehearsal == rehearsal,
    )
    conn.execute(delete(slots).where(*mine, slots.c.state == SlotState.SKIPPED.value))
