"""A TeX formula as plain text that reads well: `\\mathcal{O}(n^2)` is O(n²)."""

import unicodedata

from bot.core.text.patterns import compiled

_TOKEN = r"\\[a-zA-Z]+\*?\s*|\\.|\s+|."


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_SYMBOLS = _pairs("""
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ
lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma
Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂ nabla ∇
ell ℓ hbar ℏ emptyset ∅ varnothing ∅ forall ∀ exists ∃ neg ¬ lnot ¬ angle ∠ sum ∑ prod ∏ int ∫ ldots
… dots … cdots … vdots … cdot · circ ∘ degree ° prime ′ star ⋆ ast * dagger † langle ⟨ rangle ⟩
lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lVert ‖ rVert ‖ Vert ‖ | ‖ lvert | rvert | vert | top ⊤ bot ⊥ Re
Re Im Im aleph ℵ checkmark ✓ lbrace { rbrace } backslash \\ S § colon :
""")
# Space stands around these, however the formula is written.
_RELATIONS = _pairs("""
times × div ÷ pm ± mp ∓ le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ approx ≈ equiv ≡ sim
~ simeq ≃ cong ≅ propto ∝ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ cup ∪ cap ∩
setminus ∖ to → rightarrow → gets ← leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐
Leftrightarrow ⇔ implies ⇒ iff ⇔ mapsto ↦ longrightarrow → land ∧ wedge ∧ lor ∨ vee ∨ oplus ⊕ otimes
⊗ odot ⊙ ll ≪ gg ≫ mid | parallel ∥ perp ⊥ coloneqq := triangleq ≜ prec ≺ succ ≻ vdash ⊢ models ⊨
""")
_ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0304",
    "tilde": "\u0303",
}
_ACCENTS |= {"widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308"}
_STYLES = frozenset(
    {
        "text",
        "textbf",
        "textit",
        "textrm",
        "texttt",
        "textsc",
        "mathrm",
        "mathbf",
        "mathcal",
        "mathit",
        "mathsf",
    }
    | {
        "mathtt",
        "mathscr",
        "mathfrak",
        "mathbb",
        "boldsymbol",
        "bm",
        "mbox",
        "operatorname",
        "operatorname*",
        "emph",
    }
)
_SILENT = frozenset(
    {
        "left",
        "right",
        "big",
        "Big",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "bigg",
        "Bigg",
        "displaystyle",
        "textstyle",
    }
    | {"limits", "nolimits", "middle", "rm", "bf", "it", "cal", "nonumber"}
)
_SPACES = frozenset({"quad", "qquad", "\\", ",", ";", ":", " ", "~"})
# Beside a function's name: a space where a letter or digit stands on both sides, as in `n\\log n`.
_APART = "\x00"
_DOUBLE = dict(zip("RNZQCPE", "ℝℕℤℚℂℙ𝔼", strict=True))
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


def plain(formula: str) -> str:
    """What stands between the dollars, in Unicode; what it does not know stays as its name."""
    said = _Formula(formula.replace(_APART, "")).read()
    said = (
        compiled(rf"(?<=\w){_APART}+(?=[^\W_²³¹⁰-₟\u1d2c-\u1d6a])")
        .sub(" ", said)
        .replace(_APART, "")
    )
    return " ".join(said.split()).replace("( ", "(").replace(" )", ")")


def raised(text: str) -> str:
    """The text as an exponent: ², or ^(…) where a sign has no small form."""
    return _moved(text, "^", _HIGH)


def lowered(text: str) -> str:
    """The text as an index: ₂, or _… where a sign has no small form."""
    return _moved(text, "_", _LOW)


def _moved(text: str, sign: str, forms: dict[str, str]) -> str:
    tight = text.replace(" ", "")
    if all(letter in forms for letter in tight):
        return "".join(forms[letter] for letter in tight)
    return sign + (text if compiled(r"\w+(?:\.\w+)?").fullmatch(text) else f"({text})")


def _in_brackets(text: str) -> str:
    return text if text.isalnum() or compiled(r"\w+\([^()]*\)").fullmatch(text) else f"({text})"


class _Formula:
    """One way through a formula, token by token."""

    def __init__(self, formula: str) -> None:
        self.tokens = compiled(_TOKEN).findall(formula.replace("\n", " "))[::-1]

    def read(self, until: str = "") -> str:
        """Up to the closing brace or the end."""
        said = []
        while self.tokens:
            token = self.tokens.pop()
            if token == until:
                break
            said.append(self._said(token))
        return "".join(said)

    def _said(self, token: str) -> str:
        if token == "{":
            return self.read("}")
        if token in "^_":
            return (raised if token == "^" else lowered)(self._argument())
        if token[0] != "\\":
            return (
                "" if token == "}" else token.replace("~", " ").replace("&", " ").replace("'", "′")
            )
        return self._command(token[1:].strip() or " ")

    def _argument(self) -> str:
        while self.tokens and self.tokens[-1].isspace():
            self.tokens.pop()
        if not self.tokens:
            return ""
        token = self.tokens.pop()
        if token[0] == "\\" and token[-1].isspace():
            self.tokens.append(" ")
        return self._said(token).replace(_APART, "").strip()

    def _command(self, name: str) -> str:
        if name in _SYMBOLS:
            return _SYMBOLS[name]
        if name in _RELATIONS:
            return f" {_RELATIONS[name]} "
        if name in _STYLES:
            said = self._argument()
            return _DOUBLE.get(said, said) if name == "mathbb" else said
        if name in _ACCENTS:
            said = self._argument()
            return unicodedata.normalize("NFC", said + _ACCENTS[name]) if len(said) == 1 else said
        if name in ("frac", "dfrac", "tfrac"):
            return f"{_in_brackets(self._argument())}/{_in_brackets(self._argument())}"
        if name == "sqrt":
            return f"√{_in_brackets(self._argument())}"
        if name in ("begin", "end"):
            self._argument()
            return " "
        if name in _SPACES:
            return " "
        if name in _SILENT or name in "!/":
            return ""
        return f"{_APART}{name}{_APART}" if name.isalpha() else name
