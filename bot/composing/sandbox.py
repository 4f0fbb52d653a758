"""The environment that templates are filled in: what they may read and call.

A template reaches the plain values it is given and nothing behind them. What it computes is bounded
by the process that fills it, see `rendering`. Only what fills templates may import this: loading
Jinja2 takes 20 ms.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Undefined, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.loaders import FileSystemLoader
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace

from bot.composing import filters
from bot.core import hints
from bot.core.collage import shown

JINJA_FILTERS = (
    "abs capitalize default d dictsort e escape first float forceescape groupby int items join "
    "last length count list lower map max min reject rejectattr replace reverse round select "
    "selectattr sort string title trim truncate unique upper urlencode wordcount safe"
)
"""Jinja2's own filters that can be used. None of them reads attributes by name, as `attr` does, or
gives something else each time, as `random` does: a preview would not show what is sent.
"""

GLOBALS = "range dict cycler joiner namespace"
"""Jinja2's own functions that can be used."""

METHODS = (
    "lower upper title capitalize strip lstrip rstrip split startswith endswith find count "
    "items keys values get"
)
"""The methods of texts, numbers, lists and tables that can be called."""

DATES = "year month day weekday isoweekday isoformat strftime"
"""The attributes and methods of a date."""

GROUPS = "grouper list"
"""The attributes of what the filter `groupby` gives; these are tuples."""

VALUES = (str, int, float, list, tuple, dict, range)
TOOLS = (
    *(BlockReference, Cycler, Joiner, LoopContext, Macro, Namespace),
    *(TemplateModule, TemplateReference),
)
"""Jinja2's own objects, such as `loop`; it keeps their insides from templates by itself."""


PLAIN = (str, int, float, date, type(None))
CONTAINERS = (list, tuple, dict)
"""What can be written into a text: these values, and containers of nothing else."""


def _written(value: Any) -> Any:
    """The value, which is about to become text; raises `TypeError` where it is no plain one.

    Python would write `<built-in method upper of str object at 0x7f…>`.
    """
    if isinstance(value, Undefined):
        # Raises, also where it stands in a list.
        str(value)
    if not isinstance(value, (*PLAIN, *CONTAINERS)):
        raise TypeError(_no_text(value))
    for inner in _inside(value):
        _written(inner)
    return value


def _given(value: Any) -> Any:
    """The value, which a filter gets; raises `TypeError` where it is or holds what is called.

    What comes one by one, as from `map`, is checked when it is written.
    """
    is_called = callable(value) and not isinstance(value, Undefined)
    if is_called or isinstance(value, TOOLS):
        raise TypeError(_no_text(value))
    for inner in _inside(value):
        _given(inner)
    return value


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, (list, tuple)) else ()


def _no_text(value: Any) -> str:
    """What is wrong with a value that cannot be written, as a sentence."""
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    own = (known for known, function in filters.FUNCTIONS.items() if function is value)
    name = next(own, name)
    if callable(value) and isinstance(name, str) and not isinstance(value, TemplateReference):
        name = name.removeprefix("safe_")
        owner = getattr(value, "__self__", None)
        kind = "a method" if isinstance(owner, (date, *VALUES, *TOOLS)) else "a function"
        if isinstance(value, Macro):
            kind = "a macro"
        return f"'{name}' is {kind}, not a text; write {name}(…)"
    if isinstance(value, TOOLS):
        return "this is a tool of templates, such as loop, not a text; write one of its values"
    return "this is no text, number or list; write |list behind it"


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that takes nothing that is called; how it is called stays as it was."""

    @wraps(function)
    def check(*values: Any, **named: Any) -> Any:
        for value in (*values, *named.values()):
            if not isinstance(value, (Context, Environment, nodes.EvalContext)):
                _given(value)
        return function(*values, **named)

    return check


class _Loader(FileSystemLoader):
    """Loads a template from the first folder that has it, now and not only when it was first used.

    Jinja2 looks whether the file it loaded has changed, but not whether another one, put into a
    folder that goes before, has taken its place.
    """

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, file, is_unchanged = super().get_source(environment, template)

        def is_current() -> bool:
            return is_unchanged() and self._first(template) == Path(file)

        return source, file, is_current

    def _first(self, template: str) -> Path | None:
        places = (Path(folder, template) for folder in self.searchpath)
        return next((place for place in places if place.is_file()), None)


class _Missing(StrictUndefined):
    """A name that does not exist; the nearest one that does is proposed."""

    @property
    def _undefined_message(self) -> str:
        message, table = super()._undefined_message, self._undefined_obj
        if self._undefined_hint or not isinstance(table, dict):
            return message
        near = hints.nearest(str(self._undefined_name), map(str, table))
        if not near:
            return message
        return f"{message}; did you mean {shown(near)}?"


class _Generator(CodeGenerator):
    """Leaves constant expressions to be computed when the template is filled.

    Only there each has its line, and its time is measured.
    """

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with lists of what may be used, where it has one of what may not.

    Templates are found in `folders`, the first that has one; without folders, none can be included.
    """

    code_generator_class = _Generator
    intercepted_binops = frozenset({"%"})

    def __init__(self, folders: Sequence[str]) -> None:
        super().__init__(
            # "-sig" drops the byte order mark that some editors write; it would get into a post.
            loader=_Loader(folders, encoding="utf-8-sig"),
            undefined=_Missing,
            autoescape=_is_html,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,
            finalize=_written,
        )
        self.filters = {name: self.filters[name] for name in JINJA_FILTERS.split()}
        self.filters |= {name: pass_context(own) for name, own in filters.FILTERS.items()}
        self.filters = {name: _checked(own) for name, own in self.filters.items()}
        self.globals = {name: self.globals[name] for name in GLOBALS.split()}
        self.globals |= filters.FUNCTIONS

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template's syntax, in which what `~` joins is made a text by the filter `string`."""
        tree = super()._parse(source, name, filename)
        for joined in tree.find_all(nodes.Concat):
            joined.nodes = [
                nodes.Filter(
                    *(each, "string", [], [], None, None), lineno=each.lineno, environment=self
                )
                for each in joined.nodes
            ]
        return tree

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """What `%` gives, which writes values into a text."""
        return super().call_binop(context, operator, left, _given(right))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read this attribute."""
        if isinstance(obj, date):
            return attr in DATES.split()
        if isinstance(obj, tuple) and attr in GROUPS.split():
            return True
        if isinstance(obj, VALUES):
            return attr in METHODS.split()
        return isinstance(obj, TOOLS) and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Whether a template may call this."""
        if isinstance(obj, (Undefined, *TOOLS)):
            return True
        name, owner = getattr(obj, "__name__", ""), getattr(obj, "__self__", None)
        if isinstance(owner, (date, *VALUES, *TOOLS)):
            return self.is_safe_attribute(owner, name, obj)
        return any(obj is function for function in self.globals.values())

    def wrap_str_format(self, value: Any) -> None:
        """No wrapper for `str.format`, which is not among `METHODS`."""
        return


def _is_html(name: str | None) -> bool:
    return bool(name and name.endswith(".html"))
