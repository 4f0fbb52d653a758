"""Roundups are published at destinations, looked at before, and made again when corrected.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _extend_roundups()
    _create_publications()
    _create_reviews()


def _extend_roundups() -> None:
    new = (
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.String(8), server_default="month", nullable=False),
        sa.Column("revision", sa.Integer, server_default="0", nullable=False),
        sa.Column("rendered_revision", sa.Integer, server_default="0", nullable=False),
        sa.Column("content", sa.String(64), server_default="", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("also_at", sa.Text, server_default="", nullable=False),
        sa.Column("previous_link", sa.Text, server_default="", nullable=False),
    )
    for column in new:
        op.add_column("roundups", column)
    changed = sa.text("revision > rendered_revision")
    op.create_index(
        "ix_roundups_changed",
        "roundups",
        ["series_id"],
        sqlite_where=changed,
        postgresql_where=changed,
    )


def _create_publications() -> None:
    op.create_table(
        "publications",
        sa.Column("id", Id, nullable=False),
        sa.Column("roundup_id", Id, nullable=False),
        sa.Column("destination", sa.String(40), nullable=False),
        sa.Column("saved", sa.JSON, server_default="{}", nullable=False),
        sa.Column("url", sa.Text, server_default="", nullable=False),
        sa.Column("is_public", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("revision", sa.Integer, server_default="0", nullable=False),
        sa.Column("content", sa.String(64), server_default="", nullable=False),
        sa.Column("settings", sa.String(16), server_default="", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer, server_default="0", nullable=False),
        sa.Column("problem", sa.Text, server_default="", nullable=False),
        sa.Column("needs_person", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("lease_owner", sa.String(64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer, server_default="0", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.ForeignKeyConstraint(
            ["roundup_id"], ["roundups.id"], name=op.f("fk_publications_roundup_id")
        ),
        sa.UniqueConstraint(
            "roundup_id", "destination", name=op.f("uq_publications_roundup_id_destination")
        ),
    )
    is_open = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_publications_open",
        "publications",
        ["next_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", Id, nullable=False),
        sa.Column("series_id", Id, nullable=False),
        sa.Column("title_month", sa.String(7), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text, server_default="", nullable=False),
        sa.Column("content", sa.String(64), server_default="", nullable=False),
        sa.Column("rehearsal", sa.Integer, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_reviews_series_id")),
        sa.UniqueConstraint(
            "series_id",
            "title_month",
            "rehearsal",
            name=op.f("uq_reviews_series_id_title_month_rehearsal"),
        ),
    )
