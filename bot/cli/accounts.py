"""The accounts: whether each can post now, as whom, and what that costs."""

from decimal import Decimal
from typing import Any

import click

from bot import alerts, assemble, outlook, preview
from bot.cli import context
from bot.core.network import LIMITS
from bot.publishers.protocol import Publisher
from bot.storage import charges
from bot.storage import series as storage
from bot.world import World

DUTIES = {
    "x": 'X wants bots to carry the "Automated" label and to name the person behind them: '
    "Settings → Your account → Account information → Automation.",
}
"""What a network asks of bots, beside posting."""


@context.command("doctor", "mlcollage doctor --json", as_json=True)
def doctor_command(config_file: str | None, as_json: bool) -> None:
    """Say of every account whether it can post now, as whom, what is missing, and what a week costs."""
    world = context.world(config_file)
    found = [_examined(world, name) for name in world.config.accounts]
    if as_json:
        context.print_json(found)
    else:
        for one in found:
            _tell(one)
        if not world.config.live:
            click.echo("It is a rehearsal (live = false): nothing goes to these accounts yet.")
    deaf = alerts.unreadable(world.config)
    for words in deaf:
        click.secho(f"! {words}", fg="red", err=True)
    if deaf or any(one["problem"] for one in found):
        click.get_current_context().exit(1)


def _examined(world: World, name: str) -> dict[str, Any]:
    publisher = assemble.publisher(world.config, world.config.accounts[name])
    problem = publisher.check()
    with world.database.read() as conn:
        rows = {row.name: row for row in storage.all_accounts(conn)}
        spent = charges.spent(conn, rows[name].id, charges.month_of(world.clock.now()))
    row = rows[name]
    if not problem and row.is_held(world.clock.now()):
        problem = f"It is held{': ' + row.note if row.note else '.'} Then: mlcollage release --account {name}"
    week = _week(world, name, publisher)
    return {
        "account": name,
        "network": row.network,
        "identity": publisher.identity,
        "problem": problem or None,
        "characters": LIMITS[publisher.network].length,
        "week": str(week) if week is not None else None,
        "spent": str(spent) if publisher.price else None,
        "budget": str(publisher.budget) if publisher.budget is not None else None,
        "duty": DUTIES.get(row.network),
    }


def _week(world: World, name: str, publisher: Publisher) -> Decimal | None:
    """What the coming slots of a week would cost, by the thread of the next collage."""
    if publisher.price is None:
        return None
    total = Decimal(0)
    for own in world.config.series.values():
        coming = [one.collage for one in outlook.coming_slots(world, own, 5) if one.collage]
        if name not in own.accounts or not coming:
            continue
        total += preview.cost(world, own, coming[0], (name,)) * len(own.timetable.slots)
    return total


def _tell(one: dict[str, Any]) -> None:
    who = f" as {one['identity']}" if one["identity"] else ""
    if one["problem"]:
        click.secho(f"! {one['account']} ({one['network']}) cannot post: {one['problem']}", fg="red")
    else:
        click.secho(f"{one['account']} ({one['network']}) can post{who}.", fg="green")
    if one["week"] is not None:
        budget = f" of ${Decimal(one['budget']):.2f}" if one["budget"] else ""
        spent = f"${Decimal(one['spent']):.2f}{budget} spent this month"
        click.echo(f"  a week costs about ${Decimal(one['week']):.2f}; {spent}")
    if one["duty"]:
        click.echo(f"  {one['duty']}")
