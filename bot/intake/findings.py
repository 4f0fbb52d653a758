"""What an article gets wrong or leaves open: reported with its place, never repaired."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_MOST_NAMED = 8
"""Places or runs that a sentence names; further ones are counted."""

_LONGEST_ADDRESS = 200
"""Characters of an address that a sentence shows."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault (`error`), an open question (`warning`), or what was not taken and need not be
    (`note`), with its line, counted from 1.
    """

    level: Literal["error", "warning", "note"]
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
    """An address as a sentence shows it: unprintable characters escaped, a long one cut."""
    text = url
    if not url.isprintable():
        text = ascii(url)[1:-1]
    if len(text) > _LONGEST_ADDRESS:
        return text[: _LONGEST_ADDRESS - 1] + "…"
    return text


def about_numbers(printed: Sequence[Printed]) -> Iterator[Finding]:
    """Yield at most two findings about the numbers in an article's captions.

    One names numbers that are printed twice or left out, the other those without the year's total.
    """
    if faults := [*_repeated(printed), *_missing(printed)]:
        text = f"{listed(faults)} in the captions on {_lines(printed)}."
        yield Finding("error", printed[0].line, text)
    if alone := [number for number in printed if not number.total]:
        runs = _runs(sorted({number.value for number in alone}))
        numbers = listed([_run(*run) for run in runs])
        verb = "are"
        if len(alone) == 1:
            verb = "is"
        fault = f"{numbers} {verb} printed without a total, as [{alone[0].value}]"
        yield Finding("error", alone[0].line, f"{fault}, on {_lines(alone)}.")


def _repeated(printed: Sequence[Printed]) -> Iterator[str]:
    times = Counter(number.value for number in printed)
    for value, count in sorted(times.items()):
        if count == 2:
            yield f"{value} is printed twice"
        elif count > 2:
            yield f"{value} is printed {count} times"


def _missing(printed: Sequence[Printed]) -> Iterator[str]:
    for start, end in _gaps(printed):
        if start == end:
            yield f"{start} is missing"
        else:
            yield f"{_run(start, end)} are missing"


def _gaps(printed: Sequence[Printed]) -> list[tuple[int, int]]:
    """The first and last number of each gap between the printed ones.

    Numbers may start anew within an article (52/52, then 1/52): values far apart are read so.
    """
    values = [number.value for number in printed]
    totals = [number.total for number in printed]
    count = max(totals + values, default=0)
    if any(totals) and max(values) - min(values) > count / 2:
        # Those of the new count follow those of the old one.
        late = [value for value in values if value > count / 2]
        early = [value for value in values if value <= count / 2]
        values = late + [value + count for value in early]
    runs = _runs(sorted(set(values)))
    return [(left[1] + 1, right[0] - 1) for left, right in itertools.pairwise(runs)]


def _runs(values: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive numbers of a sorted list as (first, last)."""
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and runs[-1][1] == value - 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs


def _run(start: int, end: int) -> str:
    if start == end:
        return str(start)
    return f"{start}–{end}"


def _lines(printed: Sequence[Printed]) -> str:
    return on_lines([number.line for number in printed])


def on_lines(lines: Sequence[int]) -> str:
    """Lines by their numbers: "line 7", "lines 7, 9 and 12"."""
    numbers = listed([str(line) for line in lines])
    if len(lines) > 1:
        return f"lines {numbers}"
    return f"line {numbers}"


def listed(names: Sequence[str]) -> str:
    """ "A, B and C"; of a long list the first, and how many more there are."""
    if len(names) > _MOST_NAMED:
        more = len(names) - _MOST_NAMED + 1
        names = [*names[: _MOST_NAMED - 1], f"{more} more"]
    return " and ".join(piece for piece in (", ".join(names[:-1]), *names[-1:]) if piece)
