"""Where a sentence ends, in papers' English, German and Chinese; elsewhere as sentencex says."""

import re
from bisect import bisect_right
from collections.abc import Iterator

import sentencex

from bot.core.text.abbreviations import (
    ARTICLES,
    BEFORE_LIST,
    BEFORE_NUMBER,
    BEFORE_ORDINAL,
    BEGIN,
    CONTRACTED,
    EXCLAIMED,
    JOINS_LIST,
    LABELS,
    MAYBE,
    MAYBE_CAPITAL,
    MONTHS,
    NEVER,
    SMALL_NAMES,
    TITLES,
)
from bot.core.text.patterns import compiled

CJK = (
    r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff10-\uff5a"
    r"\U00020000-\U0003ffff"
)
_OPENING = '"“„‘«»(\\[¿¡《〈「『（【'
_CLOSING = "\"”’»)\\]》〉」』）】'"
# These open as well, and close only where what goes on stands apart.
_GERMAN_CLOSING = r"(?<=[.!?…])[“‘«](?=[\s,]|\Z)"
_EMOJI = r"[\u2600-\u27bf\U0001f300-\U0001faff][\ufe0f\u200d\u2600-\u27bf\U0001f300-\U0001faff]*"
_END = (
    r"(?P<mark>\.\.+|…+|[.!?]+|[。！？｡।॥։؟۔።]+…*|(?<=\s)[:;]-?[)(D](?=\s))"
    rf"(?P<close>[{_CLOSING}]*(?:{_GERMAN_CLOSING})?[{_CLOSING}]*)"
    rf"(?P<note>\[\d[\d, –-]*\]|[¹²³⁰-⁹]+)?(?P<emoji>(?<=[!?！？])\s?{_EMOJI})?(?P<space>\s*)"
)
_LETTER = rf"(?![{CJK}])\w"
_WORD = rf"{_LETTER}(?:(?:{_LETTER}|[.\-–/’'])*{_LETTER})?\Z"
_BEGINS = rf"[{_OPENING}]*(?:[\d#＃@$]|[a-z]\)\s|(?i:https?)://|{_EMOJI}|(?P<letter>[^\W\d_]))"
_SMALL_NAME = r"[a-z]+(?:[A-Z]|\d+[a-z])|[a-z]-[A-Za-z]"
_PAIRS = {
    ")": "(（",
    "]": "[",
    "）": "(（",
    "】": "【",
    "》": "《",
    "」": "「",
    "』": "『",
    "”": "“",
    "»": "«",
}
_TURNED = str.maketrans("«»", "»«")
# The number of an item: 1. and what may stand before it.
_ITEM = rf"(?<![\w.,])(?P<number>\d{{1,2}})\.(?=\s+\S|[{CJK}])"
_BULLET = r"(?<=[\s：:])[•●‣◦▪]\s"
# A remark longer than this may be cut at the ends of its sentences.
_LONGEST_REMARK = 200
_PIECE = 2000
_FEW_WORDS = 3
# What goes on after a quotation: who said it.
_SAID = (
    r"(?:他们?|她们?|它们?|我们?|作者们?|[\u4e00-\u9fff]{2,3}?)?(?:又|还|接着)?"
    r"(?:说|问(?!题)|写道|答道|喊道|回答|认为|表示|指出)(?!道?[：:])|と|って"
)
# What never begins a sentence: the quotation is a part of one.
_GOES_ON = r"[的地得或和与及跟等、，；]|而不是|还是|即可|来[\u4e00-\u9fff]|之[类后]|[就便也都是]"
_NEW_SUBJECT = r"(?:这|那|我|你|他|她|它|作者|该|本文|因此|所以|但|然而|不过|此外|最后|首先|另外)"


_OUR_LANGUAGES = ("en", "de", "zh", "ja")
"""Languages for which the rules here are enough; elsewhere sentencex has to agree."""


def sentences(text: str, language: str) -> list[str]:
    """The text cut behind each sentence and each line; the pieces joined are the text."""
    found: list[str] = []
    for line in re.findall(r"[^\n]*\n+|[^\n]+", text):
        ends = [*_Line(line, language.partition("-")[0].lower()).ends(), len(line)]
        found += [line[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return found


class _Line:
    """One line of text, and the rules by which a full stop in it ends a sentence or does not."""

    def __init__(self, line: str, language: str) -> None:
        self.line, self.language = line, language
        self.begin_words = BEGIN["en"] | BEGIN.get(language, frozenset())
        self.never = NEVER["en"] | NEVER.get(language, frozenset())
        self.start = 0  # of the sentence looked at
        self.remarks = list(remarks(line))
        self.items = dict(_items(line))

    def ends(self) -> Iterator[int]:
        """Where the line's sentences end, but for the last."""
        starts = self._item_starts()
        for end in self._marked_ends():
            while starts and starts[-1] < end:
                yield from self._end_at(starts.pop())
            yield from self._end_at(end)
        while starts:
            yield from self._end_at(starts.pop())

    def _end_at(self, at: int) -> Iterator[int]:
        if at > self.start:
            self.start = at
            yield at

    def _item_starts(self) -> list[int]:
        """Where items begin in the line, though no sentence ends before them; the last first."""
        starts = [at for at, is_apart in self.items.items() if is_apart]
        starts += [bullet.start() for bullet in compiled(_BULLET).finditer(self.line)]
        return sorted((at for at in starts if not self._remark(at)), reverse=True)

    def _marked_ends(self) -> Iterator[int]:
        """Where a mark ends a sentence."""
        allowed = None
        if self.language not in _OUR_LANGUAGES:
            allowed = _proposed(self.line, self.language)
        for end in compiled(_END).finditer(self.line):
            at = end.end()
            if at < len(self.line) and (allowed is None or at in allowed) and self._is_end(end):
                if end["emoji"] and compiled(_EMOJI).match(self.line, self.start):
                    at = end.start("emoji") + len(end["emoji"]) - len(end["emoji"].lstrip())
                yield at

    def _is_end(self, end: re.Match[str]) -> bool:
        at = end.end()
        if self._remark(at - len(end["space"])) or not compiled(r"\S").search(self.line, at):
            return False
        mark = end["mark"][0]
        if self._goes_on_behind_remark(end):
            return False
        if mark in "।॥։؟۔":
            return True
        if mark in "。！？｡" or (mark == "…" and not end["space"]):
            return self._is_chinese_end(end)
        is_chinese = bool(compiled(f"[{CJK}]").match(self.line, at))
        if not end["space"] and not is_chinese:
            return False
        if not (is_chinese or self._begins(at)):
            return False
        if mark in "!?":
            return mark == "?" or self._word(end.start()).lower() not in EXCLAIMED
        return mark != "." or len(end["mark"]) > 1 or self._is_full_stop(end)

    def _goes_on_behind_remark(self, end: re.Match[str]) -> bool:
        """Whether the mark belongs to a remark in brackets in a sentence: "(new!) models"."""
        if end["close"][-1:] not in (")", "]", "）", "】"):
            return False
        remark = self._remark(end.start())
        if remark is None or self._opens_sentence(end.start()):
            return False
        # A full stop behind a word or two marks a short form: "(Eds.) Proceedings".
        is_short = len(self.line[remark[0] : end.start()].split()) < _FEW_WORDS
        return end["mark"][0] in "!?…" or end["mark"].startswith("..") or is_short

    def _is_chinese_end(self, end: re.Match[str]) -> bool:
        goes_on = self.line[end.end() : end.end() + 12]
        close = end["close"]
        if not close:
            return end["mark"][0] != "…"
        if close[-1] in "》〉":
            return False
        if close[-1] not in '”」』’"':
            return self._opens_sentence(end.start())
        if compiled(_SAID).match(goes_on) or compiled(_GOES_ON).match(goes_on):
            return False
        if end["mark"] in ("。", "｡"):
            return True
        # A question quoted at the beginning is what the sentence is about.
        return not self._opens_sentence(end.start()) and bool(compiled(_NEW_SUBJECT).match(goes_on))

    def _is_full_stop(self, end: re.Match[str]) -> bool:
        """Whether a full stop, before what may begin a sentence, ends one.

        Otherwise it only marks a short form or a number.
        """
        word, after = self._word(end.start()), self.line[end.end() : end.end() + 40]
        if not word or end["close"]:
            return True
        if word.lower() in self.never or _last_part(word) in TITLES:
            return False
        if word.lower() in BEFORE_NUMBER and self._is_number(word, end.start(), after):
            return False
        begins = compiled(rf"[{_OPENING}]*(?:[{CJK}]|([^\W\d_]+)(?![.\w]))").match(after)
        first = ""
        if begins and begins[1]:
            first = begins[1].lower()
        is_beginning = begins is not None and (not first or first in self.begin_words)
        if begins and not first and _is_short_form(word):
            # Chinese goes on behind "et al." as it would behind a name.
            return bool(compiled(_NEW_SUBJECT).match(after))
        if word.isdigit():
            return self._is_end_behind_number(word, end.start(), first, is_beginning)
        if len(word) == 1 and word.isalpha():
            # Behind "z. B." or "J." the sentence goes on.
            is_second = compiled(r"\b[a-zäöü]\.\s*\Z").search(
                self.line[max(0, end.start() - 9) : end.start() - 1]
            )
            return not is_second and (is_beginning or len(first) == 1)
        # In English a name rarely follows "etc."; in German any noun may.
        if word.lower() == "etc" and self.language == "en" and after[:1].isalpha():
            return True
        return is_beginning or not _is_short_form(word)

    def _is_number(self, label: str, stop: int, after: str) -> bool:
        """Whether what follows a label is its number: digits, a letter, a code ("No. NSF-12")."""
        if compiled(r"[\d(\[#]|[A-Z]\b|[IVX]+\b").match(after):
            return True
        # Alone it may be an answer: "No. NASA did."
        is_alone = not self.line[self.start : stop - len(label)].strip()
        return not is_alone and bool(compiled(r"[A-Z]{2,}(?:[-/ ]?[A-Z]*-?\d|-)").match(after))

    def _is_end_behind_number(self, number: str, stop: int, first: str, is_beginning: bool) -> bool:
        start = stop - len(number)
        if start in self.items:
            return False
        before = self.line[max(self.start, start - 30) : start]
        # A part of a longer number: "1,0".
        if compiled(r"\d[.,]\Z").search(before):
            return True
        if len(number) > 2:
            return not self._is_long_ordinal(number, before, is_beginning)
        # The number of an item, or of a label: "Theorem 1."
        list_sign = r"[;；]\s*\Z"
        if number == "1":
            list_sign = r"(?:[;；：]|:\s)\s*\Z"
        if compiled(list_sign).search(before):
            return False
        if before.strip().lower() in ("", *LABELS):
            return False
        if self.language != "de" or is_beginning or int(number) == 0:
            return True
        if compiled(r"\.\s+\(").match(self.line, stop):
            return True
        lead = before.split()[-1]
        return lead[0].isupper() and not (
            lead[-1] == "," or lead.lower() in BEFORE_ORDINAL or first in MONTHS
        )

    def _is_long_ordinal(self, number: str, before: str, is_beginning: bool) -> bool:
        """Whether a number of three digits or more counts on: "die 100. Ausgabe"."""
        words = before.split()
        if self.language != "de" or is_beginning or not words:
            return False
        lead = words[-1].lower()
        is_year = len(number) == 4 and number[:2] in ("19", "20")
        return lead in ARTICLES or (lead in CONTRACTED and not is_year)

    def _word(self, stop: int) -> str:
        """The word right before `stop`, empty where there is none."""
        if word := compiled(_WORD).search(self.line[max(self.start, stop - 40) : stop]):
            return word[0]
        return ""

    def _begins(self, at: int) -> bool:
        begins = compiled(_BEGINS).match(self.line, at)
        if not begins or not (letter := begins["letter"]):
            return bool(begins)
        if not letter.islower():
            return True
        first = begins.start("letter")
        word = compiled(r"[^\W_]+").match(self.line, first)
        return bool(compiled(_SMALL_NAME).match(self.line, first)) or (
            word is not None and word[0] in SMALL_NAMES
        )

    def _opens_sentence(self, at: int) -> bool:
        """Whether the remark around `at` is where the sentence begins."""
        remark = self._remark(at)
        return remark is not None and not self.line[self.start : remark[0]].strip()

    def _remark(self, at: int) -> tuple[int, int] | None:
        """Start and end of the remark around `at`."""
        number = bisect_right(self.remarks, (at, 0)) - 1
        if number < 0:
            return None
        start, end = self.remarks[number]
        if start < at < end:
            return start, end
        return None


def _last_part(word: str) -> str:
    """What a title of several parts ends in: "Ing" of "Dr.-Ing"."""
    return re.split("[.-]", word)[-1]


def _is_short_form(word: str) -> bool:
    """Whether a full stop behind the word more often marks a short form than a sentence's end."""
    if word.lower() in MAYBE or word in MAYBE_CAPITAL:
        return True
    if compiled(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}").fullmatch(word):
        return True
    is_consonants = (
        len(word) <= 4 and word.isascii() and not compiled(r"[aeiouyAEIOUY\d]").search(word)
    )
    return is_consonants and not word[:2].isupper()


def _items(line: str) -> Iterator[tuple[int, bool]]:
    """Where the numbers of items stand that count on in the line, from 1 to 2 at least.

    Each with whether it begins a sentence although none has ended before it.
    """
    chain: list[tuple[int, bool]] = []
    for found in compiled(_ITEM).finditer(line):
        place = (found.start(), _is_apart(line, found))
        if found["number"] == "1" and _begins_list(line, found.start()):
            if len(chain) > 1:
                yield from chain
            chain = [(found.start(), False)]
        elif chain and int(found["number"]) == len(chain) + 1 and _goes_on(line, found, *place):
            chain.append(place)
    if len(chain) > 1:
        yield from chain


def _before(line: str, at: int) -> str:
    return line[max(0, at - 20) : at].rstrip()


def _begins_list(line: str, at: int) -> bool:
    before = _before(line, at)
    if not before or before[-1] in ":;：；.!?。！？(（—–":
        return True
    return before.split()[-1].lower() in BEFORE_LIST


def _is_apart(line: str, found: re.Match[str]) -> bool:
    """Whether an item begins here as a sentence, with a capital and behind no sign or "and"."""
    before = _before(line, found.start())
    if not before or not (before[-1].isalnum() or before[-1] in ")）%"):
        return False
    if before.split()[-1].lower() in JOINS_LIST:
        return False
    return bool(compiled(rf"\s*(?:[{CJK}]|[^\W\d_](?<![a-zäöüß]))").match(line, found.end()))


def _goes_on(line: str, found: re.Match[str], at: int, is_apart: bool) -> bool:
    before = _before(line, at)
    if is_apart or before[-1:] in ",;，；、.!?。！？)）":
        return True
    return before.split()[-1:] != [] and before.split()[-1].lower() in JOINS_LIST


def remarks(line: str) -> Iterator[tuple[int, int]]:
    """Start and end of what stands in brackets or quotation marks, outermost, unless it is long."""
    found = [*_bracketed(line), *_quoted(line)]
    last = 0
    for start, end in sorted(found, key=lambda pair: (pair[0], -pair[1])):
        if start >= last and end - start <= _LONGEST_REMARK:
            yield start, end
            last = end


def _bracketed(line: str) -> Iterator[tuple[int, int]]:
    if compiled(r"[^«»]*(?:\A|[\s(])»\S").match(line):
        line = line.translate(_TURNED)  # as German books have them: »so«
    opened: list[tuple[str, int]] = []
    for at, sign in enumerate(line):
        if sign in "([（【《「『«„" or (sign == "“" and not (opened and opened[-1][0] == "„")):
            opened = [*opened[-20:], (sign, at)]
        elif sign in "”“" and opened and opened[-1][0] in "“„":
            yield opened.pop()[1], at + 1
        elif sign in _PAIRS and any(sign_ in _PAIRS[sign] for sign_, _ in opened):
            while opened[-1][0] not in _PAIRS[sign]:
                opened.pop()
            yield opened.pop()[1], at + 1


def _quoted(line: str) -> Iterator[tuple[int, int]]:
    """What stands between straight quotation marks."""
    start = -1
    for mark in compiled(r'"').finditer(line):
        at = mark.start()
        if start >= 0:
            yield start, at + 1
            start = -1
        # Nothing that is quoted begins with a space or such a sign: that mark ended a quotation.
        elif compiled(r"[^\s,.;:)。，；：）]").match(line, at + 1):
            start = at


def _proposed(line: str, language: str) -> set[int]:
    """Where sentencex ends the sentences of a line."""
    # sentencex panics at white space beyond ASCII, and takes no half characters.
    safe = re.sub(r"[^\S\n]", " ", re.sub("[\ud800-\udfff]", "?", line))
    ends, at = set(), 0
    # In pieces, for its time grows with the square of the quotation marks in a line. Where a piece
    # ends, the rules here decide alone.
    for piece in compiled(rf"(?s).{{1,{_PIECE}}}(?:\S{{0,100}}\s|\Z)|.{{1,{_PIECE}}}").findall(
        safe
    ):
        for sentence in sentencex.segment(language, piece):
            at += len(sentence)
            ends.add(at)
    return ends
