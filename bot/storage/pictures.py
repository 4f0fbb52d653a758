"""Pictures in the database, addressed by the SHA-256 of their bytes."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, false, func, literal, select, update

from bot.core.collage import Picture
from bot.storage import tables
from bot.storage.database import insert_new
from bot.storage.statements import Statements

pages = tables.picture_pages
_COLUMNS = tuple(column for column in pages.c if column.name not in ("sha256", "page"))
_UNSEEN = {
    "width": tables.pictures.c.width,
    "height": tables.pictures.c.height,
    "frames": tables.pictures.c.frames,
    "fingerprint": literal(""),
    "ground": literal(""),
    "letters": literal(0),
    "is_blank": false(),
}
SEEN = {column.name: func.coalesce(column, _UNSEEN[column.name]) for column in _COLUMNS}
"""What is seen of a picture, by the names that `Picture` has for it; to be joined from the outside,
for nothing but care keeps a row of pages beside each picture.
"""


class Shown(NamedTuple):
    """A collage's picture by what tells whether it is another's."""

    collage_id: int
    sha256: str
    page: int
    fingerprint: str


class Pictures(Statements):
    """The bytes of pictures, each stored once, and what is seen of each of their pages."""

    def put(self, picture: Picture, data: bytes) -> None:
        """Store a picture; one that is there already stays as it is."""
        # Looked up first: an insert would send megabytes to the server only to be ignored.
        there = self.conn.execute(
            select(tables.pictures.c.sha256).where(tables.pictures.c.sha256 == picture.sha256)
        ).scalar()
        if there is None:
            insert_new(
                self.conn,
                tables.pictures,
                sha256=picture.sha256,
                mime=picture.mime,
                width=picture.width,
                height=picture.height,
                size=picture.size,
                frames=picture.frames,
                data=data,
            )
        self._put_page(picture)

    def _put_page(self, picture: Picture) -> None:
        """Store what is seen; an earlier version did not look at how a picture looks."""
        seen = {column.name: getattr(picture, column.name) for column in _COLUMNS}
        mine = (pages.c.sha256 == picture.sha256, pages.c.page == picture.page)
        if insert_new(self.conn, pages, sha256=picture.sha256, page=picture.page, **seen) is None:
            self.conn.execute(update(pages).where(*mine, pages.c.fingerprint == "").values(seen))

    def shown_in(self, series_name: str) -> list[Shown]:
        """The pictures of a series' queue and history, without blank ones and slides we draw."""
        collages, series = tables.collages, tables.series
        statement = (
            select(collages.c.id, pages.c.sha256, pages.c.page, pages.c.fingerprint)
            .join(series, series.c.id == collages.c.series_id)
            .join(
                pages,
                and_(
                    pages.c.sha256 == collages.c.picture_sha256,
                    pages.c.page == collages.c.picture_page,
                ),
            )
            .where(
                series.c.name == series_name,
                collages.c.removed_at.is_(None),
                collages.c.picture_is_drawn.is_(False),
                pages.c.is_blank.is_(False),
            )
            .order_by(collages.c.id)
        )
        return [Shown(*row) for row in self.conn.execute(statement)]

    def everything(self) -> Iterator[tuple[Picture, bytes]]:
        """Every page of every picture with its bytes, one at a time in memory.

        None has a file's name, but the page that is named in one.
        """
        stored = tables.pictures.c
        page = func.coalesce(pages.c.page, 0).label("page")
        seen = [column.label(f"seen_{name}") for name, column in SEEN.items()]
        both = tables.pictures.outerjoin(pages, pages.c.sha256 == stored.sha256)
        keys = select(stored.sha256, page).select_from(both).order_by(stored.sha256, page)
        wanted = select(tables.pictures, page, *seen).select_from(both)
        for sha256, number in self.conn.execute(keys).all():
            row = self.conn.execute(wanted.where(stored.sha256 == sha256, page == number)).one()
            yield _picture(row), row.data

    def seen(self, sha256: str) -> Picture:
        """The picture with this hash, as it was seen; no PDF, of which there are several pages."""
        stored = tables.pictures.c
        columns = [column for column in stored if column.name != "data"]
        seen = [column.label(f"seen_{name}") for name, column in SEEN.items()]
        its_page = and_(pages.c.sha256 == stored.sha256, pages.c.page == 0)
        wanted: Select[Any] = select(*columns, literal(0).label("page"), *seen).select_from(
            tables.pictures.outerjoin(pages, its_page)
        )
        return _picture(self.conn.execute(wanted.where(stored.sha256 == sha256)).one())

    def with_type(self, sha256: str) -> tuple[bytes, str]:
        """The bytes of the picture with this hash, and their type."""
        wanted = select(tables.pictures.c.data, tables.pictures.c.mime)
        row = self.conn.execute(wanted.where(tables.pictures.c.sha256 == sha256)).one()
        return row.data, row.mime

    def find(self, sha256: str) -> tuple[bytes, str] | None:
        """The same, or None where there is no picture with this hash."""
        wanted = select(tables.pictures.c.data, tables.pictures.c.mime)
        row = self.conn.execute(wanted.where(tables.pictures.c.sha256 == sha256)).one_or_none()
        return (row.data, row.mime) if row else None

    def known(self, hashes: Iterable[str]) -> set[str]:
        """Those of these pictures, by their SHA-256, that are stored."""
        wanted = list(hashes)
        if not wanted:
            return set()
        there = tables.pictures.c.sha256
        return set(self.conn.execute(select(there).where(there.in_(wanted))).scalars())

    def data(self, sha256: str) -> bytes:
        """The bytes of the picture with this hash."""
        statement = select(tables.pictures.c.data).where(tables.pictures.c.sha256 == sha256)
        data: bytes = self.conn.execute(statement).scalar_one()
        return data


def _picture(row: Row[Any]) -> Picture:
    seen = {name: getattr(row, f"seen_{name}") for name in SEEN}
    return Picture(row.sha256, row.mime, size=row.size, file="", page=row.page, **seen)
