"""Takes up deliveries that a worker left half done, and looks up those that may be out."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import assert_never

from bot.context import Context
from bot.core import clocks, errors, lookups
from bot.core.delivery import Absent, Delivery, Found, Look, NotSeen, Outcome, State, Thread
from bot.core.lookups import Doubt
from bot.core.notices.deliveries import LookInconclusive, TextRepeated
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.sending import charges, duplicates, failures, read_back
from bot.storage.deliveries import Lost
from bot.storage.work import Work


def left_over(context: Context) -> None:
    """Take up deliveries whose lease has ended, once a request begun under it has ended, too.

    Where no attempt was cut off they wait to be sent; else their outcome is unknown, and a lookup
    is scheduled.
    """
    with context.read() as work:
        left = work.deliveries.abandoned(context.config.delivery.request)
    for delivery in left:
        with suppress(Lost), context.write() as work:
            _take_up(context, work, delivery)


def take_up(context: Context, delivery: Delivery) -> None:
    """Take up one delivery, for a person who decides about it, if nobody sends it any more.

    That is so, too, where its lease is longer than any: a clock that was ahead has written it.
    """
    policy = context.config.delivery
    longest = policy.lease + clocks.LEEWAY
    with suppress(Lost), context.write() as work:
        if work.deliveries.is_left(delivery, policy.request, longest):
            _take_up(context, work, delivery)


def _take_up(context: Context, work: Work, delivery: Delivery) -> None:
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
) -> Sequence[str]:
    """Look up a delivery with an unknown outcome on its network, and store what was seen.

    Not seeing it counts only where the lookup is `settled`, that is, late enough for the network to
    show what it has. Returns sentences on how parts that were found differ from what was meant.
    """
    with context.read() as work:
        thread = work.parts.thread(delivery)
    try:
        seen = publisher.find(thread, delivery.saved)
    except Exception as error:  # noqa: BLE001 - looking cannot publish: look again later
        trace = failures.log_unexpected(error, publisher, f"looking for {delivery.key}")
        failure = failures.Failure(error, trace=trace)
        _look_later(context, delivery, failure, settled=settled)
        return ()
    with context.write() as work:
        charges.charge(work, publisher, delivery, _posts(publisher, thread, seen))
        work.attempts.saw(delivery.id, described(seen))
        if isinstance(seen, Found):
            # A receipt is stored in any case, also where another worker decides what follows.
            work.parts.record(delivery, seen.receipts)
        if settled or not isinstance(seen, NotSeen) or seen.likely:
            # Lost: another worker has looked it up as well, and decided what follows.
            with suppress(Lost), work.nested():
                _conclude(context, work, delivery, thread, seen)
    if isinstance(seen, Found):
        return read_back.taken_over(context, publisher, delivery, thread, seen.receipts)
    return ()


def _posts(publisher: Publisher, thread: Thread, seen: Look) -> Requests:
    """The posts that were found: the network charged for them, though nobody heard of it."""
    if not isinstance(seen, Found):
        return charges.NOTHING
    found = [part for part in thread.parts if part.position in seen.receipts]
    return publisher.network.posts(found)


def _look_later(
    context: Context, delivery: Delivery, failure: failures.Failure, *, settled: bool
) -> None:
    reason = errors.sentence(failure.error)
    with context.write() as work:
        work.attempts.saw(delivery.id, f"looking failed: {reason}", failure.trace)
    if settled:
        with suppress(Lost), context.write() as work:
            at = work.now + context.config.delivery.retry_longest
            work.deliveries.look_again(delivery, at, delivery.looks, delivery.note or reason)


def described(seen: Look) -> str:
    """What a lookup has shown, for the list of what was tried and seen."""
    match seen:
        case Found():
            return f"out: part {', '.join(map(str, sorted(seen.receipts)))}"
        case Absent():
            return "a key proves that it is not there"
        case NotSeen():
            return f"not seen: {_witnesses(seen)}"
        case _:
            assert_never(seen)


def _witnesses(seen: NotSeen) -> str:
    """What the two witnesses of absence say."""
    if seen.anchor_seen and seen.count_agrees:
        return "the newest known post is shown, and the count of posts agrees"
    if seen.anchor_seen:
        return "the newest known post is shown, but the count of posts does not agree"
    if seen.count_agrees:
        return "the count of posts agrees, but the newest known post is not shown"
    return "the newest known post is not shown, and the count of posts does not agree"


def _conclude(context: Context, work: Work, delivery: Delivery, thread: Thread, seen: Look) -> None:
    match seen:
        case Found():
            work.attempts.settle(delivery.id, Outcome.SENT, "found on the network")
            is_out = thread.with_receipts(seen.receipts).is_out
            work.deliveries.move(
                delivery, State.SENT if is_out else State.WAITING, next_at=work.now
            )
        case Absent():
            _send_again(work, delivery, described(seen))
        case NotSeen():
            if likely := duplicates.unknown_likely(work, delivery, seen.likely):
                failures.ask_about_likely(work, delivery, likely[0])
            else:
                _follow(context, work, delivery, thread, seen)
        case _:
            assert_never(seen)


def _follow(
    context: Context, work: Work, delivery: Delivery, thread: Thread, seen: NotSeen
) -> None:
    """Store what follows a lookup that did not show it."""
    doubt = work.attempts.doubt(delivery)
    match lookups.after(seen, doubt, context.config.delivery):
        case lookups.SendAgain():
            _send_again(work, delivery, "two settled looks did not show it")
            work.late_looks.plan(delivery)
        case lookups.Refused():
            work.late_looks.plan(delivery)
            if doubt.was_rejected:
                failures.end_as_failed(work, delivery, delivery.note)
            else:
                work.deliveries.move(delivery, State.WAITING, next_at=work.now)
        case lookups.LookAgain(wait):
            at = lookups.NEVER if wait is None else work.now + wait
            work.deliveries.look_again(delivery, at, doubt.looks + 1, delivery.note)
        case lookups.Ask(wait):
            reason = _reason_to_ask(seen, doubt)
            work.deliveries.look_again(delivery, work.now + wait, lookups.ASKED, reason)
            unseen = _unseen(thread, seen)
            notice = _repeated(context, work, delivery) or LookInconclusive(
                delivery, reason, unseen
            )
            work.notices.add(notice)
        case unexpected:
            assert_never(unexpected)


def _reason_to_ask(seen: NotSeen, doubt: Doubt) -> str:
    if seen.anchor_seen and seen.count_agrees and doubt.was_sent_again:
        return "it was not seen, was sent again once, and is not seen again"
    return _witnesses(seen)


def _unseen(thread: Thread, seen: NotSeen) -> int:
    """The newest part that is out by its receipt and that the account does not show; 0 for none."""
    if seen.anchor_seen:
        return 0
    return max((part.position for part in thread.parts if part.is_there), default=0)


def _send_again(work: Work, delivery: Delivery, reason: str) -> None:
    work.attempts.settle(delivery.id, Outcome.NOT_SENT, reason)
    work.deliveries.move(delivery, State.WAITING, next_at=work.now)


def _repeated(context: Context, work: Work, delivery: Delivery) -> TextRepeated | None:
    """The notice that the next part has the text of another post, which it may be refused for."""
    if context.publishers[delivery.account].network.takes_repeats:
        return None
    missing = next((part for part in work.parts.of(delivery.id) if part.receipt is None), None)
    if missing is None:
        return None
    repeated = work.parts.repeated(delivery.account, [missing.text], delivery.carried)
    where = repeated.get(missing.text)
    return TextRepeated(delivery, missing.position, where) if where else None
