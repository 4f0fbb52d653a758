"""Settling slots: one takes its collage, another passes without one; what cannot go out is held.

What lacks approval is passed over and stays ready: the slot takes the next one that is approved.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from bot.composing import ahead, sent, slides
from bot.composing.ahead import Ahead
from bot.composing.composed import ComposedThread
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import agenda, cards, changes, schedule, times
from bot.core.agenda import Line, Snapshot, Waiting
from bot.core.approval import BESIDE, Standing
from bot.core.collage import Collage, State
from bot.core.delivery import thread_key
from bot.core.errors import BadInput, NotAllowed, Unavailable, Unusable
from bot.core.notices.queue import (
    CollageHeld,
    NotApproved,
    RunningDry,
    SlotEmpty,
    SlotMissed,
)
from bot.core.schedule import STEP, SlotState, SlotTime
from bot.scheduling import forecast
from bot.storage.claims import NewDelivery, SlotClaim, Taken
from bot.storage.work import Work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot and the collage it shall take, as the agenda of the moment `as_of` has it.

    `number` comes with its numbering year. An `extra` slot lies outside the timetable. `passed` are
    the collages before it that lack approval, by their ids.
    """

    slot: SlotTime
    collage: Collage
    number: tuple[int, int]
    as_of: datetime
    extra: bool = False
    passed: frozenset[int] = frozenset()


class Unapproved(Exception):
    """Raised when what a collage would send is not approved; `why` is a clause."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Passed:
    """The collages that a slot has passed over because they lack approval, by name.

    `approvals` are the ids of those that they had then: with another one, they are tried again.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    approvals: frozenset[int] = frozenset()

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(self.names)

    @property
    def coming(self) -> int | None:
        """How much of the queue a snapshot needs: all of it, where its first ones are passed."""
        return None if self.names else 0

    def with_one(self, item: Collage, approvals: frozenset[int]) -> "Passed":
        return Passed({**self.names, item.id: item.name}, self.approvals | approvals)


@dataclass(frozen=True, slots=True)
class Round:
    """One look at a series.

    Its agenda is that of the moment `as_of`, however long the look takes: what comes due meanwhile
    makes none of its slots late.
    """

    context: Context
    series: Series
    as_of: datetime

    def settle(self, line: Line) -> None:
        """Carry out a due line of the agenda, or what has taken its place meanwhile."""
        standing: Line | None = line
        passed = Passed()
        while standing is not None and not standing.is_settled:
            if standing.collage is None:
                is_done = self._settle_without(standing, passed)
            else:
                is_done, passed = self._settle_with(standing, passed)
            if is_done:
                return
            with self.context.read() as work:
                passed = _still(work, passed)
                found = work.snapshots.take(self.series, self.as_of, passed.coming)
            standing = agenda.at(found, line.slot.due_at, passed.ids)

    def _settle_without(self, line: Line, passed: Passed) -> bool:
        """Settle a slot that takes nothing; False where there is something to take after all."""
        with self.context.write() as work:
            # Of all states only this one depends on the queue, which may have changed meanwhile.
            if line.state is SlotState.EMPTY:
                found = work.snapshots.take(self.series, self.as_of, passed.coming)
                is_approved = _still(work, passed) != passed
                if is_approved or agenda.at(found, line.slot.due_at, passed.ids) != line:
                    return False
            pass_over(work, self.series, line, tuple(passed.names.values()))
        return True

    def _settle_with(self, line: Line, passed: Passed) -> tuple[bool, Passed]:
        """Give a slot its collage, or leave it due where composing is not possible at the moment.

        False where another host changed something, or the collage cannot be composed and is held,
        or lacks approval and is passed over.
        """
        if line.collage is None or line.number is None:
            return False, passed
        with self.context.read() as work:
            item = work.queue.by_ids([line.collage.id]).get(line.collage.id)
        # Another process may have claimed it since; held for that, it would be lost to the roundup.
        if item is None or item.state is not State.READY:
            return False, passed
        number = (line.number, line.year)
        wanted = Claim(line.slot, item, number, self.as_of, passed=passed.ids)
        try:
            claim(self.context, self.series, wanted)
        except Taken:
            return False, passed
        except Unapproved as error:
            return False, self._pass_unapproved(line, item, error.why, passed)
        except Unusable as error:
            _hold(self.context, item, str(error))
            return False, passed
        except Unavailable as error:
            # Not for anything in the collage: the next tick finds the slot still due.
            log.warning("%s: %s was not composed: %s", self.series.name, item.name, error)
            self.context.say(f"{self.series.name}: {item.name} was not composed: {error}")
        return True, passed

    def _pass_unapproved(self, line: Line, item: Collage, why: str, passed: Passed) -> Passed:
        """Say that a slot passes over a collage that nobody has approved as it is."""
        due_at = line.slot.due_at
        with self.context.write() as work:
            approvals = work.approvals.standing_ids([item.id])
            notice = NotApproved(self.series.name, item.name, due_at, self.series.zone, why)
            work.notices.add(notice)
        return passed.with_one(item, approvals)


def _still(work: Work, passed: Passed) -> Passed:
    """What was passed over; nothing where one of them has been approved since, or less so."""
    if not passed.names or work.approvals.standing_ids(passed.ids) == passed.approvals:
        return passed
    return Passed()


def pass_over(work: Work, series: Series, line: Line, unapproved: Sequence[str] = ()) -> None:
    """Settle a slot that takes nothing, and say so where somebody must hear of it.

    A collage pinned to a day that has no further slot goes back to its place in the queue.
    `unapproved` are those that it could have taken, had they been approved.
    """
    slot, state = line.slot, line.state
    if not work.slots.decide(series.name, slot, state):
        return
    if state is SlotState.EMPTY:
        empty = SlotEmpty(series.name, slot.due_at, series.zone, tuple(unapproved))
        work.notices.add(empty)
        return
    days_slots = schedule.slots_on(series.timetable, slot.local_on)
    is_last = all(slot.due_at >= other.due_at for other in days_slots)
    unpinned = work.queue.unpin_day(series.name, slot.local_on) if is_last else None
    if state is SlotState.MISSED or unpinned:
        missed = SlotMissed(series.name, slot.due_at, series.zone, state, unpinned)
        work.notices.add(missed)


def _hold(context: Context, item: Collage, why: str) -> None:
    # Not allowed any more: somebody else held or changed it at this moment.
    with suppress(NotAllowed), context.write() as work:
        work.queue.change_state(item, State.HELD, why)
        held = CollageHeld(item.series, item.name, item.revision, why)
        work.notices.add(held)


def claim(context: Context, series: Series, wanted: Claim) -> None:
    """Compose for all accounts, then claim in one transaction; a slide is drawn with the number.

    What was approved is stored with the deliveries: it goes out as it was composed here. Raises
    `Taken` where the agenda or the collage is not what was read, `Unapproved` where nobody has
    approved what would be sent, else what keeps the collage from being composed.
    """
    slot, item, number = wanted.slot, wanted.collage, wanted.number
    # Counted numbers lie above all that are taken; only one brought along may be somebody else's.
    if item.kept_number is not None:
        with context.read() as work:
            other = work.queue.taken_by(series.name, *number)
        if other:
            raise NotAllowed(
                f"its number {number[0]} is {other}'s already; let its slot count on: "
                f"mlcollage number {item.name} --off"
            )
    item, drawn = slides.with_number(context, series, item, number[0])
    fits = Fittings.of(context, series, [drawn] if drawn else ())
    threads = Ahead(context, series, fits=fits).threads(item, number[0], series.accounts)
    problems = [problem for thread in threads for problem in thread.problems]
    if series.accounts and not threads:
        problems.append(ahead.goes_nowhere(item))
    if problems:
        raise BadInput(" ".join(problems))
    approved = _approved(context, series, item, number[0], threads)
    with context.write() as work:
        found = work.snapshots.take(series, wanted.as_of, _ahead(series, wanted), lock=True)
        if not _holds(found, wanted):
            raise Taken
        if drawn:
            work.pictures.put(drawn.picture, drawn.data)
            fits.store(work)
        new = _deliveries(context, work, series, wanted)
        work.claims.claim(SlotClaim(slot, item, *number, extra=wanted.extra), new)
        if approved:
            _freeze(work, wanted, approved, threads)
        if wanted.extra:
            _log_post(context, work, wanted)
        rest = found.after_claim(item.id, slot, number)
        _warn_of_dry(context, work, series, rest, slot)
        if notice := forecast.past_total_of(series, rest):
            work.notices.add(notice)
    shown = series.numbering.shown(number[0]) or "taken"
    context.say(
        f"{series.name}: {item.name} is {shown}, due {times.full(slot.due_at, series.zone)}"
    )


def _approved(
    context: Context,
    series: Series,
    item: Collage,
    number: int,
    threads: Sequence[ComposedThread],
) -> Standing | None:
    """The approvals that cover what the threads send; None where the series wants none.

    Raises `Unapproved` where they are too few.
    """
    if not series.wants_approval:
        return None
    whole = sent.of(context, series, item, number, threads)
    standing = sent.standing(series, item, sent.approvals(context, series, item), whole)
    if not standing.is_enough:
        raise Unapproved(standing.why)
    return standing


def _freeze(
    work: Work, wanted: Claim, approved: Standing, threads: Sequence[ComposedThread]
) -> None:
    """Store the threads as they were approved: nothing changes them from now on.

    A link card is the one that was approved, whatever its page says by now. Raises `Taken` where an
    approval was taken back since it was read.
    """
    if not work.approvals.use([each.id for each in approved.counted]):
        raise Taken
    newest = max(approved.counted, key=lambda each: each.id)
    made = {each.account: each for each in work.deliveries.made(wanted.collage.id, wanted.slot)}
    for thread in threads:
        card = newest.sent.card_of(thread.account)
        saved: dict[str, object] = {BESIDE: list(newest.sent.beside_of(thread.account))}
        if card:
            saved[cards.SAVED] = cards.as_json(card)
        work.parts.freeze(made[thread.account], thread.parts, saved)


def _log_post(context: Context, work: Work, wanted: Claim) -> None:
    item = wanted.collage
    made = changes.state(item.state, State.CLAIMED)
    made += changes.changed("number", item.number, wanted.number[0])
    made += changes.changed("pinned to", item.pinned_on, None)
    subject = f"{item.series}/{item.name}"
    work.log.record(context.who, "post", subject, "outside the slots", made)


def _ahead(series: Series, wanted: Claim) -> int | None:
    """How many coming slots the claim has to know: up to its own, and those of the coming weeks.

    None stands for the whole queue, where its first ones are passed over.
    """
    if wanted.passed:
        return None
    until = wanted.slot.due_at + series.dry
    coming = schedule.slots_between(series.timetable, wanted.as_of + STEP, until)
    # One more, because an extra slot takes a collage that is counted among theirs.
    return 1 + sum(1 for _ in coming)


def _holds(found: Snapshot, wanted: Claim) -> bool:
    """Whether the agenda still gives this slot this collage with this number."""
    item = wanted.collage
    if wanted.extra:
        waiting = Waiting(item.id, item.name, item.pinned_on, item.kept_number)
        return agenda.number_for(found, waiting, wanted.slot.local_on) == wanted.number
    line = agenda.at(found, wanted.slot.due_at, wanted.passed)
    if line is None or line.collage is None:
        return False
    return line.collage.id == item.id and (line.number, line.year) == wanted.number


def _deliveries(context: Context, work: Work, series: Series, wanted: Claim) -> list[NewDelivery]:
    """The threads of a claim with their keys, one for each account that its collage goes to."""
    ids = work.accounts.ids()
    moment = f"{wanted.slot.due_at:%Y-%m-%dT%H:%M:%SZ}"
    if wanted.extra:
        moment = f"{wanted.collage.name}-{moment}"
    return [
        NewDelivery(ids[name], thread_key(series.name, moment, name, context.rehearsal))
        for name in context.wanted(wanted.collage, series.accounts)
    ]


def _warn_of_dry(
    context: Context, work: Work, series: Series, rest: Snapshot, slot: SlotTime
) -> None:
    """Say so when the coming weeks have more slots than there are collages for them."""
    supply = agenda.supply(rest, slot.due_at, slot.due_at + series.dry)
    if supply.filled >= supply.wanted:
        return
    dry = RunningDry(series.name, slot.due_at, supply.filled, supply.wanted, series.dry)
    work.notices.add(dry)


def claim_now(context: Context, series: Series, item: Collage) -> None:
    """Claim a ready collage for this moment, outside the timetable."""
    if item.state is not State.READY:
        raise NotAllowed(f"{item.name} is {item.state}, and only what is ready can be posted.")
    now = context.clock.now()
    # Slots fall on whole seconds, and no two share an instant: this one shall take none's place.
    at = max(now, now.replace(microsecond=1))
    slot = SlotTime(at, at.astimezone(series.zone).date())
    with context.read() as work:
        found = work.snapshots.take(series, now, 1)
    waiting = Waiting(item.id, item.name, item.pinned_on, item.kept_number)
    number = agenda.number_for(found, waiting, slot.local_on)
    try:
        claim(context, series, Claim(slot, item, number, now, extra=True))
    except Unapproved as error:
        raise NotAllowed(
            f"{item.name} waits for approval: {error.why}. "
            f"Look at it and approve it: mlcollage approve {item.name}"
        ) from None
    except Taken:
        raise NotAllowed(
            f"{item.name} was changed or taken by somebody else at this moment; look again."
        ) from None


def settle_pause(work: Work, series: Series) -> None:
    """Settle what has fallen into a pause by now, before the pause is ended or another one begins.

    These slots stay paused, even those nobody has looked at yet.
    """
    found = work.snapshots.take(series, work.now)
    for line in agenda.due(found):
        if found.is_stopped(line.slot.due_at):
            pass_over(work, series, line)
