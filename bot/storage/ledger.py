"""Deliveries, their parts and attempts: what was meant, what was tried, what is out."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.core.delivery import MOVES, Delivery, Image, Kind, Outcome, Part, Receipt, State, Thread
from bot.storage.database import Instant
from bot.storage.tables import (
    accounts,
    attempts,
    collages,
    deliveries,
    looks,
    parts,
    pictures,
    roundups,
    series,
)

WAITING: ColumnElement[str] = literal_column("'waiting'")
SENDING: ColumnElement[str] = literal_column("'sending'")
UNCERTAIN: ColumnElement[str] = literal_column("'uncertain'")
ONE: ColumnElement[int] = literal_column("1", Integer)
"""Said outright: planning for any limit at all, PostgreSQL prefers to sort."""
OPEN = deliveries.c.state.in_([WAITING, SENDING, UNCERTAIN])
"""As the partial index says it: only so is the index used, beside any narrower condition."""
UNDER_WAY = deliveries.c.state.in_([SENDING, UNCERTAIN])
"""As above; of these there are few, however many wait."""


class Lost(Exception):
    """The lease went to somebody else: write nothing, send nothing.

    Ends the transaction without a trace.
    """


JOINED = (
    select(deliveries, series.c.name.label("series_name"), accounts.c.name.label("account_name"))
    .join(series, series.c.id == deliveries.c.series_id)
    .join(accounts, accounts.c.id == deliveries.c.account_id)
)


def from_row(row: Row[Any]) -> Delivery:
    """A delivery, from a row of `JOINED`."""
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
        tried_from=row.tried_from,
    )


def get(conn: Connection, delivery_id: int) -> Delivery:
    return from_row(conn.execute(JOINED.where(deliveries.c.id == delivery_id)).one())


_NAMES = (
    select(series.c.name)
    .where(series.c.id == deliveries.c.series_id)
    .scalar_subquery()
    .label("series_name"),
    select(accounts.c.name)
    .where(accounts.c.id == deliveries.c.account_id)
    .scalar_subquery()
    .label("account_name"),
)
_FIRST_DUE = (
    select(deliveries.c.id)
    .where(deliveries.c.account_id == bindparam("of"), deliveries.c.state == WAITING)
    .where(deliveries.c.rehearsal == bindparam("within"), deliveries.c.next_at <= bindparam("now"))
    .order_by(deliveries.c.next_at, deliveries.c.id)
    .limit(ONE)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(deliveries)
    .where(deliveries.c.id == _FIRST_DUE.scalar_subquery(), deliveries.c.state == WAITING)
    .values(state=SENDING, fence=deliveries.c.fence + ONE)
    .returning(*(deliveries.c[name] for name in Delivery._fields if name in deliveries.c), *_NAMES)
)
"""Built once: building it takes longer than the database needs for it."""


def claim(
    conn: Connection, account_id: int, now: datetime, lease_until: Instant, rehearsal: int
) -> Delivery | None:
    """Take the account's next due delivery: one guarded statement; the fence grows, later writes
    check it.
    """
    given: dict[str, object] = {"of": account_id, "within": rehearsal, "now": now}
    if isinstance(lease_until, datetime):
        row = conn.execute(_CLAIM, given | {"lease_until": lease_until}).one_or_none()
    else:
        row = conn.execute(_claiming(lease_until), given).one_or_none()
    return from_row(row) if row else None


@lru_cache(maxsize=8)
def _claiming(lease_until: ColumnElement[datetime]) -> ReturningUpdate[Any]:
    return _CLAIM.values(lease_until=lease_until)


def _guarded(
    conn: Connection, delivery: Delivery, *also: ColumnElement[bool], **values: Any
) -> None:
    """Write to a delivery that is ours: raises `Lost` when its fence has moved or it is not being
    sent any more.
    """
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


def thread(conn: Connection, delivery: Delivery) -> Thread:
    """The delivery's thread as it was saved, with the pictures' bytes."""
    parts_saved = parts_of(conn, delivery.id, with_data=True)
    if delivery.collage_id is not None:
        mine = collages.c.id == delivery.collage_id
        name, number = conn.execute(select(collages.c.name, collages.c.number).where(mine)).one()
    else:
        month = select(roundups.c.title_month).where(roundups.c.id == delivery.roundup_id)
        name, number = f"roundup-{conn.execute(month).scalar_one()}", None
    return Thread(
        delivery.key, delivery.kind, delivery.series, number, name, delivery.local_on, parts_saved
    )


def save(conn: Connection, delivery: Delivery, saved: dict[str, object]) -> None:
    """Keep what a publisher prepared."""
    _guarded(conn, delivery, saved=saved)


def start_attempt(
    conn: Connection, delivery: Delivery, position: int | None, now: datetime, lease_until: Instant
) -> int:
    """Write the intent down before the network is called, and renew the lease; None stands for the
    whole thread.
    """
    _guarded(conn, delivery, begun=True, lease_until=lease_until)
    row = {
        "delivery_id": delivery.id,
        "position": position,
        "fence": delivery.fence,
        "started_at": now,
    }
    started: int = conn.execute(insert(attempts).values(row).returning(attempts.c.id)).scalar_one()
    return started


def end_attempt(
    conn: Connection, attempt_id: int, outcome: Outcome, detail: str, now: datetime
) -> None:
    ended = update(attempts).where(attempts.c.id == attempt_id)
    conn.execute(ended.values(ended_at=now, outcome=outcome.value, detail=detail[:2_000]))


def unfinished(conn: Connection, delivery_id: int) -> bool:
    """Whether an attempt was cut off: nobody knows whether it reached the network."""
    statement = select(attempts.c.id).where(
        attempts.c.delivery_id == delivery_id, attempts.c.outcome.is_(None)
    )
    return conn.execute(statement.limit(1)).scalar() is not None


def end_unfinished(
    conn: Connection, delivery_id: int, outcome: Outcome, detail: str, now: datetime
) -> None:
    """Say of attempts without an outcome, or with an uncertain one, what came of them; the
    network's words stay.
    """
    open_ended = attempts.c.outcome.is_(None) | (attempts.c.outcome == Outcome.UNCERTAIN.value)
    statement = update(attempts).where(attempts.c.delivery_id == delivery_id, open_ended)
    said = case((attempts.c.detail == "", ""), else_=attempts.c.detail + " Then: ")
    ended_at = func.coalesce(attempts.c.ended_at, literal(now, attempts.c.ended_at.type))
    conn.execute(
        statement.values(ended_at=ended_at, outcome=outcome.value, detail=said + detail[:2_000])
    )


def record(conn: Connection, delivery: Delivery, receipts: dict[int, Receipt]) -> None:
    """What is out is out, whoever holds the lease: receipts are written without a guard, the first
    one stays.
    """
    for position, receipt in receipts.items():
        where = (
            parts.c.delivery_id == delivery.id,
            parts.c.position == position,
            parts.c.receipt_id.is_(None),
        )
        values = {"receipt_id": receipt.id, "receipt_url": receipt.url, "sent_at": receipt.at}
        conn.execute(update(parts).where(*where).values(values))
    if receipts and delivery.collage_id is not None:
        first_at = min(receipt.at for receipt in receipts.values())
        conn.execute(
            update(collages)
            .where(
                collages.c.id == delivery.collage_id,
                collages.c.state == literal_column("'claimed'"),
            )
            .values(state="posted", posted_at=first_at, revision=collages.c.revision + 1)
        )


def adopt(conn: Connection, delivery: Delivery, receipts: dict[int, Receipt]) -> None:
    """Parts that are out though we have no receipt are ours from now on; the parts are frozen as
    they are.
    """
    _guarded(conn, delivery, begun=True)
    record(conn, delivery, receipts)


def saw(conn: Connection, delivery_id: int, at: datetime, words: str) -> None:
    """Write down what a look has shown."""
    conn.execute(insert(looks).values(delivery_id=delivery_id, at=at, saw=words[:2_000]))


def last_receipt(conn: Connection, delivery: Delivery) -> str | None:
    """The id of the newest part that went out before this thread was made, on its account, of its
    series and mode.

    By the order in which threads were made: one made later may have gone out before this one.
    """
    own, earlier = deliveries.alias("own"), deliveries.alias("earlier")
    statement = (
        select(parts.c.receipt_id)
        .select_from(own)
        .join(
            earlier,
            and_(earlier.c.account_id == own.c.account_id, earlier.c.series_id == own.c.series_id),
        )
        .join(parts, parts.c.delivery_id == earlier.c.id)
        .where(
            own.c.id == delivery.id,
            earlier.c.id < delivery.id,
            earlier.c.rehearsal == own.c.rehearsal,
        )
        .where(literal_column("earlier.begun"), parts.c.receipt_id.is_not(None))
        .order_by(earlier.c.id.desc(), parts.c.position.desc())
        .limit(1)
    )
    found: str | None = conn.execute(statement).scalar()
    return found


def known_posts(conn: Connection, account_id: int, ids: Sequence[str]) -> set[str]:
    """Those of a network's ids that the ledger has a receipt for, on this account."""
    ours = (parts.c.receipt_id.in_(ids), deliveries.c.account_id == account_id)
    statement = (
        select(parts.c.receipt_id)
        .join(deliveries, deliveries.c.id == parts.c.delivery_id)
        .where(*ours)
    )
    return set(conn.execute(statement).scalars())


def texts_under_way(conn: Connection, delivery: Delivery, account_id: int) -> list[str]:
    """The texts of other threads that are being sent or looked for on this account: their receipts
    may still come.
    """
    under_way = or_(deliveries.c.state == SENDING, deliveries.c.state == UNCERTAIN)
    others = (
        OPEN,
        under_way,
        deliveries.c.account_id == account_id,
        deliveries.c.id != delivery.id,
    )
    statement = select(parts.c.text).join(deliveries, deliveries.c.id == parts.c.delivery_id)
    return list(conn.execute(statement.where(*others)).scalars())


def is_number_out(
    conn: Connection, account_id: int, series_id: int, number: int, year: int
) -> bool:
    """Whether the collage with this number is out, and nothing of it still to come on the account."""
    receipt = select(parts.c.id).where(
        parts.c.delivery_id == deliveries.c.id, parts.c.receipt_id.is_not(None)
    )
    to_come = select(deliveries.c.id).where(
        deliveries.c.collage_id == collages.c.id,
        deliveries.c.account_id == account_id,
        deliveries.c.rehearsal == collages.c.rehearsal,
        ~receipt.exists(),
    )
    mine = (
        collages.c.series_id == series_id,
        collages.c.number == number,
        collages.c.number_year == year,
    )
    out = select(collages.c.id).where(*mine, collages.c.state == "posted", ~to_come.exists())
    return conn.execute(out.limit(1)).scalar() is not None


_MOVE = update(deliveries).where(
    deliveries.c.id == bindparam("its_id"),
    deliveries.c.fence == bindparam("its_fence"),
    deliveries.c.state == bindparam("its_state"),
)


def move(conn: Connection, delivery: Delivery, to: State, now: datetime, **values: Any) -> None:
    """From the state it was read in to another legal one; raises `Lost` when it is not there any
    more.
    """
    if to not in MOVES[delivery.state]:
        raise ValueError(f"a delivery that is {delivery.state} cannot become {to}")
    if to in {State.SENT, State.FAILED}:
        values["ended_at"] = now
    ours = {"its_id": delivery.id, "its_fence": delivery.fence, "its_state": delivery.state.value}
    if conn.execute(_MOVE, ours | values | {"state": to.value}).rowcount != 1:
        raise Lost


def look_again(conn: Connection, delivery: Delivery, at: datetime, looks: int, note: str) -> None:
    """An uncertain delivery stays so until the next look; raises `Lost` when it is not uncertain
    any more.
    """
    ours = (
        deliveries.c.id == delivery.id,
        deliveries.c.fence == delivery.fence,
        deliveries.c.state == UNCERTAIN,
    )
    values = {"next_at": at, "looks": looks, "note": note}
    if conn.execute(update(deliveries).where(*ours).values(values)).rowcount != 1:
        raise Lost


def give_back(conn: Connection, collage_id: int, note: str) -> bool:
    """A claimed collage of which surely nothing is out becomes held, its number free; False while
    that is not so.
    """
    # Locked first: of two deliveries that fail at the same moment, the later one has to see the
    # earlier one's end.
    conn.execute(
        select(collages.c.id).where(collages.c.id == collage_id).with_for_update(key_share=True)
    )
    its = (deliveries.c.collage_id == collages.c.id, deliveries.c.rehearsal == collages.c.rehearsal)
    rest = select(deliveries.c.id).where(*its, deliveries.c.state != "failed")
    out = (
        select(parts.c.id)
        .join(deliveries, deliveries.c.id == parts.c.delivery_id)
        .where(*its, parts.c.receipt_id.is_not(None))
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
    doubtful = _of_account(UNDER_WAY, deliveries.c.state == UNCERTAIN, rehearsal=rehearsal)
    due = or_(_first_at(rehearsal) <= now, doubtful.where(deliveries.c.next_at <= now).exists())
    return list(
        conn.execute(select(accounts.c.name).where(due).order_by(accounts.c.name)).scalars()
    )


def open_accounts(conn: Connection, rehearsal: int) -> list[str]:
    """Accounts with a delivery whose way is not at its end."""
    on_its_way = or_(
        _first_at(rehearsal).is_not(None), _of_account(UNDER_WAY, rehearsal=rehearsal).exists()
    )
    return list(conn.execute(select(accounts.c.name).where(on_its_way)).scalars())


def _of_account(*which: ColumnElement[bool], rehearsal: int) -> Select[datetime]:
    """When the deliveries of an account, which the statement around this one names, are due."""
    mine = (deliveries.c.account_id == accounts.c.id, deliveries.c.rehearsal == rehearsal)
    return select(deliveries.c.next_at).where(*which, *mine)


def _first_at(rehearsal: int) -> ScalarSelect[datetime]:
    """As above, the first one that waits: a single step into the index, where a join reads all that
    wait.
    """
    waiting = _of_account(deliveries.c.state == WAITING, rehearsal=rehearsal)
    return waiting.order_by(deliveries.c.next_at, deliveries.c.id).limit(ONE).scalar_subquery()


def hold_all(conn: Connection, account: str, rehearsal: int) -> int:
    """Hold what waits for an account; how many."""
    account_id = select(accounts.c.id).where(accounts.c.name == account).scalar_subquery()
    mine = (
        deliveries.c.account_id == account_id,
        deliveries.c.state == WAITING,
        deliveries.c.rehearsal == rehearsal,
    )
    return conn.execute(update(deliveries).where(*mine).values(state="held")).rowcount


def release_all(conn: Connection, account: str, rehearsal: int, now: datetime) -> int:
    """What was held of an account waits again; how many."""
    account_id = select(accounts.c.id).where(accounts.c.name == account).scalar_subquery()
    mine = (
        deliveries.c.account_id == account_id,
        deliveries.c.state == "held",
        deliveries.c.rehearsal == rehearsal,
    )
    return conn.execute(
        update(deliveries).where(*mine).values(state="waiting", next_at=now, released=True)
    ).rowcount


def next_at(conn: Connection, account_ids: Sequence[int], rehearsal: int) -> datetime | None:
    """When the next open delivery of these accounts wants attention: its time, or the end of a
    lease.
    """
    waiting = select(func.min(_first_at(rehearsal))).where(accounts.c.id.in_(account_ids))
    lease = case(
        (deliveries.c.state == SENDING, deliveries.c.lease_until), else_=deliveries.c.next_at
    )
    mine = (
        UNDER_WAY,
        deliveries.c.account_id.in_(account_ids),
        deliveries.c.rehearsal == rehearsal,
    )
    times = [
        conn.execute(statement).scalar()
        for statement in (waiting, select(func.min(lease)).where(*mine))
    ]
    return min((at for at in times if at is not None), default=None)


def abandoned(conn: Connection, before: Instant, rehearsal: int) -> list[Delivery]:
    """Deliveries being sent by somebody whose lease had ended by then."""
    past = (
        deliveries.c.state == SENDING,
        deliveries.c.lease_until < before,
        deliveries.c.rehearsal == rehearsal,
    )
    return [from_row(row) for row in conn.execute(JOINED.where(UNDER_WAY, *past))]


def uncertain(conn: Connection, account_id: int, now: datetime, rehearsal: int) -> list[Delivery]:
    """The account's deliveries to be looked for now."""
    mine = (
        deliveries.c.account_id == account_id,
        deliveries.c.state == UNCERTAIN,
        deliveries.c.next_at <= now,
    )
    statement = JOINED.where(UNDER_WAY, *mine, deliveries.c.rehearsal == rehearsal)
    return [from_row(row) for row in conn.execute(statement)]


def of_collage(conn: Connection, collage_id: int) -> list[Delivery]:
    statement = JOINED.where(deliveries.c.collage_id == collage_id).order_by(deliveries.c.id)
    return [from_row(row) for row in conn.execute(statement)]


def of_roundup(conn: Connection, roundup_id: int) -> list[Delivery]:
    statement = JOINED.where(deliveries.c.roundup_id == roundup_id).order_by(deliveries.c.id)
    return [from_row(row) for row in conn.execute(statement)]
