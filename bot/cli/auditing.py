"""The audit: what accounts show, against what is known to be out on them."""

import sys

import click

from bot.cli import completion, options, printing
from bot.core.audit import Finding, Kind
from bot.core.text import terminal
from bot.deciding import audit, descriptions
from bot.deciding.audit import Audited


@options.command("audit", "mlcollage audit --account x", as_json=True)
@click.option(
    "--account",
    "names",
    metavar="NAME",
    multiple=True,
    help="Only this account.",
    shell_complete=completion.accounts,
)
@click.option(
    "--threads",
    default=audit.THREADS,
    show_default=True,
    type=click.IntRange(1, 1_000),
    help="How many of the newest threads of each series.",
)
def audit_command(
    config_file: str | None, as_json: bool, names: tuple[str, ...], threads: int
) -> None:
    """Compare what accounts show with what is known to be out: missing, twice, changed.

    Ends with 1 where something asks for a person.
    """
    context = options.context(config_file)
    found = audit.accounts(context, names, threads)
    if as_json:
        printing.print_json([descriptions.audited(each) for each in found])
    elif context.rehearsal:
        click.echo("It is a rehearsal (live = false): nothing has gone to the accounts.")
    else:
        for each in found:
            _print(each)
    sys.exit(0 if all(each.is_well for each in found) else 1)


def _print(found: Audited) -> None:
    if found.problem:
        click.echo(f"{found.account}: it cannot be read now: {found.problem}")
        return
    if not found.findings:
        click.echo(f"{found.account}: {found.posts} posts read; all is as it should be.")
        return
    click.echo(f"{found.account}: {found.posts} posts read.")
    for finding in found.findings:
        click.echo(f"  {finding.kind}: {_told(finding)}")


def _told(finding: Finding) -> str:
    """One finding on a line, with the delivery that it is about and what can be done."""
    if finding.meant is None:
        return f"{finding.url}, which is no part of a thread: {terminal.cut(finding.detail, 60)}"
    delivery_id, position = finding.meant.delivery_id, finding.meant.position
    part = f"part {position} of delivery {delivery_id}"
    match finding.kind:
        case Kind.TWICE:
            command = f"mlcollage deliveries resolve {delivery_id} --delete {finding.url}"
            return f"{part}, {finding.other} and {finding.url}; delete the second one: {command}"
        case Kind.UNRECORDED:
            command = f"mlcollage deliveries resolve {delivery_id} --posted {finding.url}"
            return f"{finding.url} is {part}; say so: {command}"
        case Kind.UNSHOWN:
            return f"{part}, {finding.url}; it is new, so look again in an hour"
        case _:
            return f"{part}, {finding.url}"
