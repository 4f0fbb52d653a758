"""Pictures in the database, addressed by the SHA-256 of their bytes."""

from sqlalchemy import Connection, select

from bot.core.collage import Picture
from bot.storage import tables
from bot.storage.database import insert_new


def put(conn: Connection, picture: Picture, data: bytes) -> None:
    """Keep a picture; one that is there already stays as it is."""
    there = conn.execute(
        select(tables.pictures.c.sha256).where(tables.pictures.c.sha256 == picture.sha256)
    ).scalar()
    if there is None:
        insert_new(
            conn,
            tables.pictures,
            sha256=picture.sha256,
            mime=picture.mime,
            width=picture.width,
            height=picture.height,
            size=picture.size,
            data=data,
        )


def data(conn: Connection, sha256: str) -> bytes:
    found: bytes = conn.execute(
        select(tables.pictures.c.data).where(tables.pictures.c.sha256 == sha256)
    ).scalar_one()
    return found
