"""Passwords as argon2id hashes."""

import threading
from typing import TYPE_CHECKING

from bot.core import people
from bot.core.errors import NotAllowed

if TYPE_CHECKING:
    from argon2 import PasswordHasher

NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$qNV83phOg87o6iEBBIZ9pg"
    "$DT8rXqLUc3eCNioASuz6XOV3OUugmSWfGJtMHOHVdzQ"
)
"""The hash of a password by chance, with which is compared what nobody's is."""

_ONE_AT_A_TIME = threading.Lock()
"""Each takes 64 MiB: many tries at a time wait in line, and take no more memory than one."""


def hashed(password: str) -> str:
    """The hash that is stored of a password; raises `NotAllowed` without the package for it."""
    hasher = _hasher()
    with _ONE_AT_A_TIME:
        return hasher.hash(people.composed(password))


def is_right(stored: str, password: str) -> bool:
    """Whether a password is the one whose hash is stored.

    With nothing stored it is not, which takes as long. Raises `NotAllowed` as `hashed` does.
    """
    hasher = _hasher()
    from argon2.exceptions import InvalidHashError, VerificationError  # heavy, as below

    if not people.fits(password):
        password = ""
    with _ONE_AT_A_TIME:
        try:
            hasher.verify(stored or NOBODYS, people.composed(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(stored)


def _hasher() -> "PasswordHasher":
    """With the parameters of RFC 9106 for machines with little memory."""
    try:
        from argon2 import PasswordHasher  # heavy: 20 ms, and an extra of the desk's
    except ModuleNotFoundError:
        raise NotAllowed(
            "Passwords need the package argon2-cffi; install it, in the checkout: "
            "pip install '.[desk]'"
        ) from None
    return PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
