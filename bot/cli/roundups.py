"""Roundups: what was made, what would be, and what people say of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bot.cli import awaiting, completion, options, output, previews, printing, publishing
from bot.config import Series
from bot.context import Context
from bot.core import address, month, times
from bot.core.collage import Collage, shown
from bot.core.month import Roundup, State
from bot.core.text import markdown
from bot.deciding import (
    awaited,
    coming,
    descriptions,
    exports,
    preview,
    preview_descriptions,
    roundups,
)
from bot.deciding.awaited import ListedRoundup
from bot.deciding.roundups import RoundupShown
from bot.roundups import corrections, linking, review
from bot.roundups.review import Standing
from bot.site.folder import EDITED

# Why a command takes no year.
NOT_APPROVED = "nobody approves its thread, for its collages are out already"
NOT_EDITED = "its title is the phrase in_year under [series.NAME.words]"
NOT_RENDERED = "its list is written with the whole site: mlcollage site"
NOT_EXPORTED = "only months are exported, such as mlcollage roundup export 2021-09"


@options.group("roundup", "mlcollage roundup preview 2021-09")
def roundup_command() -> None:
    """List, show, preview, approve and correct roundups.

    A MONTH is the one in the title, such as 2021-09. A year, 2021, is that of a year's thread.
    """


@roundup_command.add_command
@options.command("list", "mlcollage roundup list --json", series=True, as_json=True)
def list_command(config_file: str | None, series: str | None, as_json: bool) -> None:
    """List all roundups, newest first."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    found = awaited.listed(context, chosen)
    if as_json:
        printing.print_json([descriptions.listed_roundup(each) for each in found])
    elif not found:
        click.echo("There is no roundup yet; see what is to come: mlcollage next")
    else:
        rows = [(_named(each.roundup), *_row(each)) for each in found]
        printing.table(rows, head=("month", "state", "title", "link"), free=(2, 3))
        for each in found:
            if each.awaits:
                click.echo(awaiting.told(chosen, each))


def _named(roundup: Roundup) -> str:
    """The month, or that it is a year's."""
    return f"{roundup.title_month}, a year" if roundup.is_year else roundup.title_month


def _row(listed: ListedRoundup) -> tuple[str, str, str]:
    """A roundup's state, title and link."""
    roundup = listed.roundup
    return _state(roundup), roundup.title, roundup.link


roundup_command.add_command(publishing.publish_command)


def _state(roundup: Roundup) -> str:
    return "published elsewhere" if roundup.published_elsewhere else roundup.state.value


def _checked_or_year(text: str) -> str:
    """As `options.month_in_title`, where a year will do."""
    return text if month.is_year(text) else options.month_in_title(text, "")


@roundup_command.add_command
@options.command("show", "mlcollage roundup show 2021-09", series=True, as_json=True)
@click.argument("title_month", metavar="MONTH", shell_complete=completion.roundups)
def show_command(
    config_file: str | None, series: str | None, as_json: bool, title_month: str
) -> None:
    """Show a roundup: its collages, its link, its threads.

    The next one is shown as it would be now.
    """
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    shown = roundups.show(context, chosen, _checked_or_year(title_month))
    if as_json:
        printing.print_json(descriptions.roundup_with_threads(shown))
        return
    roundup = shown.roundup
    output.line(roundup.title or _no_title(roundup), style="bold")
    printing.table([*_facts(context, chosen, shown)], whole=True)
    _print_collages(chosen, shown.items)
    for thread, parts in shown.threads:
        out = sum(1 for part in parts if part.receipt)
        click.echo(f"{thread.account}: {thread.state}, {out} of {len(parts)} parts out")
    publishing.print_publications(chosen, shown.publications)
    for trying in shown.under_way:
        click.echo(awaiting.under_way(chosen, trying))
    for name in shown.passed_over:
        click.echo(f"{name}: gets no article of it, for it was published elsewhere")
    if shown.findings:
        click.echo("Found in the article that it was imported from:")
    for found in shown.findings:
        click.echo(f"  {found.level}: line {found.line}: {found.text}")


def _no_title(roundup: Roundup) -> str:
    """What stands in the place of a title that is to count the papers, where there is none."""
    return f"{roundup.title_month}: no collage is out for it yet"


def _facts(context: Context, series: Series, shown: RoundupShown) -> Iterator[tuple[str, str]]:
    """What is to be known of a roundup, each with its name."""
    roundup = shown.roundup
    yield "state", _state(roundup) if shown.is_made else _to_come(shown)
    yield "due", printing.local(series, roundup.due_at)
    if shown.standing and roundup.state is State.DUE:
        yield "review", _asked(context, series, roundup)
    if shown.awaits:
        yield "waits for", awaiting.waits_for(series, shown.awaits)
    if shown.standing:
        yield "approved", _said(series, shown.standing)
    yield "link", roundup.link or _no_link(shown)
    if roundup.also_at:
        yield "also at", roundup.also_at
    if roundup.subtitle:
        yield "subtitle", roundup.subtitle
    if roundup.updated_at:
        yield "corrected", printing.local(series, roundup.updated_at)
    if roundup.is_changed and roundup.has_page:
        yield "page", "older than what it shows; it is made again at the next tick"


def _no_link(shown: RoundupShown) -> str:
    """That a roundup has no link, and where it is to come from."""
    if shown.home:
        return f"none yet; it comes from {shown.home}"
    has_none = shown.roundup.state in {State.LINKED, State.ANNOUNCED}
    return "none" if has_none else "none yet"


def _to_come(shown: RoundupShown) -> str:
    """That a roundup is not made yet, or that there will be none."""
    if shown.is_empty:
        return "none is to come: nothing goes out for it"
    return "to come; this is how it would be now"


def _asked(context: Context, series: Series, roundup: Roundup) -> str:
    """When people are asked to look at a month that is not published yet."""
    begins_at = roundup.due_at - series.roundup.review
    when = "since" if begins_at <= context.clock.now() else "from"
    return f"{when} {printing.local(series, begins_at)}"


def _said(series: Series, standing: Standing) -> str:
    """What people have said of a month."""
    said = standing.review
    if said is None or not said.by:
        if standing.is_let_out:
            return "by nobody; it goes out all the same"
        return "by nobody yet"
    if not said.approved_at:
        return f"not yet, says {said.by}"
    told = f"by {said.by}, on {printing.local(series, said.approved_at)}"
    if standing.has_changed:
        return f"{told}; what it holds has changed since"
    return told


def _print_collages(series: Series, items: Sequence[Collage]) -> None:
    rows = []
    for item in items:
        number = series.numbering.shown(item.number) or item.printed_number
        rows.append((number, item.name, markdown.line(item.paper.title)))
    printing.table(rows, free=(2,))


@roundup_command.add_command
@options.command(
    "link", "mlcollage roundup link 2021-09 https://example.org/september", series=True
)
@click.argument("title_month", metavar="MONTH", shell_complete=completion.roundups)
@click.argument("url")
def link_command(config_file: str | None, series: str | None, title_month: str, url: str) -> None:
    """Say where you published a roundup yourself; its thread goes out with this link.

    Once the thread is out, the page says that it is also there.
    """
    if problem := address.problem(url):
        raise click.UsageError(f"{shown(address.without_user(url))} {problem}.")
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    given = linking.give(context, chosen, _checked_or_year(title_month), url)
    roundup = given.roundup
    if given.is_link and not given.changes:
        click.echo(f"The roundup {roundup.title_month} is at {url} already.")
    elif given.is_link and not roundup.published_elsewhere:
        place = f"The roundup {roundup.title_month} is at {roundup.link}"
        click.echo(f"{place}; its thread goes out when that answers.")
    elif given.is_link:
        click.echo(f"The roundup {roundup.title_month} is at {roundup.link}")
    else:
        also = f"The roundup {roundup.title_month} is also at {roundup.also_at}"
        click.echo(
            f"{also}; its link, {roundup.link or 'none'}, is out and stays. Nothing is posted."
        )
    if given.remark:
        click.echo(f"  note: {given.remark}")
    output.add(roundup=descriptions.roundup(roundup), notes=[given.remark] if given.remark else [])


@roundup_command.add_command
@options.command("approve", "mlcollage roundup approve 2021-09", series=True)
@click.argument("title_month", metavar="MONTH", shell_complete=completion.roundups)
@click.option("--take-back", is_flag=True, help="Not yet: it waits until somebody approves it.")
def approve_command(
    config_file: str | None, series: str | None, title_month: str, take_back: bool
) -> None:
    """Let a month's roundup be published at its moment, or now where it waits for that."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    decide = review.take_back if take_back else review.approve
    standing = decide(context, chosen, options.month_in_title(title_month, NOT_APPROVED))
    holds = ", ".join(standing.names) or "nothing yet"
    due = printing.local(chosen, standing.until)
    which = f"The roundup {standing.title_month}, which holds {holds},"
    if take_back:
        click.echo(f"{which} waits until somebody approves it.")
    elif standing.until <= context.clock.now():
        click.echo(f"{which} is approved, and goes out at the next tick.")
    else:
        click.echo(f"{which} is approved, and goes out on {due} with what comes in until then.")
    output.add(review=descriptions.standing(standing))


@roundup_command.add_command
@options.command("edit", 'mlcollage roundup edit 2021-09 --title "Four Papers"', series=True)
@click.argument("title_month", metavar="MONTH", shell_complete=completion.roundups)
@click.option("--title", help="Its title; the page's address stays.")
@click.option("--subtitle", help="Its subtitle; an empty one is made of its papers.")
def edit_command(
    config_file: str | None,
    series: str | None,
    title_month: str,
    title: str | None,
    subtitle: str | None,
) -> None:
    """Change a roundup's title or subtitle, and say from what to what; nothing is posted."""
    if title is None and subtitle is None:
        raise click.UsageError("Say what is to be different: --title or --subtitle.")
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    named = options.month_in_title(title_month, NOT_EDITED)
    edited = corrections.edit(context, chosen, named, title, subtitle)
    if not edited.changes:
        click.echo(f"The roundup {title_month} is unchanged.")
    for change in edited.changes:
        click.echo(f"{change}")
    if edited.changes:
        for note in _notes_on(edited):
            click.echo(f"  note: {note}")
    output.add(
        roundup=descriptions.roundup(edited.roundup), changes=descriptions.from_to(edited.changes)
    )


def _notes_on(edited: corrections.Edited) -> Iterator[str]:
    """What stays of a roundup that was edited, and what follows."""
    if edited.roundup.published_elsewhere:
        yield "it was published elsewhere, and stays as it is there"
    elif edited.is_out:
        yield "the threads that are out stay as they are"
    if edited.roundup.has_page:
        yield "its page is made again at the next tick; its address stays"


@roundup_command.add_command
@options.command("render", "mlcollage roundup render 2021-09", series=True)
@click.argument("title_month", metavar="MONTH", shell_complete=completion.roundups)
@click.option("--over-edits", is_flag=True, help="Also what was edited by hand; it is kept beside.")
def render_command(
    config_file: str | None, series: str | None, title_month: str, over_edits: bool
) -> None:
    """Make a roundup's page again from what is known now; nothing is posted."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    month_named = options.month_in_title(title_month, NOT_RENDERED)
    written = roundups.render(context, chosen, month_named, over_edits=over_edits)
    click.echo("The page was made again." if written.changed else "The page is as it was.")
    output.add(month=month_named, changed=written.changed, edited=list(written.edited))
    for name in written.edited:
        path = chosen.site / name
        if over_edits:
            click.echo(f"{path} had been edited by hand; that is kept as {path}{EDITED}")
        else:
            click.echo(
                f"{path} was edited by hand and is left as it is; write it anew with --over-edits"
            )
    if written.edited and not over_edits:
        click.get_current_context().exit(1)


@roundup_command.add_command
@options.command("preview", "mlcollage roundup preview 2021-09", series=True, as_json=True)
@click.argument("title_month", metavar="MONTH", required=False, shell_complete=completion.roundups)
def preview_command(
    config_file: str | None, series: str | None, as_json: bool, title_month: str | None
) -> None:
    """Show a roundup as it would be if its moment were now."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    if title_month is None:
        title_month = coming.next_roundup(context, chosen).title_month
    named = _checked_or_year(title_month)
    roundup, items, threads = preview.roundup_threads(context, chosen, named)
    if as_json:
        printing.print_json(preview_descriptions.roundup(roundup, items, threads))
        return
    due = f"due {printing.local(chosen, roundup.due_at)}"
    if items:
        output.line(roundup.title, style="bold")
        click.echo(f"{due}, {roundups.place(chosen, roundup)}")
    else:
        output.line(_no_title(roundup), style="bold")
        click.echo(due)
    _print_collages(chosen, items)
    for thread in threads:
        previews.print_thread(thread, context.config)


@roundup_command.add_command
@options.command("export", "mlcollage roundup export 2021-09 --as hugo", series=True)
@click.argument("title_month", metavar="MONTH", shell_complete=completion.roundups)
@click.option(
    "--as",
    "kind",
    type=click.Choice(exports.KINDS),
    default="markdown",
    show_default=True,
    help="For a site generator, to paste into an editor, or as a mail.",
)
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write; otherwise a folder export/KIND beside the configuration.",
)
@click.option("--over-edits", is_flag=True, help="Also what was edited by hand; it is kept beside.")
def export_command(
    config_file: str | None,
    series: str | None,
    title_month: str,
    kind: str,
    folder: Path | None,
    over_edits: bool,
) -> None:
    """Write a roundup as files for another program: its text with its pictures.

    The next roundup is written as a draft, as it would be now.
    """
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    named = options.month_in_title(title_month, NOT_EXPORTED)
    wanted = exports.Wanted(named, kind, folder, over_edits)
    exported = exports.export(context, chosen, wanted)
    output.add(**descriptions.exported(exported))
    title, count = exported.roundup.title, times.counted(len(exported.files), "file")
    if exported.changed:
        click.echo(f"{title}: {count}; read {exported.folder / exported.text}")
    else:
        click.echo(f"{title}: {count}, as before")
    for remark in exported.remarks:
        click.echo(remark)
    for name in exported.kept:
        click.echo(f"{exported.folder / name} was in the way; it is kept beside, as …{EDITED}")
    if exported.waits:
        click.echo("A draft: the roundup waits until somebody approves it.")
    elif exported.is_draft:
        due = printing.local(chosen, exported.due_at)
        click.echo(f"A draft: the roundup is due {due}, and may hold more by then.")
