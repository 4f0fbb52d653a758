"""What is due now, in order of due time: slots, roundups, deliveries, notices."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.composing import compose
from bot.config import Series
from bot.context import Context
from bot.core import month, schedule, times
from bot.core.collage import Collage, State
from bot.core.delivery import thread_key
from bot.core.errors import MlcollageError, NoDatabase, NotAllowed
from bot.core.schedule import SlotState, SlotTime
from bot.publishers import table
from bot.roundups import advance
from bot.sending import deliver, rescue
from bot.storage import claims, installation, ledger, notices, queue, series, slots
from bot.storage.claims import NewDelivery, Taken
from bot.storage.database import Connection
from bot.storage.notices import Kind, Notice
from bot.storage.series import SeriesRow
from bot.workers import Workers

STAY = timedelta(minutes=1)
"""A tick does not end while something is due so soon."""


@dataclass(frozen=True, slots=True)
class Due:
    """A slot, or with `title_month` a roundup, whose time has come."""

    at: datetime
    series: Series
    slot: SlotTime | None = None
    state: SlotState = SlotState.CLAIMED
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
    for due in sorted(_due(context), key=lambda due: (due.at, due.title_month)):
        if context.stop.is_set():
            return
        if due.slot:
            _settle_slot(context, due.series, due.slot, due.state)
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
            are = f"{came_back} collage{' is' if came_back == 1 else 's are'}"
            say = f"The rehearsal has ended: {are} ready again, what it made is set aside. It is live."
            notices.add(conn, Kind.REHEARSAL, str(now), say, now, context.rehearsal)
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


def _due(context: Context) -> list[Due]:
    now = context.clock.now()
    found = []
    with context.database.read() as conn:
        for own in context.config.series.values():
            row = series.get(conn, own.name)
            found += _due_slots(context, conn, own, row, now)
            coming = month.due_after(own.roundup, row.roundups_through, now, own.zone)
            found += [Due(at, own, title_month=title_month) for title_month, at in coming]
    return found


def _due_slots(
    context: Context, conn: Connection, own: Series, row: SeriesRow, now: datetime
) -> list[Due]:
    """The series' slots since it last looked, each with what is to become of it."""
    times = list(schedule.slots_between(own.timetable, row.looked_until + schedule.STEP, now))
    settled = slots.between(conn, row.id, row.looked_until, now, context.rehearsal) if times else {}
    times = [slot for slot in times if slot.due_at not in settled]
    running = [slot for slot in times if not row.is_paused(slot.due_at)]
    late = schedule.missed(running, now, own.lateness)
    # What the pause found unsettled was missed: whoever paused wants no late post, but hears of it.
    states = {
        slot.due_at: SlotState.MISSED
        if row.paused_at and slot.due_at < row.paused_at
        else SlotState.PAUSED
        for slot in times
    }
    states |= {
        slot.due_at: SlotState.MISSED if missed else SlotState.CLAIMED
        for slot, missed in zip(running, late, strict=True)
    }
    return [Due(slot.due_at, own, slot, states[slot.due_at]) for slot in times]


def _settle_slot(context: Context, own: Series, slot: SlotTime, state: SlotState) -> None:
    if state is SlotState.CLAIMED:
        _claim_next(context, own, slot)
        return
    with context.database.write() as conn:
        _pass_over(context, conn, own, slot, state)


def _pass_over(
    context: Context, conn: Connection, own: Series, slot: SlotTime, state: SlotState
) -> None:
    """Settle a slot that takes nothing; a collage pinned to a day without another slot goes back to
    its place.
    """
    row = series.get(conn, own.name)
    if not slots.decide(conn, row.id, slot, state, context.rehearsal):
        return
    is_last = slot.due_at >= max(
        one.due_at for one in schedule.slots_on(own.timetable, slot.local_on)
    )
    unpinned = queue.unpin_day(conn, row.id, slot.local_on) if is_last else None
    if state is SlotState.MISSED or unpinned:
        back = (
            f" {unpinned}, pinned to that day, is back in its place in the queue."
            if unpinned
            else ""
        )
        say = f"The slot of {own.name} on {_shown(own, slot.due_at)} was {state}: nothing went out.{back}"
        _note(context, conn, Kind.MISSED, f"{own.name}/{slot.due_at}", say)


def _shown(own: Series, at: datetime) -> str:
    return times.full(at, own.zone)


def _note(context: Context, conn: Connection, kind: Kind, key: str, say: str) -> None:
    notices.add(conn, kind, key, say, context.clock.now(), context.rehearsal)


def _claim_next(context: Context, own: Series, slot: SlotTime) -> None:
    """Give the slot the next ready collage that can be composed for all accounts; hold those that
    cannot.
    """
    while True:
        with context.database.read() as conn:
            row = series.get(conn, own.name)
            item = queue.next_ready(conn, row.id, slot.local_on)
        if item is None:
            with context.database.write() as conn:
                if slots.decide(conn, row.id, slot, SlotState.EMPTY, context.rehearsal):
                    say = f"The slot of {own.name} on {_shown(own, slot.due_at)} was empty: no collage is ready."
                    _note(context, conn, Kind.EMPTY, f"{own.name}/{slot.due_at}", say)
            return
        try:
            claim(context, own, item, slot)
            return
        except Taken:
            with context.database.read() as conn:
                if slots.between(conn, row.id, slot.due_at, slot.due_at, context.rehearsal):
                    return
        except NoDatabase:
            raise
        except MlcollageError as error:
            _hold(context, item, str(error))


def _hold(context: Context, item: Collage, why: str) -> None:
    # Not allowed any more: somebody else held or changed it at this moment.
    with suppress(NotAllowed), context.database.write() as conn:
        queue.change_state(conn, item, State.HELD, why)
        say = f"{item.name} is held, the next one was taken: {why} Then: mlcollage release {item.name}"
        _note(context, conn, Kind.HELD, f"{item.series}/{item.name}/{item.revision}", say)


def number_for(
    conn: Connection, own: Series, row: SeriesRow, item: Collage, local_on: date
) -> tuple[int, int]:
    """The number a collage gets in a slot on that day, and its numbering year (0 where numbers
    never restart).
    """
    year = own.numbering.year(local_on)
    if item.kept_number is not None:
        return item.kept_number, year
    return own.numbering.after(queue.newest_number(conn, row.id, year)), year


def claim(
    context: Context, own: Series, item: Collage, slot: SlotTime, *, extra: bool = False
) -> None:
    """Compose for all accounts, then claim in one transaction; raises `Taken`, or what keeps it
    from being composed.
    """
    with context.database.read() as conn:
        row = series.get(conn, own.name)
        number = number_for(conn, own, row, item, slot.local_on)
        other = queue.taken_by(conn, row.id, *number)
    if other:
        raise NotAllowed(f"its number {number[0]} is {other}'s already; give it another one.")
    for account in own.accounts:
        compose.collage_thread(
            compose.Voice.of(context.config, own.name, account, context.publishers[account]),
            item,
            number[0],
        )
    with context.database.write() as conn:
        series.lock(conn, row.id)
        if number_for(conn, own, row, item, slot.local_on) != number:
            raise Taken
        ids = series.account_ids(conn)
        moment = f"{slot.due_at:%Y-%m-%dT%H:%M:%SZ}"
        if extra:
            moment = f"{item.name}-{moment}"
        new = [
            NewDelivery(ids[name], thread_key(own.name, moment, name, context.rehearsal))
            for name in own.accounts
        ]
        claims.claim(conn, row.id, slot, item, number, new, context.rehearsal, extra=extra)
        _warn_of_dry(context, conn, own, row, slot)
    context.say(
        f"{own.name}: {item.name} is {own.numbering.shown(number[0]) or 'taken'}, due {_shown(own, slot.due_at)}"
    )


def _warn_of_dry(
    context: Context, conn: Connection, own: Series, row: SeriesRow, slot: SlotTime
) -> None:
    """Say so when the collages left are fewer than the slots of the coming weeks."""
    coming = sum(
        1
        for _ in schedule.slots_between(
            own.timetable, slot.due_at + schedule.STEP, slot.due_at + own.dry
        )
    )
    left = queue.count_ready(conn, row.id, coming)
    if left < coming:
        are = "1 collage is" if left == 1 else f"{left or 'no'} collages are"
        say = f"{own.name} is running dry: {are} left, and {coming} slots in the next {times.span(own.dry)}."
        _note(context, conn, Kind.DRY, f"{own.name}/{slot.due_at}", say)


def post_now(context: Context, own: Series, item: Collage) -> None:
    """Claim a ready collage for this moment, outside the timetable."""
    if item.state is not State.READY:
        raise NotAllowed(f"{item.name} is {item.state}, and only what is ready can be posted.")
    now = context.clock.now()
    # Slots fall on whole seconds, and no two share an instant: this one shall take none's place.
    now = max(now, now.replace(microsecond=1))
    try:
        claim(context, own, item, SlotTime(now, now.astimezone(own.zone).date()), extra=True)
    except Taken:
        raise NotAllowed(
            f"{item.name} was changed or taken by somebody else at this moment; look again."
        ) from None
    _deliver(context, Workers())


def settle_pause(context: Context, own: Series) -> None:
    """End a pause: slots that fell into it stay paused, even those nobody has looked at yet."""
    now = context.clock.now()
    with context.database.write() as conn:
        row = series.get(conn, own.name)
        for due in _due_slots(context, conn, own, row, now):
            if due.slot and row.is_paused(due.at):
                _pass_over(context, conn, own, due.slot, due.state)
        series.pause(conn, row.id, None, None)


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
    for name in stranded:
        with context.database.write() as conn:
            count = ledger.hold_all(conn, name, context.rehearsal)
            gone = f"Account {name} is not in the configuration any more"
            if count:
                are = f"{count} deliver{'y to it is' if count == 1 else 'ies to it are'} held"
                say = f"{gone}: {are}. Put it back and run: mlcollage release --account {name}"
                _note(context, conn, Kind.HELD, f"{name}/{context.clock.now()}", say)
            else:
                say = f"{gone}, and a thread may or may not be out there. Put it back, so that it can be looked for."
                _note(context, conn, Kind.UNCERTAIN, f"{name}/gone", say)


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
