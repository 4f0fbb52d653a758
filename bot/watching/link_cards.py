"""Asks the pages that coming collages' links lead to what they offer for a link card.

That is done beside the slots and a day before them: composing finds the answer in the database, and
no page, however slow, delays a thread.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urljoin

from bot import http_calls
from bot.composing import ahead
from bot.composing.fittings import ByType, Fittings
from bot.config import Series
from bot.context import Context
from bot.core import address, agenda, cards, opengraph, schedule
from bot.core.cards import Known
from bot.core.errors import BadInput, Unavailable
from bot.core.schedule import STEP
from bot.pictures import read
from bot.pictures.read import PictureFile
from bot.storage.link_cards import PICTURE_FILE

PAGE = http_calls.Limits(timedelta(seconds=15), body=4_000_000, redirects=10)
PICTURE = http_calls.Limits(timedelta(seconds=20), body=10_000_000, redirects=10)
"""What the requests may take."""

MOST_AT_ONCE = 4
"""Pages that are asked at the same time."""
TRIES = 5
"""Collages that cannot go out, of which no more are passed over, as in a brief."""

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """What is known of a page since it was asked, and its picture where that is to be stored."""

    known: Known
    file: PictureFile | None = None
    fits: Fittings | None = None


def look(context: Context) -> None:
    """Ask the pages of collages of the coming day that are not known, or known for too long.

    Where no account wants link cards, none is asked.
    """
    before = _due(context)
    if not before or context.stop.is_set():
        return

    def ask(url: str) -> Asked:
        return _ask(context, url, before[url])

    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="link cards") as threads:
        for asked in threads.map(ask, before):
            _store(context, asked)
    with context.write() as work:
        work.link_cards.prune(work.now - cards.KEPT)


def ask(context: Context, urls: Iterable[str]) -> bool:
    """Ask those of these pages that are not known, or known for too long; whether any was asked.

    For a person who looks at what would go out, before its day comes.
    """
    wanted = dict.fromkeys(url for url in urls if url)
    before = _unknown(context, wanted)
    for url, known in before.items():
        _store(context, _ask(context, url, known))
    return bool(before)


def _due(context: Context) -> dict[str, Known | None]:
    """The pages to be asked now, by their addresses, each with what is known of it."""
    wanted = dict.fromkeys(url for series in _with_cards(context) for url in _urls(context, series))
    return _unknown(context, wanted)


def _unknown(context: Context, wanted: Collection[str]) -> dict[str, Known | None]:
    """Those of these pages that are to be asked, each with what is known of it."""
    if not wanted:
        return {}
    with context.read() as work:
        known = {url: work.link_cards.find(url) for url in wanted}
        return {url: its for url, its in known.items() if its is None or its.is_old(work.now)}


def _with_cards(context: Context) -> Iterator[Series]:
    """The series with an account that wants link cards."""
    for series in context.config.series.values():
        if any(context.publishers[name].link_cards for name in series.accounts):
            yield series


def _urls(context: Context, series: Series) -> Iterator[str]:
    """The pages whose cards the threads of the coming day want."""
    now = context.clock.now()
    until = now + cards.AHEAD
    count = sum(1 for _ in schedule.slots_between(series.timetable, now + STEP, until))
    if not count:
        return
    with context.read() as work:
        # New in the configuration: no slot of it is due before the next tick.
        if work.series.find(series.name) is None:
            return
        snapshot = work.snapshots.take(series, now, count + TRIES)
    trial = ahead.whole(context, series)
    for line in agenda.tried(snapshot, trial.is_stopped):
        if line.slot.due_at > until:
            return
        if line.collage and line.collage.id in trial.tried:
            threads = trial.tried[line.collage.id].threads
            yield from (thread.card_url for thread in threads if thread.card_url)


def _ask(context: Context, url: str, before: Known | None) -> Asked:
    """Ask a page; one that does not answer keeps what it offered before."""
    now = context.clock.now()
    try:
        page = http_calls.get(url, PAGE, is_public_only=True)
    except http_calls.NoAnswer as error:
        return Asked(_failed(url, before, now, str(error)))
    if not page.is_success:
        return Asked(_failed(url, before, now, f"it answers {page.status}"))
    offer = opengraph.read(page.body, page.headers.get("Content-Type", ""))
    until = now + cards.AGE
    if offer is None:
        return Asked(Known(url, "", "", None, now, until, "its page offers none"))
    file, fits = _picture(context, _joined(page.url, offer.picture))
    picture = file.picture if file else None
    return Asked(Known(url, offer.title, offer.description, picture, now, until), file, fits)


def _failed(url: str, before: Known | None, now: datetime, why: str) -> Known:
    log.info("No link card of %s: %s.", url, why)
    until = now + cards.AFTER_FAILURE
    if before and before.title:
        return before._replace(until=until)
    return Known(url, "", "", None, now, until, why)


def _joined(url: str, written: str) -> str:
    """Where an address leads as the page at `url` writes it; "" where it is none."""
    if not written:
        return ""
    try:
        found = urljoin(url, written)
    except ValueError:
        return ""
    return "" if address.problem(found) else found


def _picture(context: Context, url: str) -> tuple[PictureFile | None, Fittings | None]:
    """The picture at this address, made to fit; None where there is none that can be shown."""
    if not url:
        return None, None
    try:
        answer = http_calls.get(url, PICTURE, is_public_only=True)
        if not answer.is_success:
            raise BadInput(f"it answers {answer.status}")
        file = read.check(answer.body, PICTURE_FILE)
        fits = Fittings(context, [file])
        made = [fits.find_or_make(file.picture, limits) for limits in _limits(context)]
    except (http_calls.NoAnswer, BadInput, Unavailable) as error:
        log.info("No picture %s on a link card: %s", url, error)
        return None, None
    # Of a PDF it is not known which page is meant.
    if not any(made) or not file.picture.mime.startswith("image/"):
        return None, None
    return file, fits


def _limits(context: Context) -> Sequence[ByType]:
    """What the pictures of link cards may be on the networks that get some."""
    networks = {p.network.name: p.network for p in context.publishers.values() if p.link_cards}
    return [each.card_pictures for each in networks.values() if each.card_pictures]


def _store(context: Context, asked: Asked) -> None:
    with context.write() as work:
        if asked.file and asked.fits:
            work.pictures.put(asked.file.picture, asked.file.data)
            asked.fits.store(work)
        work.link_cards.put(asked.known)
