"""One roundup from the ledger to its link and its thread."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.composing import covers
from bot.composing.composer import Composer
from bot.config import Config, Series
from bot.context import Context
from bot.core import month
from bot.core.calendar import RoundupTime
from bot.core.delivery import thread_key
from bot.core.errors import Unavailable, Unusable
from bot.core.month import Roundup, State
from bot.core.notices.entry import Entry
from bot.core.notices.pages import PageNotCorrected, of_page
from bot.core.notices.roundups import (
    NoRoundup,
    RoundupOut,
    RoundupStuck,
    RoundupsWithoutLink,
    RoundupTaken,
)
from bot.roundups import corrections, linking, publish, review, site, years
from bot.site import pages
from bot.site.folder import Written
from bot.storage.claims import NewDelivery, Taken
from bot.storage.work import Work

Step = Callable[[Context, Series, Roundup], object]


def settle(context: Context, series: Series, due: RoundupTime) -> bool:
    """Fix the list of collages of a roundup whose moment has come.

    Returns False while it waits, for at most `due.wait`, for deliveries whose outcome is open.
    """
    now = context.clock.now()
    with context.write() as work:
        row = work.series.get(series.name, lock=True)
        # Another host goes by another configuration, and names the months by that one.
        if row.stored_course(series.calendar, now).current != series.calendar:
            return False
        if row.roundups_through >= due.through:
            return True
        if now < due.due_at + due.wait and work.roundups.is_unsettled(row.name, due.due_at):
            return False
        work.series.roundups_done(row.name, due.through)
        _fix(work, series, due)
    return True


def _fix(work: Work, series: Series, due: RoundupTime) -> None:
    """Insert the roundup with its collages, or say why there is none."""
    title_month, due_at = due.title_month, due.due_at
    there = work.roundups.find(series.name, title_month)
    if there:
        # Another one, which was made by another calendar, has taken its month.
        if there.due_at != due_at and not there.published_elsewhere:
            work.notices.add(RoundupTaken(series.name, title_month, due.reading_month))
        return
    count = work.roundups.count(series.name, due_at)
    if not count:
        work.notices.add(NoRoundup(series.name, title_month, due.reading_month))
        return
    title = month.title(series.roundup, title_month, count, series.words)
    slug = month.slug(title, title_month)
    names = {"title": title, "slug": slug, "link": pages.link(series, slug)}
    work.roundups.fix(series.name, title_month, due_at, **names)


def advance(context: Context, series: Series) -> bool:
    """Take every roundup of the series as far as it goes now: rendered, linked, announced.

    A page that was corrected is made again. Returns whether any roundup is not at its end.

    No network is called: whether a page answers on the web is what `link` asks.
    """
    with context.read() as work:
        found = work.roundups.open(series.name)
    for roundup in found:
        if roundup.is_changed and roundup.state is not State.DUE:
            _correct(context, series, roundup)
        _attempt(context, series, roundup, _advance)
    return any(roundup.state is not State.ANNOUNCED for roundup in found)


def link(context: Context) -> bool:
    """Request the pages of rendered roundups, and link those that are there; whether any was.

    A series' roundups are linked in order: a later one waits for an earlier one, as long as that
    has patience.
    """
    waiting = linking.waiting(context)
    pages_found = linking.looked(waiting)
    ahead, linked = set[str](), False
    for wait in waiting:
        found = linking.found(wait, pages_found)
        if found is None:
            _notify(context, linking.waits(context, wait, pages_found))
            if context.clock.now() < wait.until:
                ahead.add(wait.series.name)
        elif wait.series.name not in ahead:
            step = partial(_link_to, wait=wait, found=found)
            _attempt(context, wait.series, wait.roundup, step)
            linked = True
    return linked


def _attempt(context: Context, series: Series, roundup: Roundup, step: Step) -> None:
    """Run one step of a roundup; an error becomes a notice, so that it stops no other roundup.

    `NoDatabase` is raised, because no notice can be stored then.
    """
    try:
        step(context, series, roundup)
    except Taken:
        # Another worker has created the roundup's threads, and takes it further.
        return
    except (Unusable, Unavailable) as error:
        _notify_stuck(context, series, roundup, str(error))


def _advance(context: Context, series: Series, roundup: Roundup) -> None:
    page = series.site / pages.slug_path(roundup)
    if roundup.state is State.DUE:
        if roundup.is_year:
            years.write_page(context, series, page)
            roundup = _step(context, roundup, State.RENDERED, rendered_at=context.clock.now())
        elif review.holds(context, series, roundup):
            return
        else:
            roundup = _render_first(context, series, roundup)
            publish.plan(context, series, roundup)
        context.say(f"{series.name}: the roundup {roundup.title_month} is rendered: {page}")
    if roundup.state is State.RENDERED:
        with context.read() as work:
            goes_without = linking.goes_without(context, work, series, roundup)
        if goes_without:
            roundup = _link(context, series, _without_link(context, roundup))
        elif linking.stays_local(context, series) and page.is_file():
            roundup = _link(context, series, roundup)
    if roundup.state is State.LINKED:
        _announce(context, series, roundup)


def _render_first(context: Context, series: Series, roundup: Roundup) -> Roundup:
    """Make the page of a roundup that is due; its neighbours' pages name it from now on."""
    roundup = corrections.noted(context, roundup)
    site.render(context, series, roundup)
    with context.write() as work:
        work.roundups.advance(roundup, State.RENDERED, rendered_at=work.now)
        work.roundups.rendered(roundup)
        work.roundups.touch_neighbours(roundup)
        return work.roundups.by_id(roundup.id)


def _correct(context: Context, series: Series, roundup: Roundup) -> None:
    """Make the page of a roundup again, because what it shows was changed; nothing is posted.

    An error becomes a notice, and it is tried again at the next tick.
    """
    try:
        render_again(context, series, roundup)
    except (Unusable, Unavailable) as error:
        _notify(context, PageNotCorrected(series.name, roundup.title_month, str(error)))


def render_again(
    context: Context, series: Series, roundup: Roundup, *, over_edits: bool = False
) -> Written:
    """Write a page that is there again, with what was changed since.

    Raises what `site.render` does.
    """
    roundup = corrections.noted(context, roundup)
    if roundup.published_elsewhere:
        written = site.write(context, series, over_edits=over_edits)
    else:
        written = site.render(context, series, roundup, over_edits=over_edits)
    _rendered(context, series, roundup)
    return written


def write_site(
    context: Context,
    series: Series,
    *,
    anew: bool = False,
    over_edits: bool = False,
    progress: site.Progress = site.silent,
) -> Written:
    """Write the whole site as `site.write` does, and store which pages show what was changed.

    Their destinations are brought up to date by the next tick.
    """
    with context.read() as work:
        found = [
            roundup
            for roundup in work.roundups.open(series.name)
            if roundup.is_changed and roundup.has_page_here
        ]
    changed = [corrections.noted(context, roundup) for roundup in found]
    written = site.write(context, series, anew=anew, over_edits=over_edits, progress=progress)
    failed = {unit for unit, _ in written.problems}
    for roundup in changed:
        if site.unit_of(roundup) not in failed:
            _rendered(context, series, roundup)
    return written


def _rendered(context: Context, series: Series, roundup: Roundup) -> None:
    """Store that a page shows what was changed, and have it published where it was before."""
    with context.write() as work:
        work.roundups.rendered(roundup)
        work.notices.settle(of_page(series.name, roundup.title_month))
        work.publications.mark_due(roundup)
        if roundup.published_elsewhere:
            publish.follow(context, work, series)


def _without_link(context: Context, roundup: Roundup) -> Roundup:
    """The roundup without the example of a link that it was made with."""
    if not roundup.link:
        return roundup
    with context.write() as work:
        work.roundups.set_link(roundup, "")
        return work.roundups.by_id(roundup.id)


def without_links(config: Config) -> list[RoundupsWithoutLink]:
    """A notice for each series that is live and has no address for its roundups."""
    if not config.live:
        return []
    all_series = config.series.values()
    return [
        RoundupsWithoutLink(series.name, series.example)
        for series in all_series
        if not (series.base_url or series.roundup.home)
    ]


def note_missing_links(context: Context) -> None:
    """Store what `without_links` says; what was said before is not said again."""
    found = without_links(context.config)
    if not found:
        return
    with context.write() as work:
        for notice in found:
            work.notices.add(notice)


def _link(context: Context, series: Series, roundup: Roundup) -> Roundup:
    _create_threads(context, series, roundup)
    return _step(context, roundup, State.LINKED)


def _link_to(
    context: Context,
    series: Series,
    roundup: Roundup,
    wait: linking.Waiting,
    found: linking.Found,
) -> None:
    """Link a roundup at the address where its page is."""
    with context.read() as work:
        current = work.roundups.by_id(roundup.id)
    # A maintainer may have given another link meanwhile, and that page was not requested.
    if (current.state, current.link) != (roundup.state, roundup.link):
        return
    url = found.candidate.url
    if url != current.link:
        with context.write() as work:
            work.roundups.set_link(current, url)
            current = work.roundups.by_id(current.id)
    _link(context, series, current)
    with context.write() as work:
        for notice in linking.notices_of(wait, found):
            work.notices.add(notice)


def _step(context: Context, roundup: Roundup, to: State, **values: Any) -> Roundup:
    with context.write() as work:
        work.roundups.advance(roundup, to, **values)
        return work.roundups.by_id(roundup.id)


def _notify(context: Context, notice: Entry | None) -> None:
    """Store a notice, where there is one and it was not said before."""
    if notice is None:
        return
    with context.read() as work:
        is_new = bool(work.notices.unsaid(notice.kind, [notice.key]))
    if is_new:
        with context.write() as work:
            work.notices.add(notice)


def _create_threads(context: Context, series: Series, roundup: Roundup) -> None:
    """Create one delivery per account, once every account's thread can be composed.

    Raises what keeps one from being composed, and `Taken` where another worker was first.
    """
    with context.read() as work:
        items = work.roundups.holds(roundup)
        ids = work.accounts.ids()
    # What was corrected since its page was rendered is on it.
    cover = covers.current(context, covers.Shown(series, roundup, items))
    for account in series.accounts:
        Composer.of(context, series.name, account).roundup(roundup, items, cover)
    moment = f"{'year' if roundup.is_year else 'roundup'}-{roundup.title_month}"
    new = [
        NewDelivery(ids[name], thread_key(series.name, moment, name, roundup.rehearsal))
        for name in series.accounts
    ]
    local_on = roundup.due_at.astimezone(series.zone).date()
    with context.write() as work:
        work.roundups.add_deliveries(roundup, new, local_on)


def _announce(context: Context, series: Series, roundup: Roundup) -> None:
    """Mark the roundup as announced, with a notice, once any part of its threads is out."""
    with context.read() as work:
        threads = [
            work.parts.of(delivery.id) for delivery in work.deliveries.of_roundup(roundup.id)
        ]
    if not any(part.receipt for parts in threads for part in parts):
        return
    with context.write() as work:
        work.roundups.advance(roundup, State.ANNOUNCED)
        out = RoundupOut(series.name, roundup.title_month, roundup.title, roundup.link)
        work.notices.add(out)


def _notify_stuck(context: Context, series: Series, roundup: Roundup, reason: str) -> None:
    _notify(context, RoundupStuck(series.name, roundup.title_month, reason))
