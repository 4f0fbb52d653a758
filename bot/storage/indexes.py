"""The indexes, so that no look ever walks through history.

They stand apart from the tables, because SQLAlchemy loads every dialect that an index has a
condition for, and only migrations and their test need them.
"""

from typing import NamedTuple

from sqlalchemy import Index, text

from bot.storage import tables


class Part(NamedTuple):
    """An index over the rows a condition names; an empty one names all."""

    name: str
    table: str
    columns: tuple[str, ...]
    where: str = ""
    unique: bool = False


OPEN_DELIVERY = "state IN ('waiting', 'sending', 'uncertain')"
QUEUED = "removed_at IS NULL AND state IN ('draft', 'ready', 'claimed', 'held')"

INDEXES = (
    Part(
        "ix_roundups_open",
        "roundups",
        ("series_id", "due_at"),
        "state IN ('due', 'rendered', 'linked')",
    ),
    Part("uq_collages_name", "collages", ("series_id", "name"), "removed_at IS NULL", unique=True),
    Part(
        "uq_collages_number",
        "collages",
        ("series_id", "number_year", "number"),
        "number IS NOT NULL",
        unique=True,
    ),
    Part("ix_collages_queue", "collages", ("series_id", "position"), QUEUED),
    Part(
        "ix_collages_ready",
        "collages",
        ("series_id", "position"),
        "state = 'ready' AND removed_at IS NULL",
    ),
    Part(
        "ix_collages_unrounded",
        "collages",
        ("series_id", "due_at"),
        "state = 'posted' AND roundup_id IS NULL",
    ),
    Part("ix_collages_posted", "collages", ("series_id", "posted_at"), "state = 'posted'"),
    Part("ix_collages_roundup_id", "collages", ("roundup_id",)),
    Part(
        "ix_deliveries_waiting",
        "deliveries",
        ("account_id", "rehearsal", "next_at", "id"),
        "state = 'waiting'",
    ),
    Part("ix_deliveries_open", "deliveries", ("rehearsal", "id"), OPEN_DELIVERY),
    Part(
        "ix_deliveries_under_way",
        "deliveries",
        ("account_id", "next_at"),
        "state IN ('sending', 'uncertain')",
    ),
    Part("ix_deliveries_stopped", "deliveries", ("rehearsal", "id"), "state IN ('held', 'failed')"),
    Part("ix_deliveries_collage_id", "deliveries", ("collage_id",)),
    Part("ix_deliveries_roundup_id", "deliveries", ("roundup_id",)),
    Part("ix_deliveries_begun", "deliveries", ("account_id", "series_id", "id"), "begun"),
    Part("ix_parts_receipt_id", "parts", ("receipt_id",), "receipt_id IS NOT NULL"),
    Part("ix_looks_delivery_id", "looks", ("delivery_id",)),
    Part("ix_attempts_delivery_id", "attempts", ("delivery_id",)),
    Part("ix_charges_month", "charges", ("account_id", "month")),
    Part("ix_notices_unprinted", "notices", ("id",), "printed_at IS NULL"),
    Part("ix_notices_unalerted", "notices", ("id",), "alerted_at IS NULL"),
    Part("ix_notices_open", "notices", ("id",), "acknowledged_at IS NULL"),
    Part("ix_log_subject", "log", ("subject",)),
)


def attach() -> None:
    """Make the indexes part of the tables, once."""
    for part in INDEXES:
        table = tables.metadata.tables[part.table]
        if any(index.name == part.name for index in table.indexes):
            continue
        where = text(part.where) if part.where else None
        columns = [table.c[name] for name in part.columns]
        Index(part.name, *columns, unique=part.unique, sqlite_where=where, postgresql_where=where)
