"""What the statements of one transaction share, and the base class of their groups."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.core.errors import BadInput
from bot.storage.database import Instant
from bot.storage.tables import series


class Scope:
    """What all statements of one transaction share.

    `rehearsal` is 0 when live, else the number of the rehearsal that runs: every row that is
    read or written belongs to that mode. `now` is the moment at which the transaction began.
    `instant(ahead)` is the moment so far ahead of now by the clock that leases go by. Where
    several hosts share a database this is the database's clock, and the result an expression
    that the database evaluates.
    `hooks` are the destinations of events in the configuration, by their names in the database.

    Ids of series never change, so they are looked up once and kept.
    """

    __slots__ = ("conn", "hooks", "instant", "now", "rehearsal", "series_ids")

    def __init__(
        self,
        conn: Connection,
        rehearsal: int,
        now: datetime,
        instant: Callable[[timedelta], Instant] | None = None,
        hooks: frozenset[str] = frozenset(),
    ) -> None:
        self.conn = conn
        self.rehearsal = rehearsal
        self.now = now
        self.instant = instant or self._by_our_clock
        self.hooks = hooks
        self.series_ids: dict[str, int] = {}

    def _by_our_clock(self, ahead: timedelta) -> Instant:
        return self.now + ahead


class Statements:
    """The base of each group of statements, all of which run in the transaction of `scope`."""

    __slots__ = ("conn", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.conn = scope.conn

    @property
    def now(self) -> datetime:
        """The moment at which the transaction began."""
        return self.scope.now

    @property
    def rehearsal(self) -> int:
        """0 when live, else the number of the rehearsal whose rows are read and written."""
        return self.scope.rehearsal

    def series_id(self, name: str) -> int:
        """The id of a series; raises `BadInput` where the database does not know it."""
        known = self.scope.series_ids
        if name in known:
            return known[name]
        statement = select(series.c.id).where(series.c.name == name)
        series_id: int | None = self.conn.execute(statement).scalar()
        if series_id is None:
            raise BadInput(f"There is no series {name} in the database yet; run: mlcollage init")
        known[name] = series_id
        return series_id
