"""Publishing a roundup by hand, and asking destinations whether they could publish."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.config import Series
from bot.context import Context
from bot.core import errors, hints
from bot.core.errors import BadInput, NotAllowed
from bot.core.month import Roundup, State
from bot.core.publication import UnderWay
from bot.deciding import awaited
from bot.destinations import table
from bot.roundups import publish as publishing
from bot.roundups.publish import Due, Outcome


def chosen(series: Series, names: Sequence[str]) -> tuple[str, ...]:
    """The destinations of a series with these names, or all of them.

    Raises `BadInput` for a name that is none of them, `NotAllowed` where there is none at all.
    """
    known = series.roundup.destinations
    if not known:
        raise NotAllowed(
            f"The series {series.name} has no destinations: name them in destinations under "
            f"[series.{series.name}.roundup]; see docs/destinations.md."
        )
    for name in names:
        if name not in known:
            there = f"{name} is no destination of {series.name}, which has {', '.join(known)}."
            raise BadInput(f"{there}{hints.did_you_mean(name, known)}")
    return tuple(dict.fromkeys(names)) or known


def publish(
    context: Context, series: Series, title_month: str, names: Sequence[str]
) -> Iterator[Outcome]:
    """Publish a roundup at these destinations now, also where it is published already.

    What became of it at each comes as soon as it is known. Raises `BadInput` where there is no such
    roundup or destination, `NotAllowed` in a rehearsal, and where it has no page of ours.
    """
    destinations = chosen(series, names)
    if context.rehearsal:
        raise NotAllowed(
            "This is a rehearsal, which publishes nothing; see: mlcollage roundup show"
        )
    with context.read() as work:
        row = work.series.get(series.name)
        roundup = work.roundups.get(row.name, title_month)
    if roundup.published_elsewhere:
        destinations = _of_imported(context, series, roundup, chosen_by=names)
    elif roundup.state is State.DUE:
        raise NotAllowed(f"The roundup {title_month} has no page yet; see: mlcollage roundup list")
    with context.write() as work:
        work.publications.make(roundup, destinations)
        work.publications.mark_due(roundup, *destinations, anew=True)
        subject = f"{series.name}/roundup-{title_month}"
        work.log.record(context.who, "publish", subject, ", ".join(destinations))
        made = {each.destination: each for each in work.publications.of(roundup)}
    for name in destinations:
        yield publishing.publish(context, Due(series, roundup, made[name]))


def takes_no_imported(context: Context, series: Series) -> list[str]:
    """The destinations of a series that get nothing of what was published elsewhere.

    They take articles, and the article is somebody's already.
    """
    sites = publishing.sites(context, series)
    return [name for name in series.roundup.destinations if name not in sites]


def _of_imported(
    context: Context, series: Series, roundup: Roundup, *, chosen_by: Sequence[str]
) -> tuple[str, ...]:
    """Where the site is published, which has the page of an imported roundup.

    Raises `NotAllowed` for a destination that takes articles, and where there is no page.
    """
    was = f"The roundup {roundup.title_month} was published elsewhere"
    articles = takes_no_imported(context, series)
    destinations = tuple(name for name in chosen(series, chosen_by) if name not in articles)
    refused = [name for name in chosen_by if name in articles]
    if refused or not destinations:
        names = ", ".join(refused or articles)
        raise NotAllowed(f"{was}: {names} would get an article of it, and it is not posted again.")
    if not publishing.is_written(series, roundup):
        raise NotAllowed(f"{was}, and has no page here yet; write it with: mlcollage site")
    return destinations


@dataclass(frozen=True, slots=True)
class Examined:
    """A destination as it is now: what it is used as, and what is wrong, as sentences."""

    name: str
    kind: str
    identity: str
    problems: tuple[str, ...]
    series: tuple[str, ...]
    """The names of those that publish there."""
    under_way: tuple[UnderWay, ...] = ()


def examine_all(context: Context) -> list[Examined]:
    """Ask every destination of the configuration whether it could publish, in a rehearsal too."""
    trying = awaited.under_way(context)
    examined = [_examine(context, name) for name in context.config.destinations]
    return [
        replace(each, under_way=tuple(one for one in trying if one.destination == each.name))
        for each in examined
    ]


def _examine(context: Context, name: str) -> Examined:
    config = context.config
    raw = config.destinations[name]
    users = tuple(each.name for each in config.series.values() if name in each.roundup.destinations)
    try:
        checked = table.make(raw, config.folder, context.clock).check()
    except errors.BadConfig:
        raise
    except errors.MlcollageError as error:
        return Examined(name, table.kind_of(raw), "", (errors.sentence(error),), users)
    return Examined(name, table.kind_of(raw), checked.identity, checked.problems, users)
