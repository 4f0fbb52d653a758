"""A paragraph's Markdown read aloud: what stays of it in a post."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.text import tex
from bot.core.text.markdown import line, links, plain, plain_with_addresses, unknown_tex
from tests.timing import is_linear


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        (
            "**Bold**, *slanted*, ***both***, __bold__ and _slanted_.",
            "Bold, slanted, both, bold and slanted.",
        ),
        ("~~Old~~ new, but ~5 points.", "Old new, but ~5 points."),
        ("Run `train.py --lr *0.1*` and ``a`b``.", "Run train.py --lr *0.1* and a`b."),
        (
            "The [paper](https://a.org/x_(y) 'title') and [its *code*](<https://b.org>).",
            "The paper and its code.",
        ),
        (
            "[One][1], [two][] and [three].\n\n[1]: https://a.org\n[two]: /b\n[three]: #c",
            "One, two and three.",
        ),
        ("See <https://a.org/b_c_d> or <me@a.org>.", "See https://a.org/b_c_d or me@a.org."),
        ("Bare https://a.org/b_c_d*e stays.", "Bare https://a.org/b_c_d*e stays."),
        ("**https://a.org/b**", "https://a.org/b"),
        ("A ![drawing of a net](net.png) here.", "A drawing of a net here."),
        ("[](https://a.org)", "https://a.org"),
        (r"\*not\* \_this\_ \[nor\](that) C:\dir", "*not* _this_ [nor](that) C:\\dir"),
        (
            "H<sub>2</sub>O, x<sup>n+1</sup>, <b>bold</b><br>new &amp; old<!-- no -->",
            "H₂O, xⁿ⁺¹, bold\nnew & old",
        ),
        ("The <mask> token and <s>, if a < b.", "The <mask> token and <s>, if a < b."),
        (
            "snake_case_name, 2 * 3 * 4, 2*3*4, A* and B*",
            "snake_case_name, 2 * 3 * 4, 2*3*4, A* and B*",
        ),
        ("Feurer et al. [2020] (cf. [3]) say so.", "Feurer et al. [2020] (cf. [3]) say so."),
        ("**总结：**深度学习*很*有趣。", "总结：深度学习很有趣。"),
        ("#mlcollage is no heading", "#mlcollage is no heading"),
        ("stray ** and ` and [ and ]( stay", "stray ** and ` and [ and ]( stay"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, said: str) -> None:
    assert plain(markdown) == said


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("One line\nand the next.", "One line and the next."),
        ("一行文字\n和下一行，\n还有 one\nmore", "一行文字和下一行，还有 one more"),
        ("One  \ntwo\\\nthree", "One\ntwo\nthree"),
        ("One.\n\n\n \nTwo.", "One.\n\nTwo."),
        ("# Title #\ntext", "Title\n\ntext"),
        ("Title\n=====\ntext\n---\nmore", "Title\n\ntext\n\nmore"),
        ("above\n\n* * *\n\nbelow", "above\n\nbelow"),
        ("- one\n* two\n  goes on\n+ [x] three", "• one\n• two goes on\n• three"),
        ("We did:\n1. this\n2. that\n10) and more", "We did:\n1. this\n2. that\n10) and more"),
        ("It was in\n1986. A good year.", "It was in 1986. A good year."),
        ("> quoted\n> text\n> > twice", "quoted text twice"),
        ("```python\nx = *a\n\ny_ = _b\n```\nafter", "x = *a\n\ny_ = _b\n\nafter"),
        ("windows\r\nlines\r\n\r\nhere", "windows lines\n\nhere"),
        ("many    spaces\there", "many spaces here"),
        ("", ""),
    ],
)
def test_lines_become_paragraphs_and_items(markdown: str, said: str) -> None:
    assert plain(markdown) == said


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (r"\mathcal{O}(n^2)", "O(n²)"),
        (r"O(n\log n)", "O(n log n)"),
        (r"x_i^{t+1} \in \mathbb{R}^d", "xᵢᵗ⁺¹ ∈ ℝᵈ"),
        (r"\theta_{t+1} = \theta_t - \eta \nabla L(\theta_t)", "θₜ₊₁ = θₜ - η∇L(θₜ)"),
        (r"\frac{a+b}{2} \leq \sqrt{d_k}", "(a+b)/2 ≤ √dₖ"),
        (r"\mathrm{softmax}(QK^\top/\sqrt{d})", "softmax(QKᵀ/√d)"),
        (r"\left( \sum_{i=1}^n x_i \right)^2", "(∑ᵢ₌₁ⁿ xᵢ)²"),
        (r"\arg\max_x f(x) \approx 10^{-4}", "arg maxₓ f(x) ≈ 10⁻⁴"),
        (r"\hat{y}, \bar x, \{1,\ldots,n\}", "ŷ, x̄, {1,…,n}"),
        (r"L_\text{CE}, x_{q}, e^{f(x)/2}", "L_CE, x_q, e^(f(x)/2)"),
        (r"50\% \; \unknown x", "50% unknown x"),
        (r"90^\circ", "90°"),
        (r"a \end{cases} b", "a b"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"\binom{n}{k}", "C(n, k)"),
        (r"\stackrel{d}{\to} y, a \overset{p}{=} b", "→ᵈ y, a =ᵖ b"),
        (r"\underset{x}{\max} f", "maxₓ f"),
        (r"\color{red}{x} + \textcolor{blue}{y}", "x + y"),
        (r"a \lesssim b \succeq c \preceq d \gtrsim e", "a ≲ b ⪰ c ⪯ d ≳ e"),
        (r"\bigcup_i A_i, \bigoplus, \coprod", "⋃ᵢ Aᵢ, ⨁, ∐"),
        (r"\mathbb{RP}^n, \mathbb{1}, \mathds{E}", "ℝℙⁿ, 𝟙, 𝔼"),
        (r"a \not\in B \not\subset C", "a ∉ B ⊄ C"),
        (r"a \equiv b \pmod{n}, a \bmod n", "a ≡ b (mod n), a mod n"),
        (r"\xrightarrow[n]{f}, \hookrightarrow", "→ᶠₙ, ↪"),
        (r"s = 13 \text{ TeV}", "s = 13 TeV"),
        (r"\emph{deep}, \textbf{wide}", "deep, wide"),
        (r"Schr\"odinger, Poincar\'e, \v{c}, \c{c}, \o, \ss", "Schrödinger, Poincaré, č, ç, ø, ß"),
        (r"62^{+4}{M}_{\odot}, a^\dagger, L^\infty, W^\pm", "62⁺⁴M_⊙, a^†, L^∞, W^±"),
        (r"\ket{\psi}, \braket{\phi|\psi}, \norm{x}_2", "|ψ⟩, ⟨φ|ψ⟩, ‖x‖₂"),
        (r"\Im s < \Re(s)", "Im s < Re(s)"),
        (r"\overline{\mathrm{MS}}, \overline{x+y}", "M̄S̄, x+y"),
        (r"\begin{pmatrix}1&0\\0&1\end{pmatrix}", "(1 0; 0 1)"),
        (r"\begin{cases}x & x>0\\0 & \text{else}\end{cases}", "{x, x>0; 0, else"),
        ("{{{", ""),
        (r"\frac", "()/()"),
    ],
)
def test_formulas_are_spelled_in_unicode(formula: str, said: str) -> None:
    assert tex.plain(formula) == said


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (r"\alpha + \beta", "α + β"),
        (r"\alpha = \beta", "α = β"),
        (r"\epsilon - x", "ε - x"),
        (r"1 + \ldots + n", "1 + … + n"),
        (r"p(\theta | x)", "p(θ | x)"),
        (r"\alpha / \beta", "α / β"),
        (r"\max - \min", "max - min"),
        (r"\pi : S \to A", "π : S → A"),
        (r"x +\beta", "x + β"),
        (r"\alpha+\beta", "α+β"),
        (r"x = -1", "x = -1"),
        (r"a \le -1", "a ≤ -1"),
        (r"(-1, -2)", "(-1, -2)"),
        (r"|\alpha| x", "|α| x"),
        (r"\alpha \beta", "αβ"),
        (r"\text{well- known}", "well- known"),
    ],
)
def test_an_operator_has_as_much_space_on_its_left_as_on_its_right(formula: str, said: str) -> None:
    assert tex.plain(formula) == said


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (r"\lVert x \rVert^2", "‖x‖²"),
        (r"\left\lVert x \right\rVert", "‖x‖"),
        (r"\langle x, y \rangle", "⟨x, y⟩"),
        (r"\lfloor n / 2 \rfloor", "⌊n / 2⌋"),
    ],
)
def test_no_space_stands_inside_of_brackets_that_are_commands(formula: str, said: str) -> None:
    assert tex.plain(formula) == said


@pytest.mark.parametrize(
    "command",
    ["displaystyle", "textstyle", "limits", "nolimits", "rm", "bf", "it", "cal", "nonumber"],
)
def test_a_command_that_only_says_how_to_set_a_formula_is_no_word(command: str) -> None:
    assert tex.plain(rf"\{command} x") == "x"


def test_a_formula_with_many_exponents_is_read_however_deep_it_nests_after_them() -> None:
    assert tex.plain("x^2" * 1000 + "{" * 1000 + "y").endswith("x²y")


@pytest.mark.parametrize("piece", ["^", "{", "\\hat", "\\frac", "\\text{", "_{"])
def test_a_formula_nested_as_deep_as_one_may_be_is_read(piece: str) -> None:
    assert isinstance(plain(f"${piece * (240 // len(piece))}$"), str)


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        (r"It takes $\mathcal{O}(n^2)$ steps.", "It takes O(n²) steps."),
        ("The $k$-means and the $n$th step, $$x_1$$.", "The k-means and the nth step, x₁."),
        ("$O(n log n)$ and $a + b$", "O(n log n) and a + b"),
        ("It costs $5 and not $6, or US$7.", "It costs $5 and not $6, or US$7."),
        ("Between $5 or A$ who knows", "Between $5 or A$ who knows"),
        ("$PATH:$HOME and $TSLA, $AAPL", "$PATH:$HOME and $TSLA, $AAPL"),
        (r"`$x^2$` and \$x^2\$", "$x^2$ and $x^2$"),
        (r"$\sim$2\%, $\times$3, not $5 or $6", "~2%, ×3, not $5 or $6"),
        ("A $[word](https://a.org/b)$ is no formula", "A $word$ is no formula"),
    ],
)
def test_dollars_hold_formulas_or_money(markdown: str, said: str) -> None:
    assert plain(markdown) == said


def test_commands_in_words_that_are_not_known_are_named() -> None:
    written = r"\noindent So \xspace and \ref{a}; C:\temp\new, \ldots, \`a, `\code`, \(\foo x\)"
    assert unknown_tex(written) == [
        (1, "\\noindent"),
        (1, "\\xspace"),
        (1, "\\ref"),
        (1, "\\foo"),
    ]


def test_commands_that_are_not_known_are_named() -> None:
    assert tex.unknown(r"\frac{\foo x}{\log \bar y} \baz_{\foo}") == ["\\foo", "\\baz"]


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        (r"Erd\H{o}s, Poincar\'e, Schr{\"o}dinger, \v{C}ech", "Erdős, Poincaré, Schrödinger, Čech"),
        (r"na\"ive, fa\c{c}ade, {\'E}tale, \AA ngstr\"om", "naïve, façade, Étale, Ångström"),
        (r"S{\o}ren, Stra\ss e, {\L}ukasz", "Søren, Straße, Łukasz"),
        (r"It\'s \"quoted\", l\'homme and don\'t", "It's \"quoted\", l'homme and don't"),
        (
            r"\emph{deep \textbf{nets}} in \texttt{train\_it} and \textsc{Llama}",
            r"deep nets in train\_it and Llama",
        ),
        (
            r"It takes \(O(n^2)\) steps, \(k\) times; \[x_1 = 2\]",
            "It takes O(n²) steps, k times; x₁ = 2",
        ),
        (r"\(not a formula\), \(1\) and \[29/52\]", "(not a formula), (1) and [29/52]"),
        ("\\[\nx_1\n+ y\n\\]", "x₁ + y"),
        (r"\begin{equation}E = mc^2\end{equation}", "E = mc²"),
        (r"C:\dir and \unknown{x}", r"C:\dir and \unknown{x}"),
        (r"{\it Kepler}, {\bf b}, {\sc Name} and [O\,{\sc iii}]", "Kepler, b, Name and [O iii]"),
        (r"5\,$\mu$m, 203\,000 years; a\, b", "5 μm, 203 000 years; a, b"),
        ("1.7~K, Fig.~1 and $z$~km, but 10~20", "1.7 K, Fig. 1 and z km, but 10~20"),
        ("10~K where nothing else is TeX", "10~K where nothing else is TeX"),
        (r"\v Cech, CO\textsubscript{2}, 3\textdegree, \ldots", "Čech, CO₂, 3°, …"),
        (r"\LaTeX{} in C:\dots", r"LaTeX in C:\dots"),
        (
            r"At \url{https://a.org/b\_c} and \href{https://a.org}{here}.",
            "At https://a.org/b_c and here.",
        ),
        ("``One'' and ``two'', `three' and `code`", "“One” and “two”, ‘three’ and code"),
        ("``x = ''`` and `f'` are code", "x = '' and f' are code"),
    ],
)
def test_tex_outside_of_dollars_is_read(markdown: str, said: str) -> None:
    assert plain(markdown) == said


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("<math><mi>Au</mi></math>", "Au"),
        ("<math><msub><mi>H</mi><mn>2</mn></msub><mi>O</mi></math>", "H₂O"),
        (
            "<mml:math><mml:msqrt><mml:mi>s</mml:mi></mml:msqrt><mml:mo>=</mml:mo>"
            "<mml:mn>13</mml:mn><mml:mtext> TeV</mml:mtext></mml:math>",
            "√s = 13 TeV",
        ),
        (
            "<math><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>&lt;</mo><mi>&alpha;</mi></math>",
            "a/b < α",
        ),
        ("<math><mroot><mi>x</mi><mn>3</mn></mroot>", "<math><mroot><mi>x</mi><mn>3</mn></mroot>"),
    ],
)
def test_a_formula_in_mathml_is_read(markdown: str, said: str) -> None:
    assert plain(markdown) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("We show:\n• one\n● two\n  ◦ three", "We show:\n• one\n• two\n• three"),
        ("‣ one\n▪two", "• one\n• two"),
        ("– eins\n– zwei", "• eins\n• zwei"),
        ("der Text\n– so heißt es – geht weiter", "der Text – so heißt es – geht weiter"),
        ("```\n• code\n```", "• code"),
        ("- [ ] a\n• b", "• a\n• b"),
        ("➢ a\n\uf0b7 b\n♦ c", "• a\n• b\n• c"),
        ("・一\n・二", "• 一\n• 二"),
        ("· a\n· b", "• a\n• b"),
        ("a\n· b", "a · b"),
    ],
)
def test_bullets_of_word_processors_are_lists(written: str, said: str) -> None:
    assert plain(written) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        (r"R&amp;D of $L^2$ on $\alpha$-flows", "R&D of L² on α-flows"),
        ("# 1 of *all* [papers](https://a.org)", "# 1 of all papers"),
        ("1. One\n> two", "1. One > two"),
        ("*-algebras and *-rings, 2*3*4", "*-algebras and *-rings, 2*3*4"),
        ("\ufeffNets\u200b", "Nets"),
        ("<b>", "<b>"),
        ("&#8203;", ""),
    ],
)
def test_a_title_is_read_as_a_paragraph_is_on_one_line(title: str, said: str) -> None:
    assert line(title) == said


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (r"[x](https://a.org/b\_c)", "https://a.org/b_c"),
        ("[x](https://a.org/?b=1&amp;c=2)", "https://a.org/?b=1&c=2"),
        ("[x](<https://a.org/b c>)", "https://a.org/b c"),
        ("[x](https://a.org/b_(c)_d 'title')", "https://a.org/b_(c)_d"),
        ("[x](https://a.org/b%20c%2Fd)", "https://a.org/b%20c%2Fd"),
        ("<https://a.org/?b=1&amp;c=2>", "https://a.org/?b=1&c=2"),
        ("See https://a.org/b_c.", "https://a.org/b_c"),
        ("(https://a.org/b)", "https://a.org/b"),
        ("见 https://a.org/b。", "https://a.org/b"),
        ("“https://a.org/b”", "https://a.org/b"),
        ("**https://a.org/b**", "https://a.org/b"),
        (r"[x]: https://a.org/b\_c" + "\n\n[x]", "https://a.org/b_c"),
        ("[x](HTTPS://A.org/B)", "https://A.org/B"),
        ("<HTTP://A.org/B>", "http://A.org/B"),
        ("HTTPS://A.org/B", "https://A.org/B"),
        ("$[x](https://a.org/b)$", "https://a.org/b"),
        (r"\url{https://a.org/b\_c}", "https://a.org/b_c"),
    ],
)
def test_an_address_is_decoded_as_commonmark_says(written: str, address: str) -> None:
    assert [url for _, url in links(written)] == [address]


def test_links_are_gathered_in_order() -> None:
    markdown = """\
[Code](https://a.org/c) ![no](x.png) <https://b.org>

- [the *paper*][p] [not this]

[p]: https://c.org"""
    assert links(markdown) == [
        ("Code", "https://a.org/c"),
        ("", "https://b.org"),
        ("the paper", "https://c.org"),
    ]


@given(st.lists(st.text("aé深1.,!?()%:;’“”…", min_size=1, max_size=8), min_size=1))
def test_words_without_marks_are_left_alone(words: list[str]) -> None:
    said = "a " + " ".join(words)
    assert plain(said) == said


@given(st.text() | st.text("ab*_`[]()!$\\<>#-+1.~&; \n^{}", max_size=60))
@example("\\``")
def test_any_text_can_be_read(said: str) -> None:
    assert plain(said) == plain(said).strip()
    links(said)
    tex.plain(said[:240])


PIECES = [
    "[",
    "![",
    "*a ",
    "_a",
    "**a*",
    "`",
    "`a``",
    "$",
    "$a",
    "\\",
    "<a ",
    "<!--",
    "&a",
    "[a](b",
    "> ",
    "- a\n",
    "[a](b)",
]


HARD = [
    *(
        "[a]: http://b\n",
        "](((",
        "https://a.b/(",
        "$x^{{",
        "![![a](b)](b)",
        "~~a",
        "\n",
        "\n• ",
        "\n– ",
    ),
    *("\\(x", "\\[", "\\emph{", '{\\"', "<math>", "\ufe0f", "\\begin{align}"),
    *("{\\it a", "``a", "`a' ", "\\url{http://a", "\\href{http://a}{", "$\\a", "a~"),
]


@pytest.mark.parametrize("piece", [*PIECES, *HARD])
def test_time_grows_with_length_only(piece: str) -> None:
    assert is_linear(plain, piece)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("See [the code](https://x.org/code).", "See the code <https://x.org/code>."),
        ("A [**bold** one](https://x.org/a_(b)), too", "A bold one <https://x.org/a_(b)>, too"),
        ("[a](https://x.org/1) [b](https://x.org/2)", "a <https://x.org/1> b <https://x.org/2>"),
        ("* [one](https://x.org)\n* two", "• one <https://x.org>\n• two"),
        ("<https://x.org/code>", "https://x.org/code"),
        ("https://x.org/code", "https://x.org/code"),
        ("[x.org/code](https://x.org/code/)", "x.org/code"),
        ("[](https://x.org/code)", "https://x.org/code"),
        ("[words](<https://x.org/a b>)", "words <https://x.org/a%20b>"),
        ("[mail me](mailto:ada@x.org)", "mail me"),
        ("No link, $n^2$.", "No link, n²."),
    ],
)
def test_a_mail_in_plain_text_has_the_addresses_of_links_behind_their_words(
    written: str, said: str
) -> None:
    assert plain_with_addresses(written) == said
