"""By which calendar a series was last looked at, how far live roundups had come, and what a notice
is about.

Revision ID: 0006
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

series = sa.table(
    "series",
    sa.column("id", sa.BigInteger),
    sa.column("fingerprint", sa.Text),
    sa.column("calendars", sa.JSON),
)


def upgrade() -> None:
    op.add_column("series", sa.Column("calendars", sa.JSON(), server_default="{}", nullable=False))
    op.add_column(
        "series", sa.Column("live_through", sa.String(7), server_default="", nullable=False)
    )
    op.add_column("notices", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    for row in connection.execute(sa.select(series.c.id, series.c.fingerprint)).all():
        changed = sa.update(series).where(series.c.id == row.id)
        connection.execute(changed.values(calendars=_calendars(row.fingerprint)))


def _calendars(fingerprint: str) -> dict[str, object]:
    """What the fingerprint says: "Europe/Berlin | wednesday 15:00 | not 2021-12-20..2022-01-02".

    Lateness and roundups are not in it; they are taken from the configuration.
    """
    zone, *rest = fingerprint.split(" | ")
    blackout = [text.removeprefix("not ") for text in rest if text.startswith("not ")]
    slots = [text for text in rest if re.fullmatch(r"[a-z]+ \d\d:\d\d", text)]
    if not zone or len(slots) + len(blackout) < len(rest):
        return {}
    return {"looked": True, "now": {"zone": zone, "slots": slots, "blackout": blackout}}
