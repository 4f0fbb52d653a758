"""Backups: the whole database into one file, and back."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import click

from bot import config
from bot.app import assemble
from bot.cli import options, printing
from bot.core.notices import Restored
from bot.storage import backup, restore
from bot.storage.database import Database

FILE = click.argument("file", type=click.Path(path_type=Path))


@options.command("backup", "mlcollage backup backups/2026-12-01.db", as_json=True)
@FILE
def backup_command(config_file: str | None, file: Path, as_json: bool) -> None:
    """Copy the whole database into FILE, while it is in use, and check it.

    FILE is a SQLite database, whatever kind the database is. It is there whole or not at all, and
    never overwritten.
    """
    own = options.load(config_file)
    now = assemble.SystemClock().now()
    with closing(Database(own.database_url)) as source:
        held = backup.make(source, file, now)
    if as_json:
        printing.print_json(
            {"file": file, "made_at": now, "version": held.version, "rows": held.rows}
        )
    else:
        click.echo(f"Wrote {file}: {_counted(held.rows)}; checked.")


@options.command("restore", "mlcollage restore backups/2026-12-01.db", as_json=True)
@FILE
def restore_command(config_file: str | None, file: Path, as_json: bool) -> None:
    """Fill the configured database, which must be empty, with what is in FILE.

    Stop every bot of that database first. FILE is a backup, of any version and from either kind of
    database; it is only read. Nothing is changed when anything is wrong.
    """
    own, now = options.load(config_file), assemble.SystemClock().now()
    with restore.opened(file) as (copied, found), closing(assemble.database(own)) as target:
        count = restore.fill(target, copied, found, now, config.who())
        shown = target.shown
    if as_json:
        about = {
            "file": file,
            "made_at": found.made_at,
            "is_copy": found.is_copy,
            "version": found.held.version,
        }
        printing.print_json(about | {"rows": found.held.rows, "looked_for_first": count})
        return
    click.echo(f"Restored {_counted(found.held.rows)} into {shown}.")
    click.echo(Restored(str(found), count, now).text)
    if found.is_copy:
        click.echo(
            f"{file} is no backup but a database: see that no other bot goes on posting from it."
        )


def _counted(rows: Mapping[str, int]) -> str:
    named = (("collages", "collage"), ("pictures", "picture"), ("deliveries", "thread"))
    return ", ".join(
        f"{rows[table]} {word}{'' if rows[table] == 1 else 's'}" for table, word in named
    )
