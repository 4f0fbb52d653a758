"""Who has approved what a collage would send, and what its reviewers say to each other."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update

from bot.core import approval, people
from bot.core.approval import Approval, Sent
from bot.core.collage import Collage
from bot.storage.statements import Statements
from bot.storage.tables import approvals, collages, review_notes


class Changed(Exception):
    """Raised when a collage is not any more as it was looked at.

    The transaction must end without a commit, and the caller looks again.
    """


class ReviewNote(NamedTuple):
    """What a reviewer says about a collage to the others."""

    at: datetime
    who: str
    text: str


class Approvals(Statements):
    """The approvals of collages. Rows are only added and ended."""

    def of(self, collage_id: int) -> list[Approval]:
        """The approvals of a collage that stand, the oldest first."""
        mine = (approvals.c.collage_id == collage_id, approvals.c.ended_at.is_(None))
        columns = (approvals.c.id, approvals.c.who, approvals.c.at, approvals.c.sent)
        rows = self.conn.execute(select(*columns).where(*mine).order_by(approvals.c.id))
        return [Approval(row.id, row.who, row.at, approval.from_json(row.sent)) for row in rows]

    def standing_ids(self, collage_ids: Iterable[int]) -> frozenset[int]:
        """The ids of all approvals of these collages that stand."""
        mine = (approvals.c.collage_id.in_([*collage_ids]), approvals.c.ended_at.is_(None))
        return frozenset(self.conn.execute(select(approvals.c.id).where(*mine)).scalars())

    def lock(self, collage: Collage) -> None:
        """Keep the collage as it was read until the transaction ends; raises `Changed`."""
        statement = select(collages.c.revision).where(collages.c.id == collage.id).with_for_update()
        if self.conn.execute(statement).scalar() != collage.revision:
            raise Changed

    def add(self, collage: Collage, who: str, sent: Sent) -> None:
        """Store that a person approves what the collage sends, in place of what they approved
        before; raises `Changed` where it was changed since it was read.
        """
        self.lock(collage)
        self._end(collage, who)
        row = {"collage_id": collage.id, "who": who, "at": self.now}
        values = {"hash": sent.hash, "sent": approval.as_json(sent)}
        self.conn.execute(insert(approvals).values(row | values))

    def take_back(self, collage: Collage, who: str) -> bool:
        """End what a person has approved; whether there was anything. Raises as `add` does."""
        self.lock(collage)
        return self._end(collage, who) > 0

    def _end(self, collage: Collage, who: str) -> int:
        """End what this name has approved, in any spelling; a visitor's is another name."""
        name = people.key(who)
        mine = [each.id for each in self.of(collage.id) if people.key(each.who) == name]
        ended = update(approvals).where(approvals.c.id.in_(mine))
        return self.conn.execute(ended.values(ended_at=self.now)).rowcount

    def use(self, ids: Sequence[int]) -> bool:
        """Note that a slot takes what these cover; whether all of them stand still."""
        stands = (approvals.c.id.in_(ids), approvals.c.ended_at.is_(None))
        used = update(approvals).where(*stands).values(used_at=self.now)
        return self.conn.execute(used).rowcount == len(ids)

    def notes(self, collage_id: int) -> list[ReviewNote]:
        """What its reviewers have said, the oldest first."""
        columns = (review_notes.c.at, review_notes.c.who, review_notes.c.text)
        statement = select(*columns).where(review_notes.c.collage_id == collage_id)
        return [
            ReviewNote(*row) for row in self.conn.execute(statement.order_by(review_notes.c.id))
        ]

    def add_note(self, collage_id: int, who: str, text: str) -> None:
        """Store what a reviewer says."""
        row = {"collage_id": collage_id, "at": self.now, "who": who, "text": text}
        self.conn.execute(insert(review_notes).values(row))
