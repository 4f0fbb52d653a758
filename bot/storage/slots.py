"""Slots that were decided: each once, whoever is running; the claim is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.core.collage import Collage
from bot.core.delivery import Kind
from bot.core.schedule import SlotState, SlotTime
from bot.storage import series
from bot.storage.database import insert_new
from bot.storage.queue import READY
from bot.storage.tables import collages, deliveries, slots


class Taken(Exception):
    """Somebody else decided this slot, or changed the collage: look again. Ends the transaction without a trace."""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A thread to be made for one account, with its key."""

    account_id: int
    key: str


@dataclass(frozen=True, slots=True)
class SlotRow:
    due_at: datetime
    local_on: date
    state: SlotState
    collage_id: int | None
    number: int | None


def decide(conn: Connection, series_id: int, slot: SlotTime, state: SlotState, rehearsal: int) -> bool:
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


def claim(
    conn: Connection,
    series_id: int,
    slot: SlotTime,
    collage: Collage,
    number: tuple[int, int],
    new: Iterable[NewDelivery],
    rehearsal: int,
    *,
    extra: bool = False,
) -> None:
    """The slot's row, the collage `ready → claimed` with its number and numbering year, one delivery per account.

    Raises `Taken` when the slot is settled or the collage is not what was read; the transaction must then end.
    """
    if not extra:
        series.looked(conn, series_id, slot.due_at)
    row: dict[str, Any] = {
        "due_at": slot.due_at,
        "local_on": slot.local_on,
        "rehearsal": rehearsal,
        "series_id": series_id,
    }
    slot_values = {"state": SlotState.CLAIMED.value, "collage_id": collage.id, "number": number[0], "extra": extra}
    if insert_new(conn, slots, **row, **slot_values) is None:
        raise Taken
    taken = (
        update(collages)
        .where(collages.c.id == collage.id, collages.c.state == READY, collages.c.revision == collage.revision)
        .values(
            state="claimed",
            number=number[0],
            number_year=number[1],
            due_at=slot.due_at,
            rehearsal=rehearsal,
            pinned_on=None,
            note="",
            revision=collages.c.revision + 1,
        )
    )
    if conn.execute(taken).rowcount != 1:
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
        conn.execute(insert(deliveries), rows)


def between(
    conn: Connection, series_id: int, start: datetime, until: datetime, rehearsal: int
) -> dict[datetime, SlotRow]:
    """Slots settled already, by the instant they are due; a skipped one may lie ahead."""
    columns = (slots.c.due_at, slots.c.local_on, slots.c.state, slots.c.collage_id, slots.c.number)
    statement = select(*columns).where(
        slots.c.series_id == series_id,
        slots.c.due_at.between(start, until),
        slots.c.rehearsal == rehearsal,
        slots.c.extra.is_(False),
    )
    rows = [row.tuple() for row in conn.execute(statement)]
    return {row[0]: SlotRow(row[0], row[1], SlotState(row[2]), row[3], row[4]) for row in rows}


def skip(conn: Connection, series_id: int, slot: SlotTime, rehearsal: int) -> None:
    """Settle a slot that is still to come; one that is settled stays as it is."""
    row = {"series_id": series_id, "due_at": slot.due_at, "local_on": slot.local_on, "rehearsal": rehearsal}
    insert_new(conn, slots, **row, state=SlotState.SKIPPED.value)


def unskip(conn: Connection, series_id: int, slot: SlotTime, rehearsal: int) -> None:
    mine = (slots.c.series_id == series_id, slots.c.due_at == slot.due_at, slots.c.rehearsal == rehearsal)
    conn.execute(delete(slots).where(*mine, slots.c.state == SlotState.SKIPPED.value))
