"""The mistakes that can be put into a module: each is one small change of its source."""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

Change = tuple[ast.AST, str]
"""What is replaced, and the source that takes its place."""

OPERATORS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CONDITIONS = {"where", "filter", "having", "and_", "or_"}
"""Calls whose arguments are conditions: each may be left out."""
CLAUSES = {"with_for_update", "order_by", "limit", "distinct"}
"""Parts of a statement that may be left out as a whole."""
WORD = re.compile("[a-z][a-z_]+")
"""Strings that decide something, in contrast to those that people read."""


class Mutant(NamedTuple):
    """One changed place of a module."""

    path: str
    line: int
    reached: range
    """The lines of the statement: a test that runs none of them cannot notice."""
    start: int
    end: int
    """The place, in bytes of the module's source."""
    new: str

    def apply(self, source: str) -> str:
        """The module with this mistake in it."""
        whole = source.encode()
        return (whole[: self.start] + self.new.encode() + whole[self.end :]).decode()


def mutants(path: str, source: str) -> list[Mutant]:
    """Every mutant of a module whose source still parses and says something else."""
    tree = ast.parse(source)
    places = _Places(source)
    same = ast.dump(tree)
    found = []
    for node, statement in _nodes(tree):
        for make in CHANGES:
            for target, new in make(node):
                start, end = places.of(target)
                reached = _reached(statement)
                mutant = Mutant(path, getattr(target, "lineno", 1), reached, start, end, new)
                if _differs(mutant.apply(source), same):
                    found.append(mutant)
    return found


def _differs(source: str, same: str) -> bool:
    try:
        return ast.dump(ast.parse(source)) != same
    except SyntaxError:
        return False


class _Places:
    """Where a node stands: `ast` counts lines and bytes within a line."""

    def __init__(self, source: str) -> None:
        self._starts = [0]
        for line in source.encode().splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def of(self, node: ast.AST) -> tuple[int, int]:
        start = self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.stmt]]:
    """Every node that may be changed, with the statement it belongs to."""
    waiting: list[tuple[ast.AST, ast.stmt]] = [(node, node) for node in tree.body]
    while waiting:
        node, statement = waiting.pop()
        if isinstance(node, ast.stmt):
            statement = node
        if _is_text(node):
            continue
        yield node, statement
        waiting += [(child, statement) for child in _children(node)]


def _is_text(node: ast.AST) -> bool:
    """Whether nothing of it is changed: docstrings, imports, and texts put together for people,
    whose parts have no places of their own in Python 3.11.
    """
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a node, without annotations and decorators."""
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns", "decorator_list", "type_params"}:
            values = value if isinstance(value, list) else [value]
            yield from (each for each in values if isinstance(each, ast.AST))


def _reached(statement: ast.stmt) -> range:
    """The lines of a statement, without those of a block in it."""
    last = statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if body:
        last = max(statement.lineno, body[0].lineno - 1)
    return range(statement.lineno, last + 1)


def _comparison(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Compare):
        return
    for place, operator in enumerate(node.ops):
        changed = copy.deepcopy(node)
        changed.ops[place] = OPERATORS[type(operator)]()
        yield node, ast.unparse(changed)


def _and_or(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, f"({ast.unparse(changed)})"


def _negation(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield node, f"({ast.unparse(node.operand)})"
    for condition in _asked(node):
        # Comparisons and negations are turned round by themselves.
        if not isinstance(condition, ast.Compare | ast.UnaryOp):
            yield condition, f"(not ({ast.unparse(condition)}))"


def _asked(node: ast.AST) -> list[ast.expr]:
    """What decides whether something happens."""
    if isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
        return [node.test]
    return node.ifs if isinstance(node, ast.comprehension) else []


def _arithmetic(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        changed = copy.deepcopy(node)
        changed.op = ARITHMETIC[type(node.op)]()
        yield node, f"({ast.unparse(changed)})"


def _constant(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Constant):
        return
    match node.value:
        case bool():
            yield node, str(not node.value)
        case int() | float():
            yield node, str(node.value + 1)
        case str() if WORD.fullmatch(node.value):
            yield node, repr(f"not_{node.value}")


def _statement(node: ast.AST) -> Iterator[Change]:
    """A call, a raise, a step or a written value that does not happen."""
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    is_step = isinstance(node, ast.Raise | ast.AugAssign | ast.Delete | ast.Break | ast.Continue)
    is_written = isinstance(node, ast.Assign) and not isinstance(
        node.targets[0], ast.Name | ast.Tuple
    )
    if is_call or is_step or is_written:
        yield node, "pass"


def _returned(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return) and node.value is not None:
        yield node, "return None"


def _condition(node: ast.AST) -> Iterator[Change]:
    """A condition of a statement that is left out."""
    if not isinstance(node, ast.Call) or _called(node) not in CONDITIONS | CLAUSES:
        return
    is_method = isinstance(node.func, ast.Attribute)
    if is_method and (len(node.args) == 1 or _called(node) in CLAUSES):
        yield node, ast.unparse(node.func.value)  # type: ignore[attr-defined]
    elif len(node.args) > 1:
        for place in range(len(node.args)):
            changed = copy.deepcopy(node)
            del changed.args[place]
            yield node, ast.unparse(changed)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def _condition_of_several(node: ast.AST) -> Iterator[Change]:
    """Conditions are also kept in a tuple before they are used."""
    if not isinstance(node, ast.Tuple) or len(node.elts) < 2:
        return
    for place, element in enumerate(node.elts):
        if isinstance(element, ast.Compare):
            changed = copy.deepcopy(node)
            del changed.elts[place]
            yield node, ast.unparse(changed)


CHANGES: tuple[Callable[[ast.AST], Iterator[Change]], ...] = (
    _comparison,
    _and_or,
    _negation,
    _arithmetic,
    _constant,
    _statement,
    _returned,
    _condition,
    _condition_of_several,
)
