"""What a network would refuse is known before: frames of pictures, and which texts are out.

And which pictures and alt texts were drawn, so that they are drawn again with their number.

Revision ID: 0007
"""

import io

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PICTURES = sa.table(
    "pictures",
    sa.column("sha256", sa.String),
    sa.column("mime", sa.String),
    sa.column("width", sa.Integer),
    sa.column("height", sa.Integer),
    sa.column("frames", sa.Integer),
    sa.column("data", sa.LargeBinary),
)
COLLAGES = sa.table(
    "collages",
    sa.column("picture_sha256", sa.String),
    sa.column("alt", sa.Text),
    sa.column("picture_is_drawn", sa.Boolean),
    sa.column("alt_is_drawn", sa.Boolean),
)


def upgrade() -> None:
    op.add_column("pictures", sa.Column("frames", sa.Integer, nullable=False, server_default="1"))
    for name in ("picture_is_drawn", "alt_is_drawn"):
        column = sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("false"))
        op.add_column("collages", column)
    beginning = sa.Column("beginning", sa.String(100), nullable=False, server_default="")
    op.add_column("parts", beginning)
    op.execute("UPDATE parts SET beginning = substr(text, 1, 100)")
    op.create_index("ix_parts_text", "parts", ["beginning"])
    _count_frames(op.get_bind())
    _mark_slides(op.get_bind())


def _count_frames(conn: sa.Connection) -> None:
    """Count the frames of the pictures that may have several, one picture in memory at a time."""
    animated = sa.select(PICTURES.c.sha256).where(PICTURES.c.mime.in_(["image/gif", "image/webp"]))
    for sha256 in conn.execute(animated).scalars().all():
        mine = PICTURES.c.sha256 == sha256
        data = conn.execute(sa.select(PICTURES.c.data).where(mine)).scalar_one()
        frames = _frames(data)
        if frames > 1:
            conn.execute(sa.update(PICTURES).where(mine).values(frames=frames))


def _frames(data: bytes) -> int:
    """How many frames a picture has; 1 where it cannot be read any more."""
    from PIL import Image  # heavy: 16 ms, for the few pictures that may be animated

    try:
        with Image.open(io.BytesIO(data), formats=("GIF", "WEBP")) as image:
            return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - an upgrade does not fail for one picture
        return 1


def _mark_slides(conn: sa.Connection) -> None:
    """Mark what was drawn so far: a slide's size and type, and an alt text that begins as its."""
    slides = sa.select(PICTURES.c.sha256).where(
        PICTURES.c.mime == "image/png", PICTURES.c.width == 1600, PICTURES.c.height == 900
    )
    conn.execute(
        sa.update(COLLAGES)
        .where(COLLAGES.c.alt.like("Plain slide%"), COLLAGES.c.picture_sha256.in_(slides))
        .values(picture_is_drawn=sa.true(), alt_is_drawn=sa.true())
    )
