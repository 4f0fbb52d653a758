"""What somebody left half done: put back where nothing was tried, looked for where it may be out."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import assert_never

from bot.context import Context
from bot.core import errors
from bot.core.delivery import Absent, Delivery, Found, Look, NotSeen, Outcome, State, Thread
from bot.core.notices import LookInconclusive
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.sending import charges
from bot.storage import ledger, notices
from bot.storage.database import Connection

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When a delivery that waits for a person is looked at again by itself."""


def left_over(context: Context) -> None:
    """Deliveries that somebody left: back to waiting where nothing was tried, else to be looked
    for.
    """
    now = context.clock.now()
    with context.database.read() as conn:
        before = context.database.instant(now) - context.config.delivery.request
        left = ledger.abandoned(conn, before, context.rehearsal)
    for delivery in left:
        with suppress(ledger.Lost), context.database.write() as conn:
            if not ledger.unfinished(conn, delivery.id):
                ledger.move(conn, delivery, State.WAITING, now, next_at=now)
                continue
            publisher = context.publishers.get(delivery.account)
            at = (
                now
                if publisher is None or publisher.proves_absence
                else now + context.config.delivery.first_look
            )
            ledger.move(conn, delivery, State.UNCERTAIN, now, next_at=at, looks=0)


def look(
    context: Context, publisher: Publisher, delivery: Delivery, *, settled: bool = True
) -> None:
    """Look for what an attempt without a known outcome may have left, and write down what was seen.

    Not seeing it means something only where the look is `settled`: late enough for the network to
    show it.
    """
    with context.database.read() as conn:
        thread = ledger.thread(conn, delivery)
    try:
        seen = publisher.find(thread, delivery.saved)
    except Exception as error:  # noqa: BLE001 - looking cannot publish: look again later
        _look_later(context, delivery, errors.sentence(error), settled=settled)
        return
    with context.database.write() as conn:
        charges.charge(context, conn, publisher, delivery, Requests(reads=1))
        ledger.saw(conn, delivery.id, context.clock.now(), _words(seen))
        if isinstance(seen, Found):
            # What is out is out, whoever says what follows.
            ledger.record(conn, delivery, seen.receipts)
        if settled or not isinstance(seen, NotSeen):
            # Lost: somebody else has looked, too, and said what follows.
            with suppress(ledger.Lost), conn.begin_nested():
                _conclude(context, conn, delivery, thread, seen)


def _look_later(context: Context, delivery: Delivery, words: str, *, settled: bool) -> None:
    now = context.clock.now()
    with context.database.write() as conn:
        ledger.saw(conn, delivery.id, now, f"looking failed: {words}")
    if settled:
        with suppress(ledger.Lost), context.database.write() as conn:
            ledger.look_again(
                conn, delivery, now + context.config.delivery.retry_longest, delivery.looks, words
            )


def _words(seen: Look) -> str:
    match seen:
        case Found():
            return f"out: part {', '.join(map(str, sorted(seen.receipts)))}"
        case Absent():
            return "a key proves that it is not there"
        case NotSeen():
            return "not seen" if seen.anchor_seen else "not seen, and looking does not tell"
        case _:
            assert_never(seen)


def _conclude(
    context: Context, conn: Connection, delivery: Delivery, thread: Thread, seen: Look
) -> None:
    own, now = context.config.delivery, context.clock.now()
    match seen:
        case Found():
            ledger.end_unfinished(conn, delivery.id, Outcome.SENT, "found on the network", now)
            everything = all(
                part.receipt or part.position in seen.receipts for part in thread.parts
            )
            ledger.move(
                conn, delivery, State.SENT if everything else State.WAITING, now, next_at=now
            )
        case Absent():
            ledger.end_unfinished(conn, delivery.id, Outcome.NOT_SENT, _words(seen), now)
            ledger.move(conn, delivery, State.WAITING, now, next_at=now)
        case NotSeen() if seen.anchor_seen and delivery.looks >= 1:
            ledger.end_unfinished(
                conn, delivery.id, Outcome.NOT_SENT, "two settled looks did not show it", now
            )
            ledger.move(conn, delivery, State.WAITING, now, next_at=now)
        case NotSeen() if seen.anchor_seen:
            again = now + own.second_look - own.first_look
            ledger.look_again(conn, delivery, again, 1, "not seen at the first look")
        case NotSeen():
            ledger.look_again(conn, delivery, NEVER, 0, "looking does not tell")
            notices.add(conn, LookInconclusive(delivery), now, context.rehearsal)
        case _:
            assert_never(seen)
