"""What is seen of a picture is kept beside it, for each page of a PDF that is shown.

Of the pictures that are there already nothing is known but their sizes: none is decoded for it.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = "sha256, page, width, height, frames, fingerprint, ground, letters, is_blank"


def upgrade() -> None:
    op.create_table(
        "picture_pages",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("ground", sa.String(10), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("is_blank", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["pictures.sha256"], name=op.f("fk_picture_pages_sha256")
        ),
        sa.PrimaryKeyConstraint("sha256", "page", name=op.f("pk_picture_pages")),
    )
    page = sa.Column("picture_page", sa.Integer(), server_default="0", nullable=False)
    op.add_column("collages", page)
    seen = "sha256, 0, width, height, frames, '', '', 0, false"
    op.execute(f"INSERT INTO picture_pages ({COLUMNS}) SELECT {seen} FROM pictures")
