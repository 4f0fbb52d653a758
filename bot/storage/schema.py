"""Bringing a database to a schema with Alembic, from a checkout or an installed wheel."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made without a file: a wheel has no `alembic.ini`.

    `migrations/env.py` takes the connection from it; to list the versions none is needed.
    """
    alembic = Config()
    # The option is read by configparser, to which a single "%" begins an interpolation.
    alembic.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    alembic.attributes["connection"] = connection
    return alembic


def versions() -> list[str]:
    """Every version a database may have, the oldest first."""
    newest_first = ScriptDirectory.from_config(config()).walk_revisions()
    return [step.revision for step in newest_first][::-1]


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the missing migrations, up to the version `to`, in the caller's transaction.

    Both databases roll back changes of the schema with the transaction, so that a migration
    that fails leaves nothing behind.
    """
    command.upgrade(config(connection), to)
