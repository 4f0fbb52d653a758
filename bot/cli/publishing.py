"""Publishing a roundup at its destinations, and how far it has come there."""

from collections.abc import Sequence

import click

from bot.cli import awaiting, completion, options, output, printing
from bot.config import Series
from bot.context import Context
from bot.core.publication import Publication, State
from bot.deciding import awaited, descriptions, publications
from bot.deciding.publications import Examined
from bot.roundups.publish import Outcome

OF_YEAR = (
    "its list is a page of the site, which is published with each of its months; "
    "to do that now: mlcollage roundup publish MONTH"
)


@options.command("publish", "mlcollage roundup publish 2021-09 --to blog", series=True)
@click.argument("title_month", metavar="MONTH", shell_complete=completion.roundups)
@click.option(
    "--to",
    "names",
    metavar="NAME",
    multiple=True,
    help="Only at this destination; several times for several.",
    shell_complete=completion.destinations,
)
def publish_command(
    config_file: str | None, series: str | None, title_month: str, names: tuple[str, ...]
) -> None:
    """Publish a roundup at its destinations now: where it is published, what is there is updated,
    and where that failed, it is tried again."""
    title_month = options.month_in_title(title_month, OF_YEAR)
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    outcomes = []
    for outcome in publications.publish(context, chosen, title_month, names):
        outcomes.append(outcome)
        _tell(context, chosen, outcome)
    output.add(publications=[descriptions.publication(each.publication) for each in outcomes])
    if any(each.problem or not each.is_ours for each in outcomes):
        click.get_current_context().exit(1)


def _tell(context: Context, series: Series, outcome: Outcome) -> None:
    publication = outcome.publication
    name = publication.destination
    if not outcome.is_ours:
        there = [each for each in awaited.under_way(context) if each.destination == name]
        told = [awaiting.under_way(series, each) for each in there]
        now = "; ".join(told) or "another process publishes there now"
        output.line(f"! {name}: {now}. See: mlcollage roundup show", style="red")
    elif outcome.problem:
        output.line(f"! {name}: {outcome.problem}", style="red")
    elif publication.is_public:
        output.line(f"{name}: published {publication.url}".rstrip(), style="green")
    else:
        output.line(f"{name}: a draft lies ready. {publication.problem}".rstrip())


def print_publications(series: Series, made: Sequence[Publication]) -> None:
    """How far a roundup has come at each destination, a line each."""
    for each in made:
        line = f"{each.destination}: {_state(series, each)}"
        if each.url:
            line += f", {each.url}"
        if each.destination not in series.roundup.destinations:
            line += " (no destination of the series any more)"
        is_wrong = each.state in {State.TRYING, State.NEEDS_PERSON}
        output.line(line, style="red" if is_wrong else "")
        if each.problem:
            click.echo(f"  {each.problem}")


def _state(series: Series, publication: Publication) -> str:
    match publication.state:
        case State.PUBLISHED if publication.updated_at:
            last = f"published, last on {printing.local(series, publication.updated_at)}"
            return f"{last}, and to be updated" if publication.next_at else last
        case State.TRYING if publication.next_at:
            return f"failed, tried again on {printing.local(series, publication.next_at)}"
        case state:
            return state.value


def print_examined(series: Series, examined: Examined) -> None:
    """What a destination says of itself."""
    name = f"{examined.name} ({examined.kind})"
    for problem in examined.problems:
        output.line(f"! {name} cannot publish: {problem}", style="red")
    if not examined.problems:
        output.line(f"{name} can publish: {examined.identity}.", style="green")
    if not examined.series:
        click.echo("  no series names it among its destinations")
    for trying in examined.under_way:
        click.echo(f"  {awaiting.under_way(series, trying)}")
