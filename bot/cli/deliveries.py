"""Deliveries: what is on its way, what was tried and seen, and what a person does about it."""

import difflib
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from bot.app import scheduler
from bot.cli import options, printing
from bot.config import Series
from bot.context import Context
from bot.core import times
from bot.core.delivery import Part, State
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.deciding import actions, inspect, resolve
from bot.deciding.actions import Ahead
from bot.deciding.inspect import Event, Sight
from bot.scheduling import tick
from bot.sending import deliver
from bot.storage import lookup
from bot.storage import series as storage
from bot.storage.lookup import Entry


@click.group("deliveries", epilog="Example: mlcollage deliveries show 12")
def deliveries_command() -> None:
    """List what is on its way to an account, show all about it, and decide; an ID is its number or
    its key.
    """


@deliveries_command.add_command
@options.command("list", "mlcollage deliveries list --account x", as_json=True)
@click.option("--all", "everything", is_flag=True, help="With what is sent.")
@click.option("--account", metavar="NAME", help="Only to this account.")
@click.option(
    "--state",
    type=click.Choice([state.value for state in State]),
    help="Only what is in this state.",
)
@click.option(
    "--most",
    default=50,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many, newest first.",
)
def list_command(
    config_file: str | None,
    as_json: bool,
    everything: bool,
    account: str | None,
    state: str | None,
    most: int,
) -> None:
    """List what is not sent, newest first: how far it has got, what happens next, and why it is not
    out.
    """
    context = options.context(config_file)
    states = [State(state)] if state else list(State) if everything else lookup.UNSENT
    with context.database.read() as conn:
        rows = {row.name: row for row in storage.all_accounts(conn)}
        if account is not None and account not in rows:
            raise BadInput(f"There is no account {account}; there are {', '.join(rows)}.")
        found = lookup.listed(conn, context.rehearsal, states, account=account, most=most)
    coming = [actions.ahead(context, entry, rows[entry.delivery.account]) for entry in found]
    if as_json:
        printing.print_json([_described(*one) for one in zip(found, coming, strict=True)])
    elif not found:
        click.echo(
            "Nothing." if state or everything else "Nothing is on its way. Also what is sent: --all"
        )
    else:
        cells = [_row(context, *one) for one in zip(found, coming, strict=True)]
        printing.table(cells, head=("", "thread", "account", "state", "out", "next", "why"))


def _row(context: Context, entry: Entry, coming: Ahead) -> tuple[str, ...]:
    one, own = entry.delivery, _series(context, entry)
    name = f"{one.series}/{entry.name}" if len(context.config.series) > 1 else entry.name
    soon = "" if one.state is State.SENT else printing.local(own, coming.at) or coming.words
    return (
        str(one.id),
        name,
        one.account,
        one.state,
        _out(entry),
        soon,
        printing.cut(one.note, 70),
    )


def _out(entry: Entry) -> str:
    return f"{entry.out}/{entry.saved_parts}" if entry.saved_parts else ""


def _series(context: Context, entry: Entry) -> Series:
    """The delivery's series; the first one where the configuration has it no more."""
    return context.config.series.get(entry.delivery.series) or next(
        iter(context.config.series.values())
    )


def _described(entry: Entry, coming: Ahead) -> dict[str, Any]:
    """A delivery as JSON shows it."""
    one = entry.delivery
    return {
        "id": one.id,
        "key": one.key,
        "kind": one.kind.value,
        "thread": entry.name,
        "series": one.series,
        "account": one.account,
        "state": one.state.value,
        "count": entry.saved_parts,
        "out": entry.out,
        "due_at": one.due_at.isoformat(),
        "next": coming.words,
        "next_at": coming.at.isoformat() if coming.at else None,
        "failures": one.failures,
        "note": one.note,
    }


@deliveries_command.add_command
@options.command("show", "mlcollage deliveries show 12", as_json=True)
@click.argument("wanted", metavar="ID")
def show_command(config_file: str | None, as_json: bool, wanted: str) -> None:
    """Show all that is known of a delivery: its parts, what was tried and seen, and what you can
    do.
    """
    context = options.context(config_file)
    seen = inspect.of(context, wanted)
    if as_json:
        printing.print_json(_all_described(seen))
        return
    own, one = _series(context, seen.entry), seen.entry.delivery
    click.secho(
        f"{seen.entry.name} on {one.account}: {one.state}{printing.mode(context.config)}", bold=True
    )
    facts = {
        "number": str(one.id),
        "key": one.key,
        "due": printing.local(own, one.due_at),
        "out": f"{seen.entry.out} of {len(seen.parts)} parts",
        "why": one.note,
        "next": _next(own, seen.ahead),
        "look at": seen.identity,
        "after": seen.before,
    }
    printing.table([(name, value) for name, value in facts.items() if value])
    for part in seen.parts:
        _print_part(own, part)
    _print_edit(seen)
    if seen.timeline:
        click.secho("\nWhat happened", bold=True)
        printing.table(
            [
                (times.short(event.at, own.zone, seconds=True), _told(event))
                for event in seen.timeline
            ]
        )
    if seen.possible:
        click.secho("\nWhat you can do", bold=True)
        for command in seen.possible:
            click.echo(command)


def _next(own: Series, coming: Ahead) -> str:
    return f"{coming.words}{', ' if coming.at else ''}{printing.local(own, coming.at)}"


def _print_part(own: Series, part: Part) -> None:
    receipt = part.receipt
    head = f"out {printing.local(own, receipt.at)}  {receipt.url}" if receipt else "not out"
    click.secho(f"\n{part.position}. {head}", fg=None if receipt else "yellow")
    for line in inspect.described(part):
        click.echo(f"   {line}".rstrip())


def _print_edit(seen: Sight) -> None:
    """What has been changed since the thread was frozen, line by line."""
    if seen.problem:
        click.secho(f"\nIt could not be composed now: {seen.problem}", fg="red")
    if not seen.anew:
        return
    click.secho("\nIt has been edited since it was frozen, and goes out as frozen", bold=True)
    for position, frozen, anew in _pairs(seen):
        for line in _differences(frozen, anew):
            click.secho(f"{position}. {line}", fg="red" if line.startswith("-") else "green")


def _pairs(seen: Sight) -> Iterable[tuple[int, list[str], list[str]]]:
    """Parts as they are frozen and as they would be now, those that differ."""
    frozen = {part.position: inspect.described(part) for part in seen.parts}
    anew = {part.position: inspect.described(part) for part in seen.anew}
    for position in sorted(frozen | anew):
        before, after = frozen.get(position, []), anew.get(position, [])
        if before != after:
            yield position, before, after


def _differences(before: Sequence[str], after: Sequence[str]) -> list[str]:
    return [line for line in difflib.ndiff(before, after) if line.startswith(("- ", "+ "))]


def _told(event: Event) -> str:
    """An event as one line: an attempt with its part, how long it took, how it ended and the
    network's words.
    """
    attempt = event.attempt
    if attempt is None:
        return f"looked: {event.words}" if event.kind == "look" else event.words
    what = f"part {attempt.position}" if attempt.position else "the whole thread"
    took = (
        f" for {(attempt.ended_at - attempt.at).total_seconds():.1f} s" if attempt.ended_at else ""
    )
    outcome = attempt.outcome.value if attempt.outcome else "cut off"
    return f"tried {what}{took}: {outcome}{f' ({attempt.words})' if attempt.words else ''}"


def _all_described(seen: Sight) -> dict[str, Any]:
    return _described(seen.entry, seen.ahead) | {
        "is_frozen": seen.entry.delivery.begun,
        "identity": seen.identity,
        "post_before": seen.before or None,
        "parts": [_part_described(part) for part in seen.parts],
        "edited": [_part_described(part) for part in seen.anew] or None,
        "problem": seen.problem or None,
        "timeline": [_event_described(event) for event in seen.timeline],
        "commands": list(seen.possible),
    }


def _part_described(part: Part) -> dict[str, Any]:
    image, receipt = part.image, part.receipt
    return {
        "position": part.position,
        "text": part.text,
        "picture": {
            "file": image.file,
            "sha256": image.sha256,
            "mime": image.mime,
            "alt": image.alt,
        }
        if image
        else None,
        "id": receipt.id if receipt else None,
        "url": receipt.url if receipt else None,
        "sent_at": receipt.at.isoformat() if receipt else None,
    }


def _event_described(event: Event) -> dict[str, Any]:
    described: dict[str, Any] = {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "words": event.words,
    }
    if event.attempt is None:
        return described
    ended_at, outcome = event.attempt.ended_at, event.attempt.outcome
    more = {"part": event.attempt.position, "outcome": outcome.value if outcome else None}
    return described | more | {"ended_at": ended_at.isoformat() if ended_at else None}


IDS = click.argument("wanted", metavar="ID…", nargs=-1, required=True)


@deliveries_command.add_command
@options.command("retry", "mlcollage deliveries retry 12 --now")
@IDS
@click.option(
    "--edited",
    is_flag=True,
    help="Compose it anew from what was edited; only where nothing of it is out.",
)
@click.option(
    "--now", is_flag=True, help="Send what is missing at this moment, not with the next tick."
)
def retry_command(
    config_file: str | None, wanted: tuple[str, ...], edited: bool, now: bool
) -> None:
    """Look for deliveries, take over what is out, and let what is missing be sent."""
    context = _context(config_file)
    done, code = _decide(
        context, wanted, lambda entry: resolve.retry(context, entry, edited=edited)
    )
    if now and done:
        code |= _send_now(context, done)
    sys.exit(
        code | int(any(entry.delivery.state is State.UNCERTAIN for entry in _again(context, done)))
    )


@deliveries_command.add_command
@options.command(
    "resolve",
    "mlcollage deliveries resolve 12 --posted https://x.com/mlcollage/status/1460323737035677698",
)
@click.argument("wanted", metavar="ID")
@click.option(
    "--posted",
    "urls",
    metavar="URL",
    multiple=True,
    help="It is out, here; once for each part, in order.",
)
@click.option(
    "--part", type=click.IntRange(1), metavar="N", help="The first part that --posted means."
)
@click.option("--not-posted", is_flag=True, help="It is not out: send it again.")
def resolve_command(
    config_file: str | None, wanted: str, urls: tuple[str, ...], part: int | None, not_posted: bool
) -> None:
    """Say whether a delivery is out, after you looked. The rest of its thread goes on by itself."""
    if bool(urls) == not_posted or (part and not urls):
        raise click.UsageError(
            "Say that it is out, with --posted URL, or that it is not, with --not-posted."
        )
    context = _context(config_file)

    def say(entry: Entry) -> str:
        return (
            resolve.not_posted(context, entry)
            if not_posted
            else resolve.posted(context, entry, urls, part)
        )

    sys.exit(_decide(context, (wanted,), say)[1])


@deliveries_command.add_command
@options.command("cancel", "mlcollage deliveries cancel 12")
@IDS
def cancel_command(config_file: str | None, wanted: tuple[str, ...]) -> None:
    """Let nothing more of deliveries go out; what is out stays."""
    context = _context(config_file)
    sys.exit(_decide(context, wanted, lambda entry: resolve.cancel(context, entry))[1])


def _context(config_file: str | None) -> Context:
    own = options.load(config_file)
    return options.opened(own, lambda at, words: click.echo(printing.stamped(own, at, words)))


def _decide(
    context: Context, wanted: Sequence[str], step: Callable[[Entry], str]
) -> tuple[list[Entry], int]:
    """Take the step for each and tell what came of it and what is next; those it was taken for, and
    the exit code.
    """
    done, code = [], 0
    for name in wanted:
        try:
            with context.database.read() as conn:
                entry = lookup.named(conn, name)
            click.echo(step(entry))
            (current,) = _again(context, [entry])
            with context.database.read() as conn:
                account = next(
                    row for row in storage.all_accounts(conn) if row.name == entry.delivery.account
                )
            click.echo(
                f"  next: {_next(_series(context, entry), actions.ahead(context, current, account))}"
            )
            done.append(entry)
        except (BadInput, NotAllowed, Unavailable) as error:
            click.echo(error, err=True)
            code = 1
    return done, code


def _again(context: Context, entries: Sequence[Entry]) -> list[Entry]:
    """The deliveries as they are by now."""
    with context.database.read() as conn:
        return [lookup.entry(conn, entry.delivery.id) for entry in entries]


def _send_now(context: Context, entries: Sequence[Entry]) -> int:
    """Send what is due on their accounts; the exit code."""
    accounts = {entry.delivery.account for entry in entries}
    with context.database.read() as conn:
        rows = [
            row
            for row in storage.all_accounts(conn)
            if row.name in accounts & set(context.publishers)
        ]
    with scheduler.stoppable(context.stop):
        for row in rows:
            if not row.is_held(context.clock.now()):
                deliver.run(context, row)
    unsent = [entry for entry in _again(context, entries) if entry.delivery.state is not State.SENT]
    for entry in unsent:
        click.echo(
            f"Delivery {entry.delivery.id} is not sent yet: {entry.delivery.note or entry.delivery.state}"
        )
    return printing.print_notices(context.config, tick.unheard(context)) | int(bool(unsent))
