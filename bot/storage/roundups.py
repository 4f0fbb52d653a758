"""Roundups: one per series and title month, with a list that is fixed in one transaction."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal_column, or_, select, update

from bot.core.collage import shown
from bot.core.delivery import Kind
from bot.core.errors import BadInput
from bot.core.month import Roundup, State
from bot.storage import deliveries as ledger
from bot.storage import queue
from bot.storage.claims import NewDelivery, Taken
from bot.storage.database import insert_new
from bot.storage.statements import Statements
from bot.storage.tables import collages, deliveries, roundups, series

_UNFINISHED: list[ColumnElement[str]] = [
    literal_column(f"'{state}'") for state in ("due", "rendered", "linked")
]


OPEN = roundups.c.state.in_(_UNFINISHED)
"""As the partial index says it: only so is the index used."""


_JOINED = select(roundups, series.c.name.label("series_name")).join(
    series, series.c.id == roundups.c.series_id
)


def _roundup(row: Row[Any]) -> Roundup:
    return Roundup(
        id=row.id,
        series=row.series_name,
        title_month=row.title_month,
        title=row.title,
        slug=row.slug,
        subtitle=row.subtitle,
        link=row.link,
        state=State(row.state),
        published_elsewhere=row.published_elsewhere,
        due_at=row.due_at,
        rehearsal=row.rehearsal,
    )


def _mode(rehearsal: int) -> ColumnElement[bool]:
    """Live rows and those of the rehearsal that runs; earlier rehearsals are set aside."""
    return or_(roundups.c.rehearsal == 0, roundups.c.rehearsal == rehearsal)


class Roundups(Statements):
    """The roundups of the mode that runs, and what was published before."""

    def find(self, series_name: str, title_month: str) -> Roundup | None:
        series_id = self.series_id(series_name)
        mine = (
            roundups.c.series_id == series_id,
            roundups.c.title_month == title_month,
            _mode(self.rehearsal),
        )
        rows = self.conn.execute(
            _JOINED.where(*mine).order_by(roundups.c.rehearsal.desc()).limit(1)
        ).all()
        return _roundup(rows[0]) if rows else None

    def get(self, series_name: str, title_month: str) -> Roundup:
        found = self.find(series_name, title_month)
        if found is None:
            raise BadInput(
                f"There is no roundup {shown(title_month)} yet; see: mlcollage roundup list"
            )
        return found

    def by_id(self, roundup_id: int) -> Roundup:
        return _roundup(self.conn.execute(_JOINED.where(roundups.c.id == roundup_id)).one())

    def listed(self, series_name: str) -> list[Roundup]:
        """All roundups, newest first."""
        series_id = self.series_id(series_name)
        statement = _JOINED.where(roundups.c.series_id == series_id, _mode(self.rehearsal))
        return [
            _roundup(row)
            for row in self.conn.execute(statement.order_by(roundups.c.title_month.desc()))
        ]

    def unannounced(self, series_name: str) -> list[Roundup]:
        """Roundups whose way is not at its end, in order of due time."""
        mine = (series.c.name == series_name, OPEN, roundups.c.rehearsal == self.rehearsal)
        return [
            _roundup(row)
            for row in self.conn.execute(_JOINED.where(*mine).order_by(roundups.c.due_at))
        ]

    def neighbour(self, roundup: Roundup, *, later: bool = False) -> Roundup | None:
        """The roundup before (or after) this one that has a link."""
        series_id = self.series_id(roundup.series)
        month = roundups.c.title_month
        side, order = (
            (month > roundup.title_month, month)
            if later
            else (month < roundup.title_month, month.desc())
        )
        mine = (
            roundups.c.series_id == series_id,
            side,
            roundups.c.link != "",
            _mode(roundup.rehearsal),
        )
        rows = self.conn.execute(_JOINED.where(*mine).order_by(order).limit(1)).all()
        return _roundup(rows[0]) if rows else None

    def count(self, series_name: str, due_by: datetime) -> int:
        """How many collages a roundup due then would hold now."""
        series_id = self.series_id(series_name)
        return self.conn.execute(
            select(func.count())
            .select_from(collages)
            .where(*queue.belongs_to_roundup(series_id, due_by))
        ).scalar_one()

    def is_unsettled(self, series_name: str, due_by: datetime) -> bool:
        """Whether deliveries of collages due by then are still being sent or uncertain."""
        series_id = self.series_id(series_name)
        statement = select(deliveries.c.id).where(
            deliveries.c.series_id == series_id,
            deliveries.c.kind == Kind.COLLAGE.value,
            ledger.OPEN,
            or_(deliveries.c.state == ledger.SENDING, deliveries.c.state == ledger.UNCERTAIN),
            deliveries.c.due_at <= due_by,
            deliveries.c.rehearsal == self.rehearsal,
        )
        return self.conn.execute(statement.limit(1)).scalar() is not None

    def fix(
        self,
        series_name: str,
        title_month: str,
        due_at: datetime,
        **names: str,
    ) -> int:
        """Make the roundup's row and give it every collage that belongs to it; raises `Taken` when it
        is there.
        """
        series_id = self.series_id(series_name)
        row = {
            "series_id": series_id,
            "title_month": title_month,
            "due_at": due_at,
            "rehearsal": self.rehearsal,
        }
        roundup_id: int | None = insert_new(
            self.conn, roundups, **row, state=State.DUE.value, **names
        )
        if roundup_id is None:
            raise Taken
        its = queue.belongs_to_roundup(series_id, due_at)
        self.conn.execute(update(collages).where(*its).values(roundup_id=roundup_id))
        return roundup_id

    def add_published(
        self, series_name: str, title_month: str, due_at: datetime, **names: str
    ) -> int | None:
        """A roundup that was published elsewhere; None when that month has one."""
        series_id = self.series_id(series_name)
        row = {"series_id": series_id, "title_month": title_month, "due_at": due_at, "rehearsal": 0}
        made: int | None = insert_new(
            self.conn,
            roundups,
            **row,
            state=State.ANNOUNCED.value,
            published_elsewhere=True,
            **names,
        )
        return made

    def advance(self, roundup: Roundup, to: State, **values: Any) -> None:
        """One step further; raises `Taken` when somebody else took it."""
        mine = (roundups.c.id == roundup.id, roundups.c.state == roundup.state.value)
        if (
            self.conn.execute(
                update(roundups).where(*mine).values(state=to.value, **values)
            ).rowcount
            != 1
        ):
            raise Taken

    def set_link(self, roundup: Roundup, link: str) -> None:
        self.conn.execute(update(roundups).where(roundups.c.id == roundup.id).values(link=link))

    def add_deliveries(
        self,
        roundup: Roundup,
        new: Iterable[NewDelivery],
        local_on: date,
    ) -> None:
        """The threads that carry the roundup's link; those that are there stay as they are."""
        series_id = self.series_id(roundup.series)
        for delivery in new:
            insert_new(
                self.conn,
                deliveries,
                key=delivery.key,
                kind=Kind.ROUNDUP.value,
                series_id=series_id,
                account_id=delivery.account_id,
                roundup_id=roundup.id,
                state="waiting",
                due_at=self.now,
                next_at=self.now,
                local_on=local_on,
                saved={},
                rehearsal=roundup.rehearsal,
            )
