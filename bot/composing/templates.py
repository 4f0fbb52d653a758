"""The sandboxed templates: where they are found, how they are filled, how a mistake is named.

The files that the program brings along are found here, too.
"""

import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    pass_context,
)

from bot.composing import filters, sandbox
from bot.core.errors import BadInput

PACKAGE = Path(__file__).parent.parent
UNNAMED = "<template>"
"""What Jinja2 calls the file of a template that came as a string."""


def shipped() -> Path:
    """The folder of the program's own templates: in the installed package, or the checkout."""
    installed = PACKAGE / "templates"
    return installed if installed.is_dir() else PACKAGE.parent / "templates"


def example_config() -> str:
    """config.example.toml: every setting with its default and one line of why."""
    installed = PACKAGE / "config.example.toml"
    file = installed if installed.is_file() else PACKAGE.parent / "config.example.toml"
    return file.read_text(encoding="utf-8")


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


@lru_cache
def environment(folder: Path, variants: tuple[str, ...] = ()) -> Environment:
    """Templates from the maintainer's folder, then the program's.

    In each, those of a variant ("accounts/lab") go before the general ones.
    """
    folders = [root / variant for root in (folder, shipped()) for variant in (*variants, "")]
    sandboxed = sandbox.Sandbox(
        # "-sig" drops the byte order mark that some editors write; it would get into a post.
        loader=_Loader(folders, encoding="utf-8-sig"),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html")),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name, function in filters.FILTERS.items():
        sandboxed.filters[name] = pass_context(function)
    return sandboxed


def render(env: Environment, name: str, context: Mapping[str, Any]) -> str:
    """Fill a template; raises `BadInput` naming the template's file and line."""
    return _filled(name, lambda: sandbox.filled(env.get_template(name), context))


def render_text(env: Environment, source: str, context: Mapping[str, Any], place: str) -> str:
    """Fill a template that stands in an item; raises `BadInput` naming `place` and line."""
    return _filled(place, lambda: sandbox.filled(env.from_string(source), context))


def _filled(name: str, fill: Callable[[], str]) -> str:
    """What `fill` returns; raises `BadInput` for any mistake a template can make."""
    try:
        return fill()
    except TemplateNotFound as error:
        raise BadInput(f"There is no template {error.name}; copy one from {shipped()}.") from None
    except TemplateError as error:
        reason = (error.message or type(error).__name__).rstrip(".")
        raise BadInput(f"Template {_error_place(error, name)}: {reason}.") from None
    except UnicodeDecodeError as error:
        raise BadInput(
            f"Template {name} is not UTF-8 text: byte {error.start + 1} cannot be read."
        ) from None
    # What a template's own operations raise, as plain Python raises it.
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise BadInput(f"Template {_running_place(name)}: {reason}.") from None


def _error_place(error: TemplateError, name: str) -> str:
    """File and line that a syntax error names, else those of the running template."""
    line = getattr(error, "lineno", None)
    if not line:
        return _running_place(name)
    file = getattr(error, "filename", None) or name
    return f"{file}, line {line}"


def _running_place(name: str) -> str:
    """File and line of the innermost template in the traceback of the exception being handled.

    Jinja2 compiles templates under their own file names, which do not end in ".py".
    """
    trace, place = sys.exc_info()[2], name
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file == UNNAMED:
            place = f"{name}, line {trace.tb_lineno}"
        elif not file.endswith(".py"):
            place = f"{file}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
