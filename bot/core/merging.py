"""Texts that two people have changed at the same time: merged field by field, or shown as both."""

import re
from collections.abc import Mapping
from typing import NamedTuple

Values = Mapping[str, str]
"""What a form holds: texts by the names of their fields."""


_WORDS = re.compile(r"\s+|\S+")


class Conflict(NamedTuple):
    """A field that both have changed, each to something else."""

    field: str
    base: str
    theirs: str
    mine: str

    @property
    def joined(self) -> str:
        """Both versions, one below the other, for a person to make one of them."""
        return "\n\n".join(filter(None, (self.theirs, self.mine)))


class Parts(NamedTuple):
    """A text in three: how it begins and ends like another one, and what is different between."""

    before: str
    different: str
    after: str


def apart(text: str, other: str) -> Parts:
    """A text as it differs from another one, word by word."""
    words, others = _WORDS.findall(text), _WORDS.findall(other)
    most = min(len(words), len(others))
    start = 0
    while start < most and words[start] == others[start]:
        start += 1
    end = 0
    while end < most - start and words[-1 - end] == others[-1 - end]:
        end += 1
    last = len(words) - end
    return Parts("".join(words[:start]), "".join(words[start:last]), "".join(words[last:]))


class Merged(NamedTuple):
    """What comes of it. A field in conflict has `theirs` among the values, as it is stored."""

    values: Values
    conflicts: tuple[Conflict, ...]


def merge(base: Values, theirs: Values, mine: Values) -> Merged:
    """Take over what only one side has changed since both had `base`.

    A field that one of them does not have counts as empty; one that `mine` does not have stays as
    it is.
    """
    values, conflicts = dict(theirs), list[Conflict]()
    for field, text in mine.items():
        before, now = base.get(field, ""), theirs.get(field, "")
        if text in (before, now):
            continue
        if now == before:
            values[field] = text
        else:
            conflicts.append(Conflict(field, before, now, text))
    return Merged(values, tuple(conflicts))
