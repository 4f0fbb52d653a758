"""Templates without access to Python or other files, and within bounds of time and size.

Only what fills templates may import this: loading Jinja2 takes 20 ms.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Template, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import do_join
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

STEPS = 100_000
"""Steps of loops, calls and includes that one rendering may take."""

SIZE = 200_000
"""Characters or entries a value made in a template may have: far more than any post or page."""

TOTAL_SIZE = 10_000_000
"""Characters and entries of all values one rendering may make."""

OUTPUT = 2_000_000
"""Characters a template may write."""

INTEGER_BITS = 4_000
"""Bits of an operand: multiplying without a bound takes time that grows with the square."""

FILTERS = (
    "abs capitalize default d dictsort e escape first float forceescape groupby int items join "
    "last length count list lower map max min reject rejectattr replace reverse round select "
    "selectattr sort string title trim truncate unique upper urlencode wordcount safe"
)
"""Jinja2's own filters that can be used; others, such as `center`, make long texts of short ones.
"""

METHODS = (
    "lower upper title capitalize strip lstrip rstrip split startswith endswith find count "
    "items keys values get"
)
"""The methods of texts, lists and tables that can be called."""

BUDGET = "budget of this rendering"
"""The variable that holds a rendering's `_Budget`; a template cannot name one with spaces."""


class TooMuch(ValueError):
    """The template does not end, or makes something of endless size."""


class _Budget:
    """What one rendering has left of steps, and of the total size of the values it makes."""

    def __init__(self) -> None:
        self.steps = STEPS
        self.size = TOTAL_SIZE

    def take_step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise TooMuch(f"takes more than {STEPS:,} steps")

    def take(self, value: Any) -> Any:
        """The value; raises `TooMuch` if it, or all that the rendering made, is too large."""
        if not isinstance(value, (str, list, tuple)):
            return value
        if len(value) > SIZE:
            raise TooMuch(f"makes a value of more than {SIZE:,} characters or entries")
        self.size -= len(value)
        if self.size < 0:
            raise TooMuch(f"makes values of more than {TOTAL_SIZE:,} characters or entries in all")
        return value


def _budget(context: Context) -> _Budget:
    budget: _Budget = context.parent[BUDGET]
    return budget


class _Generator(CodeGenerator):
    """Counts includes as steps, and checks the size of every text joined with `~`."""

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        self.writeline("environment.step(context)")
        super().visit_Include(node, frame)

    # An imported template needs the context, which holds the budget.
    def visit_Import(self, node: nodes.Import, frame: Frame) -> None:
        node.with_context = True
        super().visit_Import(node, frame)

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
        node.with_context = True
        super().visit_FromImport(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.checked(context, ")
        super().visit_Concat(node, frame)
        self.write(")")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, which keeps templates from Python, with bounds of time and size."""

    code_generator_class = _Generator
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters = {name: self.filters[name] for name in FILTERS.split()}
        self.filters["counted"] = pass_context(counted)
        self.filters["join"] = pass_context(joined)
        self.filters["replace"] = replaced
        # It writes as many paragraphs as it is asked for.
        self.globals.pop("lipsum", None)

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        for loop in list(source.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None)
        return str(super()._generate(source, *args, **named))

    @staticmethod
    def step(context: Context) -> None:
        """Called by compiled templates before an include."""
        _budget(context).take_step()

    @staticmethod
    def checked(context: Context, value: Any) -> Any:
        """Called by compiled templates with a text joined by `~`."""
        return _budget(context).take(value)

    def call(self, context: Context, obj: Any, /, *args: Any, **named: Any) -> Any:
        budget = _budget(context)
        budget.take_step()
        return budget.take(super().call(context, obj, *args, **named))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        _check_operands(operator, left, right)
        return _budget(context).take(super().call_binop(context, operator, left, right))

    def is_safe_callable(self, obj: Any) -> bool:
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, (str, list, tuple, dict)):
            return getattr(obj, "__name__", "") in METHODS.split()
        return bool(super().is_safe_callable(obj))

    def wrap_str_format(self, value: Any) -> None:
        """No wrapper for `str.format`, which is not among `METHODS`."""
        return


def counted(context: Context, values: Any) -> Iterator[Any]:
    """The values of a loop, each of which takes a step; raises `TooMuch`."""
    budget = _budget(context)
    for value in values:
        budget.take_step()
        yield value


def joined(context: Context, values: Any, between: str = "") -> Any:
    """The filter `join`; raises `TooMuch`. Texts are escaped where the template's are."""
    pieces = list(values)
    size = sum(len(str(piece)) for piece in pieces) + len(between) * len(pieces)
    if size > SIZE:
        raise TooMuch(f"makes a text of more than {SIZE:,} characters")
    return _budget(context).take(do_join(context.eval_ctx, pieces, between))


def replaced(text: str, old: str, new: str, count: int | None = None) -> str:
    """The filter `replace`; raises `TooMuch`."""
    # An empty text is found before every character and at the end.
    places = text.count(old) if old else len(text) + 1
    if len(text) + (len(new) - len(old)) * places > SIZE:
        raise TooMuch(f"makes a text of more than {SIZE:,} characters")
    return text.replace(old, new, -1 if count is None else count)


def _check_operands(operator: str, left: Any, right: Any) -> None:
    """Raise `TooMuch` before an operation is computed that could take too long."""
    if operator == "%" and isinstance(left, str):
        raise TooMuch("formats a text with %; join its pieces with ~")
    if operator == "*":
        _check_repetition(left, right)
        _check_repetition(right, left)
    if operator == "**" or (operator in "*+" and (_is_large(left) or _is_large(right))):
        raise TooMuch("computes with numbers that are too large")


def _check_repetition(value: Any, count: Any) -> None:
    """Raise `TooMuch` where a text or list times a number is too long."""
    if not isinstance(value, (str, list, tuple)) or not isinstance(count, int):
        return
    if len(value) * count > SIZE:
        raise TooMuch(f"makes a value of more than {SIZE:,} characters or entries")


def _is_large(value: Any) -> bool:
    return isinstance(value, int) and value.bit_length() > INTEGER_BITS


def filled(template: Template, context: Mapping[str, Any]) -> str:
    """A template filled within bounds; raises `TooMuch`, and whatever Jinja2 raises."""
    pieces, size = [], 0
    for piece in template.generate({**context, BUDGET: _Budget()}):
        pieces.append(piece)
        size += len(piece)
        if size > OUTPUT:
            raise TooMuch(f"writes more than {OUTPUT:,} characters")
    return "".join(pieces)
