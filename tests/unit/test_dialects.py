"""Text for site generators: it shows what it shows everywhere, and starts nothing."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import dialects, markdown
from bot.core.text.dialects import HUGO, JEKYLL, PELICAN, QUARTO, Dialect
from bot.site import pages
from tests.unit.test_one_markdown import ANYTHING, ELSEWHERE, Seen, comparable

ALL = {"hugo": HUGO, "jekyll": JEKYLL, "pelican": PELICAN, "quarto": QUARTO}
each = pytest.mark.parametrize("dialect", ALL.values(), ids=ALL)


def written(text: str, dialect: Dialect) -> str:
    return dialects.written(markdown.contained(dialects.paragraph(text, dialect)))


@each
@pytest.mark.parametrize(
    "text",
    ["{{< figure >}}", "{{% x %}}", "{{ site.title }}", "{% include a %}", "`{{< code >}}`"],
)
def test_shortcodes_and_liquid_are_text_also_in_code(dialect: Dialect, text: str) -> None:
    made = written(f"See {text} there", dialect)
    assert not re.search(r"\{[{%]", made)
    assert html.unescape(made) == f"See {text.strip('`')} there"


@each
def test_code_without_such_marks_stays_code(dialect: Dialect) -> None:
    assert written("Run `make {test}` | $5", dialect).startswith("Run `make {test}` &#124; &#36;5")


@each
def test_formulas_are_unicode(dialect: Dialect) -> None:
    assert written("so $x_i \\ge 0$ holds", dialect) == "so xᵢ ≥ 0 holds"


@each
def test_a_line_that_would_define_a_term_does_not(dialect: Dialect) -> None:
    assert written("A term\n: its meaning", dialect) == "A term\n&#58; its meaning"


def test_quarto_sees_no_citation_span_note_or_list_by_letters() -> None:
    made = written("A. Lovelace [@ada] wrote ^[a note] and [this]{.x} to @bob", QUARTO)
    assert made == (
        "A&#46; Lovelace &#91;&#64;ada&#93; wrote &#94;&#91;a note&#93; and "
        "&#91;this&#93;&#123;.x&#125; to &#64;bob"
    )


def test_addresses_hold_nothing_that_a_generator_reads() -> None:
    made = written("[a](https://example.org/{{x}}|y) and <https://example.org/{b}>", JEKYLL)
    assert "(https://example.org/%7B%7Bx%7D%7D%7Cy)" in made
    assert "[https://example.org/&#123;b}](https://example.org/%7Bb%7D)" in made


def test_a_line_break_is_two_spaces_where_a_backslash_is_none() -> None:
    assert written("one  \ntwo", PELICAN) == "one  \ntwo"
    assert written("one  \ntwo", HUGO) == "one\\\ntwo"


def test_a_line_break_at_the_end_keeps_no_mark_from_being_closed() -> None:
    assert written("0<br>\n=", PELICAN) == "**0**"
    assert written("one **two<br>**", PELICAN) == "one **two**"


def test_placeholders_that_stand_in_a_text_are_left_out() -> None:
    assert written("a\ufdd0b\ufdefc", HUGO) == "abc"


@each
@given(st.text("{}%<>|$^~@[]():.`*_\\#-=!&;a1 \n中。", max_size=60) | ANYTHING)
def test_any_text_says_what_it_says_on_our_pages_and_nothing_is_left_of_marks(
    dialect: Dialect, text: str
) -> None:
    made = written(text, dialect)
    assert not re.search(r"\{[{%]", made)
    assert not re.search("[\ufdd0-\ufdef]", made)
    seen = comparable(Seen(ELSEWHERE.render(made)).said)
    # Placeholders that stand in the text are left out.
    text = re.sub("[\ufdd0-\ufdef]", "", text)
    assert seen == comparable(Seen(pages.paragraph_html(text)).said)
