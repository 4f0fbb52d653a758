"""A short text and its formulas as plain data, from which the templates of slides set it.

It says what a post and a page say: both come from the same parser.
"""

import html as html_entities
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from bot.core import text as reader
from bot.core.text import invisible, mathml, tex

if TYPE_CHECKING:
    from markdown_it.token import Token

Piece = str | list[Any]
"""Words, or a list: what they are ("math", "sub", "sup", "strong", "em"), and what they say."""

NESTED = 20
"""How deep a formula may be nested; a deeper one is set as a post says it."""

_KINDS = {
    "mfrac": "frac",
    "msqrt": "sqrt",
    "mroot": "root",
    "msub": "sub",
    "msup": "sup",
    "msubsup": "subsup",
    "munder": "under",
    "mover": "over",
    "munderover": "underover",
}
# Accents as the characters that combine with what they stand over.
_ACCENTS = dict(
    zip(
        "^¯~→˙¨⃛´`˘ˇ˚",
        "\u0302\u0304\u0303\u20d7\u0307\u0308\u20db\u0301\u0300\u0306\u030c\u030a",
        strict=True,
    )
)
_BAR = "¯"
_OPENING = dict(zip("([{⟨⌊⌈⟦⟮", ")]}⟩⌋⌉⟧⟯", strict=True))
_CLOSING = frozenset(_OPENING.values())
_EITHER = frozenset("|‖")


def pieces(text: str) -> list[Piece]:
    """The text on one line, read as titles and captions are; formulas are "math"."""
    visible = invisible.removed(text).strip()
    found: list[Piece] = []
    for token in reader.syntax.parse_line(visible):
        if found:
            _add(found, " ")
        _add_inline(found, token.children or ())
    if not plain(found).strip() and invisible.removed(html_entities.unescape(visible)).strip():
        return [visible]  # a tag or a comment alone, as in `markdown.line`
    return _tidied(found)


def plain(found: Iterable[Piece]) -> str:
    """The words of pieces, with a placeholder for each formula."""
    return "".join(each if isinstance(each, str) else "∎" for each in found)


def formula(source: str) -> list[Any]:
    """A formula of TeX as nested lists: a name, then texts or lists like it."""
    try:
        element = ElementTree.fromstring(mathml.written(source))
        if _depth(element) <= NESTED:
            return _row(list(element))
    except ElementTree.ParseError:
        pass  # a character that XML has not
    return ["words", tex.plain(source)]


def _add(found: list[Piece], text: str) -> None:
    """Add words to the end, to those that are there."""
    if found and isinstance(found[-1], str):
        found[-1] += text
    elif text:
        found.append(text)


def _add_inline(found: list[Piece], tokens: Sequence["Token"]) -> None:
    style: list[str] = []
    for token in tokens:
        kind, _, side = token.type.partition("_")
        if kind in ("em", "strong") and side in ("open", "close"):
            if side == "open":
                style.append(kind)
            elif style:
                style.pop()
            continue
        if token.type == "math":
            found.append(["math", formula(token.content)])
            continue
        if token.type in ("sub", "sup"):
            found.append([token.type, token.content])
            continue
        said = reader.renderers.inline([token], reader.renderers.POST).replace("\n", " ")
        if style and said.strip():
            found.append([style[-1], said])
        else:
            _add(found, said)


def _tidied(found: list[Piece]) -> list[Piece]:
    """The pieces with single spaces, and none at the edges."""
    tidy: list[Piece] = []
    for each in found:
        if isinstance(each, str):
            words = " ".join(each.split())
            if each[:1].isspace():
                words = f" {words}"
            if each[-1:].isspace() and words.strip():
                words += " "
            each = words
        tidy.append(each)
    for place, strip in ((0, str.lstrip), (-1, str.rstrip)):
        if tidy and isinstance(tidy[place], str):
            tidy[place] = strip(str(tidy[place]))
    return [each for each in tidy if each]


def _depth(element: ElementTree.Element) -> int:
    return 1 + max(map(_depth, element), default=0)


def _row(elements: Sequence[ElementTree.Element]) -> list[Any]:
    """The elements beside each other; brackets that grow stand around what is between them."""
    open_rows: list[tuple[str, list[Any]]] = [("", [])]
    for element in elements:
        sign = _fence(element)
        last = open_rows[-1][0]
        if sign and sign == last:
            _, inner = open_rows.pop()
            open_rows[-1][1].append(["brackets", *inner, ["sign", sign]])
        elif sign in _OPENING or sign in _EITHER:
            closing = _OPENING.get(sign, sign)
            open_rows.append((closing, [["sign", sign]]))
        else:
            open_rows[-1][1].append(_element(element))
    while len(open_rows) > 1:
        # Never closed: cases have one brace, and a bar may stand alone.
        closing, inner = open_rows.pop()
        if closing == "}" and len(inner) > 1 and inner[1][0] == "table":
            inner[1][1] = "cases"
            inner = [["brackets", *inner]]
        open_rows[-1][1].extend(inner)
    row = open_rows[0][1]
    if len(row) == 1:
        single: list[Any] = row[0]
        return single
    return ["row", *row]


def _fence(element: ElementTree.Element) -> str:
    """The bracket that an element is, where it grows with what it encloses; else ""."""
    sign = element.text or ""
    if element.tag != "mo" or element.get("stretchy") == "false":
        return ""
    if sign in _OPENING or sign in _CLOSING or sign in _EITHER:
        return sign
    return ""


def _element(element: ElementTree.Element) -> list[Any]:
    """An element as a list, whatever is in it."""
    match element.tag:
        case "mi" | "mn" | "mo" | "mtext" | "mspace":
            return _leaf(element)
        case "mtable":
            return ["table", "", *[[_cell(cell) for cell in row] for row in element]]
        case "mrow" | "mtd":
            return _row(list(element))
        case "mfrac" if element.get("linethickness") == "0":
            return ["table", "", *[[_element(part)] for part in element]]
        case "mover" if element.get("accent"):
            return _accented(*element)
    return [_KINDS.get(element.tag, "row"), *map(_element, element)]


def _leaf(element: ElementTree.Element) -> list[Any]:
    text = element.text or ""
    match element.tag:
        case "mi" if element.get("mathvariant") == "normal":
            return ["upright", text]
        case "mi" if len(text) == 1:
            return ["letter", text]
        case "mn":
            return ["number", text]
        case "mo" if len(text) == 1:
            return ["sign", text]
        case "mspace":
            return ["space", float(element.get("width", "0em").removesuffix("em"))]
    return ["words", text]


def _cell(cell: ElementTree.Element) -> list[Any]:
    return _row(list(cell))


def _accented(base: ElementTree.Element, accent: ElementTree.Element) -> list[Any]:
    sign = accent.text or ""
    if sign == _BAR and len("".join(base.itertext())) > 1:
        return ["line", _element(base)]
    if sign in _ACCENTS:
        return ["accent", _ACCENTS[sign], _element(base)]
    return ["over", _element(base), _element(accent)]
