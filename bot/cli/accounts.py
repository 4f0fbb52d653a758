"""The accounts: whether each can post now, as whom, and what that costs."""

from decimal import Decimal
from typing import Any

import click

from bot.app import assemble
from bot.cli import options, printing
from bot.context import Context
from bot.deciding import preview
from bot.publishers.protocol import Publisher
from bot.scheduling import forecast
from bot.storage import charges
from bot.storage import series as storage
from bot.watching import alerts


@options.command("doctor", "mlcollage doctor --json", as_json=True)
def doctor_command(config_file: str | None, as_json: bool) -> None:
    """Say of every account whether it can post now, as whom, what is missing, and what a week
    costs.
    """
    context = options.context(config_file)
    found = [_examined(context, name) for name in context.config.accounts]
    if as_json:
        printing.print_json(found)
    else:
        for one in found:
            _tell(one)
        if not context.config.live:
            click.echo("It is a rehearsal (live = false): nothing goes to these accounts yet.")
    deaf = alerts.unreadable(context.config)
    for words in deaf:
        click.secho(f"! {words}", fg="red", err=True)
    if deaf or any(one["problem"] for one in found):
        click.get_current_context().exit(1)


def _examined(context: Context, name: str) -> dict[str, Any]:
    publisher = assemble.publisher(context.config, context.config.accounts[name])
    problem = publisher.check()
    with context.database.read() as conn:
        rows = {row.name: row for row in storage.all_accounts(conn)}
        spent = charges.spent(conn, rows[name].id, charges.month_of(context.clock.now()))
    row = rows[name]
    if not problem and row.is_held(context.clock.now()):
        problem = f"It is held{': ' + row.note if row.note else '.'} Then: mlcollage release --account {name}"
    week = _week(context, name, publisher)
    return {
        "account": name,
        "network": row.network,
        "identity": publisher.identity,
        "problem": problem or None,
        "characters": publisher.limits().length,
        "week": str(week) if week is not None else None,
        "spent": str(spent) if publisher.price else None,
        "budget": str(publisher.budget) if publisher.budget is not None else None,
        "duty": publisher.duty or None,
    }


def _week(context: Context, name: str, publisher: Publisher) -> Decimal | None:
    """What the coming slots of a week would cost, by the thread of the next collage."""
    if publisher.price is None:
        return None
    total = Decimal(0)
    for own in context.config.series.values():
        coming = [one.collage for one in forecast.coming_slots(context, own, 5) if one.collage]
        if name not in own.accounts or not coming:
            continue
        total += preview.cost(context, own, coming[0], (name,)) * len(own.timetable.slots)
    return total


def _tell(one: dict[str, Any]) -> None:
    who = f" as {one['identity']}" if one["identity"] else ""
    if one["problem"]:
        click.secho(
            f"! {one['account']} ({one['network']}) cannot post: {one['problem']}", fg="red"
        )
    else:
        click.secho(f"{one['account']} ({one['network']}) can post{who}.", fg="green")
    if one["week"] is not None:
        budget = f" of ${Decimal(one['budget']):.2f}" if one["budget"] else ""
        spent = f"${Decimal(one['spent']):.2f}{budget} spent this month"
        click.echo(f"  a week costs about ${Decimal(one['week']):.2f}; {spent}")
    if one["duty"]:
        click.echo(f"  {one['duty']}")
