"""The first schema.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("network", sa.String(length=40), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "log",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log")),
    )
    op.create_index("ix_log_subject", "log", ["subject"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rehearsal", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    op.create_index(
        "ix_notices_open",
        "notices",
        ["id"],
        unique=False,
        sqlite_where=sa.text("acknowledged_at IS NULL"),
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    op.create_index(
        "ix_notices_unprinted",
        "notices",
        ["id"],
        unique=False,
        sqlite_where=sa.text("printed_at IS NULL"),
        postgresql_where=sa.text("printed_at IS NULL"),
    )
    op.create_table(
        "papers",
        sa.Column("id", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("others", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("arxiv_id", sa.Text(), server_default="", nullable=False),
        sa.Column("doi", sa.Text(), server_default="", nullable=False),
        sa.Column("licence", sa.Text(), server_default="", nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("reference_list", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
    )
    op.create_table(
        "pictures",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_pictures")),
    )
    op.create_table(
        "series",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("scheduled_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("roundups_through", sa.String(length=7), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("name", name=op.f("uq_series_name")),
    )
    op.create_table(
        "links",
        sa.Column("id", Id, nullable=False),
        sa.Column("paper_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_links_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("paper_id", "position", name=op.f("uq_links_paper_id_position")),
    )
    op.create_table(
        "roundups",
        sa.Column("id", Id, nullable=False),
        sa.Column("series_id", Id, nullable=False),
        sa.Column("title_month", sa.String(length=7), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column(
            "published_elsewhere", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rehearsal", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_roundups_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roundups")),
        sa.UniqueConstraint(
            "series_id",
            "title_month",
            "rehearsal",
            name=op.f("uq_roundups_series_id_title_month_rehearsal"),
        ),
    )
    op.create_index(
        "ix_roundups_open",
        "roundups",
        ["series_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('due', 'rendered', 'linked')"),
        postgresql_where=sa.text("state IN ('due', 'rendered', 'linked')"),
    )
    op.create_table(
        "collages",
        sa.Column("id", Id, nullable=False),
        sa.Column("series_id", Id, nullable=False),
        sa.Column("paper_id", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pinned_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("number_year", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kept_number", sa.Integer(), nullable=True),
        sa.Column("printed_number", sa.Text(), server_default="", nullable=False),
        sa.Column("paragraph", sa.Text(), server_default="", nullable=False),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.Column("caption", sa.Text(), server_default="", nullable=False),
        sa.Column("thread", sa.JSON(), nullable=False),
        sa.Column("picture_sha256", sa.String(length=64), nullable=True),
        sa.Column("picture_file", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "posted_is_assumed", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("roundup_id", Id, nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rehearsal", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_collages_paper_id")),
        sa.ForeignKeyConstraint(
            ["picture_sha256"], ["pictures.sha256"], name=op.f("fk_collages_picture_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["roundup_id"], ["roundups.id"], name=op.f("fk_collages_roundup_id")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_collages_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collages")),
    )
    op.create_index(
        "ix_collages_posted",
        "collages",
        ["series_id", "posted_at"],
        unique=False,
        sqlite_where=sa.text("state = 'posted'"),
        postgresql_where=sa.text("state = 'posted'"),
    )
    op.create_index(
        "ix_collages_queue",
        "collages",
        ["series_id", "position"],
        unique=False,
        sqlite_where=sa.text(
            "removed_at IS NULL AND state IN ('draft', 'ready', 'claimed', 'held')"
        ),
        postgresql_where=sa.text(
            "removed_at IS NULL AND state IN ('draft', 'ready', 'claimed', 'held')"
        ),
    )
    op.create_index(
        "ix_collages_ready",
        "collages",
        ["series_id", "position"],
        unique=False,
        sqlite_where=sa.text("state = 'ready' AND removed_at IS NULL"),
        postgresql_where=sa.text("state = 'ready' AND removed_at IS NULL"),
    )
    op.create_index("ix_collages_roundup_id", "collages", ["roundup_id"], unique=False)
    op.create_index(
        "ix_collages_unrounded",
        "collages",
        ["series_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'posted' AND roundup_id IS NULL"),
        postgresql_where=sa.text("state = 'posted' AND roundup_id IS NULL"),
    )
    op.create_index(
        "uq_collages_name",
        "collages",
        ["series_id", "name"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_collages_number",
        "collages",
        ["series_id", "number_year", "number"],
        unique=True,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("series_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("collage_id", Id, nullable=True),
        sa.Column("roundup_id", Id, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("saved", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rehearsal", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_deliveries_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["collage_id"], ["collages.id"], name=op.f("fk_deliveries_collage_id")
        ),
        sa.ForeignKeyConstraint(
            ["roundup_id"], ["roundups.id"], name=op.f("fk_deliveries_roundup_id")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_deliveries_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index("ix_deliveries_collage_id", "deliveries", ["collage_id"], unique=False)
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending', 'uncertain')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending', 'uncertain')"),
    )
    op.create_index("ix_deliveries_roundup_id", "deliveries", ["roundup_id"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["account_id", "next_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "slots",
        sa.Column("id", Id, nullable=False),
        sa.Column("series_id", Id, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("collage_id", Id, nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("extra", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("rehearsal", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["collage_id"], ["collages.id"], name=op.f("fk_slots_collage_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_slots_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint(
            "series_id", "due_at", "rehearsal", name=op.f("uq_slots_series_id_due_at_rehearsal")
        ),
    )
    op.create_table(
        "attempts",
        sa.Column("id", Id, nullable=False),
        sa.Column("delivery_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"], unique=False)
    op.create_table(
        "parts",
        sa.Column("id", Id, nullable=False),
        sa.Column("delivery_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("picture_sha256", sa.String(length=64), nullable=True),
        sa.Column("picture_file", sa.Text(), server_default="", nullable=False),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=True),
        sa.Column("receipt_url", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_parts_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["picture_sha256"], ["pictures.sha256"], name=op.f("fk_parts_picture_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
        sa.UniqueConstraint("delivery_id", "position", name=op.f("uq_parts_delivery_id_position")),
    )
