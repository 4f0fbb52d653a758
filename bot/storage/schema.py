"""Bringing a database to a schema with Alembic, from a checkout or an installed wheel."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def versions() -> list[str]:
    """Every version a database may have, the oldest first."""
    steps = ScriptDirectory.from_config(config()).walk_revisions()
    return [step.revision for step in steps][::-1]


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the missing migrations, up to the version `to`, in the caller's transaction."""
    command.upgrade(config(connection), to)
