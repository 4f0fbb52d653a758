"""One roundup from the ledger to its link and its thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.composing import covers
from bot.composing.composer import Composer
from bot.config import Config, Series
from bot.context import Context
from bot.core import address, changes, month, settings
from bot.core.calendar import RoundupTime
from bot.core.collage import shown
from bot.core.delivery import thread_key
from bot.core.errors import BadInput, NotAllowed, Unavailable, Unusable
from bot.core.month import Roundup, State
from bot.core.notices.publications import PublishingRehearsed
from bot.core.notices.roundups import (
    NoRoundup,
    RoundupOut,
    RoundupStuck,
    RoundupsWithoutLink,
    RoundupTaken,
    RoundupWaits,
)
from bot.publishers import table
from bot.roundups import site
from bot.site import pages, reach
from bot.storage.claims import NewDelivery, Taken
from bot.storage.work import Work

MOST_AT_ONCE = 16
"""Pages that are requested at the same time."""

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

    Returns whether there is any that is not at its end.

    No network is called: whether a page answers on the web is what `link` asks.
    """
    with context.read() as work:
        unannounced = work.roundups.unannounced(series.name)
    for roundup in unannounced:
        _attempt(context, series, roundup, _advance)
    return bool(unannounced)


def link(context: Context) -> bool:
    """Request the pages of rendered roundups, and link those that answer; whether any did.

    All pages are requested at the same time, because sites may be slow and slots must not wait.
    """
    waiting = _waiting_for_pages(context)
    if not waiting:
        return False
    links = [roundup.link for _, roundup in waiting]
    with ThreadPoolExecutor(min(len(links), MOST_AT_ONCE), thread_name_prefix="pages") as threads:
        answered = list(threads.map(reach.answers, links))
    for (series, roundup), has_answered in zip(waiting, answered, strict=True):
        if has_answered:
            _attempt(context, series, roundup, _link_if_unchanged)
        else:
            _notify_waiting(context, series, roundup)
    return any(answered)


def _waiting_for_pages(context: Context) -> list[tuple[Series, Roundup]]:
    """The rendered roundups whose page has to answer on the web, with their series."""
    waiting = []
    with context.read() as work:
        for series in context.config.series.values():
            if _stays_local(context, series):
                continue
            # A series that was never prepared has no row yet, and no roundups.
            row = work.series.find(series.name)
            if row is None:
                continue
            waiting += [
                (series, roundup)
                for roundup in work.roundups.unannounced(row.name)
                if roundup.state is State.RENDERED and not _goes_without_link(context, roundup)
            ]
    return waiting


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
        site.render(context, series, roundup)
        roundup = _step(context, roundup, State.RENDERED)
        plan_publications(context, series, roundup)
        context.say(f"{series.name}: the roundup {roundup.title_month} is rendered: {page}")
    if roundup.state is State.RENDERED and _goes_without_link(context, roundup):
        roundup = _link(context, series, _without_link(context, roundup))
    elif roundup.state is State.RENDERED and _stays_local(context, series) and page.is_file():
        roundup = _link(context, series, roundup)
    if roundup.state is State.LINKED:
        _announce(context, series, roundup)


def plan_publications(context: Context, series: Series, roundup: Roundup) -> None:
    """Have a rendered roundup published at the destinations that its series names.

    In a rehearsal a notice says where that would be.
    """
    names = series.roundup.destinations
    if not names:
        return
    with context.write() as work:
        if context.rehearsal:
            work.notices.add(PublishingRehearsed(series.name, roundup.title_month, names))
        else:
            work.publications.make(roundup, names)


def _stays_local(context: Context, series: Series) -> bool:
    """Whether the thread with the link stays on this machine: in a rehearsal or in outboxes.

    The page's file is enough then; it need not answer on the web.
    """
    networks = {table.network_of(context.config.accounts[name]) for name in series.accounts}
    return bool(context.rehearsal) or networks == {"outbox"}


def _goes_without_link(context: Context, roundup: Roundup) -> bool:
    """Whether the thread has no link: there is no address, or only an example of one.

    In a rehearsal an example will do.
    """
    if not roundup.link:
        return True
    return not context.rehearsal and settings.is_example(roundup.link)


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
        if not series.base_url
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


def _link_if_unchanged(context: Context, series: Series, roundup: Roundup) -> None:
    with context.read() as work:
        current = work.roundups.by_id(roundup.id)
    # A maintainer may have given another link meanwhile, and that page was not requested.
    if (current.state, current.link) == (roundup.state, roundup.link):
        _link(context, series, roundup)


def _step(context: Context, roundup: Roundup, to: State) -> Roundup:
    with context.write() as work:
        work.roundups.advance(roundup, to)
        return work.roundups.by_id(roundup.id)


def _notify_waiting(context: Context, series: Series, roundup: Roundup) -> None:
    waits = RoundupWaits(series.name, roundup.title_month, roundup.link, str(series.site))
    with context.write() as work:
        work.notices.add(waits)


def publish_at(context: Context, series: Series, title_month: str, link: str) -> Roundup:
    """Store where a maintainer has published a roundup; the roundup with that link.

    Raises `NotAllowed` once it is linked: threads with the other link may be out; `BadInput` for a
    link that is no address, or an example of one.
    """
    if problem := address.problem(link):
        raise BadInput(f"{shown(address.without_user(link))} {problem}.")
    if not context.rehearsal and settings.is_example(link):
        raise BadInput(f"{link} is an example; give the address at which the page can be read.")
    with context.write() as work:
        row = work.series.get(series.name)
        roundup = work.roundups.get(row.name, title_month)
        if roundup.state not in {State.DUE, State.RENDERED}:
            raise NotAllowed(
                f"The roundup {title_month} is {roundup.state}: its link is out and stays as it is."
            )
        work.roundups.set_link(roundup, link)
        made = changes.changed("link", roundup.link, link)
        subject = f"{series.name}/roundup-{title_month}"
        work.log.record(context.who, "publish", subject, changes=made)
        return work.roundups.by_id(roundup.id)


def _create_threads(context: Context, series: Series, roundup: Roundup) -> None:
    """Create one delivery per account, once every account's thread can be composed.

    Raises what keeps one from being composed, and `Taken` where another worker was first.
    """
    with context.read() as work:
        items = work.queue.in_roundup(roundup.id)
        ids = work.accounts.ids()
    # What was corrected since its page was rendered is on it.
    cover = covers.current(context, covers.Shown(series, roundup, items))
    for account in series.accounts:
        Composer.of(context, series.name, account).roundup(roundup, items, cover)
    moment = f"roundup-{roundup.title_month}"
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
    stuck = RoundupStuck(series.name, roundup.title_month, reason)
    with context.write() as work:
        work.notices.add(stuck)
