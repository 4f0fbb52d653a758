"""Collages are approved before they are sent, and reviewers leave notes.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collages", sa.Column("changed_by", sa.Text, server_default="", nullable=False))
    frozen = sa.Column("frozen", sa.Boolean, server_default=sa.text("false"), nullable=False)
    op.add_column("deliveries", frozen)
    _create_approvals()
    _create_review_notes()
    _fill_changed_by()


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", Id, nullable=False),
        sa.Column("collage_id", Id, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("sent", sa.JSON, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.ForeignKeyConstraint(
            ["collage_id"], ["collages.id"], name=op.f("fk_approvals_collage_id")
        ),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_approvals_collage_id",
        "approvals",
        ["collage_id"],
        sqlite_where=stands,
        postgresql_where=stands,
    )


def _create_review_notes() -> None:
    op.create_table(
        "review_notes",
        sa.Column("id", Id, nullable=False),
        sa.Column("collage_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_notes")),
        sa.ForeignKeyConstraint(
            ["collage_id"], ["collages.id"], name=op.f("fk_review_notes_collage_id")
        ),
    )
    op.create_index("ix_review_notes_collage_id", "review_notes", ["collage_id"])


def _fill_changed_by() -> None:
    """Take from the log who last changed what is still in the queue."""
    op.execute(
        """
        UPDATE collages SET changed_by = COALESCE(
            (
                SELECT log.who FROM log
                WHERE log.what IN ('add', 'edit') AND log.subject = (
                    SELECT series.name || '/' || collages.name FROM series
                    WHERE series.id = collages.series_id
                )
                ORDER BY log.id DESC LIMIT 1
            ),
            ''
        )
        WHERE state != 'posted' AND removed_at IS NULL
        """
    )
