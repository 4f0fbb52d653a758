"""What roundups wait for that are not out yet: for whoever lists them."""

from datetime import datetime
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core.month import Roundup, State
from bot.core.publication import UnderWay
from bot.destinations.protocol import LEASE
from bot.roundups import linking, review, to_come
from bot.roundups.review import Standing
from bot.storage.work import Work


class Awaits(NamedTuple):
    """What a roundup waits for, since when, and until when where it does not wait for ever.

    One that is to come waits for its moment anyway, and for nothing else `since` a time.
    """

    what: str
    since: datetime | None
    until: datetime | None = None


APPROVAL = "somebody who approves it"


class ListedRoundup(NamedTuple):
    """A roundup with its link as far as that is known, and what it waits for."""

    roundup: Roundup
    awaits: Awaits | None


def listed(context: Context, series: Series) -> list[ListedRoundup]:
    """All roundups, newest first."""
    with context.read() as work:
        found = work.roundups.listed(series.name)
        return [_listed(context, work, series, each) for each in found]


def waiting(context: Context, series: Series) -> list[ListedRoundup]:
    """The roundups that are not out yet, in order of due time."""
    with context.read() as work:
        found = work.roundups.unannounced(series.name)
        return [_listed(context, work, series, each) for each in found]


def _listed(context: Context, work: Work, series: Series, roundup: Roundup) -> ListedRoundup:
    told = linking.told(context, work, series, roundup)
    return ListedRoundup(told, of(context, work, series, roundup))


def under_way(context: Context) -> list[UnderWay]:
    """What is being published now; what a killed process has left is among it, too, and waits."""
    if context.rehearsal or not context.config.destinations:
        return []
    with context.read() as work:
        return work.publications.under_way(LEASE)


def of(context: Context, work: Work, series: Series, roundup: Roundup) -> Awaits | None:
    """What a roundup waits for; None where it is out, or not of the mode that runs."""
    if roundup.rehearsal != work.rehearsal or roundup.published_elsewhere:
        return None
    match roundup.state:
        case State.DUE if roundup.is_year:
            return Awaits("its page", roundup.due_at)
        case State.DUE:
            if review.is_let_out(work, series, roundup):
                return Awaits("its page", roundup.due_at)
            return Awaits(APPROVAL, roundup.due_at)
        case State.RENDERED:
            return _link(context, work, series, roundup)
        case State.LINKED:
            return Awaits("its thread", roundup.rendered_at or roundup.due_at)
        case _:
            return None


def before_its_list(
    work: Work, series: Series, roundup: Roundup, standing: Standing | None
) -> Awaits | None:
    """What a roundup waits for whose list is not fixed; None where that is its moment alone."""
    if roundup.due_at > work.now:
        if standing and not standing.is_let_out:
            return Awaits(APPROVAL, None)
        return None
    until = to_come.waits_until(work, series, roundup.due_at, series.roundup.wait)
    if until and not roundup.is_year:
        return Awaits("threads that are still on their way", roundup.due_at, until)
    return Awaits("the next tick", roundup.due_at)


def _link(context: Context, work: Work, series: Series, roundup: Roundup) -> Awaits:
    """What a roundup waits for whose page is made."""
    since = roundup.rendered_at or roundup.due_at
    if linking.stays_local(context, series):
        return Awaits("its thread", since)
    if linking.goes_without(context, work, series, roundup):
        return Awaits("its thread", since)
    wait = linking.waiting_of(context, work, series, roundup)
    what = f"its page at {wait.awaited}"
    if not wait.awaited:
        what = f"its link from {series.roundup.home}"
    # Nothing takes the place of its own page.
    is_own = wait.awaited == linking.own_link(series, roundup)
    if is_own or wait.until <= work.now:
        return Awaits(what, since)
    return Awaits(what, since, wait.until)
