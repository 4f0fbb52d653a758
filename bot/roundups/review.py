"""Months that people look at before they are published: asked for, approved, taken back."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import changes, month, review
from bot.core.calendar import RoundupTime
from bot.core.collage import Collage
from bot.core.errors import BadInput, NotAllowed
from bot.core.month import Roundup, State
from bot.core.notices.reviews import RoundupToReview, RoundupUnapproved
from bot.core.review import Review
from bot.roundups import corrections, to_come
from bot.storage.work import Work


class Standing(NamedTuple):
    """How it stands with a month: what was said, and what goes out.

    `has_changed` where other collages, or other texts, would go out than were approved. `until` is
    the month's moment, and `is_let_out` whether it is published then, or now where that is past.
    """

    title_month: str
    until: datetime
    review: Review | None
    is_let_out: bool
    has_changed: bool = False
    names: tuple[str, ...] = ()
    content: str = ""
    """The hash of what would go out now."""


def ask(context: Context) -> None:
    """Ask people to look at the months whose time for that has come, once each."""
    for series in context.config.series.values():
        if series.roundup.review:
            _ask(context, series)


def _ask(context: Context, series: Series) -> None:
    with context.read() as work:
        coming = next(to_come.months(work, series))
        begins_at = coming.due_at - series.roundup.review
        if not begins_at <= work.now < coming.due_at:
            return
        if work.reviews.find(series.name, coming.title_month):
            return
        count = work.roundups.count(series.name, coming.due_at)
    # There is nothing to look at yet.
    if not count:
        return
    rule = series.roundup
    notice = RoundupToReview(
        *(series.name, coming.title_month, coming.due_at, series.zone),
        count=count,
        waits=rule.silence == "wait",
    )
    with context.write() as work:
        if work.reviews.ask(series.name, coming.title_month):
            work.notices.add(notice)


def asks_at(context: Context, series: Series, coming: RoundupTime) -> datetime | None:
    """When people are asked to look at a coming month; None where they are not."""
    at = coming.due_at - series.roundup.review
    if not series.roundup.review or at <= context.clock.now():
        return None
    return at


def is_let_out(work: Work, series: Series, roundup: Roundup) -> bool:
    """Whether a roundup whose moment has come may be published; only months are looked at."""
    if not series.roundup.review or roundup.kind != "month":
        return True
    said = work.reviews.find(series.name, roundup.title_month)
    return review.lets_out(series.roundup, said)


def holds(context: Context, series: Series, roundup: Roundup) -> bool:
    """Whether a roundup whose moment has come waits until it is approved; then a notice says so,
    once a day.
    """
    if not series.roundup.review:
        return False
    with context.read() as work:
        if is_let_out(work, series, roundup):
            return False
        days = (work.now - roundup.due_at).days
        facts = (series.name, roundup.title_month, roundup.due_at, series.zone)
        notice = RoundupUnapproved(*facts, days)
        is_new = bool(work.notices.unsaid(notice.kind, [notice.key]))
    if is_new:
        with context.write() as work:
            work.notices.add(notice)
    return True


def standing(context: Context, series: Series, title_month: str) -> Standing | None:
    """How it stands with a month that can still be approved; None where nobody has to.

    Nobody approves a year: its collages are out.
    """
    if not series.roundup.review or month.is_year(title_month):
        return None
    with context.read() as work:
        roundup = work.roundups.find(series.name, title_month)
        if roundup:
            return _standing_of(work, series, roundup)
        with suppress(BadInput):
            due_at = to_come.due_at(work, series, title_month)
            return _standing_at(work, series, title_month, due_at)
    return None


def _standing_of(work: Work, series: Series, roundup: Roundup) -> Standing:
    """The same for a month that has its roundup."""
    items = work.queue.in_roundup(roundup.id)
    found = _standing(work, series, roundup.title_month, roundup.due_at, items)
    if roundup.state is State.DUE:
        return found
    return found._replace(is_let_out=True)


def _standing(
    work: Work, series: Series, title_month: str, due_at: datetime, items: Sequence[Collage]
) -> Standing:
    said = work.reviews.find(series.name, title_month)
    content = corrections.content_of(items)
    return Standing(
        title_month,
        due_at,
        said,
        is_let_out=review.lets_out(series.roundup, said),
        has_changed=said is not None and said.is_approved and said.content != content,
        names=tuple(item.name for item in items),
        content=content,
    )


def _standing_at(work: Work, series: Series, title_month: str, due_at: datetime) -> Standing:
    """The same for a month whose roundup is to come, as if its moment were now."""
    items = work.queue.unrounded(series.name, due_at)
    return _standing(work, series, title_month, due_at, items)


def approve(context: Context, series: Series, title_month: str) -> Standing:
    """Let a month be published at its moment, or now where that is past; who did it is stored.

    Raises `NotAllowed` where nobody has to approve it, or it is out; `BadInput` where no such
    month is to come.
    """
    _check(context, series, title_month)
    with context.write() as work:
        found = _open(work, series, title_month)
        said = found.review
        if said and said.is_approved and not found.has_changed:
            return found
        work.reviews.approve(series.name, title_month, context.who, found.content)
        _log(context, work, f"{series.name}/roundup-{title_month}", found, "approved")
        return _open(work, series, title_month)


def take_back(context: Context, series: Series, title_month: str) -> Standing:
    """Keep a month from being published until somebody approves it; raises as `approve` does."""
    _check(context, series, title_month)
    with context.write() as work:
        found = _open(work, series, title_month)
        if found.review and found.review.is_taken_back:
            return found
        work.reviews.take_back(series.name, title_month, context.who)
        _log(context, work, f"{series.name}/roundup-{title_month}", found, "not yet")
        return _open(work, series, title_month)


def _check(context: Context, series: Series, title_month: str) -> None:
    if not series.roundup.review:
        raise NotAllowed(
            f"Nobody has to approve the roundups of {series.name}; to be asked before each one, "
            f'set review = "3d" under [series.{series.name}.roundup].'
        )


def _open(work: Work, series: Series, title_month: str) -> Standing:
    """The standing of a month that is not published yet."""
    roundup = work.roundups.find(series.name, title_month)
    if roundup and (roundup.published_elsewhere or roundup.state is not State.DUE):
        state = "published elsewhere" if roundup.published_elsewhere else roundup.state.value
        raise NotAllowed(f"The roundup {title_month} is {state}: there is nothing to approve.")
    if roundup:
        return _standing_of(work, series, roundup)
    try:
        due_at = to_come.due_at(work, series, title_month)
    except BadInput:
        next_one = to_come.told_next(work, series)
        raise BadInput(f"There is no roundup {title_month} to approve; {next_one}") from None
    return _standing_at(work, series, title_month, due_at)


def _log(context: Context, work: Work, subject: str, found: Standing, now: str) -> None:
    before = "nothing"
    if found.review and found.review.by:
        before = "approved" if found.review.is_approved else "not yet"
    holds = f"with {', '.join(found.names) or 'nothing yet'}"
    made = changes.changed("said", before, now)
    work.log.record(context.who, "review", subject, holds, made)
