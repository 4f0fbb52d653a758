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
from bot.storage.notices import Notice
from bot.storage.work import Work
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
    with context.write() as work:
        changed, came_back = work.installation.enter(live=context.config.live)
        context = replace(
            context, rehearsal=work.installation.rehearsal_number(live=context.config.live)
        )
        for name, raw in context.config.accounts.items():
            work.accounts.ensure(name, table.network_of(raw))
        for own in context.config.series.values():
            _begin_series(work, own, now, changed)
        if changed and context.config.live:
            work.notices.add(RehearsalEnded(came_back, now))
    return context


def _begin_series(work: Work, own: Series, now: datetime, changed: bool) -> None:
    through = month.last_before(own.roundup, now, own.zone)
    row = work.series.ensure(own.name, own.timetable.fingerprint, through)
    if changed:
        work.series.look_from(row.name, now, through)


def unheard(context: Context) -> list[Notice]:
    """The notices not printed yet; from now on they are."""
    with context.read() as work:
        found = work.notices.unprinted()
    if not found:
        return []
    with context.write() as work:
        ours = work.notices.mark_printed([notice.id for notice in found])
    return [notice for notice in found if notice.id in ours]


def _due(context: Context, now: datetime) -> list[Due]:
    found = []
    with context.read() as work:
        for own in context.config.series.values():
            moment = work.snapshots.take(own, now)
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
    with context.read() as work:
        stranded = [
            name for name in work.deliveries.open_accounts() if name not in context.publishers
        ]
    now = context.clock.now()
    for name in stranded:
        with context.write() as work:
            count = work.deliveries.hold_all(name)
            gone = AccountGone(name, count, now) if count else AccountGoneUncertain(name)
            work.notices.add(gone)


def _deliver(context: Context, workers: Workers) -> None:
    """Send what is due, each account by its own worker: one network's trouble delays no other."""
    with context.read() as work:
        due = set(work.deliveries.due_accounts()) if context.publishers else set()
        wanted = due & set(context.publishers)
        rows = [
            row
            for row in work.accounts.all()
            if row.name in wanted and not row.is_held(context.clock.now())
        ]
    workers.run({row.name: partial(deliver.run, context, row) for row in rows})


def next_at(context: Context) -> datetime | None:
    """When something is due next: a slot, a roundup, or a delivery that waits."""
    now = context.clock.now()
    with context.read() as work:
        free = [
            row.id
            for row in work.accounts.all()
            if row.name in context.publishers and not row.is_held(now)
        ]
        times = [work.deliveries.next_at(free)]
        for own in context.config.series.values():
            row = work.series.get(own.name)
            coming = schedule.slots_from(own.timetable, max(now, row.looked_until + schedule.STEP))
            times.append(next((slot.due_at for slot in coming), None))
            _, at = next(month.coming(own.roundup, row.roundups_through, own.zone))
            times.append(at if at > now else at + own.roundup.wait)
    return min((at for at in times if at is not None), default=None)
