"""The traceback of an unexpected error, with the attempt or the look that it ended.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("attempts", "looks"):
        op.add_column(table, sa.Column("trace", sa.Text, nullable=False, server_default=""))
