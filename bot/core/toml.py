"""TOML whose mistakes are named as a person made them, each with its line."""

import re
import tomllib
import unicodedata
from typing import Any, NamedTuple

# tomllib takes time that grows with the square of a dotted key's parts: 1 MB would take an hour.
DOTTED_KEY = re.compile(r"(?:\.[ \t]*+(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s.,=\"']*+)[ \t]*+){100}")
"""Matches a dotted key of more than 100 parts, and no ordinary text."""

QUOTES = "“”„‟«»‹›‘’‚‛「」『』〝〞＂＇"
"""Quotation marks that word processors put in the place of `"` and `'`."""

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class BadToml(ValueError):
    """Raised for a text that is no TOML.

    `line` is where, from 1; 0 where no line can be named. `reason` goes on after it. `is_ours` says
    that the reason quotes no value, which may be a secret.
    """

    def __init__(self, line: int, reason: str, *, is_ours: bool = True) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line, self.reason, self.is_ours = line, reason, is_ours


def load(source: str) -> dict[str, Any]:
    """The values of a TOML document; raises `BadToml`."""
    if dotted := DOTTED_KEY.search(source):
        line = source.count("\n", 0, dotted.start()) + 1
        raise BadToml(line, "a hundred dots in a row are neither a key nor a text")
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise _named(str(error), source) from None
    except RecursionError:
        raise BadToml(0, "it is nested too deeply") from None
    except ValueError:
        raise BadToml(0, "it holds a number of more digits than any setting takes") from None


class _Place(NamedTuple):
    """Where tomllib stopped: the line's number and text, what is before the place, and the
    character there, "" at the line's end.
    """

    number: int
    text: str
    before: str
    char: str


def _named(message: str, source: str) -> BadToml:
    """The mistake as a person knows it, else in tomllib's words."""
    lines = source.replace("\r\n", "\n").split("\n")
    place = _place(message, lines)
    message = _PLACE.sub("", message).rstrip(".")
    if unclosed := _unclosed(message, lines, place):
        return unclosed
    for name in (_quoting, _invisible, _wide, _number, _backslash, _twice, _statement, _value):
        if reason := name(message, lines, place):
            return BadToml(place.number, reason)
    reason = f"{message[:1].lower()}{message[1:]}"
    if len(reason) > 200:
        reason = f"{reason[:120]} … {reason[-60:]}"
    return BadToml(place.number, reason, is_ours=False)


def _place(message: str, lines: list[str]) -> _Place:
    found = _PLACE.search(message)
    if not found or not found[1]:
        # Without a line it is the document's end.
        last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)
        return _Place(last, lines[last - 1], lines[last - 1], "")
    number, column = int(found[1]), int(found[2])
    # A line that only a CR ends counts as one with what follows.
    text = lines[number - 1] if number <= len(lines) else ""
    return _Place(number, text, text[: column - 1], text[column - 1 : column])


def _unclosed(message: str, lines: list[str], place: _Place) -> BadToml | None:
    """A text whose closing quotes are missing: it is named by the line where it begins."""
    if message.startswith("Unterminated string") or message.startswith("Expected \"'''"):
        for number, line in reversed([*enumerate(lines, 1)]):
            for quotes in ('"""', "'''"):
                if line.count(quotes) % 2:
                    return BadToml(
                        number, f"the text that begins here has no end; close it with {quotes}"
                    )
    if not message.startswith(("Illegal character '\\n'", "Unterminated string", 'Expected "')):
        return None
    curly = next((char for char in place.text if char in QUOTES), "")
    if curly and place.text.rstrip().endswith(tuple(QUOTES)):
        return BadToml(place.number, _curly(curly))
    return BadToml(place.number, 'the closing quote of a text is missing; put it at its end: "…"')


def _curly(char: str) -> str:
    return f'typographic quotes ({char}) stand for straight ones; write " in their place'


def _quoting(message: str, lines: list[str], place: _Place) -> str:
    return _curly(place.char) if place.char and place.char in QUOTES else ""


def _invisible(message: str, lines: list[str], place: _Place) -> str:
    """Spaces that are no spaces, and characters that nobody sees."""
    char = place.char
    if (
        not char
        or char in " \t"
        or unicodedata.category(char) not in {"Zs", "Zl", "Zp", "Cf", "Cc"}
    ):
        return ""
    if char == "\r":
        return "its line ends are single carriage returns (CR); save it with line feeds (LF)"
    name = unicodedata.name(char, "control character").lower()
    what = f"an invisible character stands in it ({name}, U+{ord(char):04X})"
    if unicodedata.category(char) == "Zs":
        return f"{what}; type a plain space"
    return f"{what}; remove it"


def _wide(message: str, lines: list[str], place: _Place) -> str:
    """The full-width forms that Chinese and Japanese keyboards type."""
    char = place.char
    plain = unicodedata.normalize("NFKC", char) if char else ""
    plain = {"、": ",", "。": "."}.get(char, plain)
    if char == plain or not plain.isascii():
        return ""
    return f"the full-width {char} stands in it; type {plain}"


def _number(message: str, lines: list[str], place: _Place) -> str:
    is_comma = place.char == "," and re.search(r"=\s*[+-]?\d+$", place.before)
    if is_comma and re.match(r",\d", place.text[len(place.before) :]):
        return "a number has a point, not a comma: 0.5"
    return ""


def _backslash(message: str, lines: list[str], place: _Place) -> str:
    if not message.startswith(("Unescaped '\\'", "Invalid hex value", "Escaped character")):
        return ""
    return (
        "a backslash in a text begins an escape; write it twice, or put the text into "
        "single quotes: 'C:\\folder'"
    )


def _twice(message: str, lines: list[str], place: _Place) -> str:
    """A key or a section that is there already, with the line where it is."""
    if not re.match(r"Cannot (overwrite|declare|mutate)|Duplicate", message):
        return ""
    if inline := re.match(r"Duplicate inline table key '(.+)'", message):
        return f"the key {inline[1]} is there twice; keep one"
    own = place.text.strip()
    if own.startswith("["):
        earlier = [n for n, line in enumerate(lines[: place.number - 1], 1) if line.strip() == own]
        return f"the section {own} is there twice{_since(earlier)}"
    key = re.match(r"[\w\"'. \t-]+?(?=\s*=)", own)
    if not key:
        return ""
    earlier = []
    for number, line in enumerate(lines[: place.number - 1], 1):
        if line.lstrip().startswith("["):
            earlier = []
        elif re.match(rf"\s*{re.escape(key[0])}\s*=", line):
            earlier.append(number)
    return f"the key {key[0]} is there twice{_since(earlier)}"


def _since(earlier: list[int]) -> str:
    return f"; see line {earlier[-1]}, and keep one" if earlier else "; keep one"


def _statement(message: str, lines: list[str], place: _Place) -> str:
    """A line that is no `key = value`."""
    if message.startswith("Expected '=' after a key") and place.char == ":":
        return "a colon stands in the place of ="
    if message.startswith("Invalid statement") and place.text.lstrip()[:1] in "{<}":
        return "this is not TOML; a line has the form key = value"
    return ""


def _value(message: str, lines: list[str], place: _Place) -> str:
    """A value that is none: left out, without quotes, or another language's."""
    if message != "Invalid value":
        return ""
    rest = place.text[len(place.before) :].partition("#")[0].strip()
    if not rest and place.before.count("[") > place.before.count("]"):
        return "the list has no end; close it with ]"
    if not rest:
        return "the value is missing"
    word = re.match(r"[\w.+-]+", rest)
    if word and word[0].lower() in {"true", "false"}:
        return f"write {word[0].lower()} in small letters"
    if word and word[0].lower() in {"yes", "no", "on", "off"}:
        return "write true or false"
    if re.match(r"[^\W\d]", rest):
        return 'a text needs quotes: "…"'
    return ""
