"""Late looks at deliveries; parts taken off; whose keys an account has, and when it was audited.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "late_looks",
        sa.Column("id", Id, nullable=False),
        sa.Column("delivery_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_late_looks_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_looks")),
    )
    op.create_index("ix_late_looks_at", "late_looks", ["at"])
    op.add_column("accounts", sa.Column("audited_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("identity_id", "identity_handle"):
        op.add_column("accounts", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("parts", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
