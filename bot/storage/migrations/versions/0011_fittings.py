"""Pictures as they were made to fit: by what, from which original, for which limits.

The fitted pictures are rows of `pictures`. Of what is there nothing is fitted now: a thread that
has begun goes on with the picture that it has.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fittings",
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("fidelity", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_sha256"], ["pictures.sha256"], name=op.f("fk_fittings_original_sha256")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["pictures.sha256"], name=op.f("fk_fittings_sha256")),
        sa.PrimaryKeyConstraint("original_sha256", "page", "key", name=op.f("pk_fittings")),
    )
