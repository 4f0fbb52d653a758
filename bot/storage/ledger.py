"""Deliveries, their parts and attempts: what was meant, what was tried, what is out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, insert, literal_column, select, update

from bot.core.delivery import MOVES, Delivery, Image, Kind, Outcome, Part, Receipt, State, Thread
from bot.storage.tables import accounts, attempts, collages, deliveries, parts, pictures, roundups, series

WAITING: ColumnElement[str] = literal_column("'waiting'")
SENDING: ColumnElement[str] = literal_column("'sending'")
UNCERTAIN: ColumnElement[str] = literal_column("'uncertain'")
OPEN = deliveries.c.state.in_([WAITING, SENDING, UNCERTAIN])
"""As the partial index says it: only so is the index used, beside any narrower condition."""


class Lost(Exception):
    """The lease went to somebody else: write nothing, send nothing. Ends the transaction without a trace."""


_JOINED = (
    select(deliveries, series.c.name.label("series_name"), accounts.c.name.label("account_name"))
    .join(series, series.c.id == deliveries.c.series_id)
    .join(accounts, accounts.c.id == deliveries.c.account_id)
)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        key=row.key,
        kind=Kind(row.kind),
        series=row.series_name,
        account=row.account_name,
        state=State(row.state),
        due_at=row.due_at,
        local_on=row.local_on,
        collage_id=row.collage_id,
        roundup_id=row.roundup_id,
        fence=row.fence,
        begun=row.begun,
        released=row.released,
        saved=row.saved,
        failures=row.failures,
        looks=row.looks,
        note=row.note,
    )


def get(conn: Connection, delivery_id: int) -> Delivery:
    return _delivery(conn.execute(_JOINED.where(deliveries.c.id == delivery_id)).one())


def claim(conn: Connection, account_id: int, now: datetime, lease: timedelta, rehearsal: int) -> Delivery | None:
    """Take the account's next due delivery: one guarded statement; the fence grows, later writes check it."""
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.account_id == account_id, deliveries.c.state == WAITING, deliveries.c.next_at <= now)
        .where(deliveries.c.rehearsal == rehearsal)
        .order_by(deliveries.c.next_at, deliveries.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(deliveries)
        .where(deliveries.c.id == due.scalar_subquery(), deliveries.c.state == WAITING)
        .values(state="sending", fence=deliveries.c.fence + 1, lease_until=now + lease)
        .returning(deliveries.c.id)
    )
    taken_id = conn.execute(taken).scalar()
    return None if taken_id is None else get(conn, taken_id)


def _guarded(conn: Connection, delivery: Delivery, *also: ColumnElement[bool], **values: Any) -> None:
    """Write to a delivery that is ours: raises `Lost` when its fence has moved or it is not being sent any more."""
    mine = (deliveries.c.id == delivery.id, deliveries.c.fence == delivery.fence)
    ours = and_(*mine, deliveries.c.state == SENDING, *also)
    if conn.execute(update(deliveries).where(ours).values(**values)).rowcount != 1:
        raise Lost


def save_parts(conn: Connection, delivery: Delivery, composed: Sequence[Part]) -> None:
    """The parts as composed take the place of earlier ones; never after the first attempt."""
    _guarded(conn, delivery, deliveries.c.begun.is_(False), note="")
    conn.execute(parts.delete().where(parts.c.delivery_id == delivery.id))
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
    conn.execute(insert(parts), rows)


def parts_of(conn: Connection, delivery_id: int, *, with_data: bool = False) -> tuple[Part, ...]:
    """The saved parts in order; the pictures' bytes only where they are wanted."""
    data = pictures.c.data if with_data else literal_column("NULL")
    statement = (
        select(parts, pictures.c.mime.label("mime"), data.label("data"))
        .outerjoin(pictures, pictures.c.sha256 == parts.c.picture_sha256)
        .where(parts.c.delivery_id == delivery_id)
        .order_by(parts.c.position)
    )
    return tuple(_part(row, row.data or b"") for row in conn.execute(statement))


def _part(row: Row[Any], data: bytes) -> Part:
    image = Image(row.picture_sha256, row.picture_file, row.mime, row.alt, data) if row.picture_sha256 else None
    receipt = Receipt(row.receipt_id, row.receipt_url or "", row.sent_at) if row.receipt_id is not None else None
    return Part(row.position, row.text, image, receipt)


def thread(conn: Connection, delivery: Delivery) -> Thread:
    """The delivery's thread as it was saved, with the pictures' bytes."""
    parts_saved = parts_of(conn, delivery.id, with_data=True)
    if delivery.collage_id is not None:
        mine = collages.c.id == delivery.collage_id
        name, number = conn.execute(select(collages.c.name, collages.c.number).where(mine)).one()
    else:
        month = select(roundups.c.title_month).where(roundups.c.id == delivery.roundup_id)
        name, number = f"roundup-{conn.execute(month).scalar_one()}", None
    return Thread(delivery.key, delivery.kind, delivery.series, number, name, delivery.local_on, parts_saved)


def save(conn: Connection, delivery: Delivery, saved: dict[str, object]) -> None:
    """Keep what a publisher prepared."""
    _guarded(conn, delivery, saved=saved)


def start_attempt(conn: Connection, delivery: Delivery, position: int | None, now: datetime, lease: timedelta) -> int:
    """Write the intent down before the network is called, and renew the lease; None stands for the whole thread."""
    _guarded(conn, delivery, begun=True, lease_until=now + lease)
    row = {"delivery_id": delivery.id, "position": position, "fence": delivery.fence, "started_at": now}
    started: int = conn.execute(insert(attempts).values(row).returning(attempts.c.id)).scalar_one()
    return started


def end_attempt(conn: Connection, attempt_id: int, outcome: Outcome, detail: str, now: datetime) -> None:
    ended = update(attempts).where(attempts.c.id == attempt_id)
    conn.execute(ended.values(ended_at=now, outcome=outcome.value, detail=detail[:2_000]))


def unfinished(conn: Connection, delivery_id: int) -> bool:
    """Whether an attempt was cut off: nobody knows whether it reached the network."""
    statement = select(attempts.c.id).where(attempts.c.delivery_id == delivery_id, attempts.c.outcome.is_(None))
    return conn.execute(statement.limit(1)).scalar() is not None


def end_unfinished(conn: Connection, delivery_id: int, outcome: Outcome, detail: str, now: datetime) -> None:
    """Say of attempts without an outcome, or with an uncertain one, what looking has shown."""
    open_ended = attempts.c.outcome.is_(None) | (attempts.c.outcome == Outcome.UNCERTAIN.value)
    statement = update(attempts).where(attempts.c.delivery_id == delivery_id, open_ended)
    conn.execute(statement.values(ended_at=now, outcome=outcome.value, detail=detail[:2_000]))


def record(conn: Connection, delivery: Delivery, receipts: dict[int, Receipt]) -> None:
    """What is out is out, whoever holds the lease: receipts are written without a guard, the first one stays."""
    for position, receipt in receipts.items():
        where = (parts.c.delivery_id == delivery.id, parts.c.position == position, parts.c.receipt_id.is_(None))
        values = {"receipt_id": receipt.id, "receipt_url": receipt.url, "sent_at": receipt.at}
        conn.execute(update(parts).where(*where).values(values))
    if receipts and delivery.collage_id is not None:
        first_at = min(receipt.at for receipt in receipts.values())
        conn.execute(
            update(collages)
            .where(collages.c.id == delivery.collage_id, collages.c.state == literal_column("'claimed'"))
            .values(state="posted", posted_at=first_at, revision=collages.c.revision + 1)
        )


def move(conn: Connection, delivery: Delivery, to: State, now: datetime, **values: Any) -> None:
    """From the state it was read in to another legal one; raises `Lost` when it is not there any more."""
    if to not in MOVES[delivery.state]:
        raise ValueError(f"a delivery that is {delivery.state} cannot become {to}")
    if to in {State.SENT, State.FAILED}:
        values["ended_at"] = now
    ours = and_(
        deliveries.c.id == delivery.id, deliveries.c.fence == delivery.fence, deliveries.c.state == delivery.state.value
    )
    if conn.execute(update(deliveries).where(ours).values(state=to.value, **values)).rowcount != 1:
        raise Lost


def look_again(conn: Connection, delivery: Delivery, at: datetime, looks: int, note: str) -> None:
    """An uncertain delivery stays so until the next look."""
    ours = (deliveries.c.id == delivery.id, deliveries.c.fence == delivery.fence, deliveries.c.state == UNCERTAIN)
    conn.execute(update(deliveries).where(*ours).values(next_at=at, looks=looks, note=note))


def give_back(conn: Connection, collage_id: int, note: str) -> bool:
    """A claimed collage of which surely nothing is out becomes held, its number free; False while that is not so."""
    rest = select(deliveries.c.id).where(deliveries.c.collage_id == collage_id, deliveries.c.state != "failed")
    out = (
        select(parts.c.id)
        .join(deliveries, deliveries.c.id == parts.c.delivery_id)
        .where(deliveries.c.collage_id == collage_id, parts.c.receipt_id.is_not(None))
    )
    back = (
        update(collages)
        .where(collages.c.id == collage_id, collages.c.state == literal_column("'claimed'"))
        .where(~rest.exists(), ~out.exists())
        .values(
            state="held",
            number=None,
            due_at=None,
            note=note,
            revision=collages.c.revision + 1,
        )
    )
    return conn.execute(back).rowcount == 1


def due_accounts(conn: Connection, now: datetime, rehearsal: int) -> list[str]:
    """Accounts with something to send or to look for now."""
    due = (OPEN, deliveries.c.state != SENDING, deliveries.c.next_at <= now, deliveries.c.rehearsal == rehearsal)
    statement = select(accounts.c.name).join(deliveries, deliveries.c.account_id == accounts.c.id).where(*due)
    return list(conn.execute(statement.distinct().order_by(accounts.c.name)).scalars())


def open_accounts(conn: Connection, rehearsal: int) -> list[str]:
    """Accounts with a delivery whose way is not at its end."""
    mine = (OPEN, deliveries.c.rehearsal == rehearsal)
    statement = select(accounts.c.name).join(deliveries, deliveries.c.account_id == accounts.c.id).where(*mine)
    return list(conn.execute(statement.distinct()).scalars())


def hold_all(conn: Connection, account: str, rehearsal: int) -> int:
    """Hold what waits for an account; how many."""
    account_id = select(accounts.c.id).where(accounts.c.name == account).scalar_subquery()
    mine = (deliveries.c.account_id == account_id, deliveries.c.state == WAITING, deliveries.c.rehearsal == rehearsal)
    return conn.execute(update(deliveries).where(*mine).values(state="held")).rowcount


def release_all(conn: Connection, account: str, rehearsal: int, now: datetime) -> int:
    """What was held of an account waits again; how many."""
    account_id = select(accounts.c.id).where(accounts.c.name == account).scalar_subquery()
    mine = (deliveries.c.account_id == account_id, deliveries.c.state == "held", deliveries.c.rehearsal == rehearsal)
    return conn.execute(update(deliveries).where(*mine).values(state="waiting", next_at=now, released=True)).rowcount


def next_at(conn: Connection, account_ids: Sequence[int], rehearsal: int) -> datetime | None:
    """When the next open delivery of these accounts wants attention: its time, or the end of a lease."""
    lease = case((deliveries.c.state == SENDING, deliveries.c.lease_until), else_=deliveries.c.next_at)
    mine = (OPEN, deliveries.c.account_id.in_(account_ids), deliveries.c.rehearsal == rehearsal)
    found: datetime | None = conn.execute(select(func.min(lease)).where(*mine)).scalar()
    return found


def abandoned(conn: Connection, now: datetime, rehearsal: int) -> list[Delivery]:
    """Deliveries being sent by somebody whose lease has ended."""
    past = (deliveries.c.state == SENDING, deliveries.c.lease_until < now, deliveries.c.rehearsal == rehearsal)
    return [_delivery(row) for row in conn.execute(_JOINED.where(OPEN, *past))]


def uncertain(conn: Connection, account_id: int, now: datetime, rehearsal: int) -> list[Delivery]:
    """The account's deliveries to be looked for now."""
    mine = (deliveries.c.account_id == account_id, deliveries.c.state == UNCERTAIN, deliveries.c.next_at <= now)
    return [_delivery(row) for row in conn.execute(_JOINED.where(OPEN, *mine, deliveries.c.rehearsal == rehearsal))]


def of_collage(conn: Connection, collage_id: int) -> list[Delivery]:
    statement = _JOINED.where(deliveries.c.collage_id == collage_id).order_by(deliveries.c.id)
    return [_delivery(row) for row in conn.execute(statement)]


def of_roundup(conn: Connection, roundup_id: int) -> list[Delivery]:
    statement = _JOINED.where(deliveries.c.roundup_id == roundup_id).order_by(deliveries.c.id)
    return [_delivery(row) for row in conn.execute(statement)]
