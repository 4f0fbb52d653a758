"""Pictures in the database, addressed by the SHA-256 of their bytes."""

from collections.abc import Iterator

from sqlalchemy import select

from bot.core.collage import Picture
from bot.storage import tables
from bot.storage.database import insert_new
from bot.storage.statements import Statements


class Pictures(Statements):
    """The bytes of pictures, each stored once."""

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

    def everything(self) -> Iterator[tuple[Picture, bytes]]:
        """Every picture with its bytes, one at a time in memory; none has a file's name."""
        for sha256 in self.conn.execute(select(tables.pictures.c.sha256)).scalars().all():
            wanted = select(tables.pictures).where(tables.pictures.c.sha256 == sha256)
            row = self.conn.execute(wanted).one()
            yield Picture(row.sha256, row.mime, row.width, row.height, row.size, ""), row.data

    def with_type(self, sha256: str) -> tuple[bytes, str]:
        """The bytes of the picture with this hash, and their type."""
        wanted = select(tables.pictures.c.data, tables.pictures.c.mime)
        row = self.conn.execute(wanted.where(tables.pictures.c.sha256 == sha256)).one()
        return row.data, row.mime

    def data(self, sha256: str) -> bytes:
        """The bytes of the picture with this hash."""
        statement = select(tables.pictures.c.data).where(tables.pictures.c.sha256 == sha256)
        data: bytes = self.conn.execute(statement).scalar_one()
        return data
