"""The watchdog: what is past due becomes a notice, once for each thing and state.

An account that is held while threads wait for it is told of once a day. What is to be
repaired on the machine is told of once.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta, tzinfo

from bot.config import Series
from bot.context import Context
from bot.core import agenda, lookups, month
from bot.core.delivery import State
from bot.core.notices.entry import Entry, Kind
from bot.core.notices.overdue import (
    AccountStillHeld,
    AlertsOverdue,
    BriefingOverdue,
    DeliveryAbandoned,
    DeliveryOverdue,
    ManyOverdue,
    RoundupOverdue,
    RoundupUnannounced,
    SlotOverdue,
)
from bot.core.schedule import SlotState
from bot.deciding import upkeep
from bot.sending.rescue import NEVER
from bot.storage.accounts import AccountRow
from bot.storage.work import Work
from bot.watching import briefing

HELD = timedelta(days=1)
"""How long an account is held with threads waiting before a reminder, and between two of them."""

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
        findings += _accounts(work, accounts)
        findings += _alerts(context, work)
        findings += upkeep.findings(context)
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


def _deliveries(context: Context, work: Work, accounts: list[AccountRow]) -> Findings:
    """Threads that are late, and those whose worker is gone and that no other has taken up."""
    settings = context.config.delivery
    late = work.overdue.not_out(work.now - context.config.alerts.overdue, MOST + 1)
    abandoned = work.overdue.left(settings.lease + settings.request, MOST + 1)
    hold_notes = {row.name: row.note for row in accounts if row.is_held(work.now)}
    for entry in late[:MOST]:
        delivery = work.deliveries.get(entry.id)
        is_asked = delivery.state is State.UNCERTAIN and delivery.looks >= lookups.ASKED
        next_at = None if is_asked or entry.next_at >= NEVER else entry.next_at
        zone = _zone(context, delivery.series)
        note = hold_notes.get(entry.account)
        days = (work.now - delivery.since) // timedelta(days=1)
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
    unsettled = month.due_after(series.roundup, snapshot.roundups_through, limit, series.zone)
    for title_month, at in unsettled:
        until = None
        if work.roundups.is_unsettled(series.name, at):
            # It waits for deliveries whose outcome is open, but not for ever.
            until = at + series.roundup.wait
        yield RoundupOverdue(series.name, title_month, at, series.zone, until)
    for roundup in work.roundups.unannounced(series.name):
        if roundup.due_at < limit:
            yield RoundupUnannounced(
                series.name, roundup.title_month, roundup.state, roundup.due_at, series.zone
            )


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
