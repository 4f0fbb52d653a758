"""Publications: one row per roundup and destination, claimed with a lease and a fence."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, or_, select, update

from bot.core.month import Roundup
from bot.core.publication import Publication, UnderWay
from bot.storage.database import insert_many_new
from bot.storage.statements import Statements
from bot.storage.tables import publications, roundups, series

_OPEN = publications.c.next_at.is_not(None)
"""The condition of the index `ix_publications_open`."""


def _publication(row: Row[Any]) -> Publication:
    return Publication(
        id=row.id,
        roundup_id=row.roundup_id,
        destination=row.destination,
        saved=row.saved,
        url=row.url,
        is_public=row.is_public,
        revision=row.revision,
        content=row.content,
        settings=row.settings,
        next_at=row.next_at,
        failures=row.failures,
        problem=row.problem,
        needs_person=row.needs_person,
        lease_until=row.lease_until,
        lease_owner=row.lease_owner or "",
        fence=row.fence,
        published_at=row.published_at,
        updated_at=row.updated_at,
    )


class Publications(Statements):
    """The publications of the mode that runs; a rehearsal makes none."""

    __slots__ = ()

    def make(self, roundup: Roundup, destinations: Collection[str]) -> int:
        """Insert a row for each destination that has none yet, due at once; how many are new."""
        if not destinations:
            return 0
        rows = [
            {"roundup_id": roundup.id, "destination": name, "saved": {}, "next_at": self.now}
            for name in destinations
        ]
        return insert_many_new(self.conn, publications, rows)

    def of(self, roundup: Roundup) -> list[Publication]:
        """The publications of a roundup, in the order in which they were made."""
        mine = select(publications).where(publications.c.roundup_id == roundup.id)
        return [_publication(row) for row in self.conn.execute(mine.order_by(publications.c.id))]

    def get(self, publication_id: int) -> Publication:
        """The publication with this id."""
        mine = select(publications).where(publications.c.id == publication_id)
        return _publication(self.conn.execute(mine).one())

    def url(self, roundup: Roundup, destination: str) -> str:
        """Where everybody can read the roundup at a destination; "" where that is not known."""
        mine = (
            publications.c.roundup_id == roundup.id,
            publications.c.destination == destination,
            publications.c.is_public,
        )
        return self.conn.execute(select(publications.c.url).where(*mine)).scalar() or ""

    def last_at(self, series_name: str, destination: str) -> Publication | None:
        """The publication of a series' newest month at a destination; None where it has none."""
        statement = (
            select(publications)
            .join(roundups, roundups.c.id == publications.c.roundup_id)
            .join(series, series.c.id == roundups.c.series_id)
            .where(
                publications.c.destination == destination,
                series.c.name == series_name,
                roundups.c.rehearsal == self.rehearsal,
            )
            .order_by(roundups.c.title_month.desc())
            .limit(1)
        )
        row = self.conn.execute(statement).one_or_none()
        return _publication(row) if row else None

    def due(self, series_name: str, lease: timedelta) -> list[Publication]:
        """The publications of a series that are due and that nobody tries now, the oldest first.

        `lease` is the longest one: a row whose lease ends later was written by a wrong clock.
        """
        due = (_OPEN, publications.c.next_at <= self.now, ~self._is_taken(lease))
        statement = (
            select(publications)
            .join(roundups, roundups.c.id == publications.c.roundup_id)
            .join(series, series.c.id == roundups.c.series_id)
            .where(*due, series.c.name == series_name, roundups.c.rehearsal == self.rehearsal)
            .order_by(roundups.c.due_at, publications.c.id)
        )
        return [_publication(row) for row in self.conn.execute(statement)]

    def under_way(self, lease: timedelta) -> list[UnderWay]:
        """The tries of all series that are under way, by their ends; `lease` as in `due`."""
        columns = (
            *(series.c.name, roundups.c.title_month, publications.c.destination),
            *(publications.c.lease_owner, publications.c.lease_until),
        )
        statement = (
            select(*columns)
            .select_from(publications)
            .join(roundups, roundups.c.id == publications.c.roundup_id)
            .join(series, series.c.id == roundups.c.series_id)
            .where(_OPEN, self._is_taken(lease), roundups.c.rehearsal == self.rehearsal)
            .order_by(publications.c.lease_until, publications.c.id)
        )
        return [UnderWay(*row) for row in self.conn.execute(statement)]

    def waiting(self, series_name: str) -> list[Publication]:
        """The publications of a series that wait for a person."""
        statement = (
            select(publications)
            .join(roundups, roundups.c.id == publications.c.roundup_id)
            .join(series, series.c.id == roundups.c.series_id)
            .where(
                publications.c.needs_person,
                series.c.name == series_name,
                roundups.c.rehearsal == self.rehearsal,
            )
        )
        return [_publication(row) for row in self.conn.execute(statement)]

    def _is_taken(self, lease: timedelta, of: Any = publications) -> ColumnElement[bool]:
        """Whether somebody tries a publication now."""
        return and_(
            of.c.lease_until.is_not(None),
            of.c.lease_until > self.scope.instant(timedelta(0)),
            of.c.lease_until <= self.scope.instant(lease),
        )

    def begin(
        self, publication: Publication, lease: timedelta, owner: str, settings: str
    ) -> Publication | None:
        """Claim a publication for the time of a lease, as the intent to publish it.

        `settings` is the hash of those that it is tried with. Returns None where it has moved since
        it was read, or somebody else is at work at the same destination.
        """
        other = publications.alias()
        at_it = exists().where(
            other.c.destination == publication.destination,
            other.c.id != publication.id,
            self._is_taken(lease, other),
        )
        mine = (
            publications.c.id == publication.id,
            publications.c.fence == publication.fence,
            ~self._is_taken(lease),
            ~at_it,
        )
        values = {
            "lease_owner": owner[:64],
            "lease_until": self.scope.instant(lease),
            "fence": publication.fence + 1,
            "settings": settings,
        }
        claimed = update(publications).where(*mine).values(values).returning(publications)
        row = self.conn.execute(claimed).one_or_none()
        return _publication(row) if row else None

    def done(
        self, publication: Publication, again_at: datetime | None = None, **values: Any
    ) -> bool:
        """Write what became of a publication that this worker has claimed.

        `values` are `saved`, `url`, `is_public`, `revision`, `content` and `problem`. What was
        changed since that revision, or marked as due since it was claimed, is published next; else
        it is looked at `again_at`. Returns
        False, and writes nothing, where another worker has claimed it meanwhile.
        """
        made_up_to = select(roundups.c.rendered_revision).where(
            roundups.c.id == publications.c.roundup_id
        )
        # Somebody may have asked for it again meanwhile.
        is_newer = or_(
            made_up_to.scalar_subquery() > values["revision"],
            publications.c.next_at.is_distinct_from(publication.next_at),
        )
        first = publication.published_at or self.now
        return self._end(
            publication,
            {
                **values,
                "next_at": case((is_newer, self.now), else_=again_at),
                "failures": 0,
                "needs_person": False,
                "published_at": first,
                "updated_at": self.now,
            },
        )

    def failed(
        self,
        publication: Publication,
        problem: str,
        next_at: datetime | None,
        saved: Mapping[str, object] | None = None,
    ) -> bool:
        """Write why a publication failed, and when it is tried again; None waits for a person.

        Returns False as `done`.
        """
        values: dict[str, Any] = {
            "problem": problem,
            "next_at": next_at,
            "failures": publication.failures + 1,
            "needs_person": next_at is None,
        }
        if saved is not None:
            values["saved"] = dict(saved)
        return self._end(publication, values)

    def let_go(self, publication: Publication) -> bool:
        """Give a claim back, with nothing tried."""
        return self._end(publication, {})

    def _end(self, publication: Publication, values: dict[str, Any]) -> bool:
        mine = (publications.c.id == publication.id, publications.c.fence == publication.fence)
        free = {"lease_owner": None, "lease_until": None}
        written = update(publications).where(*mine).values({**values, **free})
        return self.conn.execute(written).rowcount == 1

    def mark_due(self, roundup: Roundup, *destinations: str, anew: bool = False) -> None:
        """Have a roundup published at once, again or for the first time; everywhere, or there.

        `anew` does so also where what is there is what would be published.
        """
        mine = [publications.c.roundup_id == roundup.id]
        if destinations:
            mine.append(publications.c.destination.in_(destinations))
        values: dict[str, Any] = {"next_at": self.now, "failures": 0, "needs_person": False}
        if anew:
            values["content"] = ""
        self.conn.execute(update(publications).where(*mine).values(values))

    def try_again(self, publication: Publication) -> None:
        """Try a publication that waits for a person, because something about it is other now."""
        mine = (publications.c.id == publication.id, publications.c.fence == publication.fence)
        values = {"next_at": self.now, "failures": 0, "needs_person": False}
        self.conn.execute(update(publications).where(*mine).values(values))
