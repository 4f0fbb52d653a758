"""Whose keys an account had when it last posted.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("identity_id", "identity_handle"):
        op.add_column("accounts", sa.Column(name, sa.Text, nullable=False, server_default=""))
