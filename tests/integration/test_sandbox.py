"""What a template cannot do: reach Python or other files, run without end, or make something of
endless size.
"""

from pathlib import Path

import pytest

from bot.composing import templates
from bot.core.errors import BadInput

REACHING_OUT = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ thing.append(1) }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ [1]|attr('__class__') }}",
    "{% include '/etc/passwd' %}",
    "{% include '../secret.txt' %}",
    "{% import 'os' as os %}",
]
ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in [1]|map('string') recursive %}{{ loop([1]) }}{% endfor %}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% include 'twice.txt' %}",
    "{% from 'macros.txt' import f %}{{ f(40) }}",
]
GROWING = (
    "{{% set ns = namespace(s={start}) %}}"
    "{{% for i in range({count}) %}}{{% set ns.s = {grown} %}}{{% endfor %}}"
)
HUGE = [
    "{{ 'x' * 1000000000 }}",
    "{{ 'x' * 10 ** 9 }}",
    "{{ 7 ** 99999999 }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ 'x'|center(1000000000) }}",
    "{{ '%01000000000d' % 1 }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ range(100000)|join('x' * 200000) }}",
    "{{ ('a' * 100000)|replace('a', 'b' * 1000) }}",
    GROWING.format(start="'ab'", count=100, grown="ns.s ~ ns.s"),
    GROWING.format(start="[1]", count=100, grown="ns.s + ns.s"),
    GROWING.format(start="[]", count=9000, grown="ns.s + ['a' * 9999]"),
    "{% for i in range(1000) %}{{ 'x' * 100000 }}{% endfor %}",
    "{{ range(1000000000)|list }}",
]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("source", REACHING_OUT + ENDLESS + HUGE)
def test_it_ends_soon_with_one_sentence(tmp_path: Path, source: str) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    own = tmp_path / "templates"
    own.mkdir()
    twice = "{% include 'twice.txt' %}{% include 'twice.txt' %}"
    macro = "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}"
    (own / "twice.txt").write_text(twice, encoding="utf-8")
    (own / "macros.txt").write_text(macro, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        templates.render_text(templates.environment(own), source, {"thing": [1]}, "first.txt")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (
            "{% for a in 'xyz' %}"
            "{{ loop.index }}/{{ loop.length }}{{ '' if loop.last else ' ' }}"
            "{% endfor %}",
            "1/3 2/3 3/3",
        ),
        ("{{ thing|join(', ') }}", "1, 2"),
        ("{{ 'a-b'|replace('-', ' ')|title }}", "A B"),
        ("{{ 'Abc'.lower() ~ 'x' * 3 }}", "abcxxx"),
        (
            "{% set ns = namespace(n=0) %}"
            "{% for a in thing %}{% set ns.n = ns.n + a %}{% endfor %}{{ ns.n }}",
            "3",
        ),
        ("{% macro tag(word) %}#{{ word }}{% endmacro %}{{ tag('mlcollage') }}", "#mlcollage"),
        (
            "{% for row in [[1, 2], [3]] recursive %}"
            "{{ row if row is number else loop(row) }}"
            "{% endfor %}",
            "123",
        ),
    ],
)
def test_what_a_writer_needs_works(tmp_path: Path, source: str, written: str) -> None:
    assert (
        templates.render_text(
            templates.environment(tmp_path), source, {"thing": [1, 2]}, "first.txt"
        )
        == written
    )
