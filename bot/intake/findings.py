"""What an article gets wrong or leaves open: reported with its place, never repaired."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_MOST_NAMED = 8
"""Places or runs one sentence names; what is more is counted."""


_LONGEST_ADDRESS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    level: Literal["error", "warning"]
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as a caption shows it ("29/52", "37") and its line."""

    number: str
    line: int

    @property
    def value(self) -> int:
        return int(self.number.partition("/")[0])

    @property
    def total(self) -> int:
        return int(self.number.partition("/")[2] or 0)


def address(url: str) -> str:
    """An address for a sentence: what cannot be seen is escaped, what is endless is cut."""
    seen = url if url.isprintable() else ascii(url)[1:-1]
    return seen if len(seen) <= _LONGEST_ADDRESS else seen[: _LONGEST_ADDRESS - 1] + "…"


def about_numbers(printed: Sequence[Printed]) -> Iterator[Finding]:
    """At most two findings: numbers printed twice or left out, and numbers without the total of the
    year.
    """
    times = Counter(one.value for one in printed)
    faults = [
        f"{value} is printed {'twice' if often == 2 else f'{often} times'}"
        for value, often in sorted(times.items())
        if often > 1
    ]
    faults += [
        f"{_run(*gap)} {'is' if gap[0] == gap[1] else 'are'} missing" for gap in _gaps(printed)
    ]
    if faults:
        text = f"{_listed(faults)} in the captions on {_lines(printed)}."
        yield Finding("error", printed[0].line, text)
    if alone := [one for one in printed if not one.total]:
        numbers = _listed([_run(*run) for run in _runs(sorted({one.value for one in alone}))])
        verb = "is" if len(alone) == 1 else "are"
        text = (
            f"{numbers} {verb} printed without a total, as [{alone[0].value}], on {_lines(alone)}."
        )
        yield Finding("error", alone[0].line, text)


def _gaps(printed: Sequence[Printed]) -> list[tuple[int, int]]:
    """What lies between the numbers; where the count ends and starts anew between them (52, 1),
    nothing does.
    """
    values = [one.value for one in printed]
    count = max([one.total for one in printed] + values, default=0)
    if values and any(one.total for one in printed) and max(values) - min(values) > count / 2:
        values = [value + count if value <= count / 2 else value for value in values]
    runs = _runs(sorted(set(values)))
    return [(left[1] + 1, right[0] - 1) for left, right in itertools.pairwise(runs)]


def _runs(values: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and runs[-1][1] == value - 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs


def _run(start: int, end: int) -> str:
    return str(start) if start == end else f"{start}–{end}"


def _lines(printed: Sequence[Printed]) -> str:
    return f"line{'s' if len(printed) > 1 else ''} {_listed([str(one.line) for one in printed])}"


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST_NAMED:
        names = [*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1} more"]
    return " and ".join(piece for piece in (", ".join(names[:-1]), *names[-1:]) if piece)
