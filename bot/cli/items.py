"""Collages into the queue, and changed there."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bot.cli import completion, editing, naming, options, output
from bot.config import Series
from bot.context import Context
from bot.core import appearance, collage, hints, per_network, slide
from bot.core import paper as paper_links
from bot.core.collage import Collage, Item, State
from bot.core.errors import BadInput, Unusable
from bot.core.paper import Link, LinkKind, Paper
from bot.core.per_network import OnNetwork
from bot.core.slide import Figure
from bot.deciding import collages, descriptions, queue_changes, slides
from bot.deciding.queue_changes import Edited
from bot.deciding.slides import Wanted
from bot.intake import accept, items, networks
from bot.intake.accept import Arrival, Taken
from bot.pictures import read

FIELDS = (
    click.option("--title", help="The paper's title."),
    click.option(
        "--author",
        "authors",
        multiple=True,
        metavar="NAME",
        help="An author; once for each, in order. Together they are the whole list.",
    ),
    click.option(
        "--others/--no-others", default=None, help="There are more authors: cite as et al."
    ),
    click.option("--year", type=click.IntRange(1000, 9999), help="The year it is cited with."),
    click.option(
        "--link",
        "links",
        multiple=True,
        metavar="KIND=URL",
        help="A link: paper, code, project, talk, … It takes the place of those of its kind.",
    ),
    click.option(
        "--paragraph",
        help="The one-paragraph summary, in Markdown; - reads it from standard input.",
    ),
    click.option("--alt", help="Alt text: what the picture shows."),
    click.option(
        "--picture", type=click.Path(readable=False), metavar="FILE", help="The collage's picture."
    ),
    click.option(
        "--skip",
        "skips",
        multiple=True,
        metavar="NETWORK",
        help="It does not go out on this network or account; once for each.",
    ),
    click.option(
        "--handle",
        "handles",
        multiple=True,
        metavar="NETWORK=@NAME",
        help="An author's handle there; once for each. Together they are all of that network.",
    ),
    click.option("--name", help="Its NAME; a new one is named after its title."),
)


MANY_SLIDES = 3
"""From so many on they take more than a moment."""

OF_PAPER = 4
"""How many of the first options tell of the paper."""

SLIDE_FIELDS = (
    click.option(
        "--figure",
        "figures",
        multiple=True,
        metavar="FILE[=CAPTION]",
        help=f"A figure on its slide; once for each, at most {slide.MOST_FIGURES}.",
    ),
    click.option(
        "--takeaway",
        "takeaways",
        multiple=True,
        metavar="TEXT",
        help=f"What its slide says to take away; once for each, at most {slide.MOST_TAKEAWAYS}.",
    ),
    click.option("--theme", metavar="NAME", help="How its slide looks, if not as the series'."),
    click.option(
        "--format",
        "page_format",
        type=naming.Choice(list(slide.FORMATS)),
        help="Its slide's format, if not the series'.",
    ),
)


def fields(function: Any) -> Any:
    """Give a command the options that describe a collage."""
    for option in reversed((*FIELDS, *SLIDE_FIELDS)):
        function = option(function)
    return function


def fields_of_slide(function: Any) -> Any:
    """Give a command the options that describe a paper and what else is on its slide."""
    for option in reversed((*FIELDS[:OF_PAPER], *SLIDE_FIELDS)):
        function = option(function)
    return function


def wanted(given: dict[str, Any]) -> Wanted:
    """What options want on the slide."""
    return Wanted(
        figures=tuple(map(_figure, given["figures"])),
        takeaways=given["takeaways"],
        theme=given["theme"],
        format=given["page_format"],
    )


def _figure(text: str) -> Figure:
    """A figure from FILE or FILE=CAPTION; a file's name may hold a `=`, too."""
    places = [place for place, sign in enumerate(text) if sign == "="]
    for place in (len(text), *places):
        # A page of a PDF is named behind the file.
        if Path(appearance.named(text[:place]).file).is_file():
            return Figure(text[:place], text[place + 1 :].strip())
    file, _, caption = text.partition("=")
    return Figure(file, caption.strip())


@options.command(
    "add",
    "mlcollage add barlow.md  (or: --title … --author … --year 2021 --link paper=https://… )",
    series=True,
)
@click.argument("files", nargs=-1, type=click.Path(readable=False))
@fields
@click.option("--draft", is_flag=True, help="Keep it a draft though nothing is missing.")
@click.option("--draw", is_flag=True, help="Draw a slide where there is no picture.")
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
    if files and _is_any_given(given):
        raise click.UsageError(
            "Item files say all of a collage, options too: give one of them; what is to be "
            "different from a file: mlcollage edit NAME, when it is added."
        )
    if not files and not _is_any_given(given):
        raise click.UsageError("Name item files, or describe one collage by options.")
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    arrivals = [accept.from_file(Path(file)) for file in files]
    if not files:
        arrivals = [described(given)]
    _say_how_many(arrivals, every=draw)
    arrivals = accept.with_slides(context, chosen, arrivals, draft=draft, every=draw)
    for taken in accept.take(context, chosen, arrivals, draft=draft):
        print_taken(taken)
        output.add(collages=[descriptions.taken(chosen, taken)])


def _say_how_many(arrivals: Sequence[Arrival], *, every: bool) -> None:
    """Say to somebody who waits at a terminal that many slides are being drawn."""
    count = sum(accept.asks_for_slide(arrival, every=every) for arrival in arrivals)
    if count >= MANY_SLIDES and sys.stderr.isatty():
        output.line(f"Drawing {count} slides …", err=True)


def _is_any_given(given: dict[str, Any]) -> bool:
    """Whether any of the options that describe a collage was given."""
    return any(value not in (None, ()) for value in given.values())


def print_taken(taken: Taken) -> None:
    """One line: what a collage became, and what it lacks; then what else is to be known.

    What a network would refuse has a line each.
    """
    item = taken.collage
    is_draft = item.state is State.DRAFT
    more = ""
    if taken.missing:
        more = f": it lacks {', '.join(taken.missing)}"
    elif taken.problems:
        more = ", but it cannot go out:"
        if is_draft:
            more = ", because it cannot go out:"
    elif is_draft:
        more = f" that lacks nothing; when it may go out: mlcollage ready {item.name}"
    state = "a draft" if is_draft else item.state.value
    click.echo(f"{item.name} is {state}{more}")
    for problem in taken.problems:
        click.echo(f"  ! {problem}")
    for remark in taken.remarks:
        click.echo(f"  note: {remark}")


def described(given: dict[str, Any]) -> Arrival:
    """A new collage from options; raises `UsageError` where they do not name it."""
    if not given["title"]:
        raise click.UsageError("A collage needs at least a --title.")
    name = given.get("name") or collage.slug(given["title"])
    if not name:
        raise click.UsageError("The title gives no NAME; give one with --name.")
    item = changed(Item(name=name, paper=Paper(title="")), given)
    return _arrival(item, given)


def _arrival(item: Item, given: dict[str, Any]) -> Arrival:
    """The item with the picture and the figures that options name."""
    picture = read.load(Path(given["picture"])) if given.get("picture") else None
    return replace(slides.arrival(item, wanted(given)), picture=picture)


def changed(item: Item, given: dict[str, Any]) -> Item:
    """The item with what the options give; what they do not name stays."""
    about: dict[str, Any] = {
        key: given[key] for key in ("title", "year", "others") if given[key] is not None
    }
    if given["authors"]:
        about["authors"] = given["authors"]
    wanted = [_link(text) for text in given.get("links", ())]
    about["links"] = paper_links.replaced(item.paper.links, wanted, _unwanted(given, wanted))
    paper = replace(item.paper, **about)
    texts = {key: given[key] for key in ("name", "alt") if given.get(key) is not None}
    if given.get("paragraph") is not None:
        text = sys.stdin.read() if given["paragraph"] == "-" else given["paragraph"]
        texts["paragraph"] = text.strip()
    return replace(item, paper=paper, on=_on(item, given), **texts)


def _on(item: Item, given: dict[str, Any]) -> tuple[OnNetwork, ...]:
    """What is different on networks, with what the options give."""
    entries = item.on
    for name in given.get("skips", ()):
        if name in given.get("no_skips", ()):
            raise click.UsageError(f"--skip {name} or --no-skip {name}: say one of them.")
        entries = per_network.changed(entries, name, skip=True)
    handles: dict[str, tuple[str, ...]] = {}
    for text in given.get("handles", ()):
        name, sign, handle = text.partition("=")
        if not (name and sign):
            raise click.UsageError(f"{text}: write a handle as NETWORK=@NAME, as in x=@ada.")
        # An empty one takes them away.
        handles[name] = (*handles.get(name, ()), *([handle] if handle else ()))
    for name, authors in handles.items():
        entries = per_network.changed(entries, name, authors=authors)
    return entries


def _unwanted(given: dict[str, Any], wanted: Sequence[Link]) -> list[LinkKind]:
    """The kinds of links that are to go; raises `UsageError` where one is given as well."""
    kinds = [LinkKind(kind) for kind in given.get("no_links", ())]
    for link in wanted:
        if link.kind in kinds:
            gives = f"what --link {link.kind}=… gives; say one of them."
            raise click.UsageError(f"--no-link {link.kind} takes away {gives}")
    return kinds


def _link(text: str) -> Link:
    kind, _, url = text.partition("=")
    if kind in set(LinkKind) and not url:
        raise click.UsageError(f"{text}: write the address behind it, as in {kind}=https://….")
    if kind not in set(LinkKind):
        kinds = ", ".join(LinkKind)
        hint = hints.did_you_mean(kind, LinkKind)
        raise click.UsageError(
            f"{text}: write a link as KIND=URL, where KIND is one of {kinds}.{hint}"
        )
    return Link(LinkKind(kind), url)


@options.command(
    "edit",
    'mlcollage edit barlow-twins --alt "Two towers of boxes …" --link code=https://…',
    series=True,
)
@click.argument("which", metavar="NAME", shell_complete=completion.collages)
@fields
@click.option(
    "--no-link",
    "no_links",
    multiple=True,
    metavar="KIND",
    type=naming.Choice([kind.value for kind in LinkKind]),
    help="Take away the links of this kind.",
)
@click.option(
    "--no-skip",
    "no_skips",
    multiple=True,
    metavar="NETWORK",
    help="It goes out on this network or account again.",
)
@click.option("--draw", is_flag=True, help="Draw a slide, with its alt text, as the picture.")
def edit_command(
    config_file: str | None,
    series: str | None,
    which: str,
    draw: bool,
    **given: Any,
) -> None:
    """Change a collage, and say from what to what: without options as text in $EDITOR, checked on
    the way back.

    --link takes the place of the links of its kind, --author that of the whole list of authors;
    what no option names stays.
    """
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    before = collages.get(context, chosen, which)
    arrival, is_written = _edited(context, chosen, before, draw, given)
    try:
        edited = Edited(Taken(before))
        # What an editor leaves as it was, and options that say what it says already.
        if arrival.picture or arrival.item != before:
            edited = queue_changes.edit(context, chosen, before, arrival)
    except Unusable as error:
        if not is_written:
            raise
        kept = items.keep_rejected(before.name, items.dump(arrival.item, arrival.item.picture_file))
        raise BadInput(f"{error} Your text is in {kept}.") from None
    notes = _missed(before, {**given, "draw": draw})
    notes += networks.still_skipped(context, before, edited.taken.collage, given["no_skips"])
    print_edited(edited, notes)
    output.add(collages=[descriptions.edited(chosen, edited, notes)])


def _edited(
    context: Context, series: Series, before: Collage, draw: bool, given: dict[str, Any]
) -> tuple[Arrival, bool]:
    """The collage as options or an editor make it, and whether it was written in an editor."""
    if draw and given["picture"]:
        raise click.UsageError("Give a picture with --picture, or have one drawn with --draw.")
    if draw:
        new = _arrival(replace(before, alt=""), given)
        arrival = queue_changes.drawn(context, series, before, new)
        return replace(arrival, item=_changed(context, arrival.item, given)), False
    if _is_any_given(given):
        return _arrival(_changed(context, before, given), given), False
    written = _in_editor(before)
    if written is None:
        return Arrival(before), False
    return written, True


def _changed(context: Context, item: Item, given: dict[str, Any]) -> Item:
    """As `changed`, by the options of an edit."""
    return networks.not_skipped(context, changed(item, given), given["no_skips"])


def print_edited(edited: Edited, notes: Sequence[str] = ()) -> None:
    """What the collage is now, from what to what it was changed, and what becomes of its threads.

    Where nothing is different, that is all.
    """
    if not edited.changes:
        click.echo(f"{edited.taken.collage.name} is unchanged.")
    else:
        print_taken(edited.taken)
    for change in edited.changes:
        click.echo(f"  {change}")
    for note in notes:
        click.echo(f"  note: {note}")
    for note in queue_changes.of_threads(edited) if edited.changes else ():
        click.echo(f"  note: {note}")


def _missed(before: Collage, given: dict[str, Any]) -> list[str]:
    """What options of an edit may have meant, and did not do."""
    gone = map(LinkKind, given["no_links"])
    notes = [f"it had no {kind} link" for kind in gone if not before.paper.links_of(kind)]
    if before.picture and not before.picture_is_drawn and _is_of_slide(given):
        notes.append(f"its picture stays; for the slide: mlcollage edit {before.name} --draw")
    if given["authors"] and given["others"] is None and before.paper.others:
        notes.append("it is still said to have more authors; if these are all: --no-others")
    return notes


def _is_of_slide(given: dict[str, Any]) -> bool:
    """Whether an option says what is on the slide; with a new picture it does not matter."""
    named = ("figures", "takeaways", "theme", "page_format")
    return not (given["picture"] or given["draw"]) and any(given[name] for name in named)


def _in_editor(before: Collage) -> Arrival | None:
    """The item as its editor left it; None where nothing was changed.

    A text that cannot be read is kept in a file, so that no work is lost.
    """
    text = items.dump(before, before.picture.file if before.picture else before.picture_file)
    while True:
        edited = editing.edited(text, ".md")
        if edited is None:
            return None
        try:
            return _parsed(edited, before)
        except BadInput as error:
            text = edited
            output.line(str(error), err=True)
            if not (sys.stdin.isatty() and click.confirm("Edit again?", default=True, err=True)):
                kept = items.keep_rejected(before.name, edited)
                raise BadInput(f"{before.name} is unchanged; your text is in {kept}.") from None


def _parsed(text: str, before: Collage) -> Arrival:
    item = items.parse(text, before.name)
    known = before.picture.file if before.picture else before.picture_file
    arrival = Arrival(item)
    if item.picture_file not in (known, ""):
        arrival = Arrival(item, read.load(Path(item.picture_file)))
    return accept.whole(accept.with_figures(arrival, before.slide.figures))
