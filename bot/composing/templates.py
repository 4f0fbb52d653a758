"""The templates: where they are found, how one is filled, and how a mistake in it is named.

The files that the program brings along are found here, too.
"""

import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template, TemplateError, TemplateNotFound

from bot import files, system
from bot.composing.sandbox import Sandbox
from bot.core import collage, toml
from bot.core.errors import BadInput

PACKAGE = Path(__file__).parent.parent
SLIDES = "slide/"
"""The templates that pages are typeset from, which `slide_templates` finds."""
UNNAMED = "<template>"
"""What Jinja2 calls the file of a template that came as a string."""

MOST = 2_000_000
"""Characters that a template may write: far more than any page has."""

CLASS = r"<class '(?:\w+\.)*(\w+)'>"
"""How Python names a type in a message; its own name alone is enough."""

UNEXPECTED = re.compile(r"unexpected char ('.*?'|\".*?\") at \d+$")
"""How Jinja2 names a character that it cannot read."""

DESK = "web/"
"""The folder of the desk's pages: they hold forms that have to fit the program."""

LONGEST_NAME = 100
"""Characters of a missing template's name that are shown."""

LONGEST_REASON = 300
"""Characters of a reason that are shown; a name in it may be of any length."""


@lru_cache
def shipped() -> Path:
    """The folder of the program's own templates: in the installed package, or the checkout."""
    installed = PACKAGE / "templates"
    return installed if installed.is_dir() else PACKAGE.parent / "templates"


@lru_cache
def names() -> tuple[str, ...]:
    """The names of the program's templates that a maintainer may change, such as
    "posts/collage/first.txt"; the desk's pages are not among them.
    """
    folder = shipped()
    files = (path for path in folder.rglob("*") if path.is_file())
    found = (path.relative_to(folder).as_posix() for path in files)
    return tuple(sorted(name for name in found if not name.startswith(DESK)))


def example_config() -> str:
    """config.example.toml: every setting with its default and one line of why."""
    installed = PACKAGE / "config.example.toml"
    file = installed if installed.is_file() else PACKAGE.parent / "config.example.toml"
    return file.read_text(encoding="utf-8")


def folders(own: Path, variants: Sequence[str] = ()) -> tuple[str, ...]:
    """Where a template is looked for: the maintainer's folder first, then the program's.

    In the former, those of a variant ("accounts/lab") go before the general ones. Only the
    program's where the maintainer has no template that would take the place of one.
    """
    owned = [own / variant for variant in (*variants, "")]
    if not _has_any(owned):
        return (str(shipped()),)
    return (*map(str, owned), str(shipped()))


def _has_any(owned: Sequence[Path]) -> bool:
    """Whether one of the folders has a template that would take the place of one."""
    # Most maintainers have none at all: one look then, and not one for each template.
    if not _is_there(owned[-1], Path.is_dir):
        return False
    filled = [name for name in names() if not name.startswith(SLIDES)]
    return any(_is_there(folder / name) for folder in owned for name in filled)


def used(own: Path, variants: Sequence[str], name: str) -> Path | None:
    """The maintainer's file that is this template, by the order of `folders`; None without one."""
    files = (own / variant / name for variant in (*variants, ""))
    return next((file for file in files if _is_there(file)), None)


def _is_there(path: Path, kind: Callable[[Path], bool] = Path.is_file) -> bool:
    """Whether there is such a file; raises `BadInput` where that cannot be seen."""
    try:
        return kind(path)
    except OSError as error:
        raise BadInput(f"The template {path} cannot be read: {system.why(error)}.") from None


@lru_cache
def environment(places: tuple[str, ...]) -> Environment:
    """What fills the templates in these folders; without any, no template can be included."""
    return Sandbox(places)


class _Plain(Environment):
    """An environment for tables: a name behind a point is a key first, and then a method."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The value of a name behind a point in a template."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@lru_cache
def own_environment() -> Environment:
    """What fills the program's own templates: as the sandbox does, without its guards.

    They stand in the program and get plain values, and whole sites are written with them: the
    guards would take most of the time.
    """
    guarded = environment((str(shipped()),))
    plain = _Plain(
        loader=guarded.loader,
        undefined=guarded.undefined,
        autoescape=guarded.autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    plain.filters = guarded.filters
    plain.globals = guarded.globals
    return plain


def render(env: Environment, name: str, context: Mapping[str, Any], most: int = MOST) -> str:
    """Fill a template; raises `BadInput` naming the template's file and line.

    Whatever a template raises is a mistake in it, and so is a text of more than `most` characters.
    """
    return _named(name, lambda: _filled(env.get_template(name), context, most))


def render_text(
    env: Environment, source: str, context: Mapping[str, Any], place: str, most: int
) -> str:
    """As `render`, for a template that stands in an item; errors name `place` and line."""
    return _named(place, lambda: _filled(env.from_string(source), context, most))


def line_of(env: Environment, source: str, compiled_line: int) -> int:
    """The line of a template that a line of its compiled form comes from."""
    return env.from_string(source).get_corresponding_lineno(compiled_line)


def _filled(template: Template, context: Mapping[str, Any], most: int) -> str:
    if isinstance(template.environment, _Plain):
        text = template.render(context)
        if len(text) > most:
            raise ValueError(f"writes more than {most:,} characters")
        return text
    pieces, size = [], 0
    for piece in template.generate(context):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise ValueError(f"writes more than {most:,} characters")
    return "".join(pieces)


def _named(name: str, fill: Callable[[], str]) -> str:
    """What `fill` returns; raises `BadInput` for whatever it raises."""
    try:
        return fill()
    except TemplateNotFound as error:
        missing, place = collage.one_line(str(error.name)), _place(error, name)
        if len(missing) > LONGEST_NAME:
            missing = f"{missing[:LONGEST_NAME]}…"
        raise BadInput(
            f"There is no template {missing or 'without a name'}, which {place} asks for; "
            "see: mlcollage templates list"
        ) from None
    except Exception as error:  # noqa: BLE001 - a template may raise anything
        raise BadInput(f"Template {_place(error, name)}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """What is wrong, as the end of a sentence."""
    match error:
        case TemplateError():
            reason = _misread(error.message or "") or error.message or type(error).__name__
        case UnicodeDecodeError():
            reason = files.no_utf8(error)
        case MemoryError():
            reason = "needs more memory than a template may take"
        case RecursionError():
            reason = "calls itself without end, or nests too deep"
        case SyntaxError():
            reason = f"cannot be used: {error.msg}"
        case OSError():
            reason = f"cannot be read: {system.why(error)}"
        case _:
            reason = re.sub(CLASS, r"\1", str(error)) or type(error).__name__
    line = collage.one_line(" ".join(reason.split()))
    if len(line) > LONGEST_REASON:
        return f"{line[:LONGEST_REASON]}…"
    if line.endswith((".", "?", "!")):
        return line
    return f"{line}."


def _misread(message: str) -> str:
    """What is wrong where Jinja2 stopped at a character that was typed in place of another one."""
    found = UNEXPECTED.match(message)
    if not found:
        return ""
    # It is quoted as Python writes it.
    return toml.mistyped(ast.literal_eval(found[1]))


def _place(error: Exception, name: str) -> str:
    """File and line that a mistake of syntax names, else those of the running template."""
    if isinstance(error, TemplateError):
        # Only a mistake of syntax has them.
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        if line:
            return f"{file or name}, line {line}"
    return _running_place(name)


def _running_place(name: str) -> str:
    """File and line of the innermost template in the traceback of the exception being handled."""
    trace, place = sys.exc_info()[2], name
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file == UNNAMED:
            place = f"{name}, line {trace.tb_lineno}"
        elif is_template(file):
            place = f"{file}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place


def is_template(file: str) -> bool:
    """Whether code of this file is a template's: Jinja2 compiles it under the template's name."""
    return file == UNNAMED or not (file.endswith(".py") or file.startswith("<"))
