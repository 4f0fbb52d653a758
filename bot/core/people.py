"""The people of an installation: what each role may do, what names they may have, and how long
their sessions last.
"""

import hashlib
import hmac
import ipaddress
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from bot.core.collage import State, one_line, shown

BY_LINK = " (by link)"
"""What stands behind the name of somebody without an account, wherever it is shown or stored.

No account's name may hold a parenthesis, so that nobody passes as somebody who has one.
"""

NAME_LENGTH = 60
"""The most characters of a name."""

PASSWORD_LENGTH = 12
"""The fewest characters of a password."""

PASSWORD_SIZE = 1_000
"""The most bytes of a password."""

IDLE = timedelta(hours=12)
"""How long a session lasts in which nothing happens."""

LONGEST = timedelta(days=14)
"""How long any session lasts."""

FAILURES = 5
"""Failed logins by a name or from a source, after which it has to wait."""

WINDOW = timedelta(minutes=15)
"""How long a failed login counts."""

LOGIN = timedelta(minutes=15)
"""How long the address for one login at this machine is good."""

SOURCE_LENGTH = 100
"""The most characters of a source of logins that are told apart."""

MOST_DAYS = 90
"""The longest that an invitation or a review link may be good, in days."""

TOKEN_SIZE = 32
"""Random bytes of a token."""

_MARKS = frozenset(" .-_'’·・@")


class Role(StrEnum):
    """What somebody with an account is."""

    AUTHOR = "author"
    EDITOR = "editor"
    OWNER = "owner"


class Right(StrEnum):
    """What a role may let somebody do."""

    READ = "read"
    DRAFT = "draft"
    """Add drafts and change them, and leave notes for reviewers."""
    EDIT = "edit"
    """Order the queue, change what is ready, approve, decide about deliveries and roundups."""
    MANAGE = "manage"
    """Decide about people, accounts, pauses and skipped days."""


RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.AUTHOR: frozenset({Right.READ, Right.DRAFT}),
        Role.EDITOR: frozenset({Right.READ, Right.DRAFT, Right.EDIT}),
        Role.OWNER: frozenset(Right),
    }
)


def may(role: Role, right: Right) -> bool:
    """Whether somebody with this role may do that."""
    return right in RIGHTS[role]


WRITES: Mapping[Role, frozenset[State]] = MappingProxyType(
    {
        Role.AUTHOR: frozenset({State.DRAFT}),
        Role.EDITOR: frozenset({State.DRAFT, State.READY, State.HELD, State.POSTED}),
        Role.OWNER: frozenset({State.DRAFT, State.READY, State.HELD, State.POSTED}),
    }
)
"""The states of a collage in which a role may change its words. What is claimed is on its way: it
is taken back first. What is posted is corrected, for the pages and for what has not gone out.
"""


def why_not_write(role: Role, name: str, state: State) -> str:
    """Why somebody with this role may not change the words of a collage; "" where they may."""
    if state in WRITES[role]:
        return ""
    if state is State.CLAIMED:
        return f"{name} is claimed: it is on its way out, and locked until it is taken back."
    return f"{name} is {state}, and an author may only change drafts; an editor can change it."


class Person(NamedTuple):
    """Somebody with an account."""

    id: int
    name: str
    role: Role


class Visitor(NamedTuple):
    """Somebody without an account who may review one collage, under a name that says so."""

    name: str
    series: str
    collage: str


def clean(name: str) -> str:
    """A name as it is stored: composed characters, single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def name_problem(name: str) -> str:
    """Why nobody can be called that, as a sentence; "" where somebody can.

    What passes can be no assistant's name (`core/assistance.py`) and no visitor's.
    """
    if not name:
        return "A name is missing."
    if len(name) > NAME_LENGTH:
        return f"A name has at most {NAME_LENGTH} characters, not {len(name):,}."
    # A single character may stand for several, a parenthesis among them: "⑴".
    for char in name + unicodedata.normalize("NFKC", name):
        if unicodedata.category(char)[0] not in "LMN" and char not in _MARKS:
            return (
                f"The name {shown(name)} holds {shown(char)}; "
                "letters, digits, blanks and . - _ ' @ are taken."
            )
    if not name[0].isalnum():
        return f"The name {shown(name)} has to begin with a letter or a digit."
    if key(name).split()[0] == "assistant":
        return f"The name {shown(name)} would read as an assistant's; take another one."
    return ""


def key(name: str) -> str:
    """What is the same for all spellings of a name: no two people share it."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def by_link(name: str) -> str:
    """The name under which somebody without an account is shown and stored: "Ben (by link)"."""
    return f"{name}{BY_LINK}"


def counted_as(who: str) -> str:
    """What is the same for all names under which one person may stand in the log.

    The same person may have been at the terminal, at the desk, or come by a link.
    """
    return key(who.removesuffix(BY_LINK))


def is_same(who: str, other: str) -> bool:
    """Whether two names of the log are one person's; nobody is the one who is not known."""
    return other != "" and counted_as(who) == counted_as(other)


def password_problem(password: str, name: str) -> str:
    """Why this is no good password for that person, as a sentence; "" where it is."""
    if len(password) < PASSWORD_LENGTH:
        return f"A password has at least {PASSWORD_LENGTH} characters."
    if not fits(password):
        return f"A password has at most {PASSWORD_SIZE:,} bytes."
    if key(password) == key(name):
        return "A password may not be the name."
    if len(set(password)) == 1:
        return "A password may not be one character again and again."
    return ""


def fits(password: str) -> bool:
    """Whether a password is short enough to be looked at, and can be written."""
    try:
        return len(password.encode()) <= PASSWORD_SIZE
    except UnicodeEncodeError:
        return False


def composed(password: str) -> str:
    """A password as it is hashed: the same however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)


def hashed(token: str) -> str:
    """What is stored of a token.

    A token is 32 random bytes, so that a plain hash tells nothing of it.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf(token: str) -> str:
    """The token that the forms of a session carry; it tells nothing of the session's own."""
    return hmac.digest(token.encode("utf-8", "surrogatepass"), b"forms", "sha256").hex()


def source(address: str) -> str:
    """Where tries to log in are counted together: of IPv6, whole networks are one machine's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return one_line(address)[:SOURCE_LENGTH]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), 64), strict=False))
    return str(found)


def expires_at(created_at: datetime, seen_at: datetime) -> datetime:
    """When a session ends in which nothing more happens."""
    return min(created_at + LONGEST, seen_at + IDLE)
