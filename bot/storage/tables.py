"""The tables, one schema for SQLite and PostgreSQL.

Names that end in `_at` hold instants in UTC, those in `_on` local days. The indexes stand in
`indexes.py`; migrations and tables are compared by a test.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC.

    SQLite keeps no offset: what is written there is converted first, and what is read is UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value as the driver takes it; raises `ValueError` for an instant without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        value = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return value.replace(tzinfo=None)
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value as an aware instant in UTC, whatever zone the connection is set to."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


# SQLite takes only INTEGER as an alias of its rowid; PostgreSQL's INTEGER has 32 bits, and the
# rows of attempts and looks may outgrow them.
Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _reference(name: str, target: str, **more: Any) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), **more)


def _text(name: str) -> Column[str]:
    """A text that is empty, never NULL, where there is none."""
    return Column(name, Text, nullable=False, server_default="")


def _instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


def _rehearsal() -> Column[int]:
    """The mode of a row: 0 is live, N the Nth rehearsal.

    Rows of an earlier rehearsal stay, and no statement of another mode reads them.
    """
    return Column("rehearsal", Integer, nullable=False, server_default="0")


# What the database knows of itself: its mode, a simulation's clock, the seal of a backup.
installation = Table(
    "installation",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

series = Table(
    "series",
    metadata,
    _id(),
    Column("name", String(40), nullable=False, unique=True),
    # Of the calendar that the series was last looked at by; when it changes, the series looks anew.
    Column("fingerprint", Text, nullable=False),
    # Slots before are never due.
    _instant("scheduled_from"),
    # Slots up to then are settled; so are the roundups of title months up to that one.
    _instant("looked_until"),
    Column("roundups_through", String(7), nullable=False),
    _instant("paused_at", nullable=True),
    _instant("paused_until", nullable=True),
    # That calendar itself, and those before it by which something is still due.
    Column("calendars", JSON, nullable=False, server_default="{}"),
    # While a rehearsal runs: up to which reading month live roundups are settled.
    Column("live_through", String(7), nullable=False, server_default=""),
    # By numbering year the number after which it counts on, whatever it has given itself: printed
    # in history, or named by a person.
    Column("counted", JSON, nullable=False, server_default="{}"),
    # A person has said that it is to be gone from the configuration.
    _instant("retired_at", nullable=True),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("name", String(40), nullable=False, unique=True),
    Column("network", String(40), nullable=False),
    _instant("held_at", nullable=True),
    _instant("held_until", nullable=True),
    _text("note"),
    # Ids of posts without a receipt of ours that a person was asked about.
    Column("strangers", JSON, nullable=False, server_default="[]"),
    # When its posts were last compared with the ledger.
    _instant("audited_at", nullable=True),
    # Whose keys it had when it last posted: the network's id, and the handle.
    _text("identity_id"),
    _text("identity_handle"),
    # What its server has told of its limits, where each server has its own.
    Column("server", JSON, nullable=False, server_default="{}"),
)

papers = Table(
    "papers",
    metadata,
    _id(),
    Column("title", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("others", Boolean, nullable=False),
    Column("year", Integer),
    _text("arxiv_id"),
    _text("doi"),
    _text("licence"),
    Column("figures", JSON, nullable=False),
    Column("reference_list", JSON, nullable=False),
)

links = Table(
    "links",
    metadata,
    _id(),
    _reference("paper_id", "papers", nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("url", Text, nullable=False),
    UniqueConstraint("paper_id", "position"),
)

# By what a paper is found again, as `core/same_paper.py` says.
paper_keys = Table(
    "paper_keys",
    metadata,
    _id(),
    _reference("paper_id", "papers", nullable=False),
    Column("key", String(200), nullable=False),
)

# In the database and not beside it: one file to back up, and every host sees the same bytes. Width,
# height and frames are those of the page that was stored first.
pictures = Table(
    "pictures",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("mime", String(40), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("frames", Integer, nullable=False, server_default="1"),
    Column("data", LargeBinary, nullable=False),
)

# What is seen of a picture, once for each page of a PDF that is shown; page 0 of any other. A table
# of its own: SQLite reads through all bytes of a picture to get at the columns behind them.
picture_pages = Table(
    "picture_pages",
    metadata,
    Column("sha256", String(64), ForeignKey("pictures.sha256"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("ground", String(10), nullable=False),
    Column("letters", Integer, nullable=False),
    Column("is_blank", Boolean, nullable=False),
)

# What was made of a picture so that it fits: `key` stands for the limits (`core/fit.py`).
fittings = Table(
    "fittings",
    metadata,
    Column("original_sha256", String(64), ForeignKey("pictures.sha256"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    Column("sha256", String(64), ForeignKey("pictures.sha256"), nullable=False),
    Column("way", Text, nullable=False),
    # In millionths of the original, where it is looked at.
    Column("fidelity", Integer, nullable=False),
    # The versions of what has encoded it.
    Column("made_by", Text, nullable=False),
)

# What the page at an address offers for a link card, where an account shows them.
link_cards = Table(
    "link_cards",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),
    # "" where it offers none; then `note` says why.
    _text("title"),
    _text("description"),
    Column("picture_sha256", String(64), ForeignKey("pictures.sha256")),
    _text("note"),
    _instant("asked_at"),
    # When it is asked again.
    _instant("until"),
)

roundups = Table(
    "roundups",
    metadata,
    _id(),
    _reference("series_id", "series", nullable=False),
    Column("title_month", String(7), nullable=False),
    Column("title", Text, nullable=False),
    Column("slug", Text, nullable=False),
    _text("subtitle"),
    _text("link"),
    Column("state", String(12), nullable=False),
    # Imported, with the collages that it was published with.
    Column("published_elsewhere", Boolean, nullable=False, server_default=text("false")),
    # What its article gets wrong or leaves open, and what of it was not taken.
    Column("findings", JSON, nullable=False, server_default="[]"),
    # What its cover was made of, by which a newer one is known to be needed.
    Column("cover_sha256", String(64), ForeignKey("pictures.sha256")),
    _text("cover_made_of"),
    _instant("due_at"),
    # When its page was first written: patience with its link counts from there.
    _instant("rendered_at", nullable=True),
    # A month's, or the list of a year, whose title month is the year alone.
    Column("kind", String(8), nullable=False, server_default="month"),
    # How often what its page shows was changed, and up to which change the page is made.
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("rendered_revision", Integer, nullable=False, server_default="0"),
    # The hash of what its page shows, and when that last became another one.
    Column("content", String(64), nullable=False, server_default=""),
    _instant("updated_at", nullable=True),
    # Where else its page can be read, given by hand after its link was out.
    _text("also_at"),
    # Where an imported article says that the roundup before it is.
    _text("previous_link"),
    _rehearsal(),
    UniqueConstraint("series_id", "title_month", "rehearsal"),
)

# A roundup at one of the destinations that its series names.
publications = Table(
    "publications",
    metadata,
    _id(),
    _reference("roundup_id", "roundups", nullable=False),
    Column("destination", String(40), nullable=False),
    # What the destination wants back: ids of its post and its pictures.
    Column("saved", JSON, nullable=False, server_default="{}"),
    _text("url"),
    Column("is_public", Boolean, nullable=False, server_default=text("false")),
    # The roundup's revision, and the hash of what was published last; "" before the first time.
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("content", String(64), nullable=False, server_default=""),
    # A hash of the settings that it was tried with last.
    Column("settings", String(16), nullable=False, server_default=""),
    # When it is tried next; NULL where nothing is to be done.
    _instant("next_at", nullable=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    # Why it is not published, and whether a person has to act first.
    _text("problem"),
    Column("needs_person", Boolean, nullable=False, server_default=text("false")),
    # Who tries it now, as an intent that is written before the destination is called.
    Column("lease_owner", String(64)),
    _instant("lease_until", nullable=True),
    Column("fence", Integer, nullable=False, server_default="0"),
    _instant("published_at", nullable=True),
    _instant("updated_at", nullable=True),
    UniqueConstraint("roundup_id", "destination"),
)

# A month that people look at before it is published; it may not have a roundup yet.
reviews = Table(
    "reviews",
    metadata,
    _id(),
    _reference("series_id", "series", nullable=False),
    Column("title_month", String(7), nullable=False),
    _instant("asked_at"),
    _instant("approved_at", nullable=True),
    _text("approved_by"),
    # The hash of what was approved.
    Column("content", String(64), nullable=False, server_default=""),
    _rehearsal(),
    UniqueConstraint("series_id", "title_month", "rehearsal"),
)

collages = Table(
    "collages",
    metadata,
    _id(),
    _reference("series_id", "series", nullable=False),
    _reference("paper_id", "papers", nullable=False),
    Column("name", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("position", Integer, nullable=False),
    Column("pinned_on", Date),
    # Given by the claim, and unique in the series and its numbering year.
    Column("number", Integer),
    Column("number_year", Integer, nullable=False, server_default="0"),
    # Brought along by an item, which gets it when it is claimed.
    Column("kept_number", Integer),
    # What an imported article shows, which follows no rule.
    _text("printed_number"),
    _text("paragraph"),
    _text("alt"),
    _text("caption"),
    Column("thread", JSON, nullable=False),
    Column("picture_sha256", String(64), ForeignKey("pictures.sha256")),
    _text("picture_file"),
    # The page of a PDF; 0 where its picture's file names none.
    Column("picture_page", Integer, nullable=False, server_default="0"),
    # Drawn by the program, and so drawn again with the number that the collage gets.
    Column("picture_is_drawn", Boolean, nullable=False, server_default=text("false")),
    Column("alt_is_drawn", Boolean, nullable=False, server_default=text("false")),
    # What is on its slide, and what that was last drawn from: `core/slide.py`.
    Column("slide", JSON, nullable=False, server_default="{}"),
    # What is different on some networks or accounts: `core/per_network.py`.
    Column("on_networks", JSON, nullable=False, server_default="{}"),
    _text("note"),
    # Who last gave it words, links, a picture or an alt text; "" where that is not known.
    _text("changed_by"),
    # Grows with every change: an update is guarded by the revision that was read.
    Column("revision", Integer, nullable=False, server_default="1"),
    _instant("due_at", nullable=True),
    _instant("posted_at", nullable=True),
    # Imported: the day is that of a slot of the month, for the article names none.
    Column("posted_is_assumed", Boolean, nullable=False, server_default=text("false")),
    _reference("roundup_id", "roundups"),
    # Rows stay, because deliveries and the log refer to them.
    _instant("removed_at", nullable=True),
    _rehearsal(),
)

# That a person approved what a collage would send, and what that was. Rows stay: what went out is
# what one of them has.
approvals = Table(
    "approvals",
    metadata,
    _id(),
    _reference("collage_id", "collages", nullable=False),
    Column("who", Text, nullable=False),
    _instant("at"),
    # The hash of all of it, the number apart: `core/approval.py`.
    Column("hash", String(64), nullable=False),
    Column("sent", JSON, nullable=False),
    # When it was taken back, or the same person approved something else.
    _instant("ended_at", nullable=True),
    # When a slot took what it covers.
    _instant("used_at", nullable=True),
)

# What reviewers say to each other about a collage; none of it goes out.
review_notes = Table(
    "review_notes",
    metadata,
    _id(),
    _reference("collage_id", "collages", nullable=False),
    _instant("at"),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
)

# Who may use the desk in the browser. Rows stay, because a name that the log has may not become
# another person's.
people = Table(
    "people",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    # The same for all spellings of a name: `core/people.py`.
    Column("key", Text, nullable=False, unique=True),
    Column("role", String(12), nullable=False),
    # A hash by argon2; "" where none was set.
    _text("password"),
    _instant("created_at"),
    _instant("seen_at", nullable=True),
    # They are among the people no more.
    _instant("ended_at", nullable=True),
)

# Addresses with a token: an invitation to set a password, a login at this machine, and a link by
# which somebody without an account reviews a collage.
invitations = Table(
    "invitations",
    metadata,
    _id(),
    Column("kind", String(12), nullable=False),
    _reference("person_id", "people"),
    _reference("collage_id", "collages"),
    # The name of whom a review link is for.
    _text("name"),
    # Of the token only its SHA-256 is stored.
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_by", Text, nullable=False),
    _instant("created_at"),
    _instant("expires_at"),
    # When it was used up, replaced or taken back.
    _instant("ended_at", nullable=True),
)

# Who is logged in.
sessions = Table(
    "sessions",
    metadata,
    _id(),
    _reference("person_id", "people", nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    _instant("created_at"),
    _instant("seen_at"),
    _instant("ended_at", nullable=True),
)

# Tries to log in, by which they are limited; kept for a day.
logins = Table(
    "logins",
    metadata,
    _id(),
    # A hash of the name that was typed: people type their password in its place.
    Column("name_hash", String(64), nullable=False),
    Column("source", Text, nullable=False),
    _instant("at"),
    # A try counts as failed until it is known not to be.
    Column("has_failed", Boolean, nullable=False, server_default=text("true")),
)

slots = Table(
    "slots",
    metadata,
    _id(),
    _reference("series_id", "series", nullable=False),
    _instant("due_at"),
    Column("local_on", Date, nullable=False),
    Column("state", String(12), nullable=False),
    _reference("collage_id", "collages"),
    # Kept here as well: a collage that goes back to the queue loses it.
    Column("number", Integer),
    # A claim by a person, outside the timetable.
    Column("extra", Boolean, nullable=False, server_default=text("false")),
    _rehearsal(),
    UniqueConstraint("series_id", "due_at", "rehearsal"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    # The idempotency key, from series, slot or month, and account; networks that take one get it.
    Column("key", Text, nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    _reference("series_id", "series", nullable=False),
    _reference("account_id", "accounts", nullable=False),
    _reference("collage_id", "collages"),
    _reference("roundup_id", "roundups"),
    Column("state", String(12), nullable=False),
    _instant("due_at"),
    _instant("next_at"),
    Column("local_on", Date, nullable=False),
    # Grows with each claim: a worker whose lease has ended writes no more.
    Column("fence", Integer, nullable=False, server_default="0"),
    _instant("lease_until", nullable=True),
    # An attempt was made: the parts are frozen.
    Column("begun", Boolean, nullable=False, server_default=text("false")),
    # Its parts are those that were approved before its slot took them, and stay as they are.
    Column("frozen", Boolean, nullable=False, server_default=text("false")),
    # A person released it or had it tried again, however late it is.
    Column("released", Boolean, nullable=False, server_default=text("false")),
    Column("failures", Integer, nullable=False, server_default="0"),
    # Lookups since it became uncertain that did not show it.
    Column("looks", Integer, nullable=False, server_default="0"),
    # The publisher's state: uploads, record keys.
    Column("saved", JSON, nullable=False),
    _text("note"),
    # When a person had it tried again, from where lateness and giving up count then.
    _instant("tried_from", nullable=True),
    _instant("ended_at", nullable=True),
    _rehearsal(),
)

parts = Table(
    "parts",
    metadata,
    _id(),
    _reference("delivery_id", "deliveries", nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    # Its first characters, by which it is found: no index takes a whole text.
    Column("beginning", String(100), nullable=False, server_default=""),
    Column("picture_sha256", String(64), ForeignKey("pictures.sha256")),
    _text("picture_file"),
    _text("alt"),
    Column("receipt_id", Text),
    Column("receipt_url", Text),
    _instant("sent_at", nullable=True),
    # A person has taken it off the network.
    _instant("gone_at", nullable=True),
    UniqueConstraint("delivery_id", "position"),
)

# A row is committed before the network is called: one without an outcome was cut off.
attempts = Table(
    "attempts",
    metadata,
    _id(),
    _reference("delivery_id", "deliveries", nullable=False),
    # NULL is the whole thread, for networks that take it in one request.
    Column("position", Integer),
    Column("fence", Integer, nullable=False),
    _instant("started_at"),
    _instant("ended_at", nullable=True),
    Column("outcome", String(12)),
    _text("detail"),
    _text("trace"),
)

looks = Table(
    "looks",
    metadata,
    _id(),
    _reference("delivery_id", "deliveries", nullable=False),
    _instant("at"),
    _text("saw"),
    _text("trace"),
)

# When a delivery is looked up once more that was taken not to be out.
late_looks = Table(
    "late_looks",
    metadata,
    _id(),
    _reference("delivery_id", "deliveries", nullable=False),
    _instant("at"),
)

charges = Table(
    "charges",
    metadata,
    _id(),
    _reference("account_id", "accounts", nullable=False),
    _instant("at"),
    Column("month", String(7), nullable=False),
    Column("what", String(20), nullable=False),
    # Millionths of a US dollar.
    Column("micros", Integer, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    _text("details"),
    # What it is about, by which it is found to be over.
    _text("subject"),
    _instant("created_at"),
    _instant("printed_at", nullable=True),
    _instant("alerted_at", nullable=True),
    _instant("acknowledged_at", nullable=True),
    _rehearsal(),
)

alerts = Table(
    "alerts",
    metadata,
    _id(),
    _reference("notice_id", "notices", nullable=False),
    # A hash of the URL, which is a secret.
    Column("destination", String(64), nullable=False),
    # The next try, or while one is under way the end of its lease.
    _instant("next_at"),
    Column("failures", Integer, nullable=False, server_default="0"),
    _instant("ended_at", nullable=True),
    _text("note"),
    UniqueConstraint("notice_id", "destination"),
)

# A destination of events that some process has in its configuration: it gets what happens.
hooks = Table(
    "hooks",
    metadata,
    _id(),
    # A hash of the URL, which is a secret.
    Column("destination", String(64), nullable=False, unique=True),
    # When a process last had it in its configuration.
    _instant("seen_at"),
    # It has said that it takes no more events.
    _instant("gone_at", nullable=True),
)

events = Table(
    "events",
    metadata,
    _id(),
    # Its id for scripts. By chance: a database that was restored gives the numbers again.
    Column("key", String(40), nullable=False, unique=True),
    Column("type", String(40), nullable=False),
    # What it is about, such as "delivery/12": what follows about it is not sent before.
    Column("subject", Text, nullable=False),
    _instant("at"),
    # Exactly what is sent, each time.
    Column("body", Text, nullable=False),
    _rehearsal(),
)

event_sendings = Table(
    "event_sendings",
    metadata,
    _id(),
    _reference("event_id", "events", nullable=False),
    Column("destination", String(64), nullable=False),
    # The next try, or while one is under way the end of its lease.
    _instant("next_at"),
    Column("failures", Integer, nullable=False, server_default="0"),
    _instant("ended_at", nullable=True),
    _text("note"),
    UniqueConstraint("event_id", "destination"),
)

log = Table(
    "log",
    metadata,
    _id(),
    _instant("at"),
    Column("who", Text, nullable=False),
    Column("what", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    _text("detail"),
    # What it was before and what it is now, field by field.
    Column("changes", JSON, nullable=False, server_default="[]"),
)
