"""What an imported roundup's article gets wrong or leaves open is kept with the roundup.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    findings = sa.Column("findings", sa.JSON, nullable=False, server_default="[]")
    op.add_column("roundups", findings)
