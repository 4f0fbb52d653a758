"""Where formulas stand in Markdown: TeX between dollars, told from money."""

import bisect
import re
from typing import TYPE_CHECKING

from bot.core.text.patterns import compiled

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

# A formula longer than this is no formula. It may go on in the next line, but not over a hard
# break.
_TEX = (
    r"\$\$(?P<display>[^$]{1,240})\$\$"
    r"|\$(?=\S)(?P<math>(?:[^$\n]|(?<!  )(?<!\\)\n){1,240})(?<![\s,;:])\$(?!\d)"
)
# Money is written with dollars too: between single ones a formula has a sign of TeX or of a
# relation, or is one word, or one call, or has no word of two letters.
_SURELY_TEX = r".*[\\^_{}=<>]|\S+\Z|\w+\(.*\)\Z|(?!.*[^\W\d_]{2})"
_SIGN = r"[\\^_{}=<>≤≥≈∈]"
_TEX_LINES = r"\$\$(?P<tex>[^$]{1,240})\$\$[ \t]*(?=\n|\Z)"


def has_sign(text: str) -> bool:
    """Whether the text has a sign of TeX or of a relation."""
    return bool(compiled(_SIGN).search(text))


def is_in_line(text: str) -> bool:
    """Whether a text in `\\(…\\)` is a formula, and not one in brackets that somebody escaped.

    Without a sign of TeX it has a letter, and no word but names of one or two letters or a call.
    """
    if has_sign(text):
        return True
    if not compiled(r"[^\W\d_]").search(text):
        return False
    return not compiled(r"[^\W\d_]{3}(?!\w*\()").search(text)


def holds_formula(text: str) -> bool:
    """Whether any dollars in the text may be taken for those around a formula."""
    at = text.find("$")
    while at >= 0:
        if _at(text, at, len(text)):
            return True
        at = text.find("$", at + 1)
    return False


def inline(state: "StateInline", silent: bool) -> bool:
    """The parser's rule for a formula within a paragraph: a token `math` with its TeX."""
    if state.src[state.pos] != "$":
        return False
    found = _at(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("math", "math", 0)
        token.content = (found["display"] or found["math"]).replace("\n", " ").strip()
        token.markup = "$"
        if found["display"]:
            token.markup = "$$"
    state.pos = found.end()
    return True


def _at(text: str, start: int, end: int) -> re.Match[str] | None:
    """The formula that begins at `start`, where the dollars there are not money."""
    found = compiled(_TEX).match(text, start, end)
    if found is None or found["display"]:
        return found
    if compiled(_SURELY_TEX).match(found["math"].replace("\n", " ")):
        return found
    return None


def block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    """The parser's rule for a formula over several lines.

    None of them is a list or a heading, however it begins.
    """
    at = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("$$", at):
        return False
    found = compiled(_TEX_LINES).match(state.src, at)
    if found is None or "\n" not in found[0] or compiled(r"\n\s*\n").search(found[0]):
        return False
    behind = bisect.bisect_left(state.eMarks, found.end(), start, end) + 1
    if behind > end:
        return False
    if not silent:
        lines = state.getLines(start, behind, state.blkIndent, False)
        token = state.push("math_block", "math", 0)
        token.content = " ".join(lines.replace("$", " ").split())
        token.markup = "$$"
        token.map = [start, behind]
        state.line = behind
    return True
