"""Names for a shell's completion: read quickly and without writing anything, or not at all."""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

MOST = 200
"""Names that a shell shows at most; whoever types on gets others."""

SECONDS = 2
"""How long PostgreSQL may take to be reached, and to answer."""

_COLLAGES = """
    SELECT collages.name, papers.title FROM collages
    JOIN series ON series.id = collages.series_id JOIN papers ON papers.id = collages.paper_id
    WHERE series.name = :series AND collages.removed_at IS NULL
    AND substr(collages.name, 1, length(:start)) = :start AND {which}
    ORDER BY collages.state = 'posted', collages.position, collages.id DESC LIMIT :most
"""

COLLAGES = _COLLAGES.format(which="true")
QUEUED = _COLLAGES.format(which="collages.state IN ('draft', 'ready', 'claimed', 'held')")

ROUNDUPS = """
    SELECT DISTINCT title_month, title FROM roundups
    JOIN series ON series.id = roundups.series_id
    WHERE series.name = :series AND substr(title_month, 1, length(:start)) = :start
    ORDER BY title_month DESC LIMIT :most
"""

DELIVERIES = """
    SELECT CAST(deliveries.id AS TEXT),
        coalesce(collages.name, 'roundup-' || roundups.title_month)
        || ' on ' || accounts.name || ': ' || deliveries.state
    FROM deliveries JOIN accounts ON accounts.id = deliveries.account_id
    LEFT JOIN collages ON collages.id = deliveries.collage_id
    LEFT JOIN roundups ON roundups.id = deliveries.roundup_id
    WHERE deliveries.state IN ('waiting', 'sending', 'uncertain', 'failed', 'held')
    AND substr(CAST(deliveries.id AS TEXT), 1, length(:start)) = :start
    AND deliveries.rehearsal = CASE WHEN :live THEN 0
        ELSE (SELECT max(rehearsal) FROM deliveries) END
    ORDER BY deliveries.id DESC LIMIT :most
"""


PEOPLE = """
    SELECT name, role FROM people
    WHERE ended_at IS NULL AND substr(name, 1, length(:start)) = :start
    ORDER BY key LIMIT :most
"""


class Named(NamedTuple):
    """A name, and what it stands for."""

    name: str
    about: str


def read(url: str, query: str, values: Mapping[str, Any]) -> list[Named]:
    """The names that one of the queries above finds with its values.

    The database is neither made nor upgraded; whatever keeps it from answering is raised as the
    driver has it.
    """
    values = {**values, "most": MOST}
    scheme, _, path = url.partition("///")
    if scheme == "sqlite:":
        return _from_sqlite(Path(path), query, values)
    return _from_postgresql(url, query, values)


def _from_sqlite(file: Path, query: str, values: Mapping[str, Any]) -> list[Named]:
    uri = f"{file.absolute().as_uri()}?mode=ro"
    # Without a log beside it nobody writes, and a file that is taken as unchanging leaves none.
    if not file.with_name(f"{file.name}-wal").exists():
        uri += "&immutable=1"
    with closing(sqlite3.connect(uri, uri=True, timeout=SECONDS)) as connection:
        return [Named(*row) for row in connection.execute(query, dict(values))]


def _from_postgresql(url: str, query: str, values: Mapping[str, Any]) -> list[Named]:
    import psycopg  # heavy, and installed for PostgreSQL only

    address = re.sub(r"^postgresql(\+psycopg)?:", "postgresql:", url)
    statement = re.sub(r":(\w+)", r"%(\1)s", query)
    options = f"-c statement_timeout={SECONDS}s -c default_transaction_read_only=on"
    with psycopg.connect(address, connect_timeout=SECONDS, options=options) as connection:
        found = connection.execute(statement.encode(), dict(values)).fetchall()
    return [Named(*row) for row in found]
