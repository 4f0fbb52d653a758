"""The parts of threads: their texts, pictures and alt texts, and the receipts of what is out."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    bindparam,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)

from bot.core.delivery import Carried, Delivery, Image, Outcome, Part, Receipt, Thread
from bot.storage import page_changes
from bot.storage.deliveries import OPEN, SENDING, UNCERTAIN, Deliveries, Lost
from bot.storage.statements import Statements
from bot.storage.tables import (
    accounts,
    attempts,
    collages,
    deliveries,
    parts,
    pictures,
    roundups,
)

REFUSED = {outcome.value for outcome in (Outcome.REJECTED, Outcome.BLOCKED, Outcome.UNAVAILABLE)}
"""Outcomes of a request that the network said no to."""

BEGINNING = 100
"""How many first characters of a text are stored beside it, to find it by."""


def _part(row: Row[Any]) -> Part:
    image = receipt = None
    if row.picture_sha256:
        data = row.data or b""
        facts = (row.picture_sha256, row.picture_file, row.mime, row.alt)
        image = Image(*facts, data, row.width, row.height)
    if row.receipt_id is not None:
        receipt = Receipt(row.receipt_id, row.receipt_url or "", row.sent_at)
    return Part(row.position, row.text, image, receipt, row.gone_at is not None)


def _values(part: Part) -> dict[str, Any]:
    image = part.image or Image(sha256="", file="", mime="", alt="")
    return {
        "position": part.position,
        "text": part.text,
        "beginning": part.text[:BEGINNING],
        "picture_sha256": image.sha256 or None,
        "picture_file": image.file,
        "alt": image.alt,
    }


def _can_be_stored(text: str) -> bool:
    """Whether a database can hold the text: PostgreSQL takes no NUL, UTF-8 no surrogates."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


def _others_than(carried: Carried) -> tuple[ColumnElement[bool], ...]:
    """The condition for deliveries that carry neither this collage nor this roundup."""
    conditions = []
    if carried.collage_id is not None:
        collage_id = deliveries.c.collage_id
        conditions.append(or_(collage_id.is_(None), collage_id != carried.collage_id))
    if carried.roundup_id is not None:
        roundup_id = deliveries.c.roundup_id
        conditions.append(or_(roundup_id.is_(None), roundup_id != carried.roundup_id))
    return tuple(conditions)


class Parts(Statements):
    """The parts of threads, and the receipts of those that are out."""

    def save(self, delivery: Delivery, composed: Sequence[Part]) -> None:
        """Store the parts as composed, in place of earlier ones.

        Raises `Lost` where another worker has taken the delivery, or an attempt was made: from then
        on the parts are frozen.
        """
        Deliveries(self.scope).write_guarded(delivery, deliveries.c.begun.is_(False), note="")
        # With its first claim there are no earlier ones.
        if delivery.fence > 1:
            self.conn.execute(parts.delete().where(parts.c.delivery_id == delivery.id))
        self._insert(delivery, composed)

    def freeze(self, delivery: Delivery, composed: Sequence[Part], saved: dict[str, Any]) -> None:
        """Store the parts of a delivery that a slot has just made: they were approved, and stay.

        Its fence grows, as with a claim. Raises `Lost` where it has changed since it was made.
        """
        mine = (
            deliveries.c.id == delivery.id,
            deliveries.c.fence == delivery.fence,
            deliveries.c.begun.is_(False),
        )
        frozen = update(deliveries).where(*mine)
        values = {"fence": deliveries.c.fence + 1, "frozen": True, "saved": saved}
        if self.conn.execute(frozen.values(values)).rowcount != 1:
            raise Lost
        self._insert(delivery, composed)

    def save_unclaimed(self, delivery: Delivery, composed: Sequence[Part]) -> None:
        """Store the first parts of a delivery that nobody sends; its fence grows, as with a claim.

        Raises `Lost` where it has changed since it was read, or an attempt was made.
        """
        mine = (
            deliveries.c.id == delivery.id,
            deliveries.c.fence == delivery.fence,
            deliveries.c.state == delivery.state.value,
            deliveries.c.begun.is_(False),
        )
        grown = update(deliveries).where(*mine).values(fence=deliveries.c.fence + 1)
        if self.conn.execute(grown).rowcount != 1:
            raise Lost
        self._insert(delivery, composed)

    def _insert(self, delivery: Delivery, composed: Sequence[Part]) -> None:
        rows = [{"delivery_id": delivery.id} | _values(part) for part in composed]
        self.conn.execute(insert(parts), rows)

    def reword(self, delivery: Delivery, position: int, text: str) -> None:
        """Give a part that is not out another text; raises `Lost` where it is out by now."""
        mine = (parts.c.delivery_id == delivery.id, parts.c.position == position)
        values = {"text": text, "beginning": text[:BEGINNING]}
        statement = update(parts).where(*mine, parts.c.receipt_id.is_(None)).values(values)
        if self.conn.execute(statement).rowcount != 1:
            raise Lost

    def of(self, delivery_id: int, *, with_data: bool = False) -> tuple[Part, ...]:
        """The saved parts of a delivery in order; the pictures' bytes only `with_data`."""
        data = pictures.c.data if with_data else literal_column("NULL")
        statement = (
            select(parts, pictures.c.mime, pictures.c.width, pictures.c.height, data.label("data"))
            .outerjoin(pictures, pictures.c.sha256 == parts.c.picture_sha256)
            .where(parts.c.delivery_id == delivery_id)
            .order_by(parts.c.position)
        )
        return tuple(_part(row) for row in self.conn.execute(statement))

    def thread(self, delivery: Delivery) -> Thread:
        """The delivery's thread as it was saved, with the pictures' bytes."""
        its = self._facts(delivery)
        return Thread(
            key=delivery.key,
            kind=delivery.kind,
            series=delivery.series,
            number=its.number,
            name=its.name,
            local_on=delivery.local_on,
            parts=self.of(delivery.id, with_data=True),
            foreign=tuple(its.strangers),
            is_refused=its.last_outcome in REFUSED,
        )

    def _facts(self, delivery: Delivery) -> Row[Any]:
        """The name and number of what a delivery carries, its account's strangers, and how
        its last attempt ended.
        """
        strangers = (
            select(accounts.c.strangers).where(accounts.c.id == delivery.account_id)
        ).scalar_subquery()
        last_outcome = (
            select(attempts.c.outcome)
            .where(attempts.c.delivery_id == delivery.id)
            .order_by(attempts.c.id.desc())
            .limit(1)
        ).scalar_subquery()
        labelled = (strangers.label("strangers"), last_outcome.label("last_outcome"))
        if delivery.collage_id is None:
            name = literal_column("'roundup-'").concat(roundups.c.title_month)
            columns = select(name.label("name"), null().label("number"), *labelled)
            statement = columns.where(roundups.c.id == delivery.roundup_id)
        else:
            columns = select(collages.c.name, collages.c.number, *labelled)
            statement = columns.where(collages.c.id == delivery.collage_id)
        return self.conn.execute(statement).one()

    def record(self, delivery: Delivery, receipts: dict[int, Receipt]) -> None:
        """Store receipts by position; with the first one a claimed collage becomes posted.

        Not guarded by the fence: what is out is out, even where another worker holds the lease. A
        part that has a receipt keeps it.
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
        # Of several accounts the first receipt decides; the others find the collage posted.
        if receipts and delivery.collage_id is not None:
            first_at = min(receipt.at for receipt in receipts.values())
            posted = (
                update(collages)
                .where(
                    collages.c.id == delivery.collage_id,
                    collages.c.state == literal_column("'claimed'"),
                )
                .values(state="posted", posted_at=first_at, revision=collages.c.revision + 1)
            )
            if not self.conn.execute(posted).rowcount:
                # It may be on a page by now, which links the posts.
                page_changes.with_collage(self.conn, delivery.collage_id)

    def adopt(self, delivery: Delivery, receipts: dict[int, Receipt]) -> None:
        """Store receipts of parts that the network had before we sent them, and freeze all parts.

        Raises `Lost` where another worker has taken the delivery.
        """
        Deliveries(self.scope).write_guarded(delivery, begun=True)
        self.record(delivery, receipts)

    def take_off(self, delivery: Delivery, position: int) -> None:
        """Store that a person has taken a part off the network; what follows answers another."""
        mine = (parts.c.delivery_id == delivery.id, parts.c.position == position)
        self.conn.execute(update(parts).where(*mine).values(gone_at=self.now))
        if delivery.collage_id is not None:
            page_changes.with_collage(self.conn, delivery.collage_id)

    def last_receipt(self, delivery: Delivery) -> str | None:
        """The receipt id of the newest part before this thread; None where there is none.

        Of its account, series and mode, in the order in which threads were made: one made later
        may have gone out before this one.
        """
        # The delivery's own mode, not the one that runs: a person may look at an old rehearsal's.
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
            # The conditions of `ix_deliveries_begun` and `ix_parts_receipt_id` as they have them.
            .where(literal_column("earlier.begun"), parts.c.receipt_id.is_not(None))
            .order_by(earlier.c.id.desc(), parts.c.position.desc())
            .limit(1)
        )
        receipt_id: str | None = self.conn.execute(statement).scalar()
        return receipt_id

    def known_posts(self, account_id: int, ids: Sequence[str]) -> set[str]:
        """Those of a network's ids that this account has a receipt for."""
        ours = (parts.c.receipt_id.in_(ids), deliveries.c.account_id == account_id)
        statement = (
            select(parts.c.receipt_id)
            .join(deliveries, deliveries.c.id == parts.c.delivery_id)
            .where(*ours)
        )
        return set(self.conn.execute(statement).scalars())

    def elsewhere(self, delivery: Delivery) -> dict[int, str]:
        """Where parts of the same collage are on the account by another thread: by position."""
        others = (
            deliveries.c.collage_id == delivery.collage_id,
            deliveries.c.account_id == delivery.account_id,
            deliveries.c.rehearsal == self.rehearsal,
            deliveries.c.id != delivery.id,
            parts.c.receipt_id.is_not(None),
            parts.c.gone_at.is_(None),
        )
        statement = (
            select(parts.c.position, parts.c.receipt_url)
            .join(deliveries, deliveries.c.id == parts.c.delivery_id)
            .where(*others)
        )
        return {row.position: row.receipt_url or "" for row in self.conn.execute(statement)}

    def texts_under_way(self, delivery: Delivery) -> list[str]:
        """The texts of the account's other threads that are being sent or uncertain.

        They may be out already, though their receipts are still to come.
        """
        # OPEN beside the narrower condition, for its partial index.
        under_way = or_(deliveries.c.state == SENDING, deliveries.c.state == UNCERTAIN)
        others = (
            OPEN,
            under_way,
            deliveries.c.account_id == delivery.account_id,
            deliveries.c.id != delivery.id,
        )
        statement = select(parts.c.text).join(deliveries, deliveries.c.id == parts.c.delivery_id)
        return list(self.conn.execute(statement.where(*others)).scalars())

    def repeated(self, account: str, texts: Sequence[str], carried: Carried) -> dict[str, str]:
        """Those of the texts that other threads have put on an account, or are about to.

        Each with where it is: an address, or the key of a thread under way. Threads that carry the
        same are left out: what is out of them is not sent again.
        """
        wanted = [text for text in texts if _can_be_stored(text)]
        beginnings = {text[:BEGINNING] for text in wanted}
        same_text = (parts.c.beginning.in_(beginnings), parts.c.text.in_(wanted))
        is_taken = or_(parts.c.receipt_id.is_not(None), OPEN)
        statement = (
            select(parts.c.text, parts.c.receipt_url, deliveries.c.key)
            .join(deliveries, deliveries.c.id == parts.c.delivery_id)
            .join(accounts, accounts.c.id == deliveries.c.account_id)
            .where(*same_text, is_taken, *_others_than(carried))
            .where(accounts.c.name == account, deliveries.c.rehearsal == self.rehearsal)
            .order_by(parts.c.id)
        )
        rows = self.conn.execute(statement)
        return {row.text: row.receipt_url or f"the thread {row.key}" for row in rows}

    def is_number_out(self, delivery: Delivery, number: int, year: int) -> bool:
        """Whether the collage with this number of the delivery's series is posted.

        False where its thread on the delivery's account has no receipt yet.
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
