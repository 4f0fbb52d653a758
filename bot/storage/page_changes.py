"""Notes that what a roundup's page shows was changed, in the transaction that changes it."""

from sqlalchemy import ColumnElement, Connection, select, update

from bot.storage.tables import collages, roundups


def of(conn: Connection, which: ColumnElement[bool]) -> None:
    """The pages of these roundups are to be made again."""
    conn.execute(update(roundups).where(which).values(revision=roundups.c.revision + 1))


def with_collage(conn: Connection, collage_id: int) -> None:
    """The page that shows a collage is to be made again; nothing where it is in no roundup yet."""
    its = select(collages.c.roundup_id).where(collages.c.id == collage_id)
    of(conn, roundups.c.id == its.scalar_subquery())
