"""The mistakes that `make mutants` puts into the code: each kind of them, and nothing else."""

import ast

import pytest

from tests.conftest import ROOT
from tests.mutation import mutate


def changed(source: str) -> set[str]:
    """What a source becomes by each of its mutants."""
    return {mutant.apply(source) for mutant in mutate.mutants("a.py", source)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", {"a <= b"}),
        ("a is not b", {"a is b"}),
        ("a in b", {"a not in b"}),
        ("a == b != c", {"a != b != c", "a == b == c"}),
        ("c = a and b", {"c = (a or b)"}),
        ("b = not a", {"b = (a)"}),
        ("b = ~a", {"b = (a)"}),
        ("b = a | c", {"b = (a & c)"}),
        ("b = a + c - d", {"b = (a + c + d)", "b = (a - c) - d"}),
        ("a = 1", {"a = 2"}),
        ("a = True", {"a = False"}),
        ("a = 'waiting'", {"a = 'not_waiting'"}),
        ("a = 'It is a sentence.'", set()),
        ('"""A docstring."""', set()),
        ("a = f'{b + 1} or more'", set()),
        ("a: 'Name' = b", set()),
        ("from a import b", set()),
        ("f(a)", {"pass"}),
        ("a.b = c", {"pass"}),
        ("a['text 1'] = c", {"pass"}),
        ("a += b", {"pass"}),
        ("if a:\n    raise b", {"if (not (a)):\n    raise b", "if a:\n    pass"}),
        ("if not a:\n    b = c", {"if (a):\n    b = c"}),
        ("if a < b:\n    b = c", {"if a <= b:\n    b = c"}),
        ("s = [a for a in b if c]", {"s = [a for a in b if (not (c))]"}),
        ("def f():\n    return a", {"def f():\n    return None"}),
        ("def f():\n    return", set()),
        ("s = t.where(a)", {"s = t"}),
        ("s = t.where(a, *b)", {"s = t.where(*b)", "s = t.where(a)"}),
        ("s = and_(a, b)", {"s = and_(b)", "s = and_(a)"}),
        ("s = t.with_for_update(skip_locked=a)", {"s = t"}),
        ("ours = (a == b, c)", {"ours = (c,)", "ours = (a != b, c)"}),
        ("论文 = '论文' + a", {"论文 = ('论文' - a)"}),
    ],
)
def test_each_kind_of_mistake(source: str, expected: set[str]) -> None:
    assert changed(source) == expected


def test_a_mistake_in_a_block_s_head_is_noticed_by_those_who_run_the_head() -> None:
    source = "if (a and\n    b):\n    c = 1\nelse:\n    g()\n"
    reached = {
        mutant.new: (mutant.reached.start, mutant.reached.stop - 1)
        for mutant in mutate.mutants("a.py", source)
    }
    assert reached == {"(a or b)": (1, 2), "(not (a and b))": (1, 2), "2": (3, 3), "pass": (5, 5)}


def test_every_mutant_of_the_program_can_be_compiled_and_says_something_else() -> None:
    file = ROOT / "bot/core/retry.py"
    source = file.read_text(encoding="utf-8")
    mutants = mutate.mutants("bot/core/retry.py", source)
    assert len(mutants) > 20
    for mutant in mutants:
        assert ast.dump(ast.parse(mutant.apply(source))) != ast.dump(ast.parse(source))
        assert mutant.line in mutant.reached
