"""What is on the slide of a collage: its figures, what to take away, theme and format.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collages", sa.Column("slide", sa.JSON(), server_default="{}", nullable=False))
