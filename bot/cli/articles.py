"""Published articles into the queue or into history."""

from pathlib import Path

import click

from bot.cli import items, options, printing
from bot.core import collage
from bot.deciding import descriptions
from bot.intake import accept, article, numbers
from bot.intake.accept import Import
from bot.intake.article import Article


@options.command(
    "import", "mlcollage import june-2021.md --queue --pictures img/", series=True, as_json=True
)
@click.argument("files", metavar="ARTICLE…", nargs=-1, required=True, type=click.Path())
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
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the pictures lie, by name.",
)
@click.option(
    "--draw", is_flag=True, help="Draw a plain slide, with its alt text, where there is no picture."
)
def import_command(
    config_file: str | None,
    series: str | None,
    as_json: bool,
    files: tuple[str, ...],
    kind: str | None,
    keep_numbers: bool,
    dates: str | None,
    pictures: Path | None,
    draw: bool,
) -> None:
    """Read published roundups, or lists of papers, into collages.

    What they get wrong is reported, not repaired.
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
    if pictures is not None and not pictures.is_dir():
        raise click.UsageError(f"--pictures {pictures} is no folder.")
    days = tuple(options.day(text.strip()) for text in dates.split(",")) if dates else ()
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    # All are read before the first is taken in: a file that cannot be read keeps all of them out.
    sources = [article.load(Path(file)) for file in files]
    given = Import(posted, keep_numbers, draw, pictures, days)
    imported = [
        (file, source, accept.import_article(context, chosen, source, given))
        for file, source in zip(files, sources, strict=True)
    ]
    collages = [taken.collage for _, _, taken_in in imported for taken in taken_in]
    told = numbers.after_import(context, chosen, collages)
    if as_json:
        described = [descriptions.article(*each) | {"numbers": []} for each in imported]
        described[-1]["numbers"] = told
        printing.print_json(described)
        return
    for each in imported:
        _print_article(*each)
    for sentence in told:
        click.echo(f"numbers: {sentence}")


COLOURS = {"error": "red", "warning": "yellow"}


def _print_article(file: str, source: Article, taken: list[accept.Taken]) -> None:
    file = collage.one_line(file)
    click.secho(f"{file}: {source.title}", bold=True)
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
    for finding in source.findings:
        place = f"{file}:{finding.line}"
        click.secho(f"{finding.level}: {place}: {finding.text}", fg=COLOURS[finding.level])
