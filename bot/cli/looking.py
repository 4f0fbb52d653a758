"""Looking at what is there, without changing anything but what has been acknowledged."""

from collections.abc import Sequence
from typing import Any

import click

from bot.cli import options, printing
from bot.config import Series
from bot.core import collage
from bot.core.collage import Collage, State
from bot.core.delivery import Delivery, Part
from bot.storage import alerts, ledger, log, notices, queue
from bot.storage import series as storage
from bot.storage.notices import Notice


@options.command("list", "mlcollage list --state draft", series=True, as_json=True)
@click.option(
    "--state",
    type=click.Choice([state.value for state in State]),
    help="Only what is in this state.",
)
def list_command(
    config_file: str | None, series: str | None, as_json: bool, state: str | None
) -> None:
    """List the queue in the order it goes out, with drafts and what is held."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    with context.database.read() as conn:
        row = storage.get(conn, own.name)
        if state == State.POSTED:
            found = queue.posted(conn, row.id, 1_000)
        else:
            found = queue.waiting(conn, row.id, [State(state)] if state else [])
    if as_json:
        printing.print_json([described(own, item) for item in found])
    elif not found:
        click.echo(
            "Nothing is in the queue; put something in: mlcollage add ITEM.md"
            if not state
            else "Nothing."
        )
    else:
        printing.table(
            [_row(own, item) for item in found], head=("", "name", "state", "paper", "remarks")
        )


def _row(own: Series, item: Collage) -> tuple[str, ...]:
    number = own.numbering.shown(item.number if item.number is not None else item.kept_number)
    return (
        number,
        item.name,
        item.state,
        printing.cut(item.paper.title, 50),
        "; ".join(_remarks(item)),
    )


def _remarks(item: Collage) -> list[str]:
    found = [f"pinned to {item.pinned_on}"] if item.pinned_on else []
    if item.note:
        found.append(item.note)
    if item.state in {State.DRAFT, State.HELD} and (
        missing := collage.missing(item, has_picture=item.picture is not None)
    ):
        found.append(f"lacks {', '.join(missing)}")
    return found


def described(own: Series, item: Collage) -> dict[str, Any]:
    """A collage as JSON shows it."""
    paper = item.paper
    return {
        "name": item.name,
        "series": item.series,
        "state": item.state.value,
        "number": item.number,
        "shown_number": own.numbering.shown(item.number),
        "kept_number": item.kept_number,
        "printed_number": item.printed_number,
        "title": paper.title,
        "authors": paper.authors,
        "others": paper.others,
        "year": paper.year,
        "citation": paper.citation,
        "links": [{"kind": link.kind.value, "url": link.url} for link in paper.links],
        "paragraph": item.paragraph,
        "alt": item.alt,
        "caption": item.caption,
        "thread": item.thread,
        "picture": _picture(item),
        "pinned_on": item.pinned_on,
        "note": item.note,
        "missing": []
        if item.state is State.POSTED
        else collage.missing(item, has_picture=item.picture is not None),
        "posted_at": item.posted_at.isoformat() if item.posted_at else None,
        "posted_is_assumed": item.posted_is_assumed,
        "roundup": item.roundup or None,
    }


def _picture(item: Collage) -> dict[str, Any] | None:
    shot = item.picture
    if shot is None:
        return None
    return {
        "file": shot.file,
        "sha256": shot.sha256,
        "mime": shot.mime,
        "width": shot.width,
        "height": shot.height,
        "size": shot.size,
    }


@options.command("show", "mlcollage show barlow-twins", series=True, as_json=True)
@click.argument("name")
def show_command(config_file: str | None, series: str | None, as_json: bool, name: str) -> None:
    """Show everything about one collage: its paper, its threads, and who changed it when."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    with context.database.read() as conn:
        item = queue.get(conn, storage.get(conn, own.name).id, name)
        threads = [
            (thread, ledger.parts_of(conn, thread.id))
            for thread in ledger.of_collage(conn, item.id)
        ]
        changes = log.changes(conn, f"{own.name}/{item.name}")
    if as_json:
        more = {
            "deliveries": [delivery_described(thread, parts) for thread, parts in threads],
            "changes": [
                {"at": one.at.isoformat(), "who": one.who, "what": one.what, "detail": one.detail}
                for one in changes
            ],
        }
        printing.print_json(described(own, item) | more)
        return
    _show(own, item)
    for thread, parts in threads:
        click.echo(f"{thread.account}: {thread.state}{', ' + thread.note if thread.note else ''}")
        for part in parts:
            click.echo(f"  {part.position}. {part.receipt.url if part.receipt else 'not out'}")
    for one in changes:
        detail = f" ({one.detail})" if one.detail else ""
        click.secho(f"{printing.local(own, one.at)}  {one.who}: {one.what}{detail}", dim=True)


def _show(own: Series, item: Collage) -> None:
    number = own.numbering.shown(item.number)
    click.secho(f"{number + ' ' if number else ''}{item.paper.title}", bold=True)
    shot = item.picture
    facts = {
        "name": item.name,
        "state": "; ".join([item.state.value, *_remarks(item)]),
        "cited": item.paper.citation,
        "printed": item.printed_number,
        "posted": printing.local(own, item.posted_at)
        + (" (assumed)" if item.posted_is_assumed else ""),
        "roundup": item.roundup,
        "picture": f"{shot.file}, {shot.mime}, {shot.width} × {shot.height}, {shot.size:,} bytes"
        if shot
        else "none",
        "alt": item.alt,
    }
    facts |= {link.kind.value: link.url for link in item.paper.links}
    printing.table([(name, value) for name, value in facts.items() if value])
    if item.paragraph:
        click.echo(f"\n{item.paragraph}\n")


def delivery_described(thread: Delivery, parts: tuple[Part, ...]) -> dict[str, Any]:
    return {
        "account": thread.account,
        "key": thread.key,
        "state": thread.state.value,
        "note": thread.note,
        "parts": [
            {
                "text": part.text,
                "alt": part.image.alt if part.image else None,
                "url": part.receipt.url if part.receipt else None,
                "sent_at": part.receipt.at.isoformat() if part.receipt else None,
            }
            for part in parts
        ],
    }


@options.command("history", "mlcollage history --changes", series=True, as_json=True)
@click.option(
    "--most", default=50, show_default=True, type=click.IntRange(1), help="How many, newest first."
)
@click.option("--changes", is_flag=True, help="Who changed what when, instead of what is out.")
def history_command(
    config_file: str | None, series: str | None, as_json: bool, most: int, changes: bool
) -> None:
    """List what is out, newest first; or who changed what."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    with context.database.read() as conn:
        if changes:
            made = log.changes(conn, most=most)
        else:
            found = queue.posted(conn, storage.get(conn, own.name).id, most)
    if changes:
        keys = ("at", "who", "what", "subject", "detail")
        rows = [
            (printing.local(own, one.at), one.who, one.what, one.subject, one.detail)
            for one in made
        ]
        if as_json:
            printing.print_json(
                [
                    dict(zip(keys, (one.at.isoformat(), *row[1:]), strict=True))
                    for one, row in zip(made, rows, strict=True)
                ]
            )
        else:
            printing.table(rows, head=keys)
        return
    if as_json:
        printing.print_json([described(own, item) for item in found])
        return
    if not found:
        click.echo("Nothing is out yet.")
    assumed = {True: " (assumed)", False: ""}
    printing.table(
        [
            (
                printing.local(own, item.posted_at) + assumed[item.posted_is_assumed],
                own.numbering.shown(item.number) or item.printed_number,
                item.name,
                printing.cut(item.paper.title, 50),
                item.roundup,
            )
            for item in found
        ],
        head=("posted", "number", "name", "paper", "roundup"),
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
    own = next(iter(context.config.series.values()))
    if done:
        with context.database.write() as conn:
            count = notices.acknowledge(conn, context.clock.now(), numbers)
        click.echo(f"{count} acknowledged.")
        return
    with context.database.read() as conn:
        found = notices.listed(conn, everything=everything)
        ways: dict[int, list[alerts.Way]] = {one.id: [] for one in found}
        for way in alerts.ways(conn, list(ways)):
            ways[way.notice_id].append(way)
    if as_json:
        printing.print_json([_told(one, ways[one.id]) for one in found])
    elif not found:
        click.echo("Nothing to hear.")
    else:
        rows = [
            (
                str(one.id),
                printing.local(own, one.created_at),
                one.kind,
                _alerted(ways[one.id]),
                one.text,
            )
            for one in found
        ]
        printing.table(rows, head=("", "when", "kind", "alerted", "what"))


def _told(notice: Notice, ways: Sequence[alerts.Way]) -> dict[str, Any]:
    keys = ("id", "kind", "text", "details", "created_at", "alerted_at", "acknowledged_at")
    sent = [{key: getattr(way, key) for key in way._fields if key != "notice_id"} for way in ways]
    return {key: getattr(notice, key) for key in keys} | {"alerts": sent}


def _alerted(ways: Sequence[alerts.Way]) -> str:
    """How many destinations of those that were tried have a notice."""
    have = sum(1 for way in ways if way.ended_at and not way.note)
    return f"{have} of {len(ways)}" if have < len(ways) else "yes" if ways else ""
