"""What this database knows of itself: live or rehearsal, and the clock of a simulation."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.storage.database import insert_new
from bot.storage.tables import collages, installation, roundups, slots

LIVE = "live"
REHEARSALS = "rehearsals"
SIMULATION = "simulation"
SIMULATED_UNTIL = "simulated_until"


def get(conn: Connection, name: str) -> str | None:
    return conn.execute(select(installation.c.value).where(installation.c.name == name)).scalar()


def put(conn: Connection, name: str, value: str) -> None:
    if not conn.execute(
        update(installation).where(installation.c.name == name).values(value=value)
    ).rowcount:
        insert_new(conn, installation, name=name, value=value)


def rehearsal(conn: Connection, *, live: bool) -> int:
    """What new rows are marked with: 0 when live, else the number of the rehearsal that runs or
    would begin.
    """
    if live:
        return 0
    count = int(get(conn, REHEARSALS) or 0)
    return count if get(conn, LIVE) == "false" else count + 1


def enter(conn: Connection, *, live: bool, now: datetime) -> tuple[bool, int]:
    """Enter the mode: whether it changed, and how many collages came back from a rehearsal that
    ended.
    """
    # Locked, so that of two processes only one changes the mode; SQLite has but one writer anyway.
    before = conn.execute(
        select(installation.c.value).where(installation.c.name == LIVE).with_for_update()
    ).scalar()
    if before == str(live).lower():
        return False, 0
    number = rehearsal(conn, live=live)
    _carry_skips(conn, rehearsal(conn, live=not live), number, now)
    put(conn, LIVE, str(live).lower())
    if not live:
        put(conn, REHEARSALS, str(number))
        return before is not None, 0
    return before is not None, _set_aside(conn)


def _carry_skips(conn: Connection, before: int, after: int, now: datetime) -> None:
    """Days that somebody wants skipped are so in either mode."""
    coming = (slots.c.rehearsal == before, slots.c.state == "skipped", slots.c.due_at > now)
    conn.execute(update(slots).where(*coming).values(rehearsal=after))


def _set_aside(conn: Connection) -> int:
    """What a rehearsal posted or claimed is ready again, in its old order, without a number.

    What was posted live before it belongs to none of its roundups.
    """
    rehearsals = select(roundups.c.id).where(roundups.c.rehearsal > 0)
    conn.execute(
        update(collages).where(collages.c.roundup_id.in_(rehearsals)).values(roundup_id=None)
    )
    rehearsed = (
        collages.c.rehearsal > 0,
        collages.c.removed_at.is_(None),
        collages.c.due_at.is_not(None),
    )
    back = update(collages).where(*rehearsed).values(
        state="ready",
        number=None,
        number_year=0,
        due_at=None,
        posted_at=None,
        rehearsal=0,
        revision=collages.c.revision + 1,
    )  # fmt: skip
    return conn.execute(back).rowcount


def is_simulation(conn: Connection) -> bool:
    """Whether it is played forward, or was made to be."""
    return any(get(conn, name) is not None for name in (SIMULATION, SIMULATED_UNTIL))


def simulated_until(conn: Connection) -> datetime | None:
    value = get(conn, SIMULATED_UNTIL)
    return datetime.fromisoformat(value) if value else None
