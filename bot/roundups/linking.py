"""The link of a roundup: where its page may be, which address is taken, and what is said of it.

It is the address of the destination that is its home, one that a maintainer gave, or the site's
own. Whichever is waited for in vain, after `link_patience` the own page is the link.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import address, changes, settings, times
from bot.core.changes import Changed
from bot.core.collage import shown
from bot.core.errors import BadInput, NotAllowed
from bot.core.month import Roundup, State
from bot.core.notices.entry import Entry
from bot.core.notices.roundups import (
    LinkUntitled,
    RoundupAtOwnPage,
    RoundupWaits,
    RoundupWaitsForHome,
)
from bot.publishers import table
from bot.site import pages, reach
from bot.site.reach import Page
from bot.storage.work import Work

MOST_AT_ONCE = 16
"""Pages that are requested at the same time."""

SOON = timedelta(seconds=5)
"""How long a command waits for a page."""


class Candidate(NamedTuple):
    """An address at which the roundup may be; a page of `ours` must show its title."""

    url: str
    is_ours: bool


class Waiting(NamedTuple):
    """A roundup that waits for its link.

    `awaited` is the address that it is to have, "" while a destination has not said it yet. Until
    `until` no other one is taken; `candidates` are those that will do now, the best first.
    """

    series: Series
    roundup: Roundup
    awaited: str
    until: datetime
    candidates: tuple[Candidate, ...]


class Found(NamedTuple):
    """An address at which a roundup can be linked, and what is there."""

    candidate: Candidate
    page: Page


class Given(NamedTuple):
    """What became of an address that a maintainer gave: the roundup's link, or where it also is.

    `remark` is what a person should know of what is there.
    """

    roundup: Roundup
    changes: tuple[Changed, ...]
    is_link: bool
    remark: str = ""


def stays_local(context: Context, series: Series) -> bool:
    """Whether the thread with the link stays on this machine: in a rehearsal or in outboxes.

    The page's file is enough then; it need not answer on the web, unless it is to be at home there.
    """
    networks = {table.network_of(context.config.accounts[name]) for name in series.accounts}
    return bool(context.rehearsal) or (networks == {"outbox"} and not series.roundup.home)


def is_address(context: Context, link: str) -> bool:
    """Whether there is an address, and no example of one; in a rehearsal an example will do."""
    if not link:
        return False
    return bool(context.rehearsal) or not settings.is_example(link)


def own_link(series: Series, roundup: Roundup) -> str:
    """The address of the page under the base URL; "" without one."""
    return pages.link(series, roundup.slug)


def until(series: Series, roundup: Roundup) -> datetime:
    """How long a roundup waits for the link that it is to have."""
    return (roundup.rendered_at or roundup.due_at) + series.roundup.link_patience


def waits_for_home(series: Series, roundup: Roundup) -> bool:
    """Whether its link comes from a destination: nobody has given another one.

    A year's list is on the series' own site only.
    """
    if roundup.is_year:
        return False
    is_own = roundup.link in {"", own_link(series, roundup)}
    return bool(series.roundup.home) and (is_own or settings.is_example(roundup.link))


def awaited_home(context: Context, work: Work, series: Series, roundup: Roundup) -> str:
    """The destination that a roundup's link is to come from; "" where it waits for none."""
    is_open = roundup.state in {State.DUE, State.RENDERED} and not roundup.published_elsewhere
    if not is_open or stays_local(context, series) or not waits_for_home(series, roundup):
        return ""
    return "" if goes_without(context, work, series, roundup) else series.roundup.home


def told(context: Context, work: Work, series: Series, roundup: Roundup) -> Roundup:
    """The roundup with its link as far as that is known: for people.

    While it waits for a destination to say it, its own page is not the link yet.
    """
    home = awaited_home(context, work, series, roundup)
    if not home:
        return roundup
    return replace(roundup, link=work.publications.url(roundup, home))


def waiting(context: Context) -> list[Waiting]:
    """The rendered roundups whose page has to answer on the web, in order of due time."""
    found = []
    with context.read() as work:
        for series in context.config.series.values():
            # A series that was never prepared has no row yet, and no roundups.
            if stays_local(context, series) or work.series.find(series.name) is None:
                continue
            found += [
                waiting_of(context, work, series, roundup)
                for roundup in work.roundups.unannounced(series.name)
                if roundup.state is State.RENDERED
                and not goes_without(context, work, series, roundup)
            ]
    return found


def waiting_of(context: Context, work: Work, series: Series, roundup: Roundup) -> Waiting:
    """What a rendered roundup waits for."""
    own, patience = own_link(series, roundup), until(series, roundup)
    awaited = roundup.link
    if is_at_home := waits_for_home(series, roundup):
        awaited = work.publications.url(roundup, series.roundup.home)
    candidates = []
    if awaited:
        candidates.append(Candidate(awaited, is_ours=is_at_home or awaited == own))
    if awaited != own and work.now >= patience and is_address(context, own):
        candidates.append(Candidate(own, is_ours=True))
    return Waiting(series, roundup, awaited, patience, tuple(candidates))


def goes_without(context: Context, work: Work, series: Series, roundup: Roundup) -> bool:
    """Whether the thread has no link: there is no address, and none to wait for."""
    if is_address(context, roundup.link):
        return False
    if not waits_for_home(series, roundup):
        return True
    # In a rehearsal nothing is published at a destination.
    if stays_local(context, series):
        return True
    if work.now < until(series, roundup):
        return False
    return not work.publications.url(roundup, series.roundup.home)


def looked(waits: Sequence[Waiting]) -> dict[str, Page]:
    """What is at each candidate's address.

    All are requested at the same time, because sites may be slow and slots must not wait.
    """
    wanted = {each.url: one.roundup.title for one in waits for each in one.candidates}
    if not wanted:
        return {}
    with ThreadPoolExecutor(min(len(wanted), MOST_AT_ONCE), thread_name_prefix="pages") as threads:
        found = threads.map(reach.look, wanted, wanted.values())
        return dict(zip(wanted, found, strict=True))


def found(wait: Waiting, pages_found: dict[str, Page]) -> Found | None:
    """The first candidate whose page is there; None where the roundup goes on waiting."""
    for candidate in wait.candidates:
        page = pages_found[candidate.url]
        if page.answers and (page.shows_title or not candidate.is_ours):
            return Found(candidate, page)
    return None


def notices_of(wait: Waiting, found: Found) -> Iterator[Entry]:
    """What is told of a roundup that gets its link."""
    series, roundup, url = wait.series, wait.roundup, found.candidate.url
    if not found.page.shows_title:
        yield LinkUntitled(series.name, roundup.title_month, url, roundup.title)
    if url != wait.awaited:
        awaited = wait.awaited or series.roundup.home
        yield RoundupAtOwnPage(series.name, roundup.title_month, awaited, url)


def waits(
    context: Context, wait: Waiting, pages_found: dict[str, Page]
) -> RoundupWaits | RoundupWaitsForHome | None:
    """What is told of a roundup that goes on waiting; None while that is to be expected."""
    series, roundup = wait.series, wait.roundup
    now = context.clock.now()
    is_new = now < (roundup.rendered_at or roundup.due_at) + context.config.alerts.overdue
    # What publishes it by itself takes a while.
    if series.roundup.destinations and is_new:
        return None
    own = own_link(series, roundup)
    if not wait.candidates:
        facts = (series.name, roundup.title_month, series.roundup.home)
        return RoundupWaitsForHome(*facts, own, wait.until, series.zone)
    last = wait.candidates[-1]
    page = pages_found[last.url]
    return RoundupWaits(
        *(series.name, roundup.title_month, last.url, str(series.site)),
        title=roundup.title if page.answers else "",
    )


def give(context: Context, series: Series, title_month: str, url: str) -> Given:
    """Store where a maintainer has published a roundup; while it has no link, that is its link.

    Once its thread may be out with another link, the address is where it also is, and nothing is
    posted. Raises `BadInput` for what is no address, or an example of one; `NotAllowed` where the
    thread of a year is made, and for the own page of one whose link is to come from elsewhere.
    """
    _check(context, url)
    with context.read() as work:
        title = work.roundups.get(series.name, title_month).title
    remark = _remark(context, series, url, title)
    with context.write() as work:
        roundup = work.roundups.get(series.name, title_month)
        is_link = roundup.state in {State.DUE, State.RENDERED} or not roundup.has_page
        before = roundup.link if is_link else roundup.also_at
        made = changes.changed("link" if is_link else "also at", before, url)
        if is_link and told(context, work, series, roundup).link != roundup.link == url:
            until_at = times.full(until(series, roundup), series.zone)
            raise NotAllowed(
                f"The link of {title_month} is to come from {series.roundup.home}; if it has not "
                f"come by {until_at}, it is {url}."
            )
        if not is_link and roundup.is_year:
            raise NotAllowed(f"The thread of {title_month} is made, and its link stays.")
        if not is_link and url == roundup.link:
            return Given(roundup, (), is_link=True, remark=remark)
        if is_link:
            work.roundups.set_link(roundup, url)
        else:
            work.roundups.set_also_at(roundup, url)
        subject = f"{series.name}/roundup-{title_month}"
        work.log.record(context.who, "publish", subject, changes=made)
        return Given(work.roundups.by_id(roundup.id), made, is_link, remark)


def _check(context: Context, url: str) -> None:
    if problem := address.problem(url):
        raise BadInput(f"{shown(address.without_user(url))} {problem}.")
    if not context.rehearsal and settings.is_example(url):
        raise BadInput(f"{url} is an example; give the address at which the page can be read.")


def _remark(context: Context, series: Series, url: str, title: str) -> str:
    """That the page which answers there does not show the title; or ""."""
    if stays_local(context, series):
        return ""
    page = reach.look(url, title, SOON)
    if not page.answers or page.shows_title:
        return ""
    return f"what answers there does not show the title {title!r}; is it the right page?"
