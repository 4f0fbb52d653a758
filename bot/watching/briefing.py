"""Briefs: before each slot and roundup, what will go out, where, for how much, and what is wrong.

They come while there is time to mend it. A brief only looks: it changes and sends nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from bot.composing import ahead
from bot.composing.ahead import Candidate
from bot.composing.composed import ComposedThread
from bot.config import Series
from bot.context import Context
from bot.core import agenda, errors, month, per_network, price, reading, schedule, times
from bot.core.agenda import Line
from bot.core.identity import Profile
from bot.core.notices.briefing import REHEARSAL, Briefing, briefing_heading, briefing_key
from bot.core.notices.entry import Kind
from bot.core.price import Cost
from bot.core.schedule import STEP, SlotState, SlotTime
from bot.core.text import markdown
from bot.deciding import budgets, candidates, coming, doctor, preview, roundups
from bot.intake.twins import cautions
from bot.roundups import linking, review
from bot.scheduling import forecast
from bot.storage.accounts import AccountRow
from bot.storage.charges import month_of
from bot.storage.work import Work
from bot.watching import events

TRIES = 5
"""Collages that cannot go out, of which a brief finds no more."""


@dataclass(frozen=True, slots=True)
class Due:
    """A brief to be given, `span` before the time of a slot or, with `title_month`, a roundup.

    Of the thread of a year, that is the year.
    """

    series: Series
    at: datetime
    span: timedelta
    slot: SlotTime | None = None
    title_month: str = ""

    @property
    def key(self) -> str:
        """Names the occasion: one brief is given for each."""
        return briefing_key(self.series.name, self.at, self.span, self.title_month)


class Plan(NamedTuple):
    """What a slot or a roundup would send.

    `wrong`, `about` and `careful` are sentences and lines for people; `place` is where its collage
    stands in the queue, and `left_out` are the accounts that it does not go to. With `is_wanted`
    False nothing is meant to go out, and nobody needs to act.
    """

    what: str
    threads: Sequence[ComposedThread] = ()
    wrong: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    is_wanted: bool = True
    place: int | None = None
    careful: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checks:
    """The answers of the accounts' networks; each is asked once, however many briefs are due.

    `asked` has whose keys the accounts have turned out to have.
    """

    context: Context
    answers: dict[str, str] = field(default_factory=dict)
    asked: dict[str, Profile] = field(default_factory=dict)

    def answer(self, account: str) -> str:
        """What keeps the account from posting, as a sentence; empty where nothing does."""
        if account not in self.answers:
            self.answers[account] = self._ask(account)
        return self.answers[account]

    def problems(self, account: str, thread: ComposedThread) -> Sequence[str]:
        """What the account's network says of a thread: sentences. Nothing where it is not asked."""
        if self.answer(account):
            return ()
        try:
            found = self.context.publishers[account].problems(thread.parts)
        except Exception as error:  # noqa: BLE001 - the brief tells of any error
            found = (f"it could not be asked about the thread: {errors.sentence(error)}",)
        return tuple(f"{account}: {sentence}" for sentence in found)

    def _ask(self, account: str) -> str:
        publisher = self.context.publishers[account]
        try:
            problem = doctor.check(self.context, account, publisher, self.asked)
        except Exception as error:  # noqa: BLE001 - the brief tells of any error
            return f"{account} could not be checked: {errors.sentence(error)}"
        if not problem:
            return ""
        return f"{account} cannot post: {problem}"


def due(context: Context) -> list[Due]:
    """The briefs to be given now, by time: of each occasion the newest whose time has come."""
    briefs = list[Due]()
    with context.read() as work:
        for series in context.config.series.values():
            by_key = {brief.key: brief for brief in _coming(context, work, series)}
            briefs += [by_key[key] for key in work.notices.unsaid(Kind.BRIEF, by_key)]
    return sorted(briefs, key=lambda brief: (brief.at, brief.key))


def _coming(context: Context, work: Work, series: Series) -> Iterator[Due]:
    """A brief for each slot and roundup that lies no further ahead than the longest span.

    It is that of the shortest span whose time has come: missed ones are not made up for.
    """
    now, spans = work.now, context.config.alerts.brief
    until = now + max(spans, default=timedelta(0))
    for slot in schedule.slots_between(series.timetable, now + STEP, until):
        span = min(span for span in spans if slot.due_at - now <= span)
        yield Due(series, slot.due_at, span, slot)
    row = work.series.find(series.name)
    if row is None:
        return
    # As the tick has it: a roundup that it will not make must not be promised.
    course = row.course(series.calendar, now)
    months = takewhile(lambda each: each.due_at <= until, course.roundups())
    coming = [(each.title_month, each.due_at) for each in months]
    coming += [(each.title, each.due_at) for each in course.years_due(until)]
    for title_month, due_at in coming:
        if due_at > now:
            span = min(span for span in spans if due_at - now <= span)
            yield Due(series, due_at, span, title_month=title_month)


def give(context: Context) -> None:
    """Store every brief that is due as a notice.

    It asks the networks, and may take long. Raises `NoDatabase`; any other error is told in the
    brief that it concerns.
    """
    checks = Checks(context)
    for brief in due(context):
        if context.stop.is_set():
            return
        try:
            notice = _notice(context, brief, _plan(context, brief), checks)
        except errors.NoDatabase:
            raise
        except Exception as error:  # noqa: BLE001 - the other briefs are given all the same
            notice = Briefing(
                occasion=brief.key,
                heading=_heading(context, brief),
                plan="what goes out cannot be told",
                wrong=(errors.sentence(error),),
            )
        # Asking may have taken until after the slot, when the brief is of no use any more.
        if context.clock.now() < brief.at:
            with context.write() as work:
                work.notices.add(notice)


def _plan(context: Context, brief: Due) -> Plan:
    try:
        if month.is_year(brief.title_month):
            return _year_plan(context, brief)
        if brief.title_month:
            return _roundup_plan(context, brief)
        return _with_kept_back(context, brief.series, _slot_plan(context, brief))
    except errors.NoDatabase:
        raise
    except Exception as error:  # noqa: BLE001 - the accounts are checked all the same
        return Plan("what goes out cannot be told", wrong=(errors.sentence(error),))


def _with_kept_back(context: Context, series: Series, plan: Plan) -> Plan:
    """The plan with the drafts whose turn it would be, but for what a network would refuse."""
    if not plan.is_wanted:
        return plan
    with context.read() as work:
        kept_back = work.queue.kept_back(series.name)
    wrong = [
        f"{draft.name} stays behind as a draft: {draft.note} Then: mlcollage ready {draft.name}"
        for draft in kept_back
        if plan.place is None or draft.position < plan.place
    ]
    return plan._replace(wrong=(*plan.wrong, *wrong))


def _slot_plan(context: Context, brief: Due) -> Plan:
    """What the slot would take: the first collage that can be composed for all accounts."""
    series, now = brief.series, context.clock.now()
    # Each collage that is passed over lets the slots before this one take one more.
    before = schedule.slots_between(series.timetable, now + STEP, brief.at)
    count: int | None = TRIES + sum(1 for _ in before)
    if series.wants_approval:
        # However many wait for approval: slots pass over all of them.
        count = None
    with context.read() as work:
        snapshot = work.snapshots.take(series, now, count)
    trial = _Trial(context, brief)
    # The slots before try theirs as well: what one of them would hold, this slot cannot take.
    tried = agenda.tried(snapshot, trial.is_stopped)
    line = next((line for line in tried if line.slot.due_at >= brief.at), None)
    if line is None or line.slot.due_at > brief.at:
        return _nothing(series, SlotState.CLAIMED, snapshot.paused_until, trial.wrong)
    if line.collage is None:
        return _nothing(series, line.state, snapshot.paused_until, trial.wrong)
    if trial.candidate is None or trial.candidate.problems:
        return Plan("it is not known what goes out", wrong=tuple(trial.wrong))
    plan = trial.plan(trial.candidate, line.number)
    item = trial.candidate.item
    return plan._replace(careful=tuple(cautions(context, series, [item]).get(item.id, ())))


class _Trial:
    """Tries the collages of the slots up to a brief's own, and keeps what is wrong with its own.

    Those that wait for approval are passed over, as well as those that would be held. Of what the
    slots before would hold, their own briefs tell. `candidate` was tried last.
    """

    def __init__(self, context: Context, brief: Due) -> None:
        self._brief = brief
        self._ahead = ahead.whole(context, brief.series)
        self._passed = 0
        self.wrong: list[str] = []
        self.candidate: Candidate | None = None

    def is_stopped(self, line: Line) -> bool:
        """Whether the line's collage cannot go out; False of all once too many were tried."""
        if line.collage is None or self._passed == TRIES:
            self.candidate = None
            return False
        is_stopped = self._ahead.is_stopped(line)
        # None: removed since the snapshot was taken.
        self.candidate = self._ahead.tried.get(line.collage.id)
        if not is_stopped:
            return False
        unapproved = self.candidate.unapproved if self.candidate else ""
        if not unapproved:
            self._passed += 1
        if self.candidate and line.slot.due_at == self._brief.at:
            name, problems = self.candidate.item.name, " ".join(self.candidate.problems)
            wrong = f"{name} would be held: {problems}"
            if unapproved:
                wrong = f"{name} waits for approval: {unapproved}. Then: mlcollage approve {name}"
            self.wrong.append(wrong)
        return True

    def plan(self, candidate: Candidate, number: int | None) -> Plan:
        """The plan of a slot that takes this collage, with a slide drawn for its number."""
        series, item = self._brief.series, candidate.item
        threads = candidates.drawn(self._ahead, item, number, series.accounts)
        plan = _collage_plan(series, candidate._replace(threads=threads), number, self.wrong)
        left_out = self._ahead.context.left_out(item, series.accounts)
        if told := per_network.told_left_out(left_out):
            plan = plan._replace(about=(*plan.about, f"{told}."))
        return plan._replace(left_out=left_out)


def _collage_plan(
    series: Series, candidate: Candidate, number: int | None, wrong: Sequence[str]
) -> Plan:
    item = candidate.item
    what = item.name
    shown = series.numbering.shown(number)
    if shown:
        what += f" [{shown}]"
    paper = reading.paper(item.paper)
    about = (f"{paper.title}, {series.words.cite(paper)}",)
    return Plan(what, candidate.threads, tuple(wrong), about, place=item.position)


def _nothing(
    series: Series, state: SlotState, until: datetime | None, wrong: Sequence[str]
) -> Plan:
    """The plan of a slot that takes nothing, and why."""
    match state:
        case SlotState.EMPTY:
            empty = "no collage is ready; see: mlcollage list"
            return Plan("nothing goes out", wrong=(*wrong, empty))
        case SlotState.SKIPPED:
            return Plan("nothing goes out; the slot is skipped.", is_wanted=False)
        case SlotState.PAUSED:
            end = f" until {times.full(until, series.zone)}" if until else ""
            return Plan(f"nothing goes out; {series.name} is paused{end}.", is_wanted=False)
        case _:
            return Plan("this slot is settled already.", is_wanted=False)


def _roundup_plan(context: Context, brief: Due) -> Plan:
    """The roundup as it would be if its moment were now."""
    title_month = brief.title_month
    roundup, items, threads = preview.roundup_threads(context, brief.series, title_month)
    if roundup.id:
        what = f"the roundup {title_month} is there already"
        with context.read() as work:
            link = linking.told(context, work, brief.series, roundup).link
        if link:
            what += f": {link}"
        if roundup.due_at == brief.at or roundup.published_elsewhere:
            return Plan(what, is_wanted=False)
        # Made by another calendar: what went out since has to wait for the month after.
        return Plan(what, wrong=("What has gone out since comes into the next one.",))
    if not items:
        return _empty_roundup_plan(context, brief)
    count = "1 collage" if len(items) == 1 else f"{len(items)} collages"
    kept_back, said = _said(context, brief)
    return Plan(
        f"the roundup {title_month} with {count} so far",
        threads,
        wrong=(*(problem for thread in threads for problem in thread.problems), *kept_back),
        about=(
            roundup.title,
            roundups.place(brief.series, roundup),
            *said,
            *(f"- {item.name}: {markdown.line(item.paper.title)}" for item in items),
        ),
    )


def _year_plan(context: Context, brief: Due) -> Plan:
    """The thread of the year as it would be if its moment were now."""
    year = brief.title_month
    roundup, items, threads = preview.roundup_threads(context, brief.series, year)
    if roundup.id:
        return Plan(f"the thread of {year} is made already", is_wanted=False)
    if not items:
        return Plan(f"nothing goes out; no page shows a collage of {year}.", is_wanted=False)
    count = "1 collage" if len(items) == 1 else f"{len(items)} collages"
    return Plan(
        f"the thread of {year} with {count}",
        threads,
        wrong=tuple(problem for thread in threads for problem in thread.problems),
        about=(roundup.title, roundups.place(brief.series, roundup)),
    )


def _said(context: Context, brief: Due) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What keeps the roundup back because nobody has approved it, and what people have said."""
    standing = review.standing(context, brief.series, brief.title_month)
    if standing is None:
        return (), ()
    command = f"mlcollage roundup approve {brief.title_month} --series {brief.series.name}"
    if not standing.is_let_out:
        return (f"It waits until somebody approves it: {command}",), ()
    if standing.review is None or not standing.review.is_approved:
        return (), (f"Nobody has approved it yet; it goes out all the same. {command}",)
    approved = f"Approved by {standing.review.by}"
    if standing.has_changed:
        return (), (f"{approved}; what it holds has changed since.",)
    return (), (f"{approved}.",)


def _empty_roundup_plan(context: Context, brief: Due) -> Plan:
    """The plan of a roundup that holds nothing so far; a month without anything is no trouble."""
    with context.read() as work:
        fills = coming.fills(work, brief.series, brief.at)
    if fills:
        month = brief.title_month
        return Plan(f"the roundup {month} has nothing yet, and takes what goes out until then")
    nothing = f"there is nothing that the roundup {brief.title_month} could hold."
    return Plan(f"nothing goes out; {nothing}", is_wanted=False)


class AccountState(NamedTuple):
    """What the thread costs on an account, what was spent in that month, and what is wrong."""

    cost: Cost | None
    spent: Decimal
    wrong: tuple[str, ...]


def _heading(context: Context, brief: Due) -> str:
    """When it is, and of which series where there are several."""
    name = brief.series.name if len(context.config.series) > 1 else ""
    return briefing_heading(
        brief.at, brief.series.zone, series=name, is_rehearsal=bool(context.rehearsal)
    )


def _notice(context: Context, brief: Due, plan: Plan, checks: Checks) -> Briefing:
    """The brief as a notice: the plan, the accounts as they are, and all that is wrong."""
    heading = _heading(context, brief)
    if not plan.is_wanted:
        return Briefing(occasion=brief.key, heading=heading, plan=plan.what, is_wanted=False)
    threads = {thread.account: thread for thread in plan.threads}
    left = tuple(name for name in brief.series.accounts if name not in plan.left_out)
    asked = replace(brief, series=replace(brief.series, accounts=left))
    states = _states(context, asked, threads, checks)
    wrong = list(plan.wrong)
    lines = [f"{heading} ({brief.series.zone.key})", *plan.about]
    if context.rehearsal:
        lines.append(REHEARSAL)
    account_lines = list[str]()
    for name, state in states.items():
        wrong += state.wrong
        account_lines += ["", _account_line(context, name, state)]
        if name in threads:
            account_lines += _thread_lines(threads[name])
    of_threads = (caution for thread in plan.threads for caution in thread.all_cautions)
    found = (*plan.careful, *of_threads)
    careful = tuple(dict.fromkeys(f"careful: {caution}." for caution in found))
    careful += tuple(f"careful: {problem}" for problem in events.unreached(context))
    if wrong or careful:
        lines += ["", *(f"! {sentence}" for sentence in (*wrong, *careful))]
    notes = _notes(context, brief)
    lines += notes
    total = sum((state.cost.total for state in states.values() if state.cost), Decimal(0))
    return Briefing(
        occasion=brief.key,
        heading=heading,
        plan=plan.what,
        accounts=tuple(threads),
        cost=f"${price.cents(total)}" if total else "",
        wrong=tuple(wrong),
        careful=careful,
        lines=(*lines, *account_lines),
        notes=notes,
    )


def _notes(context: Context, brief: Due) -> tuple[str, ...]:
    """What a person should know of the series' slots, and has time for: numbers past their total.

    A roundup's brief has none, because its month's last slot has one.
    """
    if brief.title_month:
        return ()
    notice = forecast.past_total(context, brief.series)
    return (notice.text,) if notice else ()


def _states(
    context: Context, brief: Due, threads: Mapping[str, ComposedThread], checks: Checks
) -> dict[str, AccountState]:
    """The series' accounts by name, with all that keeps each from taking its thread then."""
    series = brief.series
    # The networks are asked before the transaction begins.
    answers = {name: checks.answer(name) for name in series.accounts}
    problems = {name: checks.problems(name, thread) for name, thread in threads.items()}
    spending_month = month_of(brief.at)
    with context.read() as work:
        rows = {row.name: row for row in work.accounts.all()}
        spent = {
            name: work.charges.spent(rows[name].id, spending_month) for name in series.accounts
        }
    states = {}
    for name in series.accounts:
        cost = None
        if name in threads:
            cost = threads[name].cost
        wrong = (
            _hold(series, rows[name], brief.at),
            answers[name],
            *problems.get(name, ()),
            budgets.over(name, cost, spent[name], context.publishers[name].budget),
        )
        states[name] = AccountState(cost, spent[name], tuple(filter(None, wrong)))
    return states


def _hold(series: Series, row: AccountRow, at: datetime) -> str:
    """That the account is held at that time, and why; empty where it is not."""
    if not row.is_held(at):
        return ""
    hold = f"{row.name} is held"
    if row.held_until:
        hold += f" until {times.full(row.held_until, series.zone)}"
    if row.note:
        hold += f": {errors.ended(row.note)}"
    else:
        hold += "."
    return f"{hold} Then: mlcollage release --account {row.name}"


def _account_line(context: Context, account: str, state: AccountState) -> str:
    """The account, the name that it posts under, and its costs."""
    publisher = context.publishers[account]
    name = account
    if publisher.identity:
        name += f" as {publisher.identity}"
    costs = []
    if state.cost:
        costs.append(str(state.cost))
    if publisher.price:
        budget = ""
        if publisher.budget is not None:
            budget = f" of ${price.cents(publisher.budget)}"
        costs.append(f"${price.cents(state.spent)}{budget} spent in the month")
    return f"{name}: {'; '.join(costs) or 'free of charge'}"


def _thread_lines(thread: ComposedThread) -> Iterator[str]:
    """The thread as people read it: each part with its length, text, picture and alt text."""
    for part in thread.parts:
        length = f"{thread.length(part)} of {thread.limits.length} characters"
        yield f"--- {part.position} of {len(thread.parts)}, {length}"
        yield part.text
        fit = thread.fits.get(part.position)
        if part.image and fit:
            picture = fit.picture
            size = f"{picture.width} × {picture.height}, {picture.size:,} bytes; {fit.words}"
            yield f"[picture: {part.image.file}, {size}]"
            yield f"[alt text: {part.image.alt}]"
        if thread.card and thread.card.position == part.position:
            yield f"[link card: {thread.card.title} → {thread.card.url}]"
