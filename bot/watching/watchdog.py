"""Whatever is past due becomes a notice, once for each thing and state; a held account with work,
once a day.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from bot.config import Series
from bot.context import Context
from bot.core import agenda, month
from bot.core.notices import (
    AccountStillHeld,
    AlertsOverdue,
    BriefingOverdue,
    DeliveryAbandoned,
    DeliveryOverdue,
    Entry,
    Kind,
    ManyOverdue,
    RoundupOverdue,
    RoundupUnannounced,
    SlotOverdue,
)
from bot.core.schedule import SlotState
from bot.storage.accounts import AccountRow
from bot.storage.work import Work
from bot.watching import briefing

HELD = timedelta(days=1)
"""How long an account is held with something waiting before somebody is reminded, and how often."""

MOST = 20
"""Threads that are told one by one; of more than that, only that there are more."""

NEVER = 9999
"""The year of the next look at a delivery that waits for a person."""

Findings = Iterator[Entry]
"""What is past due, in its state."""


def look(context: Context) -> None:
    """Look for what is past due; what is new among it becomes a notice."""
    now = context.clock.now()
    found = list(_briefs(context, now))
    with context.read() as work:
        accounts = work.accounts.all()
        found += _deliveries(context, work, accounts, now)
        for own in context.config.series.values():
            found += _series(context, work, own, now)
        found += _accounts(context, work, accounts, now)
        found += _alerts(context, work, now)
        by_key = {notice.key: notice for notice in found}
        unsaid = work.notices.unsaid(Kind.OVERDUE, by_key)
    if unsaid:
        with context.write() as work:
            for key in unsaid:
                work.notices.add(by_key[key])


def _deliveries(
    context: Context, work: Work, accounts: list[AccountRow], now: datetime
) -> Findings:
    """Threads that are not out, and those that somebody began and nobody took up since."""
    own = context.config.delivery
    late = work.overdue.not_out(now - context.config.alerts.overdue, MOST + 1)
    left = work.overdue.left(own.lease + own.request, MOST + 1)
    held = {row.name: row for row in accounts if row.is_held(now)}
    for one in late[:MOST]:
        delivery = work.deliveries.get(one.id)
        note = held[one.account].note if one.account in held else None
        next_at = None if one.next_at.year == NEVER else one.next_at
        zone = _zone(context, delivery.series)
        yield DeliveryOverdue(delivery, one.state, next_at, note, zone)
    for one in left[:MOST]:
        yield DeliveryAbandoned(work.deliveries.get(one.id), one.fence)
    if max(len(late), len(left)) > MOST:
        yield ManyOverdue(MOST, now)


def _series(context: Context, work: Work, own: Series, now: datetime) -> Findings:
    late = now - context.config.alerts.overdue
    moment = work.snapshots.take(own, now)
    times = [
        line.slot.due_at
        for line in agenda.due(moment)
        if line.slot.due_at <= late and line.state is not SlotState.PAUSED
    ]
    if times:
        yield SlotOverdue(own.name, times[0], own.zone, len(times) - 1)
    for title_month, at in month.due_after(own.roundup, moment.roundups_through, late, own.zone):
        waits = work.roundups.is_unsettled(own.name, at)
        until = at + own.roundup.wait if waits else None
        yield RoundupOverdue(own.name, title_month, at, own.zone, until)
    for roundup in work.roundups.unannounced(own.name):
        if roundup.due_at < late:
            yield RoundupUnannounced(
                own.name, roundup.title_month, roundup.state, roundup.due_at, own.zone
            )


def _accounts(context: Context, work: Work, accounts: list[AccountRow], now: datetime) -> Findings:
    for row in accounts:
        if row.held_at is None or not row.is_held(now) or now - row.held_at < HELD:
            continue
        count = work.overdue.waiting(row.id, 1_000)
        if count:
            days = (now - row.held_at) // HELD
            yield AccountStillHeld(row.name, row.held_at, days, count, row.note)


def _alerts(context: Context, work: Work, now: datetime) -> Findings:
    count = work.overdue.unsent(now - context.config.alerts.overdue)
    if count:
        yield AlertsOverdue(count, now)


def _briefs(context: Context, now: datetime) -> Findings:
    for one in briefing.due(context):
        if now - (one.at - one.span) > context.config.alerts.overdue:
            own = one.series
            yield BriefingOverdue(one.key, own.name, one.at, one.span, own.zone)


def _zone(context: Context, name: str) -> tzinfo:
    """A series' zone; of one that is not configured any more, that of the first."""
    own = context.config.series.get(name) or next(iter(context.config.series.values()))
    return own.zone
