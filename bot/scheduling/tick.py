"""One round: what is due now, in order of due time: slots, roundups, deliveries, notices."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.config import Series
from bot.context import Context
from bot.core import agenda, month, schedule
from bot.core.agenda import Line
from bot.core.collage import Collage
from bot.core.notices import AccountGone, AccountGoneUncertain, RehearsalEnded
from bot.publishers import table
from bot.roundups import advance
from bot.scheduling import slots
from bot.sending import deliver, rescue
from bot.storage import installation, ledger, notices, series, snapshot
from bot.storage.database import Connection
from bot.storage.notices import Notice
from bot.workers import Workers

STAY = timedelta(minutes=1)
"""A tick does not end while something is due so soon."""


@dataclass(frozen=True, slots=True)
class Due:
    """A line of the agenda, or with `title_month` a roundup, whose time has come."""

    at: datetime
    series: Series
    line: Line | None = None
    title_month: str = ""


def tick(context: Context, workers: Workers | None = None) -> list[Notice]:
    """Do everything that is due, and ask at the end for the pages that roundups wait for; the
    notices that nobody has heard yet.
    """
    context, workers = begin(context), workers or Workers()
    _do_until_nothing_is_soon(context, workers)
    if not context.stop.is_set() and advance.link(context):
        _do_until_nothing_is_soon(context, workers)
    return unheard(context)


def look(context: Context, workers: Workers) -> list[Notice]:
    """As `tick`, for a bot that asks for the pages beside it: no site delays a slot."""
    context = begin(context)
    _do_until_nothing_is_soon(context, workers)
    return unheard(context)


def _do_until_nothing_is_soon(context: Context, workers: Workers) -> None:
    while True:
        _do_what_is_due(context, workers)
        now, soon = context.clock.now(), next_at(context)
        if context.stop.is_set() or soon is None or not now < soon <= now + STAY:
            return
        context.clock.wait_until(soon)


def _do_what_is_due(context: Context, workers: Workers) -> None:
    rescue.left_over(context)
    _strand(context)
    _deliver(context, workers)
    waiting = set()
    # One moment for the whole round: what comes due meanwhile makes no slot of this round late.
    now = context.clock.now()
    for due in sorted(_due(context, now), key=lambda due: (due.at, due.title_month)):
        if context.stop.is_set():
            return
        if due.line:
            slots.settle(context, due.series, due.line, now)
        elif due.series.name not in waiting and not advance.settle(
            context, due.series, due.title_month, due.at
        ):
            waiting.add(due.series.name)
        _deliver(context, workers)
    for _ in ("the thread", "what came of it"):
        for own in context.config.series.values():
            advance.advance(context, own)
        _deliver(context, workers)


def begin(context: Context) -> Context:
    """Enter the mode the configuration asks for, and make the rows of its series and accounts."""
    now = context.clock.now()
    with context.database.write() as conn:
        changed, came_back = installation.enter(conn, live=context.config.live, now=now)
        context = replace(context, rehearsal=installation.rehearsal(conn, live=context.config.live))
        for name, raw in context.config.accounts.items():
            series.ensure_account(conn, name, table.network_of(raw))
        for own in context.config.series.values():
            _begin_series(conn, own, now, changed)
        if changed and context.config.live:
            notices.add(conn, RehearsalEnded(came_back, now), now, context.rehearsal)
    return context


def _begin_series(conn: Connection, own: Series, now: datetime, changed: bool) -> None:
    through = month.last_before(own.roundup, now, own.zone)
    row = series.ensure(conn, own.name, own.timetable.fingerprint, now, through)
    if changed:
        series.look_from(conn, row.id, now, through)


def unheard(context: Context) -> list[Notice]:
    """The notices not printed yet; from now on they are."""
    with context.database.read() as conn:
        found = notices.unprinted(conn)
    if not found:
        return []
    with context.database.write() as conn:
        ours = notices.mark_printed(conn, [notice.id for notice in found], context.clock.now())
    return [notice for notice in found if notice.id in ours]


def _due(context: Context, now: datetime) -> list[Due]:
    found = []
    with context.database.read() as conn:
        for own in context.config.series.values():
            moment = snapshot.take(conn, own, now, context.rehearsal)
            found += [Due(line.slot.due_at, own, line) for line in agenda.due(moment)]
            coming = month.due_after(own.roundup, moment.roundups_through, now, own.zone)
            found += [Due(at, own, title_month=title_month) for title_month, at in coming]
    return found


def post_now(context: Context, own: Series, item: Collage) -> None:
    """Claim a ready collage for this moment, outside the timetable, and send it."""
    slots.claim_now(context, own, item)
    _deliver(context, Workers())


def _strand(context: Context) -> None:
    """Deliveries to accounts that the configuration no longer has are held, and somebody hears of
    it.
    """
    with context.database.read() as conn:
        stranded = [
            name
            for name in ledger.open_accounts(conn, context.rehearsal)
            if name not in context.publishers
        ]
    now = context.clock.now()
    for name in stranded:
        with context.database.write() as conn:
            count = ledger.hold_all(conn, name, context.rehearsal)
            gone = AccountGone(name, count, now) if count else AccountGoneUncertain(name)
            notices.add(conn, gone, now, context.rehearsal)


def _deliver(context: Context, workers: Workers) -> None:
    """Send what is due, each account by its own worker: one network's trouble delays no other."""
    with context.database.read() as conn:
        due = (
            set(ledger.due_accounts(conn, context.clock.now(), context.rehearsal))
            if context.publishers
            else set()
        )
        wanted = due & set(context.publishers)
        rows = [
            row
            for row in series.all_accounts(conn)
            if row.name in wanted and not row.is_held(context.clock.now())
        ]
    workers.run({row.name: partial(deliver.run, context, row) for row in rows})


def next_at(context: Context) -> datetime | None:
    """When something is due next: a slot, a roundup, or a delivery that waits."""
    now = context.clock.now()
    with context.database.read() as conn:
        free = [
            row.id
            for row in series.all_accounts(conn)
            if row.name in context.publishers and not row.is_held(now)
        ]
        times = [ledger.next_at(conn, free, context.rehearsal)]
        for own in context.config.series.values():
            row = series.get(conn, own.name)
            coming = schedule.slots_from(own.timetable, max(now, row.looked_until + schedule.STEP))
            times.append(next((slot.due_at for slot in coming), None))
            _, at = next(month.coming(own.roundup, row.roundups_through, own.zone))
            times.append(at if at > now else at + own.roundup.wait)
    return min((at for at in times if at is not None), default=None)
