"""What follows when a thread does not get out now: it waits, is held, is looked for, or has failed."""

from datetime import datetime, timedelta
from typing import NoReturn, assert_never

from bot.context import Context
from bot.core import errors, retry
from bot.core.delivery import Delivery, Outcome, Post, State, Thread
from bot.core.notices import (
    AccountHeld,
    AccountHeldUntil,
    CollageBack,
    DeliveryFailed,
    DeliveryHeld,
    DeliveryUncertain,
    StrangePosts,
)
from bot.sending import preconditions
from bot.storage import ledger, notices, queue, series
from bot.storage.database import Connection


class Settled(Exception):
    """The delivery is done with for now: what follows is written down.

    Every function here ends so.
    """


def ask_about(context: Context, delivery: Delivery, strangers: list[Post]) -> NoReturn:
    """Hold the account where somebody else may be posting our threads; a person decides."""
    now = context.clock.now()
    strange = StrangePosts(delivery, tuple(post.receipt.url for post in strangers), now)
    words = strange.reason
    with context.database.write() as conn:
        ledger.move(conn, delivery, State.WAITING, now, next_at=now, note=words)
        ledger.saw(conn, delivery.id, now, words)
        series.hold_account(conn, delivery.account, now, words)
        ids = [post.receipt.id for post in strangers]
        series.note_strangers(conn, series.account_ids(conn)[delivery.account], ids)
        notices.add(conn, strange, now, context.rehearsal)
    raise Settled


def give_back(context: Context, delivery: Delivery) -> NoReturn:
    """The bot is being stopped: whoever runs next goes on at once."""
    now = context.clock.now()
    with context.database.write() as conn:
        ledger.move(conn, delivery, State.WAITING, now, next_at=now, lease_until=now)
    raise Settled


def refuse(context: Context, delivery: Delivery, refusal: preconditions.Refusal) -> NoReturn:
    """A thread that may not begin: its account waits for a time, or it waits for a person."""
    now = context.clock.now()
    with context.database.write() as conn:
        if refusal.until:
            ledger.move(conn, delivery, State.WAITING, now, next_at=now, note=refusal.words)
            series.hold_account(conn, delivery.account, now, refusal.words, refusal.until)
            waits = AccountHeldUntil(delivery, refusal.until, refusal.words, now)
            notices.add(conn, waits, now, context.rehearsal)
        else:
            ledger.move(conn, delivery, State.HELD, now, note=refusal.words)
            held = DeliveryHeld(delivery, refusal.words, now)
            notices.add(conn, held, now, context.rehearsal)
    raise Settled


def after_error(
    context: Context,
    delivery: Delivery,
    thread: Thread,
    error: Exception,
    attempt: int | None = None,
) -> NoReturn:
    """Record how an attempt ended and do what the retry rule says."""
    own, now = context.config.delivery, context.clock.now()
    policy = retry.Policy(own.retry_first, own.retry_longest, own.give_up)
    partly_out = any(part.receipt for part in thread.parts)
    spread = retry.spread(delivery.key, delivery.failures)
    decision = retry.decide(
        error, delivery.failures, delivery.since, now, policy, spread=spread, partly_out=partly_out
    )
    words = errors.sentence(error)
    with context.database.write() as conn:
        if attempt is not None:
            ledger.end_attempt(conn, attempt, _outcome(error), words, now)
        if isinstance(error, errors.Unavailable | errors.Uncertain) and error.saved is not None:
            ledger.save(conn, delivery, error.saved)
        match decision:
            case retry.Never():
                _failed(context, conn, delivery, words, now)
            case retry.Again():
                count = delivery.failures + 1
                ledger.move(
                    conn,
                    delivery,
                    State.WAITING,
                    now,
                    next_at=decision.at,
                    failures=count,
                    note=words,
                )
                context.say(
                    f"{delivery.account}: {delivery.key} is not out yet: {words} Again at {decision.at:%H:%M} UTC."
                )
            case retry.HoldAccount():
                ledger.move(conn, delivery, State.WAITING, now, next_at=now, note=words)
                series.hold_account(conn, delivery.account, now, words)
                held = AccountHeld(delivery.account, words, now)
                notices.add(conn, held, now, context.rehearsal)
            case retry.Look():
                at = now + (
                    timedelta(0)
                    if context.publishers[delivery.account].proves_absence
                    else own.first_look
                )
                ledger.move(conn, delivery, State.UNCERTAIN, now, next_at=at, looks=0, note=words)
                uncertain = DeliveryUncertain(delivery, words, now)
                notices.add(conn, uncertain, now, context.rehearsal)
            case _:
                assert_never(decision)
    raise Settled


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


def fail(context: Context, delivery: Delivery, words: str) -> NoReturn:
    with context.database.write() as conn:
        _failed(context, conn, delivery, words, context.clock.now())
    raise Settled


def _failed(
    context: Context, conn: Connection, delivery: Delivery, words: str, now: datetime
) -> None:
    """It ends here: a notice, and the collage goes back when none of its threads got out."""
    ledger.move(conn, delivery, State.FAILED, now, note=words)
    notices.add(conn, DeliveryFailed(delivery, words, now), now, context.rehearsal)
    if delivery.collage_id is not None and ledger.give_back(conn, delivery.collage_id, words):
        name = queue.by_id(conn, delivery.collage_id).name
        notices.add(conn, CollageBack(delivery, name, words, now), now, context.rehearsal)
