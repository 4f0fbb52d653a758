"""One roundup from the ledger to its link and its thread."""

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
    """Take every roundup of the series as far as it goes now: rendered, linked, announced."""
    with context.database.read() as conn:
        open_ones = roundups.unannounced(conn, series.get(conn, own.name).id, context.rehearsal)
    for roundup in open_ones:
        try:
            _advance(context, own, roundup)
        except Taken:
            continue
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
    if roundup.state is State.RENDERED and answers(context, own, roundup):
        _create_threads(context, own, roundup)
        roundup = _step(context, roundup, State.LINKED)
    if roundup.state is State.LINKED:
        _announced(context, own, roundup)


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


def answers(context: Context, own: Series, roundup: Roundup) -> bool:
    """Whether the link can be given out: in a rehearsal and with outboxes only, when the page's
    file is there.
    """
    networks = {table.network_of(context.config.accounts[name]) for name in own.accounts}
    if context.rehearsal or networks == {"outbox"}:
        return (own.site / pages.slug_path(roundup)).is_file()
    if reach.answers(roundup.link):
        return True
    waits = RoundupWaits(own.name, roundup.title_month, roundup.link, str(own.site))
    with context.database.write() as conn:
        notices.add(conn, waits, context.clock.now(), context.rehearsal)
    return False


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
