"""The maintainer's templates: lists them, copies one to be changed, and checks that they work."""

from pathlib import Path
from typing import NamedTuple

from bot import files, system
from bot.composing import templates
from bot.composing.composer import Composer
from bot.config import Config
from bot.context import Context
from bot.core import hints, network
from bot.core.errors import BadInput, NotAllowed
from bot.deciding import preview

POSTS = "posts/"
"""The templates of posts: only these are looked for by network and account, too."""


class Template(NamedTuple):
    """A template by its name, and the maintainer's files of that name.

    The `places` go before the program's; the `unused` are read by no account of any series.
    """

    name: str
    places: tuple[Path, ...]
    unused: tuple[Path, ...]


class Checked(NamedTuple):
    """How many threads and pages were `filled`, and the distinct problems they have.

    `unused` are the maintainer's templates that were not filled, because no account of a series
    uses them.
    """

    filled: int
    problems: tuple[str, ...]
    unused: tuple[Path, ...]


def listed(context: Context) -> list[Template]:
    """All templates, with the places in the maintainer's folder that have one of their own."""
    own = context.config.templates
    used = _used(context)
    return [_template(own, name, used) for name in templates.names()]


def _template(own: Path, name: str, used: set[Path]) -> Template:
    places = _places(own, name)
    return Template(
        name,
        tuple(place for place in places if own / place in used),
        tuple(place for place in places if own / place not in used),
    )


def _places(folder: Path, name: str) -> list[Path]:
    if not folder.is_dir():
        return []
    found = sorted(folder.glob(f"**/{name}"))
    return [path.relative_to(folder) for path in found if path.is_file()]


def names() -> tuple[str, ...]:
    """The names of the program's own templates."""
    return templates.names()


def copy(config: Config, name: str, scope: tuple[str, str] | None = None) -> Path:
    """Copy a template of the program's into the maintainer's folder; the file to change.

    `scope` makes it count only for one of the "networks", "series" or "accounts", by its name.
    Raises `NotAllowed` where the file is there already, `BadInput` where it cannot be written or
    nothing would read it.
    """
    if name not in templates.names():
        hint = hints.or_see(name, templates.names(), "mlcollage templates list")
        raise BadInput(f"There is no template {name}{hint}")
    if scope:
        _check_scope(config, name, *scope)
    target = config.templates.joinpath(*scope or (), name)
    if target.exists():
        raise NotAllowed(f"{target} is there already and stays as it is.")
    try:
        files.create(target, (templates.shipped() / name).read_bytes())
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {system.why(error, target)}.") from None
    return target


def _check_scope(config: Config, name: str, kind: str, value: str) -> None:
    """Raise `BadInput` where a template that counts only there would never be read."""
    if name.startswith(templates.SLIDES) and kind == "series":
        config.series_named(value)
        return
    if not name.startswith(POSTS):
        same_for = "networks, series and accounts"
        if name.startswith(templates.SLIDES):
            same_for = "networks and accounts"
        raise BadInput(
            f"{name} is the same for all {same_for}; "
            f"for a copy run: mlcollage templates copy {name}"
        )
    if kind == "networks":
        network.named(value)
    elif kind == "accounts":
        config.check_account(value)
    else:
        config.series_named(value)


def check(context: Context) -> Checked:
    """Fill every template with every item of the queue and with samples, for all series."""
    results: list[preview.Filled] = []
    for series in context.config.series.values():
        results += preview.check_templates(context, series)
    met: dict[str, list[str]] = {}
    for filled in results:
        if filled.problem:
            met.setdefault(filled.problem, []).append(filled.sample)
    unused = tuple(place for template in listed(context) for place in template.unused)
    return Checked(len(results), tuple(map(_told, met.items())), unused)


def _told(problem_and_samples: tuple[str, list[str]]) -> str:
    """A problem, with the samples that it came up with unless the queue has it too."""
    problem, met = problem_and_samples
    distinct = list(dict.fromkeys(met))
    if "" in distinct:
        return problem
    others = len(distinct) - 1
    more = f", and {others} more" if others else ""
    return f"{problem} (the sample: {distinct[0]}{more})"


def _used(context: Context) -> set[Path]:
    """The maintainer's templates that pages, or accounts of any series, use.

    A general one counts as used also where each account has a narrower one: it is what the next
    account gets.
    """
    own = context.config.templates
    used = {templates.used(own, (), name) for name in templates.names()}
    posts = [name for name in templates.names() if name.startswith(POSTS)]
    slides = [name for name in templates.names() if name.startswith(templates.SLIDES)]
    for series in context.config.series.values():
        used |= {templates.used(own, (f"series/{series.name}",), name) for name in slides}
        for account in series.accounts:
            variants = Composer.of(context, series.name, account).variants
            used |= {templates.used(own, variants, name) for name in posts}
    return {path for path in used if path}
