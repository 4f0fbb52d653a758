"""One delivery from claim to receipt.

claim → save the composed parts → prepare → per request: write the intent, check the lease, send, record → done.
No transaction is open while a network is called; what is known is committed at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot import bill, compose, permit, recover
from bot.core import errors, retry
from bot.core.delivery import Delivery, Kind, Outcome, Part, Receipt, State, Thread
from bot.publishers.protocol import Publisher, Saved
from bot.storage import ledger, notices, queue, roundups, series
from bot.storage.database import Connection
from bot.storage.series import AccountRow
from bot.world import World


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
    now = world.clock.now()
    with world.database.read() as conn:
        doubtful = ledger.uncertain(conn, account.id, now, world.rehearsal)
    for delivery in doubtful:
        recover.look(world, publisher, delivery)
    while True:
        with world.database.write() as conn:
            claimed = ledger.claim(conn, account.id, world.clock.now(), world.config.delivery.lease, world.rehearsal)
        if claimed is None:
            return
        try:
            _send(world, publisher, claimed)
        except ledger.Lost:
            continue
        if _is_held(world, account.name):
            return


def _is_held(world: World, account: str) -> bool:
    with world.database.read() as conn:
        return any(row.name == account and row.is_held(world.clock.now()) for row in series.all_accounts(conn))


def _send(world: World, publisher: Publisher, delivery: Delivery) -> None:
    try:
        thread = _thread(world, delivery)
    except errors.MlcollageError as error:
        _fail(world, delivery, str(error))
        return
    if refusal := permit.refusal(world, publisher, delivery, thread):
        _refuse(world, delivery, refusal)
        return
    try:
        saved = publisher.prepare(thread, delivery.saved)
    except Exception as error:  # noqa: BLE001 - whatever went wrong here, nothing can be out
        kind = (errors.Rejected, errors.Blocked, errors.Unavailable)
        known = error if isinstance(error, kind) else errors.Unavailable(errors.sentence(error))
        _after_error(world, delivery, thread, known)
        return
    with world.database.write() as conn:
        ledger.save(conn, delivery, saved)
        if saved != delivery.saved:
            bill.charge(world, conn, publisher, delivery, alts=sum(1 for part in thread.parts if part.image), reads=1)
    for position in [None] if publisher.whole else [part.position for part in thread.parts]:
        if position is not None and thread.parts[position - 1].receipt:
            continue
        receipts = _request(world, publisher, delivery, thread, position, saved)
        if receipts is None:
            return
        thread = thread.with_receipts(receipts)
        _read_back(world, publisher, delivery, thread, position, saved)
    with world.database.write() as conn:
        ledger.move(conn, delivery, State.SENT, world.clock.now())
    count = len(thread.parts)
    world.say(f"{delivery.account}: {thread.name} is out, {count} part{'s' if count > 1 else ''}")


def _refuse(world: World, delivery: Delivery, refusal: permit.Refusal) -> None:
    """A thread that may not begin: its account waits for a time, or it waits for a person."""
    now = world.clock.now()
    with world.database.write() as conn:
        if refusal.until:
            ledger.move(conn, delivery, State.WAITING, now, next_at=now, note=refusal.words)
            series.hold_account(conn, delivery.account, now, refusal.words, refusal.until)
            say = f"Account {delivery.account} is held until {refusal.until:%Y-%m-%d}: {refusal.words}"
        else:
            ledger.move(conn, delivery, State.HELD, now, note=refusal.words)
            then = f"Send what is held of the account with: mlcollage release --account {delivery.account}"
            say = f"{delivery.subject} is held: {refusal.words} {then}"
        notices.add(conn, notices.Kind.HELD, f"{delivery.key}/{now}", say, now, world.rehearsal)


def _request(
    world: World,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    position: int | None,
    saved: Saved,
) -> dict[int, Receipt] | None:
    """One request that can publish: intent, lease, request, receipts. None when the thread may not go on."""
    lease = Lease.begin(world)
    with world.database.write() as conn:
        attempt = ledger.start_attempt(conn, delivery, position, world.clock.now(), world.config.delivery.lease)
    try:
        lease.check(world)
        receipts = publisher.send(thread, position, saved)
    except LeaseEnded:
        unsent = errors.Unavailable("The lease ended before the request; nothing was sent.")
        _after_error(world, delivery, thread, unsent, attempt)
        return None
    except Exception as error:  # noqa: BLE001 - what nobody foresaw may be out: retry.decide says to look
        _after_error(world, delivery, thread, error, attempt)
        return None
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
        parts = _composed(world, delivery)
        with world.database.write() as conn:
            ledger.save_parts(conn, delivery, parts)
    with world.database.read() as conn:
        return ledger.thread(conn, delivery)


def _composed(world: World, delivery: Delivery) -> tuple[Part, ...]:
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


def _after_error(
    world: World, delivery: Delivery, thread: Thread, error: Exception, attempt: int | None = None
) -> None:
    """Record how an attempt ended and do what the retry rule says."""
    own, now = world.config.delivery, world.clock.now()
    policy = retry.Policy(own.retry_first, own.retry_longest, own.give_up)
    partly_out = any(part.receipt for part in thread.parts)
    decision = retry.decide(error, delivery.failures, delivery.due_at, now, policy, partly_out=partly_out)
    words = errors.sentence(error)
    with world.database.write() as conn:
        if attempt is not None:
            ledger.end_attempt(conn, attempt, _outcome(error), words, now)
        if isinstance(error, errors.Unavailable) and error.saved is not None:
            ledger.save(conn, delivery, error.saved)
        match decision:
            case retry.Never():
                _failed(world, conn, delivery, words, now)
            case retry.Again():
                count = delivery.failures + 1
                ledger.move(conn, delivery, State.WAITING, now, next_at=decision.at, failures=count, note=words)
                world.say(
                    f"{delivery.account}: {delivery.key} is not out yet: {words} Again at {decision.at:%H:%M} UTC."
                )
            case retry.HoldAccount():
                ledger.move(conn, delivery, State.WAITING, now, next_at=now, note=words)
                series.hold_account(conn, delivery.account, now, words)
                say = (
                    f"Account {delivery.account} is held: {words} Then: mlcollage release --account {delivery.account}"
                )
                notices.add(conn, notices.Kind.HELD, f"{delivery.account}/{now}", say, now, world.rehearsal)
            case retry.Look():
                at = now + (timedelta(0) if world.publishers[delivery.account].proves_absence else own.first_look)
                ledger.move(conn, delivery, State.UNCERTAIN, now, next_at=at, looks=0, note=words)
                say = f"{delivery.subject} may or may not be out: {words} It will be looked for."
                notices.add(conn, notices.Kind.UNCERTAIN, f"{delivery.key}/{now}", say, now, world.rehearsal)
            case _:
                assert_never(decision)


def _outcome(error: Exception) -> Outcome:
    match error:
        case errors.Rejected():
            return Outcome.REJECTED
        case errors.Blocked():
            return Outcome.BLOCKED
        case errors.Unavailable():
            return Outcome.UNAVAILABLE
        case _:
            return Outcome.UNCERTAIN


def _fail(world: World, delivery: Delivery, words: str) -> None:
    with world.database.write() as conn:
        _failed(world, conn, delivery, words, world.clock.now())


def _failed(world: World, conn: Connection, delivery: Delivery, words: str, now: datetime) -> None:
    """It ends here: a notice, and the collage goes back when none of its threads got out."""
    ledger.move(conn, delivery, State.FAILED, now, note=words)
    notices.add(
        conn,
        notices.Kind.FAILED,
        f"{delivery.key}/{now}",
        f"{delivery.subject} failed: {words}",
        now,
        world.rehearsal,
    )
    if delivery.collage_id is not None and ledger.give_back(conn, delivery.collage_id, words):
        name = queue.by_id(conn, delivery.collage_id).name
        say = f"{name} is held and its number free again: nothing of it is out. {words} Then: mlcollage release {name}"
        notices.add(conn, notices.Kind.HELD, f"{delivery.key}/{now}", say, now, world.rehearsal)
