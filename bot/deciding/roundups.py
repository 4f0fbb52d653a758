"""Queries for the roundups of a series: all of them, and one with its collages and threads."""

from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import settings
from bot.core.collage import Collage
from bot.core.delivery import Delivery, Part
from bot.core.errors import NotAllowed
from bot.core.month import Roundup, State
from bot.core.publication import Publication, UnderWay
from bot.deciding import awaited, coming, preview
from bot.deciding.awaited import Awaits
from bot.deciding.publications import takes_no_imported
from bot.roundups import advance, linking, review, to_come
from bot.roundups.review import Standing
from bot.site.folder import Written
from bot.storage.roundups import Found


class RoundupShown(NamedTuple):
    """A roundup, its collages in order, and its threads with their parts.

    `findings` are those about the article that it was imported from. One that is not made is to
    come, and shown as it would be now; `is_empty` where nothing goes out that it could hold. `home`
    is the destination that its link is to come from, "" where none is waited for; `passed_over` are
    those that get no article of it, because it was published elsewhere.
    """

    roundup: Roundup
    items: tuple[Collage, ...]
    threads: tuple[tuple[Delivery, tuple[Part, ...]], ...]
    findings: tuple[Found, ...] = ()
    publications: tuple[Publication, ...] = ()
    awaits: Awaits | None = None
    standing: Standing | None = None
    is_made: bool = True
    is_empty: bool = False
    home: str = ""
    passed_over: tuple[str, ...] = ()
    under_way: tuple[UnderWay, ...] = ()


def show(context: Context, series: Series, title_month: str) -> RoundupShown:
    """The roundup of this month, also where it is to come.

    Raises `BadInput` where there is none, and none is to come.
    """
    with context.read() as work:
        roundup = work.roundups.find(series.name, title_month)
    if roundup is None:
        return _to_come(context, series, title_month)
    with context.read() as work:
        items = work.roundups.holds(roundup)
        threads = [
            (thread, work.parts.of(thread.id)) for thread in work.deliveries.of_roundup(roundup.id)
        ]
        findings = work.roundups.findings(roundup)
        publications = tuple(work.publications.of(roundup))
        awaits = awaited.of(context, work, series, roundup)
        home = linking.awaited_home(context, work, series, roundup)
        roundup = linking.told(context, work, series, roundup)
    said = review.standing(context, series, title_month)
    shown = RoundupShown(roundup, tuple(items), tuple(threads), findings, publications)
    if roundup.published_elsewhere:
        shown = shown._replace(passed_over=tuple(takes_no_imported(context, series)))
    trying = awaited.under_way(context) if publications else []
    its = [one for one in trying if (one.series, one.title_month) == (series.name, title_month)]
    return shown._replace(awaits=awaits, standing=said, home=home, under_way=tuple(its))


def _to_come(context: Context, series: Series, title_month: str) -> RoundupShown:
    """A roundup that is not made yet, as it would be if its moment were now."""
    with context.read() as work:
        to_come.due_at(work, series, title_month)
    roundup, items = preview.roundup(context, series, title_month)
    said = review.standing(context, series, title_month)
    with context.read() as work:
        home = linking.awaited_home(context, work, series, roundup)
        roundup = linking.told(context, work, series, roundup)
        awaits = awaited.before_its_list(work, series, roundup, said)
        is_filled = bool(items) or roundup.is_year or coming.fills(work, series, roundup.due_at)
    return RoundupShown(
        *(roundup, tuple(items), ()),
        awaits=awaits,
        standing=said,
        is_made=False,
        is_empty=not is_filled,
        home=home,
    )


def render(context: Context, series: Series, title_month: str, *, over_edits: bool) -> Written:
    """Make a roundup's page again; what was edited by hand stays, or is kept beside `over_edits`.

    Raises `BadInput` where there is no such roundup, `NotAllowed` where it has no page of ours.
    """
    with context.read() as work:
        row = work.series.get(series.name)
        roundup = work.roundups.get(row.name, title_month)
    if roundup.published_elsewhere:
        raise NotAllowed(
            f"The roundup {title_month} was published elsewhere; "
            "its page here is written by: mlcollage site"
        )
    if roundup.state is State.DUE:
        raise NotAllowed(f"The roundup {title_month} has no page yet; see: mlcollage roundup list")
    written = advance.render_again(context, series, roundup, over_edits=over_edits)
    with context.write() as work:
        work.log.record(context.who, "render", f"{series.name}/{title_month}", "")
    return written


def place(series: Series, roundup: Roundup) -> str:
    """Where the roundup's page can be read, or that its thread has no link: for people."""
    if linking.waits_for_home(series, roundup):
        home = f"its link comes from {series.roundup.home}"
        if not roundup.link or settings.is_example(roundup.link):
            return home
        return f"{home}, or is {roundup.link}"
    setting = f"set base_url under [series.{roundup.series}.roundup]"
    if not roundup.link:
        return f"without a link to its page; {setting}"
    if settings.is_example(roundup.link):
        return f"at {roundup.link}, an example: live, its thread has no link; {setting}"
    return f"at {roundup.link}"
