"""Roundups: what was made, and what would be."""

from collections.abc import Sequence
from typing import Any

import click

from bot.cli import looking, options, previews, printing
from bot.config import Series
from bot.core import month
from bot.core.collage import Collage
from bot.core.month import Roundup
from bot.deciding import preview
from bot.roundups import advance
from bot.storage import ledger, queue, roundups
from bot.storage import series as storage


@click.group("roundup", epilog="Example: mlcollage roundup preview 2021-09")
def roundup_command() -> None:
    """List, show and preview roundups; a MONTH is the one in the title, such as 2021-09."""


@roundup_command.add_command
@options.command("list", "mlcollage roundup list --json", series=True, as_json=True)
def list_command(config_file: str | None, series: str | None, as_json: bool) -> None:
    """List all roundups, newest first."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    with context.database.read() as conn:
        found = roundups.listed(conn, storage.get(conn, own.name).id, context.rehearsal)
    if as_json:
        printing.print_json([_described(one) for one in found])
    elif not found:
        click.echo("There is no roundup yet; see what is to come: mlcollage next")
    else:
        rows = [(one.title_month, _state(one), one.title, one.link) for one in found]
        printing.table(rows, head=("month", "state", "title", "link"))


def _state(one: Roundup) -> str:
    return "published elsewhere" if one.published_elsewhere else one.state.value


def _described(one: Roundup) -> dict[str, Any]:
    keys = ("title_month", "title", "subtitle", "slug", "link", "state", "published_elsewhere")
    return {key: getattr(one, key) for key in keys} | {"due_at": one.due_at.isoformat()}


def _checked(title_month: str) -> str:
    try:
        month.parse(title_month)
    except ValueError:
        raise click.UsageError(f'{title_month} is no month; write it as "2021-09".') from None
    return title_month


@roundup_command.add_command
@options.command("show", "mlcollage roundup show 2021-09", series=True, as_json=True)
@click.argument("title_month", metavar="MONTH")
def show_command(
    config_file: str | None, series: str | None, as_json: bool, title_month: str
) -> None:
    """Show a roundup: its collages, its link, its threads."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    with context.database.read() as conn:
        one = roundups.get(
            conn, storage.get(conn, own.name).id, _checked(title_month), context.rehearsal
        )
        items = queue.in_roundup(conn, one.id)
        threads = [
            (thread, ledger.parts_of(conn, thread.id)) for thread in ledger.of_roundup(conn, one.id)
        ]
    if as_json:
        more = {"collages": [item.name for item in items]}
        printing.print_json(
            _described(one)
            | more
            | {"deliveries": [looking.delivery_described(*thread) for thread in threads]}
        )
        return
    click.secho(one.title, bold=True)
    printing.table(
        [
            ("state", _state(one)),
            ("due", printing.local(own, one.due_at)),
            ("link", one.link or "none yet"),
        ]
    )
    _print_collages(own, items)
    for thread, parts in threads:
        click.echo(
            f"{thread.account}: {thread.state}, {sum(1 for part in parts if part.receipt)} of {len(parts)} parts out"
        )


def _print_collages(own: Series, items: Sequence[Collage]) -> None:
    numbers = [own.numbering.shown(item.number) or item.printed_number for item in items]
    printing.table(
        [
            (number, item.name, printing.cut(item.paper.title, 60))
            for number, item in zip(numbers, items, strict=True)
        ]
    )


@roundup_command.add_command
@options.command(
    "link", "mlcollage roundup link 2021-09 https://example.org/september", series=True
)
@click.argument("title_month", metavar="MONTH")
@click.argument("url")
def link_command(config_file: str | None, series: str | None, title_month: str, url: str) -> None:
    """Say where you published a roundup yourself; its thread goes out with this link."""
    if not url.startswith(("http://", "https://")) or any(char.isspace() for char in url):
        raise click.UsageError(f"{url} is no http(s) address.")
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    one = advance.publish_at(context, own, _checked(title_month), url)
    click.echo(
        f"The roundup {one.title_month} is at {one.link}; its thread goes out when that answers."
    )


@roundup_command.add_command
@options.command("preview", "mlcollage roundup preview 2021-09", series=True, as_json=True)
@click.argument("title_month", metavar="MONTH", required=False)
def preview_command(
    config_file: str | None, series: str | None, as_json: bool, title_month: str | None
) -> None:
    """Show a roundup as it would be if its moment were now."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    if title_month is None:
        with context.database.read() as conn:
            through = storage.get(conn, own.name).roundups_through
        title_month = next(month.coming(own.roundup, through, own.zone))[0]
    one, items, threads = preview.roundup_threads(context, own, _checked(title_month))
    if as_json:
        more = {"collages": [item.name for item in items]}
        printing.print_json(
            _described(one)
            | more
            | {"accounts": [previews.thread_described(thread) for thread in threads]}
        )
        return
    click.secho(one.title if items else f"{title_month}: no collage is out for it yet", bold=True)
    click.echo(f"due {printing.local(own, one.due_at)}{f', at {one.link}' if items else ''}")
    _print_collages(own, items)
    for thread in threads:
        previews.print_thread(thread)
