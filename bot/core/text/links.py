"""Links in a text, with a scheme and without.

They are found as X's reference (npm twitter-text 3.1.0) and Mastodon find them.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.text import domains
from bot.core.text.domains import BEFORE, DOMAIN, LATIN, RUN
from bot.core.text.patterns import compiled
from bot.core.text.span import Span

_START = rf"(?<={BEFORE}){DOMAIN}"
_QUERY = r"\?(?:[!?*'@();:+$%\[\].,~|]*+[a-zA-Z0-9\-_&=#/]++)++"
_SHORT = rf"(?i:https?://t\.co)/(?P<name>[a-zA-Z0-9]+)(?:{_QUERY})?"
_LETTERS = rf"+\-a-zA-Z0-9=_#/\u0400-\u04ff\u1c80-\u1c87{LATIN}"
_SIGNS = r"!*';:,.$%\[\]\u2013~@|&"
# A path on Bluesky, where we set the links ourselves, may have Chinese or Japanese words between
# its signs.
_WORD = r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
_LETTER_OR_WORD = rf"(?:[{_LETTERS}]|(?<=[/=_\-]){_WORD}++)"
# So may its query.
_QUERY_OF_WORDS = (
    rf"\?(?:[!?*'@();:+$%\[\].,~|]*+"
    rf"(?:[&{_LETTERS}]|(?<=[&/=_\-]){_WORD}++)++)++"
)
_MASTODON_SIGNS = r"!*\"'「」;:=,.$%\[\]~&|@"
_MASTODON_QUERY = (
    r"\?(?:[!?*'();:+$%\[\].,~|@^]*+"
    r"[a-zA-Z0-9_&=#/\-\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef\U00010000-\U0010fffd]++)++"
)


def _tail(inside: str, end: str, either: str, query: str, *, ends_in_bracket: bool = True) -> str:
    """A pattern for port, path and query.

    A path ends in an `end` character or a closed bracket; brackets nest once.
    """
    bracket = rf"(?:\((?:{either}++|{either}*+\({either}++\){either}*+)\))"
    path = f"(?:{inside}*+(?:{end}++|{bracket}))*+"
    if not ends_in_bracket:
        path = f"(?:(?:{inside}++|{bracket})*+{end}++)*+{bracket}*+"
    return rf"(?::[0-9]+)?(?P<path>/{path})?(?:{query})?"


@dataclass(eq=False, slots=True)
class Rule:
    """What a network takes as a link's scheme, and as port, path and query behind its domain.

    `short` is the pattern of the network's own short links, which end sooner than others.
    """

    schemes: tuple[str, ...]
    tail: str
    short: str = ""


_EITHER = f"[{_SIGNS}{_LETTERS}]"
# The reference ends a path in a bracket only right behind an end character.
X = Rule(
    ("https://", "http://"),
    _tail(f"[{_SIGNS}]", f"[{_LETTERS}]", _EITHER, _QUERY, ends_in_bracket=False),
    _SHORT,
)
BLUESKY = Rule(X.schemes, _tail(f"[{_SIGNS}]", _LETTER_OR_WORD, _EITHER, _QUERY_OF_WORDS))
# Mastodon's config/initializers/twitter_regex.rb.
MASTODON = Rule(
    (*X.schemes, "dat://", "dweb://", "ipfs://", "ipns://", "ssb://", "gopher://", "gemini://"),
    _tail(f"[{_MASTODON_SIGNS}]", rf"[^\s()?<>{_MASTODON_SIGNS}]", r"[^\s()?<>]", _MASTODON_QUERY),
)


@dataclass(eq=False, slots=True)  # not frozen: that makes one three times as slow
class Link:
    """A link's place in UTF-16 units.

    `counted` is how many of them X's counter takes as the link.
    """

    start: int
    end: int
    counted: int
    has_scheme: bool


def find(units: str, rule: Rule = X) -> list[Link]:
    """Every link under the domains the reference knows.

    `units` is the text as JavaScript sees it (`split_units`).
    """
    return list(_Finder(units, rule, domains.KNOWN).links())


def find_newer(units: str, known: list[Link], rule: Rule = X) -> list[Link]:
    """The links that only domains younger than the reference make, clear of those `known` by it."""
    if not domains.occur(units, domains.NEWER):
        return []
    ends = [link.end for link in known]
    found = []
    for link in _Finder(units, rule, domains.ALL).links():
        behind = bisect_right(ends, link.start)
        if behind == len(known) or known[behind].start >= link.end:
            found.append(link)
    return found


def spans(text: str, rule: Rule = X, *, bare: bool = True, newer: bool = True) -> list[Span]:
    """The links in the text.

    `bare` ones have no scheme, `newer` ones a domain the reference does not know.
    """
    units = domains.split_units(text)
    found = find(units, rule)
    if newer:
        found = sorted([*found, *find_newer(units, found, rule)], key=lambda link: link.start)
    return list(_spans(units, [link for link in found if bare or link.has_scheme]))


def _spans(units: str, found: list[Link]) -> Iterator[Span]:
    behind = end = 0
    for link in found:
        start = end + len(domains.join_units(units[behind : link.start]))
        text = domains.join_units(units[link.start : link.end])
        behind, end = link.end, start + len(text)
        yield Span(start, end, text)


class _Finder:
    """One pass over a text.

    Each run of domain characters is looked at once, so the time is linear in the text's length.
    """

    def __init__(self, units: str, rule: Rule, tlds: domains.Tlds) -> None:
        self.units, self.rule, self.tlds = units, rule, tlds
        self.end = 0  # up to here the text is taken; a link also takes the character before it

    def links(self) -> Iterator[Link]:
        for start, end in self._runs():
            if end <= self.end:
                continue
            labels = _Labels(self.units, start, end, self.tlds)
            scheme = self._scheme_before(start)
            if scheme and (domain_end := labels.domain_at(start)):
                yield from self._with_scheme(start - scheme, start, domain_end)
            while self.end < end and (place := self._bare(labels)):
                yield from self._without_scheme(*place)

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Start and end of each run of domain characters that holds a top-level domain."""
        run = end = 0
        for dot in domains.dots(self.units, self.tlds):
            if dot < end:
                continue
            run = max(end, self.units.rfind(" ", end, dot) + 1)
            for found in compiled(RUN).finditer(self.units, run):
                run, end = found.span()
                if end > dot:
                    break
            yield run, end

    def _scheme_before(self, at: int) -> int:
        """The length of the scheme that ends at `at` and may begin a link, or 0."""
        if at < 3 or self.units[at - 3 : at] != "://":
            return 0
        for scheme in self.rule.schemes:
            start = at - len(scheme)
            if start >= 0 and self.units[start:at].lower() == scheme and self._may_start(start):
                return len(scheme)
        return 0

    def _may_start(self, at: int) -> bool:
        return at == 0 or (at > self.end and bool(compiled(BEFORE).match(self.units, at - 1)))

    def _bare(self, labels: "_Labels") -> tuple[int, int] | None:
        """Start and end of the next domain of the run, in the order the reference tries places."""
        first = max(labels.start, self.end + 1)
        if labels.start == self.end == 0:
            # At the very beginning the reference tries the second character before the first.
            for at in (1, 0):
                if self._may_start(at) and (end := labels.domain_at(at)):
                    return at, end
            first = 2
        return labels.next_domain(first)

    def _with_scheme(self, start: int, domain: int, domain_end: int) -> Iterator[Link]:
        end = self.end = self._tail_end(domain_end)[0]
        # At most 4,096 characters, where the reference counts a scheme twice.
        if (
            not self._is_domain(self.units[domain:domain_end])
            or end - start + domain - start > 4096
        ):
            return
        pattern = self.rule.short
        if pattern and (short := compiled(pattern).match(self.units, start, end)):
            if len(short["name"]) > 40:
                return
            end = short.end()
        yield Link(start, end, end - start, has_scheme=True)

    def _without_scheme(self, start: int, domain_end: int) -> Iterator[Link]:
        end, has_path = self._tail_end(domain_end)
        self.end = end
        domain = self.units[start:domain_end]
        if not self._is_domain(domain) or end - start + len("https://") > 4096:
            return
        if start > 0 and self.units[start - 1] in "-_./":
            return
        found = domains.latin(domain, self.tlds)
        for number, (at, length) in enumerate(found, 1):
            if number == len(found) and has_path:
                yield Link(start + at, end, length + end - domain_end, has_scheme=False)
            else:
                yield Link(start + at, start + at + length, length, has_scheme=False)

    def _tail_end(self, at: int) -> tuple[int, bool]:
        """Where port, path and query end that begin at `at`, and whether there is a path."""
        tail = compiled(self.rule.tail).match(self.units, at)
        if not tail:
            return at, False
        return tail.end(), tail["path"] is not None

    def _is_domain(self, domain: str) -> bool:
        if not all(domains.encoded_length(label) <= 63 for label in domain.split(".")):
            return False
        return not domain.startswith("xn--") or bool(domains.latin(domain, self.tlds))


class _Labels:
    """A run of domain characters cut into labels at its dots.

    `reach` is where the domain that begins with each label ends, or 0.
    """

    def __init__(self, units: str, start: int, end: int, tlds: domains.Tlds) -> None:
        self.units, self.start = units, start
        self.dots = [dot.start() for dot in compiled(r"\.").finditer(units, start, end)]
        self.starts = [start, *(dot + 1 for dot in self.dots)]
        self.tlds = [0, *(domains.tld_end(units, at, tlds) for at in self.starts[1:])]
        self.reach = [0] * len(self.starts)
        for number in reversed(range(len(self.dots))):
            self.reach[number] = self._end(number, self.starts[number])

    def _end(self, number: int, at: int) -> int:
        """Where the domain ends that begins at `at`, inside a label, or 0.

        It has as many labels as it can, and no `_` in the last one before the top-level domain.
        """
        dot = self.dots[number]
        if at >= dot:
            return 0
        domain = compiled(DOMAIN)
        if not domain.match(self.units, at) or not domain.match(self.units, dot - 1):
            return 0
        if self.reach[number + 1]:
            return self.reach[number + 1]
        if "_" in self.units[at:dot]:
            return 0
        return self.tlds[number + 1]

    def domain_at(self, at: int) -> int:
        """Where the domain ends that begins at `at`, or 0."""
        number = bisect_right(self.dots, at)
        if number >= len(self.dots) or at < self.starts[number]:
            return 0
        return self._end(number, at)

    def next_domain(self, at: int) -> tuple[int, int] | None:
        """Start and end of the first domain at `at` or later, behind what may precede one."""
        for number in range(bisect_right(self.dots, at), len(self.dots)):
            dot, end = self.dots[number], self.reach[number + 1]
            start = max(at, self.starts[number])
            if not end:
                end = self.tlds[number + 1]
                start = max(start, self.units.rfind("_", start, dot) + 1)
            if not end or not compiled(DOMAIN).match(self.units, dot - 1):
                continue
            if found := compiled(_START).search(self.units, start, dot):
                return found.start(), end
        return None
