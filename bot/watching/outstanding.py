"""Which troubles are still open: those that nobody has acknowledged and that are not over."""

from collections.abc import Callable
from datetime import datetime

from bot.context import Context
from bot.core import approval, clocks, collage
from bot.core.collage import Collage
from bot.core.delivery import State
from bot.core.month import State as RoundupState
from bot.core.notices.briefing import occasion_of
from bot.core.notices.entry import Kind
from bot.core.publication import State as Reached
from bot.roundups import review
from bot.storage.notices import Notice
from bot.storage.work import Work

MOST = 200
"""Notices looked at, the newest first."""


def is_any(context: Context) -> bool:
    """Whether a person has to do something: some trouble that was told, now or before, is open."""
    with context.read() as work:
        return any(not _is_over(context, work, each) for each in work.notices.open_trouble(MOST))


def listed(context: Context) -> list[Notice]:
    """The notices of troubles that are open, the newest first."""
    with context.read() as work:
        found = work.notices.open_trouble(MOST)
        return [notice for notice in found if not _is_over(context, work, notice)]


def _is_over(context: Context, work: Work, notice: Notice) -> bool:
    """Whether what a notice is about has been settled since, by itself or by a person."""
    about, _, name = notice.subject.partition("/")
    if about not in OVER:
        return False
    return OVER[about](context, work, notice, name)


def _delivery(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """A delivery has left the state that the notice speaks of."""
    entry = work.lookup.entry(int(name))
    state = entry.delivery.state
    match notice.kind:
        case Kind.UNCERTAIN | Kind.BY_HAND:
            return state is not State.UNCERTAIN
        case Kind.HELD:
            return state is not State.HELD
        case Kind.FAILED:
            return state is not State.FAILED or _is_back(work, notice, entry.delivery.id)
        case _:
            # Overdue: other notices tell of what is held or has failed.
            return state in {State.SENT, State.HELD, State.FAILED}


def _is_back(work: Work, notice: Notice, delivery_id: int) -> bool:
    """Whether the collage of a failed delivery is in the queue again, where it goes on."""
    cargo = work.lookup.cargo(work.deliveries.get(delivery_id))
    return cargo is not None and not cargo.is_in_place


def _account(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """An account is in the configuration, and nothing holds it any more."""
    if name not in context.config.accounts:
        return False
    held = {row.name for row in work.accounts.all() if row.is_held(work.now)}
    return name not in held


def _collage(context: Context, work: Work, notice: Notice, name: str) -> bool:
    series_name, _, collage_name = name.partition("/")
    item = work.queue.find(series_name, collage_name)
    if notice.kind is Kind.APPROVAL:
        return _is_approved(context, work, notice, item)
    # Or it was taken out of the queue.
    return item is None or item.state is not collage.State.HELD


def _is_approved(context: Context, work: Work, notice: Notice, item: Collage | None) -> bool:
    """Whether a collage has been approved since, or no slot would take it anyway."""
    if item is None or item.state is not collage.State.READY:
        return True
    series = context.config.series.get(item.series)
    if series is None or not series.wants_approval:
        return True
    given = work.approvals.of(item.id)
    is_enough = approval.standing(series.approval, given, None, item.changed_by).is_enough
    return is_enough and any(each.at > notice.created_at for each in given)


def _roundup(context: Context, work: Work, notice: Notice, name: str) -> bool:
    series_name, _, title_month = name.partition("/")
    roundup = work.roundups.find(series_name, title_month)
    if roundup is None:
        return False
    if notice.kind is Kind.HELD:
        return roundup.state in {RoundupState.LINKED, RoundupState.ANNOUNCED}
    return roundup.state is RoundupState.ANNOUNCED


def _publication(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """A roundup is published at a destination, or that is none of the series any more."""
    series_name, title_month, destination = name.split("/", 2)
    roundup = work.roundups.find(series_name, title_month)
    if roundup is None:
        return False
    series = context.config.series.get(series_name)
    if series is None or destination not in series.roundup.destinations:
        return True
    made = {each.destination: each.state for each in work.publications.of(roundup)}
    state = made.get(destination)
    if notice.kind is Kind.OVERDUE:
        return state is not Reached.TRYING
    return state is Reached.PUBLISHED


def _review(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """Somebody has approved a roundup that waited for that, or nobody has to any more."""
    series_name, _, title_month = name.partition("/")
    roundup = work.roundups.find(series_name, title_month)
    if roundup is None or roundup.state is not RoundupState.DUE:
        return roundup is not None
    series = context.config.series.get(series_name)
    return series is None or review.is_let_out(work, series, roundup)


def _page(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """A page that could not be made again shows what it should."""
    series_name, _, title_month = name.partition("/")
    roundup = work.roundups.find(series_name, title_month)
    return roundup is not None and not roundup.is_changed


def _slot(context: Context, work: Work, notice: Notice, name: str) -> bool:
    series_name, _, text = name.partition("/")
    at = datetime.fromisoformat(text)
    return at in work.slots.settled_since(series_name, at)


def _brief(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """What a brief speaks of is past: other notices tell what became of it."""
    occasion = occasion_of(name)
    return work.now > (occasion.at or notice.created_at + occasion.span)


def _day(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """It is told again on each day on which it lasts."""
    return name < f"{work.now:%Y-%m-%d}"


def _rehearsal(context: Context, work: Work, notice: Notice, name: str) -> bool:
    return context.config.live


def _clock(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """The newest rows are not dated later than now any more."""
    return not clocks.is_ahead(work.ahead.newest_row_at(), work.now)


def _series(context: Context, work: Work, notice: Notice, name: str) -> bool:
    """A series is in the configuration, or retired, or has another name."""
    return name in context.config.series or work.series.known().get(name, True)


OVER: dict[str, Callable[[Context, Work, Notice, str], bool]] = {
    "account": _account,
    "brief": _brief,
    "clock": _clock,
    "collage": _collage,
    "day": _day,
    "delivery": _delivery,
    "page": _page,
    "rehearsal": _rehearsal,
    "review": _review,
    "roundup": _roundup,
    "publication": _publication,
    "series": _series,
    "slot": _slot,
}
"""By what a notice is about, whether that is over. What is about nothing else (a slot that was
missed, for instance) is open until somebody acknowledges it."""
