"""Collages: what is in the queue, in which order, and what changes there."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from bot.core.collage import Collage, Item, Picture, State, check_move, shown
from bot.core.errors import BadInput, NotAllowed
from bot.core.paper import Link
from bot.storage import papers, tables
from bot.storage.statements import Statements
from bot.storage.tables import collages, links, pictures, roundups, series

READY: ColumnElement[str] = literal_column("'ready'")


POSTED: ColumnElement[str] = literal_column("'posted'")


QUEUED: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{state}'") for state in ("draft", "ready", "claimed", "held")
)


_JOINED = (
    select(
        collages,
        *papers.COLUMNS,
        *(
            pictures.c[name].label(f"picture_{name}")
            for name in ("mime", "width", "height", "size")
        ),
        series.c.name.label("series_name"),
        roundups.c.title_month.label("roundup"),
    )
    .join(tables.papers, tables.papers.c.id == collages.c.paper_id)
    .join(series, series.c.id == collages.c.series_id)
    .outerjoin(pictures, pictures.c.sha256 == collages.c.picture_sha256)
    .outerjoin(roundups, roundups.c.id == collages.c.roundup_id)
    .where(collages.c.removed_at.is_(None))
)


def _collage(row: Row[Any], its_links: tuple[Link, ...]) -> Collage:
    picture = None
    if row.picture_sha256:
        sizes = (row.picture_mime, row.picture_width, row.picture_height, row.picture_size)
        picture = Picture(row.picture_sha256, *sizes, file=row.picture_file)
    return Collage(
        id=row.id,
        series=row.series_name,
        name=row.name,
        paper=papers.record(row, its_links),
        paragraph=row.paragraph,
        alt=row.alt,
        thread=tuple(row.thread),
        printed_number=row.printed_number,
        caption=row.caption,
        picture_file=row.picture_file,
        state=State(row.state),
        position=row.position,
        picture=picture,
        pinned_on=row.pinned_on,
        number=row.number,
        number_year=row.number_year,
        kept_number=row.kept_number,
        note=row.note,
        revision=row.revision,
        posted_at=row.posted_at,
        posted_is_assumed=row.posted_is_assumed,
        roundup=row.roundup or "",
    )


def belongs_to_roundup(series_id: int, due_by: datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition for what a roundup due then holds: it is out, was due by then, and is in no
    roundup yet.
    """
    return (
        collages.c.series_id == series_id,
        collages.c.state == POSTED,
        collages.c.roundup_id.is_(None),
        collages.c.due_at <= due_by,
    )


def _content(item: Item, picture: Picture | None) -> dict[str, Any]:
    return {
        "name": item.name,
        "printed_number": item.printed_number,
        "paragraph": item.paragraph,
        "alt": item.alt,
        "caption": item.caption,
        "thread": list(item.thread),
        "picture_sha256": picture.sha256 if picture else None,
        "picture_file": picture.file if picture else item.picture_file,
    }


def _check_open(collage: Collage) -> None:
    if collage.state in {State.POSTED, State.CLAIMED}:
        why = (
            "what is out is history and stays as it is"
            if collage.state == State.POSTED
            else "it is on its way out"
        )
        raise NotAllowed(f"{collage.name} is {collage.state}: {why}.")


class Queue(Statements):
    """The collages of the queue: looked up, listed, changed. Series go by their names."""

    def _load(self, rows: Sequence[Row[Any]]) -> list[Collage]:
        found = papers.links_of(self.conn, {row.paper_id for row in rows})
        return [_collage(row, found[row.paper_id]) for row in rows]

    def get(self, series_name: str, name: str) -> Collage:
        """The collage with this slug or number ("29": the newest year's); raises `BadInput` when there
        is none.
        """
        series_id = self.series_id(series_name)
        wanted = collages.c.name == name
        if name.isascii() and name.isdigit() and len(name) < 10:
            wanted = or_(
                wanted, collages.c.number == int(name), collages.c.kept_number == int(name)
            )
        statement = _JOINED.where(collages.c.series_id == series_id, wanted).order_by(
            collages.c.number_year.desc()
        )
        rows = self.conn.execute(statement.limit(1)).all()
        if not rows:
            raise BadInput(f"There is no collage {shown(name)} in the queue; see: mlcollage list")
        return self._load(rows)[0]

    def by_id(self, collage_id: int) -> Collage:
        return self._load(self.conn.execute(_JOINED.where(collages.c.id == collage_id)).all())[0]

    def by_ids(self, ids: Iterable[int]) -> dict[int, Collage]:
        """Collages by id; one that has been removed is left out."""
        if not (wanted := list(ids)):
            return {}
        rows = self.conn.execute(_JOINED.where(collages.c.id.in_(wanted))).all()
        return {item.id: item for item in self._load(rows)}

    def has_name(self, series_name: str, name: str) -> bool:
        series_id = self.series_id(series_name)
        statement = select(collages.c.id).where(
            collages.c.series_id == series_id,
            collages.c.name == name,
            collages.c.removed_at.is_(None),
        )
        return self.conn.execute(statement).scalar() is not None

    def waiting(self, series_name: str, states: Iterable[State] = ()) -> list[Collage]:
        """What is not posted, in the order of the queue; of some states only, if any are given."""
        series_id = self.series_id(series_name)
        statement = _JOINED.where(collages.c.series_id == series_id, collages.c.state.in_(QUEUED))
        if states := tuple(states):
            statement = statement.where(collages.c.state.in_([state.value for state in states]))
        return self._load(self.conn.execute(statement.order_by(collages.c.position)).all())

    def posted(self, series_name: str, most: int) -> list[Collage]:
        """What is out, newest first."""
        series_id = self.series_id(series_name)
        statement = _JOINED.where(collages.c.series_id == series_id, collages.c.state == POSTED)
        newest = statement.order_by(collages.c.posted_at.desc(), collages.c.id.desc())
        return self._load(self.conn.execute(newest.limit(most)).all())

    def in_roundup(self, roundup_id: int) -> list[Collage]:
        """A roundup's collages in the order they went out."""
        statement = _JOINED.where(collages.c.roundup_id == roundup_id)
        return self._load(
            self.conn.execute(statement.order_by(collages.c.due_at, collages.c.id)).all()
        )

    def unrounded(self, series_name: str, due_by: datetime) -> list[Collage]:
        """The collages that a roundup due then would hold now, in the order they went out."""
        series_id = self.series_id(series_name)
        statement = _JOINED.where(*belongs_to_roundup(series_id, due_by))
        return self._load(
            self.conn.execute(statement.order_by(collages.c.due_at, collages.c.id)).all()
        )

    def has_number(self, series_name: str, year: int, number: int) -> str | None:
        """The name of the collage that has this number in that numbering year, or brought it along."""
        series_id = self.series_id(series_name)
        taken = and_(collages.c.number_year == year, collages.c.number == number)
        queued = and_(
            collages.c.state != "claimed",
            collages.c.state != POSTED,
            collages.c.kept_number == number,
        )
        mine = (
            collages.c.series_id == series_id,
            collages.c.removed_at.is_(None),
            or_(taken, queued),
        )
        return self.conn.execute(select(collages.c.name).where(*mine).limit(1)).scalar()

    def taken_by(self, series_name: str, number: int, year: int) -> str | None:
        """The name of the collage that took this number in that numbering year."""
        series_id = self.series_id(series_name)
        mine = (
            collages.c.series_id == series_id,
            collages.c.number_year == year,
            collages.c.number == number,
        )
        return self.conn.execute(select(collages.c.name).where(*mine)).scalar()

    def same_paper(self, series_name: str, urls: Sequence[str]) -> str | None:
        """The name of a collage of this series whose paper has one of these links."""
        series_id = self.series_id(series_name)
        statement = (
            select(collages.c.name)
            .join(links, links.c.paper_id == collages.c.paper_id)
            .where(links.c.url.in_(urls), links.c.kind == "paper")
            .where(collages.c.series_id == series_id, collages.c.removed_at.is_(None))
            .limit(1)
        )
        return self.conn.execute(statement).scalar()

    def add(
        self, series_name: str, item: Item, picture: Picture | None, state: State, **more: Any
    ) -> Collage:
        """Put an item at the queue's end; `more` are further columns (a kept number, history's dates)."""
        series_id = self.series_id(series_name)
        if self.has_name(series_name, item.name):
            raise BadInput(
                f"{item.place + ': ' if item.place else ''}there is already a collage named {item.name}; "
                f"change it with: mlcollage edit {item.name}"
            )
        last = (
            self.conn.execute(
                select(func.max(collages.c.position)).where(collages.c.series_id == series_id)
            ).scalar()
            or 0
        )
        new = insert(collages).values(
            series_id=series_id,
            paper_id=papers.add(self.conn, item.paper),
            state=state.value,
            position=last + 1,
            **_content(item, picture),
            **more,
        )
        return self.by_id(self.conn.execute(new.returning(collages.c.id)).scalar_one())

    def put_into_roundup(self, ids: Sequence[int], roundup_id: int) -> None:
        """History that was published elsewhere belongs to the roundup it came with."""
        self.conn.execute(
            update(collages).where(collages.c.id.in_(ids)).values(roundup_id=roundup_id)
        )

    def _change(self, collage: Collage, **values: Any) -> None:
        """A guarded change: it fails when somebody changed the collage since it was read, and never
        touches history.
        """
        statement = (
            update(collages)
            .where(
                collages.c.id == collage.id,
                collages.c.revision == collage.revision,
                collages.c.state != POSTED,
            )
            .values(revision=collages.c.revision + 1, **values)
        )
        if self.conn.execute(statement).rowcount != 1:
            raise NotAllowed(
                f"{collage.name} was changed by somebody else at this moment; look again and repeat."
            )

    def replace(
        self, collage: Collage, item: Item, picture: Picture | None, state: State
    ) -> Collage:
        """An edited item takes the place of what was there; its order, pin and number stay."""
        if collage.state == State.POSTED:
            raise NotAllowed(
                f"{collage.name} is posted: what is out is history and stays as it is."
            )
        if item.name != collage.name and self.has_name(collage.series, item.name):
            raise BadInput(f"There is already a collage named {item.name}; choose another name.")
        self._change(collage, state=state.value, **_content(item, picture))
        paper_id = self.conn.execute(
            select(collages.c.paper_id).where(collages.c.id == collage.id)
        ).scalar_one()
        papers.replace(self.conn, paper_id, item.paper)
        return self.by_id(collage.id)

    def change_state(self, collage: Collage, to: State, note: str = "") -> None:
        check_move(collage.name, collage.state, to)
        self._change(collage, state=to.value, note=note)

    def pin(self, collage: Collage, on: date | None) -> None:
        _check_open(collage)
        if on is not None:
            series_id = self.series_id(collage.series)
            other = self.conn.execute(
                select(collages.c.name).where(
                    collages.c.series_id == series_id,
                    collages.c.pinned_on == on,
                    collages.c.state.in_(QUEUED),
                    collages.c.removed_at.is_(None),
                    collages.c.id != collage.id,
                )
            ).scalar()
            if other:
                raise NotAllowed(
                    f"{other} is pinned to {on} already; unpin it first: mlcollage pin {other} --off"
                )
        self._change(collage, pinned_on=on)

    def unpin_day(self, series_name: str, on: date) -> str | None:
        """Take the pin off the collage pinned to a day whose slot is gone; its name."""
        series_id = self.series_id(series_name)
        statement = (
            update(collages)
            .where(
                collages.c.series_id == series_id,
                collages.c.pinned_on == on,
                collages.c.state.in_(QUEUED),
            )
            .values(pinned_on=None, revision=collages.c.revision + 1)
            .returning(collages.c.name)
        )
        return self.conn.execute(statement).scalar()

    def move(self, collage: Collage, *, before: Collage | None) -> None:
        """Put a collage directly before another one, or at the end."""
        _check_open(collage)
        series_id = self.series_id(collage.series)
        if before is None:
            last = self.conn.execute(
                select(func.max(collages.c.position)).where(collages.c.series_id == series_id)
            ).scalar_one()
            self._change(collage, position=last + 1)
            return
        _check_open(before)
        behind = (collages.c.series_id == series_id, collages.c.position >= before.position)
        # What a rehearsal has taken comes back to its place in this order.
        in_line = or_(collages.c.state.in_(QUEUED), collages.c.rehearsal > 0)
        self.conn.execute(
            update(collages).where(*behind, in_line).values(position=collages.c.position + 1)
        )
        self._change(collage, position=before.position)

    def remove(self, collage: Collage) -> None:
        """Take a collage out of the queue; its row stays for the log, its name becomes free."""
        _check_open(collage)
        self._change(collage, removed_at=self.now, number=None, pinned_on=None)
