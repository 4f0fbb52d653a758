"""Domain names: which characters and which top-level domains make one, as X's reference has it."""

import functools
import re
from collections.abc import Iterator

from bot.core.text import tlds
from bot.core.text.patterns import compiled

# The reference sees UTF-16 units and folds case as JavaScript does without its `u` flag: the
# classes say the outcome.
SPACES = r"\x09-\x0d \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_MARKS = r"!'#%&()*+,\\/:;<=>?@\[\]\^{|}~$"
PUNCTUATION = rf"{_MARKS}\-._"
FORBIDDEN = r"\ufeff\ufffe\uffff"
LATIN = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0260\u0263\u0268\u0269\u026f"
    r"\u0272\u0275\u0280\u0283\u0288-\u028c\u0292\u02bb\u0300-\u036f\u0399\u03b9\u1e00-\u1eff\u1fbe"
    r"\u2c65\u2c66\u2c7e\u2c7f\ua7dc"
)
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
DOMAIN = rf"[^{PUNCTUATION}{SPACES}{FORBIDDEN}{_DIRECTIONS}]"
RUN = rf"[^{_MARKS}{SPACES}{FORBIDDEN}{_DIRECTIONS}]++"
BEFORE = rf"[^A-Za-z0-9@＠$#＃{FORBIDDEN}]"

_DOT = r"\.(?=[^\x00-@\[-`{-\x7f])"
_WORD = r"[A-Za-z]++(?![0-9@+\-])"
_PUNYCODE = r"[Xx][Nn]--[\-0-9A-Za-z]+"
_LATIN_LABELS = rf"(?:[\-a-zA-Z0-9{LATIN}]++\.)+"
# punycode.js cuts at these too before it encodes.
_SEPARATORS = "[.\u3002\uff0e\uff61]"
# Letters JavaScript folds together beside a capital and its small letter.
_FOLDED = {"ε": "ϵ", "в": "ᲀ", "д": "ᲁ", "о": "ᲂ", "с": "ᲃ", "т": "ᲄᲅ", "ъ": "ᲆ"}


class Tlds:
    """A list of top-level domains: those in a-z as a set, those of other scripts as a pattern."""

    def __init__(self, names: str) -> None:
        self.names = names

    @functools.cached_property
    def ascii(self) -> frozenset[str]:
        return frozenset(name for name in self.names.split() if name.isascii())

    @functools.cached_property
    def other(self) -> re.Pattern[str]:
        names = (
            "".join(map(self._letter, name)) for name in self.names.split() if not name.isascii()
        )
        return re.compile(f"(?:{'|'.join(names)})(?![0-9a-zA-Z@+\\-])")

    @staticmethod
    def _letter(letter: str) -> str:
        capital = letter.upper()
        if capital == letter:
            return letter
        folded = _FOLDED.get(letter, "")
        return f"[{letter}{capital}{folded}]"


KNOWN = Tlds(tlds.KNOWN)
NEWER = Tlds(tlds.NEWER)
ALL = Tlds(tlds.KNOWN + tlds.NEWER)


def dots(units: str, among: Tlds) -> Iterator[int]:
    """Every dot that is followed by one of the top-level domains."""
    return (
        dot.start() for dot in compiled(_DOT).finditer(units) if tld_end(units, dot.end(), among)
    )


def occur(units: str, among: Tlds) -> bool:
    """Whether any dot is followed by one of the top-level domains."""
    return any(True for _ in dots(units, among))


def tld_end(units: str, at: int, among: Tlds) -> int:
    """Where the top-level domain that begins at `at` ends, or 0."""
    word = compiled(_WORD).match(units, at)
    if word and word[0].lower() in among.ascii:
        return word.end()
    if word and units[word.end() : word.end() + 1] <= "\x7f":
        return 0
    if found := among.other.match(units, at) or compiled(_PUNYCODE).match(units, at):
        return found.end()
    return 0


def latin(domain: str, among: Tlds) -> list[tuple[int, int]]:
    """Start and length of each domain in Latin letters: without a scheme only they become links."""
    found: list[tuple[int, int]] = []
    at = place_end = 0
    while chain := compiled(_LATIN_LABELS).search(domain, at):
        dots = (
            dot.end()
            for dot in re.finditer(r"\.", domain[: chain.end()])
            if dot.start() > chain.start()
        )
        end = max((tld_end(domain, dot, among) for dot in dots), default=0)
        if end:
            # The reference looks for the text of what it found again, from the end of the one
            # before.
            place = domain.find(domain[chain.start() : end], place_end)
            place_end = place + end - chain.start()
            found.append((place, end - chain.start()))
        at = end or chain.end()
    return found


def encoded_length(label: str) -> int:
    """The length of a domain's label in punycode; the name system takes 63."""
    if len(label) > 2 * 63 or (label.isascii() and "\x7f" not in label):
        return len(label)
    names = re.split(_SEPARATORS, join_units(label))
    encoded = [
        name if max(name, default="") < "\x7f" else f"xn--{name.encode('punycode').decode()}"
        for name in names
    ]
    return len(".".join(encoded))


def split_units(text: str) -> str:
    """The text as JavaScript sees it: a character above U+FFFF is two units."""
    if text.isascii():
        return text
    return compiled("[\U00010000-\U0010ffff]").sub(_surrogates, text)


def _surrogates(character: re.Match[str]) -> str:
    code = ord(character[0])
    return chr(0xD7C0 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def join_units(units: str) -> str:
    """The text of UTF-16 units; a surrogate alone stays one."""
    if not compiled("[\ud800-\udbff]").search(units):
        return units
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
