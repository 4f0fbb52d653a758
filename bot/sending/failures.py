"""What follows when a thread does not get out now: it waits, is held, is looked for, or fails.

Every function stores what follows, and returns it as an `Ending`.
"""

import logging
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, assert_never

from bot.context import Context
from bot.core import errors, lookups, retry, times
from bot.core.collage import one_line
from bot.core.delivery import Delivery, Handed, Likely, Outcome, Post, State, Thread
from bot.core.identity import Mismatch
from bot.core.notices.accounts import (
    AccountHeld,
    AccountHeldUntil,
    AnotherIdentity,
    StrangePosts,
)
from bot.core.notices.deliveries import (
    CollageBack,
    DeliveryFailed,
    DeliveryHeld,
    DeliveryUncertain,
    LooksLikePart,
    PartTwice,
    PostByHand,
)
from bot.publishers.protocol import Publisher
from bot.sending.preconditions import Refusal
from bot.storage.work import Work

log = logging.getLogger(__name__)


class Ending(NamedTuple):
    """How a delivery has ended for now: its state, and when it is seen to again by itself."""

    state: State
    next_at: datetime | None = None


class Failure(NamedTuple):
    """An error, the attempt it belongs to (None where nothing was tried) and its traceback.

    `position` is the part that was tried; None for the whole thread.
    """

    error: Exception
    attempt: int | None = None
    trace: str = ""
    position: int | None = None


def log_unexpected(error: Exception, publisher: Publisher, doing: str) -> str:
    """Write the traceback of an error that is none of ours into the log; the traceback.

    Empty for the errors of `core.errors`, which say all there is to say. Secrets of the account
    are taken out.
    """
    if isinstance(error, errors.MlcollageError):
        return ""
    trace = "".join(traceback.format_exception(error))
    for secret in publisher.secrets:
        trace = trace.replace(secret, "***") if secret else trace
    # No database takes surrogates, nor PostgreSQL a NUL; a terminal would obey the rest.
    trace = "\n".join(map(one_line, trace.split("\n")))
    log.error("Unexpected error while %s\n%s", doing, trace)
    return trace


def ask_about(context: Context, delivery: Delivery, unknown_posts: Sequence[Post]) -> Ending:
    """Hold the account where another installation may be posting to it; a person decides."""
    urls = tuple(post.receipt.url for post in unknown_posts)
    with context.write() as work:
        notice = StrangePosts(delivery, urls, work.now)
        work.deliveries.move(delivery, State.WAITING, next_at=work.now, note=notice.reason)
        work.attempts.saw(delivery.id, notice.reason)
        work.accounts.hold(delivery.account, notice.reason)
        ids = [post.receipt.id for post in unknown_posts]
        work.accounts.note_strangers(delivery.account_id, ids)
        work.notices.add(notice)
        return Ending(State.WAITING, work.now)


def hold_for_double(work: Work, delivery: Delivery, notice: PartTwice) -> None:
    """Hold the account of a thread that another copy of the bot has sent, too."""
    work.attempts.saw(delivery.id, notice.reason)
    work.accounts.hold(delivery.account, notice.reason)
    work.notices.add(notice)


def wait(work: Work, delivery: Delivery, reason: str) -> Ending:
    """Stop a thread whose account is held; it goes on when that is released."""
    work.deliveries.move(delivery, State.WAITING, next_at=work.now, note=reason)
    return Ending(State.WAITING, work.now)


def ask_about_likely(work: Work, delivery: Delivery, likely: Likely) -> Ending:
    """Store that a post may be a part of the thread; nothing is sent before a person has said.

    The post is remembered: where the person says that it is none, it is not asked about again.
    """
    notice = LooksLikePart(delivery, likely)
    at = work.now + lookups.AFTER_ASKING[0]
    work.accounts.note_strangers(delivery.account_id, [likely.post.receipt.id])
    if delivery.state is State.UNCERTAIN:
        work.deliveries.look_again(delivery, at, lookups.ASKED, notice.reason)
    else:
        values = {"next_at": at, "looks": lookups.ASKED, "note": notice.reason}
        work.deliveries.move(delivery, State.UNCERTAIN, **values)
        work.attempts.saw(delivery.id, notice.reason)
    work.notices.add(notice)
    return Ending(State.UNCERTAIN, at)


def look_for_hidden(context: Context, work: Work, delivery: Delivery, hidden: int) -> Ending:
    """Store that a refused part may be among posts that the account counts and does not show."""
    posts = "a post" if hidden == 1 else f"{hidden} posts"
    reason = (
        f"the account has {posts} more than it shows, and the part that was refused may be "
        f"among them."
    )
    work.attempts.saw(delivery.id, reason)
    ending = _look_for(work, delivery, context.config.delivery.first_look, reason)
    work.notices.add(DeliveryUncertain(delivery, reason))
    return ending


def wrong_identity(context: Context, delivery: Delivery, mismatch: Mismatch) -> Ending:
    """Hold the account because its keys are another identity's, until a person puts it right."""
    with context.write() as work:
        network, reason = context.publishers[delivery.account].network.name, mismatch.sentence
        work.deliveries.move(delivery, State.WAITING, next_at=work.now, note=reason)
        work.accounts.hold(delivery.account, reason)
        work.notices.add(AnotherIdentity(delivery.account, network, mismatch, work.now))
        return Ending(State.WAITING, work.now)


def hand_over(context: Context, delivery: Delivery, attempt: int, handed: Handed) -> Ending:
    """Store that a thread was laid ready for a person: only they can tell whether it is out."""
    with context.write() as work:
        work.attempts.end(attempt, Outcome.HANDED, handed.where)
        work.deliveries.save(delivery, handed.saved)
        values = {"next_at": lookups.NEVER, "looks": lookups.ASKED, "note": handed.where}
        work.deliveries.move(delivery, State.UNCERTAIN, **values)
        work.notices.add(PostByHand(delivery, handed.where))
    context.say(f"{delivery.account}: {delivery.key}: {handed.where}")
    return Ending(State.UNCERTAIN)


def leave_to_person(work: Work, delivery: Delivery, handed: Handed) -> None:
    """As `hand_over`, for a thread that was laid ready by a worker who died, or is looked for."""
    work.attempts.settle(delivery.id, Outcome.HANDED, handed.where)
    work.deliveries.leave_to_person(delivery, handed.saved, handed.where)
    work.notices.add(PostByHand(delivery, handed.where))


def give_back(context: Context, delivery: Delivery) -> Ending:
    """End the lease of a delivery at once, because the bot stops: whoever runs next goes on."""
    with context.write() as work:
        work.deliveries.move(delivery, State.WAITING, next_at=work.now, lease_until=work.now)
        return Ending(State.WAITING, work.now)


def refuse(context: Context, delivery: Delivery, refusal: Refusal) -> Ending:
    """Store that a thread may not begin: its account waits for a time, or it waits for a person."""
    with context.write() as work:
        if refusal.until:
            work.deliveries.move(delivery, State.WAITING, next_at=work.now, note=refusal.words)
            work.accounts.hold(delivery.account, refusal.words, refusal.until)
            until, reason = refusal.until, refusal.words
            work.notices.add(AccountHeldUntil(delivery, until, reason, work.now))
            return Ending(State.WAITING, refusal.until)
        work.deliveries.move(delivery, State.HELD, note=refusal.words)
        work.notices.add(DeliveryHeld(delivery, refusal.words, work.now))
        return Ending(State.HELD)


def is_claim(failure: Failure) -> bool:
    """Whether a request was made of which the network says that it had no effect.

    That is no proof: networks have answered 400, 403 and 429 to requests that they carried out.
    """
    if failure.attempt is None:
        return False
    error = failure.error
    if isinstance(error, errors.Unavailable):
        return error.is_claim
    return isinstance(error, errors.Rejected | errors.Blocked)


def handle(
    context: Context,
    delivery: Delivery,
    thread: Thread,
    failure: Failure,
    *,
    is_in_doubt: bool = False,
) -> Ending:
    """Store how an attempt failed, and do what the retry rule says.

    Where the failure `is_in_doubt`, a lookup comes first, whatever the network said.
    """
    error, settings = failure.error, context.config.delivery
    reason = errors.sentence(error)
    with context.write() as work:
        decision = retry.decide(
            error,
            retry.History(
                failures=delivery.failures,
                since=delivery.since,
                jitter=retry.jitter(delivery.key, delivery.failures),
                is_partly_out=thread.has_begun,
            ),
            settings,
            work.now,
        )
        if is_in_doubt:
            decision = retry.Look()
        elif is_claim(failure) and not context.publishers[delivery.account].proves_absence:
            work.late_looks.plan(delivery)
        if failure.attempt is not None:
            work.attempts.end(failure.attempt, _outcome(error), reason, failure.trace)
        elif failure.trace:
            work.attempts.saw(delivery.id, f"unexpected error: {reason}", failure.trace)
        if isinstance(error, errors.Unavailable | errors.Uncertain) and error.saved is not None:
            work.deliveries.save(delivery, error.saved)
        match decision:
            case retry.Never():
                return end_as_failed(work, delivery, reason)
            case retry.Again():
                return _wait(context, work, delivery, decision.at, reason)
            case retry.HoldAccount(until):
                return _hold_account(context, work, delivery, failure, until)
            case retry.Look():
                publisher = context.publishers[delivery.account]
                wait = timedelta(0) if publisher.proves_absence else settings.first_look
                ending = _look_for(work, delivery, wait, reason)
                notice = DeliveryUncertain(delivery, reason, failure.position)
                work.notices.add(notice)
                return ending
            case _:
                assert_never(decision)


def fail(context: Context, delivery: Delivery, reason: str) -> Ending:
    """Store that a delivery surely is not out and is not tried again by itself."""
    with context.write() as work:
        return end_as_failed(work, delivery, reason)


def _wait(context: Context, work: Work, delivery: Delivery, at: datetime, reason: str) -> Ending:
    count = delivery.failures + 1
    work.deliveries.move(delivery, State.WAITING, next_at=at, failures=count, note=reason)
    again = f"Again at {times.clock(at, UTC)} UTC."
    context.say(f"{delivery.account}: {delivery.key} is not out yet: {reason} {again}")
    return Ending(State.WAITING, at)


def _hold_account(
    context: Context, work: Work, delivery: Delivery, failure: Failure, until: datetime | None
) -> Ending:
    """Hold the account, until then or until a person releases it; a hold that lasts is told once.

    However soon it is released, what was refused is not sent again before the network would show
    that it is out.

    One that ends by itself and comes again, as while a clock is wrong, is told once a day.
    """
    reason, next_at = errors.sentence(failure.error), work.now
    if is_claim(failure):
        next_at += context.config.delivery.second_look
    work.deliveries.move(delivery, State.WAITING, next_at=next_at, note=reason)
    work.accounts.hold(delivery.account, reason, until)
    if until is None:
        work.notices.add(AccountHeld(delivery.account, reason, work.now))
    else:
        work.notices.add(AccountHeldUntil(delivery, until, reason, work.now))
    return Ending(State.WAITING, until or work.now)


def _look_for(work: Work, delivery: Delivery, wait: timedelta, reason: str) -> Ending:
    at = work.now + wait
    work.deliveries.move(delivery, State.UNCERTAIN, next_at=at, looks=0, note=reason)
    return Ending(State.UNCERTAIN, at)


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


def end_as_failed(work: Work, delivery: Delivery, reason: str) -> Ending:
    """Nothing more is tried; the collage goes back when none of its threads got out."""
    work.deliveries.move(delivery, State.FAILED, note=reason)
    work.notices.add(DeliveryFailed(delivery, reason, work.now))
    if delivery.collage_id is not None and work.deliveries.give_back(delivery.collage_id, reason):
        name = work.queue.by_id(delivery.collage_id).name
        work.notices.add(CollageBack(delivery, name, reason, work.now))
    return Ending(State.FAILED)
