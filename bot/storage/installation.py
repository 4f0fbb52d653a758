"""What this database knows of itself: live or rehearsal, and the clock of a simulation."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.storage.tables import collages, installation

LIVE = "live"
REHEARSALS = "rehearsals"
SIMULATED_UNTIL = "simulated_until"


def get(conn: Connection, name: str) -> str | None:
    return conn.execute(select(installation.c.value).where(installation.c.name == name)).scalar()


def put(conn: Connection, name: str, value: str) -> None:
    conn.execute(delete(installation).where(installation.c.name == name))
    conn.execute(insert(installation).values(name=name, value=value))


def rehearsal(conn: Connection, *, live: bool) -> int:
    """What new rows are marked with: 0 when live, else the number of the rehearsal that runs or would begin."""
    if live:
        return 0
    count = int(get(conn, REHEARSALS) or 0)
    return count if get(conn, LIVE) == "false" else count + 1


def enter(conn: Connection, *, live: bool) -> tuple[bool, int]:
    """Enter the mode: whether it changed, and how many collages came back from a rehearsal that ended."""
    before = get(conn, LIVE)
    if before == str(live).lower():
        return False, 0
    number = rehearsal(conn, live=live)
    put(conn, LIVE, str(live).lower())
    if not live:
        put(conn, REHEARSALS, str(number))
        return before is not None, 0
    return before is not None, _set_aside(conn)


def _set_aside(conn: Connection) -> int:
    """What a rehearsal posted or claimed is ready again, in its old order, without a number."""
    rehearsed = (collages.c.rehearsal > 0, collages.c.removed_at.is_(None), collages.c.due_at.is_not(None))
    back = update(collages).where(*rehearsed).values(
        state="ready",
        number=None,
        number_year=0,
        due_at=None,
        posted_at=None,
        roundup_id=None,
        rehearsal=0,
        revision=collages.c.revision + 1,
    )  # fmt: skip
    return conn.execute(back).rowcount


def simulated_until(conn: Connection) -> datetime | None:
    value = get(conn, SIMULATED_UNTIL)
    return datetime.fromisoformat(value) if value else None
