"""A text in as few parts as fit, alike in length, cut where it hurts a reader least."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate, pairwise
from math import inf

from bot.core.errors import BadInput
from bot.core.text import breaks, graphemes
from bot.core.text.breaks import Break, Places
from bot.core.text.patterns import compiled
from bot.core.text.sentences import sentences

Fits = Callable[[str], bool]

# One part more costs less than a cut inside a sentence, and more than one at its end.
_PART = 0.9
# More places than these are thinned out.
_MOST_CUTS = 2000
# A last part of a few words, shorter than this share of the others, reads like an accident.
_RUNT, _RUNT_WIDTH, _RUNT_COST = 0.2, 60, 4.0


def opening(text: str, language: str, fits: Fits) -> tuple[str, str]:
    """The longest run of whole first sentences that fits, maybe none, and the rest.

    Neither has white space at its ends.
    """
    ends = list(accumulate(map(len, sentences(text, language))))
    best = _last(lambda number: fits(text[: ends[number]].strip()), 0, len(ends))
    end = 0
    if best is not None:
        end = ends[best]
    return text[:end].strip(), text[end:].strip()


def split(text: str, language: str, fits: Fits) -> list[str]:
    """Parts that each pass `fits`; joined, with the white space between them, they are the text.

    A link, tag or formula is cut only if it does not fit alone. Raises `BadInput` if a character
    fits nowhere.
    """
    text = text.strip()
    if not text:
        return []
    if fits(text):
        return [text]
    return _Splitter(text, language, fits).parts()


def marked(make: Callable[[str], list[str]]) -> list[str]:
    """The texts that `make` gives, each with its place at its end: "2/5"; a single one has none.

    `make` gets the widest marker there has to be room for, and is asked again with a wider one
    where it gives more texts than fit the digits.
    """
    texts = make("")
    if len(texts) == 1:
        return texts
    for widest in (" 9/9", " 99/99", " 999/999"):
        texts = make(widest)
        if len(f" {len(texts)}/{len(texts)}") <= len(widest):
            break
    return [f"{text} {place}/{len(texts)}" for place, text in enumerate(texts, 1)]


class _Splitter:
    """The places of one text, how far parts that begin there reach, and the cheapest way."""

    def __init__(self, text: str, language: str, fits: Fits) -> None:
        self.text, self.fits = text, fits
        self.known: dict[tuple[int, int], bool] = {}
        self.places = Places(text, language)
        self._use(_thinned(self.places.between_sentences()))
        self._refine()

    def parts(self) -> list[str]:
        way = self._way()
        if self._is_runt(way[-2], len(way) - 1):
            # A cut inside a sentence is better than a last part of a few words.
            start = 0
            if len(way) > 2:
                start = way[-3]
            inside = (self.points[start], len(self.text))
            self._use(
                [
                    *self.cuts,
                    *self.places.between_clauses(*inside),
                    *self.places.between_words(*inside),
                ]
            )
            way = self._way()
        return [
            self.text[self.points[start] : self.points[end]].strip() for start, end in pairwise(way)
        ]

    def _use(self, cuts: list[Break]) -> None:
        """Take these places from now on; of several around the same white space the cheapest."""
        self.cuts = cuts
        cost: dict[int, float] = {}
        for cut in cuts:
            at = len(self.text)
            if word := compiled(r"\S").search(self.text, cut.at):
                at = word.start()
            cost[at] = min(cut.cost, cost.get(at, cut.cost))
        cost[len(self.text)] = 0.0
        self.points = [0, *sorted(cost)]
        self.costs = [0.0, *(cost[at] for at in self.points[1:])]
        pieces = (breaks.width(self.text[start:end]) for start, end in pairwise(self.points))
        self.widths = [0, *accumulate(pieces)]
        self.reach = self._reaches()

    def _refine(self) -> None:
        """Take more cuts, finer and finer, inside each stretch that does not fit by itself."""
        for finer in (
            self.places.between_clauses,
            self.places.between_words,
            self._between_longest,
        ):
            too_long = [
                ends
                for number, ends in enumerate(pairwise(self.points))
                if self._is_too_long(number, ends)
            ]
            if not too_long:
                continue
            cuts = [cut for ends in too_long for cut in finer(*ends)]
            # Between the longest parts that fit no cut can be spared.
            if finer != self._between_longest:
                cuts = _thinned(cuts)
            self._use([*self.cuts, *cuts])

    def _is_too_long(self, number: int, ends: tuple[int, int]) -> bool:
        is_sure = self.reach[number] > number + 1 and self.known.get(ends, True)
        return not is_sure and not self._fits(*ends)

    def _between_longest(self, start: int, end: int) -> list[Break]:
        """Cuts between as many graphemes as fit; inside a grapheme only if it alone does not."""
        found = []
        ends = list(accumulate(map(len, graphemes.clusters(self.text[start:end])), initial=start))
        while start < end:
            first = bisect_right(ends, start)
            best = self._longest(start, ends, first)
            if best == start:
                best = self._longest(start, list(range(start, ends[first] + 1)), 1)
            if best == start:
                raise BadInput(
                    f"not even {self.text[start]!r} fits a part by itself: "
                    "remove it or shorten what goes with it"
                )
            found.append(Break(best, breaks.GRAPHEME))
            start = best
        return found[:-1]

    def _longest(self, start: int, ends: list[int], first: int) -> int:
        """The farthest of the ends, from the number `first` on, up to which the text fits.

        `start` if there is none.
        """
        best = _last(lambda number: self._fits(start, ends[number]), first, len(ends))
        if best is None:
            return start
        return ends[best]

    def _fits(self, start: int, end: int) -> bool:
        if (start, end) not in self.known:
            part = self.text[start:end].strip()
            self.known[start, end] = not part or self.fits(part)
        return self.known[start, end]

    def _reaches(self) -> list[int]:
        """For each point the farthest up to which a part from there fits, at least the next one."""
        reach: list[int] = []
        sure = 0
        for number, start in enumerate(self.points[:-1]):
            # A part from here fits at least as far as one from the point before.
            sure = max(number + 1, sure)
            end = self._longest(start, self.points, sure + 1)
            if end != start:
                sure = bisect_left(self.points, end)
            reach.append(sure)
        return reach

    def _way(self) -> list[int]:
        """Numbers of the points to cut at, from first to last; every part on it has been tried."""
        while True:
            count, least = self._fewest()
            way = self._evenest(count, least)
            parts = [
                self._fits(self.points[start], self.points[end]) for start, end in pairwise(way)
            ]
            if all(parts):
                return way
            # That a part fits was concluded from a longer one that does, which is wrong where a cut
            # ends a link.
            self._refine()

    def _ends(self, start: int) -> list[int]:
        points, known = self.points, self.known
        return [
            end
            for end in range(start + 1, self.reach[start] + 1)
            if known.get((points[start], points[end]), True)
        ]

    def _fewest(self) -> tuple[int, list[float]]:
        """How many parts it takes without needless cuts inside sentences.

        Then, from each point, how many it takes with any cuts.
        """
        last = len(self.points) - 1
        cheapest: list[tuple[float, int]] = [(inf, 0)] * last + [(0.0, 0)]
        least = [inf] * last + [0.0]
        for start in reversed(range(last)):
            for end in self._ends(start):
                cost, count = cheapest[end]
                cheapest[start] = min(cheapest[start], (cost + _PART + self.costs[end], count + 1))
                least[start] = min(least[start], least[end] + 1)
        if least[0] == inf:
            raise BadInput(
                "the text cannot be cut into parts that fit: shorten what goes with each part"
            )
        return cheapest[0][1], least

    def _evenest(self, count: int, least: list[float]) -> list[int]:
        """The cheapest way with so many parts, by what its cuts and uneven lengths cost."""
        layers: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
        for left in reversed(range(count)):
            layer: dict[int, tuple[float, int]] = {}
            for start, (cost, _) in layers[-1].items():
                for end in self._ends(start):
                    if least[end] > left or (left == 0) != (least[end] == 0):
                        continue
                    total = cost + self.costs[end] + self._unevenness(start, end, count)
                    if end not in layer or total < layer[end][0]:
                        layer[end] = (total, start)
            layers.append(layer)
        way = [len(self.points) - 1]
        for layer in reversed(layers[1:]):
            way.append(layer[way[-1]][1])
        return way[::-1]

    def _unevenness(self, start: int, end: int, count: int) -> float:
        mean = self.widths[-1] / count
        is_last = end == len(self.points) - 1
        runt = _RUNT_COST * (is_last and self._is_runt(start, count))
        return ((self.widths[end] - self.widths[start]) / mean - 1) ** 2 + runt

    def _is_runt(self, start: int, count: int) -> bool:
        return self.widths[-1] - self.widths[start] < min(
            _RUNT * self.widths[-1] / count, _RUNT_WIDTH
        )


def _thinned(cuts: list[Break]) -> list[Break]:
    """Where there are very many cuts, the cheapest of each few neighbours, to bound the time."""
    step = -(-len(cuts) // _MOST_CUTS)
    if step <= 1:
        return cuts
    return [min(cuts[at : at + step], key=lambda cut: cut.cost) for at in range(0, len(cuts), step)]


def _last(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """The last number from `low` to `high` - 1 for which it holds, if it holds for all before.

    A galloping search: steps double until it does not hold, then bisection.
    """
    best, step = None, 1
    while low < high:
        middle = (low + high) // 2
        if step:
            middle = min(low + step - 1, high - 1)
        if holds(middle):
            best, low, step = middle, middle + 1, step * 2
        else:
            high, step = middle, 0
    return best
