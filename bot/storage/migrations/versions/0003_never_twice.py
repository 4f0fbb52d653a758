"""What was seen when we looked, how far alerts have got, and what a person knows of an account's
other posts.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("tried_from", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_deliveries_open", "deliveries")
    _index(
        "ix_deliveries_open",
        "deliveries",
        ["rehearsal", "id"],
        "state IN ('waiting', 'sending', 'uncertain')",
    )
    op.drop_index("ix_deliveries_waiting", "deliveries")
    _index(
        "ix_deliveries_waiting",
        "deliveries",
        ["account_id", "rehearsal", "next_at", "id"],
        "state = 'waiting'",
    )
    _index(
        "ix_deliveries_under_way",
        "deliveries",
        ["account_id", "next_at"],
        "state IN ('sending', 'uncertain')",
    )
    _index("ix_deliveries_begun", "deliveries", ["account_id", "series_id", "id"], "begun")
    _index(
        "ix_deliveries_stopped", "deliveries", ["rehearsal", "id"], "state IN ('held', 'failed')"
    )
    _index("ix_parts_receipt_id", "parts", ["receipt_id"], "receipt_id IS NOT NULL")
    op.add_column(
        "accounts", sa.Column("strangers", sa.JSON(), server_default="[]", nullable=False)
    )
    op.create_table(
        "looks",
        sa.Column("id", Id, nullable=False),
        sa.Column("delivery_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saw", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_looks_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index("ix_looks_delivery_id", "looks", ["delivery_id"])
    op.add_column("notices", sa.Column("details", sa.Text(), server_default="", nullable=False))
    op.add_column("notices", sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True))
    # What was noticed before there were alerts is no news.
    op.execute("UPDATE notices SET alerted_at = created_at")
    _index("ix_notices_unalerted", "notices", ["id"], "alerted_at IS NULL")
    op.create_table(
        "alerts",
        sa.Column("id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("destination", sa.String(length=64), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_alerts_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "notice_id", "destination", name=op.f("uq_alerts_notice_id_destination")
        ),
    )


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
