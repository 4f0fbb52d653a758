"""What the accounts have cost."""

from decimal import Decimal
from itertools import groupby

import click

from bot.cli import options, printing
from bot.deciding import accounts, descriptions


@options.command("costs", "mlcollage costs --json", as_json=True)
def costs_command(config_file: str | None, as_json: bool) -> None:
    """Add up what was paid for, what was sent and what was read, by month (UTC) and account."""
    costs = accounts.costs(options.context(config_file))
    if as_json:
        printing.print_json([descriptions.cost(cost) for cost in costs])
        return
    if not costs:
        click.echo("Nothing has cost anything yet; only networks that charge are counted.")
        return
    rows = []
    for (month, account), group in groupby(costs, key=lambda cost: (cost.month, cost.account)):
        kinds = list(group)
        total = sum((cost.dollars for cost in kinds), Decimal(0))
        rows.append((month, account, "", "", f"${total:.3f}"))
        rows += [("", "", cost.what, str(cost.requests), f"${cost.dollars:.3f}") for cost in kinds]
    printing.table(rows, head=("month", "account", "what", "requests", "cost"))
