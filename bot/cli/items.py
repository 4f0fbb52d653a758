"""Collages into the queue, and changed there."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bot import config
from bot.cli import options
from bot.context import Context
from bot.core import collage
from bot.core.collage import Collage, Item, State
from bot.core.delivery import State as Sending
from bot.core.errors import BadInput
from bot.core.paper import Link, LinkKind, Paper
from bot.intake import accept, items
from bot.intake.accept import Arrival
from bot.pictures import read
from bot.scheduling import forecast
from bot.storage import lookup, queue
from bot.storage import series as storage

FIELDS = (
    click.option("--title", help="The paper's title."),
    click.option(
        "--author",
        "authors",
        multiple=True,
        metavar="NAME",
        help="An author; once for each, in order.",
    ),
    click.option(
        "--others", is_flag=True, default=None, help="There are more authors: cite as et al."
    ),
    click.option("--year", type=click.IntRange(1000, 9999), help="The year it is cited with."),
    click.option(
        "--link",
        "links",
        multiple=True,
        metavar="KIND=URL",
        help="A link: paper, code, project, talk, …",
    ),
    click.option(
        "--paragraph",
        help="The one-paragraph summary, in Markdown; - reads it from standard input.",
    ),
    click.option("--alt", help="Alt text: what the picture shows."),
    click.option("--picture", type=click.Path(), metavar="FILE", help="The collage's picture."),
    click.option("--name", help="Its NAME; default: from the title."),
)


def fields(function: Any) -> Any:
    for option in reversed(FIELDS):
        function = option(function)
    return function


@options.command(
    "add",
    "mlcollage add barlow.md  (or: --title … --author … --year 2021 --link paper=https://… )",
    series=True,
)
@click.argument("files", nargs=-1, type=click.Path())
@fields
@click.option("--draft", is_flag=True, help="Keep it a draft though nothing is missing.")
@click.option("--draw", is_flag=True, help="Draw a plain slide where there is no picture.")
def add_command(
    config_file: str | None,
    series: str | None,
    files: tuple[str, ...],
    draft: bool,
    draw: bool,
    **given: Any,
) -> None:
    """Put collages at the queue's end: from item FILES, or from options.

    What lacks nothing is ready.
    """
    if bool(files) == any(value not in (None, (), False) for value in given.values()):
        raise click.UsageError("Name item files, or describe one collage by options.")
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    arrivals = [accept.from_file(Path(file)) for file in files] if files else [_described(given)]
    if draw:
        numbers = accept.coming_numbers(context, own, arrivals, draft=draft)
        arrivals = accept.drawn(own, arrivals, numbers)
    tell(accept.take(context, own, arrivals, draft=draft))


def tell(taken: list[accept.Taken]) -> None:
    """One line a collage: what it became, and what it lacks."""
    for one in taken:
        name, is_draft = one.collage.name, one.collage.state is State.DRAFT
        more = f": it lacks {', '.join(one.missing)}" if one.missing else ""
        if is_draft and not one.missing:
            more = f" that lacks nothing; when it may go out: mlcollage ready {name}"
        click.echo(f"{name} is {'a draft' if is_draft else one.collage.state}{more}")
        for remark in one.remarks:
            click.echo(f"  note: {remark}")


def _described(given: dict[str, Any]) -> Arrival:
    if not given["title"]:
        raise click.UsageError("A collage needs at least a --title.")
    name = given["name"] or collage.slug(given["title"])
    if not name:
        raise click.UsageError("The title gives no NAME; give one with --name.")
    item = _changed(Item(name=name, paper=Paper(title="")), given)
    return Arrival(item, read.load(Path(given["picture"])) if given["picture"] else None)


def _changed(item: Item, given: dict[str, Any]) -> Item:
    """The item with what the options give; what they do not name stays."""
    about: dict[str, Any] = {
        key: given[key] for key in ("title", "year", "others") if given[key] is not None
    }
    if given["authors"]:
        about["authors"] = given["authors"]
    if given["links"]:
        about["links"] = tuple(_link(text) for text in given["links"])
    paper = replace(item.paper, **about)
    texts = {key: given[key] for key in ("name", "alt") if given[key] is not None}
    if given["paragraph"] is not None:
        from_input = given["paragraph"] == "-"
        texts["paragraph"] = (sys.stdin.read() if from_input else given["paragraph"]).strip()
    return replace(item, paper=paper, **texts)


def _link(text: str) -> Link:
    kind, _, url = text.partition("=")
    if kind not in set(LinkKind) or not url:
        raise click.UsageError(
            f"{text}: write a link as KIND=URL, where KIND is one of {', '.join(LinkKind)}."
        )
    return Link(LinkKind(kind), url)


@options.command("edit", 'mlcollage edit barlow-twins --alt "Two towers of boxes …"', series=True)
@click.argument("which", metavar="NAME")
@fields
@click.option("--draw", is_flag=True, help="Draw a plain slide, with its alt text, as the picture.")
def edit_command(
    config_file: str | None, series: str | None, which: str, draw: bool, **given: Any
) -> None:
    """Change a collage: without options as text in $EDITOR, checked on the way back."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    with context.database.read() as conn:
        before = queue.get(conn, storage.get(conn, own.name).id, which)
    if draw:
        bare = Arrival(replace(before, alt="") if given["alt"] is None else before)
        arrival = accept.drawn(
            own, [bare], [own.numbering.shown(forecast.provisional_number(context, own, before))]
        )[0]
        arrival = replace(arrival, item=_changed(arrival.item, given))
    elif any(value not in (None, (), False) for value in given.values()):
        picture = read.load(Path(given["picture"])) if given["picture"] else None
        arrival = Arrival(_changed(before, given), picture)
    else:
        edited = _in_editor(before)
        if edited is None:
            click.echo(f"{before.name} is unchanged.")
            return
        arrival = edited
    tell([accept.replace_item(context, own, before, arrival)])
    _tell_frozen(context, before)


def _tell_frozen(context: Context, item: Collage) -> None:
    """Say which threads of it were frozen before this edit, and how to have them composed anew."""
    with context.database.read() as conn:
        threads = lookup.of_collage(conn, item.id, context.rehearsal)
    for one in threads:
        if one.begun and one.state not in {Sending.SENT, Sending.FAILED}:
            click.echo(
                f"  note: what {one.account} gets was frozen before; to change it: {one.command}"
            )


def _in_editor(before: Collage) -> Arrival | None:
    """The item as its editor left it; a text that cannot be read is kept in a file, so that no work
    is lost.
    """
    text = items.dump(before, before.picture.file if before.picture else before.picture_file)
    while True:
        edited = click.edit(text, editor=config.editor(), extension=".md")
        if edited is None or edited == text:
            return None
        try:
            return _parsed(edited, before)
        except BadInput as error:
            text = edited
            click.echo(error, err=True)
            if not (sys.stdin.isatty() and click.confirm("Edit again?", default=True)):
                kept = Path(f"{before.name}.rejected.md")
                kept.write_text(edited, encoding="utf-8")
                raise BadInput(f"{before.name} is unchanged; your text is in {kept}.") from None


def _parsed(text: str, before: Collage) -> Arrival:
    item = items.parse(text, before.name)
    known = before.picture.file if before.picture else before.picture_file
    if item.picture_file == known:
        return Arrival(item)
    return Arrival(item, read.load(Path(item.picture_file)) if item.picture_file else None)
