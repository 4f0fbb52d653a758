"""A Jinja2 environment whose templates reach neither Python nor files beside their own, and end
soon.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.compiler import CodeGenerator
    from jinja2.runtime import Context
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    _Environment = ImmutableSandboxedEnvironment
else:
    _Environment = object

STEPS = 100_000
"""Steps of loops, calls and includes that one rendering may take."""

SIZE = 200_000
"""Characters or entries a value made in a template may have: far more than any post or page."""

MADE = 10_000_000
"""Characters and entries of all values one rendering may make."""

OUTPUT = 2_000_000
"""Characters a template may write."""

FILTERS = (
    "abs capitalize default d dictsort e escape first float forceescape groupby int items join "
    "last length count list lower map max min reject rejectattr replace reverse round select "
    "selectattr sort string title trim truncate unique upper urlencode wordcount safe"
)
"""Jinja2's own filters that can be used; what is not named here can make a text of any size from a
short one.
"""

METHODS = (
    "lower upper title capitalize strip lstrip rstrip split startswith endswith find count "
    "items keys values get"
)
"""The methods of texts, lists and tables that can be called."""

COUNTER = "steps of this rendering"
"""Under this name a rendering keeps its count; no template can say a name with spaces."""


class TooMuch(ValueError):
    """The template does not end, or makes something of endless size."""


def _generator() -> "type[CodeGenerator]":
    from jinja2 import nodes  # heavy: 50 ms
    from jinja2.compiler import CodeGenerator, Frame  # as above

    class Generator(CodeGenerator):
        """Counts includes and calls, and looks at the size of every text that is joined."""

        def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
            self.writeline("environment.step(context)")
            super().visit_Include(node, frame)

        def visit_Import(self, node: nodes.Import, frame: Frame) -> None:
            node.with_context = True
            super().visit_Import(node, frame)

        def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
            node.with_context = True
            super().visit_FromImport(node, frame)

        def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
            self.write("environment.made(context, ")
            super().visit_Concat(node, frame)
            self.write(")")

    return Generator


class _Bounded(_Environment):
    """The bounds of the sandbox, as far as they can be said without loading Jinja2."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def wrap_str_format(self, value: Any) -> None:
        return None

    @staticmethod
    def made(context: "Context", value: Any) -> Any:
        return _made(context, value)

    @staticmethod
    def step(context: "Context") -> None:
        _step(context)

    def call(self, context: "Context", obj: Any, /, *args: Any, **named: Any) -> Any:
        _step(context)
        return _made(context, super().call(context, obj, *args, **named))

    def call_binop(self, context: "Context", operator: str, left: Any, right: Any) -> Any:
        _check_operands(operator, left, right)
        return _made(context, super().call_binop(context, operator, left, right))

    def is_safe_callable(self, obj: Any) -> bool:
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, (str, list, tuple, dict)):
            return getattr(obj, "__name__", "") in METHODS.split()
        return bool(super().is_safe_callable(obj))


@lru_cache(maxsize=1)
def environment_class() -> "type[ImmutableSandboxedEnvironment]":
    """The class, made on first use: importing Jinja2 takes longer than most commands may."""
    from jinja2 import nodes, pass_context  # heavy: 50 ms
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # as above

    class Sandbox(_Bounded, ImmutableSandboxedEnvironment):
        code_generator_class = _generator()

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.filters = {name: self.filters[name] for name in FILTERS.split()}
            self.filters["counted"] = pass_context(counted)
            self.filters["join"] = pass_context(joined)
            self.filters["replace"] = replaced
            self.globals.pop("lipsum", None)

        def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
            for loop in list(source.find_all(nodes.For)):
                loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None)
            return str(super()._generate(source, *args, **named))

    return Sandbox


def _step(context: Any) -> None:
    left = context.parent[COUNTER]
    left[0] -= 1
    if left[0] < 0:
        raise TooMuch(f"takes more than {STEPS:,} steps")


def counted(context: Any, values: Any) -> Iterator[Any]:
    """The values of a loop, as long as the rendering has steps left."""
    for value in values:
        _step(context)
        yield value


def _made(context: Any, value: Any) -> Any:
    """A value a template made, if it is of a size, and all that it made together is."""
    if isinstance(value, (str, list, tuple)):
        if len(value) > SIZE:
            raise TooMuch(f"makes a value of more than {SIZE:,} characters or entries")
        left = context.parent[COUNTER]
        left[1] -= len(value)
        if left[1] < 0:
            raise TooMuch(f"makes values of more than {MADE:,} characters or entries in all")
    return value


def joined(context: Any, values: Any, between: str = "") -> Any:
    """`join`, within bounds; texts are escaped where the template's are."""
    from jinja2.filters import do_join  # heavy, as above

    pieces = list(values)
    if sum(len(str(piece)) for piece in pieces) + len(between) * len(pieces) > SIZE:
        raise TooMuch(f"makes a text of more than {SIZE:,} characters")
    return _made(context, do_join(context.eval_ctx, pieces, between))


def _check_operands(operator: str, left: Any, right: Any) -> None:
    """Refuse before it is computed what repeats a text too often, or makes a number without end."""
    sizes = [len(value) for value in (left, right) if isinstance(value, (str, list, tuple))]
    counts = [value for value in (left, right) if isinstance(value, int)]
    if operator == "*" and sizes and counts and sizes[0] * max(counts[0], 0) > SIZE:
        raise TooMuch(f"makes a value of more than {SIZE:,} characters or entries")
    if operator == "**" or (
        operator in "*+" and any(value.bit_length() > 4_000 for value in counts)
    ):
        raise TooMuch("computes with numbers that are too large")
    if operator == "%" and isinstance(left, str):
        raise TooMuch("formats a text with %; join its pieces with ~")


def replaced(text: str, old: str, new: str, count: int | None = None) -> str:
    """`replace`, within bounds."""
    found = text.count(old) if old else len(text) + 1
    if len(text) + (len(new) - len(old)) * found > SIZE:
        raise TooMuch(f"makes a text of more than {SIZE:,} characters")
    return text.replace(old, new, -1 if count is None else count)


def filled(template: "Template", context: Mapping[str, Any]) -> str:
    """A template filled within bounds; raises `TooMuch`, and whatever Jinja2 raises."""
    pieces, size = [], 0
    for piece in template.generate({**context, COUNTER: [STEPS, MADE]}):
        pieces.append(piece)
        size += len(piece)
        if size > OUTPUT:
            raise TooMuch(f"writes more than {OUTPUT:,} characters")
    return "".join(pieces)
