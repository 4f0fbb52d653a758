"""What goes out when."""

import importlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from bot.cli import options, printing
from bot.config import Series
from bot.context import Context
from bot.core import month
from bot.core.schedule import SlotState
from bot.scheduling import forecast
from bot.scheduling.forecast import Outlook
from bot.storage import series as storage

WHY = {
    SlotState.EMPTY: "empty: no collage is ready",
    SlotState.SKIPPED: "skipped",
    SlotState.PAUSED: "paused",
    SlotState.MISSED: "missed",
    SlotState.CLAIMED: "taken",
}


@options.command("next", "mlcollage next --count 8", series=True, as_json=True)
@click.option(
    "--count",
    default=5,
    show_default=True,
    type=click.IntRange(1, 520),
    help="How many slots ahead.",
)
def next_command(config_file: str | None, series: str | None, as_json: bool, count: int) -> None:
    """Show what goes out when, in the series' zone; numbers marked ~ are provisional."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    coming = forecast.coming_slots(context, own, count)
    prices = _prices(context, own, coming)
    roundup = _next_roundup(context, own)
    if as_json:
        slots_ahead = [
            _described(own, one) | {"price": _priced(prices, one) or None} for one in coming
        ]
        printing.print_json(
            {"series": own.name, "zone": own.zone.key, "slots": slots_ahead, "roundup": roundup}
        )
        return
    click.secho(f"{own.title} in {own.zone.key}{printing.mode(context.config)}", bold=True)
    if not coming:
        click.echo("The series has no slots.")
    at = datetime.fromisoformat(roundup["due_at"])
    rows = [(one.slot.due_at, (*_row(own, one), _priced(prices, one))) for one in coming]
    rows.append((at, (printing.local(own, at), "", f"the roundup {roundup['month']}", "", "")))
    printing.table([row for _, row in sorted(rows, key=lambda row: row[0])])


def _row(own: Series, one: Outlook) -> tuple[str, ...]:
    at = printing.local(own, one.slot.due_at)
    if one.collage is None:
        return at, "", WHY[one.state or SlotState.EMPTY], ""
    number = own.numbering.shown(one.number)
    pinned = " (pinned)" if one.collage.pinned_on == one.slot.local_on else ""
    return (
        at,
        f"~{number}" if number else "",
        one.collage.name + pinned,
        printing.cut(one.collage.paper.title, 50),
    )


def _prices(context: Context, own: Series, coming: Sequence[Outlook]) -> dict[int, Decimal]:
    """What each collage's threads would cost, where an account's network charges."""
    charging = tuple(name for name in own.accounts if context.publishers[name].price)
    if not charging:
        return {}
    # By its name, as the commands themselves are: composing takes longer to load than this command
    # may without it.
    preview = importlib.import_module("bot.deciding.preview")
    return {
        one.collage.id: preview.cost(context, own, one.collage, charging, one.number)
        for one in coming
        if one.collage
    }


def _priced(prices: Mapping[int, Decimal], one: Outlook) -> str:
    return f"${prices[one.collage.id]:.2f}" if one.collage and one.collage.id in prices else ""


def _described(own: Series, one: Outlook) -> dict[str, Any]:
    return {
        "due_at": one.slot.due_at.isoformat(),
        "local": one.slot.due_at.astimezone(own.zone).isoformat(),
        "day": one.slot.local_on,
        "state": one.state.value if one.state else None,
        "name": one.collage.name if one.collage else None,
        "provisional_number": one.number,
    }


def _next_roundup(context: Context, own: Series) -> dict[str, str]:
    now = context.clock.now()
    with context.database.read() as conn:
        row = storage.get(conn, own.name)
    title_month, at = next(month.coming(own.roundup, row.roundups_through, own.zone))
    return {"month": title_month, "due_at": at.isoformat(), "is_late": str(at < now).lower()}
