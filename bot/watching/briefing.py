"""Before each slot and each roundup: what will go out, where, for how much, and what is wrong,
while it can be mended.

It only looks: whatever a brief finds, sending decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.composing.composed import ComposedThread
from bot.config import Series
from bot.context import Context
from bot.core import agenda, errors, month, price, schedule, times
from bot.core.notices import Briefing, Kind, briefing_heading, briefing_key
from bot.core.price import Cost
from bot.core.schedule import STEP, SlotState, SlotTime
from bot.deciding import preview
from bot.publishers import table
from bot.storage import charges
from bot.storage.accounts import AccountRow

TRIES = 5
"""Collages that a brief tries to compose for one slot."""


@dataclass(frozen=True, slots=True)
class Due:
    """A brief that nobody has given yet: of a slot, or with `title_month` of a roundup, `span`
    before its time.
    """

    series: Series
    at: datetime
    span: timedelta
    slot: SlotTime | None = None
    title_month: str = ""

    @property
    def key(self) -> str:
        return briefing_key(self.series.name, self.at, self.span, self.title_month)


class Plan(NamedTuple):
    """What a slot or a roundup would send.

    `wrong` are sentences; where nothing is wanted, nobody is asked.
    """

    what: str
    threads: Sequence[ComposedThread] = ()
    wrong: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    is_wanted: bool = True


@dataclass(frozen=True, slots=True)
class Checks:
    """The accounts as they are now; each is asked once, however many briefs are due."""

    context: Context
    asked: dict[str, str] = field(default_factory=dict)

    def answer(self, account: str) -> str:
        """What keeps the account from posting, by its network's own word; nothing where all is
        well.
        """
        if account not in self.asked:
            publisher = self.context.publishers[account]
            try:
                problem = publisher.check()
                self.asked[account] = f"{account} cannot post: {problem}" if problem else ""
            except Exception as error:  # noqa: BLE001 - whatever went wrong is what the brief is for
                self.asked[account] = f"{account} could not be checked: {errors.sentence(error)}"
        return self.asked[account]


def due(context: Context) -> list[Due]:
    """The briefs to be given now, by time: of each moment the newest whose time has come."""
    now, found = context.clock.now(), []
    for own in context.config.series.values():
        coming = {one.key: one for one in _coming(own, context.config.alerts.brief, now)}
        if coming:
            with context.read() as work:
                found += [coming[key] for key in work.notices.unsaid(Kind.BRIEF, coming)]
    return sorted(found, key=lambda one: (one.at, one.key))


def _coming(own: Series, spans: Sequence[timedelta], now: datetime) -> Iterator[Due]:
    until = now + max(spans, default=timedelta(0))
    for slot in schedule.slots_between(own.timetable, now + STEP, until):
        yield Due(own, slot.due_at, min(span for span in spans if slot.due_at - now <= span), slot)
    for title_month, at in month.coming(
        own.roundup, month.last_before(own.roundup, now, own.zone), own.zone
    ):
        if at > until:
            return
        if at > now:
            yield Due(
                own, at, min(span for span in spans if at - now <= span), title_month=title_month
            )


def give(context: Context) -> None:
    """Make every brief that is due a notice. It asks the networks, and may take its time."""
    checks = Checks(context)
    for one in due(context):
        if context.stop.is_set():
            return
        try:
            notice = _told(context, one, _plan(context, one), checks)
        except errors.NoDatabase:
            raise
        except Exception as error:  # noqa: BLE001 - the other briefs are given, and of this one what can be said
            notice = Briefing(
                occasion=one.key,
                heading=_head(context, one),
                plan="what goes out cannot be told",
                wrong=(errors.sentence(error),),
            )
        now = context.clock.now()
        if now < one.at:
            with context.write() as work:
                work.notices.add(notice)


def _plan(context: Context, one: Due) -> Plan:
    try:
        return _roundup_plan(context, one) if one.title_month else _slot_plan(context, one)
    except errors.NoDatabase:
        raise
    except Exception as error:  # noqa: BLE001 - the accounts are looked at all the same
        return Plan("what goes out cannot be told", wrong=(errors.sentence(error),))


def _slot_plan(context: Context, one: Due) -> Plan:
    """What the slot would take: the first collage that can be composed for all accounts."""
    own, wrong, passed = one.series, list[str](), set[int]()
    now = context.clock.now()
    # Each collage that is passed over lets the slots before this one take one more.
    count = TRIES + sum(1 for _ in schedule.slots_between(own.timetable, now + STEP, one.at))
    with context.read() as work:
        found = work.snapshots.take(own, now, count)
    while len(passed) < TRIES:
        line = agenda.at(found, one.at, passed)
        if line is None or line.collage is None:
            state = line.state if line else SlotState.CLAIMED
            return _nothing(own, state, found.paused_until, tuple(wrong))
        passed.add(line.collage.id)
        with context.read() as work:
            item = work.queue.by_ids([line.collage.id]).get(line.collage.id)
            other = work.queue.taken_by(own.name, line.number or 0, line.year)
        if item is None:
            continue
        threads = list(preview.collage_threads(context, own, item, own.accounts, line.number))
        problems = [thread.problem for thread in threads if thread.problem]
        if other:
            problems.append(
                f"{item.name} cannot have the number {line.number}: it is {other}'s already."
            )
        if not problems:
            shown = own.numbering.shown(line.number)
            about = (f"{item.paper.title}, {item.paper.citation}",)
            return Plan(item.name + (f" [{shown}]" if shown else ""), threads, tuple(wrong), about)
        wrong.append(f"{item.name} would be held: {problems[0]}")
    return Plan("it is not known what goes out", wrong=tuple(wrong))


def _nothing(own: Series, state: SlotState, until: datetime | None, wrong: tuple[str, ...]) -> Plan:
    """A slot that takes nothing, and why."""
    match state:
        case SlotState.EMPTY:
            return Plan(
                "nothing goes out", wrong=(*wrong, "no collage is ready; see: mlcollage list")
            )
        case SlotState.SKIPPED:
            return Plan("nothing goes out; the slot is skipped.", is_wanted=False)
        case SlotState.PAUSED:
            end = f" until {times.full(until, own.zone)}" if until else ""
            return Plan(f"nothing goes out; {own.name} is paused{end}.", is_wanted=False)
        case _:
            return Plan("this slot is settled already.", is_wanted=False)


def _roundup_plan(context: Context, one: Due) -> Plan:
    """The roundup as it would be if its moment were now."""
    own = one.series
    made, items, threads = preview.roundup_threads(context, own, one.title_month)
    if made.id:
        where = f": {made.link}" if made.link else ""
        return Plan(f"the roundup {one.title_month} is there already{where}", is_wanted=False)
    if not items:
        nothing = f"there is nothing that the roundup {one.title_month} could hold."
        return Plan("nothing goes out", wrong=(nothing,))
    wrong = tuple(thread.problem for thread in threads if thread.problem)
    about = [made.title, made.link, *(f"- {item.name}: {item.paper.title}" for item in items)]
    hold = f"{len(items)} collage{'s' if len(items) > 1 else ''}"
    return Plan(f"the roundup {one.title_month} with {hold} so far", threads, wrong, tuple(about))


class AccountState(NamedTuple):
    """What the thread costs there, what was spent in that month, and what is wrong with the
    account.
    """

    cost: Cost | None
    spent: Decimal
    wrong: tuple[str, ...]


def _head(context: Context, one: Due) -> str:
    """When it is, and of which series where there are several."""
    name = one.series.name if len(context.config.series) > 1 else ""
    return briefing_heading(
        one.at, one.series.zone, series=name, is_rehearsal=bool(context.rehearsal)
    )


def _told(context: Context, one: Due, plan: Plan, checks: Checks) -> Briefing:
    """What the brief says: the plan, the accounts as they are, and all that is wrong."""
    own, when = one.series, _head(context, one)
    if not plan.is_wanted:
        return Briefing(occasion=one.key, heading=when, plan=plan.what, is_wanted=False)
    threads = {thread.account: thread for thread in plan.threads}
    states = _states(context, one, threads, checks)
    wrong = [*plan.wrong, *(sentence for state in states.values() for sentence in state.wrong)]
    total = sum((state.cost.total for state in states.values() if state.cost), Decimal(0))
    lines = [f"{when} ({own.zone.key})", *plan.about]
    if context.rehearsal:
        lines.append("It is a rehearsal (live = false): nothing goes to these accounts yet.")
    lines += ["", *(f"! {sentence}" for sentence in wrong)] if wrong else []
    for name, state in states.items():
        lines += ["", _account_line(context, name, state), *_thread_lines(threads.get(name))]
    return Briefing(
        occasion=one.key,
        heading=when,
        plan=plan.what,
        accounts=tuple(threads),
        cost=f"${price.cents(total)}" if total else "",
        wrong=tuple(wrong),
        lines=tuple(lines),
    )


def _states(
    context: Context, one: Due, threads: Mapping[str, ComposedThread], checks: Checks
) -> dict[str, AccountState]:
    """The series' accounts, each with all that keeps it from taking its thread at that time."""
    own = one.series
    answers = {name: checks.answer(name) for name in own.accounts}
    with context.read() as work:
        rows = {row.name: row for row in work.accounts.all()}
        spent = {
            name: work.charges.spent(rows[name].id, charges.month_of(one.at))
            for name in own.accounts
        }
    states = {}
    for name in own.accounts:
        cost = _cost(context, threads[name]) if name in threads else None
        wrong = (
            _hold(own, rows[name], one.at),
            answers[name],
            _too_dear(context, name, cost, spent[name]),
        )
        states[name] = AccountState(
            cost, spent[name], tuple(sentence for sentence in wrong if sentence)
        )
    return states


def _hold(own: Series, row: AccountRow, at: datetime) -> str:
    if not row.is_held(at):
        return ""
    until = f" until {times.full(row.held_until, own.zone)}" if row.held_until else ""
    note = f": {row.note}" if row.note else "."
    return f"{row.name} is held{until}{note} Then: mlcollage release --account {row.name}"


def _too_dear(context: Context, account: str, cost: Cost | None, spent: Decimal) -> str:
    overrun = price.overrun(cost, spent, context.publishers[account].budget)
    return f"{account} would wait for the next month: {overrun}." if overrun else ""


def _cost(context: Context, thread: ComposedThread) -> Cost | None:
    """What a thread costs on the account's own network, even while an outbox stands in for it."""
    price_there = table.price(context.config.accounts[thread.account])
    return thread.cost if price_there else None


def _account_line(context: Context, account: str, state: AccountState) -> str:
    publisher = context.publishers[account]
    who = f"{account} as {publisher.identity}" if publisher.identity else account
    facts = [str(state.cost)] if state.cost else []
    if publisher.price:
        budget = f" of ${price.cents(publisher.budget)}" if publisher.budget is not None else ""
        facts.append(f"${price.cents(state.spent)}{budget} spent in the month")
    return f"{who}: {'; '.join(facts) or 'free of charge'}"


def _thread_lines(thread: ComposedThread | None) -> Iterator[str]:
    if thread is None:
        return
    for part in thread.parts:
        length = f"{thread.length(part)} of {thread.limits.length} characters"
        yield f"--- {part.position} of {len(thread.parts)}, {length}"
        yield part.text
        shot = thread.pictures.get(part.position)
        if part.image and shot:
            yield f"[picture: {part.image.file}, {shot.width} × {shot.height}, {shot.size:,} bytes]"
            yield f"[alt text: {part.image.alt}]"
