"""What the pages that links lead to offer for a link card.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_cards",
        sa.Column("id", Id, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, server_default="", nullable=False),
        sa.Column("description", sa.Text, server_default="", nullable=False),
        sa.Column("picture_sha256", sa.String(64), nullable=True),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_cards")),
        sa.ForeignKeyConstraint(
            ["picture_sha256"],
            ["pictures.sha256"],
            name=op.f("fk_link_cards_picture_sha256"),
        ),
        sa.UniqueConstraint("url", name=op.f("uq_link_cards_url")),
    )
