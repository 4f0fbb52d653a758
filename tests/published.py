"""Roundups that are out, laid into a database as a bot leaves them: for tests of the site."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from PIL import Image
from sqlalchemy import Connection, insert, select

from bot.context import Context
from bot.core import month
from bot.core.month import Roundup
from bot.storage import tables


@dataclass(frozen=True)
class Out:
    """A collage that is out; `posts` are addresses by the name of an account."""

    name: str
    title: str
    authors: Sequence[str] = ("Ada Lovelace", "Charles Babbage")
    year: int = 2021
    paragraph: str = "It says one thing. Then it says another."
    alt: str = "A drawing."
    caption: str = ""
    picture: bytes | None = None
    links: Mapping[str, str] = field(default_factory=lambda: {"paper": "https://example.org/p"})
    posts: Mapping[str, str] = field(default_factory=dict)


def lay(context: Context, title_month: str, collages: Sequence[Out], **values: object) -> Roundup:
    """Lay a roundup with its collages; `values` go into its row, in place of what it would have."""
    title = f"{len(collages)} Papers to Read in {month.month_name(title_month, 'en')} "
    title += title_month[:4]
    series = context.config.series["mlcollage"]
    at = month.moment(series.roundup, title_month, series.zone)
    row = {
        "title": title,
        "slug": month.slug(title, title_month),
        "state": "announced",
        "due_at": at,
    } | values
    with context.write() as work:
        series_id = work.series.find("mlcollage") and work.queue.series_id("mlcollage")
        new = insert(tables.roundups).values(series_id=series_id, title_month=title_month, **row)
        roundup_id = work.conn.execute(new.returning(tables.roundups.c.id)).scalar_one()
        for collage in collages:
            _lay_collage(work.conn, series_id, roundup_id, at, collage)
        return work.roundups.by_id(roundup_id)


def _lay_collage(
    conn: Connection, series_id: int, roundup_id: int, at: datetime, collage: Out
) -> None:
    paper = insert(tables.papers).values(
        title=collage.title,
        authors=list(collage.authors),
        year=collage.year,
        others=False,
        figures=[],
        reference_list=[],
    )
    paper_id = conn.execute(paper.returning(tables.papers.c.id)).scalar_one()
    for position, (kind, url) in enumerate(collage.links.items(), 1):
        link = {"paper_id": paper_id, "position": position, "kind": kind, "url": url}
        conn.execute(insert(tables.links).values(link))
    count = len(conn.execute(select(tables.collages.c.id)).all()) + 1
    row = {
        "name": collage.name,
        "state": "posted",
        "position": count,
        "number": count,
        "number_year": 1,
        "paragraph": collage.paragraph,
        "alt": collage.alt,
        "caption": collage.caption,
        "thread": [],
        "due_at": at,
        "posted_at": at,
    }
    if collage.picture:
        row |= {"picture_sha256": lay_picture(conn, collage.picture)}
        row |= {"picture_file": f"{collage.name}.png"}
    new = insert(tables.collages).values(
        series_id=series_id, paper_id=paper_id, roundup_id=roundup_id, **row
    )
    collage_id = conn.execute(new.returning(tables.collages.c.id)).scalar_one()
    for account, url in collage.posts.items():
        _lay_post(conn, series_id, collage_id, account, url)


def lay_picture(conn: Connection, data: bytes) -> str:
    """Store a PNG; its SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    known = select(tables.pictures.c.sha256).where(tables.pictures.c.sha256 == sha256)
    if conn.execute(known).scalar():
        return sha256
    with Image.open(io.BytesIO(data)) as image:
        sides = {"width": image.width, "height": image.height}
    more = {"mime": "image/png", "size": len(data), "data": data}
    conn.execute(insert(tables.pictures).values(sha256=sha256, **sides, **more))
    seen = {"frames": 1, "fingerprint": "", "ground": "", "letters": 0, "is_blank": False}
    page = insert(tables.picture_pages).values(sha256=sha256, page=0, **sides, **seen)
    conn.execute(page)
    return sha256


def _lay_post(conn: Connection, series_id: int, collage_id: int, account: str, url: str) -> None:
    known = select(tables.accounts.c.id).where(tables.accounts.c.name == account)
    account_id = conn.execute(known).scalar()
    if account_id is None:
        new = insert(tables.accounts).values(name=account, network=account)
        account_id = conn.execute(new.returning(tables.accounts.c.id)).scalar_one()
    at = datetime(2021, 8, 4, 15, tzinfo=UTC)
    delivery = insert(tables.deliveries).values(
        key=f"{collage_id}-{account}",
        kind="collage",
        series_id=series_id,
        account_id=account_id,
        collage_id=collage_id,
        state="sent",
        due_at=at,
        next_at=at,
        local_on=at.date(),
        saved={},
    )
    delivery_id = conn.execute(delivery.returning(tables.deliveries.c.id)).scalar_one()
    part = {"delivery_id": delivery_id, "position": 1, "text": "Out."}
    receipt = {"receipt_id": "1", "receipt_url": url, "sent_at": at}
    conn.execute(insert(tables.parts).values(**part, **receipt))
