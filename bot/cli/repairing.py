"""What a clock that was wrong has left."""

import click

from bot.cli import options, printing
from bot.core import times
from bot.deciding import repair
from bot.deciding.repair import Examined


@options.command("repair", "mlcollage repair --mend", as_json=True)
@click.option("--mend", is_flag=True, help="Put it right; only while this machine's clock is.")
def repair_command(config_file: str | None, as_json: bool, mend: bool) -> None:
    """Name what a clock that was ahead has left, dated later than now: exit 1 if there is
    something. With --mend it is put right.
    """
    context = options.context(config_file)
    see_to = repair.mend if mend else repair.examine
    found = see_to(context)
    if as_json:
        printing.print_json(
            {
                "now": found.now,
                "left": [
                    {"what": each.what, "mending": each.mending, "command": each.command}
                    for each in found.left
                ],
            }
        )
    else:
        zone = options.zone(context.config)
        click.echo(f"By this machine's clock it is {times.full(found.now, zone)} ({zone.key}).")
        _print(found, is_mended=mend)
    if found.left and not mend:
        click.get_current_context().exit(1)


def _print(found: Examined, *, is_mended: bool) -> None:
    if not found.left:
        click.echo("Nothing is dated later than that.")
        return
    for each in found.left:
        what = each.what[:1].upper() + each.what[1:]
        if each.command:
            click.echo(f"{what}. See to it with: {each.command}")
        else:
            click.echo(f"{what}: {each.mending}.")
    if not is_mended and found.is_mendable:
        click.echo("If that is the time now, put it right with: mlcollage repair --mend")
