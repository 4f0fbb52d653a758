"""What is different of a collage on one network: left out, own words, authors' handles."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class OnNetwork:
    """What an item says under `[on.NAME]`; `name` is a network's or an account's.

    `thread` are whole texts of its own there, `authors` the authors' handles. `skip` is None where
    nothing is said, so that an account can take back what its network has.
    """

    name: str
    skip: bool | None = None
    thread: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


class Form(NamedTuple):
    """How a network writes a handle: as a pattern, and for people."""

    pattern: str
    example: str


# X: 15 letters, digits and underscores. Bluesky: a domain (atproto.com/specs/handle). Mastodon:
# the name and its server, as other servers need it.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
FORMS: Mapping[str, Form] = {
    "x": Form(r"@[A-Za-z0-9_]{1,15}", "@name"),
    "bluesky": Form(rf"@{_DOMAIN}", "@name.bsky.social"),
    "mastodon": Form(
        rf"@[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?@{_DOMAIN}(?::[0-9]+)?", "@name@server"
    ),
}

MOST_HANDLE = 320
"""Characters that a handle may have: a domain of 253, and a name before it."""


def merged(entries: Sequence[OnNetwork], names: Sequence[str]) -> OnNetwork:
    """What holds for an account that goes by these names, the narrowest first.

    Of each kind the narrowest entry that says something counts. The result's name is that of the
    entry that has the thread; "" where none has.
    """
    known = {entry.name: entry for entry in entries}
    found = OnNetwork("")
    for name in names:
        entry = known.get(name)
        if entry is None:
            continue
        if found.skip is None:
            found = replace(found, skip=entry.skip)
        if entry.thread and not found.thread:
            found = replace(found, name=name, thread=entry.thread)
        if not found.authors:
            found = replace(found, authors=entry.authors)
    return found


def problems(entries: Sequence[OnNetwork]) -> Iterator[str]:
    """Handles that are not of their network's form, each a clause that names the place."""
    for entry in entries:
        yield from problems_of_handles(entry, entry.name)


def problems_of_handles(entry: OnNetwork, network: str) -> Iterator[str]:
    """As `problems`, of one entry, by the rules of a network.

    Of a name that is no network's with rules, any handle with an `@` will do.
    """
    form = FORMS.get(network, Form(r"@\S+", "@name"))
    for place, handle in enumerate(entry.authors, 1):
        if len(handle) > MOST_HANDLE or not re.fullmatch(form.pattern, handle):
            where = f"on.{entry.name}.authors, entry {place}"
            shown = handle if len(handle) <= 60 else f"{handle[:60]}…"
            yield f"{where}: {shown!r} is no handle there; write it as {form.example}"
        elif handle.casefold() in map(str.casefold, entry.authors[: place - 1]):
            yield f"on.{entry.name}.authors, entry {place}: {handle!r} stands there already"


def texts(entries: Sequence[OnNetwork]) -> Iterator[tuple[str, str]]:
    """All texts, each with the name of its field."""
    for entry in entries:
        yield "on", entry.name
        yield from (("on.thread", text) for text in entry.thread)
        yield from (("on.authors", handle) for handle in entry.authors)


def with_threads(
    entries: Sequence[OnNetwork], kept: Callable[[str], bool]
) -> tuple[OnNetwork, ...]:
    """The entries with those texts of their threads that are `kept`; none that says nothing."""
    left = [replace(entry, thread=tuple(filter(kept, entry.thread))) for entry in entries]
    return tuple(entry for entry in left if table(entry))


def changed(entries: Sequence[OnNetwork], name: str, **values: Any) -> tuple[OnNetwork, ...]:
    """The entries with these values under that name; none that says nothing."""
    known = {entry.name: entry for entry in entries}
    known[name] = replace(known.get(name, OnNetwork(name)), **values)
    return tuple(entry for entry in known.values() if table(entry))


def table(entry: OnNetwork) -> dict[str, Any]:
    """What the entry says, by the keys of an item file."""
    said: dict[str, Any] = {}
    if entry.skip is not None:
        said["skip"] = entry.skip
    if entry.thread:
        said["thread"] = list(entry.thread)
    if entry.authors:
        said["authors"] = list(entry.authors)
    return said


def stored(entries: Sequence[OnNetwork]) -> dict[str, Any]:
    """The entries as the database keeps them, by name."""
    return {entry.name: table(entry) for entry in entries}


def from_stored(values: Mapping[str, Mapping[str, Any]]) -> tuple[OnNetwork, ...]:
    """The entries that `stored` gave, in their order."""
    return tuple(of_table(name, said) for name, said in values.items())


def of_table(name: str, said: Mapping[str, Any]) -> OnNetwork:
    """The entry with that name that says this."""
    skip = said.get("skip")
    return OnNetwork(name, skip, tuple(said.get("thread", ())), tuple(said.get("authors", ())))


def lines(entry: OnNetwork) -> Iterator[str]:
    """What an entry says, a line each, for people."""
    if entry.skip is not None:
        yield "skipped" if entry.skip else "not skipped"
    if entry.authors:
        yield f"authors {', '.join(entry.authors)}"
    for place, text in enumerate(entry.thread, 1):
        yield f"part {place}: {text}"


def told_left_out(accounts: Sequence[str]) -> str:
    """That a collage does not go to these accounts, without a full stop; "" for none."""
    if not accounts:
        return ""
    return f"not on {', '.join(accounts)}, as the collage says"
