"""The unit of work: one transaction, with the mode and the moment bound once.

    with context.write() as work:
        work.queue.change_state(collage, State.HELD, note)
        work.notices.add(notice)

No caller passes a connection, a mode or a moment, so none can mix live rows with a rehearsal's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from bot.storage.accounts import Accounts
from bot.storage.ahead import Ahead
from bot.storage.alerts import Alerts
from bot.storage.approvals import Approvals
from bot.storage.attempts import Attempts
from bot.storage.charges import Charges
from bot.storage.claims import Claims
from bot.storage.database import Database
from bot.storage.deliveries import Deliveries
from bot.storage.editions import Editions
from bot.storage.events import Events
from bot.storage.fittings import Fittings
from bot.storage.installation import Installation
from bot.storage.late_looks import LateLooks
from bot.storage.ledger import Ledger
from bot.storage.link_cards import LinkCards
from bot.storage.log import Log
from bot.storage.lookup import Lookup
from bot.storage.notices import Notices
from bot.storage.overdue import Overdue
from bot.storage.parts import Parts
from bot.storage.people import People
from bot.storage.pictures import Pictures
from bot.storage.publications import Publications
from bot.storage.queue import Queue
from bot.storage.renames import Renames
from bot.storage.reviews import Reviews
from bot.storage.roundups import Roundups
from bot.storage.series import Series
from bot.storage.slots import Slots
from bot.storage.snapshot import Snapshots
from bot.storage.standings import Standings
from bot.storage.statements import Scope


class Work:
    """All statements of one transaction, in groups: `work.queue`, `work.deliveries`, …

    A group is made when it is asked for: it is one small object around the scope.
    """

    # A property for each group, not an attribute: most transactions use one or two of them.
    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @property
    def conn(self) -> Connection:
        """The connection itself, for what copies whole tables, and for tests and benchmarks."""
        return self.scope.conn

    @property
    def now(self) -> datetime:
        """The moment at which the transaction began."""
        return self.scope.now

    @property
    def rehearsal(self) -> int:
        """0 when live, else the number of the rehearsal whose rows it reads and writes."""
        return self.scope.rehearsal

    def in_mode(self, rehearsal: int) -> "Work":
        """The same transaction for rows of another mode, which a change of the mode concerns."""
        scope = self.scope
        return Work(Scope(scope.conn, rehearsal, scope.now, scope.instant, scope.hooks))

    @contextmanager
    def nested(self) -> Iterator[None]:
        """A savepoint: what is written inside is undone when the block raises, the rest stays.

        The caller catches the exception around the block and goes on in the transaction.
        """
        with self.scope.conn.begin_nested():
            yield

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.scope)

    @property
    def ahead(self) -> Ahead:
        return Ahead(self.scope)

    @property
    def alerts(self) -> Alerts:
        return Alerts(self.scope)

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.scope)

    @property
    def attempts(self) -> Attempts:
        return Attempts(self.scope)

    @property
    def charges(self) -> Charges:
        return Charges(self.scope)

    @property
    def claims(self) -> Claims:
        return Claims(self.scope)

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.scope)

    @property
    def editions(self) -> Editions:
        return Editions(self.scope)

    @property
    def events(self) -> Events:
        return Events(self.scope)

    @property
    def fittings(self) -> Fittings:
        return Fittings(self.scope)

    @property
    def installation(self) -> Installation:
        return Installation(self.scope)

    @property
    def late_looks(self) -> LateLooks:
        return LateLooks(self.scope)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.scope)

    @property
    def link_cards(self) -> LinkCards:
        return LinkCards(self.scope)

    @property
    def log(self) -> Log:
        return Log(self.scope)

    @property
    def lookup(self) -> Lookup:
        return Lookup(self.scope)

    @property
    def notices(self) -> Notices:
        return Notices(self.scope)

    @property
    def overdue(self) -> Overdue:
        return Overdue(self.scope)

    @property
    def parts(self) -> Parts:
        return Parts(self.scope)

    @property
    def people(self) -> People:
        return People(self.scope)

    @property
    def pictures(self) -> Pictures:
        return Pictures(self.scope)

    @property
    def publications(self) -> Publications:
        return Publications(self.scope)

    @property
    def queue(self) -> Queue:
        return Queue(self.scope)

    @property
    def renames(self) -> Renames:
        return Renames(self.scope)

    @property
    def reviews(self) -> Reviews:
        return Reviews(self.scope)

    @property
    def roundups(self) -> Roundups:
        return Roundups(self.scope)

    @property
    def series(self) -> Series:
        return Series(self.scope)

    @property
    def slots(self) -> Slots:
        return Slots(self.scope)

    @property
    def snapshots(self) -> Snapshots:
        return Snapshots(self.scope)

    @property
    def standings(self) -> Standings:
        return Standings(self.scope)


@contextmanager
def reading(database: Database, now: datetime, rehearsal: int = 0) -> Iterator[Work]:
    """A unit of work that only reads."""
    with database.read() as conn:
        yield Work(Scope(conn, rehearsal, now, database.instants(now)))


@contextmanager
def writing(
    database: Database, now: datetime, rehearsal: int = 0, hooks: frozenset[str] = frozenset()
) -> Iterator[Work]:
    """A unit of work that is committed at its end, or rolled back where it raises.

    `hooks` are the destinations of events in the configuration.
    """
    with database.write() as conn:
        yield Work(Scope(conn, rehearsal, now, database.instants(now), hooks))


@contextmanager
def writing_if_free(database: Database, now: datetime, rehearsal: int = 0) -> Iterator[Work]:
    """As `writing`, for what may be left out: raises where SQLite has another writer now."""
    with database.write_if_free() as conn:
        yield Work(Scope(conn, rehearsal, now, database.instants(now)))


@contextmanager
def at_once(database: Database, now: datetime, rehearsal: int = 0) -> Iterator[Work]:
    """A unit of work of one statement.

    On PostgreSQL it runs without BEGIN and COMMIT: one round trip in place of three.
    """
    with database.at_once() as conn:
        yield Work(Scope(conn, rehearsal, now, database.instants(now)))
