"""What people have said of the months that they look at before they are published."""

from typing import Any

from sqlalchemy import select, update

from bot.core.review import Review
from bot.storage.database import insert_new
from bot.storage.statements import Statements
from bot.storage.tables import reviews


class Reviews(Statements):
    """The reviews of the mode that runs, by series and title month."""

    def find(self, series_name: str, title_month: str) -> Review | None:
        """What was said of a month; None where nobody was asked, and nobody has said anything."""
        columns = (
            reviews.c.asked_at,
            reviews.c.approved_at,
            reviews.c.approved_by,
            reviews.c.content,
        )
        mine = self._mine(series_name, title_month)
        row = self.conn.execute(select(*columns).where(*mine)).one_or_none()
        return Review(*row) if row else None

    def ask(self, series_name: str, title_month: str) -> bool:
        """Store that people are asked from now on; False where they are already."""
        row = {
            "series_id": self.series_id(series_name),
            "title_month": title_month,
            "rehearsal": self.rehearsal,
        }
        return insert_new(self.conn, reviews, **row, asked_at=self.now) is not None

    def approve(self, series_name: str, title_month: str, who: str, content: str) -> None:
        """Store who has approved a month, and the hash of what that was."""
        self._write(
            series_name, title_month, approved_at=self.now, approved_by=who, content=content
        )

    def take_back(self, series_name: str, title_month: str, who: str) -> None:
        """Store who has said that a month is not to go out yet."""
        self._write(series_name, title_month, approved_at=None, approved_by=who, content="")

    def _write(self, series_name: str, title_month: str, **values: Any) -> None:
        self.ask(series_name, title_month)
        mine = self._mine(series_name, title_month)
        self.conn.execute(update(reviews).where(*mine).values(**values))

    def _mine(self, series_name: str, title_month: str) -> tuple[Any, ...]:
        return (
            reviews.c.series_id == self.series_id(series_name),
            reviews.c.title_month == title_month,
            reviews.c.rehearsal == self.rehearsal,
        )
