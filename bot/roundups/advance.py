"""One roundup from the ledger to its link and its thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from bot.composing.composer import Composer
from bot.config import Series
from bot.context import Context
from bot.core import month
from bot.core.delivery import thread_key
from bot.core.errors import MlcollageError, NoDatabase, NotAllowed
from bot.core.month import Roundup, State
from bot.core.notices import NoRoundup, RoundupOut, RoundupStuck, RoundupWaits
from bot.publishers import table
from bot.site import folder, pages, reach
from bot.storage.claims import NewDelivery, Taken

MOST = 16
"""Pages that are asked at the same time."""

Step = Callable[[Context, Series, Roundup], object]


def settle(context: Context, own: Series, title_month: str, due_at: datetime) -> bool:
    """Fix the list of a roundup whose moment has come; False while deliveries are worth waiting
    for.
    """
    now = context.clock.now()
    with context.write() as work:
        row = work.series.get(own.name)
        if row.roundups_through >= title_month:
            return True
        if now < due_at + own.roundup.wait and work.roundups.is_unsettled(row.name, due_at):
            return False
        work.series.roundups_done(row.name, title_month)
        count = work.roundups.count(row.name, due_at)
        if work.roundups.find(row.name, title_month):
            return True
        if not count:
            reading = month.reading_month(own.roundup, title_month)
            work.notices.add(NoRoundup(own.name, title_month, reading))
            return True
        title = month.title(own.roundup, title_month, count, own.language)
        slug = month.slug(title, title_month)
        names = {"title": title, "slug": slug, "link": pages.link(own, slug)}
        work.roundups.fix(row.name, title_month, due_at, **names)
    return True


def advance(context: Context, own: Series) -> bool:
    """Take every roundup of the series as far as it goes now: rendered, linked, announced.

    Returns whether there is any that is not at its end.

    No network is called: whether a page answers on the web is what `link` asks.
    """
    with context.read() as work:
        open_ones = work.roundups.unannounced(own.name)
    for roundup in open_ones:
        _attempt(context, own, roundup, _advance)
    return bool(open_ones)


def link(context: Context) -> bool:
    """Ask whether the pages of rendered roundups answer, and link those that do; whether any did.

    Sites may be slow, and are asked all at the same time: what serves slots must not wait for it.
    """
    waiting = _waiting_for_pages(context)
    if not waiting:
        return False
    links = [roundup.link for _, roundup in waiting]
    with ThreadPoolExecutor(min(len(links), MOST), thread_name_prefix="pages") as threads:
        answered = list(threads.map(reach.answers, links))
    for (own, roundup), is_there in zip(waiting, answered, strict=True):
        if is_there:
            _attempt(context, own, roundup, _link_if_unchanged)
        else:
            _say_that_it_waits(context, own, roundup)
    return any(answered)


def _waiting_for_pages(context: Context) -> list[tuple[Series, Roundup]]:
    """The rendered roundups whose page has to answer on the web."""
    found = []
    with context.read() as work:
        for own in context.config.series.values():
            row = work.series.find(own.name)
            if row and not _stays_here(context, own):
                open_ones = work.roundups.unannounced(row.name)
                found += [(own, one) for one in open_ones if one.state is State.RENDERED]
    return found


def _attempt(context: Context, own: Series, roundup: Roundup, step: Step) -> None:
    """Take one step with a roundup; what keeps it from going on is told, and stops no other."""
    try:
        step(context, own, roundup)
    except Taken:
        return
    except NoDatabase:
        raise
    except MlcollageError as error:
        _complain(context, own, roundup, str(error))


def _advance(context: Context, own: Series, roundup: Roundup) -> None:
    if roundup.state is State.DUE:
        render(context, own, roundup)
        roundup = _step(context, roundup, State.RENDERED)
        context.say(
            f"{own.name}: the roundup {roundup.title_month} is rendered: {own.site / pages.slug_path(roundup)}"
        )
    has_file = (own.site / pages.slug_path(roundup)).is_file()
    if roundup.state is State.RENDERED and _stays_here(context, own) and has_file:
        roundup = _link(context, own, roundup)
    if roundup.state is State.LINKED:
        _announced(context, own, roundup)


def _stays_here(context: Context, own: Series) -> bool:
    """Whether nobody but us sees the thread yet: in a rehearsal, and with outboxes only."""
    networks = {table.network_of(context.config.accounts[name]) for name in own.accounts}
    return bool(context.rehearsal) or networks == {"outbox"}


def _link(context: Context, own: Series, roundup: Roundup) -> Roundup:
    _create_threads(context, own, roundup)
    return _step(context, roundup, State.LINKED)


def _link_if_unchanged(context: Context, own: Series, roundup: Roundup) -> None:
    with context.read() as work:
        found = work.roundups.by_id(roundup.id)
    # A maintainer may have given another link meanwhile, and that one was not asked.
    if (found.state, found.link) == (roundup.state, roundup.link):
        _link(context, own, roundup)


def _step(context: Context, roundup: Roundup, to: State) -> Roundup:
    with context.write() as work:
        work.roundups.advance(roundup, to)
        return work.roundups.by_id(roundup.id)


def render(context: Context, own: Series, roundup: Roundup) -> bool:
    """Write the roundup's page, its article and the index, and the page before it, which links to
    it now.
    """
    changed = folder.write(own.site, build(context, own, roundup))
    with context.read() as work:
        before = work.roundups.neighbour(roundup)
    if before and not before.published_elsewhere:
        changed |= folder.write(own.site, build(context, own, before))
    return changed


def build(context: Context, own: Series, roundup: Roundup) -> dict[str, bytes]:
    """The files of a roundup by their path, from what the database holds now."""
    with context.read() as work:
        row = work.series.get(own.name)
        items = work.queue.in_roundup(roundup.id)
        shown = {item.picture.sha256 for item in items if item.picture}
        everything = [one for one in work.roundups.listed(row.name) if one.link]
        before = work.roundups.neighbour(roundup)
        after = next(
            (one for one in reversed(everything) if one.title_month > roundup.title_month), None
        )
        data = {sha256: work.pictures.data(sha256) for sha256 in shown}
    return pages.build(
        own, roundup, items, data, before, after, everything, context.config.templates
    )


def _say_that_it_waits(context: Context, own: Series, roundup: Roundup) -> None:
    waits = RoundupWaits(own.name, roundup.title_month, roundup.link, str(own.site))
    with context.write() as work:
        work.notices.add(waits)


def publish_at(context: Context, own: Series, title_month: str, link: str) -> Roundup:
    """Say where a roundup was published by hand, before its thread goes out."""
    with context.write() as work:
        row = work.series.get(own.name)
        roundup = work.roundups.get(row.name, title_month)
        if roundup.state not in {State.DUE, State.RENDERED}:
            raise NotAllowed(
                f"The roundup {title_month} is {roundup.state}: its link is out and stays as it is."
            )
        work.roundups.set_link(roundup, link)
        return work.roundups.by_id(roundup.id)


def _create_threads(context: Context, own: Series, roundup: Roundup) -> None:
    """One delivery per account, once every account's thread can be composed."""
    with context.read() as work:
        items = work.queue.in_roundup(roundup.id)
        ids = work.accounts.ids()
    for account in own.accounts:
        Composer.of(context, own.name, account).roundup(roundup, items)
    moment = f"roundup-{roundup.title_month}"
    new = [
        NewDelivery(ids[name], thread_key(own.name, moment, name, roundup.rehearsal))
        for name in own.accounts
    ]
    local_on = roundup.due_at.astimezone(own.zone).date()
    with context.write() as work:
        work.roundups.add_deliveries(roundup, new, local_on)


def _announced(context: Context, own: Series, roundup: Roundup) -> None:
    """A roundup is announced when the first part of a thread with its link is out."""
    with context.read() as work:
        threads = [
            work.parts.of(delivery.id) for delivery in work.deliveries.of_roundup(roundup.id)
        ]
    if not any(part.receipt for parts in threads for part in parts):
        return
    with context.write() as work:
        work.roundups.advance(roundup, State.ANNOUNCED)
        out = RoundupOut(own.name, roundup.title_month, roundup.title, roundup.link)
        work.notices.add(out)


def _complain(context: Context, own: Series, roundup: Roundup, words: str) -> None:
    stuck = RoundupStuck(own.name, roundup.title_month, words)
    with context.write() as work:
        work.notices.add(stuck)
