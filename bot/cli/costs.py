"""What the accounts have cost."""

from decimal import Decimal
from itertools import groupby

import click

from bot.cli import options, printing
from bot.storage import charges


@options.command("costs", "mlcollage costs --json", as_json=True)
def costs_command(config_file: str | None, as_json: bool) -> None:
    """Add up what was really sent, by month (UTC) and account."""
    context = options.context(config_file)
    with context.database.read() as conn:
        found = charges.by_month(conn)
    if as_json:
        keys = ("month", "account", "what", "requests", "dollars")
        printing.print_json(
            [dict(zip(keys, (*one[:4], str(one.dollars)), strict=True)) for one in found]
        )
        return
    if not found:
        click.echo("Nothing has cost anything yet; only networks that charge are counted.")
        return
    rows = []
    for (month, account), group in groupby(found, key=lambda one: (one.month, one.account)):
        lines = list(group)
        total = sum((one.dollars for one in lines), Decimal(0))
        rows.append((month, account, "", "", f"${total:.3f}"))
        rows += [("", "", one.what, str(one.requests), f"${one.dollars:.3f}") for one in lines]
    printing.table(rows, head=("month", "account", "what", "requests", "cost"))
