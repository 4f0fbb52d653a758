"""What pages offer for link cards, by their addresses, as they were asked last."""

from datetime import datetime

from sqlalchemy import delete, select, update

from bot.core.cards import Known
from bot.storage.database import insert_new
from bot.storage.pictures import Pictures
from bot.storage.statements import Statements
from bot.storage.tables import link_cards

PICTURE_FILE = "link-card"
"""What the file of a page's picture is called; its ending follows from its type."""


class LinkCards(Statements):
    """What is known of the cards that pages offer. It is the same in every mode."""

    def find(self, url: str) -> Known | None:
        """What is known of the page at this address; None where it was never asked."""
        row = self.conn.execute(select(link_cards).where(link_cards.c.url == url)).one_or_none()
        if row is None:
            return None
        picture = None
        if row.picture_sha256:
            picture = Pictures(self.scope).seen(row.picture_sha256)._replace(file=PICTURE_FILE)
        return Known(
            row.url, row.title, row.description, picture, row.asked_at, row.until, row.note
        )

    def put(self, known: Known) -> None:
        """Write what a page offers, whose picture is stored, in the place of what it offered."""
        values = known._asdict()
        del values["url"], values["picture"]
        values["picture_sha256"] = known.picture.sha256 if known.picture else None
        if insert_new(self.conn, link_cards, url=known.url, **values) is None:
            mine = update(link_cards).where(link_cards.c.url == known.url)
            self.conn.execute(mine.values(**values))

    def prune(self, before: datetime) -> None:
        """Forget the pages that were asked last before this moment. Their pictures stay: threads
        that went out show them.
        """
        self.conn.execute(delete(link_cards).where(link_cards.c.asked_at < before))
