"""A roundup has a cover, which is made again when what it shows has changed.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written out: both databases add a column with its reference, Alembic does not on SQLite.
    op.execute(
        "ALTER TABLE roundups ADD COLUMN cover_sha256 VARCHAR(64) "
        "CONSTRAINT fk_roundups_cover_sha256 REFERENCES pictures (sha256)"
    )
    made_of = sa.Column("cover_made_of", sa.Text, nullable=False, server_default="")
    op.add_column("roundups", made_of)
