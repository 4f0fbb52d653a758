"""The people who use the desk: accounts, invitations and other addresses, sessions, logins."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, insert, select, text, update

from bot.core import people as rules
from bot.core.people import Person, Role, Visitor
from bot.storage.database import insert_new
from bot.storage.statements import Statements
from bot.storage.tables import collages, invitations, logins, people, series, sessions

INVITATION, LOGIN, REVIEW = "invitation", "login", "review"
"""Kinds of addresses: to set a password, to log in at this machine, to review a collage."""

KEPT = timedelta(days=30)
"""How long sessions and addresses stay that are good no more."""

LOGINS_KEPT = timedelta(days=1)
"""How long tries to log in stay."""


class Account(NamedTuple):
    """A person as stored. `password` is a hash by argon2, "" where none was set."""

    id: int
    name: str
    role: Role
    password: str
    created_at: datetime
    seen_at: datetime | None
    ended_at: datetime | None

    @property
    def person(self) -> Person:
        return Person(self.id, self.name, self.role)


class Address(NamedTuple):
    """An address with a token, which is good until it expires, or was ended before."""

    id: int
    kind: str
    person_id: int | None
    expires_at: datetime
    ended_at: datetime | None


class Session(NamedTuple):
    """A session that was not ended, of somebody who is still among the people."""

    id: int
    person: Person
    created_at: datetime
    seen_at: datetime


class Link(NamedTuple):
    """A review link of a collage that is still good."""

    name: str
    made_by: str
    created_at: datetime
    expires_at: datetime


_ACCOUNT = select(
    people.c.id,
    people.c.name,
    people.c.role,
    people.c.password,
    people.c.created_at,
    people.c.seen_at,
    people.c.ended_at,
)


class People(Statements):
    """The people and what lets them in. Tokens are looked up by their hashes."""

    def find(self, name: str) -> Account | None:
        """Whoever has this name in any spelling, those who were removed as well."""
        # What nobody can be called may hold what no database takes.
        if rules.name_problem(rules.clean(name)):
            return None
        return self._one(_ACCOUNT.where(people.c.key == rules.key(name)))

    def get(self, person_id: int, *, lock: bool = False) -> Account | None:
        """One of the people, unless they were removed.

        With `lock` they stay as they were read until the transaction ends.
        """
        statement = _ACCOUNT.where(people.c.id == person_id, people.c.ended_at.is_(None))
        return self._one(statement.with_for_update() if lock else statement)

    def all(self) -> list[Account]:
        """All that there are and were, by name."""
        return [_account(row) for row in self.conn.execute(_ACCOUNT.order_by(people.c.key))]

    def _one(self, statement: Select[Any]) -> Account | None:
        row = self.conn.execute(statement).one_or_none()
        return _account(row) if row else None

    def add(self, name: str, role: Role) -> int | None:
        """Store somebody new; their id, None where the name is somebody's."""
        values = {"name": name, "key": rules.key(name), "role": role.value}
        added: int | None = insert_new(self.conn, people, **values, created_at=self.now)
        return added

    def bring_back(self, person_id: int, name: str, role: Role) -> bool:
        """Make somebody who was removed one of the people again; False where they are."""
        removed = (people.c.id == person_id, people.c.ended_at.is_not(None))
        values = {"name": name, "role": role.value, "password": "", "created_at": self.now}
        back = update(people).where(*removed).values(values | {"seen_at": None, "ended_at": None})
        return self.conn.execute(back).rowcount == 1

    def change(self, person_id: int, **values: Any) -> None:
        """Change what is stored of a person."""
        self.conn.execute(update(people).where(people.c.id == person_id).values(**values))

    def lock_owners(self) -> set[int]:
        """The ids of the owners, of whom none changes until the transaction ends."""
        owners = (people.c.role == Role.OWNER.value, people.c.ended_at.is_(None))
        statement = select(people.c.id).where(*owners).order_by(people.c.id).with_for_update()
        return set(self.conn.execute(statement).scalars())

    # Addresses with a token

    def invited_until(self) -> dict[int, datetime]:
        """Until when the open invitations of people are good, by their ids."""
        is_open = (
            invitations.c.kind == INVITATION,
            invitations.c.ended_at.is_(None),
            invitations.c.expires_at > self.now,
        )
        statement = select(invitations.c.person_id, func.max(invitations.c.expires_at))
        rows = self.conn.execute(statement.where(*is_open).group_by(invitations.c.person_id))
        return {person_id: until for person_id, until in rows if person_id is not None}

    def add_address(self, kind: str, token_hash: str, expires_at: datetime, **more: Any) -> None:
        """Store an address of this kind: for whom it is, and who has made it."""
        row = {"kind": kind, "token_hash": token_hash, "expires_at": expires_at}
        self.conn.execute(insert(invitations).values(row | more | {"created_at": self.now}))

    def address(self, token_hash: str) -> Address | None:
        """The address with this token, whether it is still good or not."""
        columns = (
            invitations.c.id,
            invitations.c.kind,
            invitations.c.person_id,
            invitations.c.expires_at,
            invitations.c.ended_at,
        )
        mine = select(*columns).where(invitations.c.token_hash == token_hash)
        row = self.conn.execute(mine).one_or_none()
        return Address(*row) if row else None

    def use(self, address_id: int) -> bool:
        """Use an address up; whether it was good until now."""
        good = (
            invitations.c.id == address_id,
            invitations.c.ended_at.is_(None),
            invitations.c.expires_at > self.now,
        )
        used = update(invitations).where(*good).values(ended_at=self.now)
        return self.conn.execute(used).rowcount == 1

    def end_addresses(self, account: Account) -> None:
        """End what was made for a person, and the review links that the person has made."""
        self.end_invitations(account.id)
        links = (invitations.c.kind == REVIEW, invitations.c.ended_at.is_(None))
        rows = self.conn.execute(select(invitations.c.id, invitations.c.made_by).where(*links))
        # Made at the terminal, the name may be in another spelling.
        theirs = [row.id for row in rows if rules.is_same(row.made_by, account.name)]
        ended = update(invitations).where(invitations.c.id.in_(theirs))
        self.conn.execute(ended.values(ended_at=self.now))

    def end_invitations(self, person_id: int) -> None:
        """End all that was made for a person to come in by."""
        theirs = (invitations.c.person_id == person_id, invitations.c.ended_at.is_(None))
        self.conn.execute(update(invitations).where(*theirs).values(ended_at=self.now))

    def links(self, collage_id: int) -> list[Link]:
        """The review links of a collage that are still good, the oldest first."""
        columns = (
            invitations.c.name,
            invitations.c.made_by,
            invitations.c.created_at,
            invitations.c.expires_at,
        )
        good = (
            invitations.c.collage_id == collage_id,
            invitations.c.ended_at.is_(None),
            invitations.c.expires_at > self.now,
        )
        rows = self.conn.execute(select(*columns).where(*good).order_by(invitations.c.id))
        return [Link(*row) for row in rows]

    def end_link(self, collage_id: int, name: str) -> bool:
        """End the review link of a collage for this name; whether there was one."""
        mine = (
            invitations.c.collage_id == collage_id,
            invitations.c.name == name,
            invitations.c.ended_at.is_(None),
        )
        ended = update(invitations).where(*mine).values(ended_at=self.now)
        return self.conn.execute(ended).rowcount > 0

    def visitor(self, token_hash: str) -> Visitor | None:
        """Whom a review link is for; None where its collage was removed."""
        mine = (
            invitations.c.token_hash == token_hash,
            collages.c.removed_at.is_(None),
        )
        statement = (
            select(invitations.c.name, series.c.name, collages.c.name)
            .join(collages, collages.c.id == invitations.c.collage_id)
            .join(series, series.c.id == collages.c.series_id)
        )
        row = self.conn.execute(statement.where(*mine)).one_or_none()
        return Visitor(*row) if row else None

    # Sessions

    def begin_session(self, person_id: int, token_hash: str) -> None:
        """Store that a person is logged in from now on."""
        row = {"person_id": person_id, "token_hash": token_hash}
        self.conn.execute(
            insert(sessions).values(row | {"created_at": self.now, "seen_at": self.now})
        )
        self.change(person_id, seen_at=self.now)

    def session(self, token_hash: str) -> Session | None:
        """The session with this token, with the role that its person has now."""
        mine = (
            sessions.c.token_hash == token_hash,
            sessions.c.ended_at.is_(None),
            people.c.ended_at.is_(None),
        )
        columns = (
            sessions.c.id,
            sessions.c.person_id,
            people.c.name,
            people.c.role,
            sessions.c.created_at,
            sessions.c.seen_at,
        )
        joined = select(*columns).join(people, people.c.id == sessions.c.person_id)
        row = self.conn.execute(joined.where(*mine)).one_or_none()
        if row is None:
            return None
        person = Person(row.person_id, row.name, Role(row.role))
        return Session(row.id, person, row.created_at, row.seen_at)

    def see(self, session: Session) -> None:
        """Store that the person of a session is here now."""
        mine = (sessions.c.id == session.id, sessions.c.ended_at.is_(None))
        self.conn.execute(update(sessions).where(*mine).values(seen_at=self.now))
        self.change(session.person.id, seen_at=self.now)

    def end_session(self, token_hash: str) -> None:
        """End the session with this token, where there is one."""
        mine = (sessions.c.token_hash == token_hash, sessions.c.ended_at.is_(None))
        self.conn.execute(update(sessions).where(*mine).values(ended_at=self.now))

    def end_sessions(self, person_id: int) -> int:
        """End all sessions of a person; how many there were."""
        mine = (sessions.c.person_id == person_id, sessions.c.ended_at.is_(None))
        return self.conn.execute(update(sessions).where(*mine).values(ended_at=self.now)).rowcount

    def end_all(self) -> None:
        """End all sessions, invitations and review links; passwords and roles stay."""
        for table in (sessions, invitations):
            is_open = table.c.ended_at.is_(None)
            self.conn.execute(update(table).where(is_open).values(ended_at=self.now))

    # Tries to log in

    def failures(self, name_hash: str, source: str) -> tuple[list[datetime], list[datetime]]:
        """When tries failed that still count, by this name and from this source, the newest first.

        Until the transaction ends nobody else begins one: many at a time count as many.
        """
        if self.conn.dialect.name == "postgresql":
            self.conn.execute(text("LOCK TABLE logins IN SHARE ROW EXCLUSIVE MODE"))
        return (
            self._failed(logins.c.name_hash == name_hash),
            self._failed(logins.c.source == source),
        )

    def _failed(self, mine: Any) -> list[datetime]:
        counting = (mine, logins.c.has_failed, logins.c.at > self.now - rules.WINDOW)
        statement = select(logins.c.at).where(*counting).order_by(logins.c.at.desc())
        return list(self.conn.execute(statement.limit(rules.FAILURES)).scalars())

    def begin_login(self, name_hash: str, source: str) -> int:
        """Store a try, which has failed until it is known to be right; its id. Old ones go."""
        self.conn.execute(delete(logins).where(logins.c.at < self.now - LOGINS_KEPT))
        row = {"name_hash": name_hash, "source": source, "at": self.now}
        made = insert(logins).values(row).returning(logins.c.id)
        return int(self.conn.execute(made).scalar_one())

    def end_login(self, login_id: int) -> None:
        """Store that a try was right."""
        mine = logins.c.id == login_id
        self.conn.execute(update(logins).where(mine).values(has_failed=False))

    def prune(self) -> None:
        """Delete sessions and addresses that are long good no more."""
        old = self.now - KEPT
        self.conn.execute(delete(sessions).where(sessions.c.seen_at < old - rules.IDLE))
        self.conn.execute(delete(invitations).where(invitations.c.expires_at < old))


def _account(row: Any) -> Account:
    return Account(
        row.id,
        row.name,
        Role(row.role),
        row.password,
        row.created_at,
        row.seen_at,
        row.ended_at,
    )
