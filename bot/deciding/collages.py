"""Queries for the collages of a series: the queue, history, and one collage with its threads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import assistance, fit, legibility
from bot.core.approval import Approval
from bot.core.collage import Collage, State
from bot.core.delivery import Delivery, Part
from bot.core.fit import Fit
from bot.intake import networks, twins
from bot.storage.approvals import ReviewNote as ReviewNote
from bot.storage.log import Change as Change
from bot.storage.work import Work

MOST_POSTED = 1_000
"""How many posted collages a list of them shows, the newest first."""


class Shown(NamedTuple):
    """A collage, its threads with their parts, and its newest changes.

    `set_aside` are the numbers of the threads that were made in another mode than this. `notes` are
    what a person should know before it goes out: clauses.
    """

    item: Collage
    threads: tuple[tuple[Delivery, tuple[Part, ...]], ...]
    set_aside: frozenset[int]
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    fits: Mapping[str, Fit] = MappingProxyType({})
    """Its picture as each account gets it, by account, where it is made already."""
    left_out: tuple[str, ...] = ()
    """The accounts of its series that it does not go out on."""
    drafted_by: tuple[str, ...] = ()
    """The assistants that have written in it, by their names in the log."""
    approvals: tuple[Approval, ...] = ()
    reviewers: tuple[ReviewNote, ...] = ()
    """What its reviewers say to each other."""


def listed(context: Context, series: Series, state: State | None = None) -> list[Collage]:
    """The queue in the order it goes out, with drafts and what is held; or what is in `state`."""
    with context.read() as work:
        if state is State.POSTED:
            return work.queue.posted(series.name, MOST_POSTED)
        if state:
            return work.queue.waiting(series.name, [state])
        return work.queue.waiting(series.name)


def get(context: Context, series: Series, name: str) -> Collage:
    """The collage of this NAME; raises `BadInput` when there is none."""
    with context.read() as work:
        return work.queue.get(series.name, name)


def show(context: Context, series: Series, name: str) -> Shown:
    """Everything about the collage of this NAME; raises `BadInput` when there is none."""
    with context.read() as work:
        item = work.queue.get(series.name, name)
        threads = [
            (thread, work.parts.of(thread.id)) for thread in work.deliveries.of_collage(item.id)
        ]
        current = {thread.id for thread in work.lookup.of_collage(item.id)}
        subject = f"{series.name}/{item.name}"
        changes = work.log.changes(subject)
        drafted_by = assistance.among(work.log.writers(subject))
        notes: tuple[str, ...] = ()
        # What is out is history, and stays as it is.
        if item.state is not State.POSTED:
            found = twins.of(work, series, item, twins.own_picture(item), item.id)
            notes = (*legibility.of_collage(item), *networks.remarks(context, item.on))
            notes += tuple(twins.sentences(series, found))
        fits = _fits(context, work, series, item)
        approvals = tuple(work.approvals.of(item.id))
        said = tuple(work.approvals.notes(item.id))
    left_out = context.left_out(item, series.accounts)
    set_aside = frozenset(thread.id for thread, _ in threads) - current
    return Shown(
        item,
        tuple(threads),
        set_aside,
        tuple(changes),
        notes,
        fits,
        left_out,
        drafted_by,
        approvals,
        said,
    )


def _fits(context: Context, work: Work, series: Series, item: Collage) -> dict[str, Fit]:
    """The collage's picture as each account of the series gets it, where it is made already."""
    found = dict[str, Fit]()
    for account in context.wanted(item, series.accounts):
        limits = context.publishers[account].limits().pictures
        if item.picture and (made := work.fittings.find(item.picture, fit.key(limits))):
            found[account] = made
    return found


def posted(context: Context, series: Series, most: int) -> list[Collage]:
    """At most so many collages that are out, newest first."""
    with context.read() as work:
        return work.queue.posted(series.name, most)


def changes(context: Context, most: int) -> list[Change]:
    """Who changed what when, in all series, newest first."""
    with context.read() as work:
        return work.log.changes(most=most)


def repeated(context: Context, series: Series, item: Collage) -> list[str]:
    """What a person should know of other collages with the same paper, picture or alt text."""
    with context.read() as work:
        found = twins.of(work, series, item, twins.own_picture(item), item.id)
    return list(twins.sentences(series, found))
