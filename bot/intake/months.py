"""Which month a title, a subtitle or an address names, as people write it in three languages."""

import re

from bot.core.month import month_name

_NAMES = {
    name: number
    for number, names in {
        1: "january januar jänner jan",
        2: "february februar feb febr",
        3: "march märz mar mär maerz mrz",
        4: "april apr",
        5: "may mai",
        6: "june juni jun",
        7: "july juli jul",
        8: "august aug",
        9: "september sep sept",
        10: "october oktober oct okt",
        11: "november nov",
        12: "december dezember dec dez",
    }.items()
    for name in names.split()
}
_AMBIGUOUS = {"may", "mar", "jun", "jul", "dec", "sep", "mai", "jan"}
"""Words and names that are no months in many titles: only close to a year they are."""

_ZH_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
}
_ZH_MONTH = re.compile(
    r"(?<![0-9])(?P<year>[12][0-9]{3}|[一二][零〇○一二三四五六七八九]{3})\s{0,3}年\s{0,3}"
    r"(?P<month>[0-9]{1,2}|十[一二]?|[一二三四五六七八九])\s{0,3}月"
)
_NAMED_MONTH = re.compile(
    r"(?<![^\W\d_])(?P<name>[^\W\d_]{3,9})\.?"
    r"(?:(?P<gap>[/–—&+-]|\s(?:und|and|&|–|-)\s)(?P<last>[^\W\d_]{3,9})\.?)?"
    r"[,.]?[ \xa0-](?P<year>[12][0-9]{3}|['’‘][0-9]{2})(?![0-9])"
)
_YEAR_FIRST = re.compile(
    r"(?<![0-9])(?P<year>[12][0-9]{3})[,.]?[ \xa0-](?P<name>[^\W\d_]{3,9})(?![^\W\d_])"
)
_NUMERIC = re.compile(
    r"(?<![0-9./-])(?:(?P<year>20[0-9]{2})(?:[-/.](?=[01][0-9])|[-/])(?P<month>0?[1-9]|1[0-2])"
    r"(?:[-/.][0-3][0-9])?"
    r"|(?P<first>0?[1-9]|1[0-2])[/.](?P<behind>20[0-9]{2}))(?![0-9./-])"
)
_WORD = re.compile(r"[^\W\d_]+|[0-9]+(?:st|nd|rd|th)?")
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_ANY_YEAR = re.compile(r"(?<![0-9])([12][0-9]{3})(?![0-9])")
_BETWEEN = re.compile(
    r"papers?|roundup|round-?up|edition|issue|digest|readings?|reads|picks|list|ausgabe|week|weekly"
    r"|research|ml|ai|of|the|in|to|und|and|st|nd|rd|th|arxiv|favou?rites|highlights|releases",
    re.IGNORECASE,
)
_MOST_BETWEEN = 6
"""Words and numbers that may stand between a month and its year."""


def in_text(text: str) -> str | None:
    """The month that a text names with its year, as "2021-09"; None where it names none.

    Of several months the first counts.
    """
    text = text[:2_000]
    if match := _ZH_MONTH.search(text):
        return _key(_zh(match["year"]), _zh(match["month"]))
    for match in _NAMED_MONTH.finditer(text):
        if month := _named(match):
            return month
    for match in _YEAR_FIRST.finditer(text):
        number = _NAMES.get(match["name"].casefold())
        if number and match["name"][0].isupper():
            return _key(int(match["year"]), number)
    if month := _apart(text):
        return month
    if match := _NUMERIC.search(text):
        year = match["year"] or match["behind"]
        return _key(int(year), int(match["month"] or match["first"]))
    return None


def in_language(text: str, language: str) -> str | None:
    """The month that a text names with its year as a roundup in that language would; or None."""
    text = re.sub(r"\d", lambda digit: str(int(digit[0])), text[:2_000]).casefold()
    year = _ANY_YEAR.search(text)
    if year is None:
        return None
    for number in range(1, 13):
        key = _key(int(year[1]), number)
        if key is None:
            return None
        name = month_name(key, language).casefold()
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            return key
    return None


def in_address(url: str) -> str | None:
    """The month that an address names in words, as "2021-09"; None where it names none."""
    for match in _NAMED_MONTH.finditer(url):
        if number := _NAMES.get(match["name"].casefold()):
            return _key(int(match["year"]), number)
    return None


def beside(text: str, date: str) -> str | None:
    """The month that a text names without a year, in the year next to a date ("2025-02-27").

    None where either says nothing.
    """
    written = re.match(r"\s*([12][0-9]{3})-([0-9]{2})", date)
    if written is None:
        return None
    year, month = int(written[1]), int(written[2])
    for word in _WORD.findall(text[:2_000]):
        number = _NAMES.get(word.casefold(), 0)
        if number and word[0].isupper() and len(word) > 2:
            return _key(year + _nearer(number, month), number)
    return None


def other(text: str, month: str) -> str | None:
    """A month that a text names without a year, where it is another than this one."""
    for word in _WORD.findall(text[:2_000]):
        number = _NAMES.get(word.casefold(), 0)
        if number and word[0].isupper() and len(word) > 3 and word.casefold() not in _AMBIGUOUS:
            near = beside(word, f"{month}-01")
            return near if near != month else None
    return None


def of_date(date: str) -> str | None:
    """The month of a date ("2025-02-27"), or None where it is none."""
    match = re.match(r"\s*([12][0-9]{3})[-/]([0-9]{2})", date)
    if match is None:
        return in_text(date)
    return _key(int(match[1]), int(match[2]))


def _nearer(number: int, month: int) -> int:
    """By how many years a named month is away, where it is half a year from a date at most."""
    if number - month > 6:
        return -1
    if month - number > 6:
        return 1
    return 0


def _named(match: re.Match[str]) -> str | None:
    """The month of "September 2021" or "March/April 2025", of two the first one."""
    year = int(match["year"].replace("'", "20").replace("’", "20").replace("‘", "20"))
    first = _NAMES.get(match["name"].casefold())
    if match["last"] is None:
        return _key(year, first) if first else None
    last = _NAMES.get(match["last"].casefold())
    if first and last:
        # December/January 2025 begins in the year before.
        return _key(year - (first > last), first)
    if last:
        return _key(year, last)
    return None


def _apart(text: str) -> str | None:
    """The month of "March Papers, 2025" and "March 3 - March 9, 2025": with words between."""
    for year in _YEAR.finditer(text):
        words = list(_WORD.finditer(text, max(0, year.start() - 120), year.start()))
        month = None
        for word in reversed(words[-_MOST_BETWEEN:]):
            if number := _NAMES.get(word[0].casefold()):
                if word[0][0].isupper():
                    month = _key(int(year[1]), number)
            elif not (word[0][0].isdigit() or _BETWEEN.fullmatch(word[0])):
                if month is None and word[0][0].isupper():
                    month = _before_one_word(words, word, int(year[1]))
                break
        if month:
            return month
    return None


def _before_one_word(words: list[re.Match[str]], word: re.Match[str], year: int) -> str | None:
    """The month directly before a word of any kind, as in "January Gems 2025"."""
    at = words.index(word)
    name = words[at - 1][0] if at else ""
    number = _NAMES.get(name.casefold())
    if number and name[0].isupper() and name.casefold() not in _AMBIGUOUS and len(name) > 3:
        return _key(year, number)
    return None


def _zh(text: str) -> int:
    """A number in digits of either script; months up to 十二."""
    if text.isascii():
        return int(text)
    if text.startswith("十"):
        return 10 + _ZH_DIGITS.get(text[1:], 0)
    return int("".join(str(_ZH_DIGITS[digit]) for digit in text))


def _key(year: int, month: int) -> str | None:
    if 1 <= month <= 12:
        return f"{year}-{month:02}"
    return None
