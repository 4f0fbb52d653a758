"""By what a paper is recognised, from what to what something was changed, and series that are to be
gone.

And from which number on a series counts, where history or a person says so.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

from bot.core import same_paper
from bot.core.paper import Link, LinkKind, Paper

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

PAPERS = sa.table(
    "papers",
    sa.column("id", Id),
    sa.column("title", sa.Text),
    sa.column("arxiv_id", sa.Text),
    sa.column("doi", sa.Text),
)
LINKS = sa.table(
    "links", sa.column("paper_id", Id), sa.column("kind", sa.String), sa.column("url", sa.Text)
)
KEYS = sa.table("paper_keys", sa.column("paper_id", Id), sa.column("key", sa.String))


def upgrade() -> None:
    op.create_table(
        "paper_keys",
        sa.Column("id", Id, nullable=False),
        sa.Column("paper_id", Id, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_paper_keys_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_keys")),
    )
    op.create_index("ix_paper_keys_key", "paper_keys", ["key"])
    op.create_index("ix_paper_keys_paper_id", "paper_keys", ["paper_id"])
    op.create_index("ix_collages_paper_id", "collages", ["paper_id"])
    op.add_column("log", sa.Column("changes", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("series", sa.Column("counted", sa.JSON(), server_default="{}", nullable=False))
    retired_at = sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("series", retired_at)
    _write_keys(op.get_bind())


def _write_keys(conn: sa.Connection) -> None:
    """Write the keys of all papers that are there; a later rule would write them anew."""
    urls: dict[int, list[str]] = {}
    linked = sa.select(LINKS.c.paper_id, LINKS.c.url).where(LINKS.c.kind == "paper")
    for row in conn.execute(linked):
        urls.setdefault(row.paper_id, []).append(row.url)
    for row in conn.execute(sa.select(PAPERS)).all():
        links = tuple(Link(LinkKind.PAPER, url) for url in urls.get(row.id, ()))
        paper = Paper(row.title, links=links, arxiv_id=row.arxiv_id, doi=row.doi)
        keys = [{"paper_id": row.id, "key": key} for key in same_paper.keys(paper)]
        if keys:
            conn.execute(sa.insert(KEYS), keys)
