"""Published articles into the queue or into history, and their pictures afterwards."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from bot.cli import items, options, output, printing
from bot.config import Series
from bot.context import Context
from bot.core import collage
from bot.core.errors import MlcollageError
from bot.deciding import descriptions, pictures
from bot.intake import accept, article, numbers
from bot.intake.accept import Import, Taken
from bot.intake.article import Article
from bot.intake.findings import Finding


@options.command(
    "import",
    "mlcollage import june-2021.md --queue --pictures img/ || echo 'something is left to do'",
    series=True,
    as_json=True,
)
@click.argument("files", metavar="[ARTICLE…]", nargs=-1, type=click.Path(readable=False))
@click.option("--queue", "kind", flag_value="queue", help="Into the queue (the default).")
@click.option(
    "--posted",
    "kind",
    flag_value="posted",
    help="Into history: nothing is posted, no number is given.",
)
@click.option(
    "--keep-numbers",
    is_flag=True,
    help="With --queue: the printed numbers, not the series' next ones.",
)
@click.option("--dates", metavar="DAY,DAY,…", help="With --posted: when the collages went out.")
@click.option(
    "--pictures",
    "folder",
    type=click.Path(readable=False, path_type=Path),
    metavar="FOLDER",
    help="Where the pictures lie, by name; without ARTICLE: of what was imported before.",
)
@click.option(
    "--draw", is_flag=True, help="Draw a slide, with its alt text, where there is no picture."
)
def import_command(
    config_file: str | None,
    series: str | None,
    as_json: bool,
    files: tuple[str, ...],
    kind: str | None,
    keep_numbers: bool,
    dates: str | None,
    folder: Path | None,
    draw: bool,
) -> None:
    """Read published roundups, or lists of papers, into collages.

    What they get wrong is reported, not repaired, and what is not taken is named. The exit code is
    1 when you have something to do: an error or a warning to look at, or a draft to complete.
    Without ARTICLE, what was imported before gets its pictures from the folder.
    """
    posted = kind == "posted"
    if posted and keep_numbers:
        raise click.UsageError(
            "History keeps its printed numbers anyway: --keep-numbers goes with --queue."
        )
    if dates and not posted:
        raise click.UsageError("--dates goes with --posted.")
    if dates and len(files) > 1:
        raise click.UsageError("--dates goes with one article.")
    if folder is not None and not folder.is_dir():
        raise click.UsageError(f"--pictures {folder} is no folder.")
    if not files and (folder is None or kind or keep_numbers or draw):
        raise click.UsageError(
            "Name an ARTICLE to import, or with --pictures FOLDER alone "
            "give what was imported before its pictures."
        )
    days = tuple(options.day(text.strip()) for text in dates.split(",")) if dates else ()
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    if files:
        given = Import(posted, keep_numbers, draw, folder, days)
        is_to_do = _import(context, chosen, files, given, as_json=as_json)
    else:
        is_to_do = _attach(context, chosen, folder or Path(), as_json=as_json)
    if is_to_do:
        click.get_current_context().exit(1)


Imported = tuple[str, Article, list[Taken]]
"""A file, the article in it, and what it has become."""


def _import(
    context: Context, series: Series, files: Sequence[str], given: Import, *, as_json: bool
) -> bool:
    """Import articles and say what became of them; whether a person has something to do.

    Where one is refused, those before it are told of, and then why it was.
    """
    # All are read before the first is taken in: a file that cannot be read keeps all of them out.
    sources = [article.load(Path(file), series.language) for file in files]
    imported, refusal = list[Imported](), None
    for file, source in zip(files, sources, strict=True):
        try:
            imported.append((file, source, accept.import_article(context, series, source, given)))
        except MlcollageError as error:
            refusal = error
            break
    is_to_do = _tell(context, series, imported, as_json=as_json)
    if refusal is not None:
        # Those before it stay, and were told of first: nobody would look for them else.
        raise refusal
    return is_to_do


def _tell(context: Context, series: Series, imported: Sequence[Imported], *, as_json: bool) -> bool:
    """Say what became of articles; whether a person has something to do."""
    if not imported:
        return False
    collages = [one.collage for _, _, taken in imported for one in taken]
    told = numbers.after_import(context, series, collages)
    to_do = [accept.is_to_do(source, taken) for _, source, taken in imported]
    if as_json:
        described = [
            descriptions.article(*each) | {"to_do": is_to_do, "numbers": []}
            for each, is_to_do in zip(imported, to_do, strict=True)
        ]
        described[-1]["numbers"] = told
        printing.print_json(described)
        return any(to_do)
    for each in imported:
        _print_article(*each)
    for sentence in told:
        click.echo(f"numbers: {sentence}")
    return any(to_do)


COLOURS = {"error": "red", "warning": "yellow", "note": ""}


def _print_article(file: str, source: Article, taken: list[Taken]) -> None:
    file = collage.one_line(file)
    output.line(f"{file}: {source.title}", style="bold")
    facts = {
        "month": source.title_month,
        "subtitle": source.subtitle,
        "link": source.link,
        "previous": source.previous_link,
    }
    for name, value in facts.items():
        if value:
            click.echo(f"  {name}: {value}")
    for one in taken:
        items.print_taken(one)
    print_findings(file, [*source.findings, *source.notes])
    without = [one for one in taken if one.collage.picture is None and one.collage.picture_file]
    if without:
        count = f"{len(without)} of them have" if len(without) > 1 else "one of them has"
        click.echo(
            f"  {count} no picture yet; when the files are in a folder: "
            "mlcollage import --pictures FOLDER"
        )


def print_findings(file: str, found: Iterable[Finding]) -> None:
    """Print findings by their lines, each with its place."""
    for finding in sorted(found, key=lambda finding: finding.line):
        place = f"{file}:{finding.line}"
        output.line(f"{finding.level}: {place}: {finding.text}", style=COLOURS[finding.level])


def _attach(context: Context, series: Series, folder: Path, *, as_json: bool) -> bool:
    """Attach pictures and say which; whether a person has something to do."""
    attached = pictures.attach(context, series, folder)
    if as_json:
        printing.print_json(descriptions.attached(attached))
    else:
        _print_attached(attached, collage.one_line(str(folder)))
    is_draft = any(taken.collage.state is collage.State.DRAFT for taken in attached.taken)
    return bool(attached.missing or attached.refused or is_draft)


def _print_attached(attached: pictures.Attached, folder: str) -> None:
    for taken in attached.taken:
        click.echo(f"{taken.collage.name} has its picture now: {taken.collage.picture_file}")
        items.print_taken(taken)
    for item in attached.missing:
        click.echo(f"{item.name} still has none: {item.picture_file} is not in {folder}")
    for item, reason in attached.refused:
        click.echo(f"{item.name} still has none: {reason}")
    if not (attached.taken or attached.missing or attached.refused):
        click.echo("Every imported collage whose article names a picture has it already.")
