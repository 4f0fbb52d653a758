"""What is due now, in order of due time: slots, roundups, deliveries, notices."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot import compose, deliver, recover, roundup
from bot.config import Series
from bot.core import month, schedule
from bot.core.collage import Collage, State
from bot.core.delivery import thread_key
from bot.core.errors import MlcollageError, NoDatabase, NotAllowed
from bot.core.schedule import SlotState, SlotTime
from bot.publishers import table
from bot.storage import claims, installation, ledger, notices, queue, series, slots
from bot.storage.claims import NewDelivery, Taken
from bot.storage.database import Connection
from bot.storage.notices import Kind, Notice
from bot.storage.series import SeriesRow
from bot.workers import Workers
from bot.world import World

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


def tick(world: World, workers: Workers | None = None) -> list[Notice]:
    """Do everything that is due; the notices that nobody has heard yet."""
    world, workers = begin(world), workers or Workers()
    while True:
        _do_what_is_due(world, workers)
        now, soon = world.clock.now(), next_at(world)
        if world.stop.is_set() or soon is None or not now < soon <= now + STAY:
            return unheard(world)
        world.clock.wait_until(soon)


def _do_what_is_due(world: World, workers: Workers) -> None:
    recover.left_over(world)
    _strand(world)
    _deliver(world, workers)
    waiting = set()
    for due in sorted(_due(world), key=lambda due: (due.at, due.title_month)):
        if world.stop.is_set():
            return
        if due.slot:
            _settle_slot(world, due.series, due.slot, due.state)
        elif due.series.name not in waiting and not roundup.settle(world, due.series, due.title_month, due.at):
            waiting.add(due.series.name)
        _deliver(world, workers)
    for _ in ("the thread", "what came of it"):
        for own in world.config.series.values():
            roundup.advance(world, own)
        _deliver(world, workers)


def begin(world: World) -> World:
    """Enter the mode the configuration asks for, and make the rows of its series and accounts."""
    now = world.clock.now()
    with world.database.write() as conn:
        changed, came_back = installation.enter(conn, live=world.config.live, now=now)
        world = replace(world, rehearsal=installation.rehearsal(conn, live=world.config.live))
        for name, raw in world.config.accounts.items():
            series.ensure_account(conn, name, table.network_of(raw))
        for own in world.config.series.values():
            _begin_series(conn, own, now, changed)
        if changed and world.config.live:
            are = f"{came_back} collage{' is' if came_back == 1 else 's are'}"
            say = f"The rehearsal has ended: {are} ready again, what it made is set aside. It is live."
            notices.add(conn, Kind.REHEARSAL, str(now), say, now, world.rehearsal)
    return world


def _begin_series(conn: Connection, own: Series, now: datetime, changed: bool) -> None:
    through = month.last_before(own.roundup, now, own.zone)
    row = series.ensure(conn, own.name, own.timetable.fingerprint, now, through)
    if changed:
        series.look_from(conn, row.id, now, through)


def unheard(world: World) -> list[Notice]:
    """The notices not printed yet; from now on they are."""
    with world.database.read() as conn:
        found = notices.unprinted(conn)
    if not found:
        return []
    with world.database.write() as conn:
        ours = notices.mark_printed(conn, [notice.id for notice in found], world.clock.now())
    return [notice for notice in found if notice.id in ours]


def _due(world: World) -> list[Due]:
    now = world.clock.now()
    found = []
    with world.database.read() as conn:
        for own in world.config.series.values():
            row = series.get(conn, own.name)
            found += _due_slots(world, conn, own, row, now)
            coming = month.due_after(own.roundup, row.roundups_through, now, own.zone)
            found += [Due(at, own, title_month=title_month) for title_month, at in coming]
    return found


def _due_slots(world: World, conn: Connection, own: Series, row: SeriesRow, now: datetime) -> list[Due]:
    """The series' slots since it last looked, each with what is to become of it."""
    times = list(schedule.slots_between(own.timetable, row.looked_until + schedule.STEP, now))
    settled = slots.between(conn, row.id, row.looked_until, now, world.rehearsal) if times else {}
    times = [slot for slot in times if slot.due_at not in settled]
    running = [slot for slot in times if not row.is_paused(slot.due_at)]
    late = schedule.missed(running, now, own.lateness)
    # What the pause found unsettled was missed: whoever paused wants no late post, but hears of it.
    states = {
        slot.due_at: SlotState.MISSED if row.paused_at and slot.due_at < row.paused_at else SlotState.PAUSED
        for slot in times
    }
    states |= {
        slot.due_at: SlotState.MISSED if missed else SlotState.CLAIMED
        for slot, missed in zip(running, late, strict=True)
    }
    return [Due(slot.due_at, own, slot, states[slot.due_at]) for slot in times]


def _settle_slot(world: World, own: Series, slot: SlotTime, state: SlotState) -> None:
    if state is SlotState.CLAIMED:
        _claim_next(world, own, slot)
        return
    with world.database.write() as conn:
        _pass_over(world, conn, own, slot, state)


def _pass_over(world: World, conn: Connection, own: Series, slot: SlotTime, state: SlotState) -> None:
    """Settle a slot that takes nothing; a collage pinned to a day without another slot goes back to its place."""
    row = series.get(conn, own.name)
    if not slots.decide(conn, row.id, slot, state, world.rehearsal):
        return
    is_last = slot.due_at >= max(one.due_at for one in schedule.slots_on(own.timetable, slot.local_on))
    unpinned = queue.unpin_day(conn, row.id, slot.local_on) if is_last else None
    if state is SlotState.MISSED or unpinned:
        back = f" {unpinned}, pinned to that day, is back in its place in the queue." if unpinned else ""
        say = f"The slot of {own.name} on {_shown(own, slot.due_at)} was {state}: nothing went out.{back}"
        _note(world, conn, Kind.MISSED, f"{own.name}/{slot.due_at}", say)


def _shown(own: Series, at: datetime) -> str:
    return f"{at.astimezone(own.zone):%A %Y-%m-%d %H:%M}"


def _note(world: World, conn: Connection, kind: Kind, key: str, say: str) -> None:
    notices.add(conn, kind, key, say, world.clock.now(), world.rehearsal)


def _claim_next(world: World, own: Series, slot: SlotTime) -> None:
    """Give the slot the next ready collage that can be composed for all accounts; hold those that cannot."""
    while True:
        with world.database.read() as conn:
            row = series.get(conn, own.name)
            item = queue.next_ready(conn, row.id, slot.local_on)
        if item is None:
            with world.database.write() as conn:
                if slots.decide(conn, row.id, slot, SlotState.EMPTY, world.rehearsal):
                    say = f"The slot of {own.name} on {_shown(own, slot.due_at)} was empty: no collage is ready."
                    _note(world, conn, Kind.EMPTY, f"{own.name}/{slot.due_at}", say)
            return
        try:
            claim(world, own, item, slot)
            return
        except Taken:
            with world.database.read() as conn:
                if slots.between(conn, row.id, slot.due_at, slot.due_at, world.rehearsal):
                    return
        except NoDatabase:
            raise
        except MlcollageError as error:
            _hold(world, item, str(error))


def _hold(world: World, item: Collage, why: str) -> None:
    # Not allowed any more: somebody else held or changed it at this moment.
    with suppress(NotAllowed), world.database.write() as conn:
        queue.change_state(conn, item, State.HELD, why)
        say = f"{item.name} is held, the next one was taken: {why} Then: mlcollage release {item.name}"
        _note(world, conn, Kind.HELD, f"{item.series}/{item.name}/{item.revision}", say)


def number_for(conn: Connection, own: Series, row: SeriesRow, item: Collage, local_on: date) -> tuple[int, int]:
    """The number a collage gets in a slot on that day, and its numbering year (0 where numbers never restart)."""
    year = own.numbering.year(local_on)
    if item.kept_number is not None:
        return item.kept_number, year
    return own.numbering.after(queue.newest_number(conn, row.id, year)), year


def claim(world: World, own: Series, item: Collage, slot: SlotTime, *, extra: bool = False) -> None:
    """Compose for all accounts, then claim in one transaction; raises `Taken`, or what keeps it from being composed."""
    with world.database.read() as conn:
        row = series.get(conn, own.name)
        number = number_for(conn, own, row, item, slot.local_on)
        other = queue.taken_by(conn, row.id, *number)
    if other:
        raise NotAllowed(f"its number {number[0]} is {other}'s already; give it another one.")
    for account in own.accounts:
        compose.collage_thread(
            compose.Voice.of(world.config, own.name, account, world.publishers[account]), item, number[0]
        )
    with world.database.write() as conn:
        series.lock(conn, row.id)
        if number_for(conn, own, row, item, slot.local_on) != number:
            raise Taken
        ids = series.account_ids(conn)
        moment = f"{slot.due_at:%Y-%m-%dT%H:%M:%SZ}"
        if extra:
            moment = f"{item.name}-{moment}"
        new = [NewDelivery(ids[name], thread_key(own.name, moment, name, world.rehearsal)) for name in own.accounts]
        claims.claim(conn, row.id, slot, item, number, new, world.rehearsal, extra=extra)
        _warn_of_dry(world, conn, own, row, slot)
    world.say(f"{own.name}: {item.name} is {own.numbering.shown(number[0]) or 'taken'}, due {_shown(own, slot.due_at)}")


def _warn_of_dry(world: World, conn: Connection, own: Series, row: SeriesRow, slot: SlotTime) -> None:
    """Say so when the collages left are fewer than the slots of the coming weeks."""
    coming = sum(1 for _ in schedule.slots_between(own.timetable, slot.due_at + schedule.STEP, slot.due_at + own.dry))
    left = queue.count_ready(conn, row.id, coming)
    if left < coming:
        are = "1 collage is" if left == 1 else f"{left or 'no'} collages are"
        say = f"{own.name} is running dry: {are} left, and {coming} slots in the next {own.dry.days} days."
        _note(world, conn, Kind.DRY, f"{own.name}/{slot.due_at}", say)


def post_now(world: World, own: Series, item: Collage) -> None:
    """Claim a ready collage for this moment, outside the timetable."""
    if item.state is not State.READY:
        raise NotAllowed(f"{item.name} is {item.state}, and only what is ready can be posted.")
    now = world.clock.now()
    # Slots fall on whole seconds, and no two share an instant: this one shall take none's place.
    now = max(now, now.replace(microsecond=1))
    try:
        claim(world, own, item, SlotTime(now, now.astimezone(own.zone).date()), extra=True)
    except Taken:
        raise NotAllowed(f"{item.name} was changed or taken by somebody else at this moment; look again.") from None
    _deliver(world, Workers())


def settle_pause(world: World, own: Series) -> None:
    """End a pause: slots that fell into it stay paused, even those nobody has looked at yet."""
    now = world.clock.now()
    with world.database.write() as conn:
        row = series.get(conn, own.name)
        for due in _due_slots(world, conn, own, row, now):
            if due.slot and row.is_paused(due.at):
                _pass_over(world, conn, own, due.slot, due.state)
        series.pause(conn, row.id, None, None)


def _strand(world: World) -> None:
    """Deliveries to accounts that the configuration no longer has are held, and somebody hears of it."""
    with world.database.read() as conn:
        stranded = [name for name in ledger.open_accounts(conn, world.rehearsal) if name not in world.publishers]
    for name in stranded:
        with world.database.write() as conn:
            count = ledger.hold_all(conn, name, world.rehearsal)
            gone = f"Account {name} is not in the configuration any more"
            if count:
                are = f"{count} deliver{'y to it is' if count == 1 else 'ies to it are'} held"
                say = f"{gone}: {are}. Put it back and run: mlcollage release --account {name}"
                _note(world, conn, Kind.HELD, f"{name}/{world.clock.now()}", say)
            else:
                say = f"{gone}, and a thread may or may not be out there. Put it back, so that it can be looked for."
                _note(world, conn, Kind.UNCERTAIN, f"{name}/gone", say)


def _deliver(world: World, workers: Workers) -> None:
    """Send what is due, each account by its own worker: one network's trouble delays no other."""
    with world.database.read() as conn:
        due = set(ledger.due_accounts(conn, world.clock.now(), world.rehearsal)) if world.publishers else set()
        wanted = due & set(world.publishers)
        rows = [row for row in series.all_accounts(conn) if row.name in wanted and not row.is_held(world.clock.now())]
    workers.run({row.name: partial(deliver.run, world, row) for row in rows})


def next_at(world: World) -> datetime | None:
    """When something is due next: a slot, a roundup, or a delivery that waits."""
    now = world.clock.now()
    with world.database.read() as conn:
        free = [row.id for row in series.all_accounts(conn) if row.name in world.publishers and not row.is_held(now)]
        times = [ledger.next_at(conn, free, world.rehearsal)]
        for own in world.config.series.values():
            row = series.get(conn, own.name)
            coming = schedule.slots_from(own.timetable, max(now, row.looked_until + schedule.STEP))
            times.append(next((slot.due_at for slot in coming), None))
            _, at = next(month.coming(own.roundup, row.roundups_through, own.zone))
            times.append(at if at > now else at + own.roundup.wait)
    return min((at for at in times if at is not None), default=None)
