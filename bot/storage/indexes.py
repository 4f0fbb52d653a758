"""The indexes, by which no statement has to walk through history.

Most are partial: they hold only rows in the states that a statement asks for, and stay small
however much has been sent. They stand apart from the tables, because SQLAlchemy loads every dialect
that an index has a condition for, and only migrations and their test need them.
"""

from typing import NamedTuple

from sqlalchemy import Index, text

from bot.storage import tables


class Spec(NamedTuple):
    """An index over the rows that satisfy `where`; over all where that is empty."""

    name: str
    table: str
    columns: tuple[str, ...]
    where: str = ""
    unique: bool = False


OPEN_DELIVERY = "state IN ('waiting', 'sending', 'uncertain')"
QUEUED = "removed_at IS NULL AND state IN ('draft', 'ready', 'claimed', 'held')"

# The statements that use them repeat the conditions, in literals.
INDEXES = (
    # Roundups: what is due to be advanced.
    Spec(
        "ix_roundups_open",
        "roundups",
        ("series_id", "due_at"),
        "state IN ('due', 'rendered', 'linked')",
    ),
    # Those whose page is older than what it shows, and what is to be published somewhere.
    Spec("ix_roundups_changed", "roundups", ("series_id",), "revision > rendered_revision"),
    Spec("ix_publications_open", "publications", ("next_at",), "next_at IS NOT NULL"),
    # Collages: names and numbers are unique; the queue in its order, and its ready ones alone, for
    # drafts may be many; what the next roundup holds; the newest posts; a roundup's list.
    Spec("uq_collages_name", "collages", ("series_id", "name"), "removed_at IS NULL", unique=True),
    Spec(
        "uq_collages_number",
        "collages",
        ("series_id", "number_year", "number"),
        "number IS NOT NULL",
        unique=True,
    ),
    Spec("ix_collages_queue", "collages", ("series_id", "position"), QUEUED),
    Spec(
        "ix_collages_ready",
        "collages",
        ("series_id", "position"),
        "state = 'ready' AND removed_at IS NULL",
    ),
    Spec(
        "ix_collages_unrounded",
        "collages",
        ("series_id", "due_at"),
        "state = 'posted' AND roundup_id IS NULL",
    ),
    Spec("ix_collages_posted", "collages", ("series_id", "posted_at"), "state = 'posted'"),
    Spec("ix_collages_roundup_id", "collages", ("roundup_id",)),
    Spec("ix_collages_paper_id", "collages", ("paper_id",)),
    # What is approved of a collage now, and what its reviewers say.
    Spec("ix_approvals_collage_id", "approvals", ("collage_id",), "ended_at IS NULL"),
    Spec("ix_review_notes_collage_id", "review_notes", ("collage_id",)),
    # The addresses that are good for a person or a collage, who is logged in, and recent logins.
    Spec("ix_invitations_person_id", "invitations", ("person_id",), "ended_at IS NULL"),
    Spec("ix_invitations_collage_id", "invitations", ("collage_id",), "ended_at IS NULL"),
    Spec("ix_sessions_person_id", "sessions", ("person_id",), "ended_at IS NULL"),
    Spec("ix_logins_at", "logins", ("at",)),
    # Deliveries: the first that waits for an account, which is the claim; everything open, for the
    # watchdog and lists; the few under way; what a person has to look at; by what they carry; and
    # those with an attempt, in the order in which an account's threads were made.
    Spec(
        "ix_deliveries_waiting",
        "deliveries",
        ("account_id", "rehearsal", "next_at", "id"),
        "state = 'waiting'",
    ),
    Spec("ix_deliveries_open", "deliveries", ("rehearsal", "id"), OPEN_DELIVERY),
    Spec(
        "ix_deliveries_under_way",
        "deliveries",
        ("account_id", "next_at"),
        "state IN ('sending', 'uncertain')",
    ),
    Spec("ix_deliveries_stopped", "deliveries", ("rehearsal", "id"), "state IN ('held', 'failed')"),
    Spec("ix_deliveries_collage_id", "deliveries", ("collage_id",)),
    Spec("ix_deliveries_roundup_id", "deliveries", ("roundup_id",)),
    Spec("ix_deliveries_begun", "deliveries", ("account_id", "series_id", "id"), "begun"),
    # What belongs to a delivery, and whose post an id of a network or a text is.
    Spec("ix_parts_receipt_id", "parts", ("receipt_id",), "receipt_id IS NOT NULL"),
    Spec("ix_parts_text", "parts", ("beginning",)),
    Spec("ix_looks_delivery_id", "looks", ("delivery_id",)),
    Spec("ix_attempts_delivery_id", "attempts", ("delivery_id",)),
    Spec("ix_late_looks_at", "late_looks", ("at",)),
    Spec("ix_charges_month", "charges", ("account_id", "month")),
    # Notices that have not been printed, sent, or acknowledged.
    Spec("ix_notices_unprinted", "notices", ("id",), "printed_at IS NULL"),
    Spec("ix_notices_unalerted", "notices", ("id",), "alerted_at IS NULL"),
    Spec("ix_notices_open", "notices", ("id",), "acknowledged_at IS NULL"),
    # Events that are on their way to a destination, and old ones, which are deleted.
    Spec(
        "ix_event_sendings_open",
        "event_sendings",
        ("destination", "event_id"),
        "ended_at IS NULL",
    ),
    Spec("ix_events_at", "events", ("at",)),
    # Which papers have a key, and the keys of a paper.
    Spec("ix_paper_keys_key", "paper_keys", ("key",)),
    Spec("ix_paper_keys_paper_id", "paper_keys", ("paper_id",)),
    Spec("ix_log_subject", "log", ("subject",)),
)


def attach() -> None:
    """Add the indexes to the tables; a second call changes nothing."""
    for spec in INDEXES:
        table = tables.metadata.tables[spec.table]
        if any(index.name == spec.name for index in table.indexes):
            continue
        where = text(spec.where) if spec.where else None
        columns = [table.c[name] for name in spec.columns]
        Index(spec.name, *columns, unique=spec.unique, sqlite_where=where, postgresql_where=where)
