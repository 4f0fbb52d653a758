"""Where a text may be cut into parts, and how much each place hurts a reader."""

import functools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.text import labels
from bot.core.text.patterns import compiled
from bot.core.text.sentences import CJK, remarks, sentences

PARAGRAPH, LINE, SENTENCE, CLAUSE, COMMA, LISTED, WORD, GRAPHEME = (
    0.0,
    0.1,
    0.25,
    1.5,
    1.8,
    2.4,
    3.0,
    30.0,
)
# Behind what only leads on to the next: a heading, "Results.", a line that ends in a colon.
_LEAD_IN = 0.6
_IN_REMARK = 1.0
# A comma between so few words is one of a list, or behind "However,".
_FEW_WORDS = 2
_BEFORE_JOIN = 0.3
_SHORT_CLAUSE, _SHORT = 1.2, 20
_BEHIND_SHORT_FORM = 2.0
_CHINESE_WORD = 5.5

_CLAUSE = (
    r"(?:(?P<clause>[;:](?=[”’\"')\]]*\s)|[；：]|——|[—–](?=\s))"
    r"|(?P<comma>,(?=[”’\"')\]]*\s)|，)|(?P<listed>、))"
    r"[”’\"'）)\]》」』]*\s*"
)
# Kept whole: links, tags, mentions, formulas, and numbers with what they count.
_NAMED = r"(?:(?i:https?)://|[#＃@＠])[^\s，。！？；：、（）《》“”「」]+"
_OPERATOR = r"(?:[=<>≤≥≈≠≡∝±×·∈∉⊂⊆∪∩∧∨→←⇒⇔+−*/∼~]{1,2}|:=)"
_CALL = r"\w{0,12}\((?:[^()\n]|\([^()\n]{0,30}\)){1,60}\)"
_OPERAND = rf"(?:[−\-]?{_CALL}|[^\s,;，；。()]{{1,40}})"
_UNIT = (
    r"%|‰|°C?|[kKMGT]i?B\b|[kKMB]\b|ms\b|[ft]ps\b|[GTC]PUs?\b"
    r"|Mio\.|Mrd\.|Tsd\.|million\b|billion\b|Euro\b|USD\b"
)
_WHOLE = (
    rf"{labels.PATTERN}|{_NAMED}"
    r"|\$(?=\S)[^$\n]{1,80}(?<=\S)\$(?!\d)"
    rf"|{_OPERAND}(?:\s{_OPERATOR}\s{_OPERAND}|\s-\s(?:\w{{1,2}}\b|{_CALL}))+"
    r"|\b\w{1,4}\([^()\n]{1,60}\)"
    rf"|(?:[$€£¥]\s?)?(?:\d{{1,3}}(?:\s\d{{3}})+\b|\d+(?:[.,:/×x–\-]\d+)*)(?:\s?(?:{_UNIT}))?"
)
# A part should not end in the first kind; the second kind likes to begin one.
_LEADS_ON = """
a an the of in on at to for with by from as is are its their our this that these each every no not
very more most
der die das den dem des ein eine einen einem einer im in am an auf zu zum zur mit von vom für als
ist sind nicht sehr
"""
_JOINS = """
and or but because which that while where when who whose if
und oder aber weil dass wenn wobei sowie denn während um
"""
_NOT_FIRST = "，。！？；：、）》」』”’…·,.!?;:)]%"
_NOT_LAST = "（《「『“‘([$#@＃"
_PARTICLES = "的了着过和与及或而"


@functools.cache
def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


@dataclass(eq=False, slots=True)  # not frozen: that makes one three times as slow
class Break:
    """A cut in front of `at`; white space around it goes."""

    at: int
    cost: float


class Places:
    """The places to cut one text."""

    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text, language
        self.wholes = _wholes(text)

    def between_sentences(self) -> list[Break]:
        """Ends of paragraphs, lines and sentences."""
        found, at = [], 0
        for sentence in sentences(self.text, self.language):
            at += len(sentence)
            found.append(Break(at, _sentence_cost(sentence)))
        return self._outside_wholes(found, 0, len(self.text))

    def between_clauses(self, start: int, end: int) -> list[Break]:
        """Colons, semicolons, dashes and commas."""
        return self._outside_wholes(_clauses(self.text[start:end], start), start, end)

    def between_words(self, start: int, end: int) -> list[Break]:
        """White space, and in Chinese and Japanese wherever a line may end."""
        gaps = compiled(rf"\s+|(?<=[{CJK}])(?=\S)|(?<=\S)(?=[{CJK}])").finditer(
            self.text, start, end
        )
        inside = (gap.span() for gap in gaps if start < gap.start() and gap.end() < end)
        found = (Break(gap[1], cost) for gap in inside if (cost := _word_cost(self.text, *gap)))
        return self._outside_wholes(found, start, end)

    def _outside_wholes(self, found: Iterable[Break], start: int, end: int) -> list[Break]:
        kept = []
        for place in found:
            number = bisect_left(self.wholes, (place.at, 0)) - 1
            if start < place.at < end and (number < 0 or self.wholes[number][1] <= place.at):
                kept.append(place)
        return kept


def _sentence_cost(sentence: str) -> float:
    text = sentence.rstrip()
    if compiled(r"\n\s*\n\s*\Z").search(sentence, len(text)):
        is_heading = len(text) < 60 and text[-1:].isalnum()
        return PARAGRAPH + _LEAD_IN * is_heading
    cost = SENTENCE
    if sentence.endswith("\n"):
        cost = LINE
    return cost + _LEAD_IN * bool(compiled(r"(?s)[^\W\d_]+\.|.*[:：]").fullmatch(text))


def _clauses(sentence: str, offset: int) -> Iterator[Break]:
    inside = list(remarks(sentence))
    clauses = list(compiled(_CLAUSE).finditer(sentence))
    edges = [0, *(clause.end() for clause in clauses), len(sentence)]
    before, total = 0, width(sentence)
    for clause, (last, at, following) in zip(
        clauses, zip(edges, edges[1:], edges[2:], strict=False), strict=True
    ):
        before += width(sentence[last:at])
        cost = _sign_cost(clause)
        fewest = min(_size(sentence[last:at]), _size(sentence[at:following]))
        if clause["comma"] and fewest <= _FEW_WORDS:
            cost = LISTED
        elif _words(_JOINS).intersection(sentence[at : at + 20].split(maxsplit=1)[:1]):
            cost -= _BEFORE_JOIN
        number = bisect_right(inside, (at, 0)) - 1
        cost += _IN_REMARK * (number >= 0 and inside[number][0] < at < inside[number][1])
        cost += _SHORT_CLAUSE * (min(before, total - before) < _SHORT)
        yield Break(offset + at, cost)


def _sign_cost(clause: re.Match[str]) -> float:
    if clause["clause"]:
        return CLAUSE
    if clause["comma"]:
        return COMMA
    return LISTED


def _size(clause: str) -> int:
    """About how many words; a Chinese one has two characters."""
    wide = len(compiled(rf"[{CJK}]").findall(clause))
    return wide // 2 + len(compiled(rf"[^\s{CJK}，、；：]+").findall(clause))


def _word_cost(text: str, end: int, start: int) -> float:
    """The cost of a cut between the `end` of a word and the `start` of the next.

    0 where there may be none.
    """
    if text[start] in _NOT_FIRST or text[end - 1] in _NOT_LAST:
        return 0
    if start == end:
        is_mixed = text[end - 1].isascii() or text[start].isascii()
        return _CHINESE_WORD - 1.5 * is_mixed - 1.0 * (text[end - 1] in _PARTICLES)
    last = text[max(0, end - 20) : end].split()[-1].lower()
    first = text[start : start + 20].split()[0].lower()
    cost = WORD
    if last in _words(_LEADS_ON):
        cost += 0.8
    if last.endswith("."):
        cost += _BEHIND_SHORT_FORM
    if first in _words(_JOINS):
        cost -= 2 * _BEFORE_JOIN
    return cost


def _wholes(text: str) -> list[tuple[int, int]]:
    """Start and end of what no cut may go through."""
    return [found.span() for found in compiled(_WHOLE).finditer(text)]


def width(text: str) -> int:
    """A length that suits all networks, for balancing parts: wide characters count as two."""
    return len(text) + sum(map(len, compiled(rf"[{CJK}\U0001f300-\U0001faff]+").findall(text)))
