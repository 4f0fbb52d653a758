"""Collages: what is in the queue, in which order, and how that changes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from bot.core import hints, per_network
from bot.core import slide as slides
from bot.core.collage import Collage, Item, Picture, State, check_move, shown
from bot.core.errors import BadInput, NotAllowed
from bot.core.paper import Link
from bot.storage import page_changes, papers, tables
from bot.storage.pictures import SEEN
from bot.storage.statements import Statements
from bot.storage.tables import collages, paper_keys, picture_pages, pictures, roundups, series

# Literals, not bind parameters, as in `deliveries.py`: the partial indexes are used only where the
# planner can read the state in the statement.
READY: ColumnElement[str] = literal_column("'ready'")
POSTED: ColumnElement[str] = literal_column("'posted'")
QUEUED: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{state}'") for state in ("draft", "ready", "claimed", "held")
)

MOST_KEYS = 500
"""Keys of papers in one statement; SQLite takes no more than 999 parameters where it is old."""

_WITH_REMOVED = (
    select(
        collages,
        *papers.COLUMNS,
        *(
            column.label(f"picture_{name}")
            for name, column in {"mime": pictures.c.mime, "size": pictures.c.size, **SEEN}.items()
        ),
        series.c.name.label("series_name"),
        roundups.c.title_month.label("roundup"),
    )
    .join(tables.papers, tables.papers.c.id == collages.c.paper_id)
    .join(series, series.c.id == collages.c.series_id)
    .outerjoin(pictures, pictures.c.sha256 == collages.c.picture_sha256)
    .outerjoin(
        picture_pages,
        and_(
            picture_pages.c.sha256 == collages.c.picture_sha256,
            picture_pages.c.page == collages.c.picture_page,
        ),
    )
    .outerjoin(roundups, roundups.c.id == collages.c.roundup_id)
)
_JOINED = _WITH_REMOVED.where(collages.c.removed_at.is_(None))


def _collage(row: Row[Any], its_links: tuple[Link, ...]) -> Collage:
    picture = None
    if row.picture_sha256:
        picture = Picture(
            sha256=row.picture_sha256,
            mime=row.picture_mime,
            width=row.picture_width,
            height=row.picture_height,
            size=row.picture_size,
            file=row.picture_file,
            frames=row.picture_frames,
            page=row.picture_page,
            fingerprint=row.picture_fingerprint,
            ground=row.picture_ground,
            letters=row.picture_letters,
            is_blank=row.picture_is_blank,
        )
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
        picture_is_drawn=row.picture_is_drawn,
        alt_is_drawn=row.alt_is_drawn,
        slide=slides.from_stored(row.slide),
        on=per_network.from_stored(row.on_networks),
        pinned_on=row.pinned_on,
        number=row.number,
        number_year=row.number_year,
        kept_number=row.kept_number,
        note=row.note,
        changed_by=row.changed_by,
        revision=row.revision,
        posted_at=row.posted_at,
        posted_is_assumed=row.posted_is_assumed,
        roundup=row.roundup or "",
    )


class Printed(NamedTuple):
    """What is out or on its way: its own number with its year, or the one that an article shows."""

    name: str
    number: int | None
    number_year: int
    printed_number: str
    posted_at: datetime | None


def belongs_to_roundup(series_id: int, due_by: datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition for the collages of a roundup due then.

    They are posted, were due by then, and are in no roundup yet.
    """
    return (
        collages.c.series_id == series_id,
        collages.c.state == POSTED,
        collages.c.roundup_id.is_(None),
        collages.c.due_at <= due_by,
    )


def _content(item: Item, picture: Picture | None) -> dict[str, Any]:
    """The columns that an item and its picture fill, those of its paper aside."""
    content: dict[str, Any] = {
        "name": item.name,
        "printed_number": item.printed_number,
        "paragraph": item.paragraph,
        "alt": item.alt,
        "caption": item.caption,
        "thread": list(item.thread),
        "picture_sha256": None,
        "picture_file": item.picture_file,
        "slide": slides.stored(item.slide),
        "on_networks": per_network.stored(item.on),
        "picture_page": 0,
    }
    if picture:
        content |= {
            "picture_sha256": picture.sha256,
            "picture_file": picture.file,
            "picture_page": picture.page,
        }
    return content


def _check_open(collage: Collage) -> None:
    """Raise `NotAllowed` for a collage that is posted or claimed."""
    if collage.state is State.POSTED:
        raise NotAllowed(f"{collage.name} is posted: what is out is history and stays as it is.")
    if collage.state is State.CLAIMED:
        raise NotAllowed(f"{collage.name} is claimed: it is on its way out.")


class KeptBack(NamedTuple):
    """A draft that would be ready but for what a network would refuse, which `note` says."""

    name: str
    note: str
    position: int


class Queue(Statements):
    """The collages of the queue: looked up, listed, changed.

    Removed ones are left out everywhere. Methods that change a collage raise `NotAllowed` when it
    is not as it was read.
    """

    def _load(self, statement: Select[Any]) -> list[Collage]:
        """The collages of a select of `_JOINED`, with their papers' links."""
        rows = self.conn.execute(statement).all()
        links_by_paper = papers.links_of(self.conn, {row.paper_id for row in rows})
        return [_collage(row, links_by_paper[row.paper_id]) for row in rows]

    def get(self, series_name: str, name: str) -> Collage:
        """As `find`; raises `BadInput` where there is none."""
        found = self.find(series_name, name)
        if found is None:
            hint = hints.or_see(name, self._newest_names(series_name), "mlcollage list")
            raise BadInput(f"There is no collage {shown(name)} in the queue{hint}")
        return found

    def find(self, series_name: str, name: str) -> Collage | None:
        """The collage with this slug or number ("29": of the newest numbering year), or None."""
        wanted = collages.c.name == name
        # At most nine digits: more may not fit into a column of 32 bits.
        if name.isascii() and name.isdigit() and len(name) < 10:
            number = int(name)
            wanted = or_(wanted, collages.c.number == number, collages.c.kept_number == number)
        statement = _JOINED.where(collages.c.series_id == self.series_id(series_name), wanted)
        loaded = self._load(statement.order_by(collages.c.number_year.desc()).limit(1))
        return next(iter(loaded), None)

    def _newest_names(self, series_name: str) -> list[str]:
        """The names of the series' collages, the newest first, at most as many as are compared."""
        mine = (
            collages.c.series_id == self.series_id(series_name),
            collages.c.removed_at.is_(None),
        )
        newest = select(collages.c.name).where(*mine).order_by(collages.c.id.desc())
        return list(self.conn.execute(newest.limit(hints.MOST)).scalars())

    def by_id(self, collage_id: int) -> Collage:
        """The collage with this id, which must be there."""
        return self._load(_JOINED.where(collages.c.id == collage_id))[0]

    def by_ids(self, ids: Iterable[int]) -> dict[int, Collage]:
        """Collages by id; one that has been removed is left out."""
        if not (wanted := list(ids)):
            return {}
        loaded = self._load(_JOINED.where(collages.c.id.in_(wanted)).order_by(collages.c.id))
        return {collage.id: collage for collage in loaded}

    def everything(self) -> Iterator[Collage]:
        """Every collage of every series, the removed ones too."""
        ids = self.conn.execute(select(collages.c.id).order_by(collages.c.id)).scalars().all()
        for start in range(0, len(ids), 100):
            wanted = collages.c.id.in_(ids[start : start + 100])
            yield from self._load(_WITH_REMOVED.where(wanted))

    def lock(self, series_name: str) -> None:
        """Let no other transaction change names, places and days of a series until this one ends.

        Each looks at other collages before it writes. On SQLite a transaction that writes is alone
        anyway.
        """
        mine = series.c.id == self.series_id(series_name)
        self.conn.execute(select(series.c.id).where(mine).with_for_update())

    def has_name(self, series_name: str, name: str) -> bool:
        """Whether a collage of the series has this name."""
        statement = select(collages.c.id).where(
            collages.c.series_id == self.series_id(series_name),
            collages.c.name == name,
            collages.c.removed_at.is_(None),
        )
        return self.conn.execute(statement).scalar() is not None

    def waiting(self, series_name: str, states: Iterable[State] = ()) -> list[Collage]:
        """What is not posted, in the order of the queue; only of these states, if any are given."""
        series_id = self.series_id(series_name)
        statement = _JOINED.where(collages.c.series_id == series_id, collages.c.state.in_(QUEUED))
        if states := tuple(states):
            statement = statement.where(collages.c.state.in_([state.value for state in states]))
        return self._load(statement.order_by(collages.c.position))

    def posted(self, series_name: str, most: int) -> list[Collage]:
        """At most `most` posted collages, the newest first."""
        series_id = self.series_id(series_name)
        statement = _JOINED.where(collages.c.series_id == series_id, collages.c.state == POSTED)
        newest = statement.order_by(collages.c.posted_at.desc(), collages.c.id.desc())
        return self._load(newest.limit(most))

    def posted_matching(self, series_name: str, words: Sequence[str], most: int) -> list[Collage]:
        """At most `most` posted collages that have each word in NAME or title, newest first.

        Letters beyond ASCII have to be in the same case.
        """
        told = func.lower(collages.c.name + " " + tables.papers.c.title)
        found = [told.contains(word, autoescape=True) for word in words]
        mine = (collages.c.series_id == self.series_id(series_name), collages.c.state == POSTED)
        statement = _JOINED.where(*mine, *found)
        newest = statement.order_by(collages.c.posted_at.desc(), collages.c.id.desc())
        return self._load(newest.limit(most))

    def without_picture(self, series_name: str) -> list[Collage]:
        """The collages that have no picture and name a file of one: history, then the queue."""
        mine = (
            collages.c.series_id == self.series_id(series_name),
            collages.c.picture_sha256.is_(None),
            collages.c.picture_file != "",
            collages.c.state != "claimed",
        )
        statement = _JOINED.where(*mine).order_by(collages.c.posted_at.is_(None), collages.c.id)
        return self._load(statement)

    def in_roundup(self, roundup_id: int) -> list[Collage]:
        """The collages of a roundup in the order in which they went out."""
        statement = _JOINED.where(collages.c.roundup_id == roundup_id)
        return self._load(statement.order_by(collages.c.due_at, collages.c.id))

    def in_roundups(self, roundup_ids: Sequence[int]) -> dict[int, list[Collage]]:
        """The same for several roundups, by the roundup's id."""
        found: dict[int, list[Collage]] = {roundup_id: [] for roundup_id in roundup_ids}
        statement = _JOINED.where(collages.c.roundup_id.in_(roundup_ids))
        rows = self.conn.execute(statement.order_by(collages.c.due_at, collages.c.id)).all()
        links_by_paper = papers.links_of(self.conn, {row.paper_id for row in rows})
        for row in rows:
            found[row.roundup_id].append(_collage(row, links_by_paper[row.paper_id]))
        return found

    def unrounded(self, series_name: str, due_by: datetime) -> list[Collage]:
        """The collages that a roundup due then would hold now, in the order they went out."""
        statement = _JOINED.where(*belongs_to_roundup(self.series_id(series_name), due_by))
        return self._load(statement.order_by(collages.c.due_at, collages.c.id))

    def is_any_claimed(self, series_name: str, due_by: datetime) -> bool:
        """Whether a collage that was due by then is on its way, and not out on any account."""
        claimed = (
            collages.c.series_id == self.series_id(series_name),
            collages.c.state.in_(QUEUED),
            collages.c.state == "claimed",
            collages.c.due_at <= due_by,
            collages.c.removed_at.is_(None),
        )
        statement = select(collages.c.id).where(*claimed).limit(1)
        return self.conn.execute(statement).scalar() is not None

    def has_number(self, series_name: str, year: int, number: int) -> str | None:
        """The name of the collage with this number in that numbering year, or None.

        A collage in the queue may have brought the number along, in whatever year it goes out.
        """
        taken = and_(collages.c.number_year == year, collages.c.number == number)
        # Once claimed or posted, it has a number of its own year.
        queued = and_(
            collages.c.state != "claimed",
            collages.c.state != POSTED,
            collages.c.kept_number == number,
        )
        mine = (
            collages.c.series_id == self.series_id(series_name),
            collages.c.removed_at.is_(None),
            or_(taken, queued),
        )
        return self.conn.execute(select(collages.c.name).where(*mine).limit(1)).scalar()

    def newest_number(self, series_name: str, year: int) -> int | None:
        """The highest number taken in a numbering year, or None."""
        statement = select(func.max(collages.c.number)).where(
            collages.c.series_id == self.series_id(series_name),
            collages.c.number_year == year,
            collages.c.number.is_not(None),
        )
        return self.conn.execute(statement).scalar()

    def printed(self, series_name: str, most: int | None = None) -> list[Printed]:
        """The numbers of what is on its way, and then of what is out, the newest first.

        Of what is out these are all, or at most so many.
        """
        statement = select(*(collages.c[name] for name in Printed._fields)).where(
            collages.c.series_id == self.series_id(series_name)
        )
        claimed = (collages.c.state.in_(QUEUED), collages.c.state == "claimed")
        there = (collages.c.removed_at.is_(None), collages.c.number.is_not(None))
        found = list(self.conn.execute(statement.where(*claimed, *there)))
        posted = statement.where(collages.c.state == POSTED, collages.c.posted_at.is_not(None))
        newest = posted.order_by(collages.c.posted_at.desc(), collages.c.id.desc())
        found += self.conn.execute(newest.limit(most))
        return [Printed(*row) for row in found]

    def taken_by(self, series_name: str, number: int, year: int) -> str | None:
        """The name of the collage that took this number in that numbering year, or None."""
        mine = (
            collages.c.series_id == self.series_id(series_name),
            collages.c.number_year == year,
            collages.c.number == number,
        )
        return self.conn.execute(select(collages.c.name).where(*mine)).scalar()

    def about(self, series_name: str, keys: Iterable[str]) -> list[Collage]:
        """The series' collages whose papers may be found by one of these keys, the oldest first."""
        series_id = self.series_id(series_name)
        wanted, found = list(keys), set[int]()
        for start in range(0, len(wanted), MOST_KEYS):
            statement = (
                select(collages.c.id)
                .join(paper_keys, paper_keys.c.paper_id == collages.c.paper_id)
                .where(paper_keys.c.key.in_(wanted[start : start + MOST_KEYS]))
                .where(collages.c.series_id == series_id, collages.c.removed_at.is_(None))
            )
            found.update(self.conn.execute(statement).scalars())
        return list(self.by_ids(sorted(found)).values())

    def with_alt(self, series_name: str, alts: Iterable[str]) -> list[Collage]:
        """The series' collages that have one of these alt texts, the oldest first."""
        series_id = self.series_id(series_name)
        wanted, found = list(alts), set[int]()
        for start in range(0, len(wanted), MOST_KEYS):
            statement = select(collages.c.id).where(
                collages.c.series_id == series_id,
                collages.c.removed_at.is_(None),
                collages.c.alt.in_(wanted[start : start + MOST_KEYS]),
            )
            found.update(self.conn.execute(statement).scalars())
        return list(self.by_ids(sorted(found)).values())

    def kept_back(self, series_name: str) -> list[KeptBack]:
        """The drafts that were to go out and cannot, in the order of the queue."""
        statement = select(collages.c.name, collages.c.note, collages.c.position).where(
            collages.c.series_id == self.series_id(series_name),
            collages.c.state.in_(QUEUED),
            collages.c.state == "draft",
            collages.c.removed_at.is_(None),
            collages.c.note != "",
        )
        rows = self.conn.execute(statement.order_by(collages.c.position))
        return [KeptBack(*row) for row in rows]

    def _last_position(self, series_id: int) -> int:
        last = select(func.max(collages.c.position)).where(collages.c.series_id == series_id)
        return self.conn.execute(last).scalar() or 0

    def add(
        self, series_name: str, item: Item, picture: Picture | None, state: State, **more: Any
    ) -> Collage:
        """Append an item to the queue; `more` are further columns, such as a kept number.

        Raises `BadInput` where the name is taken.
        """
        series_id = self.series_id(series_name)
        self.lock(series_name)
        if self.has_name(series_name, item.name):
            place = f"{item.place}: " if item.place else ""
            raise BadInput(
                f"{place}there is already a collage named {item.name}; "
                f"change it with: mlcollage edit {item.name}"
            )
        new = insert(collages).values(
            series_id=series_id,
            position=self._last_position(series_id) + 1,
            paper_id=papers.add(self.conn, item.paper),
            state=state.value,
            **_content(item, picture),
            **more,
        )
        return self.by_id(self.conn.execute(new.returning(collages.c.id)).scalar_one())

    def put_into_roundup(self, ids: Sequence[int], roundup_id: int) -> None:
        """Assign imported collages to the roundup that they were published with elsewhere."""
        imported = update(collages).where(collages.c.id.in_(ids))
        self.conn.execute(imported.values(roundup_id=roundup_id))

    def _change(self, collage: Collage, **values: Any) -> None:
        """Write values, guarded by the collage's revision: it is in the state that was checked.

        Raises `NotAllowed` where it was changed since it was read.
        """
        statement = (
            update(collages)
            .where(collages.c.id == collage.id, collages.c.revision == collage.revision)
            .values(revision=collages.c.revision + 1, **values)
        )
        if self.conn.execute(statement).rowcount != 1:
            raise NotAllowed(
                f"{collage.name} was changed by somebody else at this moment; "
                "look again and repeat."
            )

    def replace(
        self, collage: Collage, item: Item, picture: Picture | None, state: State, **more: Any
    ) -> Collage:
        """Write an edited item in place of what was there; its place, pin and number stay.

        `more` are further columns.
        Raises `BadInput` where its new name is taken, `NotAllowed` where it is posted or was
        changed since it was read.
        """
        if collage.state is State.POSTED:
            raise NotAllowed(
                f"{collage.name} is posted: what is out is history and stays as it is."
            )
        if item.name != collage.name:
            self.lock(collage.series)
            if self.has_name(collage.series, item.name):
                raise BadInput(
                    f"There is already a collage named {item.name}; choose another name."
                )
        self._change(collage, state=state.value, **_content(item, picture), **more)
        self._replace_paper(collage, item)
        return self.by_id(collage.id)

    def correct(
        self, collage: Collage, item: Item, picture: Picture | None, **more: Any
    ) -> Collage:
        """Write an edited item in place of a posted one: its roundup's page is made again.

        What is out keeps the texts it was sent with. Raises `BadInput` where the name changes,
        `NotAllowed` where it was changed since it was read.
        """
        if item.name != collage.name:
            raise BadInput(f"{collage.name} is posted, and its name stays.")
        self._change(collage, **_content(item, picture), **more)
        self._replace_paper(collage, item)
        page_changes.with_collage(self.conn, collage.id)
        return self.by_id(collage.id)

    def _replace_paper(self, collage: Collage, item: Item) -> None:
        its_paper = select(collages.c.paper_id).where(collages.c.id == collage.id)
        papers.replace(self.conn, self.conn.execute(its_paper).scalar_one(), item.paper)

    def change_state(self, collage: Collage, to: State, note: str = "") -> None:
        """Move a collage to another state, with a note for people.

        Raises `NotAllowed` where the move is not legal or the collage was changed since it was
        read.
        """
        check_move(collage.name, collage.state, to)
        self._change(collage, state=to.value, note=note)

    def keep_number(self, collage: Collage, number: int | None) -> None:
        """Let a collage keep a number, or with None be counted when a slot takes it.

        Raises `NotAllowed` where it is on its way or out, or was changed since it was read.
        """
        _check_open(collage)
        self._change(collage, kept_number=number)

    def pin(self, collage: Collage, on: date | None) -> None:
        """Pin a collage to a day, or with None to no day.

        Raises `NotAllowed` where it is on its way or out, was changed since it was read, or another
        one is pinned to that day.
        """
        _check_open(collage)
        if on is not None:
            self._check_day(collage, on)
        self._change(collage, pinned_on=on)

    def _check_day(self, collage: Collage, on: date) -> None:
        """Raise `NotAllowed` where another collage of the series is pinned to the day."""
        others = select(collages.c.name).where(
            collages.c.series_id == self.series_id(collage.series),
            collages.c.pinned_on == on,
            collages.c.state.in_(QUEUED),
            collages.c.removed_at.is_(None),
            collages.c.id != collage.id,
        )
        other = self.conn.execute(others).scalar()
        if other:
            raise NotAllowed(
                f"{other} is pinned to {on} already; unpin it first: mlcollage pin {other} --off"
            )

    def unpin_day(self, series_name: str, on: date) -> str | None:
        """Unpin the collage that is pinned to a day; its name, or None where there is none.

        Used when the day has no further slot: the collage goes back to its place in the queue.
        """
        statement = (
            update(collages)
            .where(
                collages.c.series_id == self.series_id(series_name),
                collages.c.pinned_on == on,
                collages.c.state.in_(QUEUED),
            )
            .values(pinned_on=None, revision=collages.c.revision + 1)
            .returning(collages.c.name)
        )
        return self.conn.execute(statement).scalar()

    def move(self, collage: Collage, *, before: Collage | None) -> None:
        """Put a collage directly before another one, or with None at the end.

        Raises `NotAllowed` where either is on its way or out, or the collage was changed since it
        was read.
        """
        _check_open(collage)
        series_id = self.series_id(collage.series)
        if before is None:
            self._change(collage, position=self._last_position(series_id) + 1)
            return
        _check_open(before)
        behind = (collages.c.series_id == series_id, collages.c.position >= before.position)
        # What a rehearsal has claimed or posted returns to its place in this order, so its position
        # moves as well.
        in_line = or_(collages.c.state.in_(QUEUED), collages.c.rehearsal > 0)
        self.conn.execute(
            update(collages).where(*behind, in_line).values(position=collages.c.position + 1)
        )
        self._change(collage, position=before.position)

    def remove(self, collage: Collage) -> None:
        """Take a collage out of the queue: its row stays for the log, its name becomes free.

        Raises `NotAllowed` where it is on its way or out, or was changed since it was read.
        """
        _check_open(collage)
        self._change(collage, removed_at=self.now, number=None, pinned_on=None)
