"""The parts of threads: their texts, pictures and alt texts, and the receipts of what is out."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, insert, literal_column, or_, select, update

from bot.core.delivery import Delivery, Image, Part, Receipt, Thread
from bot.storage.deliveries import OPEN, SENDING, UNCERTAIN, Deliveries
from bot.storage.statements import Statements
from bot.storage.tables import collages, deliveries, parts, pictures, roundups


def _part(row: Row[Any], data: bytes) -> Part:
    image = (
        Image(row.picture_sha256, row.picture_file, row.mime, row.alt, data)
        if row.picture_sha256
        else None
    )
    receipt = (
        Receipt(row.receipt_id, row.receipt_url or "", row.sent_at)
        if row.receipt_id is not None
        else None
    )
    return Part(row.position, row.text, image, receipt)


class Parts(Statements):
    """The parts of threads, and the receipts of those that are out."""

    def save(self, delivery: Delivery, composed: Sequence[Part]) -> None:
        """The parts as composed take the place of earlier ones; never after the first attempt."""
        Deliveries(self.scope).write_guarded(delivery, deliveries.c.begun.is_(False), note="")
        # Nobody else has ever had it: there is nothing to take the place of.
        if delivery.fence > 1:
            self.conn.execute(parts.delete().where(parts.c.delivery_id == delivery.id))
        rows = [
            {
                "delivery_id": delivery.id,
                "position": part.position,
                "text": part.text,
                "picture_sha256": part.image.sha256 if part.image else None,
                "picture_file": part.image.file if part.image else "",
                "alt": part.image.alt if part.image else "",
            }
            for part in composed
        ]
        self.conn.execute(insert(parts), rows)

    def of(self, delivery_id: int, *, with_data: bool = False) -> tuple[Part, ...]:
        """The saved parts in order; the pictures' bytes only where they are wanted."""
        data = pictures.c.data if with_data else literal_column("NULL")
        statement = (
            select(parts, pictures.c.mime.label("mime"), data.label("data"))
            .outerjoin(pictures, pictures.c.sha256 == parts.c.picture_sha256)
            .where(parts.c.delivery_id == delivery_id)
            .order_by(parts.c.position)
        )
        return tuple(_part(row, row.data or b"") for row in self.conn.execute(statement))

    def thread(self, delivery: Delivery) -> Thread:
        """The delivery's thread as it was saved, with the pictures' bytes."""
        name, number = self._cargo(delivery)
        saved = self.of(delivery.id, with_data=True)
        key, kind, series = delivery.key, delivery.kind, delivery.series
        return Thread(key, kind, series, number, name, delivery.local_on, saved)

    def _cargo(self, delivery: Delivery) -> tuple[str, int | None]:
        """The thread's name, and the number of the collage it carries."""
        if delivery.collage_id is not None:
            mine = collages.c.id == delivery.collage_id
            row = self.conn.execute(select(collages.c.name, collages.c.number).where(mine)).one()
            return row.name, row.number
        month = select(roundups.c.title_month).where(roundups.c.id == delivery.roundup_id)
        return f"roundup-{self.conn.execute(month).scalar_one()}", None

    def record(self, delivery: Delivery, receipts: dict[int, Receipt]) -> None:
        """What is out is out, whoever holds the lease: receipts are written without a guard, the first
        one stays.
        """
        rows = [
            {
                "its_position": position,
                "receipt_id": receipt.id,
                "receipt_url": receipt.url,
                "sent_at": receipt.at,
            }
            for position, receipt in receipts.items()
        ]
        if rows:
            missing = (parts.c.delivery_id == delivery.id, parts.c.receipt_id.is_(None))
            mine = parts.c.position == bindparam("its_position")
            self.conn.execute(update(parts).where(*missing, mine), rows)
        if receipts and delivery.collage_id is not None:
            first_at = min(receipt.at for receipt in receipts.values())
            self.conn.execute(
                update(collages)
                .where(
                    collages.c.id == delivery.collage_id,
                    collages.c.state == literal_column("'claimed'"),
                )
                .values(state="posted", posted_at=first_at, revision=collages.c.revision + 1)
            )

    def adopt(self, delivery: Delivery, receipts: dict[int, Receipt]) -> None:
        """Parts that are out though we have no receipt are ours from now on; the parts are frozen as
        they are.
        """
        Deliveries(self.scope).write_guarded(delivery, begun=True)
        self.record(delivery, receipts)

    def last_receipt(self, delivery: Delivery) -> str | None:
        """The id of the newest part that went out before this thread was made, on its account, of its
        series and mode.

        By the order in which threads were made: one made later may have gone out before this one.
        """
        earlier = deliveries.alias("earlier")
        mode = (
            select(deliveries.c.rehearsal).where(deliveries.c.id == delivery.id).scalar_subquery()
        )
        before = (
            earlier.c.account_id == delivery.account_id,
            earlier.c.series_id == delivery.series_id,
            earlier.c.rehearsal == mode,
            earlier.c.id < delivery.id,
        )
        statement = (
            select(parts.c.receipt_id)
            .select_from(earlier)
            .join(parts, parts.c.delivery_id == earlier.c.id)
            .where(*before)
            # As the partial index says it: only so is the index used.
            .where(literal_column("earlier.begun"), parts.c.receipt_id.is_not(None))
            .order_by(earlier.c.id.desc(), parts.c.position.desc())
            .limit(1)
        )
        found: str | None = self.conn.execute(statement).scalar()
        return found

    def known_posts(self, account_id: int, ids: Sequence[str]) -> set[str]:
        """Those of a network's ids that the ledger has a receipt for, on this account."""
        ours = (parts.c.receipt_id.in_(ids), deliveries.c.account_id == account_id)
        statement = (
            select(parts.c.receipt_id)
            .join(deliveries, deliveries.c.id == parts.c.delivery_id)
            .where(*ours)
        )
        return set(self.conn.execute(statement).scalars())

    def texts_under_way(self, delivery: Delivery) -> list[str]:
        """The texts of other threads that are being sent or looked for on the delivery's account.

        Their receipts may still come.
        """
        under_way = or_(deliveries.c.state == SENDING, deliveries.c.state == UNCERTAIN)
        others = (
            OPEN,
            under_way,
            deliveries.c.account_id == delivery.account_id,
            deliveries.c.id != delivery.id,
        )
        statement = select(parts.c.text).join(deliveries, deliveries.c.id == parts.c.delivery_id)
        return list(self.conn.execute(statement.where(*others)).scalars())

    def is_number_out(self, delivery: Delivery, number: int, year: int) -> bool:
        """Whether the collage with this number of the delivery's series is out.

        It is not where something of it is still to come on the delivery's account.
        """
        receipt = select(parts.c.id).where(
            parts.c.delivery_id == deliveries.c.id, parts.c.receipt_id.is_not(None)
        )
        to_come = select(deliveries.c.id).where(
            deliveries.c.collage_id == collages.c.id,
            deliveries.c.account_id == delivery.account_id,
            deliveries.c.rehearsal == collages.c.rehearsal,
            ~receipt.exists(),
        )
        mine = (
            collages.c.series_id == delivery.series_id,
            collages.c.number == number,
            collages.c.number_year == year,
        )
        out = select(collages.c.id).where(*mine, collages.c.state == "posted", ~to_come.exists())
        return self.conn.execute(out.limit(1)).scalar() is not None
