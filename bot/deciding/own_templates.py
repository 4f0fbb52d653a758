"""The maintainer's templates: lists them, copies one to be changed, and checks that they work."""

from pathlib import Path
from typing import NamedTuple

from bot import files
from bot.composing import templates
from bot.composing.composer import Composer
from bot.config import Config
from bot.context import Context
from bot.core.errors import BadInput, NotAllowed
from bot.deciding import preview


class Template(NamedTuple):
    """A template by its name, and the maintainer's files that go before the program's."""

    name: str
    places: tuple[Path, ...]


class Checked(NamedTuple):
    """How many threads and pages were `filled`, and the distinct problems they have.

    `unused` are the maintainer's templates that were not filled, because no account of a series
    uses them.
    """

    filled: int
    problems: tuple[str, ...]
    unused: tuple[Path, ...]


def listed(config: Config) -> list[Template]:
    """All templates, with the places in the maintainer's folder that have one of their own."""
    return [Template(name, tuple(_places(config.templates, name))) for name in templates.names()]


def _places(folder: Path, name: str) -> list[Path]:
    if not folder.is_dir():
        return []
    found = sorted(folder.glob(f"**/{name}"))
    return [path.relative_to(folder) for path in found if path.is_file()]


def copy(config: Config, name: str, scope: tuple[str, str] | None = None) -> Path:
    """Copy a template of the program's into the maintainer's folder; the file to change.

    `scope` makes it count only for one of the "networks", "series" or "accounts", by its name.
    Raises `NotAllowed` where the file is there already, `BadInput` where it cannot be written.
    """
    if name not in templates.names():
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
    """Fill every template with every item of the queue and with an example, for all series."""
    results: list[str] = []
    for series in context.config.series.values():
        results += preview.check_templates(context, series)
    problems = dict.fromkeys(problem for problem in results if problem)
    return Checked(len(results), tuple(problems), tuple(_unused(context)))


def _unused(context: Context) -> list[Path]:
    """The maintainer's templates that no account of any series uses."""
    own = context.config.templates
    used = {templates.used(own, (), name) for name in templates.names()}
    posts = [name for name in templates.names() if name.startswith("posts/")]
    for series in context.config.series.values():
        for account in series.accounts:
            variants = Composer.of(context, series.name, account).variants
            used |= {templates.used(own, variants, name) for name in posts}
    places = [place for template in listed(context.config) for place in template.places]
    return [place for place in places if own / place not in used]
