"""What this database knows of itself: live or rehearsal, and the clock of a simulation."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.storage.database import insert_new
from bot.storage.statements import Statements
from bot.storage.tables import collages, installation, roundups, slots

LIVE = "live"


REHEARSALS = "rehearsals"


SIMULATION = "simulation"


SIMULATED_UNTIL = "simulated_until"


def value(conn: Connection, name: str) -> str | None:
    """What is kept under a name; None where nothing is."""
    return conn.execute(select(installation.c.value).where(installation.c.name == name)).scalar()


def is_simulation(conn: Connection) -> bool:
    """Whether the database is played forward, or was made to be."""
    return any(value(conn, name) is not None for name in (SIMULATION, SIMULATED_UNTIL))


class Installation(Statements):
    """Settings of the database itself, by name."""

    def get(self, name: str) -> str | None:
        """What is kept under a name; None where nothing is."""
        return value(self.conn, name)

    def put(self, name: str, text: str) -> None:
        """Keep a text under a name, in place of what was there."""
        mine = installation.c.name == name
        if not self.conn.execute(update(installation).where(mine).values(value=text)).rowcount:
            insert_new(self.conn, installation, name=name, value=text)

    def rehearsal_number(self, *, live: bool) -> int:
        """What new rows are marked with: 0 when live, else the number of the rehearsal that runs or
        would begin.
        """
        if live:
            return 0
        count = int(self.get(REHEARSALS) or 0)
        return count if self.get(LIVE) == "false" else count + 1

    def enter(self, *, live: bool) -> tuple[bool, int]:
        """Enter the mode: whether it changed, and how many collages came back from a rehearsal that
        ended.
        """
        # Locked, so that of two processes only one changes the mode; SQLite has but one writer anyway.
        before = self.conn.execute(
            select(installation.c.value).where(installation.c.name == LIVE).with_for_update()
        ).scalar()
        if before == str(live).lower():
            return False, 0
        number = self.rehearsal_number(live=live)
        self._carry_skips(self.rehearsal_number(live=not live), number)
        self.put(LIVE, str(live).lower())
        if not live:
            self.put(REHEARSALS, str(number))
            return before is not None, 0
        return before is not None, self._set_aside()

    def _carry_skips(self, before: int, after: int) -> None:
        """Days that somebody wants skipped are so in either mode."""
        coming = (
            slots.c.rehearsal == before,
            slots.c.state == "skipped",
            slots.c.due_at > self.now,
        )
        self.conn.execute(update(slots).where(*coming).values(rehearsal=after))

    def _set_aside(self) -> int:
        """What a rehearsal posted or claimed is ready again, in its old order, without a number.

        What was posted live before it belongs to none of its roundups.
        """
        rehearsals = select(roundups.c.id).where(roundups.c.rehearsal > 0)
        self.conn.execute(
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
        return self.conn.execute(back).rowcount

    def is_simulation(self) -> bool:
        """Whether the database is played forward, or was made to be."""
        return is_simulation(self.conn)

    def simulated_until(self) -> datetime | None:
        """Up to when a simulation was played; None where the database is none."""
        played = self.get(SIMULATED_UNTIL)
        return datetime.fromisoformat(played) if played else None
