"""When parts are looked for once more that were taken to be absent: an earlier copy may show up."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, update

from bot.core.delivery import Delivery
from bot.core.lookups import LATE_LOOKS
from bot.storage.deliveries import JOINED, from_row
from bot.storage.statements import Statements
from bot.storage.tables import deliveries, late_looks


class LateLook(NamedTuple):
    """A late look at a delivery that is due."""

    id: int
    delivery: Delivery


class LateLooks(Statements):
    """The late looks of the mode that runs."""

    def plan(self, delivery: Delivery) -> None:
        """Have a delivery looked up late: once after each of the waits, from now on.

        In place of what was planned for it before.
        """
        self.conn.execute(delete(late_looks).where(late_looks.c.delivery_id == delivery.id))
        rows = [{"delivery_id": delivery.id, "at": self.now + wait} for wait in LATE_LOOKS]
        self.conn.execute(insert(late_looks), rows)

    def due(self) -> list[LateLook]:
        """The late looks that are due, the oldest first."""
        statement = (
            JOINED.add_columns(late_looks.c.id.label("look_id"))
            .join(late_looks, late_looks.c.delivery_id == deliveries.c.id)
            .where(late_looks.c.at <= self.now, deliveries.c.rehearsal == self.rehearsal)
            .order_by(late_looks.c.at)
        )
        rows = self.conn.execute(statement)
        return [LateLook(row.look_id, from_row(row)) for row in rows]

    def done(self, look: LateLook) -> None:
        """Forget a late look: it was made."""
        self.conn.execute(delete(late_looks).where(late_looks.c.id == look.id))

    def postpone(self, look: LateLook, wait: timedelta) -> None:
        """Have a late look made later: the network could not be read."""
        later = update(late_looks).where(late_looks.c.id == look.id)
        self.conn.execute(later.values(at=self.now + wait))
