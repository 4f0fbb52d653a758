"""What goes out when."""

import importlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from bot import outlook
from bot.cli import context
from bot.config import Series
from bot.core import month
from bot.core.schedule import SlotState
from bot.outlook import Outlook
from bot.storage import series as storage
from bot.world import World

WHY = {
    SlotState.EMPTY: "empty: no collage is ready",
    SlotState.SKIPPED: "skipped",
    SlotState.PAUSED: "paused",
    SlotState.MISSED: "missed",
    SlotState.CLAIMED: "taken",
}


@context.command("next", "mlcollage next --count 8", series=True, as_json=True)
@click.option("--count", default=5, show_default=True, type=click.IntRange(1, 520), help="How many slots ahead.")
def next_command(config_file: str | None, series: str | None, as_json: bool, count: int) -> None:
    """Show what goes out when, in the series' zone; numbers marked ~ are provisional."""
    world = context.world(config_file)
    own = context.one_series(world.config, series)
    coming = outlook.coming_slots(world, own, count)
    prices = _prices(world, own, coming)
    roundup = _next_roundup(world, own)
    if as_json:
        slots_ahead = [_described(own, one) | {"price": _priced(prices, one) or None} for one in coming]
        context.print_json({"series": own.name, "zone": own.zone.key, "slots": slots_ahead, "roundup": roundup})
        return
    click.secho(f"{own.title} in {own.zone.key}{context.mode(world.config)}", bold=True)
    if not coming:
        click.echo("The series has no slots.")
    at = datetime.fromisoformat(roundup["due_at"])
    rows = [(one.slot.due_at, (*_row(own, one), _priced(prices, one))) for one in coming]
    rows.append((at, (context.local(own, at), "", f"the roundup {roundup['month']}", "", "")))
    context.table([row for _, row in sorted(rows, key=lambda row: row[0])])


def _row(own: Series, one: Outlook) -> tuple[str, ...]:
    at = context.local(own, one.slot.due_at)
    if one.collage is None:
        return at, "", WHY[one.state or SlotState.EMPTY], ""
    number = own.numbering.shown(one.number)
    pinned = " (pinned)" if one.collage.pinned_on == one.slot.local_on else ""
    return at, f"~{number}" if number else "", one.collage.name + pinned, context.cut(one.collage.paper.title, 50)


def _prices(world: World, own: Series, coming: Sequence[Outlook]) -> dict[int, Decimal]:
    """What each collage's threads would cost, where an account's network charges."""
    charging = tuple(name for name in own.accounts if world.publishers[name].price)
    if not charging:
        return {}
    # By its name, as the commands themselves are: composing takes longer to load than this command may without it.
    preview = importlib.import_module("bot.preview")
    items = [one.collage for one in coming if one.collage]
    return {item.id: preview.cost(world, own, item, charging) for item in items}


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


def _next_roundup(world: World, own: Series) -> dict[str, str]:
    now = world.clock.now()
    with world.database.read() as conn:
        row = storage.get(conn, own.name)
    title_month, at = next(month.coming(own.roundup, row.roundups_through, own.zone))
    return {"month": title_month, "due_at": at.isoformat(), "is_late": str(at < now).lower()}
