"""A TeX formula read: as plain text for posts here, as MathML for pages in `mathml`."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.text import symbols
from bot.core.text.patterns import compiled

_TOKEN = r"\\[a-zA-Z]+\*?\s*|\\.|\s+|."


_TEXTS = frozenset(
    {"text", "textbf", "textit", "textrm", "texttt", "textsc", "textsf", "textnormal", "textup"}
    | {"mbox", "hbox", "emph"}
)
_STYLES = frozenset(
    _TEXTS
    | {"mathrm", "mathbf", "mathcal", "mathit", "mathsf", "mathtt", "mathscr", "mathfrak", "mathbb"}
    | {"mathds", "mathbbm", "mathnormal", "boldsymbol", "bm", "pmb", "symbf", "symrm"}
    | {"operatorname", "operatorname*"}
)
_BINOMIALS = frozenset({"binom", "dbinom", "tbinom"})
_FRACTIONS = _BINOMIALS | {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"}
_FUSED = frozenset({"bmod", "pmod", "mod", "pod"})
# What stands above or below something else: what comes first, and on which side it is.
_STACKS = {"stackrel": "over", "overset": "over", "underset": "under"}
_ARROWS = {"xrightarrow": "→", "xleftarrow": "←", "xRightarrow": "⇒", "xmapsto": "↦"}
# These take an argument that nobody reads, such as a colour or a length.
_UNREAD = frozenset(
    {"color", "textcolor", "colorbox", "label", "hspace", "vspace", "hspace*", "vspace*"}
    | {"phantom", "hphantom", "vphantom", "tag", "tag*"}
)
_MARKED = {**symbols.ACCENTS, **symbols.TEXT_ACCENTS, "not": "\u0338"}
"""What combines with the letter or sign that a command is applied to."""
_APPLIED = (
    _STYLES | _FRACTIONS | _STACKS.keys() | _ARROWS.keys() | symbols.ACCENTS.keys() | {"not"}
) | {"sqrt", "begin", "end"}
_SHORT = frozenset({"O", "l", "L", "i", "j"})
"""Letters in words that are commands of an author's own in formulas, such as `\\O(n)`."""
_SIZES = frozenset(
    {"left", "right", "middle", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg"}
    | {"biggl", "biggr", "Biggl", "Biggr", "bigm", "Bigm"}
)
_SILENT = frozenset(
    {"displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits"}
    | {
        "rm",
        "bf",
        "it",
        "cal",
        "sf",
        "tt",
        "em",
        "sl",
        "nonumber",
        "notag",
        "boldmath",
        "normalfont",
    }
    | {"hfill", "hline", "relax", "allowbreak", "nobreak", "noindent", "centering", "protect"}
    | {"tiny", "small", "normalsize", "large", "Large", "LARGE", "huge", "Huge", "footnotesize"}
    # What these apply to is read as if it stood by itself.
    | {
        "boxed",
        "fbox",
        "cancel",
        "mathop",
        "mathbin",
        "mathrel",
        "mathord",
        "mathopen",
        "mathclose",
    }
    | {"overbrace", "underbrace", "ensuremath", "mathstrut", "substack", "smash", "mathinner"}
    | {"!", "/", "-", "@"}
)
_SPACES = frozenset(
    {"quad", "qquad", "enspace", "thinspace", "medspace", "thickspace", "newline", "par", "space"}
    | {"\\", ",", ";", ":", ">", " ", "~"}
)
_CLOSING = frozenset({"rangle", "rfloor", "rceil", "rVert", "rvert", "rbrack", "rgroup"})
_DOUBLE = frozenset({"mathbb", "mathds", "mathbbm"})
_OPERATORS = frozenset("+-−=<>/*|:")
# These have as much space on one side as on the other, unless they are a sign of what follows.
_EVEN = frozenset("+-−=<>")
_OPENING = frozenset("([{⟨⌊⌈,;:")
# Groups and arguments nested deeper than this are read as signs beside each other.
_NESTING = 60
# Beside a function's name: a space where a letter or digit stands on both sides, as in `n\\log n`.
_APART = "\x00"
_AROUND = {"symbol": "", "relation": " ", "name": _APART}
_HIGH = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφ*′∘⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠ*′°ᵀ",
        strict=True,
    )
)
_LOW = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in a formula; what it applies to stands in `parts`.

    Kinds: a `sign` as it was typed, a `symbol`, a `relation`, a `name` (of a function, or a command
    that is not known), a `space`, a `size` of the sign that follows, a `group`, what stands `up` or
    `down` (an exponent, an index), a `frac`, a `binomial`, a `root` (its radicand, and its degree
    if not 2), a `stack` (what stands in the line, and what is above or below it: its `text` is
    "over" or "under"), an `accent`, a `style`, and a `table`, whose `text` is the environment and
    whose parts are groups of cells, a row each.
    """

    kind: str
    text: str = ""
    parts: tuple[Sequence["Node"], ...] = ()


def plain(formula: str) -> str:
    """What stands between the dollars, in Unicode; what it does not know stays as its name."""
    text = " ".join(written(read(formula)).split())
    return text.replace("( ", "(").replace(" )", ")")


def unknown(formula: str) -> list[str]:
    """The commands in a formula that are not known, each once: `plain` shows them as their name."""
    found: dict[str, None] = {}
    nodes = list(read(formula))[::-1]
    while nodes:
        node = nodes.pop()
        if node.kind == "name" and node.text not in symbols.FUNCTIONS:
            found[f"\\{node.text}"] = None
        nodes += [inner for part in reversed(node.parts) for inner in reversed(part)]
    return list(found)


def accented(mark: str, letter: str) -> str:
    """The letter with the accent of that command of TeX, "" where there is no such letter."""
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    composed = unicodedata.normalize("NFC", letter + symbols.TEXT_ACCENTS[mark])
    return composed * (len(letter) == len(composed) == 1)


def written(nodes: Sequence["Node"]) -> str:
    """Parts of a formula in Unicode, with the spaces they were typed with."""
    text = _written(nodes)
    # Where the name of a function meets a letter or a digit, as in `n\\log n`, a space comes in.
    beside = rf"(?<=\w){_APART}+(?=[^\W_²³¹⁰-₟\u1d2c-\u1d6a])"
    return compiled(beside).sub(" ", text).replace(_APART, "")


def raised(text: str) -> str:
    """The text as an exponent: ², or ^(…) where a sign has no small form."""
    return _moved(text, "^", _HIGH)


def lowered(text: str) -> str:
    """The text as an index: ₂, or _… where a sign has no small form."""
    return _moved(text, "_", _LOW)


def read(formula: str) -> Sequence[Node]:
    """The formula's parts in order. Any text is a formula: what is unfinished ends at its end."""
    return _Reader(formula).read()


def _moved(text: str, sign: str, forms: dict[str, str]) -> str:
    tight = text.replace(" ", "")
    if all(letter in forms for letter in tight):
        return "".join(forms[letter] for letter in tight)
    return sign + (text if compiled(r"\w+(?:\.\w+)?").fullmatch(text) else f"({text})")


def _in_brackets(text: str) -> str:
    return text if text.isalnum() or compiled(r"\w+\([^()]*\)").fullmatch(text) else f"({text})"


class _Reader:
    """One way through a formula, token by token."""

    def __init__(self, formula: str) -> None:
        text = formula.replace(_APART, "").replace("\n", " ")
        self.tokens = compiled(_TOKEN).findall(text)[::-1]
        self.depth = 0
        # The tokens are popped from the end: where the last closing bracket stands, if any.
        self.last_bracket = len(self.tokens)
        if "]" in self.tokens:
            self.last_bracket = self.tokens.index("]")

    def read(self, until: str = "") -> list[Node]:
        """Up to the closing bracket or the end."""
        self.depth += 1
        nodes: list[Node] = []
        while self.tokens:
            token = self.tokens.pop()
            if token == until:
                break
            self._take(token, nodes)
        self.depth -= 1
        return nodes

    def _take(self, token: str, nodes: list[Node]) -> None:
        """Add what begins with the token. Adds nothing for a brace that closes none."""
        if self.depth > _NESTING:
            nodes += [Node("sign", sign) for sign in token.strip("\\{}")]
        elif token == "{":
            nodes.append(Node("group", parts=(self.read("}"),)))
        elif token == "^":
            nodes.append(Node("up", parts=(self._argument(),)))
        elif token == "_":
            nodes.append(Node("down", parts=(self._argument(),)))
        elif token[0] == "\\":
            self._command(token[1:].strip() or " ", nodes)
            if token[-1].isspace() and self._is_at_operator():
                nodes.append(Node("sign", " "))
        elif token != "}":
            nodes.append(Node("sign", token))

    def _is_at_operator(self) -> bool:
        """Whether an operator comes next with a space behind it.

        The space before it, which ended a command's name, is then meant as one.
        """
        following = self.tokens[:-3:-1]
        return len(following) == 2 and following[0] in _OPERATORS and following[1].isspace()

    def _argument(self) -> list[Node]:
        """The next token or the group that begins with it."""
        while self.tokens and self.tokens[-1].isspace():
            self.tokens.pop()
        nodes: list[Node] = []
        if self.tokens:
            token = self.tokens.pop()
            if token[0] == "\\" and token[-1].isspace():
                self.tokens.append(" ")
            self.depth += 1
            self._take(token, nodes)
            self.depth -= 1
        return nodes

    def _command(self, name: str, nodes: list[Node]) -> None:
        """Add what a command means. Adds nothing for one that only says how to set what follows."""
        if name in _CLOSING:
            _remove_space(nodes)
        if node := _of_its_own(name):
            nodes.append(node)
        elif name in _APPLIED:
            nodes.append(self._applied(name))
        elif name in _UNREAD:
            self._optional()
            self._argument()
        elif name in _FUSED:
            nodes += self._fused(name)
        elif self._is_accent(name):
            nodes.append(Node("accent", name, (self._argument(),)))
        elif name in symbols.TEXT_LETTERS and name not in _SHORT:
            nodes.append(Node("symbol", symbols.TEXT_LETTERS[name]))
        elif name not in _SILENT:
            nodes.append(Node("name" if name[0].isalpha() else "sign", name))

    def _is_accent(self, name: str) -> bool:
        """Whether the command is an accent in words, as in `Schr\\"odinger` and `\\v{c}`.

        With a name of a letter it is one only where there is such a letter: these names are often
        given to other commands.
        """
        if name not in symbols.TEXT_ACCENTS:
            return False
        following = self.tokens[:-4:-1]
        if following and following[0].isalpha() and not name.isalpha():
            return True
        is_group = len(following) == 3 and following[0] == "{" and following[2] == "}"
        return is_group and (not name.isalpha() or bool(accented(name, following[1])))

    def _applied(self, name: str) -> Node:
        """A command with what it applies to."""
        if name in _FRACTIONS:
            kind = "frac"
            if name in _BINOMIALS:
                kind = "binomial"
            return Node(kind, parts=(self._argument(), self._argument()))
        if name in _STACKS:
            other = self._argument()
            return Node("stack", _STACKS[name], (self._argument(), other))
        if name in _ARROWS:
            return self._arrow(_ARROWS[name])
        if name == "sqrt":
            degree = self._optional()
            return Node("root", parts=(self._argument(), degree))
        if name == "begin":
            return self._table(written(self._argument()).strip())
        if name == "end":  # of what never began
            self._argument()
            return Node("space", " ")
        return Node("style" if name in _STYLES else "accent", name, (self._argument(),))

    def _arrow(self, arrow: str) -> Node:
        """An arrow with what stands above and below it."""
        below = self._optional()
        node = Node("stack", "over", ((Node("relation", arrow),), self._argument()))
        if below:
            return Node("stack", "under", ((node,), below))
        return node

    def _fused(self, name: str) -> Sequence[Node]:
        """What a remainder is taken by: `a \\bmod n`, `a \\pmod{n}`."""
        mod = Node("relation", "mod")
        if name in ("bmod", "mod"):
            return (mod,)
        inside = (Node("sign", "("), mod, *self._argument(), Node("sign", ")"))
        return (Node("sign", " "), Node("group", parts=(inside,)))

    def _optional(self) -> list[Node]:
        """An argument in square brackets, where there is one: `3` in `\\sqrt[3]{x}`."""
        if self.tokens and self.tokens[-1] == "[" and self.last_bracket < len(self.tokens):
            self.tokens.pop()
            return self.read("]")
        return []

    def _table(self, name: str) -> Node:
        """A matrix, cases, or lines under each other, up to the next `\\end`."""
        if name == "array":
            self._argument()  # how its columns are aligned
        self.depth += 1
        rows: list[list[Node]] = [[]]
        cell: list[Node] = []
        while self.tokens:
            token = self.tokens.pop()
            if token.strip() == "\\end":
                self._argument()
                break
            if token in ("&", "\\\\"):
                rows[-1].append(Node("group", parts=(cell,)))
                cell = []
            else:
                self._take(token, cell)
            if token == "\\\\":
                rows.append([])
        rows[-1].append(Node("group", parts=(cell,)))
        self.depth -= 1
        return Node("table", name, tuple(rows))


def _of_its_own(name: str) -> Node | None:
    """What a command means that applies to nothing."""
    if name in symbols.SYMBOLS:
        return Node("symbol", symbols.SYMBOLS[name])
    if name in symbols.RELATIONS:
        return Node("relation", symbols.RELATIONS[name])
    if name in _SPACES:
        return Node("space", name)
    if name in _SIZES:
        return Node("size", name)
    return None


def _remove_space(nodes: list[Node]) -> None:
    """Remove the space in front of a closing bracket, and of the size that it may have."""
    size = []
    if nodes and nodes[-1].kind == "size":
        size = [nodes.pop()]
    while nodes and _is_space(nodes[-1]):
        nodes.pop()
    nodes += size


def _is_space(node: Node) -> bool:
    return node.kind == "sign" and node.text.isspace()


def _written(nodes: Sequence[Node]) -> str:
    pieces = []
    for index, node in enumerate(nodes):
        piece = _said(node)
        if _is_spaced(nodes, index):
            piece = f" {piece} "
        pieces.append(piece)
    return "".join(pieces)


def _typed(nodes: Sequence[Node]) -> str:
    """Words: a hyphen in them is no minus, and has the spaces that it was typed with."""
    pieces = [_typed(node.parts[0]) if node.kind == "group" else _said(node) for node in nodes]
    return "".join(pieces)


def _is_spaced(nodes: Sequence[Node], index: int) -> bool:
    """Whether the node is an operator between two things, with a space on one of its sides."""
    node = nodes[index]
    if node.kind != "sign" or node.text not in _EVEN or index in (0, len(nodes) - 1):
        return False
    is_apart = _is_space(nodes[index - 1])
    if not is_apart and not _is_space(nodes[index + 1]):
        return False
    before = nodes[index - 1]
    if is_apart and index > 1:
        before = nodes[index - 2]
    return not _is_sign_of_next(before)


def _is_sign_of_next(before: Node) -> bool:
    """Whether a plus or minus behind this node belongs to what follows, as in `x = -1`."""
    if before.kind in ("relation", "size", "space"):
        return True
    return before.text in _EVEN or before.text in _OPENING or _is_space(before)


def _said(node: Node) -> str:
    """The node in Unicode, with `_APART` around a name and spaces that are yet to be tidied up."""
    if node.kind == "sign":
        return node.text.replace("~", " ").replace("&", " ").replace("'", "′")
    if node.kind in _AROUND:
        around = _AROUND[node.kind]
        return f"{around}{node.text}{around}"
    if node.kind in ("space", "size"):
        return " " * (node.kind == "space")
    if node.kind == "table":
        cells = [_said(cell) for row in node.parts for cell in row]
        return f" {' '.join(cells)} "
    if node.kind == "style" and node.text in _TEXTS:
        return _typed(node.parts[0]).replace(_APART, "")
    parts = [_written(part) for part in node.parts]
    if node.kind == "group":
        return parts[0]
    return _applied(node, [part.replace(_APART, "").strip() for part in parts])


def _applied(node: Node, parts: Sequence[str]) -> str:
    """A node that changes what it applies to."""
    if node.kind in ("up", "down"):
        return raised(parts[0]) if node.kind == "up" else lowered(parts[0])
    if node.kind == "frac":
        return f"{_in_brackets(parts[0])}/{_in_brackets(parts[1])}"
    if node.kind == "root":
        degree = raised(parts[1]) if parts[1] else ""
        return f"{degree}√{_in_brackets(parts[0])}"
    if node.kind == "binomial":
        return f"C({parts[0]}, {parts[1]})"
    if node.kind == "stack":
        return _stacked(node, parts)
    if node.kind == "accent":
        return _accented(node.text, parts[0])
    if node.text in _DOUBLE:
        return "".join(symbols.BLACKBOARD.get(letter, letter) for letter in parts[0])
    return parts[0]


def _stacked(node: Node, parts: Sequence[str]) -> str:
    """What stands in the line, with what is above or below it as an exponent or an index."""
    stacked = parts[0] + (raised if node.text == "over" else lowered)(parts[1])
    base = node.parts[0]
    if len(base) == 1 and (base[0].kind == "relation" or base[0].text in _EVEN):
        return f" {stacked} "
    return stacked


def _accented(name: str, text: str) -> str:
    """A letter with its accent; several letters have none."""
    if len(text) != 1:
        return text
    return unicodedata.normalize("NFC", {"ı": "i", "ȷ": "j"}.get(text, text) + _MARKED[name])
