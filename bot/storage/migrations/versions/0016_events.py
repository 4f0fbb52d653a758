"""What scripts are told: events, the hooks that get them, and how far each has got to which.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hooks",
        sa.Column("id", Id, nullable=False),
        sa.Column("destination", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hooks")),
        sa.UniqueConstraint("destination", name=op.f("uq_hooks_destination")),
    )
    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("rehearsal", sa.Integer, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
    )
    op.create_index("ix_events_at", "events", ["at"])
    op.create_table(
        "event_sendings",
        sa.Column("id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("destination", sa.String(64), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer, server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sendings")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_sendings_event_id")
        ),
        sa.UniqueConstraint(
            "event_id", "destination", name=op.f("uq_event_sendings_event_id_destination")
        ),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_event_sendings_open",
        "event_sendings",
        ["destination", "event_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
