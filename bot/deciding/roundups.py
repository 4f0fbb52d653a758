"""Queries for the roundups of a series: all of them, and one with its collages and threads."""

from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import settings
from bot.core.collage import Collage
from bot.core.delivery import Delivery, Part
from bot.core.errors import NotAllowed
from bot.core.month import Roundup, State
from bot.core.publication import Publication
from bot.deciding import awaited
from bot.deciding.awaited import Awaits
from bot.roundups import advance, linking, review
from bot.roundups.review import Standing
from bot.site.folder import Written
from bot.storage.roundups import Found


class RoundupShown(NamedTuple):
    """A roundup, its collages in order, and its threads with their parts.

    `findings` are those about the article that it was imported from.
    """

    roundup: Roundup
    items: tuple[Collage, ...]
    threads: tuple[tuple[Delivery, tuple[Part, ...]], ...]
    findings: tuple[Found, ...] = ()
    publications: tuple[Publication, ...] = ()
    awaits: Awaits | None = None
    standing: Standing | None = None


def show(context: Context, series: Series, title_month: str) -> RoundupShown:
    """The roundup of this month; raises `BadInput` when there is none."""
    with context.read() as work:
        roundup = work.roundups.get(series.name, title_month)
        items = work.roundups.holds(roundup)
        threads = [
            (thread, work.parts.of(thread.id)) for thread in work.deliveries.of_roundup(roundup.id)
        ]
        findings = work.roundups.findings(roundup)
        publications = tuple(work.publications.of(roundup))
        awaits = awaited.of(context, work, series, roundup)
    said = review.standing(context, series, title_month)
    shown = RoundupShown(roundup, tuple(items), tuple(threads), findings, publications)
    return shown._replace(awaits=awaits, standing=said)


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
