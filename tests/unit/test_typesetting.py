"""A text and its formulas as the data that slides are set from."""

import re
from typing import Any

import pytest

from bot.core.text import markdown, mathml, tex, typesetting, unshown


def test_words_stay_words_and_formulas_become_lists() -> None:
    assert typesetting.pieces("a $x^2$ b") == [
        "a ",
        ["math", ["sup", ["letter", "x"], ["number", "2"]]],
        " b",
    ]


def test_emphasis_is_kept_and_links_are_their_labels() -> None:
    assert typesetting.pieces("*a* [b](https://example.org) **c d**, `e` H~2~") == [
        ["em", "a"],
        " b ",
        ["strong", "c d"],
        ", e H~2~",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        "#include <label> @ref = h",
        "// comment, /* more */ and #{ loop }",
        "5 $ and 6 $ are money",
        "<!-- alone -->",
        "a_b #let x = 1; \\#panic()",
    ],
)
def test_what_is_markup_elsewhere_is_text(text: str) -> None:
    assert "".join(map(str, typesetting.pieces(text))) == (markdown.line(text) or text)


def test_a_text_without_formulas_says_what_a_post_says() -> None:
    for text in ("Barlow *Twins*", "a  b\tc", "“q” – x", "Schr\\\"odinger's", "", "   "):
        said = "".join(
            piece if isinstance(piece, str) else piece[1] for piece in typesetting.pieces(text)
        )
        assert said == markdown.line(text)


FORMULAS = {
    r"\frac{a}{b}": ["frac", ["letter", "a"], ["letter", "b"]],
    r"\sqrt[3]{x}": ["root", ["letter", "x"], ["number", "3"]],
    r"\hat{x}": ["accent", "\u0302", ["letter", "x"]],
    r"\overline{AB}": ["line", ["row", ["letter", "A"], ["letter", "B"]]],
    r"\sum_{i=1}^n": [
        "subsup",
        ["sign", "∑"],
        ["row", ["letter", "i"], ["sign", "="], ["number", "1"]],
        ["letter", "n"],
    ],
    r"\mathbb{R}^n": ["sup", ["letter", "ℝ"], ["letter", "n"]],
    r"\text{if so}": ["words", "if\u00a0so"],
    r"\left( x \right)": ["brackets", ["sign", "("], ["letter", "x"], ["sign", ")"]],
    r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}": [
        "brackets",
        ["sign", "("],
        ["table", "", [["number", "1"], ["number", "2"]], [["number", "3"], ["number", "4"]]],
        ["sign", ")"],
    ],
    r"\begin{cases} 1 & a \\ 0 & b \end{cases}": [
        "brackets",
        ["sign", "{"],
        [
            "table",
            "cases",
            [["number", "1"], ["letter", "a"]],
            [["number", "0"], ["letter", "b"]],
        ],
    ],
    r"\binom{n}{k}": [
        "brackets",
        ["sign", "("],
        ["table", "", [["letter", "n"]], [["letter", "k"]]],
        ["sign", ")"],
    ],
}


@pytest.mark.parametrize(("source", "expected"), FORMULAS.items())
def test_a_formula_is_what_its_mathml_is(source: str, expected: list[Any]) -> None:
    assert typesetting.formula(source) == expected


def leaves(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, float):
        return []
    parts = node[2:] if node and node[0] in ("table", "accent") else node
    if node and isinstance(node[0], str):
        parts = node[2:] if node[0] in ("table", "accent") else node[1:]
    return [leaf for part in parts for leaf in leaves(part)]


@pytest.mark.parametrize(
    "source", [*FORMULAS, r"\mathcal{L} = -\log p_\theta(x \mid y)", r"x \to \infty", r"\|x\|_2^2"]
)
def test_no_sign_of_a_formula_is_lost(source: str) -> None:
    shown = re.sub(r"<[^>]+>", "", mathml.written(source))
    # Accents become characters that combine with what they stand over.
    plain = re.sub("[\\^¯~˙¨´`˘ˇ˚]", "", shown)
    assert "".join(leaves(typesetting.formula(source))) == plain


def test_a_formula_that_is_nested_too_deep_is_set_as_a_post_says_it() -> None:
    source = "\\sqrt{" * 40 + "x" + "}" * 40
    assert typesetting.formula(source) == ["words", tex.plain(source)]


def test_what_no_font_shows_is_an_ellipsis_and_a_letter_loses_its_accent() -> None:
    assert unshown.without("ab ᚠᚢ ᚠ c", ["ᚠ", "ᚢ"]) == "ab … c"
    assert unshown.without("Jastrzębski", ["ę"]) == "Jastrzebski"
    assert unshown.without("plain", ["ᚠ"]) == "plain"
    assert unshown.runs(["a ᚠᚢ b ᚠ", "ᚠ"], ["ᚠ", "ᚢ"]) == ["ᚠᚢ", "ᚠ"]
