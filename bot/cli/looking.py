"""Looking at what is there, without changing anything but what has been acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from bot.cli import completion, naming, options, output, printing
from bot.config import Series
from bot.context import Context
from bot.core import changes, collage, per_network
from bot.core.collage import Collage, State
from bot.core.delivery import is_rehearsed
from bot.core.fit import Fit
from bot.core.text import markdown
from bot.deciding import collages, descriptions
from bot.deciding.collages import Change, Shown
from bot.watching import notices
from bot.watching.notices import Listed, Notice

# The type only: see `_asked`.
if TYPE_CHECKING:
    from bot.deciding.approvals import Look


@options.command("list", "mlcollage list --state draft", series=True, as_json=True)
@click.option(
    "--state",
    type=naming.Choice([state.value for state in State]),
    help="Only what is in this state.",
)
def list_command(
    config_file: str | None, series: str | None, as_json: bool, state: str | None
) -> None:
    """List the queue in the order it goes out, with drafts and what is held."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    items = collages.listed(context, chosen, State(state) if state else None)
    if as_json:
        printing.print_json([descriptions.collage(chosen, item) for item in items])
    elif items:
        rows = [_row(chosen, item, context.left_out(item, chosen.accounts)) for item in items]
        printing.table(rows, head=("", "name", "state", "paper", "remarks"), free=(3, 4))
    elif state:
        click.echo("Nothing.")
    else:
        click.echo("Nothing is in the queue; put something in: mlcollage add ITEM.md")


def _row(series: Series, item: Collage, left_out: Sequence[str]) -> tuple[str, ...]:
    number = item.kept_number if item.number is None else item.number
    return (
        series.numbering.shown(number),
        item.name,
        item.state,
        markdown.line(item.paper.title),
        "; ".join(_remarks(item, left_out)),
    )


def _remarks(item: Collage, left_out: Sequence[str]) -> list[str]:
    remarks = []
    if item.pinned_on:
        remarks.append(f"pinned to {item.pinned_on}")
    if item.note:
        remarks.append(item.note)
    if item.state in {State.DRAFT, State.HELD} and (
        missing := collage.missing(item, has_picture=item.picture is not None)
    ):
        remarks.append(f"lacks {', '.join(missing)}")
    if told := per_network.told_left_out(left_out):
        remarks.append(told)
    return remarks


@options.command("show", "mlcollage show barlow-twins", series=True, as_json=True)
@click.argument("name", shell_complete=completion.collages)
def show_command(config_file: str | None, series: str | None, as_json: bool, name: str) -> None:
    """Show everything about one collage: its paper, its threads, and who changed it when."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    shown = collages.show(context, chosen, name)
    asked = _asked(context, chosen, shown.item)
    if as_json:
        standing = asked.described if asked else None
        printing.print_json(descriptions.collage_with_history(chosen, shown, standing))
    else:
        _print_collage(chosen, shown)
        for note in shown.notes:
            output.line(f"note: {note}")
        if asked:
            printing.print_approval(chosen, asked)
        for said in shown.reviewers:
            at = printing.local(chosen, said.at)
            output.line(f"{said.who} says, {at}: {said.text}")
        _print_history(chosen, shown)


def _asked(context: Context, series: Series, item: Collage) -> Look | None:
    """How the collage's approval stands; None where its series wants none."""
    if not series.wants_approval:
        return None
    # heavy: 40 ms with Jinja2, and most series want no approval
    from bot.deciding import approvals

    return approvals.asked(context, series, item)


def _print_collage(series: Series, shown: Shown) -> None:
    item = shown.item
    number = series.numbering.shown(item.number)
    output.line(f"{number} {markdown.line(item.paper.title)}".lstrip(), style="bold")
    posted = printing.local(series, item.posted_at)
    if item.posted_is_assumed:
        posted += " (assumed)"
    facts = [
        ("name", item.name),
        ("state", "; ".join([item.state.value, *_remarks(item, shown.left_out)])),
        ("drafted by", ", ".join(shown.drafted_by)),
        ("cited", series.words.cite(item.paper)),
        ("authors", _authors(item)),
        ("arxiv", item.paper.arxiv_id),
        ("doi", item.paper.doi),
        ("printed", item.printed_number),
        ("posted", posted),
        ("roundup", item.roundup),
        ("picture", _picture(item)),
        ("slide", _slide(item)),
        *((f"for {account}", _fitted(fit)) for account, fit in shown.fits.items()),
        ("alt", item.alt),
        ("caption", item.caption),
        ("licence", item.paper.licence),
    ]
    paper = item.paper
    facts += [(link.kind.value, link.url) for link in paper.links]
    facts += [("reference", f"{each.title} {each.url}".strip()) for each in paper.references]
    facts += [("figure", "; ".join(filter(None, each))) for each in paper.figures]
    facts += [("on slide", "; ".join(filter(None, each[:2]))) for each in item.slide.figures]
    for entry in item.on:
        facts += [(f"on {entry.name}", text) for text in per_network.lines(entry)]
    facts += [("takeaway", takeaway) for takeaway in item.slide.takeaways]
    printing.table([(name, value) for name, value in facts if value], whole=True)
    if item.paragraph:
        click.echo(f"\n{item.paragraph}\n")


def _authors(item: Collage) -> str:
    authors = ", ".join(item.paper.authors)
    if authors and item.paper.others:
        authors += ", and others"
    return authors


def _picture(item: Collage) -> str:
    picture = item.picture
    if picture is None:
        return "none"
    size = f"{picture.width} × {picture.height}, {picture.size:,} bytes"
    return f"{picture.file}, {picture.mime}, {size}"


def _slide(item: Collage) -> str:
    """Whether the picture is a drawn slide, and what is said of how it looks."""
    slide = item.slide
    if not (item.picture_is_drawn or slide):
        return ""
    how = [slide.theme and f"theme {slide.theme}", slide.format]
    drawn = "drawn with its number"
    if not item.picture_is_drawn:
        drawn = f"not its picture; to draw it: mlcollage edit {item.name} --draw"
    return ", ".join(filter(None, [drawn, *how]))


def _fitted(fit: Fit) -> str:
    """A picture as an account gets it, and how it was made."""
    its = fit.picture
    return f"{its.mime}, {its.width} × {its.height}, {its.size:,} bytes; {fit.words}"


def _print_history(series: Series, shown: Shown) -> None:
    """The threads with the addresses of what is out, and the changes, dimmed."""
    for thread, parts in shown.threads:
        note = f", {thread.note}" if thread.note else ""
        if thread.id in shown.set_aside:
            mode = "a rehearsal" if is_rehearsed(thread.key) else "live"
            note += f" (made in another mode, {mode}, and set aside)"
        click.echo(f"{thread.account}: {thread.state}{note}")
        for part in parts:
            address = part.receipt.url if part.receipt else "not out"
            click.echo(f"  {part.position}. {address}")
    for change in shown.changes:
        at = printing.local(series, change.at)
        told = _detail(change)
        detail = f" ({told})" if told else ""
        output.line(f"{at}  {change.who}: {change.what}{detail}", style="dim")


@options.command("history", "mlcollage history --changes", series=True, as_json=True)
@click.option(
    "--most", default=50, show_default=True, type=click.IntRange(1), help="How many, newest first."
)
@click.option(
    "--changes",
    "with_changes",
    is_flag=True,
    help="Who changed what when, from what to what, instead of what is out.",
)
def history_command(
    config_file: str | None, series: str | None, as_json: bool, most: int, with_changes: bool
) -> None:
    """List what is out, newest first; or who changed what."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    if with_changes:
        made = collages.changes(context, most)
        if as_json:
            printing.print_json([descriptions.change(change) for change in made])
        else:
            rows = [_change_row(chosen, change) for change in made]
            head = ("at", "who", "what", "subject", "from what to what")
            printing.table(rows, head=head, free=(1,), whole=True)
        return
    posted = collages.posted(context, chosen, most)
    if as_json:
        printing.print_json([descriptions.collage(chosen, item) for item in posted])
        return
    if not posted:
        click.echo("Nothing is out yet.")
    head = ("posted", "number", "name", "paper", "roundup")
    printing.table([_posted_row(chosen, item) for item in posted], head=head, free=(3,))


def _change_row(series: Series, change: Change) -> tuple[str, ...]:
    at = printing.local(series, change.at)
    return at, change.who, change.what, change.subject, _detail(change)


def _detail(change: Change) -> str:
    """From what to what it was changed, and what else is known of it."""
    return "; ".join(filter(None, [changes.told(change.changes), change.detail]))


def _posted_row(series: Series, item: Collage) -> tuple[str, ...]:
    assumed = " (assumed)" if item.posted_is_assumed else ""
    return (
        printing.local(series, item.posted_at) + assumed,
        series.numbering.shown(item.number) or item.printed_number,
        item.name,
        markdown.line(item.paper.title),
        item.roundup,
    )


@options.command("notices", "mlcollage notices --done", as_json=True)
@click.option("--all", "everything", is_flag=True, help="With those acknowledged.")
@click.option("--done", is_flag=True, help="Acknowledge them: all, or those named.")
@click.argument("numbers", nargs=-1, type=int)
def notices_command(
    config_file: str | None, as_json: bool, everything: bool, done: bool, numbers: tuple[int, ...]
) -> None:
    """List what a maintainer must hear, until it is acknowledged."""
    if numbers and not done:
        raise click.UsageError("To acknowledge notices by number, add --done.")
    context = options.context(config_file)
    if done:
        count = notices.acknowledge(context, numbers)
        message = f"{count} acknowledged."
        if as_json:
            printing.print_json({"messages": [message], "acknowledged": count})
        else:
            click.echo(message)
        return
    found = notices.listed(context, everything=everything)
    if as_json:
        printing.print_json([descriptions.notice(*listed) for listed in found])
    elif not found:
        click.echo("Nothing to hear.")
    else:
        first = next(iter(context.config.series.values()))
        rows = [_notice_row(first, listed) for listed in found]
        printing.table(rows, head=("", "when", "kind", "alerted", "what"), whole=True)


def _notice_row(series: Series, listed: Listed[Notice]) -> tuple[str, ...]:
    notice = listed.thing
    return (
        str(notice.id),
        printing.local(series, notice.created_at),
        notice.kind,
        _alerted(listed),
        notice.text,
    )


def _alerted(listed: Listed[Notice]) -> str:
    """How many destinations of those that were tried have a notice."""
    if not listed.is_taken:
        return listed.taken
    return "yes" if listed.ways else ""
