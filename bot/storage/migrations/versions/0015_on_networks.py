"""What is different of a collage on some networks: left out, own words, authors' handles.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("on_networks", sa.JSON(), server_default="{}", nullable=False)
    op.add_column("collages", column)
