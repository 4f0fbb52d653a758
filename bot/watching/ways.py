"""Destinations of what is told outside, and how far each of it has got: for lists, too."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from bot.core.settings import Secret
from bot.storage.sendings import Way

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Destination:
    """An entry of a setting with addresses, counted from 1.

    As a string it shows the URL's scheme and its place only, for all else may be a secret.
    """

    url: Secret
    entry: int
    setting: str

    @property
    def id(self) -> str:
        """Its name in the database: a hash, which does not reveal the URL."""
        return self.url.fingerprint

    def __str__(self) -> str:
        place = f"entry {self.entry} of {self.setting}"
        scheme = re.match(r"[a-z]+://", self.url)
        if scheme is None:
            return place
        return f"{scheme[0]}… ({place})"


def destinations(urls: Sequence[Secret], setting: str) -> list[Destination]:
    """The configured destinations, in the order of the setting."""
    return [Destination(url, entry, setting) for entry, url in enumerate(urls, 1)]


class Listed(NamedTuple, Generic[T]):
    """A notice or an event, and how far it has got to each destination that it was for.

    `entries` has the places of those that are configured here, by their names in the database.
    """

    thing: T
    ways: tuple[Way, ...]
    entries: Mapping[str, int]

    @property
    def is_taken(self) -> bool:
        """Whether every destination has accepted it."""
        return all(way.ended_at and not way.note for way in self.ways)

    @property
    def taken(self) -> str:
        """How many destinations have accepted it, and what is with the others."""
        ended = [way for way in self.ways if way.ended_at]
        given_up = sum(1 for way in ended if way.note)
        told = f"{len(ended) - given_up} of {len(self.ways)}"
        if waiting := len(self.ways) - len(ended):
            told += f", {waiting} waiting"
        if given_up:
            told += f", {given_up} given up"
        return told


def listed(
    things: Mapping[int, T], ways: Iterable[Way], configured: Iterable[Destination]
) -> list[Listed[T]]:
    """The things, given by their ids, each with its ways."""
    by_id: dict[int, list[Way]] = {number: [] for number in things}
    for way in ways:
        by_id[way.sent_id].append(way)
    entries = {each.id: each.entry for each in configured}
    return [Listed(thing, tuple(by_id[number]), entries) for number, thing in things.items()]
