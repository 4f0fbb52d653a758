"""Takes up deliveries that a worker left half done, and looks up those that may be out."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import assert_never

from bot.context import Context
from bot.core import errors
from bot.core.delivery import Absent, Delivery, Found, Look, NotSeen, Outcome, State, Thread
from bot.core.notices.deliveries import LookInconclusive, TextRepeated
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.sending import charges, failures
from bot.storage.deliveries import Lost
from bot.storage.work import Work

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The `next_at` of a delivery that waits for a person, and is not taken up by itself."""


def left_over(context: Context) -> None:
    """Take up deliveries whose lease has ended, once a request begun under it has ended, too.

    Where no attempt was cut off they wait to be sent; else their outcome is unknown, and a lookup
    is scheduled.
    """
    with context.read() as work:
        left = work.deliveries.abandoned(context.config.delivery.request)
    for delivery in left:
        with suppress(Lost), context.write() as work:
            if work.attempts.is_unfinished(delivery.id):
                at = work.now + _settling_time(context, delivery)
                work.deliveries.move(delivery, State.UNCERTAIN, next_at=at, looks=0)
            else:
                work.deliveries.move(delivery, State.WAITING, next_at=work.now)


def _settling_time(context: Context, delivery: Delivery) -> timedelta:
    """How long a network may take to show a post; zero where a key proves what it has."""
    publisher = context.publishers.get(delivery.account)
    if publisher is None or publisher.proves_absence:
        return timedelta(0)
    return context.config.delivery.first_look


def look(
    context: Context, publisher: Publisher, delivery: Delivery, *, settled: bool = True
) -> None:
    """Look up a delivery with an unknown outcome on its network, and store what was seen.

    Not seeing it counts only where the lookup is `settled`, that is, late enough for the network to
    show what it has.
    """
    with context.read() as work:
        thread = work.parts.thread(delivery)
    try:
        seen = publisher.find(thread, delivery.saved)
    except Exception as error:  # noqa: BLE001 - looking cannot publish: look again later
        trace = failures.log_unexpected(error, publisher, f"looking for {delivery.key}")
        failure = failures.Failure(error, trace=trace)
        _look_later(context, delivery, failure, settled=settled)
        return
    with context.write() as work:
        charges.charge(work, publisher, delivery, Requests(reads=1))
        work.attempts.saw(delivery.id, _described(seen))
        if isinstance(seen, Found):
            # A receipt is stored in any case, also where another worker decides what follows.
            work.parts.record(delivery, seen.receipts)
        if settled or not isinstance(seen, NotSeen):
            # Lost: another worker has looked it up as well, and decided what follows.
            with suppress(Lost), work.nested():
                _conclude(context, work, delivery, thread, seen)


def _look_later(
    context: Context, delivery: Delivery, failure: failures.Failure, *, settled: bool
) -> None:
    reason = errors.sentence(failure.error)
    with context.write() as work:
        work.attempts.saw(delivery.id, f"looking failed: {reason}", failure.trace)
    if settled:
        with suppress(Lost), context.write() as work:
            at = work.now + context.config.delivery.retry_longest
            work.deliveries.look_again(delivery, at, delivery.looks, reason)


def _described(seen: Look) -> str:
    match seen:
        case Found():
            return f"out: part {', '.join(map(str, sorted(seen.receipts)))}"
        case Absent():
            return "a key proves that it is not there"
        case NotSeen(anchor_seen=True):
            return "not seen"
        case NotSeen():
            return "not seen, and looking does not tell"
        case _:
            assert_never(seen)


def _conclude(context: Context, work: Work, delivery: Delivery, thread: Thread, seen: Look) -> None:
    settings = context.config.delivery
    match seen:
        case Found():
            work.attempts.end_unfinished(delivery.id, Outcome.SENT, "found on the network")
            is_out = thread.with_receipts(seen.receipts).is_out
            work.deliveries.move(
                delivery, State.SENT if is_out else State.WAITING, next_at=work.now
            )
        case Absent():
            _send_again(work, delivery, _described(seen))
        case NotSeen(anchor_seen=True) if delivery.looks >= 1:
            _send_again(work, delivery, "two settled looks did not show it")
        case NotSeen(anchor_seen=True):
            again = work.now + settings.second_look - settings.first_look
            work.deliveries.look_again(delivery, again, 1, "not seen at the first look")
        case NotSeen():
            _ask_a_person(context, work, delivery)
        case _:
            assert_never(seen)


def _send_again(work: Work, delivery: Delivery, reason: str) -> None:
    work.attempts.end_unfinished(delivery.id, Outcome.NOT_SENT, reason)
    work.deliveries.move(delivery, State.WAITING, next_at=work.now)


def _ask_a_person(context: Context, work: Work, delivery: Delivery) -> None:
    work.deliveries.look_again(delivery, NEVER, 0, "looking does not tell")
    if not context.publishers[delivery.account].network.takes_repeats:
        missing = [part for part in work.parts.of(delivery.id) if part.receipt is None]
        for part in missing[:1]:
            repeated = work.parts.repeated(delivery.account, [part.text], delivery.carried)
            if where := repeated.get(part.text):
                work.notices.add(TextRepeated(delivery, part.position, where))
                return
    work.notices.add(LookInconclusive(delivery))
