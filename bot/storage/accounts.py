"""What the database remembers of each account: its network, and whether it is held."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select, update

from bot.core import learned
from bot.core.identity import Profile
from bot.core.learned import Learned
from bot.storage.database import insert_new
from bot.storage.statements import Statements
from bot.storage.tables import accounts

MOST_STRANGERS = 200
"""Posts that are remembered for an account; older ones are no longer among those it is read for."""


class AccountRow(NamedTuple):
    """An account as the database knows it.

    Held from `held_at` on: until `held_until`, or where that is None until a person releases it.
    `strangers` are the ids of posts without a receipt of ours that a person was asked about.
    `identity_id` and `identity_handle` are whose keys it had when it last posted; `learned` is what
    its server has told of its limits.
    """

    id: int
    name: str
    network: str
    held_at: datetime | None
    note: str
    held_until: datetime | None
    strangers: tuple[str, ...] = ()
    audited_at: datetime | None = None
    identity_id: str = ""
    identity_handle: str = ""
    learned: Learned | None = None

    @property
    def profile(self) -> Profile | None:
        """Whose keys it had when it last posted; None where it has not, or nobody knows."""
        if not self.identity_id:
            return None
        return Profile(self.identity_id, self.identity_handle)

    def is_held(self, at: datetime) -> bool:
        """Whether nothing may be sent to the account at that moment."""
        return self.held_at is not None and (self.held_until is None or at < self.held_until)


def from_row(row: Row[Any]) -> AccountRow:
    """An account, from a row that has its columns, and maybe others."""
    values = {name: getattr(row, name) for name in AccountRow._fields if name != "learned"}
    made = {"strangers": tuple(row.strangers), "learned": learned.from_json(row.server)}
    return AccountRow(**values | made)


class Accounts(Statements):
    """The accounts, which live and rehearsal share."""

    def ensure(self, networks: Mapping[str, str]) -> None:
        """Insert the accounts that are new, and bring the networks of the others up to date.

        `networks` are networks by the accounts' names.
        """
        known = {row.name: row.network for row in self.all()}
        for name, network in networks.items():
            if name not in known:
                insert_new(self.conn, accounts, name=name, network=network)
            elif known[name] != network:
                changed = update(accounts).where(accounts.c.name == name).values(network=network)
                self.conn.execute(changed)

    def get(self, account_id: int) -> AccountRow:
        """The account with this id."""
        statement = select(accounts).where(accounts.c.id == account_id)
        return from_row(self.conn.execute(statement).one())

    def ids(self) -> dict[str, int]:
        """The ids of all accounts by their names."""
        return {row.name: row.id for row in self.all()}

    def all(self) -> list[AccountRow]:
        """All accounts in the order of their names, including those no longer configured."""
        rows = self.conn.execute(select(accounts).order_by(accounts.c.name))
        return [from_row(row) for row in rows]

    def lock(self) -> None:
        """Let no other transaction change an account before this one ends."""
        self.conn.execute(select(accounts.c.id).order_by(accounts.c.id).with_for_update())

    def remember(self, name: str, profile: Profile) -> None:
        """Remember whose keys an account has."""
        statement = update(accounts).where(accounts.c.name == name)
        self.conn.execute(statement.values(identity_id=profile.id, identity_handle=profile.handle))

    def learn(self, account_id: int, told: Learned) -> None:
        """Keep what an account's server has told of its limits."""
        statement = update(accounts).where(accounts.c.id == account_id)
        self.conn.execute(statement.values(server=told.as_json()))

    def note_strangers(self, account_id: int, ids: Sequence[str]) -> None:
        """Remember the posts that a person is asked about, beside the newest of the earlier ones.

        Once the person has decided, nothing is held again because of them.
        """
        mine = accounts.c.id == account_id
        known = self.conn.execute(
            select(accounts.c.strangers).where(mine).with_for_update()
        ).scalar_one()
        remembered = list(dict.fromkeys([*known, *ids]))[-MOST_STRANGERS:]
        self.conn.execute(update(accounts).where(mine).values(strangers=remembered))

    def hold(self, name: str, note: str, until: datetime | None = None) -> bool:
        """Hold an account, until a time or else until a person releases it.

        Returns False where it is held already: the first reason stays.
        """
        is_free = accounts.c.held_at.is_(None) | (accounts.c.held_until <= self.now)
        statement = update(accounts).where(accounts.c.name == name, is_free)
        held = statement.values(held_at=self.now, held_until=until, note=note)
        return self.conn.execute(held).rowcount == 1

    def release(self, name: str) -> bool:
        """End the hold of an account; False where it was not held."""
        statement = update(accounts).where(accounts.c.name == name, accounts.c.held_at.is_not(None))
        released = statement.values(held_at=None, held_until=None, note="")
        return self.conn.execute(released).rowcount == 1
