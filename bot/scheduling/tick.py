"""One round: what is due now, in order of due time: slots, roundups, deliveries, notices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from bot.config import Series
from bot.context import Context
from bot.core import agenda, schedule
from bot.core.agenda import Line
from bot.core.calendar import RoundupTime, YearTime
from bot.core.collage import Collage
from bot.core.delivery import State
from bot.core.notices.accounts import AccountGone, AccountGoneUncertain
from bot.core.notices.queue import RehearsalBegun, RehearsalEnded
from bot.publishers import table
from bot.roundups import advance, publish, review, years
from bot.scheduling import courses, heal, slots, unconfigured
from bot.sending import deliver, rescue
from bot.storage.installation import Entered
from bot.storage.notices import Notice
from bot.storage.standings import Standing
from bot.storage.work import Work
from bot.workers import Workers

OPEN_STATES = (State.WAITING, State.SENDING, State.UNCERTAIN)
MOST_NAMED = 20
"""Threads that are named where a rehearsal stops them."""
STAY = timedelta(minutes=1)
"""A tick does not end while something is due so soon."""


Hear = Callable[[Sequence[Notice]], object]
"""Shows notices to people; it returns once they are shown, and raises where they are not."""

_TELLING = Lock()


@dataclass(frozen=True, slots=True)
class Due:
    """A line of the agenda, a roundup, or the thread of a year, whose time has come."""

    at: datetime
    series: Series
    as_of: datetime
    line: Line | None = None
    roundup: RoundupTime | None = None
    year: YearTime | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        """What is due first comes first, and slots before roundups."""
        title_month = ""
        if self.roundup:
            title_month = self.roundup.title_month
        return self.at, title_month


def tick(
    context: Context, workers: Workers | None = None, hear: Hear | None = None
) -> list[Notice]:
    """Do everything that is due, and at the end publish roundups and ask for the pages that they
    wait for; the notices that nobody had heard yet, as `tell` has them.
    """
    context, workers = begin(context), workers or Workers()
    _do_until_nothing_is_soon(context, workers)
    if not context.stop.is_set():
        publish.everything(context)
    if not context.stop.is_set() and advance.link(context):
        _do_until_nothing_is_soon(context, workers)
    return tell(context, hear)


def look(context: Context, workers: Workers, hear: Hear | None = None) -> list[Notice]:
    """As `tick`, for a bot that asks for the pages beside it: no site delays a slot."""
    context = begin(context)
    _do_until_nothing_is_soon(context, workers)
    return tell(context, hear)


def _do_until_nothing_is_soon(context: Context, workers: Workers) -> None:
    while True:
        began = context.clock.now()
        _do_what_is_due(context, workers)
        now, soon = context.clock.now(), next_at(context)
        # Also what has become due meanwhile; what was due before cannot be done now.
        if context.stop.is_set() or soon is None or not began < soon <= now + STAY:
            context.database.note_newest()
            return
        context.clock.wait_until(soon)


def _do_what_is_due(context: Context, workers: Workers) -> None:
    heal.follow_clock(context)
    standings = _standings(context)
    if heal.is_any_delivery_ahead(context, standings):
        heal.deliveries(context)
        standings = _standings(context)
    if any(standing.is_abandoned for standing in standings):
        rescue.left_over(context)
        standings = _standings(context)
    _hold_what_has_no_account(context, standings)
    _deliver(context, workers, standings)
    waiting = set()
    for due in sorted(_due(context), key=lambda due: due.order):
        if context.stop.is_set():
            return
        series = due.series
        if due.line:
            slots.Round(context, series, due.as_of).settle(due.line)
        elif series.name in waiting:
            continue
        elif not _settle(context, due):
            waiting.add(series.name)
        _deliver(context, workers, _standings(context))
    _advance_roundups(context, workers)


def _settle(context: Context, due: Due) -> bool:
    """Fix a roundup; False while it waits, and with it all that are due after it."""
    if due.year:
        return years.settle(context, due.series, due.year)
    return due.roundup is None or advance.settle(context, due.series, due.roundup)


def _advance_roundups(context: Context, workers: Workers) -> None:
    """Take roundups as far as they go: to their threads, and when these are out, to their end."""
    review.ask(context)
    for _ in ("the thread", "its end"):
        open_ones = [advance.advance(context, each) for each in context.config.series.values()]
        if not any(open_ones):
            return
        _deliver(context, workers, _standings(context))


def _standings(context: Context) -> list[Standing]:
    """How each account stands; no account is asked for where the configuration has none."""
    with context.read() as work:
        return work.standings.all(context.config.delivery.request)


def begin(context: Context) -> Context:
    """Enter the mode the configuration asks for, and make the rows of its series and accounts."""
    config = context.config
    context.database.check_file()
    with context.write() as work:
        for swap in unconfigured.swapped(work, config):
            work.notices.add(swap)
        entered = work.installation.enter(live=config.live)
        networks = {name: table.network_of(raw) for name, raw in config.accounts.items()}
        work.accounts.ensure(networks)
        for series in config.series.values():
            courses.begin(work, config, series, entered)
        if entered.has_changed:
            _tell_mode(work, entered)
    return replace(context, rehearsal=entered.rehearsal)


def _tell_mode(work: Work, entered: Entered) -> None:
    if not entered.rehearsal:
        work.notices.add(RehearsalEnded(entered.given_back, work.now))
        return
    # It speaks of what is live: whoever hears of live trouble only has to hear it.
    live = work.in_mode(0)
    stopped = live.lookup.listed(OPEN_STATES, most=MOST_NAMED)
    threads = tuple(f"{entry.name} on {entry.delivery.account}" for entry in stopped)
    live.notices.add(RehearsalBegun(work.now, threads))


def tell(context: Context, hear: Hear | None = None) -> list[Notice]:
    """Let `hear` show the notices that nobody has heard; those notices.

    They count as heard once `hear` has returned: where it raises, or the process is killed before,
    they come again. Without it the caller hears them.
    """
    if hear is None:
        return unheard(context)
    # One thread of this process at a time: the others find them heard.
    with _TELLING:
        with context.read() as work:
            found = work.notices.unprinted()
        if found:
            hear(found)
            with context.write() as work:
                work.notices.mark_printed([notice.id for notice in found])
    return found


def unheard(context: Context) -> list[Notice]:
    """The notices that nobody has heard, for a caller that hears them; from now on they are.

    Of several processes each gets other ones.
    """
    with context.read() as work:
        found = work.notices.unprinted()
    if not found:
        return []
    with context.write() as work:
        ours = work.notices.mark_printed([notice.id for notice in found])
    return [notice for notice in found if notice.id in ours]


def _due(context: Context) -> list[Due]:
    """The slots and roundups whose time has come, all as of one moment."""
    found: list[Due] = []
    with context.read() as work:
        for series in context.config.series.values():
            moment = work.snapshots.take(series, work.now)
            lines = agenda.due(moment)
            found += [Due(line.slot.due_at, series, work.now, line) for line in lines]
            found += [
                Due(roundup.due_at, series, work.now, roundup=roundup)
                for roundup in moment.roundups
            ]
            found += [Due(year.due_at, series, work.now, year=year) for year in moment.years]
    return found


def post_now(context: Context, series: Series, item: Collage) -> None:
    """Claim a ready collage for this moment, outside the timetable, and send it."""
    slots.claim_now(context, series, item)
    _deliver(context, Workers(), _standings(context))


def _hold_what_has_no_account(context: Context, standings: Sequence[Standing]) -> None:
    """Hold deliveries to accounts that the configuration no longer has, and tell a maintainer."""
    stranded = [
        standing.account.name
        for standing in standings
        if standing.is_open and standing.account.name not in context.publishers
    ]
    for name in stranded:
        with context.write() as work:
            count = work.deliveries.hold_all(name)
            if count:
                work.notices.add(AccountGone(name, count, work.now))
            else:
                work.notices.add(AccountGoneUncertain(name))


def _deliver(context: Context, workers: Workers, standings: Sequence[Standing]) -> None:
    """Send what is due, each account by its own worker: one network's trouble delays no other."""
    now = context.clock.now()
    due = [
        standing
        for standing in standings
        if standing.is_due(now)
        and standing.account.name in context.publishers
        and not standing.account.is_held(now)
    ]
    jobs: dict[str, Callable[[], None]] = {}
    for standing in due:
        account, has_doubt = standing.account, standing.has_doubt(now)
        jobs[account.name] = partial(deliver.run, context, account, has_doubt=has_doubt)
    workers.run(jobs)


def next_at(context: Context) -> datetime | None:
    """When something is due next: a slot, a roundup, or a delivery that waits."""
    now = context.clock.now()
    with context.read() as work:
        times = [
            standing.next_at
            for standing in work.standings.all(context.config.delivery.request)
            if standing.account.name in context.publishers and not standing.account.is_held(now)
        ]
        for series in context.config.series.values():
            course = work.series.get(series.name).course(series.calendar, now)
            start = max(now, course.looked_until + schedule.STEP)
            coming = schedule.slots_from(series.timetable, start)
            times.append(next((slot.due_at for slot in coming), None))
            roundup = next(course.roundups())
            # One that is past waits for its threads, and no longer than `wait`.
            times.append(roundup.due_at if roundup.due_at > now else roundup.due_at + roundup.wait)
            times.append(review.asks_at(context, series, roundup))
            times.append(next((year.due_at for year in course.years() if year.due_at > now), None))
    return min((at for at in times if at is not None), default=None)
