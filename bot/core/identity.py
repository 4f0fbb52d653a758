"""Whose an account is: what its network says of its keys, and whether that is who it should be."""

from typing import NamedTuple


class Profile(NamedTuple):
    """What a network says of the account that a publisher's keys belong to.

    `posts` is the account's own count of its posts; None where the network tells none.
    """

    id: str
    handle: str
    posts: int | None = None


class Mismatch(NamedTuple):
    """Why an account's keys are not the right ones, as a sentence.

    `handle` is what the configuration would have to say for them to be right; "" where nothing that
    it says would make them so.
    """

    sentence: str
    handle: str = ""


def not_as_configured(handle: str, profile: Profile) -> Mismatch | None:
    """The keys are not those of the handle that the configuration gives; None where they are.

    Where it gives none, any keys will do.
    """
    if not handle or handle.casefold() == profile.handle.casefold():
        return None
    return Mismatch(
        f"The keys are those of @{profile.handle}, but the configuration says @{handle}.",
        profile.handle,
    )


def changed(known: Profile | None, profile: Profile) -> Mismatch | None:
    """The account has become another one; None where it has not, or none was known."""
    if known is None or known.id == profile.id:
        return None
    return Mismatch(
        f"The keys are those of @{profile.handle}, and until now it posted as @{known.handle}.",
        profile.handle,
    )


def shared(profile: Profile, other: str) -> Mismatch:
    """Another account of the same series has the same keys: each thread would be out twice."""
    return Mismatch(f"The keys are those of @{profile.handle}, and account {other} has the same.")
