"""The watchdog: what is past due becomes a notice, once for each thing and state.

An account that is held while threads wait for it is told of once a day. What is to be
repaired on the machine is told of once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta, tzinfo

from bot.config import Series
from bot.context import Context
from bot.core import agenda, approval, clocks, lookups, schedule
from bot.core.delivery import State
from bot.core.month import Roundup
from bot.core.month import State as RoundupState
from bot.core.notices.briefing import Occasion, occasion_of
from bot.core.notices.clocks import ClockDiffers, RowsAhead
from bot.core.notices.entry import Entry, Kind
from bot.core.notices.overdue import (
    AccountStillHeld,
    AlertsOverdue,
    BriefingOverdue,
    DeliveryAbandoned,
    DeliveryOverdue,
    EventsOverdue,
    ManyOverdue,
    RoundupNotKept,
    RoundupOverdue,
    RoundupUnannounced,
    SlotNotKept,
    SlotOverdue,
    StillByHand,
)
from bot.core.notices.queue import ApprovalMissing
from bot.core.schedule import STEP, SlotState
from bot.deciding import actions, upkeep
from bot.roundups import review
from bot.scheduling import unconfigured
from bot.storage.accounts import AccountRow
from bot.storage.work import Work
from bot.watching import briefing

BY_HAND = timedelta(hours=6)
"""How long a thread may lie ready for a person before a reminder; from then on there is one a day.
"""

HELD = timedelta(days=1)
"""How long an account is held with threads waiting before a reminder, and between two of them."""

APPROVED_BEFORE = timedelta(days=3)
"""How long before its slot somebody hears that a collage is not approved."""

REMEMBERED = timedelta(days=35)
"""How old a brief may be whose announcement is looked after."""

MOST = 20
"""Threads with a notice each; of more than that one notice says that there are more."""

Findings = Iterator[Entry]
"""Notices of what is past due; the key of each names the thing and its state."""


def look(context: Context) -> None:
    """Look for what is past due, and store notices of what is new among it."""
    findings = list(_briefs(context))
    with context.read() as work:
        accounts = work.accounts.all()
        findings += _deliveries(context, work, accounts)
        for series in context.config.series.values():
            findings += _series(context, work, series)
            findings += _unapproved(work, series)
        findings += _announced(context, work)
        findings += _clocks(context, work)
        findings += _accounts(work, accounts)
        findings += _alerts(context, work)
        findings += _events(context, work)
        findings += upkeep.findings(context)
        findings += unconfigured.findings(work, context.config)
        unsaid = [*_unsaid(work, findings)]
    # Most looks end here, without a write lock.
    if unsaid:
        with context.write() as work:
            for notice in unsaid:
                work.notices.add(notice)


def _unsaid(work: Work, findings: Iterable[Entry]) -> Findings:
    """Those of which no notice is stored yet."""
    by_kind: dict[Kind, dict[str, Entry]] = {}
    for notice in findings:
        by_kind.setdefault(notice.kind, {})[notice.key] = notice
    for kind, by_key in by_kind.items():
        for key in work.notices.unsaid(kind, by_key):
            yield by_key[key]


def _clocks(context: Context, work: Work) -> Findings:
    """This machine's clock against the newest rows and against the networks' clocks."""
    newest_at = work.ahead.newest_row_at()
    if newest_at and clocks.is_ahead(newest_at, work.now):
        zone = next(iter(context.config.series.values())).zone
        yield RowsAhead(newest_at, work.now, zone)
    for name, publisher in context.publishers.items():
        # Only a publisher that hears of a network's clock has it.
        ahead: timedelta | None = getattr(publisher, "clock_ahead", None)
        if ahead is not None and abs(ahead) > clocks.DRIFT:
            yield ClockDiffers(name, ahead, work.now)


def _deliveries(context: Context, work: Work, accounts: list[AccountRow]) -> Findings:
    """Threads that are late, and those whose worker is gone and that no other has taken up."""
    settings = context.config.delivery
    late = work.overdue.not_out(work.now - context.config.alerts.overdue, MOST + 1)
    abandoned = work.overdue.left(settings.lease + settings.request, MOST + 1)
    hold_notes = {row.name: row.note for row in accounts if row.is_held(work.now)}
    for entry in late[:MOST]:
        delivery = work.deliveries.get(entry.id)
        zone = _zone(context, delivery.series)
        days = (work.now - delivery.since) // timedelta(days=1)
        if actions.is_by_hand(context, delivery):
            if work.now - delivery.since >= BY_HAND:
                yield StillByHand(delivery, zone, days)
            continue
        is_asked = delivery.state is State.UNCERTAIN and delivery.looks >= lookups.ASKED
        next_at = None if is_asked or entry.next_at >= lookups.NEVER else entry.next_at
        note = hold_notes.get(entry.account)
        if note is not None:
            # Of an account that stays held a notice of its own reminds each day.
            days = 0
        yield DeliveryOverdue(delivery, entry.state, next_at, note, zone, days)
    for entry in abandoned[:MOST]:
        yield DeliveryAbandoned(work.deliveries.get(entry.id), entry.fence)
    if max(len(late), len(abandoned)) > MOST:
        yield ManyOverdue(MOST, work.now)


def _series(context: Context, work: Work, series: Series) -> Findings:
    """Slots and roundups that are not settled, and roundups that are not announced."""
    limit = work.now - context.config.alerts.overdue
    snapshot = work.snapshots.take(series, work.now)
    times = [
        line.slot.due_at
        for line in agenda.due(snapshot)
        if line.slot.due_at <= limit and line.state is not SlotState.PAUSED
    ]
    if times:
        yield SlotOverdue(series.name, times[0], series.zone, len(times) - 1)
    for roundup in snapshot.roundups:
        if roundup.due_at > limit:
            continue
        until = None
        if work.roundups.is_unsettled(series.name, roundup.due_at):
            # It waits for deliveries whose outcome is open, but not for ever.
            until = roundup.due_at + roundup.wait
        yield RoundupOverdue(series.name, roundup.title_month, roundup.due_at, series.zone, until)
    for year in snapshot.years:
        if year.due_at <= limit:
            yield RoundupOverdue(series.name, year.title, year.due_at, series.zone, None)
    for made in work.roundups.unannounced(series.name):
        if made.due_at < limit and not _waits_for_approval(work, series, made):
            days = (work.now - made.due_at) // timedelta(days=1)
            yield RoundupUnannounced(
                series.name, made.title_month, made.state, made.due_at, series.zone, days
            )


def _waits_for_approval(work: Work, series: Series, made: Roundup) -> bool:
    """Whether a roundup is kept back by people: of that another notice tells each day."""
    if made.is_year or made.state is not RoundupState.DUE:
        return False
    return not review.is_let_out(work, series, made)


def _unapproved(work: Work, series: Series) -> Findings:
    """Ready collages that nobody has approved, though their slots are near.

    Whether an approval covers what would go out is seen when it is composed: briefs tell of that.
    """
    if not series.wants_approval:
        return
    until = work.now + APPROVED_BEFORE
    near = schedule.slots_between(series.timetable, work.now + STEP, until)
    count = sum(1 for _ in near)
    if not count:
        return
    for line in agenda.ahead(work.snapshots.take(series, work.now, count)):
        if line.slot.due_at > until:
            return
        if line.collage is None or line.slot.due_at <= work.now:
            continue
        item = work.queue.by_id(line.collage.id)
        given = work.approvals.of(item.id)
        standing = approval.standing(series.approval, given, None, item.changed_by)
        if not standing.is_enough:
            at = line.slot.due_at
            yield ApprovalMissing(series.name, item.name, at, series.zone, standing.why)


def _announced(context: Context, work: Work) -> Findings:
    """What briefs have announced for times that are past, and what nothing was done about."""
    overdue = context.config.alerts.overdue
    past: dict[str, list[Occasion]] = {}
    for key, given_at in work.notices.briefs(work.now - REMEMBERED):
        occasion = occasion_of(key)
        # A roundup's moment is no part of its key; it came no later than this.
        at = occasion.at or given_at + occasion.span
        if work.now - at >= overdue:
            past.setdefault(occasion.series, []).append(occasion)
    for name in past.keys() & context.config.series.keys():
        yield from _not_kept(work, context.config.series[name], past[name])


def _not_kept(work: Work, series: Series, announced: Sequence[Occasion]) -> Findings:
    """Slots and roundups that are neither settled nor still to be: those are overdue."""
    snapshot = work.snapshots.take(series, work.now)
    times = [occasion.at for occasion in announced if occasion.at]
    settled = work.slots.settled_since(series.name, min(times, default=work.now))
    for at in times:
        if at not in settled and agenda.at(snapshot, at) is None:
            yield SlotNotKept(series.name, at, series.zone)
    due = {roundup.title_month for roundup in snapshot.roundups}
    due |= {year.title for year in snapshot.years}
    for title_month in {occasion.title_month for occasion in announced if not occasion.at} - due:
        told = not work.notices.unsaid(Kind.NO_ROUNDUP, [f"{series.name}/{title_month}"])
        if not told and not work.roundups.find(series.name, title_month):
            yield RoundupNotKept(series.name, title_month)


def _accounts(work: Work, accounts: list[AccountRow]) -> Findings:
    """Accounts that have been held for days with threads waiting."""
    for row in accounts:
        if row.held_at is None or not row.is_held(work.now) or work.now - row.held_at < HELD:
            continue
        count = work.overdue.waiting(row.id, 1_000)
        if count:
            days = (work.now - row.held_at) // HELD
            yield AccountStillHeld(row.name, row.held_at, days, count, row.note)


def _alerts(context: Context, work: Work) -> Findings:
    """Notices that have not reached every destination."""
    count = work.overdue.unsent(work.now - context.config.alerts.overdue)
    if count:
        yield AlertsOverdue(count, work.now)


def _events(context: Context, work: Work) -> Findings:
    """Events that have not reached every script of this configuration."""
    if not context.config.events.urls:
        return
    before = work.now - context.config.alerts.overdue
    count = work.events.unsent(context.config.events.destinations, before)
    if count:
        yield EventsOverdue(count, work.now)


def _briefs(context: Context) -> Findings:
    """Briefs that were not given long after their time."""
    now = context.clock.now()
    for brief in briefing.due(context):
        if now - (brief.at - brief.span) > context.config.alerts.overdue:
            series = brief.series
            yield BriefingOverdue(brief.key, series.name, brief.at, brief.span, series.zone)


def _zone(context: Context, name: str) -> tzinfo:
    """The zone of a series; that of the first one where it is not configured any more."""
    configured = context.config.series
    if name in configured:
        return configured[name].zone
    return next(iter(configured.values())).zone
