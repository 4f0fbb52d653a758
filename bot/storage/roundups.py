"""Roundups: one per series, title month and mode, whose collages are fixed in one transaction."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bot.core import hints
from bot.core.collage import Collage, Picture, shown
from bot.core.delivery import Kind
from bot.core.errors import BadInput
from bot.core.month import MONTH, YEAR, Roundup, State
from bot.storage import page_changes, queue
from bot.storage.claims import NewDelivery, Taken
from bot.storage.database import insert_new
from bot.storage.deliveries import OPEN
from bot.storage.events import Events
from bot.storage.statements import Statements
from bot.storage.tables import collages, deliveries, pictures, roundups, series

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

COVER_FILE = "cover.png"
"""What the file of a cover is called."""


class Cover(NamedTuple):
    """A roundup's cover, and what it was made of."""

    picture: Picture
    made_of: str


class Found(NamedTuple):
    """Something that was found in an article, with its line counted from 1.

    `level` is "error", "warning" or "note".
    """

    level: str
    line: int
    text: str


# The condition of the index `ix_roundups_open`, in literals that the planner can compare with it.
_UNFINISHED_STATES: list[ColumnElement[str]] = [
    literal_column(f"'{state}'") for state in ("due", "rendered", "linked")
]
_UNFINISHED = roundups.c.state.in_(_UNFINISHED_STATES)

_CHANGED = roundups.c.revision > roundups.c.rendered_revision
"""The condition of the index `ix_roundups_changed`."""

_DUE: ColumnElement[str] = literal_column("'due'")

_HAS_PAGE = or_(
    and_(roundups.c.published_elsewhere, roundups.c.link != ""),
    and_(~roundups.c.published_elsewhere, roundups.c.state != _DUE),
)
"""As `Roundup.has_page` has it."""

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
        kind=row.kind,
        revision=row.revision,
        rendered_revision=row.rendered_revision,
        rendered_at=row.rendered_at,
        updated_at=row.updated_at,
        also_at=row.also_at,
        previous_link=row.previous_link,
        content=row.content,
    )


def _mode(rehearsal: int) -> ColumnElement[bool]:
    """The condition for live rows and those of this rehearsal: it goes on from what is live."""
    return or_(roundups.c.rehearsal == 0, roundups.c.rehearsal == rehearsal)


class Roundups(Statements):
    """The roundups of the mode that runs, and what was published before."""

    def _first(self, statement: Select[Any]) -> Roundup | None:
        row = self.conn.execute(statement.limit(1)).one_or_none()
        if row is None:
            return None
        return _roundup(row)

    def find(self, series_name: str, title_month: str) -> Roundup | None:
        """The roundup of a title month ("2021-09"), or None.

        In a rehearsal its own comes before a live one.
        """
        mine = (
            roundups.c.series_id == self.series_id(series_name),
            roundups.c.title_month == title_month,
            _mode(self.rehearsal),
        )
        return self._first(_JOINED.where(*mine).order_by(roundups.c.rehearsal.desc()))

    def get(self, series_name: str, title_month: str) -> Roundup:
        """The roundup of a title month; raises `BadInput` where there is none."""
        roundup = self.find(series_name, title_month)
        if roundup is None:
            known = [each.title_month for each in self.listed(series_name)]
            hint = hints.or_see(title_month, known, "mlcollage roundup list")
            raise BadInput(f"There is no roundup {shown(title_month)} yet{hint}")
        return roundup

    def by_id(self, roundup_id: int) -> Roundup:
        """The roundup with this id, of any mode."""
        return _roundup(self.conn.execute(_JOINED.where(roundups.c.id == roundup_id)).one())

    def listed(self, series_name: str, most: int | None = None) -> list[Roundup]:
        """The roundups of a series, the newest first: so many of them, or all."""
        series_id = self.series_id(series_name)
        mine = _JOINED.where(roundups.c.series_id == series_id, _mode(self.rehearsal))
        rows = self.conn.execute(mine.order_by(roundups.c.title_month.desc()).limit(most))
        return [_roundup(row) for row in rows]

    def in_year(self, series_name: str, year: str) -> list[Roundup]:
        """The months' roundups that a year's list shows, in order: one a month.

        In a rehearsal its own comes before a live one. Those whose pages are not made are not in
        it.
        """
        month = roundups.c.title_month
        mine = _JOINED.where(
            roundups.c.series_id == self.series_id(series_name),
            roundups.c.kind == MONTH,
            month.between(f"{year}-01", f"{year}-12"),
            _mode(self.rehearsal),
        )
        rows = self.conn.execute(mine.order_by(month, roundups.c.rehearsal))
        by_month = {row.title_month: _roundup(row) for row in rows}
        return [
            each
            for each in by_month.values()
            if each.published_elsewhere or each.state is not State.DUE
        ]

    def holds(self, roundup: Roundup) -> list[Collage]:
        """The collages of a month's roundup, or of a year's months, in the order they went out."""
        if roundup.is_year:
            return self.year_holds(roundup.series, roundup.title_month)
        return queue.Queue(self.scope).in_roundup(roundup.id)

    def year_holds(self, series_name: str, year: str) -> list[Collage]:
        """The collages that a year's list shows, month by month."""
        months = self.in_year(series_name, year)
        by_month = queue.Queue(self.scope).in_roundups([each.id for each in months])
        return [item for each in months for item in by_month[each.id]]

    def unannounced(self, series_name: str) -> list[Roundup]:
        """The roundups of a series that are not announced yet, in order of due time."""
        mine = (
            series.c.name == series_name,
            _UNFINISHED,
            roundups.c.rehearsal == self.rehearsal,
        )
        rows = self.conn.execute(_JOINED.where(*mine).order_by(roundups.c.due_at))
        return [_roundup(row) for row in rows]

    def open(self, series_name: str) -> list[Roundup]:
        """The roundups of a series that something is to be done for, in order of due time.

        They are not announced yet, or what their page shows was changed since it was made.
        """
        # The pages of what was imported are made in a rehearsal as well.
        in_mode = or_(roundups.c.rehearsal == self.rehearsal, roundups.c.published_elsewhere)
        mine = (series.c.name == series_name, in_mode)
        # Each half by its own partial index.
        unfinished = select(roundups.c.id).where(_UNFINISHED)
        changed = select(roundups.c.id).where(_CHANGED)
        wanted = unfinished.union(changed).subquery()
        statement = _JOINED.join(wanted, wanted.c.id == roundups.c.id).where(*mine)
        rows = self.conn.execute(statement.order_by(roundups.c.due_at))
        return [_roundup(row) for row in rows]

    def neighbour(self, roundup: Roundup, *, later: bool = False) -> Roundup | None:
        """The last month's roundup before this one, or the first after it, that has a page."""
        month = roundups.c.title_month
        mine = _JOINED.where(
            roundups.c.series_id == self.series_id(roundup.series),
            roundups.c.kind == MONTH,
            _HAS_PAGE,
            roundups.c.kind == "month",
            _mode(roundup.rehearsal),
        )
        if later:
            return self._first(mine.where(month > roundup.title_month).order_by(month))
        return self._first(mine.where(month < roundup.title_month).order_by(month.desc()))

    def count(self, series_name: str, due_by: datetime) -> int:
        """How many collages a roundup due then would hold now."""
        its = queue.belongs_to_roundup(self.series_id(series_name), due_by)
        statement = select(func.count()).select_from(collages).where(*its)
        return self.conn.execute(statement).scalar_one()

    def is_unsettled(self, series_name: str, due_by: datetime) -> bool:
        """Whether deliveries of collages due by then may still get out: they are not at an end.

        Those that the roundup before has waited for already, in vain, delay no other one.
        """
        series_id = self.series_id(series_name)
        before = select(func.max(roundups.c.due_at)).where(
            roundups.c.series_id == series_id,
            roundups.c.kind == MONTH,
            roundups.c.due_at < due_by,
            roundups.c.rehearsal == self.rehearsal,
            ~roundups.c.published_elsewhere,
        )
        statement = select(deliveries.c.id).where(
            deliveries.c.series_id == series_id,
            deliveries.c.kind == Kind.COLLAGE.value,
            OPEN,
            deliveries.c.due_at <= due_by,
            deliveries.c.due_at > func.coalesce(before.scalar_subquery(), LONG_AGO),
            deliveries.c.rehearsal == self.rehearsal,
        )
        return self.conn.execute(statement.limit(1)).scalar() is not None

    def fix(self, series_name: str, title_month: str, due_at: datetime, **names: str) -> int:
        """Insert a roundup and assign every collage to it that belongs to it; its id.

        `names` are its title, slug and link. Raises `Taken` where another worker has inserted it.
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

    def fix_year(self, series_name: str, year: str, due_at: datetime, **names: str) -> None:
        """Insert the roundup of a year, whose months keep their collages.

        `names` are its title and link. Raises `Taken` where another worker has inserted it.
        """
        row = {
            "series_id": self.series_id(series_name),
            "title_month": year,
            "kind": YEAR,
            "slug": year,
            "state": State.DUE.value,
            "due_at": due_at,
            "rehearsal": self.rehearsal,
        }
        if insert_new(self.conn, roundups, **row, **names) is None:
            raise Taken

    def add_published(
        self, series_name: str, title_month: str, due_at: datetime, **names: str
    ) -> int | None:
        """Insert a roundup that was published elsewhere; its id, or None where the month has one.

        `names` are its title, subtitle, slug, link and previous link. It is live even when a
        rehearsal runs: its collages are history.
        """
        row = {
            "series_id": self.series_id(series_name),
            "title_month": title_month,
            "due_at": due_at,
            "rehearsal": 0,
            "state": State.ANNOUNCED.value,
            "published_elsewhere": True,
        }
        roundup_id: int | None = insert_new(self.conn, roundups, **row, **names)
        return roundup_id

    def keep_findings(self, roundup_id: int, found: Iterable[Found]) -> None:
        """Keep what was found in the article that a roundup was imported from."""
        values = [finding._asdict() for finding in found]
        mine = roundups.c.id == roundup_id
        self.conn.execute(update(roundups).where(mine).values(findings=values))

    def findings(self, roundup: Roundup) -> tuple[Found, ...]:
        """What was found in the article that the roundup was imported from, by its lines."""
        statement = select(roundups.c.findings).where(roundups.c.id == roundup.id)
        kept = self.conn.execute(statement).scalar_one()
        return tuple(Found(**values) for values in kept)

    def advance(self, roundup: Roundup, to: State, **values: Any) -> None:
        """Move a roundup to its next state, and write values with it.

        Raises `Taken` where another worker has moved it since it was read.
        """
        mine = (roundups.c.id == roundup.id, roundups.c.state == roundup.state.value)
        advanced = update(roundups).where(*mine).values(state=to.value, **values)
        if self.conn.execute(advanced).rowcount != 1:
            raise Taken
        if to is State.ANNOUNCED:
            Events(self.scope).tell_roundup(roundup)

    def touch(self, roundup: Roundup) -> None:
        """Note that what the roundup's page shows has changed: it is made again.

        To be called in the transaction that changes it.
        """
        page_changes.of(self.conn, roundups.c.id == roundup.id)

    def touch_neighbours(self, roundup: Roundup) -> None:
        """As `touch`, for the roundups before and after this one, whose pages name it."""
        for later in (False, True):
            neighbour = self.neighbour(roundup, later=later)
            # One of another mode is not made again in this one.
            if neighbour and neighbour.rehearsal == roundup.rehearsal:
                self.touch(neighbour)

    def is_new(self, roundup_id: int) -> None:
        """Note that an imported roundup is there: the pages of the series are to show it."""
        roundup = self.by_id(roundup_id)
        self.touch(roundup)
        self.touch_neighbours(roundup)

    def shows(self, roundup: Roundup, content: str, updated_at: datetime | None) -> None:
        """Write the hash of what a roundup's page shows, and when that last became another one."""
        values = {"content": content, "updated_at": updated_at}
        self.conn.execute(update(roundups).where(roundups.c.id == roundup.id).values(values))

    def rendered(self, roundup: Roundup) -> None:
        """Note that the page is made up to the revision with which the roundup was read."""
        older = roundups.c.rendered_revision < roundup.revision
        mine = update(roundups).where(roundups.c.id == roundup.id, older)
        self.conn.execute(mine.values(rendered_revision=roundup.revision))

    def edit(self, roundup: Roundup, *, title: str, subtitle: str) -> None:
        """Write another title and subtitle; the slug and the address stay."""
        values = {"title": title, "subtitle": subtitle}
        self.conn.execute(update(roundups).where(roundups.c.id == roundup.id).values(values))
        self.touch(roundup)
        self.touch_neighbours(roundup)

    def set_also_at(self, roundup: Roundup, url: str) -> None:
        """Write where else the roundup can be read."""
        mine = update(roundups).where(roundups.c.id == roundup.id)
        self.conn.execute(mine.values(also_at=url))
        self.touch(roundup)

    def cover(self, roundup: Roundup) -> Cover | None:
        """The cover that a roundup has; None where none was made."""
        its = select(pictures, roundups.c.cover_made_of).join(
            pictures, pictures.c.sha256 == roundups.c.cover_sha256
        )
        row = self.conn.execute(its.where(roundups.c.id == roundup.id)).one_or_none()
        if row is None:
            return None
        picture = Picture(row.sha256, row.mime, row.width, row.height, row.size, COVER_FILE)
        return Cover(picture, row.cover_made_of)

    def put_cover(self, roundup: Roundup, picture: Picture, made_of: str) -> None:
        """Write the cover of a roundup, whose bytes are stored, and what it was made of."""
        values = {"cover_sha256": picture.sha256, "cover_made_of": made_of}
        self.conn.execute(update(roundups).where(roundups.c.id == roundup.id).values(**values))

    def set_link(self, roundup: Roundup, link: str) -> None:
        """Write where the roundup's page was published; it and its neighbours' pages name it."""
        self.conn.execute(update(roundups).where(roundups.c.id == roundup.id).values(link=link))
        # No page names the link of a year.
        if not roundup.is_year:
            self.touch(roundup)
            self.touch_neighbours(roundup)

    def add_deliveries(self, roundup: Roundup, new: Iterable[NewDelivery], local_on: date) -> None:
        """Insert the deliveries of a roundup's thread; those whose keys are there stay as they are.

        `local_on` is the series' day.
        """
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
