"""Backups: the whole database into one file, and back."""

from collections.abc import Mapping
from pathlib import Path

import click

from bot.app import backups
from bot.cli import options, printing
from bot.deciding import descriptions


def _file(ctx: click.Context, param: click.Parameter, value: str) -> Path:
    """The file that was named; raises `BadParameter` for what can only be a folder."""
    if value.endswith("/"):
        raise click.BadParameter(
            f"{value} is a folder: name a file in it, such as {value}queue.db."
        )
    return Path(value)


FILE = click.argument("file", type=click.Path(readable=False), callback=_file)
COUNTED = {"collages": "collage", "pictures": "picture", "deliveries": "thread"}
"""The tables whose rows are told, and what one of them is called."""


@options.command("backup", "mlcollage backup backups/2026-12-01.db", as_json=True)
@FILE
def backup_command(config_file: str | None, file: Path, as_json: bool) -> None:
    """Copy the whole database into FILE, while it is in use, and check it.

    FILE is a SQLite database, whatever kind the database is. It is there whole or not at all, and
    never overwritten.
    """
    made = backups.make(options.load(config_file), file)
    if as_json:
        printing.print_json(descriptions.backup(file, made.held, made.made_at))
    else:
        click.echo(f"Wrote {file}: {_counted(made.held.rows)}; checked.")


@options.command("restore", "mlcollage restore backups/2026-12-01.db", as_json=True)
@FILE
@click.option(
    "--trust", is_flag=True, help="Even values that could not be put into the queue by hand."
)
def restore_command(config_file: str | None, file: Path, trust: bool, as_json: bool) -> None:
    """Fill the configured database, which must be empty, with what is in FILE.

    Stop every bot of that database first. FILE is a backup, of any version and from either kind of
    database; it is only read. Nothing is changed when anything is wrong.
    """
    restored = backups.fill(options.load(config_file), file, trusted=trust)
    backup = restored.backup
    if as_json:
        printing.print_json(descriptions.restored(file, backup, restored.looked_for_first))
        return
    click.echo(f"Restored {_counted(backup.held.rows)} into {restored.shown}.")
    click.echo(restored.message)
    if backup.is_copy:
        warning = "see that no other bot goes on posting from it"
        click.echo(f"{file} is no backup but a database: {warning}.")


def _counted(rows: Mapping[str, int]) -> str:
    """ "2 collages, 1 picture, 3 threads"."""
    counts = []
    for table, word in COUNTED.items():
        plural = "" if rows[table] == 1 else "s"
        counts.append(f"{rows[table]} {word}{plural}")
    return ", ".join(counts)
