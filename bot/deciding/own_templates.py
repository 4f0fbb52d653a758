"""The maintainer's templates: lists them, copies one to be changed, and checks that they work."""

from pathlib import Path
from typing import NamedTuple

from bot import files
from bot.composing import templates
from bot.config import Config
from bot.context import Context
from bot.core.errors import BadInput, NotAllowed
from bot.deciding import preview


class Template(NamedTuple):
    """A template by its name, and the maintainer's files that go before the program's."""

    name: str
    places: tuple[Path, ...]


class Checked(NamedTuple):
    """How many threads and pages were `filled`, and the distinct problems they have."""

    filled: int
    problems: tuple[str, ...]


def listed(config: Config) -> list[Template]:
    """All templates, with the places in the maintainer's folder that have one of their own."""
    return [Template(name, tuple(_places(config.templates, name))) for name in _names()]


def _places(folder: Path, name: str) -> list[Path]:
    if not folder.is_dir():
        return []
    found = sorted(folder.glob(f"**/{name}"))
    return [path.relative_to(folder) for path in found if path.is_file()]


def _names() -> list[str]:
    folder = templates.shipped()
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in files)


def copy(config: Config, name: str, scope: tuple[str, str] | None = None) -> Path:
    """Copy a template of the program's into the maintainer's folder; the file to change.

    `scope` makes it count only for one of the "networks", "series" or "accounts", by its name.
    Raises `NotAllowed` where the file is there already, `BadInput` where it cannot be written.
    """
    if name not in _names():
        raise BadInput(f"There is no template {name}; see: mlcollage templates list")
    target = config.templates.joinpath(*scope or (), name)
    if target.exists():
        raise NotAllowed(f"{target} is there already and stays as it is.")
    try:
        files.create(target, (templates.shipped() / name).read_bytes())
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror or error}.") from None
    return target


def check(context: Context) -> Checked:
    """Fill every template with every item of the queue, for all series."""
    results: list[str] = []
    for series in context.config.series.values():
        results += preview.check_templates(context, series)
    problems = dict.fromkeys(problem for problem in results if problem)
    return Checked(len(results), tuple(problems))
