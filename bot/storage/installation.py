"""What a database knows of itself: its mode, and the clock of a simulation."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, func, select, update

from bot.storage.database import insert_new
from bot.storage.statements import Statements
from bot.storage.tables import collages, installation, roundups, slots

# Names of rows.
LIVE = "live"
"""The mode that was entered last, "true" or "false"."""
REHEARSALS = "rehearsals"
"""How many rehearsals there have been."""
SIMULATION = "simulation"
"""Marks a copy that is to be played forward."""
SIMULATED_UNTIL = "simulated_until"
"""Up to when a simulation was played."""

BEAT = "beat_at"
"""When a bot was last at work."""


_REHEARSED = (
    collages.c.rehearsal > 0,
    collages.c.removed_at.is_(None),
    collages.c.due_at.is_not(None),
)


def value(conn: Connection, name: str) -> str | None:
    """The text stored under a name, or None."""
    return conn.execute(select(installation.c.value).where(installation.c.name == name)).scalar()


def is_simulation(conn: Connection) -> bool:
    """Whether the database is a simulation's, played already or not."""
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
        """The text stored under a name, or None."""
        return value(self.conn, name)

    def put(self, name: str, text: str) -> None:
        """Store a text under a name, in place of what was there."""
        mine = installation.c.name == name
        if not self.conn.execute(update(installation).where(mine).values(value=text)).rowcount:
            insert_new(self.conn, installation, name=name, value=text)

    def beat(self) -> None:
        """Note that a bot is at work."""
        self.put(BEAT, self.now.isoformat())

    def beat_at(self) -> datetime | None:
        """When a bot was last at work; None where none ever was."""
        at = self.get(BEAT)
        return datetime.fromisoformat(at) if at else None

    def rehearsal_number(self, *, live: bool) -> int:
        """The mode as rows have it: 0 when live, else the number of the rehearsal.

        It is the rehearsal that runs, or the one that would begin.
        """
        return _number(self._values(), live=live)

    def differs(self, *, live: bool) -> bool:
        """Whether the mode that was entered last is another one; False before the first."""
        return self.get(LIVE) == str(not live).lower()

    def is_live(self) -> bool:
        """Whether the mode that was entered last is live."""
        return self.get(LIVE) == "true"

    def enter(self, *, live: bool) -> Entered:
        """Enter a mode; where it changes, what a rehearsal has made is set aside."""
        # Locked, so that only one of two processes changes the mode on PostgreSQL; on SQLite the
        # transaction holds the write lock.
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
            # In the same order by every process, or two of them wait for each other's row.
            statement = statement.order_by(installation.c.name).with_for_update()
        return {row.name: row.value for row in self.conn.execute(statement)}

    def _carry_skips(self, before: int, after: int) -> None:
        """Move the coming slots that a person has skipped into the mode that is entered.

        Commands that ran since the configuration was changed may have skipped some in it already.
        """
        coming = (slots.c.state == "skipped", slots.c.due_at > self.now)
        there = slots.alias()
        twice = exists().where(
            there.c.series_id == slots.c.series_id,
            there.c.due_at == slots.c.due_at,
            there.c.rehearsal == after,
        )
        mine = (slots.c.rehearsal == before, *coming)
        self.conn.execute(delete(slots).where(*mine, twice))
        self.conn.execute(update(slots).where(*mine).values(rehearsal=after))

    def rehearsed(self) -> int:
        """How many collages a rehearsal has claimed or posted, which its end gives back."""
        statement = select(func.count()).select_from(collages).where(*_REHEARSED)
        return self.conn.execute(statement).scalar_one()

    def _set_aside(self) -> int:
        """Undo what a rehearsal has done to collages; how many are ready again.

        What it claimed or posted is ready in its old order and without a number. What was posted
        live leaves the roundups of the rehearsal.
        """
        rehearsals = select(roundups.c.id).where(roundups.c.rehearsal > 0)
        gathered = update(collages).where(collages.c.roundup_id.in_(rehearsals))
        self.conn.execute(gathered.values(roundup_id=None))
        back = {
            "state": "ready",
            "number": None,
            "number_year": 0,
            "due_at": None,
            "posted_at": None,
            "rehearsal": 0,
            "revision": collages.c.revision + 1,
        }
        return self.conn.execute(update(collages).where(*_REHEARSED).values(back)).rowcount

    def is_simulation(self) -> bool:
        """Whether the database is a simulation's, played already or not."""
        return is_simulation(self.conn)

    def simulated_until(self) -> datetime | None:
        """Up to when a simulation was played; None where the database is none, or is not played."""
        until = self.get(SIMULATED_UNTIL)
        if not until:
            return None
        return datetime.fromisoformat(until)
