"""What a maintainer decides about a delivery: retry it, settle where it is, reword it, cancel."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from bot.composing import composer
from bot.context import Context
from bot.core import approval, audit, changes, collage, errors
from bot.core.audit import Difference
from bot.core.delivery import Delivery, Found, Outcome, Part, Receipt, State
from bot.core.errors import BadInput, NotAllowed
from bot.core.text import sameness
from bot.deciding import actions
from bot.deciding.actions import Step
from bot.publishers.protocol import Publisher, Saved
from bot.sending import charges, duplicates, identity, preconditions, read_back, rescue
from bot.storage.deliveries import Lost
from bot.storage.lookup import Entry
from bot.storage.work import Work

Answer = TypeVar("Answer")


def retry(context: Context, entry: Entry, *, edited: bool = False) -> str:
    """Look the delivery up, adopt what is out, and let the rest be sent; return what was done.

    A delivery that was never tried is not looked up here: that happens when it is claimed.
    `edited` has it composed anew. Raises `NotAllowed` where that makes no sense in its state or, if
    `edited`, where a part is out; `Unavailable` where the lookup fails; and what composing raises.
    """
    delivery = entry.delivery
    step = Step.RETRY
    if edited:
        step = Step.EDITED
    actions.check(context, entry, step)
    publisher = _publisher(context, delivery)
    if delivery.state is State.UNCERTAIN:
        return _look(context, publisher, entry)
    with context.read() as work:
        _check_in_place(work, delivery)
    if edited:
        _check_approval(context, delivery, approval.NEEDED)
    if edited or not delivery.is_frozen:
        # For its errors only: the parts are composed again when the delivery is claimed.
        composer.parts_of(context, delivery)
    surveyed = Surveyed(delivery.saved)
    if delivery.begun:
        surveyed = _survey(context, publisher, delivery)
    result = _send_again(context, delivery, surveyed.saved, edited=edited)
    return " ".join([result, *surveyed.differences])


def compose_anew(context: Context, entry: Entry) -> str:
    """Take a person's word that nothing of a frozen thread is out, and let it be composed anew.

    The account is read first: what turns out to be there stays as it is. Raises as `retry` does,
    and `NotAllowed` where the delivery's state leaves no doubt.
    """
    delivery = entry.delivery
    actions.check(context, entry, Step.EDITED_DOUBTFUL)
    _check_approval(context, delivery, approval.NEEDED)
    publisher = _publisher(context, delivery)
    with context.read() as work:
        _check_in_place(work, delivery)
    # For its errors only: the parts are composed again when the delivery is claimed.
    composer.parts_of(context, delivery)
    surveyed = _survey(context, publisher, delivery)
    left = ""
    if not surveyed.has_found:
        left = _put_away(context, publisher, delivery)
        with context.write() as work:
            # A person may be wrong, too.
            work.late_looks.plan(delivery)
            note = f"{context.who} says it is not out"
            work.attempts.settle(delivery.id, Outcome.NOT_SENT, note)
    result = _send_again(context, delivery, surveyed.saved, edited=not surveyed.has_found)
    return " ".join([f"{result}{left}", *surveyed.differences])


def _put_away(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    receipts: Mapping[int, Receipt] = MappingProxyType({}),
) -> str:
    """Clear what is laid ready for a person: the thread is out, or not to be posted as it is.

    Before that is stored: whoever looks into the folder meanwhile posts nothing that is out. What a
    person has said counts, whatever becomes of the folder; a sentence tells where that fails.
    """
    if not publisher.by_hand:
        return ""
    with context.read() as work:
        thread = work.parts.thread(delivery).with_receipts(dict(receipts))
    try:
        publisher.put_away(thread, delivery.saved)
    except errors.Unavailable as error:
        return f" {errors.sentence(error)}"
    return ""


def _look(context: Context, publisher: Publisher, entry: Entry) -> str:
    """Look an uncertain delivery up at once; return what was seen.

    A lookup that comes too early proves what is out, but not what is absent.
    """
    delivery = entry.delivery
    settled = publisher.proves_absence or _is_settled(context, entry)
    differences = rescue.look(context, publisher, delivery, settled=settled)
    with _refusing_races(delivery), context.write() as work:
        current = work.lookup.entry(delivery.id).delivery
        if current.state is State.WAITING:
            work.deliveries.move(current, State.WAITING, **_as_new(work))
        result = "somebody else looks for it at this moment"
        if looks := work.lookup.looks_of(delivery.id):
            result = looks[-1].words
        _log(context, work, "retry", delivery, result)
    return " ".join([f"Delivery {delivery.id}: {errors.ended(result)}", *differences])


def _is_settled(context: Context, entry: Entry) -> bool:
    """Whether a lookup comes as late after the last request as a scheduled one would.

    Before that the network may not show a post that is out.
    """
    settings = context.config.delivery
    with context.read() as work:
        attempts = work.lookup.attempts_of(entry.delivery.id)
    # An attempt that was cut off has no end: its lease and a last request may have run on.
    longest = settings.lease + settings.request
    ends = [attempt.ended_at or attempt.at + longest for attempt in attempts]
    settling_time = settings.first_look
    if entry.delivery.looks:
        settling_time = settings.second_look
    settled_at = max(ends, default=entry.next_at) + settling_time
    return context.clock.now() >= min(entry.next_at, settled_at)


class Surveyed(NamedTuple):
    """What a survey leaves: the publisher's state, how parts that it found differ, and whether it
    has found any.
    """

    saved: Saved
    differences: Sequence[str] = ()
    has_found: bool = False


def _survey(context: Context, publisher: Publisher, delivery: Delivery) -> Surveyed:
    """Read the account's own posts and store receipts of parts that are out.

    Those are read back as any other. Raises `Unavailable` where reading fails.
    """
    with context.read() as work:
        thread = work.parts.thread(delivery)
        since = work.parts.last_receipt(delivery)
    _ask(context, delivery, partial(identity.assure, context, delivery.account))
    read = partial(publisher.survey, thread, delivery.saved, since)
    survey = duplicates.without_known(context, delivery, _ask(context, delivery, read))
    result = "nothing that is missing is out"
    if survey.found:
        result = rescue.described(Found(survey.found))
    with context.write() as work:
        found = [part for part in thread.parts if part.position in survey.found]
        charges.charge(work, publisher, delivery, publisher.network.posts(found))
        work.parts.record(delivery, survey.found)
        work.attempts.saw(delivery.id, result)
    differences = read_back.taken_over(context, publisher, delivery, thread, survey.found)
    return Surveyed(survey.saved, differences, bool(survey.found))


def _send_again(context: Context, delivery: Delivery, saved: Saved, *, edited: bool) -> str:
    """Let what is missing be sent, or note that nothing is missing; return which of the two."""
    with _refusing_races(delivery), context.write() as work:
        parts = work.parts.of(delivery.id)
        out = [part.position for part in parts if part.receipt]
        if edited and out:
            raise NotAllowed(
                f"Delivery {delivery.id}: {_parts(out)} out, so the rest goes out as it was frozen."
            )
        if out and len(out) == len(parts):
            work.deliveries.move(delivery, State.SENT, saved=saved)
            result = "every part of it is out"
        else:
            # Parts are frozen once a delivery has begun; an edited one begins anew.
            begun = delivery.begun and not edited
            values = _as_new(work) | {"saved": saved, "begun": begun}
            values["frozen"] = delivery.frozen and not edited
            work.deliveries.move(delivery, State.WAITING, **values)
            # Checked again, now with a lock: the collage may have left its slot meanwhile.
            _check_in_place(work, delivery, lock=True)
            result = "it waits to be sent"
            if out:
                result = f"{_parts(out)} out, the rest waits to be sent"
        if edited:
            _log(context, work, "retry", delivery, "composed anew")
            result += ", composed anew"
        else:
            _log(context, work, "retry", delivery, result)
    return f"Delivery {delivery.id}: {result}."


def posted(
    context: Context,
    entry: Entry,
    urls: Sequence[str],
    first: int | None = None,
    *,
    anyway: bool = False,
) -> str:
    """Store the addresses of parts that a person saw on the network; the rest is sent.

    They are those of the parts without a receipt in order, from part `first` on where it is given.
    They are read back first, and what differs is told. Raises `BadInput` for an address that cannot
    be one or, unless it is to be taken `anyway`, has another text than its part; `NotAllowed` where
    nothing can be out.
    """
    actions.check(context, entry, Step.POSTED)
    delivery = _composed(context, entry)
    receipts = _receipts(context, delivery, urls, first)
    differences = _read_back(context, delivery, receipts)
    if not anyway:
        _check_same(context, delivery, receipts, differences)
    left = _put_away(context, _publisher(context, delivery), delivery, receipts)
    out_since = min(receipt.at for receipt in receipts.values())
    with _refusing_races(delivery), context.write() as work:
        missing = sorted(set(_missing(work, delivery)) - receipts.keys())
        remark = _claim_again(context, work, delivery, out_since)
        # Before the move: an event tells where the parts are.
        work.parts.record(delivery, receipts)
        if missing:
            work.deliveries.move(delivery, State.WAITING, **_as_new(work), begun=True)
        else:
            work.deliveries.move(delivery, State.SENT, begun=True)
        note = f"{context.who} says it is out"
        work.attempts.settle(delivery.id, Outcome.SENT, note)
        _log(context, work, "posted", delivery, " ".join(urls))
    told = read_back.tell(context, delivery, differences)
    result = f"{_parts(sorted(receipts))} out"
    if missing:
        result += f"; {_parts(missing)} still to be sent"
    return " ".join([f"Delivery {delivery.id}: {result}.{remark}{left}", *told])


def _composed(context: Context, entry: Entry) -> Delivery:
    """A delivery with its parts: one that was never claimed, as while its account is held, is
    composed. Raises `NotAllowed` where its slot does not hold its collage any more, and what
    composing raises.
    """
    delivery = entry.delivery
    if entry.saved_parts:
        return delivery
    with context.read() as work:
        _check_in_place(work, delivery)
    parts = composer.parts_of(context, delivery)
    with _refusing_races(delivery), context.write() as work:
        work.parts.save_unclaimed(delivery, parts)
        return work.deliveries.get(delivery.id)


def _read_back(
    context: Context, delivery: Delivery, receipts: dict[int, Receipt]
) -> dict[int, Difference]:
    """How the posts at given addresses differ from their parts, by position."""
    with context.read() as work:
        thread = work.parts.thread(delivery)
    publisher = _publisher(context, delivery)
    if publisher.indivisible:
        return _another_thread(context, publisher, delivery, receipts)
    return read_back.differences(context, publisher, delivery, thread, receipts)


def _another_thread(
    context: Context, publisher: Publisher, delivery: Delivery, receipts: dict[int, Receipt]
) -> dict[int, Difference]:
    """How a thread that is one thing differs at an address: where it has no text of it."""
    position, receipt = min(receipts.items())
    posts = _ask(context, delivery, partial(publisher.shown, receipt.id))
    shown = next((each.text for each in posts if each.receipt.id == receipt.id), None)
    with context.read() as work:
        texts = [part.text for part in work.parts.of(delivery.id)]
    if shown is None or any(sameness.is_same(shown, text) for text in texts):
        return {}
    sentence = f"Part {position} is out, but its text is another one. See {receipt.url}"
    kinds = frozenset({audit.Kind.TEXT})
    return {position: Difference(sentence, kinds, shown, is_elsewhere=True)}


def _check_same(
    context: Context,
    delivery: Delivery,
    receipts: dict[int, Receipt],
    differences: dict[int, Difference],
) -> None:
    """Raise `BadInput` where a post at a given address is another one than its part."""
    with context.read() as work:
        parts = work.parts.of(delivery.id)
    for position, difference in differences.items():
        if audit.is_another_post(difference, parts[position - 1], parts):
            raise BadInput(
                f"{receipts[position].url} has another text than part {position} of delivery "
                f"{delivery.id}: {collage.shown(difference.text, 100)}. Nothing was changed; give "
                "the address of the part, or add --anyway if it is that part all the same."
            )


def _missing(work: Work, delivery: Delivery) -> list[int]:
    """The positions of the parts that have no receipt, in order."""
    return [part.position for part in work.parts.of(delivery.id) if not part.receipt]


def _receipts(
    context: Context, delivery: Delivery, urls: Sequence[str], first: int | None
) -> dict[int, Receipt]:
    """Ask the network for the posts at these addresses; their receipts by position.

    Raises `BadInput` where an address is no post of the account's, or that of another part.
    """
    publisher = _publisher(context, delivery)
    with context.read() as work:
        missing = _missing(work, delivery)
    if first is not None and first not in missing:
        raise BadInput(
            f"Delivery {delivery.id} has no part {first} that is still to come: {_parts(missing)}."
        )
    if publisher.indivisible and first not in {None, missing[0]}:
        raise BadInput(
            f"An address of delivery {delivery.id} stands for its whole thread: leave out --part."
        )
    positions = [position for position in missing if first is None or position >= first]
    if len(urls) > len(positions):
        raise BadInput(
            f"Delivery {delivery.id} has {len(positions)} parts to come, "
            f"but {len(urls)} addresses are given."
        )
    _ask(context, delivery, partial(identity.assure, context, delivery.account))
    receipts = [_ask(context, delivery, partial(publisher.receipt, url)) for url in urls]
    with context.write() as work:
        charges.charge(work, publisher, delivery)
    _check_unknown(context, delivery, urls, receipts)
    if publisher.indivisible:
        # One post proves all of it.
        given = dict(zip(positions, receipts, strict=False))
        return dict.fromkeys(missing, receipts[0]) | given
    return dict(zip(positions, receipts, strict=False))


def _check_unknown(
    context: Context, delivery: Delivery, urls: Sequence[str], receipts: Sequence[Receipt]
) -> None:
    """Raise `BadInput` where a post is a part's already, or is given twice."""
    ids = [receipt.id for receipt in receipts]
    with context.read() as work:
        account_id = work.accounts.ids()[delivery.account]
        known = work.parts.known_posts(account_id, ids)
    for url, post_id in zip(urls, ids, strict=True):
        if post_id in known or ids.count(post_id) > 1:
            raise BadInput(
                f"{collage.shown(url)} is the receipt of a part already; "
                "each part has a post of its own."
            )


def _claim_again(context: Context, work: Work, delivery: Delivery, at: datetime) -> str:
    """Mark a collage that went back to the queue as posted `at` that instant after all.

    Returns a sentence about it, "" where it did not go back. Raises `NotAllowed` where another slot
    has claimed it.
    """
    cargo = work.lookup.cargo(delivery, lock=True)
    if cargo is None or cargo.is_in_place or cargo.is_removed:
        return ""
    if cargo.state is collage.State.CLAIMED:
        raise NotAllowed(
            f"{cargo.name} is on its way in another slot: cancel that first; "
            "see mlcollage deliveries list"
        )
    if cargo.state is collage.State.POSTED:
        raise NotAllowed(
            f"{cargo.name} has gone out since, by another thread, and this one is not sent: what "
            f"you found is a second copy. Take it off with: "
            f"mlcollage deliveries resolve {delivery.id} --delete URL"
        )
    year = context.config.series[delivery.series].numbering.year(delivery.local_on)
    number = work.claims.claim_again(delivery, year, at)
    if number is None:
        return f" {cargo.name} is posted, without its number, which is taken."
    return f" {cargo.name} is posted."


def not_posted(context: Context, entry: Entry) -> str:
    """Take a person's word that the delivery is not out, and send it again.

    Raises `NotAllowed` where its state leaves no doubt.
    """
    delivery = entry.delivery
    actions.check(context, entry, Step.NOT_POSTED)
    with _refusing_races(delivery), context.write() as work:
        work.deliveries.move(delivery, State.WAITING, **_as_new(work))
        # A person may be wrong, too.
        work.late_looks.plan(delivery)
        note = f"{context.who} says it is not out"
        work.attempts.settle(delivery.id, Outcome.NOT_SENT, note)
        _log(context, work, "not posted", delivery)
    return f"Delivery {delivery.id} waits to be sent again."


def delete(context: Context, entry: Entry, url: str) -> str:
    """Take a double of one of the delivery's parts off the network.

    Raises `BadInput` where the address is no post of the account's with the text of a part of this
    delivery, `NotAllowed` where the post is a part itself.
    """
    delivery = entry.delivery
    publisher = _publisher(context, delivery)
    post = _ask(context, delivery, partial(publisher.receipt, url))
    with context.read() as work:
        parts = work.parts.of(delivery.id)
        is_known = bool(work.parts.known_posts(delivery.account_id, [post.id]))
        elsewhere = work.parts.elsewhere(delivery)
    if is_known:
        raise NotAllowed(f"{collage.shown(url)} is a part of a thread itself; it stays.")
    posts = _ask(context, delivery, partial(publisher.shown, post.id))
    texts = [each.text for each in posts if each.receipt.id == post.id]
    alike = [part for part in parts for text in texts if sameness.is_same(text, part.text)]
    if not alike:
        raise BadInput(
            f"{collage.shown(url)} does not have the text of a part of delivery {delivery.id}; "
            "a post that is no double is not deleted here."
        )
    if not any(part.is_there or part.position in elsewhere for part in alike):
        raise NotAllowed(
            f"{collage.shown(url)} may be part {alike[0].position} itself, of which nothing else "
            f"is out. If it is: mlcollage deliveries resolve {delivery.id} --posted {url}"
        )
    _ask(context, delivery, partial(publisher.delete, post.id))
    with context.write() as work:
        charges.charge(work, publisher, delivery)
        _log(context, work, "delete", delivery, url)
        is_held = work.accounts.get(delivery.account_id).is_held(work.now)
    told = f"Delivery {delivery.id}: {url} is deleted; the part itself stays out."
    if not is_held:
        return told
    release = f"mlcollage release --account {delivery.account}"
    return f"{told} Account {delivery.account} is held; let it go on with: {release}"


def gone(context: Context, entry: Entry, position: int) -> str:
    """Store that a part was taken off the network; the rest answers the last one that is there.

    Raises `BadInput` where there is no such part, `NotAllowed` where it is not out, or is the first
    one: without it the thread has no picture.
    """
    delivery = entry.delivery
    actions.check(context, entry, Step.RETRY)
    with context.read() as work:
        parts = {part.position: part for part in work.parts.of(delivery.id)}
    if position not in parts:
        raise BadInput(f"Delivery {delivery.id} has no part {position}; it has {len(parts)}.")
    if parts[position].receipt is None:
        raise NotAllowed(f"Part {position} of delivery {delivery.id} is not out.")
    if position == 1:
        raise NotAllowed(
            f"Part 1 of delivery {delivery.id} has the picture, and without it nothing follows; "
            f"send no more of it with: mlcollage deliveries cancel {delivery.id}"
        )
    with _refusing_races(delivery), context.write() as work:
        work.parts.take_off(delivery, position)
        if delivery.state is State.UNCERTAIN:
            # What was looked for was the part that is gone, and what answers it.
            work.deliveries.look_again(delivery, work.now, 0, delivery.note)
        else:
            work.deliveries.move(delivery, State.WAITING, **_as_new(work))
        _log(context, work, "gone", delivery, f"part {position}")
    goes_on = "the rest goes on below what is there"
    if delivery.state is State.UNCERTAIN:
        goes_on += ", once it was looked for"
    return f"Delivery {delivery.id}: part {position} is gone; {goes_on}."


class Rewording(NamedTuple):
    """Another text for a part; `is_not_posted` is a person's word that the part is not out."""

    position: int
    text: str
    is_not_posted: bool = False


def reword(context: Context, entry: Entry, wanted: Rewording) -> str:
    """Give a frozen part that is not out another text, and let the rest be sent.

    The account is read first: a part that turns out to be there stays as it is. Raises
    `NotAllowed` where the part is out or may be, or nothing is frozen yet; `BadInput` where there
    is no such part or its network would refuse the text; `Unavailable` where reading fails.
    """
    delivery = entry.delivery
    part = rewordable(context, entry, wanted.position, is_not_posted=wanted.is_not_posted)
    writer = composer.Composer.of(context, delivery.series, delivery.account)
    text = writer.worded(wanted.text.strip())
    _check_text(context, writer, delivery, wanted.position, text)
    publisher = _publisher(context, delivery)
    surveyed = _survey(context, publisher, delivery)
    left = _put_away(context, publisher, delivery)
    with _refusing_races(delivery), context.write() as work:
        current = work.parts.of(delivery.id)[wanted.position - 1]
        work.attempts.settle(delivery.id, Outcome.NOT_SENT, f"reworded by {context.who}")
        work.late_looks.plan(delivery)
        work.deliveries.move(delivery, State.WAITING, **_as_new(work) | {"saved": surveyed.saved})
        _check_in_place(work, delivery, lock=True)
        if current.receipt:
            result = f"is out as it was, {current.receipt.url}; the rest waits to be sent"
        else:
            work.parts.reword(delivery, wanted.position, text)
            result = "has its new text, and waits to be sent"
        _log(context, work, "reword", delivery, f"part {wanted.position}; it was: {part.text}")
    told = f"Delivery {delivery.id}: part {wanted.position} {result}.{left}"
    return " ".join([told, *surveyed.differences])


def rewordable(context: Context, entry: Entry, position: int, *, is_not_posted: bool) -> Part:
    """The part of a delivery that may be reworded; raises as `reword` does."""
    delivery = entry.delivery
    step = Step.REWORD
    if delivery.state is State.UNCERTAIN:
        step = Step.REWORD_DOUBTFUL
    actions.check(context, entry, step)
    if delivery.state is State.UNCERTAIN and not is_not_posted:
        raise NotAllowed(
            f"Part {position} of delivery {delivery.id} may be out: look first; "
            "if it is not there, say so with --not-posted"
        )
    if not delivery.is_frozen:
        raise NotAllowed(
            f"Delivery {delivery.id} is composed anew when it is sent: "
            f"change the collage instead, with mlcollage edit {entry.name}"
        )
    # One person may decide this alone where one person's approval is enough.
    _check_approval(context, delivery, (approval.Rule.FOUR_EYES,))
    with context.read() as work:
        _check_in_place(work, delivery)
        parts = work.parts.of(delivery.id)
    if position > len(parts):
        raise BadInput(f"Delivery {delivery.id} has no part {position}; it has {len(parts)}.")
    part = parts[position - 1]
    if part.receipt:
        raise NotAllowed(f"Part {position} of delivery {delivery.id} is out: {part.receipt.url}")
    return part


def _check_approval(context: Context, delivery: Delivery, rules: Collection[str]) -> None:
    """Raise `NotAllowed` where a thread was approved by one of these rules: it stays as it was."""
    series = context.config.series.get(delivery.series)
    if not delivery.frozen or series is None or series.approval not in rules:
        return
    instead = f"mlcollage deliveries cancel {delivery.id}"
    if series.approval == approval.Rule.ONE:
        instead = f"mlcollage deliveries reword {delivery.id} PART, or {instead}"
    raise NotAllowed(
        f"Delivery {delivery.id} goes out as it was approved, or not at all; instead: {instead}"
    )


def _check_text(
    context: Context,
    writer: composer.Composer,
    delivery: Delivery,
    position: int,
    text: str,
) -> None:
    """Raise `BadInput` where the part's network would refuse it with this text."""
    with context.read() as work:
        texts = [part.text for part in work.parts.of(delivery.id)]
    texts[position - 1] = text
    subject = f"Delivery {delivery.id}"
    if problems := writer.problems_of_part(subject, position, texts, delivery.carried):
        raise BadInput(" ".join(problems))


def cancel(context: Context, entry: Entry, *, is_not_posted: bool = False) -> str:
    """Send nothing more of a delivery; parts that are out stay out.

    One that may be out is looked up first, unless `is_not_posted` is a person's word that it is
    not. A collage of which nothing is out on any account goes back to the queue, held. Raises
    `NotAllowed` where the delivery is on its way, or its first part may still be out.
    """
    if entry.delivery.state is State.UNCERTAIN and not is_not_posted:
        entry = _looked_up(context, entry)
    delivery, note = entry.delivery, f"cancelled by {context.who}"
    actions.check(context, entry, Step.CANCEL)
    is_in_doubt = delivery.state is State.UNCERTAIN
    if is_in_doubt and not is_not_posted and not entry.out:
        raise NotAllowed(
            f"Delivery {delivery.id} may be out: look at the account. If nothing of it is there: "
            f"mlcollage deliveries cancel {delivery.id} --not-posted. If it is there, say where "
            f"first: mlcollage deliveries resolve {delivery.id} --posted URL"
        )
    left = ""
    if delivery.account in context.publishers:
        left = _put_away(context, context.publishers[delivery.account], delivery)
    is_back = False
    with _refusing_races(delivery), context.write() as work:
        work.deliveries.move(delivery, State.FAILED, note=note)
        if is_in_doubt:
            # A person may be wrong, too.
            work.late_looks.plan(delivery)
        if is_in_doubt and is_not_posted:
            work.attempts.settle(delivery.id, Outcome.NOT_SENT, f"{context.who} says it is not out")
        if delivery.collage_id is not None:
            is_back = work.deliveries.give_back(delivery.collage_id, note)
        _log(context, work, "cancel", delivery)
    message = f"Delivery {delivery.id} is cancelled"
    if entry.out:
        message += f"; {entry.out} of {entry.saved_parts} parts stay out"
    message += "."
    if is_in_doubt and not is_not_posted:
        message += f" Part {entry.out + 1} may be out, too; it is looked for later."
    if is_back:
        release = f"mlcollage release {entry.name}"
        message += f" {entry.name} is held and its number free again: {release}"
    return f"{message}{left}"


def _looked_up(context: Context, entry: Entry) -> Entry:
    """An uncertain delivery as it is after a look."""
    _look(context, _publisher(context, entry.delivery), entry)
    with context.read() as work:
        return work.lookup.entry(entry.delivery.id)


def _publisher(context: Context, delivery: Delivery) -> Publisher:
    """The account's publisher.

    Raises `NotAllowed` where account or series is not in the configuration any more.
    """
    if delivery.account not in context.publishers:
        raise NotAllowed(
            f"Delivery {delivery.id}: account {delivery.account} "
            "is not in the configuration any more."
        )
    if refusal := preconditions.unknown_series(context, delivery):
        raise NotAllowed(f"Delivery {delivery.id}: {refusal.words}")
    return context.publishers[delivery.account]


def _check_in_place(work: Work, delivery: Delivery, *, lock: bool = False) -> None:
    """Raise `NotAllowed` where the delivery's slot does not hold its collage any more.

    The collage may then be claimed by another slot, and would go out twice.
    """
    cargo = work.lookup.cargo(delivery, lock=lock)
    if cargo is None or cargo.is_in_place:
        return
    name = cargo.name
    if cargo.is_removed:
        why = f"{name} was taken out of the queue."
    elif cargo.state is collage.State.HELD:
        why = f"{name} went back to the queue; there it goes on with: mlcollage release {name}"
    else:
        why = (
            f"{name} went back to the queue, and is {cargo.state} there; see: mlcollage show {name}"
        )
    raise NotAllowed(f"Delivery {delivery.id} is not sent again: {why}")


def _ask(context: Context, delivery: Delivery, call: Callable[[], Answer]) -> Answer:
    """Return what a network answers to a call that cannot publish.

    The delivery stays as it is if that fails: the failure is stored as a look, and raised as
    `Unavailable`. `BadInput`, which is about what the person gave, is raised on.
    """
    try:
        return call()
    except BadInput:
        raise
    except Exception as error:
        failure = f"looking failed: {errors.sentence(error)}"
        with context.write() as work:
            work.attempts.saw(delivery.id, failure)
        raise errors.Unavailable(
            f"Delivery {delivery.id} stays {delivery.state}: {failure}"
        ) from error


def _as_new(work: Work) -> dict[str, Any]:
    """The columns of a delivery that waits as if it had just been created.

    `released` lifts the limit on lateness: a person wants it sent, however late it is.
    """
    return {
        "next_at": work.now,
        "tried_from": work.now,
        "failures": 0,
        "looks": 0,
        "released": True,
        "ended_at": None,
        "note": "",
    }


def _log(context: Context, work: Work, what: str, delivery: Delivery, detail: str = "") -> None:
    now = work.deliveries.get(delivery.id).state
    made = changes.state(delivery.state, now)
    work.log.record(context.who, what, delivery.key, detail, made)


def _parts(positions: Sequence[int]) -> str:
    """The parts with these positions, as the subject of a sentence: "parts 1 and 2 are"."""
    if not positions:
        return "no part is"
    *others, last = map(str, positions)
    if not others:
        return f"part {last} is"
    return f"parts {', '.join(others)} and {last} are"


@contextmanager
def _refusing_races(delivery: Delivery) -> Iterator[None]:
    """Raise `NotAllowed` where a worker has changed the delivery since it was read."""
    try:
        yield
    except Lost:
        again = f"mlcollage deliveries show {delivery.id}"
        raise NotAllowed(
            f"Delivery {delivery.id} is being worked on at this moment; look again: {again}"
        ) from None
