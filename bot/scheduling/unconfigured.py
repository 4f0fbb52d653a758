"""Finds what the database has and the configuration does not know, before anything is made of it.

A series that was renamed in the configuration would begin anew with an empty queue, and what waits
in the old one would never go out.
"""

from collections.abc import Iterator
from itertools import combinations

from bot.config import Config
from bot.core.errors import BadConfig
from bot.core.notices.entry import Entry, counted
from bot.core.notices.gone import AccountMissing, SeriesGone, SeriesSwapped
from bot.storage.renames import Contents
from bot.storage.work import Work


def check(work: Work, config: Config) -> None:
    """Raise `BadConfig` where a series may have been renamed: nothing is done before a person says.

    That is where the configuration has one that the database does not know, and does not have one
    of which something is there.
    """
    known = work.series.known()
    if config.series.keys() <= known.keys():
        return
    if notices := series_gone(work, config):
        raise BadConfig(notices[0].text)


def findings(work: Work, config: Config) -> list[Entry]:
    """A notice for each series, account or pair of series that a person should look at."""
    return [
        *series_gone(work, config),
        *swapped(work, config),
        *_accounts(work, config),
    ]


def series_gone(work: Work, config: Config) -> list[SeriesGone]:
    """The series of which something is there, and which the configuration does not know."""
    known = work.series.known()
    names = [name for name, is_retired in known.items() if not is_retired]
    gone = {
        name: contents
        for name in names
        if name not in config.series and (contents := work.renames.contents(name)).is_any
    }
    if not gone:
        return []
    blank = [
        name
        for name in config.series
        if name not in known or not work.renames.contents(name).is_any
    ]
    return [SeriesGone(name, told(held), tuple(blank)) for name, held in gone.items()]


def told(held: Contents) -> str:
    """What there is of a series: "4 collages in its queue, 29 out, 1 thread on its way"."""
    pieces = []
    if held.waiting:
        pieces.append(f"{counted(held.waiting, 'collage', 'collages')} in its queue")
    if held.posted:
        pieces.append(f"{held.posted} out")
    if held.threads:
        pieces.append(f"{counted(held.threads, 'thread', 'threads')} on the way")
    if held.roundups:
        pieces.append(counted(held.roundups, "roundup", "roundups"))
    return ", ".join(pieces) or "nothing yet"


def swapped(work: Work, config: Config) -> list[SeriesSwapped]:
    """The pairs of series of which each has the calendar that the other one was looked at by."""
    if len(config.series) < 2:
        return []
    before = {row.name: row.calendars.get("now") for row in work.series.all()}
    now = {name: series.calendar.stored() for name, series in config.series.items()}
    return [
        SeriesSwapped(one, other, config.series[one].calendar.fingerprint)
        for one, other in combinations(config.series, 2)
        if before.get(one) not in (None, now[one])
        and before.get(one) == now[other]
        and before.get(other) == now[one]
    ]


def _accounts(work: Work, config: Config) -> Iterator[AccountMissing]:
    """The accounts that the configuration does not know, and to which something is on its way."""
    open_threads = work.renames.open_threads()
    gone = {name: count for name, count in open_threads.items() if name not in config.accounts}
    if not gone:
        return
    used = {row.name for row in work.accounts.all() if row.identity_id} | open_threads.keys()
    unknown = tuple(name for name in config.accounts if name not in used)
    for name, count in gone.items():
        yield AccountMissing(name, count, unknown)
