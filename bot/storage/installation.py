"""What this database knows of itself: live or rehearsal, and the clock of a simulation."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

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


class Entered(NamedTuple):
    """The mode that was entered: its number, and how many collages a rehearsal has given back."""

    rehearsal: int
    has_changed: bool = False
    given_back: int = 0


def _number(known: Mapping[str, str], *, live: bool) -> int:
    if live:
        return 0
    count = int(known.get(REHEARSALS, 0))
    return count if known.get(LIVE) == "false" else count + 1


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
        """The mode's number: 0 when live, else that of the rehearsal that runs or would begin."""
        return _number(self._values(), live=live)

    def enter(self, *, live: bool) -> Entered:
        """Enter the mode that the configuration asks for.

        Where it changes, what a rehearsal made is set aside, and its collages are ready again.
        """
        # Locked, so that of two processes only one changes the mode; SQLite has but one writer.
        known = self._values(lock=True)
        number = _number(known, live=live)
        before = known.get(LIVE)
        if before == str(live).lower():
            return Entered(number)
        self._carry_skips(_number(known, live=not live), number)
        self.put(LIVE, str(live).lower())
        count = 0
        if live:
            count = self._set_aside()
        else:
            self.put(REHEARSALS, str(number))
        return Entered(number, before is not None, count)

    def _values(self, *, lock: bool = False) -> dict[str, str]:
        columns = (installation.c.name, installation.c.value)
        statement = select(*columns).where(installation.c.name.in_([LIVE, REHEARSALS]))
        if lock:
            statement = statement.with_for_update()
        return {row.name: row.value for row in self.conn.execute(statement)}

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
