"""A TeX formula as MathML, which browsers draw by themselves.

Only what MathML Core has is used: https://www.w3.org/TR/mathml-core/
"""

import unicodedata
from collections.abc import Sequence

from bot.core.text import tex
from bot.core.text.patterns import compiled

TAGS = frozenset(
    {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot"}
    | {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"}
)
ATTRIBUTES = {
    "math": {"display", "alttext"},
    "mi": {"mathvariant"},
    "mo": {"stretchy"},
    "mover": {"accent"},
    "mspace": {"width"},
    "mfrac": {"linethickness"},
}

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
# A hyphen is drawn as one: shorter than a plus, and lower.
_SIGNS = str.maketrans({"-": "−", "'": "′"})
_FENCES = frozenset("()[]{}|‖⟨⟩⌊⌋⌈⌉")
# What stands below and above these in a display stands beside them in a line.
_LIMITS = frozenset({"lim", "limsup", "liminf", "max", "min", "sup", "inf", "argmax", "argmin"})
_SUMS = frozenset("∑∏∐⋃⋂⋁⋀⨁⨂⨀⨄⨆")
# Elements for an index, an exponent, or both.
_BESIDE = {(True, False): "msub", (False, True): "msup", (True, True): "msubsup"}
_ABOVE_AND_BELOW = {
    (True, False): "munder",
    (False, True): "mover",
    (True, True): "munderover",
}
_ACCENTS = {
    "hat": "^",
    "widehat": "^",
    "bar": "¯",
    "overline": "¯",
    "tilde": "~",
    "widetilde": "~",
    "vec": "→",
    "overrightarrow": "→",
    "dot": "˙",
    "ddot": "¨",
    "dddot": "⃛",
    "acute": "´",
    "grave": "`",
    "breve": "˘",
    "check": "ˇ",
    "widecheck": "ˇ",
    "mathring": "˚",
}
# MathML Core has no bold or script: Unicode has letters of their own for them.
_ALPHABETS = {
    "mathbf": ("MATHEMATICAL BOLD",),
    "boldsymbol": ("MATHEMATICAL BOLD",),
    "bm": ("MATHEMATICAL BOLD",),
    "pmb": ("MATHEMATICAL BOLD",),
    "mathbb": ("MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"),
    "mathds": ("MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"),
    "mathbbm": ("MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"),
    "mathcal": ("MATHEMATICAL SCRIPT", "SCRIPT"),
    "mathscr": ("MATHEMATICAL SCRIPT", "SCRIPT"),
    "mathfrak": ("MATHEMATICAL FRAKTUR", "BLACK-LETTER"),
}
_LETTER = r"(?:LATIN|GREEK) (SMALL|CAPITAL) LETTER (\w+)"
_WIDTHS = {"quad": "1em", "qquad": "2em", "\\": "1em", ",": "0.17em", ":": "0.22em", ";": "0.28em"}
_GAP = '<mspace width="0.17em"></mspace>'
# A name stands apart from these anyway.
_APART = ("<mo>", "<mo ", "<mspace ")
_BRACKETS = {
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{", ""),
}


def written(formula: str, is_display: bool = False) -> str:
    """The formula as one `math` element, on a line of its own for a display.

    Its alternative text is what a post says for it: `alttext` in Unicode, not TeX.
    """
    body = "".join(_elements(tex.read(formula), is_display))
    display = "inline"
    if is_display:
        display = "block"
    alttext = escaped(tex.plain(formula))
    return f'<math display="{display}" alttext="{alttext}"><mrow>{body}</mrow></math>'


def escaped(text: str) -> str:
    """The text inside of an element or of an attribute's quotes."""
    return text.translate(_ESCAPES)


class _Row:
    """The elements of a row as they come, each with what decides on its neighbours."""

    def __init__(self, is_display: bool) -> None:
        self.is_display = is_display
        self.elements: list[str] = []
        self.number = ""
        self.takes_limits = False
        self.is_name = False
        """Whether the last element names a function: what follows stands apart from it."""

    def add(self, element: str, is_name: bool = False, takes_limits: bool = False) -> None:
        self.end_number()
        last = _APART[0]
        if self.elements:
            last = self.elements[-1]
        meets = self.is_name or is_name
        if meets and not element.startswith(_APART) and not last.startswith(_APART):
            self.elements.append(_GAP)
        self.elements.append(element)
        self.is_name, self.takes_limits = is_name, takes_limits

    def add_digit(self, digit: str) -> None:
        self.number += digit

    def end_number(self) -> None:
        if self.number:
            number, self.number = self.number, ""
            self.add(f"<mn>{number}</mn>")

    def attach(self, down: str, up: str) -> None:
        """Put an index and an exponent to the last element; either may be missing."""
        self.end_number()
        base = "<mrow></mrow>"
        if self.elements:
            base = self.elements.pop()
        tags = _BESIDE
        if self.takes_limits and self.is_display:
            tags = _ABOVE_AND_BELOW
        tag = tags[bool(down), bool(up)]
        self.elements.append(f"<{tag}>{base}{down}{up}</{tag}>")
        self.takes_limits = False


def _elements(nodes: Sequence[tex.Node], is_display: bool) -> list[str]:
    """The elements of a row. Raises no error: what MathML has no form for is its own name."""
    row = _Row(is_display)
    index = 0
    while index < len(nodes):
        node, index = nodes[index], index + 1
        if node.kind in ("up", "down"):
            attached = {node.kind: _group(node.parts[0], False)}
            second = {"up": "down", "down": "up"}[node.kind]
            if index < len(nodes) and nodes[index].kind == second:
                attached[second] = _group(nodes[index].parts[0], False)
                index += 1
            row.attach(attached.get("down", ""), attached.get("up", ""))
        elif node.kind == "sign":
            is_sized = index > 1 and nodes[index - 2].kind == "size"
            _add_sign(row, node.text, is_sized)
        else:
            _add(row, node)
    row.end_number()
    return row.elements


def _group(nodes: Sequence[tex.Node], is_display: bool) -> str:
    """The nodes as one element."""
    elements = _elements(nodes, is_display)
    if len(elements) == 1:
        return elements[0]
    return f"<mrow>{''.join(elements)}</mrow>"


def _add_sign(row: _Row, sign: str, is_sized: bool) -> None:
    """A sign as it was typed. Only after `\\left` and the like a bracket grows with its row."""
    if sign.isspace() or sign == "&":
        return
    if sign.isdecimal() or (sign == "." and row.number):
        row.add_digit(sign)
    elif sign.isalpha():
        row.add(f"<mi>{sign}</mi>")
    elif sign == "~":
        row.add(_GAP)
    elif sign in _FENCES and not is_sized:
        row.add(f'<mo stretchy="false">{sign}</mo>')
    else:
        row.add(f"<mo>{escaped(sign.translate(_SIGNS))}</mo>")


def _add(row: _Row, node: tex.Node) -> None:
    if node.kind == "symbol":
        _add_symbol(row, node.text)
    elif node.kind == "relation":
        row.add(f"<mo>{node.text}</mo>")
    elif node.kind == "name":
        row.add(f"<mi>{node.text}</mi>", is_name=True, takes_limits=node.text in _LIMITS)
    elif node.kind == "space" and node.text in _WIDTHS:
        row.add(f'<mspace width="{_WIDTHS[node.text]}"></mspace>')
    elif node.kind == "style":
        _add_style(row, node)
    elif node.kind == "table":
        row.add(_table(node))
    elif node.kind == "group":
        row.add(_group(node.parts[0], row.is_display))
    elif node.parts:
        row.add(_applied(node))


def _add_symbol(row: _Row, symbol: str) -> None:
    if symbol in _SUMS:
        row.add(f"<mo>{symbol}</mo>", takes_limits=True)
    elif symbol.isalpha() or symbol in "∞∂∇∅":
        row.add(f"<mi>{symbol}</mi>")
    else:
        row.add(f"<mo>{escaped(symbol)}</mo>")


def _applied(node: tex.Node) -> str:
    parts = [_group(part, False) for part in node.parts]
    if node.kind == "frac":
        return f"<mfrac>{parts[0]}{parts[1]}</mfrac>"
    if node.kind == "binomial":
        stacked = f'<mfrac linethickness="0">{"".join(parts)}</mfrac>'
        return f"<mrow>{_bracket('(')}{stacked}{_bracket(')')}</mrow>"
    if node.kind == "stack":
        tag = {"over": "mover", "under": "munder"}[node.text]
        return f"<{tag}>{parts[0]}{parts[1]}</{tag}>"
    if node.kind == "accent":
        return _accented(node, parts[0])
    if node.parts[1]:
        return f"<mroot>{parts[0]}{parts[1]}</mroot>"
    return f"<msqrt>{parts[0]}</msqrt>"


def _accented(node: tex.Node, part: str) -> str:
    if accent := _ACCENTS.get(node.text):
        return f'<mover accent="true">{part}<mo>{accent}</mo></mover>'
    text = tex.written((node,)).strip()
    if text == tex.written(node.parts[0]).strip():
        return part
    tag = "mo"
    if text[:1].isalpha():
        tag = "mi"
    return f"<{tag}>{escaped(text)}</{tag}>"


def _add_style(row: _Row, node: tex.Node) -> None:
    """Letters of another alphabet, or upright text."""
    argument = node.parts[0]
    text = tex.written(argument)
    if not text.strip():
        return
    if node.text in _ALPHABETS:
        letters = [_lettered(letter, node.text) for letter in text.strip()]
        if all(letters):
            row.add(f"<mi>{''.join(letters)}</mi>")
        else:
            row.add(_group(argument, row.is_display))
    elif node.text.startswith("operatorname"):
        row.add(f"<mi>{escaped(text.strip())}</mi>", True, node.text.endswith("*"))
    elif len(text) == 1 and text.isalpha():
        row.add(f'<mi mathvariant="normal">{text}</mi>')
    else:
        # Browsers leave out a space at the edge unless it is one that does not break.
        row.add(f"<mtext>{escaped(text.replace(' ', chr(0xA0)))}</mtext>")


def _lettered(letter: str, style: str) -> str:
    """The letter in the alphabet, itself where the alphabet has none, "" where it is no letter."""
    if not letter.isalnum():
        return ""
    name = unicodedata.name(letter, "")
    suffix = name
    if letter_name := compiled(_LETTER).fullmatch(name):
        suffix = f"{letter_name[1]} {letter_name[2]}"
    for alphabet in _ALPHABETS[style]:
        try:
            return unicodedata.lookup(f"{alphabet} {suffix}")
        except KeyError:
            continue
    return letter


def _table(node: tex.Node) -> str:
    rows = []
    for cells in node.parts:
        columns = [f"<mtd>{_group(cell.parts[0], False)}</mtd>" for cell in cells]
        rows.append(f"<mtr>{''.join(columns)}</mtr>")
    table = f"<mtable>{''.join(rows)}</mtable>"
    opening, closing = _BRACKETS.get(node.text, ("", ""))
    return f"<mrow>{_bracket(opening)}{table}{_bracket(closing)}</mrow>"


def _bracket(sign: str) -> str:
    if not sign:
        return ""
    return f"<mo>{sign}</mo>"
