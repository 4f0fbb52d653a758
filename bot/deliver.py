"""One delivery from claim to receipt.

claim → save the composed parts → survey: is any of it out already? → prepare → per request: write the intent, check the
lease, send, record → done. No transaction is open while a network is called; what is known is committed at once.
What keeps a thread from going on is in settle.py.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot import alone, bill, compose, permit, recover, settle
from bot.core import errors
from bot.core.delivery import Delivery, Kind, Outcome, Part, Receipt, State, Survey, Thread
from bot.publishers.protocol import Publisher, Saved
from bot.storage import ledger, notices, queue, roundups, series
from bot.storage.series import AccountRow
from bot.world import World

Answer = TypeVar("Answer")


class LeaseEnded(Exception):
    """Too little of the lease is left for a request: send nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What is left of a lease, by both clocks: the wall clock may jump, the monotonic one may stand still in sleep."""

    started_at: datetime
    started: float

    @classmethod
    def begin(cls, world: World) -> "Lease":
        return cls(world.clock.now(), world.clock.monotonic())

    def check(self, world: World) -> None:
        """Raise `LeaseEnded` unless a whole request fits into what is left."""
        own = world.config.delivery
        room = own.lease - own.request
        gone = world.clock.now() - self.started_at
        if not timedelta(0) <= gone < room or world.clock.monotonic() - self.started >= room.total_seconds():
            raise LeaseEnded


def run(world: World, account: AccountRow) -> None:
    """Everything this account has to look for and to send now, one delivery after the other."""
    publisher = world.publishers[account.name]
    with world.database.read() as conn:
        doubtful = ledger.uncertain(conn, account.id, world.clock.now(), world.rehearsal)
    for delivery in doubtful:
        recover.look(world, publisher, delivery)
    while not world.stop.is_set():
        now = world.clock.now()
        with world.database.at_once() as conn:
            lease_until = world.database.instant(now, world.config.delivery.lease)
            claimed = ledger.claim(conn, account.id, now, lease_until, world.rehearsal)
        if claimed is None:
            return
        # Lost: somebody else has it, and goes on with it.
        with suppress(ledger.Lost, settle.Settled):
            _send(world, publisher, claimed)
        if _account(world, account.name).is_held(world.clock.now()):
            return


def _account(world: World, name: str) -> AccountRow:
    with world.database.read() as conn:
        return next(row for row in series.all_accounts(conn) if row.name == name)


def _send(world: World, publisher: Publisher, delivery: Delivery) -> None:
    """Take a claimed delivery as far as it goes; raises `settle.Settled` where that is not to its end."""
    if refusal := permit.unknown_series(world, delivery):
        settle.refuse(world, delivery, refusal)
    thread = _thread(world, delivery)
    seen = _harmless(world, delivery, thread, lambda: alone.survey(world, publisher, delivery, thread))
    delivery, thread = _adopt(world, publisher, delivery, thread, seen)
    if not all(part.receipt for part in thread.parts):
        account = _account(world, delivery.account)
        if strangers := alone.strangers(world, publisher, account, delivery, seen.others):
            settle.ask_about(world, delivery, strangers)
        if refusal := permit.refusal(world, publisher, delivery, thread):
            settle.refuse(world, delivery, refusal)
        thread = _send_parts(world, publisher, delivery, thread)
    with world.database.at_once() as conn:
        ledger.move(conn, delivery, State.SENT, world.clock.now())
    count = len(thread.parts)
    world.say(f"{delivery.account}: {thread.name} is out, {count} part{'s' if count > 1 else ''}")


def _send_parts(world: World, publisher: Publisher, delivery: Delivery, thread: Thread) -> Thread:
    """Send what is not out yet, part by part or in one request."""
    saved = _harmless(world, delivery, thread, lambda: publisher.prepare(thread, delivery.saved))
    with world.database.write() as conn:
        ledger.save(conn, delivery, saved)
        if saved != delivery.saved:
            bill.charge(world, conn, publisher, delivery, alts=sum(1 for part in thread.parts if part.image))
    for position in [None] if publisher.whole else [part.position for part in thread.parts]:
        if position is not None and thread.parts[position - 1].receipt:
            continue
        if world.stop.is_set():
            settle.give_back(world, delivery)
        receipts = _request(world, publisher, delivery, thread, position, saved)
        thread = thread.with_receipts(receipts)
        _read_back(world, publisher, delivery, thread, position, saved)
    return thread


def _harmless(world: World, delivery: Delivery, thread: Thread, call: Callable[[], Answer]) -> Answer:
    """What a call answers that cannot publish: whatever goes wrong in it, nothing of it can be out."""
    try:
        return call()
    except errors.NoDatabase:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent
        kind = (errors.Rejected, errors.Blocked, errors.Unavailable)
        known = error if isinstance(error, kind) else errors.Unavailable(errors.sentence(error))
        settle.after_error(world, delivery, thread, known)


def _adopt(
    world: World, publisher: Publisher, delivery: Delivery, thread: Thread, seen: Survey
) -> tuple[Delivery, Thread]:
    """Take over what the survey found; both as they are from then on."""
    with world.database.write() as conn:
        ledger.save(conn, delivery, seen.saved)
        bill.charge(world, conn, publisher, delivery, reads=max(1, len(seen.found) + len(seen.others)))
        if seen.found:
            ledger.adopt(conn, delivery, seen.found)
            parts = ", ".join(map(str, sorted(seen.found)))
            ledger.saw(conn, delivery.id, world.clock.now(), f"out already, and taken over: part {parts}")
    begun = delivery.begun or bool(seen.found)
    return delivery._replace(saved=seen.saved, begun=begun), thread.with_receipts(seen.found)


def _request(
    world: World,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    position: int | None,
    saved: Saved,
) -> dict[int, Receipt]:
    """One request that can publish: intent, lease, request, receipts. What goes wrong is settled."""
    lease = Lease.begin(world)
    with world.database.write() as conn:
        lease_until = world.database.instant(lease.started_at, world.config.delivery.lease)
        attempt = ledger.start_attempt(conn, delivery, position, lease.started_at, lease_until)
    try:
        lease.check(world)
        receipts = publisher.send(thread, position, saved)
    except LeaseEnded:
        unsent = errors.Unavailable("The lease ended before the request; nothing was sent.")
        settle.after_error(world, delivery, thread, unsent, attempt)
    except Exception as error:  # noqa: BLE001 - what nobody foresaw may be out: retry.decide says to look
        settle.after_error(world, delivery, thread, error, attempt)
    with world.database.write() as conn:
        ledger.record(conn, delivery, receipts)
        ledger.end_attempt(conn, attempt, Outcome.SENT, "", world.clock.now())
        bill.charge(world, conn, publisher, delivery, texts=[thread.parts[each - 1].text for each in receipts])
    return receipts


def _read_back(
    world: World, publisher: Publisher, delivery: Delivery, thread: Thread, position: int | None, saved: Saved
) -> None:
    """The receipt is safe: look once whether what is out is what was meant. What comes of it is a notice, no more."""
    if position is None:
        return
    try:
        differs = publisher.read_back(thread, position, saved)
    except Exception as error:  # noqa: BLE001 - looking cannot publish, and the part is out
        differs = f"Part {position} is out but could not be read back: {errors.sentence(error)}"
    with world.database.write() as conn:
        bill.charge(world, conn, publisher, delivery, reads=1)
        if differs:
            key, say = f"{delivery.key}/{position}", f"{delivery.subject}: {differs}"
            notices.add(conn, notices.Kind.DIFFERS, key, say, world.clock.now(), world.rehearsal)


def _thread(world: World, delivery: Delivery) -> Thread:
    """The delivery's thread: composed and saved the first time, as it was frozen from the first attempt on."""
    if not delivery.begun:
        try:
            parts = composed(world, delivery)
        except errors.NoDatabase:
            raise
        except errors.MlcollageError as error:
            settle.fail(world, delivery, str(error))
        with world.database.write() as conn:
            ledger.save_parts(conn, delivery, parts)
    with world.database.read() as conn:
        return ledger.thread(conn, delivery)


def composed(world: World, delivery: Delivery) -> tuple[Part, ...]:
    """The parts as templates, collage and settings make them now."""
    words = compose.Voice.of(world.config, delivery.series, delivery.account, world.publishers[delivery.account])
    with world.database.read() as conn:
        if delivery.kind is Kind.COLLAGE and delivery.collage_id is not None:
            item = queue.by_id(conn, delivery.collage_id)
        else:
            assert delivery.roundup_id is not None
            roundup = roundups.by_id(conn, delivery.roundup_id)
            items = queue.in_roundup(conn, roundup.id)
    if delivery.kind is Kind.COLLAGE:
        return compose.collage_thread(words, item, item.number)
    return compose.roundup_thread(words, roundup, items)
