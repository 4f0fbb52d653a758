"""What an item says of single networks, compared with the configuration."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from bot.context import Context
from bot.core import hints, per_network
from bot.core.collage import Item, shown
from bot.core.errors import BadInput
from bot.core.per_network import OnNetwork
from bot.publishers import table


def check(context: Context, item: Item, stored: Collection[OnNetwork] = ()) -> None:
    """Raise `BadInput` for a name that is no network's or account's, and for a handle that is not
    of the account's form.

    What is `stored` already was right when it was written: it is told by `remarks`.
    """
    was_known = {entry.name for entry in stored}
    for entry in item.on:
        if entry.name not in (*_names(context), *was_known):
            raise BadInput(_at(item, _unknown(context, entry.name)))
        if entry in stored or entry.name not in context.publishers:
            continue
        network = context.publishers[entry.name].network.name
        for problem in per_network.problems_of_handles(entry, network):
            raise BadInput(_at(item, problem))


def remarks(context: Context, entries: Iterable[OnNetwork]) -> tuple[str, ...]:
    """What of the entries holds nowhere, as its account is not configured any more: clauses."""
    known = _names(context)
    return tuple(
        f"what it says under [on.{entry.name}] holds nowhere: there is no such network or account"
        for entry in entries
        if entry.name not in known
    )


def not_skipped(context: Context, item: Item, names: Iterable[str]) -> Item:
    """The item with the word taken back that it is left out under these names.

    Where a broader name leaves an account out, the narrower one says that it is not. Raises
    `BadInput` for a name that is no network's or account's.
    """
    entries = item.on
    for name in names:
        if name not in (*_names(context), *(entry.name for entry in entries)):
            raise BadInput(_at(item, _unknown(context, name)))
        entries = per_network.changed(entries, name, skip=None)
        if any(per_network.merged(entries, its).skip for its in _from(context, name)):
            entries = per_network.changed(entries, name, skip=False)
    return replace(item, on=entries)


def still_skipped(
    context: Context, before: Item, after: Item, names: Iterable[str]
) -> tuple[str, ...]:
    """What `not_skipped` did not do: clauses."""
    notes = []
    for name in names:
        accounts = [each for each in context.publishers if name in context.names(each)]
        if not context.left_out(before, accounts):
            notes.append(f"it was not left out on {name}")
        notes += [
            f"{each} is still left out; for that: --no-skip {each}"
            for each in context.left_out(after, accounts)
        ]
    return tuple(notes)


def _from(context: Context, name: str) -> Iterator[tuple[str, ...]]:
    """For each account of that name: the name, and all broader ones that hold there."""
    for account in context.publishers:
        names = context.names(account)
        if name in names:
            yield names[names.index(name) :]


def _names(context: Context) -> tuple[str, ...]:
    """The names of all networks, and of the accounts in the configuration."""
    return tuple(dict.fromkeys([*table.NETWORKS, *context.config.accounts]))


def _unknown(context: Context, name: str) -> str:
    names = _names(context)
    hint = hints.did_you_mean(name, names)
    named = f"on: there is no network or account {shown(name)}"
    return f"{named}; it is one of {', '.join(names)}.{hint}".rstrip(".")


def _at(item: Item, problem: str) -> str:
    """The problem as a sentence, with the item's place."""
    ending = "" if problem.endswith("?") else "."
    if item.place:
        return f"{item.place}: {problem}{ending}"
    return f"{problem}{ending}"
