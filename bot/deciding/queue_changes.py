"""What a maintainer changes in the queue: a collage's state, place, day and content.

Each function is one transaction, with its line in the log.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.composing import ahead, sent
from bot.config import Series
from bot.context import Context
from bot.core import agenda, assistance, changes, collage, delivery, legibility, schedule, times
from bot.core.changes import Changed
from bot.core.collage import Collage, State
from bot.core.delivery import Delivery
from bot.core.errors import BadInput, NotAllowed, Stale
from bot.core.month import Roundup
from bot.core.month import State as RoundupState
from bot.core.schedule import SlotState
from bot.intake import accept, networks, numbers, twins
from bot.intake.accept import Arrival, Taken
from bot.scheduling import forecast
from bot.storage.work import Work

MOVABLE = (State.DRAFT, State.READY, State.HELD)
"""The states of a collage that has a place in the queue."""


class Where(StrEnum):
    """Where a collage is moved to; the last two name a neighbour."""

    FIRST = "first"
    LAST = "last"
    BEFORE = "before"
    AFTER = "after"


class Place(NamedTuple):
    """A place in the queue: at an end of it, or directly beside another collage."""

    where: Where
    neighbour: str = ""

    def __str__(self) -> str:
        return f"{self.where} {self.neighbour}".rstrip()


class Released(NamedTuple):
    """A collage that was held: `ready` again, or a draft.

    It is a draft where it is `missing` something, or has `problems`: what a network would refuse.
    """

    item: Collage
    missing: tuple[str, ...]
    problems: tuple[str, ...]


class Readied(NamedTuple):
    """What a person should know of collages that were made ready.

    `unapproved` says by name why no slot takes them yet: a clause. `remarks` begin with a name.
    """

    unapproved: Mapping[str, str]
    remarks: tuple[str, ...]


class Edited(NamedTuple):
    """An edited collage, and what becomes of its threads where they were made already.

    `frozen` go out as they were, `out` stay as they are, and `open` have not begun: they are sent
    as edited. `changes` say from what to what it was changed. `page` is the roundup whose page is
    made again because of that.
    """

    taken: Taken
    frozen: tuple[Delivery, ...] = ()
    out: tuple[Delivery, ...] = ()
    open: tuple[Delivery, ...] = ()
    changes: tuple[Changed, ...] = ()
    page: Roundup | None = None


class Moved(NamedTuple):
    """A collage, and from what to what it was changed; `back` is the place that it had before."""

    item: Collage
    changes: tuple[Changed, ...]
    back: Place = Place(Where.LAST)


def make_ready(context: Context, series: Series, names: Sequence[str]) -> Readied:
    """Make drafts ready to go out, all or none; what is ready already stays so.

    Returns what a person should know: which of them wait for approval, which an assistant has
    drafted, what of their texts is not shown as it was written, how their pictures look, and which
    others have the same paper or picture.

    Raises `NotAllowed` where one still lacks something, or could not go out in its turn: a network
    would refuse it, or it repeats what goes out before.
    """
    with context.read() as work:
        items = [_find(work, series, name) for name in names]
    problems = _problems(context, series, items)
    with context.write() as work:
        for name in names:
            item = _find(work, series, name)
            if missing := collage.missing(item, has_picture=item.picture is not None):
                lacks = ", ".join(missing)
                give = f"give it with: mlcollage edit {item.name}"
                if collage.ALT_TEXT in missing:
                    give += f"; to have its alt text drafted: mlcollage alt {item.name}"
                raise NotAllowed(f"{item.name} lacks {lacks}; {give}")
            if found := problems.get(item.id):
                change = f"Change it with: mlcollage edit {item.name}"
                raise NotAllowed(f"{item.name} cannot go out. {' '.join(found)} {change}")
            if item.state is State.READY:
                continue
            work.queue.change_state(item, State.READY)
            _log(context, work, "ready", Moved(item, changes.state(item.state, State.READY)))
    gone = [
        f"{item.name}: {remark}" for item in items for remark in networks.remarks(context, item.on)
    ]
    drafted, like = _drafted(context, items), _twins(context, series, items)
    remarks = (*drafted, *_unlike(items), *gone, *like)
    return Readied(_unapproved(context, series, items), remarks)


def _drafted(context: Context, items: Sequence[Collage]) -> list[str]:
    """Which of the collages assistants have written in, each with its name."""
    with context.read() as work:
        writers = {item.name: work.log.writers(f"{item.series}/{item.name}") for item in items}
    found = {name: assistance.among(names) for name, names in writers.items()}
    return [f"{name}: drafted by {', '.join(by)}" for name, by in found.items() if by]


def _unapproved(context: Context, series: Series, items: Sequence[Collage]) -> dict[str, str]:
    """Which of the collages too few people have approved, whatever it was that they approved."""
    found = dict[str, str]()
    for item in items:
        given = sent.approvals(context, series, item)
        if why := sent.standing(series, item, given, None).why:
            found[item.name] = why
    return found


def _unlike(items: Sequence[Collage]) -> list[str]:
    """What a person should know of how the collages look to readers, each with its name."""
    return [f"{item.name}: {note}" for item in items for note in legibility.of_collage(item)]


def _twins(context: Context, series: Series, items: Sequence[Collage]) -> list[str]:
    """Sentences on others with the same paper or picture, each with the name that it is about."""
    with context.read() as work:
        found = twins.of_all(work, series, items)
    return [
        f"{item.name}: {sentence}"
        for item in items
        for sentence in twins.sentences(series, found.get(item.id, ()))
    ]


def _log(context: Context, work: Work, what: str, moved: Moved) -> None:
    item = moved.item
    accept.changed(context, work, what, f"{item.series}/{item.name}", moved.changes)


def _problems(
    context: Context, series: Series, items: Sequence[Collage]
) -> dict[int, tuple[str, ...]]:
    """What keeps collages that lack nothing from going out together, by id."""
    whole = {
        item.id: item
        for item in items
        if item.state in MOVABLE and not collage.missing(item, has_picture=item.picture is not None)
    }
    found = ahead.tried(context, series, list(whole.values()))
    return {candidate.item.id: candidate.problems for candidate in found}


def order(context: Context, series: Series) -> str:
    """What a person has seen of the queue's order, for a change that is made by it: a hash of the
    collages in it, with their states and days.
    """
    with context.read() as work:
        return _order(work, series)


def _order(work: Work, series: Series) -> str:
    waiting = work.queue.waiting(series.name)
    seen = [(item.id, item.state.value, str(item.pinned_on or "")) for item in waiting]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _check_order(work: Work, series: Series, seen: str) -> None:
    """Raise `Stale` where the queue is not as somebody saw it; without `seen` nobody has looked."""
    if seen and seen != _order(work, series):
        raise Stale(
            "Somebody has changed the queue since this page was loaded, so nothing was moved; "
            "here it is as it is now."
        )


def move(context: Context, series: Series, name: str, place: Place, *, seen: str = "") -> Moved:
    """Move a collage to another place in the queue.

    `seen` is its `order` as the person saw it: raises `Stale` where that is another one by now.
    """
    with context.write() as work:
        work.queue.lock(series.name)
        _check_order(work, series, seen)
        item = _find(work, series, name)
        before, back = _place(work, series, item), _back(work, series, item)
        work.queue.move(item, before=_follower(work, series, item, place))
        made = changes.changed("place", before, _place(work, series, item))
        subject = f"{item.series}/{item.name}"
        work.log.record(context.who, "move", subject, str(place), made)
    return Moved(item, made, back)


def _back(work: Work, series: Series, item: Collage) -> Place:
    """The place that a collage has, by the one behind it."""
    behind = (
        other
        for other in work.queue.waiting(series.name, MOVABLE)
        if other.position > item.position
    )
    follower = next(behind, None)
    return Place(Where.BEFORE, follower.name) if follower else Place(Where.LAST)


def _place(work: Work, series: Series, item: Collage) -> int:
    """The place of a collage in the queue, from 1, drafts and what is held counted."""
    ids = [other.id for other in work.queue.waiting(series.name, MOVABLE)]
    return ids.index(item.id) + 1 if item.id in ids else 0


def _follower(work: Work, series: Series, item: Collage, place: Place) -> Collage | None:
    """The collage before which `item` will stand; None at the queue's end."""
    others = [other for other in work.queue.waiting(series.name, MOVABLE) if other.id != item.id]
    if place.where is Where.FIRST:
        return next(iter(others), None)
    if place.where is Where.LAST:
        return None
    neighbour = work.queue.get(series.name, place.neighbour)
    if neighbour.id == item.id:
        raise BadInput(f"{item.name} cannot stand beside itself.")
    if place.where is Where.BEFORE:
        return neighbour
    return next((other for other in others if other.position > neighbour.position), None)


def pin(context: Context, series: Series, name: str, on: date) -> Moved:
    """Pin a collage to a day: it goes out then, not before.

    Raises `BadInput` where nothing can go out on that day: it is past, has no slot, or none that
    is still to come, is skipped, or lies in a pause.
    """
    if on < context.clock.now().astimezone(series.zone).date():
        raise BadInput(f"{on} is past; pin to a day that is to come.")
    if series.timetable.is_blacked_out(on):
        raise BadInput(f"{times.day(on)} is a blackout day of {series.name}; pin to another day.")
    if not schedule.slots_on(series.timetable, on):
        slots = ", ".join(map(str, series.timetable.slots)) or "none"
        raise BadInput(f"{times.day(on)} has no slot of {series.name}; its slots are {slots}.")
    if problem := _why_closed(context, series, on):
        raise BadInput(problem)
    return _pin(context, series, name, on)


def _why_closed(context: Context, series: Series, on: date) -> str:
    """Why no slot of a day takes anything, and what to do; empty where one does."""
    day = times.day(on)
    with context.read() as work:
        snapshot = work.snapshots.take(series, work.now, 1)
    match agenda.closed(snapshot, schedule.slots_on(series.timetable, on)):
        case None:
            return ""
        case SlotState.SKIPPED:
            return f"{day} is skipped; first take that back: mlcollage skip {on} --off"
        case SlotState.PAUSED:
            end = times.full(snapshot.paused_until, series.zone) if snapshot.paused_until else ""
            return f"{series.name} is paused until {end}; pin to a later day, or: mlcollage resume"
        case _:
            return f"{day} has no slot of {series.name} that is still to come."


def unpin(context: Context, series: Series, name: str) -> Moved:
    """Remove a collage's pin."""
    return _pin(context, series, name, None)


def _pin(context: Context, series: Series, name: str, on: date | None) -> Moved:
    with context.write() as work:
        work.queue.lock(series.name)
        item = _find(work, series, name)
        work.queue.pin(item, on)
        moved = Moved(item, changes.changed("pinned to", item.pinned_on, on))
        _log(context, work, "pin", moved)
    return moved


def keep_number(context: Context, series: Series, name: str, number: int | None) -> Moved:
    """Let a collage keep a number, or with None be counted when a slot takes it.

    Raises `NotAllowed` where the number is another one's, or the collage is on its way or out.
    """
    with context.write() as work:
        work.queue.lock(series.name)
        item = _find(work, series, name)
        if number is not None:
            year = series.numbering.year(work.now.astimezone(series.zone).date())
            other = work.queue.has_number(series.name, year, number)
            if other not in (None, item.name):
                raise NotAllowed(f"The number {number} is {other}'s already; give another one.")
        work.queue.keep_number(item, number)
        moved = Moved(item, changes.changed("kept number", item.kept_number, number))
        _log(context, work, "number", moved)
    return moved


def count_from(context: Context, series: Series, number: int) -> tuple[int, int]:
    """Let the series go on with a number at its next slot; the next number before and now.

    Raises `NotAllowed` where it is taken.
    """
    before, now = numbers.count_from(context, series, number)
    with context.write() as work:
        made = changes.changed("next number", before, now)
        accept.changed(context, work, "number", series.name, made)
    return before, now


def hold(context: Context, series: Series, name: str, why: str = "") -> Collage:
    """Hold a collage until it is released; return it.

    Raises `NotAllowed` where it is on its way out, or a draft, which goes nowhere by itself, and
    `BadInput` for a reason that cannot be stored.
    """
    if problem := collage.reason_problem(why):
        raise BadInput(problem)
    with context.write() as work:
        item = _find(work, series, name)
        if item.state is State.CLAIMED:
            holds = (f"mlcollage hold --account {account}" for account in series.accounts)
            instead = f"hold its account instead: {', or: '.join(holds)}"
            raise NotAllowed(f"{item.name} is on its way out; {instead}")
        if item.state is State.DRAFT:
            before = f"before you say mlcollage ready {item.name}"
            raise NotAllowed(f"{item.name} is a draft: it goes nowhere {before}")
        work.queue.change_state(item, State.HELD, why)
        held = changes.state(item.state, State.HELD)
        work.log.record(context.who, "hold", f"{item.series}/{item.name}", why, held)
    return item


def release(context: Context, series: Series, name: str) -> Released:
    """Release a held collage, which becomes a draft where it could not go out.

    Raises `NotAllowed` where it is not held.
    """
    with context.read() as work:
        item = _find(work, series, name)
    problems = _problems(context, series, [item]).get(item.id, ())
    with context.write() as work:
        item = _find(work, series, name)
        if item.state is not State.HELD:
            raise NotAllowed(f"{item.name} is {item.state}, not held.")
        missing = collage.missing(item, has_picture=item.picture is not None)
        state = State.READY
        if missing or problems:
            state = State.DRAFT
        note = " ".join(problems)
        work.queue.change_state(item, state, note)
        freed = changes.state(item.state, state) + changes.changed("why", item.note, note)
        _log(context, work, "release", Moved(item, freed))
    return Released(item, missing, problems)


def remove(context: Context, series: Series, name: str) -> Collage:
    """Take a collage out of the queue and return it; parts that are out already stay out."""
    with context.write() as work:
        item = _find(work, series, name)
        work.queue.remove(item)
        _log(context, work, "remove", Moved(item, changes.state(item.state, "removed")))
    return item


def edit(context: Context, series: Series, before: Collage, arrival: Arrival) -> Edited:
    """Put an edited item in the place of `before`, which lends it its picture.

    Only accounts whose threads have not begun are asked whether they would take a posted one.
    """
    with context.read() as work:
        threads = work.lookup.of_collage(before.id)
    asked = series
    if before.state is State.POSTED:
        to_come = {thread.account for thread in threads if not thread.is_frozen}
        # An account that is not in the configuration any more cannot be asked.
        accounts = to_come & set(context.publishers)
        asked = replace(series, accounts=tuple(sorted(accounts)))
    number = forecast.provisional_number(context, series, before)
    taken = accept.replace_item(context, asked, before, arrival, number)
    with context.read() as work:
        threads = work.lookup.of_collage(before.id)
        page = _page_of(work, taken.collage)
    frozen = tuple(thread for thread in threads if _is_frozen(thread))
    made = changes.between(before, taken.collage)
    if taken.collage.state not in {State.CLAIMED, State.POSTED}:
        # Threads of an earlier slot: the next one makes others.
        return Edited(taken, frozen, changes=made)
    out = tuple(thread for thread in threads if thread.state is delivery.State.SENT)
    is_open = tuple(thread for thread in threads if _is_open(thread))
    return Edited(taken, frozen, out, is_open, made, page)


def of_threads(edited: Edited) -> list[str]:
    """What becomes of the threads that were made before the edit, and of a page: clauses."""
    told = [f"what {each.account} got is out, and stays as it was" for each in edited.out]
    for thread in edited.open:
        goes_out = f"what {thread.account} gets has not begun, and goes out as edited"
        if thread.state is not delivery.State.WAITING:
            goes_out += f", once you say: mlcollage deliveries retry {thread.id}"
        told.append(goes_out)
    told += [
        f"what {thread.account} gets was frozen before; to change it: {thread.command}"
        for thread in edited.frozen
    ]
    if edited.page and edited.page.published_elsewhere:
        month = edited.page.title_month
        told.append(f"the roundup {month} was published elsewhere, and stays as it is there")
    elif edited.page:
        told.append(
            f"the page of the roundup {edited.page.title_month} is made again at the next tick"
        )
    return told


def _page_of(work: Work, item: Collage) -> Roundup | None:
    """The roundup whose page, made already, shows the collage."""
    roundup = work.roundups.find(item.series, item.roundup) if item.roundup else None
    if roundup is None or roundup.state is RoundupState.DUE:
        return None
    return roundup


def _is_frozen(thread: Delivery) -> bool:
    """Whether a thread is on its way, or stopped, with the texts that it had before."""
    if thread.state is delivery.State.SENDING:
        return True
    return thread.is_frozen and thread.state not in {delivery.State.SENT, delivery.State.FAILED}


def _is_open(thread: Delivery) -> bool:
    """Whether a thread has not begun, and nobody is about to."""
    ended = {delivery.State.SENDING, delivery.State.SENT}
    return not thread.is_frozen and thread.state not in ended


def drawn(
    context: Context, series: Series, item: Collage, arrival: Arrival | None = None
) -> Arrival:
    """The collage with a slide as its picture, which shows the number it has or would get.

    `arrival` is the collage as it is to be, with the figures that came with it; by default as it
    is.
    """
    number = forecast.provisional_number(context, series, item)
    # The alt text that it has tells of its picture until now.
    wanted = arrival or Arrival(replace(item, alt=""))
    (made,) = accept.drawn(context, series, [wanted], [series.numbering.shown(number)])
    return made


def _find(work: Work, series: Series, name: str) -> Collage:
    return work.queue.get(series.name, name)
