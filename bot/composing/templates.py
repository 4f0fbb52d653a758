"""The files the program brings along, and the sandboxed templates: where they are found, what a
mistake is called.
"""

import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.composing import filters, sandbox
from bot.core.errors import BadInput

if TYPE_CHECKING:
    from jinja2 import Environment

PACKAGE = Path(__file__).parent.parent
UNNAMED = "<template>"
"""What Jinja2 calls the file of a template that came as a string."""


def shipped() -> Path:
    """The program's own templates: in the package where it is installed, at the top level in a
    checkout.
    """
    installed = PACKAGE / "templates"
    return installed if installed.is_dir() else PACKAGE.parent / "templates"


def example_config() -> str:
    """config.example.toml: every setting with its default and one line of why."""
    installed = PACKAGE / "config.example.toml"
    file = installed if installed.is_file() else PACKAGE.parent / "config.example.toml"
    return file.read_text(encoding="utf-8")


@lru_cache
def environment(own: Path, variants: tuple[str, ...] = ()) -> "Environment":
    """Templates from the maintainer's folder, then from ours; a variant ("accounts/lab") before the
    general one.
    """
    from jinja2 import (  # heavy: 50 ms; most commands render nothing
        FileSystemLoader,
        StrictUndefined,
        pass_context,
    )

    folders = [folder / variant for folder in (own, shipped()) for variant in (*variants, "")]
    made = sandbox.environment_class()(
        # With "-sig" the mark that some editors put first does not get into a post.
        loader=FileSystemLoader(folders, encoding="utf-8-sig"),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html")),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: pass_context(function) for name, function in filters.FILTERS.items()}
    return made


def render(env: "Environment", name: str, context: Mapping[str, Any]) -> str:
    """Fill a template; raises `BadInput` naming the template's file and line."""
    return _named(name, lambda: sandbox.filled(env.get_template(name), context))


def render_text(env: "Environment", source: str, context: Mapping[str, Any], place: str) -> str:
    """Fill a template that stands in an item; raises `BadInput` naming `place` and line."""
    return _named(place, lambda: sandbox.filled(env.from_string(source), context))


def _named(name: str, fill: Callable[[], str]) -> str:
    from jinja2 import TemplateError, TemplateNotFound  # heavy, as above

    try:
        return fill()
    except TemplateNotFound as error:
        raise BadInput(f"There is no template {error.name}; copy one from {shipped()}.") from None
    except TemplateError as error:
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        at = f"{file or name}, line {line}" if line else _place(name)
        raise BadInput(
            f"Template {at}: {(error.message or type(error).__name__).rstrip('.')}."
        ) from None
    except UnicodeDecodeError as error:
        raise BadInput(
            f"Template {name} is not UTF-8 text: byte {error.start + 1} cannot be read."
        ) from None
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:
        raise BadInput(
            f"Template {_place(name)}: {str(error).rstrip('.') or type(error).__name__}."
        ) from None


def _place(name: str) -> str:
    """File and line of the innermost frame that is a template's: Jinja2 compiles them under their
    own file names.
    """
    trace, place = sys.exc_info()[2], name
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.endswith(".py"):
            file = trace.tb_frame.f_code.co_filename
            place = f"{name if file == UNNAMED else file}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
