"""Who may use the desk: invitations, passwords, logins, sessions, roles, and review links.

Whoever calls sees to it that they may; every change is in the log. Tokens are returned once, and
only their hashes are stored.
"""

import secrets
import shlex
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.context import Context
from bot.core import changes, hints, people, times
from bot.core.collage import State, shown
from bot.core.errors import BadInput, NoDatabase, NotAllowed
from bot.core.people import Person, Role, Visitor
from bot.deciding import passwords
from bot.storage.people import INVITATION, LOGIN, REVIEW, Account, Address, Link
from bot.storage.work import Work

SEEN = timedelta(minutes=1)
"""How often it is written down, at most, that somebody is here."""

UNUSABLE = (
    "This address lets nobody in: it was used before, was replaced or taken back, or is not "
    "whole. Ask whoever sent it for another one."
)
WRONG = "The name or the password is not right."


class Listed(NamedTuple):
    """One of the people; `invited_until` where an invitation is open, `ended_at` if removed."""

    name: str
    role: Role
    created_at: datetime
    seen_at: datetime | None
    has_password: bool
    invited_until: datetime | None
    ended_at: datetime | None

    @property
    def described(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name,
            "role": self.role.value,
            "created_at": self.created_at.isoformat(),
            "last_seen_at": self.seen_at.isoformat() if self.seen_at else None,
            "has_password": self.has_password,
            "invited_until": self.invited_until.isoformat() if self.invited_until else None,
            "removed_at": self.ended_at.isoformat() if self.ended_at else None,
        }


class Entered(NamedTuple):
    """Who a session belongs to, what its forms carry, and when it ends if nothing more happens."""

    person: Person
    csrf: str
    expires_at: datetime


def listed(context: Context) -> list[Listed]:
    """All people, those who were removed as well, by name."""
    with context.read() as work:
        accounts, invited = work.people.all(), work.people.invited_until()
    return [
        Listed(
            each.name,
            each.role,
            each.created_at,
            each.seen_at,
            bool(each.password),
            invited.get(each.id),
            each.ended_at,
        )
        for each in accounts
    ]


def invite(context: Context, name: str, role: Role, days: int = 7) -> str:
    """Make somebody one of the people; the token by which they set a password.

    Somebody who was removed comes back. Raises `BadInput` where the name is somebody's or cannot be
    one, or for a number of days that is not taken.
    """
    name = _checked_name(name)
    until = _until(context, days)
    with context.write() as work:
        added = work.people.add(name, role)
        account = work.people.find(name)
        assert account is not None  # whosever the name is
        if added is None and not work.people.bring_back(account.id, name, role):
            raise _there_already(account)
        token = _invite(context, work, account, until)
        made = changes.changed("role", "", role.value)
        work.log.record(context.who, "invite", _subject(name), _until_text(until), made)
    return token


def reset(context: Context, name: str, days: int = 7) -> str:
    """End a person's password, sessions and invitations; the token of a new invitation.

    Raises `BadInput` where there is no such person.
    """
    until = _until(context, days)
    with context.write() as work:
        account = _account(work, name)
        work.people.change(account.id, password="")
        work.people.end_sessions(account.id)
        token = _invite(context, work, account, until)
        work.log.record(context.who, "reset", _subject(account.name), _until_text(until))
    return token


def _invite(context: Context, work: Work, account: Account, until: datetime) -> str:
    """The token of a new invitation, in place of those before."""
    work.people.end_invitations(account.id)
    token = _token()
    work.people.add_address(
        INVITATION, people.hashed(token), until, person_id=account.id, made_by=context.who
    )
    return token


def invited(context: Context, token: str) -> Person:
    """Whom an invitation is for; raises `NotAllowed` where it is not good, or not any more."""
    with context.read() as work:
        return _by_address(work, token, INVITATION, lock=False)[1].person


def accept(context: Context, token: str, password: str) -> str:
    """Set a person's password and use the invitation up; the token of a session.

    All other sessions of the person end. Raises `NotAllowed` as `invited` does, and `BadInput` for
    a password that is not taken.
    """
    person = invited(context, token)
    if problem := people.password_problem(password, person.name):
        raise BadInput(problem)
    # Outside of any transaction: it takes a while on purpose.
    hashed = passwords.hashed(password)
    with context.write() as work:
        address, account = _by_address(work, token, INVITATION)
        _use(work, address)
        work.people.change(account.id, password=hashed)
        work.people.end_sessions(account.id)
        # Theirs is the password from now on, whatever name this process has.
        work.log.record(account.name, "password", _subject(account.name))
        return _begin_session(work, account.id)


def login_address(context: Context) -> str:
    """The token of one login at this machine, for whoever is at it, who becomes an owner where
    there is no such person yet.

    Raises `BadInput` where their name cannot be one, and `NotAllowed` where they were removed.
    """
    name = people.clean(context.who)
    if problem := people.name_problem(name):
        raise BadInput(f"{problem} Set another one in the environment: MLCOLLAGE_USER.")
    with context.write() as work:
        if work.people.find(name) is None and work.people.add(name, Role.OWNER):
            made = changes.changed("role", "", Role.OWNER.value)
            work.log.record(context.who, "invite", _subject(name), "at this machine", made)
        account = work.people.find(name)
        if account is None or account.ended_at:
            raise NotAllowed(
                f"{name} was removed from the people; bring them back with: "
                f"mlcollage people invite {shlex.quote(name)} --role owner"
            )
        token = _token()
        until = work.now + people.LOGIN
        made_for = {"person_id": account.id, "made_by": context.who}
        work.people.add_address(LOGIN, people.hashed(token), until, **made_for)
    return token


def take_login(context: Context, token: str) -> str:
    """Log in by the address for one login; the token of a session. Raises `NotAllowed`."""
    with context.write() as work:
        address, account = _by_address(work, token, LOGIN)
        _use(work, address)
        return _begin_session(work, account.id)


def login(context: Context, name: str, password: str, source: str) -> str:
    """Log in by a password; the token of a session, which is a new one each time.

    `source` is where the try comes from, such as an address of the network. How long it takes does
    not tell whether there is such a person. Raises `NotAllowed` where it is not right, or where
    too many tries have failed.
    """
    login_id = _begin_login(context, name, source)
    with context.read() as work:
        account = work.people.find(name)
    stored = ""
    if account and not account.ended_at:
        stored = account.password
    is_right = passwords.is_right(stored, password)
    if account is None or not is_right:
        raise NotAllowed(WRONG)
    with context.write() as work:
        now = work.people.get(account.id, lock=True)
        # Removed, or given another password, while it was looked at.
        if now is None or now.password != stored:
            raise NotAllowed(WRONG)
        work.people.end_login(login_id)
        work.people.prune()
        return _begin_session(work, account.id)


def _begin_login(context: Context, name: str, source: str) -> int:
    """Write down that somebody tries to log in; raises `NotAllowed` where they have to wait."""
    name_hash, source = people.hashed(people.key(name)), people.source(source)
    with context.write() as work:
        for failed in work.people.failures(name_hash, source):
            if len(failed) >= people.FAILURES:
                until = failed[-1] + people.WINDOW
                raise NotAllowed(_wait(context, until))
        return work.people.begin_login(name_hash, source)


def _wait(context: Context, until: datetime) -> str:
    """That somebody has to wait, and until when."""
    zone = next(iter(context.config.series.values())).zone
    return (
        f"{people.FAILURES} tries to log in have failed; wait until "
        f"{times.clock(until, zone, seconds=True)} ({zone}), or ask an owner for a new invitation."
    )


def session(context: Context, token: str) -> Entered | None:
    """Who is logged in with this token, with the role that they have now; None for nobody."""
    token_hash = people.hashed(token)
    with context.read() as work:
        found = work.people.session(token_hash)
    now = context.clock.now()
    if found is None or now >= people.expires_at(found.created_at, found.seen_at):
        return None
    seen_at = found.seen_at
    if now - seen_at >= SEEN:
        # Whoever only looks neither waits for a writer nor needs room on the disk.
        with suppress(NoDatabase), context.write_if_free() as work:
            work.people.see(found)
            seen_at = work.now
    return Entered(found.person, people.csrf(token), people.expires_at(found.created_at, seen_at))


def end_session(context: Context, token: str) -> None:
    """Log out: end the session with this token, where there is one."""
    with context.write() as work:
        work.people.end_session(people.hashed(token))


def end_sessions(context: Context, name: str) -> int:
    """End all sessions of a person; how many. Raises `BadInput` where there is no such person."""
    with context.write() as work:
        account = _account(work, name)
        count = work.people.end_sessions(account.id)
        work.log.record(context.who, "log out", _subject(account.name))
    return count


def set_role(context: Context, name: str, role: Role) -> Role:
    """Give a person another role; the one before.

    Raises `BadInput` where there is no such person, `NotAllowed` for the last owner.
    """
    with context.write() as work:
        # First of all: two who lock each other's rows would wait for each other.
        owners = work.people.lock_owners()
        account = _account(work, name)
        if role is not Role.OWNER:
            _check_owners(owners, account)
        work.people.change(account.id, role=role.value)
        made = changes.changed("role", account.role.value, role.value)
        work.log.record(context.who, "role", _subject(account.name), "", made)
    return account.role


def remove(context: Context, name: str) -> None:
    """End all that lets a person in, and the review links they have made.

    What they have approved stays. Raises `BadInput` where there is no such person, `NotAllowed`
    for the last owner.
    """
    with context.write() as work:
        owners = work.people.lock_owners()
        account = _account(work, name)
        _check_owners(owners, account)
        work.people.change(account.id, password="", ended_at=work.now)
        work.people.end_sessions(account.id)
        work.people.end_addresses(account)
        made = changes.changed("role", account.role.value, "")
        work.log.record(context.who, "remove", _subject(account.name), "", made)


def _check_owners(owners: set[int], account: Account) -> None:
    """Raise `NotAllowed` where this person is the last owner."""
    if owners == {account.id}:
        raise NotAllowed(
            f"{account.name} is the last owner, and somebody has to be one. Make another first: "
            "mlcollage people role NAME owner"
        )


def review_link(context: Context, series: str, name: str, visitor: str, days: int = 7) -> str:
    """Let somebody without an account review a collage; the token of the link.

    It replaces the link that the same person had. Raises `BadInput` where there is no such collage,
    or the name cannot be theirs, and `NotAllowed` where the collage is on its way out.
    """
    called = people.by_link(_checked_name(visitor))
    until = _until(context, days)
    token = _token()
    with context.write() as work:
        item = work.queue.get(series, name)
        if item.state in {State.CLAIMED, State.POSTED}:
            raise NotAllowed(f"{item.name} is {item.state}: there is nothing to review any more.")
        work.people.end_link(item.id, called)
        made = {"collage_id": item.id, "name": called, "made_by": context.who}
        work.people.add_address(REVIEW, people.hashed(token), until, **made)
        detail = f"{called}, {_until_text(until)}"
        work.log.record(context.who, "review link", f"{item.series}/{item.name}", detail)
    return token


def end_link(context: Context, series: str, name: str, visitor: str) -> None:
    """Take a review link back; raises `BadInput` where there is none for this name."""
    called = people.by_link(_checked_name(visitor.removesuffix(people.BY_LINK)))
    with context.write() as work:
        item = work.queue.get(series, name)
        if not work.people.end_link(item.id, called):
            raise BadInput(f"{item.name} has no review link for {shown(visitor)}.")
        work.log.record(context.who, "end link", f"{item.series}/{item.name}", called)


def links(context: Context, series: str, name: str) -> list[Link]:
    """The review links of a collage that are still good, the oldest first."""
    with context.read() as work:
        return work.people.links(work.queue.get(series, name).id)


def visit(context: Context, token: str) -> Visitor:
    """Who comes by a review link, and to which collage; raises `NotAllowed` where it is not good.

    It is good until it expires, however often it is followed.
    """
    token_hash = people.hashed(token)
    with context.read() as work:
        address = work.people.address(token_hash)
        _check(address, REVIEW, work.now)
        visitor = work.people.visitor(token_hash)
    if visitor is None:
        raise NotAllowed("The collage that this address was for is in the queue no more.")
    return visitor


def _by_address(work: Work, token: str, kind: str, *, lock: bool = True) -> tuple[Address, Account]:
    """The address with a token, and whom it is for, kept as they are until the transaction ends.

    Raises `NotAllowed` where it is not good.
    """
    address = work.people.address(people.hashed(token))
    _check(address, kind, work.now)
    account = None
    if address and address.person_id is not None:
        account = work.people.get(address.person_id, lock=lock)
    if address is None or account is None:
        raise NotAllowed(UNUSABLE)
    return address, account


def _check(address: Address | None, kind: str, now: datetime) -> None:
    """Raise `NotAllowed` for an address of another kind, or one that is not good any more.

    Only of one that has expired the reason is told: whoever has it got it from us.
    """
    if address is None or address.kind != kind or address.ended_at:
        raise NotAllowed(UNUSABLE)
    if now >= address.expires_at:
        until = times.plain(address.expires_at, UTC)
        raise NotAllowed(
            f"This address was good until {until} UTC. Ask whoever sent it for another one."
        )


def _use(work: Work, address: Address) -> None:
    """Use an address up; raises `NotAllowed` where somebody else just has."""
    if not work.people.use(address.id):
        raise NotAllowed(UNUSABLE)


def _begin_session(work: Work, person_id: int) -> str:
    """The token of a new session."""
    token = _token()
    work.people.begin_session(person_id, people.hashed(token))
    return token


def _account(work: Work, name: str) -> Account:
    """The person of this name, kept as they are until the transaction ends; raises `BadInput`."""
    found = work.people.find(name)
    account = work.people.get(found.id, lock=True) if found else None
    if account is None:
        known = [each.name for each in work.people.all() if not each.ended_at]
        hint = hints.or_see(name, known, "mlcollage people list")
        raise BadInput(f"There is no {shown(name)} among the people{hint}")
    return account


def _there_already(account: Account) -> BadInput:
    return BadInput(
        f"{account.name} is one of the people already, as {account.role.value}. For a new "
        f"password: mlcollage people reset {shlex.quote(account.name)}"
    )


def _checked_name(name: str) -> str:
    """The name as it is stored; raises `BadInput` for one that cannot be anybody's."""
    name = people.clean(name)
    if problem := people.name_problem(name):
        raise BadInput(problem)
    return name


def _until(context: Context, days: int) -> datetime:
    """So many days from now; raises `BadInput` for a number that is not taken."""
    if not 1 <= days <= people.MOST_DAYS:
        raise BadInput(f"An address is good for 1 to {people.MOST_DAYS} days, not for {days}.")
    return context.clock.now() + timedelta(days=days)


def _until_text(until: datetime) -> str:
    return f"until {times.plain(until, UTC)} UTC"


def _token() -> str:
    return secrets.token_urlsafe(people.TOKEN_SIZE)


def _subject(name: str) -> str:
    """What the log calls a person."""
    return f"person/{name}"
