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
from bot.storage import ledger, notices, pictures, queue, roundups, series
from bot.storage.claims import NewDelivery, Taken

MOST = 16
"""Pages that are asked at the same time."""

Step = Callable[[Context, Series, Roundup], object]


def settle(context: Context, own: Series, title_month: str, due_at: datetime) -> bool:
    """Fix the list of a roundup whose moment has come; False while deliveries are worth waiting
    for.
    """
    now = context.clock.now()
    with context.database.write() as conn:
        row = series.get(conn, own.name)
        if row.roundups_through >= title_month:
            return True
        if now < due_at + own.roundup.wait and roundups.is_unsettled(
            conn, row.id, due_at, context.rehearsal
        ):
            return False
        series.roundups_done(conn, row.id, title_month)
        count = roundups.count(conn, row.id, due_at)
        if roundups.find(conn, row.id, title_month, context.rehearsal):
            return True
        if not count:
            reading = month.reading_month(own.roundup, title_month)
            notices.add(conn, NoRoundup(own.name, title_month, reading), now, context.rehearsal)
            return True
        title = month.title(own.roundup, title_month, count, own.language)
        slug = month.slug(title, title_month)
        names = {"title": title, "slug": slug, "link": pages.link(own, slug)}
        roundups.fix(conn, row.id, title_month, due_at, context.rehearsal, **names)
    return True


def advance(context: Context, own: Series) -> None:
    """Take every roundup of the series as far as it goes now: rendered, linked, announced.

    No network is called: whether a page answers on the web is what `link` asks.
    """
    with context.database.read() as conn:
        open_ones = roundups.unannounced(conn, series.get(conn, own.name).id, context.rehearsal)
    for roundup in open_ones:
        _attempt(context, own, roundup, _advance)


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
    with context.database.read() as conn:
        for own in context.config.series.values():
            row = series.find(conn, own.name)
            if row and not _stays_here(context, own):
                open_ones = roundups.unannounced(conn, row.id, context.rehearsal)
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
    with context.database.read() as conn:
        found = roundups.by_id(conn, roundup.id)
    # A maintainer may have given another link meanwhile, and that one was not asked.
    if (found.state, found.link) == (roundup.state, roundup.link):
        _link(context, own, roundup)


def _step(context: Context, roundup: Roundup, to: State) -> Roundup:
    with context.database.write() as conn:
        roundups.advance(conn, roundup, to)
        return roundups.by_id(conn, roundup.id)


def render(context: Context, own: Series, roundup: Roundup) -> bool:
    """Write the roundup's page, its article and the index, and the page before it, which links to
    it now.
    """
    changed = folder.write(own.site, build(context, own, roundup))
    with context.database.read() as conn:
        before = roundups.neighbour(conn, roundup, series.get(conn, own.name).id)
    if before and not before.published_elsewhere:
        changed |= folder.write(own.site, build(context, own, before))
    return changed


def build(context: Context, own: Series, roundup: Roundup) -> dict[str, bytes]:
    """The files of a roundup by their path, from what the database holds now."""
    with context.database.read() as conn:
        row = series.get(conn, own.name)
        items = queue.in_roundup(conn, roundup.id)
        shown = {item.picture.sha256 for item in items if item.picture}
        everything = [one for one in roundups.listed(conn, row.id, context.rehearsal) if one.link]
        before = roundups.neighbour(conn, roundup, row.id)
        after = next(
            (one for one in reversed(everything) if one.title_month > roundup.title_month), None
        )
        data = {sha256: pictures.data(conn, sha256) for sha256 in shown}
    return pages.build(
        own, roundup, items, data, before, after, everything, context.config.templates
    )


def _say_that_it_waits(context: Context, own: Series, roundup: Roundup) -> None:
    waits = RoundupWaits(own.name, roundup.title_month, roundup.link, str(own.site))
    with context.database.write() as conn:
        notices.add(conn, waits, context.clock.now(), context.rehearsal)


def publish_at(context: Context, own: Series, title_month: str, link: str) -> Roundup:
    """Say where a roundup was published by hand, before its thread goes out."""
    with context.database.write() as conn:
        row = series.get(conn, own.name)
        roundup = roundups.get(conn, row.id, title_month, context.rehearsal)
        if roundup.state not in {State.DUE, State.RENDERED}:
            raise NotAllowed(
                f"The roundup {title_month} is {roundup.state}: its link is out and stays as it is."
            )
        roundups.set_link(conn, roundup, link)
        return roundups.by_id(conn, roundup.id)


def _create_threads(context: Context, own: Series, roundup: Roundup) -> None:
    """One delivery per account, once every account's thread can be composed."""
    with context.database.read() as conn:
        row = series.get(conn, own.name)
        items = queue.in_roundup(conn, roundup.id)
        ids = series.account_ids(conn)
    for account in own.accounts:
        Composer.of(context, own.name, account).roundup(roundup, items)
    moment = f"roundup-{roundup.title_month}"
    new = [
        NewDelivery(ids[name], thread_key(own.name, moment, name, roundup.rehearsal))
        for name in own.accounts
    ]
    local_on = roundup.due_at.astimezone(own.zone).date()
    with context.database.write() as conn:
        roundups.add_deliveries(conn, roundup, row.id, new, local_on, context.clock.now())


def _announced(context: Context, own: Series, roundup: Roundup) -> None:
    """A roundup is announced when the first part of a thread with its link is out."""
    with context.database.read() as conn:
        threads = [
            ledger.parts_of(conn, delivery.id) for delivery in ledger.of_roundup(conn, roundup.id)
        ]
    if not any(part.receipt for parts in threads for part in parts):
        return
    with context.database.write() as conn:
        roundups.advance(conn, roundup, State.ANNOUNCED)
        out = RoundupOut(own.name, roundup.title_month, roundup.title, roundup.link)
        notices.add(conn, out, context.clock.now(), context.rehearsal)


def _complain(context: Context, own: Series, roundup: Roundup, words: str) -> None:
    stuck = RoundupStuck(own.name, roundup.title_month, words)
    with context.database.write() as conn:
        notices.add(conn, stuck, context.clock.now(), context.rehearsal)
