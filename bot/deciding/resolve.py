"""What a person decides about a delivery: try it again, say whether it is out, or let it be."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.composing import composer
from bot.context import Context
from bot.core import collage, errors
from bot.core.delivery import Delivery, Outcome, Receipt, State
from bot.core.errors import BadInput, NotAllowed
from bot.core.price import Requests
from bot.deciding import actions
from bot.deciding.actions import Step
from bot.publishers.protocol import Publisher, Saved
from bot.sending import charges, duplicates, preconditions, rescue
from bot.storage.deliveries import Lost
from bot.storage.lookup import Entry
from bot.storage.work import Work

Answer = TypeVar("Answer")


def retry(context: Context, entry: Entry, *, edited: bool = False) -> str:
    """Look for it, take over what is out, and let what is missing be sent; a sentence of what came
    of it.

    What was never tried is looked for when it is claimed, as every thread is. `edited` has it
    composed anew, which may only be where nothing of it is out.
    """
    delivery = entry.delivery
    actions.check(context, entry, Step.EDITED if edited else Step.RETRY)
    publisher = _publisher(context, delivery)
    if delivery.state is State.UNCERTAIN:
        return _look(context, publisher, entry)
    with context.read() as work:
        _check_in_place(work, delivery)
    if edited or not delivery.begun:
        # Raises what keeps it from being composed; the parts themselves are made when it is
        # claimed.
        composer.parts_of(context, delivery)
    saved = _survey(context, publisher, delivery) if delivery.begun else delivery.saved
    return _send_again(context, delivery, saved, edited=edited)


def _look(context: Context, publisher: Publisher, entry: Entry) -> str:
    """Look for an uncertain one at once; too early a look shows what is out, but not what is not."""
    delivery = entry.delivery
    rescue.look(
        context,
        publisher,
        delivery,
        settled=publisher.proves_absence or _is_settled(context, entry),
    )
    with _guarded(delivery), context.write() as work:
        now = context.clock.now()
        current, seen = work.lookup.entry(delivery.id).delivery, work.lookup.looks_of(delivery.id)
        if current.state is State.WAITING:
            work.deliveries.move(current, State.WAITING, **_anew(now))
        words = seen[-1].words if seen else "somebody else looks for it at this moment"
        _log(context, work, "retry", delivery, words)
    return f"Delivery {delivery.id}: {words}."


def _is_settled(context: Context, entry: Entry) -> bool:
    """Whether a look comes late enough after the last request, as those that the bot makes by
    itself do.
    """
    own, now = context.config.delivery, context.clock.now()
    with context.read() as work:
        tried = work.lookup.attempts_of(entry.delivery.id)
    ended = max(
        (one.ended_at or one.at + own.lease + own.request for one in tried), default=entry.next_at
    )
    return now >= min(
        entry.next_at, ended + (own.second_look if entry.delivery.looks else own.first_look)
    )


def _survey(context: Context, publisher: Publisher, delivery: Delivery) -> Saved:
    """Read the account's own posts, write down what of the thread is out; what the publisher wants
    back.
    """
    with context.read() as work:
        thread = work.parts.thread(delivery)
    seen = _asked(
        context, delivery, lambda: duplicates.survey(context, publisher, delivery, thread)
    )
    with context.write() as work:
        reads = max(1, len(seen.found) + len(seen.others))
        charges.charge(work, publisher, delivery, Requests(reads=reads))
        work.parts.record(delivery, seen.found)
        words = (
            f"out: {_parts(sorted(seen.found))}" if seen.found else "nothing that is missing is out"
        )
        work.attempts.saw(delivery.id, words)
    return seen.saved


def _send_again(context: Context, delivery: Delivery, saved: Saved, *, edited: bool) -> str:
    now = context.clock.now()
    with _guarded(delivery), context.write() as work:
        parts = work.parts.of(delivery.id)
        out = [part.position for part in parts if part.receipt]
        if edited and out:
            raise NotAllowed(
                f"Delivery {delivery.id}: {_parts(out)} is out, so the rest goes out as it was frozen."
            )
        if out and len(out) == len(parts):
            work.deliveries.move(delivery, State.SENT, note="", saved=saved)
            words = "every part of it is out"
        else:
            work.deliveries.move(
                delivery,
                State.WAITING,
                **_anew(now),
                saved=saved,
                begun=delivery.begun and not edited,
            )
            _check_in_place(work, delivery, lock=True)
            words = (
                f"{_parts(out)} is out, the rest waits to be sent" if out else "it waits to be sent"
            )
        _log(context, work, "retry", delivery, "composed anew" if edited else words)
    return f"Delivery {delivery.id}: {words}{', composed anew' if edited else ''}."


def posted(context: Context, entry: Entry, urls: Sequence[str], first: int | None = None) -> str:
    """A person says where parts are: from the first without a receipt on, or from part `first`.

    The rest is sent.
    """
    delivery = entry.delivery
    actions.check(context, entry, Step.POSTED)
    receipts = _receipts(context, _publisher(context, delivery), delivery, urls, first)
    now, said = context.clock.now(), f"{context.who} says it is out"
    with _guarded(delivery), context.write() as work:
        missing = {
            part.position for part in work.parts.of(delivery.id) if not part.receipt
        } - receipts.keys()
        values = _anew(now) if missing else {"note": ""}
        work.deliveries.move(
            delivery, State.WAITING if missing else State.SENT, **values, begun=True
        )
        number = _claim_again(
            context, work, delivery, min(receipt.at for receipt in receipts.values())
        )
        work.parts.record(delivery, receipts)
        work.attempts.end_unfinished(delivery.id, Outcome.SENT, said)
        _log(context, work, "posted", delivery, " ".join(urls))
    rest = f"; {_parts(sorted(missing))} is still to be sent" if missing else ""
    return f"Delivery {delivery.id}: {_parts(sorted(receipts))} is out{rest}.{number}"


def _receipts(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    urls: Sequence[str],
    first: int | None,
) -> dict[int, Receipt]:
    """The receipts by position; raises `BadInput` where an address is no post of ours, or another
    part's.
    """
    with context.read() as work:
        missing = [part.position for part in work.parts.of(delivery.id) if not part.receipt]
    if first is not None and first not in missing:
        raise BadInput(
            f"Delivery {delivery.id} has no part {first} that is still to come: {_parts(missing)} is."
        )
    positions = [position for position in missing if first is None or position >= first]
    if len(urls) > len(positions):
        raise BadInput(
            f"Delivery {delivery.id} has {len(positions)} parts to come, but {len(urls)} addresses are given."
        )
    found = [_asked(context, delivery, partial(publisher.receipt, url)) for url in urls]
    with context.read() as work:
        account_id = work.accounts.ids()[delivery.account]
        known = work.parts.known_posts(account_id, [receipt.id for receipt in found])
    for url, receipt in zip(urls, found, strict=True):
        if receipt.id in known or sum(other.id == receipt.id for other in found) > 1:
            raise BadInput(
                f"{collage.shown(url)} is the receipt of a part already; each part has a post of its own."
            )
    if publisher.whole:
        # What goes out in one request is out as a whole.
        return dict.fromkeys(missing, found[0])
    return dict(zip(positions, found, strict=False))


def _claim_again(context: Context, work: Work, delivery: Delivery, at: datetime) -> str:
    """Where the collage went back to the queue, it is posted after all; a remark on its number."""
    cargo = work.lookup.cargo(delivery, lock=True)
    if cargo is None or cargo.is_in_place or cargo.is_removed:
        return ""
    if cargo.state is collage.State.CLAIMED:
        raise NotAllowed(
            f"{cargo.name} is on its way in another slot: cancel that first; see mlcollage deliveries list"
        )
    if cargo.state is collage.State.POSTED:
        return ""
    year = context.config.series[delivery.series].numbering.year(delivery.local_on)
    number = work.claims.claim_again(delivery, year, at)
    return f" {cargo.name} is posted{'' if number is not None else ', without its number, which is taken'}."


def not_posted(context: Context, entry: Entry) -> str:
    """A person says that it is not out: it is sent again."""
    delivery, now = entry.delivery, context.clock.now()
    actions.check(context, entry, Step.NOT_POSTED)
    with _guarded(delivery), context.write() as work:
        work.deliveries.move(delivery, State.WAITING, **_anew(now))
        work.attempts.end_unfinished(
            delivery.id, Outcome.NOT_SENT, f"{context.who} says it is not out"
        )
        _log(context, work, "not posted", delivery)
    return f"Delivery {delivery.id} waits to be sent again."


def cancel(context: Context, entry: Entry) -> str:
    """Nothing more of it goes out; a collage of which nothing is out anywhere goes back to the
    queue, held.
    """
    delivery, note = entry.delivery, f"cancelled by {context.who}"
    actions.check(context, entry, Step.CANCEL)
    with _guarded(delivery), context.write() as work:
        work.deliveries.move(delivery, State.FAILED, note=note)
        is_back = delivery.collage_id is not None and work.deliveries.give_back(
            delivery.collage_id, note
        )
        _log(context, work, "cancel", delivery)
    stays = f"; {entry.out} of {entry.saved_parts} parts stay out" if entry.out else ""
    back = (
        f" {entry.name} is held and its number free again: mlcollage release {entry.name}"
        if is_back
        else ""
    )
    return f"Delivery {delivery.id} is cancelled{stays}.{back}"


def _publisher(context: Context, delivery: Delivery) -> Publisher:
    """The account's publisher; raises `NotAllowed` where the configuration has account or series no
    more.
    """
    if delivery.account not in context.publishers:
        raise NotAllowed(
            f"Delivery {delivery.id}: account {delivery.account} is not in the configuration any more."
        )
    if refusal := preconditions.unknown_series(context, delivery):
        raise NotAllowed(f"Delivery {delivery.id}: {refusal.words}")
    return context.publishers[delivery.account]


def _check_in_place(work: Work, delivery: Delivery, *, lock: bool = False) -> None:
    """Raise `NotAllowed` where the delivery's collage is not what its slot claimed any more: it
    would go out twice.
    """
    cargo = work.lookup.cargo(delivery, lock=lock)
    if cargo is None or cargo.is_in_place:
        return
    if cargo.is_removed:
        why = f"{cargo.name} was taken out of the queue."
    elif cargo.state is collage.State.HELD:
        why = f"{cargo.name} went back to the queue; there it goes on with: mlcollage release {cargo.name}"
    else:
        why = f"{cargo.name} went back to the queue, and is {cargo.state} there; see: mlcollage show {cargo.name}"
    raise NotAllowed(f"Delivery {delivery.id} is not sent again: {why}")


def _asked(context: Context, delivery: Delivery, call: Callable[[], Answer]) -> Answer:
    """What a network answers to a call that cannot publish; whatever goes wrong, the delivery stays
    as it is.
    """
    try:
        return call()
    except (errors.NoDatabase, BadInput):
        raise
    except Exception as error:
        words = f"looking failed: {errors.sentence(error)}"
        with context.write() as work:
            work.attempts.saw(delivery.id, words)
        raise errors.Unavailable(
            f"Delivery {delivery.id} stays {delivery.state}: {words}"
        ) from error


def _anew(now: datetime) -> dict[str, Any]:
    """A delivery that waits as if it had just been made: a person wants it, however late it is."""
    values = {"next_at": now, "failures": 0, "looks": 0, "released": True}
    return values | {"tried_from": now, "ended_at": None, "note": ""}


def _log(context: Context, work: Work, what: str, delivery: Delivery, detail: str = "") -> None:
    work.log.record(context.who, what, delivery.key, detail)


def _parts(positions: Sequence[int]) -> str:
    return f"part {', '.join(map(str, positions))}" if positions else "no part"


@contextmanager
def _guarded(delivery: Delivery) -> Iterator[None]:
    """A race that somebody else has won, as a sentence."""
    try:
        yield
    except Lost:
        again = f"mlcollage deliveries show {delivery.id}"
        raise NotAllowed(
            f"Delivery {delivery.id} is being worked on at this moment; look again: {again}"
        ) from None
