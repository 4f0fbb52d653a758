"""Whatever is past due becomes a notice, once for each thing and state; a held account with work,
once a day.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from bot.config import Series
from bot.context import Context
from bot.core import month, schedule, times
from bot.core.delivery import Delivery, State
from bot.core.month import State as RoundupState
from bot.core.schedule import STEP
from bot.storage import ledger, notices, overdue, roundups, series, slots
from bot.storage.database import Connection
from bot.storage.notices import Kind
from bot.storage.overdue import Late
from bot.storage.series import AccountRow
from bot.watching import briefing

HELD = timedelta(days=1)
"""How long an account is held with something waiting before somebody is reminded, and how often."""

MOST = 20
"""Threads that are told one by one; of more than that, only that there are more."""

Findings = Iterator[tuple[str, str]]
"""The key of what is past due, in its state, and a sentence."""

NEXT_STEP = {
    RoundupState.DUE: "its page is not rendered",
    RoundupState.RENDERED: "its link does not answer",
    RoundupState.LINKED: "its thread is not out on any account",
}


def look(context: Context) -> None:
    """Look for what is past due; what is new among it becomes a notice."""
    now = context.clock.now()
    found = dict(_briefs(context, now))
    with context.database.read() as conn:
        accounts = series.all_accounts(conn)
        found |= dict(_deliveries(context, conn, accounts, now))
        for own in context.config.series.values():
            found |= dict(_series(context, conn, own, now))
        found |= dict(_accounts(context, conn, accounts, now))
        found |= dict(_alerts(context, conn, now))
        unsaid = notices.unsaid(conn, Kind.OVERDUE, found, context.rehearsal)
    if unsaid:
        with context.database.write() as conn:
            for key in unsaid:
                notices.add(conn, Kind.OVERDUE, key, found[key], now, context.rehearsal)


def _deliveries(
    context: Context, conn: Connection, accounts: list[AccountRow], now: datetime
) -> Findings:
    """Threads that are not out, and those that somebody began and nobody took up since."""
    own = context.config.delivery
    late = overdue.not_out(conn, now - context.config.alerts.overdue, context.rehearsal, MOST + 1)
    before = context.database.instant(now) - own.lease - own.request
    left = overdue.left(conn, before, context.rehearsal, MOST + 1)
    held = {row.name: row for row in accounts if row.is_held(now)}
    for one in late[:MOST]:
        delivery = ledger.get(conn, one.id)
        zone = _zone(context, delivery.series)
        key = f"{delivery.key}/{delivery.since:%Y-%m-%dT%H:%M}/{one.state}{'/held' if one.account in held else ''}"
        why = _why_not_out(delivery, one, held.get(one.account), zone)
        yield (
            key,
            f"{delivery.subject} was due on {_when(delivery.due_at, zone)}: {why} See: {delivery.command}",
        )
    for one in left[:MOST]:
        delivery = ledger.get(conn, one.id)
        why = (
            "was being sent by a bot that has ended, and no tick has gone on with it, see the log."
        )
        yield (
            f"{delivery.key}/lease-{one.fence}",
            f"{delivery.subject} {why} See: {delivery.command}",
        )
    if max(len(late), len(left)) > MOST:
        say = f"More than {MOST} threads are past due. See: mlcollage deliveries list"
        yield f"threads/{now:%Y-%m-%d}", say


def _why_not_out(delivery: Delivery, one: Late, held: AccountRow | None, zone: tzinfo) -> str:
    """What it waits for, and the words of the last try."""
    if one.state == State.UNCERTAIN:
        asked = one.next_at.year == 9999
        why = "it may or may not be out, and " + (
            "a person has to say."
            if asked
            else f"is looked for again at {times.clock(one.next_at, zone)}."
        )
    elif held:
        why = f"its account is held{': ' + held.note if held.note else '.'}"
    else:
        why = f"it waits, and is tried again on {_when(one.next_at, zone)}."
    return (
        f"{why} {delivery.note}"
        if delivery.note and not (held and held.note == delivery.note)
        else why
    )


def _series(context: Context, conn: Connection, own: Series, now: datetime) -> Findings:
    row, late = series.get(conn, own.name), now - context.config.alerts.overdue
    times = list(schedule.slots_between(own.timetable, row.looked_until + STEP, late))
    settled = (
        slots.between(conn, row.id, row.looked_until, late, context.rehearsal) if times else {}
    )
    times = [
        slot for slot in times if slot.due_at not in settled and not row.is_paused(slot.due_at)
    ]
    if times:
        first = times[0].due_at
        others = f", and {len(times) - 1} after it" if len(times) > 1 else ""
        slot = f"The slot of {own.name} on {_when(first, own.zone)}{others}"
        yield (
            f"{own.name}/{first}",
            f"{slot} is past and was not seen to: a tick hangs or fails, see the log.",
        )
    for title_month, at in month.due_after(own.roundup, row.roundups_through, late, own.zone):
        waits = roundups.is_unsettled(conn, row.id, at, context.rehearsal)
        until = _when(at + own.roundup.wait, own.zone)
        why = (
            f"it waits for threads on their way, until {until}."
            if waits
            else "no tick has seen to it, see the log."
        )
        what = f"The roundup {title_month} of {own.name} was due on {_when(at, own.zone)}"
        yield f"{own.name}/{title_month}", f"{what}: {why}"
    for roundup in roundups.unannounced(conn, row.id, context.rehearsal):
        if roundup.due_at < late:
            what = f"The roundup {roundup.title_month} of {own.name} was due on {_when(roundup.due_at, own.zone)}"
            say = f"{what}: {NEXT_STEP[roundup.state]}. See: mlcollage notices"
            yield f"{own.name}/{roundup.title_month}/{roundup.state}", say


def _accounts(
    context: Context, conn: Connection, accounts: list[AccountRow], now: datetime
) -> Findings:
    for row in accounts:
        if row.held_at is None or not row.is_held(now) or now - row.held_at < HELD:
            continue
        count = overdue.waiting(conn, row.id, context.rehearsal, 1_000)
        if count:
            days = (now - row.held_at) // HELD
            wait = "1 thread waits" if count == 1 else f"{count} threads wait"
            held = f"Account {row.name} has been held for {times.counted(days, 'day')}, and {wait}"
            note = f": {row.note}" if row.note else "."
            yield (
                f"{row.name}/{row.held_at}/{days}",
                f"{held}{note} Then: mlcollage release --account {row.name}",
            )


def _alerts(context: Context, conn: Connection, now: datetime) -> Findings:
    count = overdue.unsent(conn, now - context.config.alerts.overdue)
    if count:
        have = "1 notice has" if count == 1 else f"{count} notices have"
        say = f"{have} not reached everybody who is to be alerted. See: mlcollage notices"
        yield f"alerts/{now:%Y-%m-%d}", say


def _briefs(context: Context, now: datetime) -> Findings:
    for one in briefing.due(context):
        began = one.at - one.span
        if now - began > context.config.alerts.overdue:
            zone = one.series.zone
            due = f"The brief of {one.series.name} for {_when(one.at, zone)} was due on {_when(began, zone)}"
            yield f"brief/{one.key}", f"{due} and was not given. See: mlcollage doctor"


def _zone(context: Context, name: str) -> tzinfo:
    """A series' zone; of one that is not configured any more, that of the first."""
    own = context.config.series.get(name) or next(iter(context.config.series.values()))
    return own.zone


_when = times.full
