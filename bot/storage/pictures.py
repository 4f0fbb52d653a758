"""Pictures in the database, addressed by the SHA-256 of their bytes."""

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

    def data(self, sha256: str) -> bytes:
        """The bytes of the picture with this hash."""
        statement = select(tables.pictures.c.data).where(tables.pictures.c.sha256 == sha256)
        data: bytes = self.conn.execute(statement).scalar_one()
        return data
