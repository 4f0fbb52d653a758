"""A formula in MathML, as publishers put it into titles and abstracts, read as TeX."""

import functools
import html
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.core.text.patterns import compiled

_OPENING = r"<(?P<prefix>\w+:)?math(?:\s[^<>]{0,2000})?>"
_TOKEN = r"<(?P<close>/?)(?:\w+:)?(?P<tag>\w+)[^<>]*?(?P<empty>/?)>|(?P<text>[^<]+)|<"
_NESTING = 40
_LONGEST = 10_000
_SPECIAL = {
    **{sign: f"\\{sign}" for sign in "{}_%#&$"},
    "\\": "\\backslash ",
    "^": "ˆ",
    # Invisible operators: a function's application, times, a comma, plus.
    **dict.fromkeys("\u2061\u2062\u2063\u2064", ""),
}
_ACCENTS = {
    **dict.fromkeys("^ˆ\u0302", "hat"),
    **dict.fromkeys("¯‾\u0304\u0305", "bar"),
    **dict.fromkeys("~˜\u0303", "tilde"),
    **dict.fromkeys("→⃗", "vec"),
    "˙": "dot",
    "¨": "ddot",
}
_RELATIONS = frozenset("=<>≤≥≠≈≃≅∼≡∝∈∉⊂⊆→←⇒↔≪≫±×")
_SUMS = frozenset("∑∏∐⋃⋂∫")


class Formula(NamedTuple):
    """The TeX of a formula, and where its element ends."""

    tex: str
    end: int


@dataclass(slots=True)
class _Element:
    tag: str
    children: list["_Element"] = field(default_factory=list)
    text: str = ""


def at(text: str, start: int, end: int) -> Formula | None:
    """The formula whose element begins here, if it ends before `end`."""
    opening = compiled(_OPENING).match(text, start, end)
    if opening is None:
        return None
    closing = f"</{opening['prefix'] or ''}math>"
    if _last(text, closing) < opening.end():
        return None
    behind = text.find(closing, opening.end(), min(end, start + _LONGEST))
    if behind < 0:
        return None
    return Formula(_tex(_read(text[opening.end() : behind])), behind + len(closing))


@functools.lru_cache(maxsize=8)
def _last(text: str, mark: str) -> int:
    # Asked at each formula: without this, many that never end take squared time.
    return text.rfind(mark)


def _read(inside: str) -> _Element:
    """The elements of a formula as a tree; what does not nest well ends where its parent does."""
    root = _Element("mrow")
    opened = [root]
    for token in compiled(_TOKEN).finditer(inside):
        tag = token["tag"]
        if token["text"]:
            words = compiled(r"\s+").sub(" ", html.unescape(token["text"]))
            # Between elements space is none of the formula.
            if words.strip() and opened[-1].tag != "mtext":
                words = words.strip()
            if words.strip():
                opened[-1].children.append(_Element("", text=words))
        elif tag and token["close"]:
            while len(opened) > 1 and any(element.tag == tag for element in opened[1:]):
                if opened.pop().tag == tag:
                    break
        elif tag:
            element = _Element(tag)
            opened[-1].children.append(element)
            if not token["empty"] and len(opened) < _NESTING:
                opened.append(element)
    return root


def _tex(element: _Element) -> str:
    """The element as TeX that can stand as one thing."""
    if not element.tag:
        return "".join(_SPECIAL.get(sign, sign) for sign in element.text)
    if element.tag in ("annotation", "annotation-xml"):
        return ""
    parts = [_tex(child) for child in element.children]
    if element.tag == "mroot":
        parts.reverse()  # the degree stands first in TeX
    if element.tag in _WRITTEN and len(parts) == _WRITTEN[element.tag].count("%s"):
        return _WRITTEN[element.tag] % tuple(parts)
    if element.tag in ("mover", "munder", "munderover") and len(parts) > 1:
        return _stacked(element, parts)
    return _simple(element.tag, "".join(parts))


def _simple(tag: str, inside: str) -> str:
    """An element that holds one thing, or things in a row."""
    if tag == "mo" and inside in _RELATIONS:
        return f" {inside} "
    if tag == "mi" and len(inside) > 1 and inside.isalnum():
        return f"\\operatorname{{{inside}}}"
    return _AROUND.get(tag, "%s") % inside


_AROUND = {
    "mtext": "\\text{%s}",
    "msqrt": "\\sqrt{%s}",
    "mfenced": "(%s)",
    **dict.fromkeys(("mspace", "mtd", "mtr"), "%s\\ "),
}
_WRITTEN = {
    "msup": "{%s}^{%s}",
    "msub": "{%s}_{%s}",
    "msubsup": "{%s}_{%s}^{%s}",
    "mfrac": "\\frac{%s}{%s}",
    "mroot": "\\sqrt[%s]{%s}",
}


def _stacked(element: _Element, parts: list[str]) -> str:
    base, *others = parts
    if element.tag == "mover" and others[0] in _ACCENTS:
        return f"\\{_ACCENTS[others[0]]}{{{base}}}"
    if base in _SUMS or element.tag == "munderover":
        signs = {"mover": "^", "munder": "_"}.get(element.tag, "_^")
        marks = [f"{sign}{{{other}}}" for sign, other in zip(signs, others, strict=False)]
        return base + "".join(marks)
    command = {"mover": "overset", "munder": "underset"}[element.tag]
    return f"\\{command}{{{others[0]}}}{{{base}}}"
