"""One delivery from claim to receipt.

claim → save the composed parts → survey: is any of it out already? → prepare → per request: write
the intent, check the lease, send, record → done. No transaction is open while a network is called;
what is known is committed at once. What keeps a thread from going on is in settle.py.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.composing import composer
from bot.context import Context
from bot.core import errors
from bot.core.delivery import Delivery, Outcome, Receipt, State, Survey, Thread
from bot.core.notices import DeliveryDiffers
from bot.core.price import Requests
from bot.publishers.protocol import Publisher, Saved
from bot.sending import charges, duplicates, failures, preconditions, rescue
from bot.storage import ledger, notices, series
from bot.storage.series import AccountRow

Answer = TypeVar("Answer")


class LeaseEnded(Exception):
    """Too little of the lease is left for a request: send nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What is left of a lease, by both clocks: the wall clock may jump, the monotonic one may stand
    still in sleep.
    """

    started_at: datetime
    started: float

    @classmethod
    def begin(cls, context: Context) -> "Lease":
        return cls(context.clock.now(), context.clock.monotonic())

    def check(self, context: Context) -> None:
        """Raise `LeaseEnded` unless a whole request fits into what is left."""
        own = context.config.delivery
        room = own.lease - own.request
        gone = context.clock.now() - self.started_at
        if (
            not timedelta(0) <= gone < room
            or context.clock.monotonic() - self.started >= room.total_seconds()
        ):
            raise LeaseEnded


def run(context: Context, account: AccountRow) -> None:
    """Everything this account has to look for and to send now, one delivery after the other."""
    publisher = context.publishers[account.name]
    with context.database.read() as conn:
        doubtful = ledger.uncertain(conn, account.id, context.clock.now(), context.rehearsal)
    for delivery in doubtful:
        rescue.look(context, publisher, delivery)
    while not context.stop.is_set():
        now = context.clock.now()
        with context.database.at_once() as conn:
            lease_until = context.database.instant(now, context.config.delivery.lease)
            claimed = ledger.claim(conn, account.id, now, lease_until, context.rehearsal)
        if claimed is None:
            return
        # Lost: somebody else has it, and goes on with it.
        with suppress(ledger.Lost, failures.Settled):
            _send(context, publisher, claimed)
        if _account(context, account.name).is_held(context.clock.now()):
            return


def _account(context: Context, name: str) -> AccountRow:
    with context.database.read() as conn:
        return next(row for row in series.all_accounts(conn) if row.name == name)


def _send(context: Context, publisher: Publisher, delivery: Delivery) -> None:
    """Take a claimed delivery as far as it goes; raises `settle.Settled` where that is not to its
    end.
    """
    if refusal := preconditions.unknown_series(context, delivery):
        failures.refuse(context, delivery, refusal)
    thread = _thread(context, delivery)
    seen = _harmless(
        context, delivery, thread, lambda: duplicates.survey(context, publisher, delivery, thread)
    )
    delivery, thread = _adopt(context, publisher, delivery, thread, seen)
    if not all(part.receipt for part in thread.parts):
        account = _account(context, delivery.account)
        if strangers := duplicates.strangers(context, publisher, account, delivery, seen.others):
            failures.ask_about(context, delivery, strangers)
        if refusal := preconditions.refusal(context, publisher, delivery, thread):
            failures.refuse(context, delivery, refusal)
        thread = _send_parts(context, publisher, delivery, thread)
    with context.database.at_once() as conn:
        ledger.move(conn, delivery, State.SENT, context.clock.now())
    count = len(thread.parts)
    context.say(f"{delivery.account}: {thread.name} is out, {count} part{'s' if count > 1 else ''}")


def _send_parts(
    context: Context, publisher: Publisher, delivery: Delivery, thread: Thread
) -> Thread:
    """Send what is not out yet, part by part or in one request."""
    saved = _harmless(context, delivery, thread, lambda: publisher.prepare(thread, delivery.saved))
    with context.database.write() as conn:
        ledger.save(conn, delivery, saved)
        if saved != delivery.saved:
            alts = sum(1 for part in thread.parts if part.image)
            charges.charge(context, conn, publisher, delivery, Requests(alts=alts))
    for position in [None] if publisher.whole else [part.position for part in thread.parts]:
        if position is not None and thread.parts[position - 1].receipt:
            continue
        if context.stop.is_set():
            failures.give_back(context, delivery)
        receipts = _request(context, publisher, delivery, thread, position, saved)
        thread = thread.with_receipts(receipts)
        _read_back(context, publisher, delivery, thread, position, saved)
    return thread


def _harmless(
    context: Context, delivery: Delivery, thread: Thread, call: Callable[[], Answer]
) -> Answer:
    """What a call answers that cannot publish: whatever goes wrong in it, nothing of it can be out."""
    try:
        return call()
    except errors.NoDatabase:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent
        kind = (errors.Rejected, errors.Blocked, errors.Unavailable)
        known = error if isinstance(error, kind) else errors.Unavailable(errors.sentence(error))
        failures.after_error(context, delivery, thread, known)


def _adopt(
    context: Context, publisher: Publisher, delivery: Delivery, thread: Thread, seen: Survey
) -> tuple[Delivery, Thread]:
    """Take over what the survey found; both as they are from then on."""
    with context.database.write() as conn:
        ledger.save(conn, delivery, seen.saved)
        reads = max(1, len(seen.found) + len(seen.others))
        charges.charge(context, conn, publisher, delivery, Requests(reads=reads))
        if seen.found:
            ledger.adopt(conn, delivery, seen.found)
            parts = ", ".join(map(str, sorted(seen.found)))
            ledger.saw(
                conn, delivery.id, context.clock.now(), f"out already, and taken over: part {parts}"
            )
    begun = delivery.begun or bool(seen.found)
    return delivery._replace(saved=seen.saved, begun=begun), thread.with_receipts(seen.found)


def _request(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    position: int | None,
    saved: Saved,
) -> dict[int, Receipt]:
    """One request that can publish: intent, lease, request, receipts.

    What goes wrong is settled.
    """
    lease = Lease.begin(context)
    with context.database.write() as conn:
        lease_until = context.database.instant(lease.started_at, context.config.delivery.lease)
        attempt = ledger.start_attempt(conn, delivery, position, lease.started_at, lease_until)
    try:
        lease.check(context)
        receipts = publisher.send(thread, position, saved)
    except LeaseEnded:
        unsent = errors.Unavailable("The lease ended before the request; nothing was sent.")
        failures.after_error(context, delivery, thread, unsent, attempt)
    except Exception as error:  # noqa: BLE001 - what nobody foresaw may be out: retry.decide says to look
        failures.after_error(context, delivery, thread, error, attempt)
    with context.database.write() as conn:
        ledger.record(conn, delivery, receipts)
        ledger.end_attempt(conn, attempt, Outcome.SENT, "", context.clock.now())
        sent = [thread.parts[each - 1] for each in receipts]
        charges.charge(context, conn, publisher, delivery, publisher.network.posts(sent))
    return receipts


def _read_back(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    position: int | None,
    saved: Saved,
) -> None:
    """The receipt is safe: look once whether what is out is what was meant.

    What comes of it is a notice, no more.
    """
    if position is None:
        return
    try:
        differs = publisher.read_back(thread, position, saved)
    except Exception as error:  # noqa: BLE001 - looking cannot publish, and the part is out
        differs = f"Part {position} is out but could not be read back: {errors.sentence(error)}"
    with context.database.write() as conn:
        charges.charge(context, conn, publisher, delivery, Requests(reads=1))
        if differs:
            notice = DeliveryDiffers(delivery, position, differs)
            notices.add(conn, notice, context.clock.now(), context.rehearsal)


def _thread(context: Context, delivery: Delivery) -> Thread:
    """The delivery's thread: composed and saved the first time, as it was frozen from the first
    attempt on.
    """
    if not delivery.begun:
        try:
            parts = composer.parts_of(context, delivery)
        except errors.NoDatabase:
            raise
        except errors.MlcollageError as error:
            failures.fail(context, delivery, str(error))
        with context.database.write() as conn:
            ledger.save_parts(conn, delivery, parts)
    with context.database.read() as conn:
        return ledger.thread(conn, delivery)
