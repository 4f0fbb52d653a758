"""Whether an account's keys are those of the identity that it posts as: the right one or none."""

from collections.abc import Iterator, Mapping

from bot.context import Context
from bot.core import identity
from bot.core.errors import Blocked
from bot.core.identity import Mismatch, Profile
from bot.publishers.protocol import Publisher
from bot.sending import charges, servers
from bot.storage.work import Work


def ask(context: Context, publisher: Publisher, account_id: int) -> Profile | None:
    """Ask the network whose keys these are, and book what that costs; None where it has none."""
    profile = publisher.profile()
    if profile is None:
        return None
    charges.book(context, publisher, account_id)
    servers.refresh(context, publisher, account_id)
    return profile


def assure(context: Context, account: str) -> None:
    """Raise `Blocked` where the account's keys are another identity's."""
    publisher = context.publishers[account]
    with context.read() as work:
        account_id = work.accounts.ids()[account]
    profile = publisher.known or ask(context, publisher, account_id)
    mismatch = profile and settle(context, account, publisher, profile)
    if mismatch:
        raise Blocked(mismatch.sentence)


def settle(
    context: Context, account: str, publisher: Publisher, profile: Profile
) -> Mismatch | None:
    """Remember whose keys an account has, or return why they are not the right ones.

    They are where the configuration names their handle. Where it names none, they are those that
    were remembered, or the first; and no other account of the same series may have the same ones.
    """
    with context.read() as work:
        mismatch = wrong(context, work, account, publisher, {account: profile})
        known = {row.name: row for row in work.accounts.all()}[account].profile
    if mismatch or (known and known[:2] == profile[:2]):
        return mismatch
    with context.write() as work:
        # Of two accounts that are new and have the same keys, one is remembered first.
        work.accounts.lock()
        mismatch = wrong(context, work, account, publisher, {account: profile})
        if not mismatch:
            work.accounts.remember(account, profile)
    return mismatch


def unlike(
    context: Context, account: str, publisher: Publisher, asked: dict[str, Profile]
) -> Mismatch | None:
    """Why the keys that the publisher knows of are not the account's own, or None.

    Nothing is remembered, but in `asked`, which has those of the accounts that were asked before:
    of two that have the same keys the later one is told of.
    """
    profile = publisher.known
    if profile is None:
        return None
    asked[account] = profile
    with context.read() as work:
        return wrong(context, work, account, publisher, asked)


def wrong(
    context: Context,
    work: Work,
    account: str,
    publisher: Publisher,
    asked: Mapping[str, Profile],
) -> Mismatch | None:
    """Why an account's keys are not its own, or None; `settle` has the rules.

    `asked` has whose they are, and whose those of other accounts turned out to be just now.
    """
    profile = asked[account]
    if mismatch := identity.not_as_configured(publisher.handle, profile):
        return mismatch
    rows = {row.name: row for row in work.accounts.all()}
    if not publisher.handle and (mismatch := identity.changed(rows[account].profile, profile)):
        return mismatch
    for other in _beside(context, account):
        theirs = asked.get(other) or rows[other].profile
        is_same_network = rows[other].network == rows[account].network
        if is_same_network and theirs and theirs.id == profile.id:
            return identity.shared(profile, other)
    return None


def _beside(context: Context, account: str) -> Iterator[str]:
    """The other accounts of the series that the account is in."""
    for series in context.config.series.values():
        if account in series.accounts:
            yield from (other for other in series.accounts if other != account)
