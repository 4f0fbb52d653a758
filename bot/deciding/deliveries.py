"""Deliveries: lists of them, and what a maintainer decides about one, each decision one call."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import hints
from bot.core.collage import Collage
from bot.core.delivery import State
from bot.core.errors import BadInput
from bot.deciding import actions, resolve
from bot.deciding.actions import Ahead
from bot.deciding.resolve import Rewording
from bot.scheduling import heal, tick
from bot.sending import deliver, rescue
from bot.storage import lookup
from bot.storage.lookup import Entry

UNSENT: tuple[State, ...] = lookup.UNSENT
"""The states of what is still on its way, or has stopped before it was out."""


class Listed(NamedTuple):
    """A delivery, and what becomes of it by itself."""

    entry: Entry
    ahead: Ahead


class Decided(NamedTuple):
    """A delivery after a person's decision, a sentence of what came of it, and what is next."""

    entry: Entry
    message: str
    ahead: Ahead


class Unsent(NamedTuple):
    """An account that has not got its thread yet, and why."""

    account: str
    why: str


class Posted(NamedTuple):
    """A collage that was posted outside the timetable, and the accounts that still lack it."""

    item: Collage
    unsent: tuple[Unsent, ...]


def listed(
    context: Context,
    states: Sequence[State] = UNSENT,
    *,
    account: str | None = None,
    most: int = 50,
) -> list[Listed]:
    """Deliveries in these states, newest first; raises `BadInput` where the account is unknown."""
    with context.read() as work:
        rows = {row.name: row for row in work.accounts.all()}
        if account is not None and account not in rows:
            hint = hints.did_you_mean(account, rows)
            raise BadInput(f"There is no account {account}; there are {', '.join(rows)}.{hint}")
        found = work.lookup.listed(states, account=account, most=most)
    return [
        Listed(entry, actions.ahead(context, entry, rows[entry.delivery.account]))
        for entry in found
    ]


def current(context: Context, entries: Iterable[Entry]) -> list[Entry]:
    """The deliveries as they are by now."""
    with context.read() as work:
        return [work.lookup.entry(entry.delivery.id) for entry in entries]


def retry(context: Context, wanted: str, *, edited: bool = False) -> Decided:
    """Look a delivery up on its network, adopt what is out, and let the rest be sent.

    Here and below `wanted` is its number or key; `BadInput` is raised where there is none, and
    `NotAllowed` where its state forbids the step. `edited` has it composed anew.
    """
    return _decided(context, wanted, partial(resolve.retry, context, edited=edited))


def compose_anew(context: Context, wanted: str) -> Decided:
    """Take a person's word that nothing of a frozen thread is out, and have it composed anew."""
    return _decided(context, wanted, partial(resolve.compose_anew, context))


def posted(
    context: Context, wanted: str, urls: Sequence[str], first: int | None, *, anyway: bool = False
) -> Decided:
    """Store where a person saw parts: from part `first` on, or from the first missing one.

    Posts with another text than their parts are refused, unless they are to be taken `anyway`.
    """
    step = partial(resolve.posted, context, urls=urls, first=first, anyway=anyway)
    return _decided(context, wanted, step)


def not_posted(context: Context, wanted: str) -> Decided:
    """Take a person's word that it is not out, and send it again."""
    return _decided(context, wanted, partial(resolve.not_posted, context))


def delete(context: Context, wanted: str, url: str) -> Decided:
    """Take a double of one of its parts off the network."""
    return _decided(context, wanted, partial(resolve.delete, context, url=url))


def gone(context: Context, wanted: str, position: int) -> Decided:
    """Store that a part was taken off the network, so that the rest goes on without it."""
    return _decided(context, wanted, partial(resolve.gone, context, position=position))


def frozen_text(context: Context, wanted: str, position: int, *, is_not_posted: bool) -> str:
    """The text of a part that may be reworded; raises `NotAllowed` or `BadInput` for others."""
    with context.read() as work:
        entry = work.lookup.named(wanted)
    return resolve.rewordable(context, entry, position, is_not_posted=is_not_posted).text


def reword(context: Context, wanted: str, rewording: Rewording) -> Decided:
    """Give a frozen part that is not out another text, and let the rest be sent."""
    return _decided(context, wanted, partial(resolve.reword, context, wanted=rewording))


def cancel(context: Context, wanted: str, *, is_not_posted: bool = False) -> Decided:
    """Send nothing more of it; parts that are out stay out.

    `is_not_posted` is a person's word that nothing of it is out.
    """
    return _decided(context, wanted, partial(resolve.cancel, context, is_not_posted=is_not_posted))


def _decided(context: Context, wanted: str, step: Callable[[Entry], str]) -> Decided:
    with context.read() as work:
        entry = work.lookup.named(wanted)
        standings = work.standings.all(context.config.delivery.request)
    # What a wrong clock has written must not keep a person from deciding.
    rescue.take_up(context, entry.delivery)
    if heal.is_any_delivery_ahead(context, standings):
        heal.deliveries(context)
    with context.read() as work:
        entry = work.lookup.entry(entry.delivery.id)
    message = step(entry)
    with context.read() as work:
        rows = {row.name: row for row in work.accounts.all()}
        entry = work.lookup.entry(entry.delivery.id)
    return Decided(entry, message, actions.ahead(context, entry, rows[entry.delivery.account]))


def send_now(context: Context, entries: Sequence[Entry]) -> list[Entry]:
    """Send what is due on the accounts of these deliveries; return those still not sent."""
    names = {entry.delivery.account for entry in entries} & set(context.publishers)
    with context.read() as work:
        accounts = [row for row in work.accounts.all() if row.name in names]
    for account in accounts:
        if not account.is_held(context.clock.now()):
            deliver.run(context, account)
    return [entry for entry in current(context, entries) if entry.delivery.state is not State.SENT]


def post_now(context: Context, series: Series, name: str) -> Posted:
    """Post a ready collage at this moment, outside the timetable.

    Raises `NotAllowed` where it cannot be claimed, and what keeps it from being composed.
    """
    context = tick.begin(context)
    with context.read() as work:
        item = work.queue.get(series.name, name)
    # Threads that are due before this moment are of an earlier posting of the same collage.
    started_at = context.clock.now().replace(microsecond=0)
    tick.post_now(context, series, item)
    with context.read() as work:
        threads = work.deliveries.of_collage(item.id)
        accounts = work.accounts.all()
    held = {row.name for row in accounts if row.is_held(context.clock.now())}
    unsent = []
    for thread in threads:
        if thread.due_at < started_at or thread.state is State.SENT:
            continue
        why = thread.note or thread.state.value
        if thread.account in held:
            why = "the account is held"
        unsent.append(Unsent(thread.account, why))
    return Posted(item, tuple(unsent))
