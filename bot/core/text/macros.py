"""TeX in words, as it comes from BibTeX and abstracts: accents, letters, emphasis, `\\(…\\)`.

These are rules of the parser. What is none of these stays as it was written.
"""

import bisect
import functools
import re
from typing import TYPE_CHECKING

from bot.core.text import formulas, symbols, tex
from bot.core.text.patterns import compiled

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_NESTING = 30
_LONGEST = 1000
"""Characters of a formula between `\\(` and `\\)`; a longer one is none."""

_PUNCTUATION = r"['`^\"~=.]"
_BRACED = r"\{\s*(?P<braced>\\?[A-Za-z])\s*\}"
# `\'{e}` and `\v{c}`; `{\'e}` and `{\v c}`; `\'e` inside of a word.
_ACCENT = rf"\\(?P<sign>{_PUNCTUATION}|[uvHrckdb](?=\s*\{{))\s*(?:{_BRACED}|(?P<bare>[A-Za-z]))"
_IN_BRACES = (
    rf"\{{\\(?P<sign>{_PUNCTUATION}|[uvHrckdb](?=[\s{{]))\s*"
    rf"(?:{_BRACED}|(?P<bare>\\?[A-Za-z]))\}}"
)
_NAMED = r"\\(?P<name>[A-Za-z]{1,2})(?:\{\}|(?P<space> +)(?=[a-zäöüß])|(?![A-Za-z{]))"
_NAMED_IN_BRACES = r"\{\\(?P<name>[A-Za-z]{1,2})\}"
# `\v Cech`; other letters before a space are more often something else.
_BEFORE_SPACE = r"\\(?P<sign>[vHc]) +(?P<letter>[A-Za-z])(?=[^\W\d_])"
_SIGN = rf"(?<![:\\])\\(?P<sign>{'|'.join(symbols.TEXT_SIGNS)})(?:\{{\}}|(?![A-Za-z{{]))"
# `5\,km`: behind a backslash that belongs to TeX, a comma is a narrow space.
_THIN = r"(?<=[\w.$)}])\\,(?=[\w${(]|\\[A-Za-z])"
# A tie, as in `1.7~K` and `Fig.~1`, but not a span, as in 10~20.
_TIE = r"(?<=\d)~(?=[A-Za-z\\$])|(?<=[$}])~(?=[\w\\$])|(?<=[a-z]\.)~(?=[\d\[(\\$])"
# "it\'s" and "l\'homme": an apostrophe that somebody escaped.
_APOSTROPHE = r"\\'(?:s|t|m|d|re|ll|ve)(?![a-zA-Z])"
_ELISION = r"(?:\A|[^\w])(?:[dljm]|qu)\Z"

_STYLES = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "textbf": "strong",
    "texttt": "code",
    "textsc": "",
    "textrm": "",
    "textsf": "",
    "textup": "",
    "textmd": "",
    "textnormal": "",
    "text": "",
    "mbox": "",
    "underline": "",
    "uline": "",
}
_MARKUP = {"em": "*", "strong": "**"}
# What stands up to the end of the group: `{\it so}`.
_SWITCHES = {
    "it": "em",
    "em": "em",
    "sl": "em",
    "itshape": "em",
    "bf": "strong",
    "bfseries": "strong",
    "tt": "code",
    "ttfamily": "code",
    "sc": "",
    "scshape": "",
    "rm": "",
    "sf": "",
    "small": "",
    "large": "",
    "footnotesize": "",
}
_SWITCHED = rf"\{{\\(?P<style>{'|'.join(_SWITCHES)})(?![A-Za-z])\s*"
_MOVED = r"\\text(?P<side>superscript|subscript)\s?\{(?P<text>[^{}\\$]{1,40})\}"
_STYLED = rf"\\(?P<style>{'|'.join(_STYLES)})\s?(?=\{{)"
_CLOSING = {"\\(": "\\)", "\\[": "\\]"}
_ENVIRONMENT = (
    r"\\begin\{(?P<environment>(?:equation|align|gather|multline|eqnarray|displaymath|math)\*?)\}"
)


def accents(state: "StateInline", silent: bool) -> bool:
    """A letter with its accent, or one beyond ASCII: `Erd\\H{o}s`, `na\\"ive`, `{\\o}`, `\\ss`."""
    at, source = state.pos, state.src
    if source[at] not in "\\{":
        return False
    letter, end = _accented(source, at, state.posMax) or _named(source, at, state.posMax)
    if not letter:
        letter, end = _sign(source, at, state.posMax)
    if not letter:
        return False
    if not silent:
        state.push("text", "", 0).content = letter
    state.pos = end
    return True


def _accented(source: str, at: int, end: int) -> tuple[str, int] | None:
    pattern = _ACCENT
    if source[at] == "{":
        pattern = _IN_BRACES
    found = compiled(pattern).match(source, at, end)
    if found is None:
        return None
    is_bare = source[at] == "\\" and found["bare"] is not None
    # Outside of a word a backslash before a quotation mark is Markdown's, before others anywhere.
    if is_bare and not (at and source[at - 1].isalpha() and found["sign"] in "'\"^~"):
        return None
    if is_bare and found["sign"] == "'" and _is_apostrophe(source, at):
        return None
    letter = (found["braced"] or found["bare"]).removeprefix("\\")
    if accented := tex.accented(found["sign"], letter):
        return accented, found.end()
    return None


def _is_apostrophe(source: str, at: int) -> bool:
    if compiled(_APOSTROPHE).match(source, at):
        return True
    return bool(compiled(_ELISION).search(source[max(0, at - 3) : at].lower()))


def _named(source: str, at: int, end: int) -> tuple[str, int]:
    pattern = _NAMED
    if source[at] == "{":
        pattern = _NAMED_IN_BRACES
    found = compiled(pattern).match(source, at, end)
    if found is None:
        return "", at
    return symbols.TEXT_LETTERS.get(found["name"], ""), found.end()


def _sign(source: str, at: int, end: int) -> tuple[str, int]:
    """A sign that is a command, or an accent with a space before its letter."""
    if found := compiled(_SIGN).match(source, at, end):
        return symbols.TEXT_SIGNS[found["sign"]], found.end()
    if found := compiled(_BEFORE_SPACE).match(source, at, end):
        return tex.accented(found["sign"], found["letter"]), found.end()
    return "", at


def spaces(state: "StateInline", silent: bool) -> bool:
    """A space that TeX writes with a sign: `5\\,km`, and `1.7~K` in a text with other TeX."""
    at, source = state.pos, state.src
    if source[at] not in "\\~":
        return False
    found = compiled(_THIN).match(source, at, state.posMax)
    if found is None and source[at] == "~" and ("$" in source or "\\" in source):
        found = compiled(_TIE).match(source, at, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("text", "", 0).content = " "
    state.pos = found.end()
    return True


def moved(state: "StateInline", silent: bool) -> bool:
    """What stands higher or lower in words: `\\textsuperscript{2}`."""
    if state.src[state.pos] != "\\":
        return False
    found = compiled(_MOVED).match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        side = found["side"][:3]
        state.push(side, side, 0).content = " ".join(found["text"].split())
    state.pos = found.end()
    return True


def switches(state: "StateInline", silent: bool) -> bool:
    """A group whose type a command at its beginning says: `{\\it so}`, `{\\bf so}`."""
    at = state.pos
    if state.src[at] != "{" or state.level >= _NESTING:
        return False
    found = compiled(_SWITCHED).match(state.src, at, state.posMax)
    if found is None:
        return False
    close = _closing(state.src).get(at, state.posMax)
    if close >= state.posMax or close == found.end():
        return False
    if not silent:
        _push_styled(state, _SWITCHES[found["style"]], found.end(), close)
    state.pos = close + 1
    return True


def styles(state: "StateInline", silent: bool) -> bool:
    """Words that TeX sets in another type: `\\emph{…}` as emphasis, `\\textsc{…}` as they are."""
    at = state.pos
    if state.src[at] != "\\" or state.level >= _NESTING:
        return False
    found = compiled(_STYLED).match(state.src, at, state.posMax)
    if found is None:
        return False
    close = _closing(state.src).get(found.end(), state.posMax)
    if close >= state.posMax:
        return False
    if not silent:
        _push_styled(state, _STYLES[found["style"]], found.end() + 1, close)
    state.pos = close + 1
    return True


def _push_styled(state: "StateInline", tag: str, start: int, end: int) -> None:
    if tag == "code":
        state.push("code_inline", "code", 0).content = state.src[start:end]
        return
    if tag:
        state.push(f"{tag}_open", tag, 1).markup = _MARKUP[tag]
    pos_max = state.posMax
    state.pos, state.posMax = start, end
    state.level += 1
    state.md.inline.tokenize(state)
    state.level -= 1
    state.posMax = pos_max
    if tag:
        state.push(f"{tag}_close", tag, -1).markup = _MARKUP[tag]


@functools.lru_cache(maxsize=8)
def _closing(text: str) -> dict[int, int]:
    """The place of the brace that closes each brace."""
    opened, closing = [], {}
    for brace in compiled(r"\\.|[{}]").finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            closing[opened.pop()] = brace.start()
    return closing


def brackets(state: "StateInline", silent: bool) -> bool:
    """A formula between `\\(` and `\\)`, `\\[` and `\\]`, or in an environment of equations.

    What cannot be a formula is a bracket that somebody escaped.
    """
    found = _formula(state.src, state.pos, state.posMax)
    if found is None:
        return False
    content, markup, end = found
    if not silent:
        token = state.push("math", "math", 0)
        token.content, token.markup = " ".join(content.split()), markup
    state.pos = end
    return True


def _formula(source: str, at: int, end: int) -> tuple[str, str, int] | None:
    """A formula that begins here: its TeX, the dollars that would stand around it, and its end."""
    opening = source[at : at + 2]
    if opening in _CLOSING:
        start, closing = at + 2, _CLOSING[opening]
    elif begun := compiled(_ENVIRONMENT).match(source, at, end):
        start, closing = begun.end(), f"\\end{{{begun['environment']}}}"
    else:
        return None
    behind = _next(source, closing, start)
    if not start < behind <= min(end - len(closing), start + _LONGEST):
        return None
    content = source[start:behind]
    if opening == "\\(" and formulas.is_in_line(content):
        return content, "$", behind + len(closing)
    # `\[^1\]` is a footnote in brackets that somebody escaped.
    is_display = formulas.has_sign(content) and not content.startswith("^")
    if opening == "\\b" or (opening == "\\[" and is_display):
        return content, "$$", behind + len(closing)
    return None


def holds_formula(text: str) -> bool:
    """Whether any brackets behind backslashes in the text may be taken for those of a formula."""
    return any(_formula(text, at, len(text)) for at in _places(text, "\\["))


def _next(text: str, mark: str, at: int) -> int:
    """The next place of the mark, -1 where there is none."""
    places = _places(text, mark)
    number = bisect.bisect_left(places, at)
    if number == len(places):
        return -1
    return places[number]


@functools.lru_cache(maxsize=32)
def _places(text: str, mark: str) -> list[int]:
    if mark not in text:
        return []
    # Looked for once: many that never end would take squared time.
    pattern = rf"(?<!\\)(?:\\\\)*{re.escape(mark)}"
    return [found.end() - len(mark) for found in re.finditer(pattern, text)]
