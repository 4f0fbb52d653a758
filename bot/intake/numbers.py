"""How a series' own numbers go on from those printed in its history, and what a person should know.

History keeps its printed numbers as they are, whatever they are. The greatest of a numbering year
is where the series counts on from in that year.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import agenda
from bot.core.agenda import Waiting
from bot.core.collage import Collage, State
from bot.core.errors import NotAllowed
from bot.core.schedule import SlotState
from bot.storage.queue import Printed
from bot.storage.work import Work

MOST_NAMED = 5
"""Numbers that are named where some are missing or stand twice."""

NEWEST = 60
"""Collages of history that are looked at for the newest printed number."""


TAKING = (SlotState.CLAIMED, SlotState.EMPTY)
"""The states of a slot that takes a collage, if there is one."""


class Next(NamedTuple):
    """The number that the next slot's collage gets, if it brings none along, and its year."""

    number: int
    year: int


def after_import(context: Context, series: Series, taken: Sequence[Collage]) -> list[str]:
    """Let the series count on from imported history; sentences on its numbers, and on the next.

    Of what went into the queue it says that the printed numbers are not kept.
    """
    history = [item for item in taken if item.state is State.POSTED]
    if not history:
        return list(_not_kept(context, series, taken))
    years = {_year(series, item.posted_at) for item in history if item.posted_at}
    with context.write() as work:
        by_year = _by_year(series, work.queue.printed(series.name))
        counted = dict(work.series.get(series.name, lock=True).counted)
        for year in years:
            numbers = by_year.get(year, {})
            if numbers:
                newest = max(*numbers, series.numbering.first - 1, counted.get(str(year), 0))
                counted[str(year)] = newest
        work.series.count_from(series.name, counted)
    told = [
        sentence for year in sorted(years) for sentence in _about(series, year, by_year.get(year))
    ]
    told += _unread(series, history)
    coming = next_number(context, series)
    told.append(f"The next number is {series.numbering.shown(coming.number) or coming.number}.")
    newest_year = max(years)
    # An older year's history says nothing about a year that has numbers of its own.
    is_older = newest_year < coming.year and coming.year in by_year
    if newest_year in by_year and not is_older:
        told += _why(series, newest_year, max(by_year[newest_year]), coming)
    return told


def hints(context: Context, series: Series) -> list[str]:
    """What a person should know of the next number, as long as nobody has said what it is to be.

    That is where history has other numbers than the series would begin with.
    """
    coming = next_number(context, series)
    with context.read() as work:
        if str(coming.year) in work.series.get(series.name).counted:
            return []
        if work.queue.newest_number(series.name, coming.year) is not None:
            return []
        rows = work.queue.printed(series.name, NEWEST)
    by_year = _by_year(series, rows)
    if not by_year:
        return []
    newest_year = max(by_year)
    return list(_why(series, newest_year, max(by_year[newest_year]), coming))


def next_number(context: Context, series: Series) -> Next:
    """The number that the next slot's collage gets, if it brings none along."""
    with context.read() as work:
        return _next(work, series)


def _next(work: Work, series: Series) -> Next:
    found = work.snapshots.take(series, work.now, 1)
    # A pause without an end has no line that takes anything.
    ahead = islice(agenda.ahead(found), agenda.HORIZON)
    coming = next((line for line in ahead if line.state in TAKING), None)
    local_on = work.now.astimezone(series.zone).date()
    if coming:
        local_on = coming.slot.local_on
    return Next(*agenda.number_for(found, Waiting(0, ""), local_on))


def count_from(context: Context, series: Series, number: int) -> tuple[int, int]:
    """Let the next slot's number be this one; the next number before and now.

    Raises `NotAllowed` where this number, or a greater one, is taken in that numbering year.
    """
    with context.write() as work:
        row = work.series.get(series.name, lock=True)
        before = _next(work, series)
        newest = work.queue.newest_number(series.name, before.year)
        if newest is not None and number <= newest:
            shown = series.numbering.shown(newest) or newest
            raise NotAllowed(
                f"{shown} is taken already, and the next number comes after it; "
                "for one collage: mlcollage number NAME N"
            )
        work.series.count_from(series.name, {**row.counted, str(before.year): number - 1})
        now = _next(work, series)
    return before.number, now.number


def _year(series: Series, at: datetime) -> int:
    return series.numbering.year(at.astimezone(series.zone).date())


Numbers = Mapping[int, list[str]]
"""The names of the collages with each number."""


def _by_year(series: Series, rows: Sequence[Printed]) -> dict[int, dict[int, list[str]]]:
    """The numbers of what is out, the series' own and printed ones, by numbering year."""
    found: dict[int, dict[int, list[str]]] = {}
    for row in rows:
        number, year = row.number, row.number_year
        if number is None and row.posted_at is not None:
            number, year = series.numbering.read(row.printed_number), _year(series, row.posted_at)
        if number is not None:
            found.setdefault(year, {}).setdefault(number, []).append(row.name)
    return found


def _about(series: Series, year: int, numbers: Numbers | None) -> Iterator[str]:
    """How far history goes, which numbers it lacks, and which stand twice."""
    if not numbers:
        return
    shown = series.numbering.shown
    first, last = min(numbers), max(numbers)
    of_year = f" of {year}" if year else ""
    if first == last:
        yield f"What is out{of_year} has the number {shown(first) or first}."
    else:
        yield f"What is out{of_year} goes from {shown(first) or first} to {shown(last) or last}."
    missing = [number for number in range(first, last) if number not in numbers]
    if missing:
        names = ", ".join(str(shown(number) or number) for number in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        yield f"Missing between: {names}{more}."
    for number, names_of_it in sorted(numbers.items()):
        if len(names_of_it) > 1:
            yield f"{shown(number) or number} stands twice: {', '.join(names_of_it[:MOST_NAMED])}."


def _unread(series: Series, history: Sequence[Collage]) -> Iterator[str]:
    """The printed numbers that count for nothing, and the collages without one."""
    odd = [
        f"{item.name} ({item.printed_number})"
        for item in history
        if item.printed_number and series.numbering.read(item.printed_number) is None
    ]
    if odd:
        yield f"Not counted, because it is no number of this series: {', '.join(odd)}."
    without = [item.name for item in history if not item.printed_number]
    if without:
        yield f"Without a printed number: {', '.join(without)}."


def _why(series: Series, year: int, newest: int, coming: Next) -> Iterator[str]:
    """Why the next number is not the one after the newest of history, and how to change that."""
    after = newest + 1
    if coming.number == after:
        return
    shown = series.numbering.shown
    to_count_on = f"mlcollage number --next {after}"
    if series.numbering.restart == "yearly" and coming.year != year:
        yield (
            f"History goes to {shown(newest) or newest} of {year}, and numbers restart each year: "
            f"the next one is {shown(coming.number) or coming.number} of {coming.year}. "
            f"To count on: {to_count_on}; if it is right: mlcollage number --next {coming.number}"
        )
        return
    if coming.number > after:
        taken = coming.number - 1
        yield f"It comes after {shown(taken) or taken}, which was taken, kept or counted already."
        return
    yield (
        f"It does not follow {shown(newest) or newest}. To count on: {to_count_on}; "
        f"if it is right: mlcollage number --next {coming.number}"
    )


def _not_kept(context: Context, series: Series, taken: Sequence[Collage]) -> Iterator[str]:
    """That collages in the queue get other numbers than those printed beside them."""
    printed = [
        item.printed_number for item in taken if item.printed_number and item.kept_number is None
    ]
    if not printed:
        return
    coming = next_number(context, series)
    span = printed[0] if len(printed) == 1 else f"{printed[0]} to {printed[-1]}"
    yield (
        f"Printed numbers in the queue are not kept ({span}): slots count on from "
        f"{series.numbering.shown(coming.number) or coming.number}. To keep them, import with "
        "--keep-numbers, or for one: mlcollage number NAME N"
    )
