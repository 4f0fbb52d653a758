"""What the database remembers of each series and account: since when it looks, how far it has
looked, who is held.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, update

from bot.core.errors import BadInput
from bot.core.notices import SlotsChanged
from bot.core.schedule import STEP
from bot.storage import notices
from bot.storage.database import insert_new
from bot.storage.tables import accounts, series


class SeriesRow(NamedTuple):
    """`looked_until`: slots up to then are settled; `roundups_through`: title months up to that one
    are.
    """

    id: int
    name: str
    fingerprint: str
    scheduled_from: datetime
    looked_until: datetime
    roundups_through: str
    paused_at: datetime | None
    paused_until: datetime | None

    def is_paused(self, at: datetime) -> bool:
        return self.paused_at is not None and (self.paused_until is None or at < self.paused_until)


class AccountRow(NamedTuple):
    id: int
    name: str
    network: str
    held_at: datetime | None
    note: str
    held_until: datetime | None
    strangers: tuple[str, ...] = ()
    """Ids of posts that are not the ledger's, after which a person has been asked."""

    def is_held(self, at: datetime) -> bool:
        return self.held_at is not None and (self.held_until is None or at < self.held_until)


def find(conn: Connection, name: str) -> SeriesRow | None:
    row = conn.execute(select(series).where(series.c.name == name)).one_or_none()
    return SeriesRow(**row._asdict()) if row else None


def get(conn: Connection, name: str) -> SeriesRow:
    found = find(conn, name)
    if found is None:
        raise BadInput(f"There is no series {name} in the database yet; run: mlcollage init")
    return found


def lock(conn: Connection, series_id: int) -> None:
    """Let nobody else take numbers of this series until the transaction ends; SQLite has but one
    writer anyway.
    """
    conn.execute(select(series.c.id).where(series.c.id == series_id).with_for_update())


def ensure(
    conn: Connection, name: str, fingerprint: str, now: datetime, roundups_through: str
) -> SeriesRow:
    """The series' row, made when new.

    When its slots or zone have just changed it looks from now on, and says so.
    """
    found = find(conn, name)
    if found is None:
        insert_new(
            conn, series, name=name, fingerprint=fingerprint, scheduled_from=now, looked_until=now - STEP,
            roundups_through=roundups_through,
        )  # fmt: skip
        return get(conn, name)
    if found.fingerprint == fingerprint:
        return found
    mine = (series.c.id == found.id, series.c.fingerprint == found.fingerprint)
    moved = conn.execute(update(series).where(*mine).values(fingerprint=fingerprint)).rowcount == 1
    if moved:
        look_from(conn, found.id, now)
        notices.add(conn, SlotsChanged(name, fingerprint, now), now, 0)
    return get(conn, name)


def look_from(
    conn: Connection, series_id: int, at: datetime, roundups_through: str | None = None
) -> None:
    """What lies before `at` is never due for this series."""
    values: dict[str, object] = {"scheduled_from": at, "looked_until": at - STEP}
    if roundups_through is not None:
        values["roundups_through"] = roundups_through
    conn.execute(update(series).where(series.c.id == series_id).values(values))


def looked(conn: Connection, series_id: int, until: datetime) -> None:
    conn.execute(
        update(series)
        .where(series.c.id == series_id, series.c.looked_until < until)
        .values(looked_until=until)
    )


def roundups_done(conn: Connection, series_id: int, title_month: str) -> None:
    conn.execute(
        update(series)
        .where(series.c.id == series_id, series.c.roundups_through < title_month)
        .values(roundups_through=title_month)
    )


def pause(conn: Connection, series_id: int, at: datetime | None, until: datetime | None) -> None:
    conn.execute(
        update(series).where(series.c.id == series_id).values(paused_at=at, paused_until=until)
    )


def ensure_account(conn: Connection, name: str, network: str) -> AccountRow:
    statement = select(accounts).where(accounts.c.name == name)
    row = conn.execute(statement).one_or_none()
    if row is None:
        insert_new(conn, accounts, name=name, network=network)
        row = conn.execute(statement).one()
    elif row.network != network:
        conn.execute(update(accounts).where(accounts.c.id == row.id).values(network=network))
    return _account(row)._replace(network=network)


def account_ids(conn: Connection) -> dict[str, int]:
    return {row.name: row.id for row in all_accounts(conn)}


def all_accounts(conn: Connection) -> list[AccountRow]:
    return [_account(row) for row in conn.execute(select(accounts).order_by(accounts.c.name))]


def _account(row: Row[Any]) -> AccountRow:
    return AccountRow(**row._asdict() | {"strangers": tuple(row.strangers)})


def note_strangers(conn: Connection, account_id: int, ids: Sequence[str]) -> None:
    """Remember the posts after which a person is asked: released, the account is not held for them
    again.
    """
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(strangers=list(ids)))


def hold_account(
    conn: Connection, name: str, at: datetime | None, note: str, until: datetime | None = None
) -> bool:
    """Hold an account, until a time or a person ends it, or release it with `at` None; whether
    anything changed.
    """
    free = accounts.c.held_at.is_(None) | (accounts.c.held_until <= at) if at else None
    changed = accounts.c.held_at.is_not(None) if free is None else free
    statement = (
        update(accounts)
        .where(accounts.c.name == name, changed)
        .values(held_at=at, held_until=until, note=note)
    )
    return conn.execute(statement).rowcount == 1
