"""Compare what accounts show with what the ledger says is out on them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.context import Context
from bot.core import audit, errors
from bot.core.audit import Finding, Kind
from bot.core.delivery import ShownPost
from bot.publishers.protocol import Publisher
from bot.sending import charges, failures

THREADS = 5
"""The newest threads of each series on an account that are compared, unless somebody asks for more.

X charges $0.001 for each post it shows.
"""


class Audited(NamedTuple):
    """What the comparison of one account has found.

    `posts` is how many posts the account has shown. `problem` says why it could not be compared.
    """

    account: str
    posts: int
    findings: tuple[Finding, ...]
    problem: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing asks for a person."""
        return not self.problem and not any(each.needs_a_person for each in self.findings)

    @property
    def is_unsettled(self) -> bool:
        """Whether a part is too new to be judged, so that the account is to be read again soon."""
        return any(each.kind is Kind.UNSHOWN for each in self.findings)


def accounts(context: Context, names: Sequence[str] = (), threads: int = THREADS) -> list[Audited]:
    """Compare accounts, all that can be read where no names are given; none in a rehearsal.

    Nothing has gone to the accounts then. Raises `BadInput` where the configuration has no account
    of that name.
    """
    for name in names:
        context.config.check_account(name)
    if context.rehearsal:
        return []
    found = []
    readable = [name for name, publisher in context.publishers.items() if not publisher.by_hand]
    for name in names or readable:
        if place := context.publishers[name].by_hand:
            found.append(Audited(name, 0, (), f"People post on {place} by hand: look there."))
            continue
        try:
            found.append(account(context, name, threads))
        except Exception as error:  # noqa: BLE001 - reading cannot publish; the others go on
            failures.log_unexpected(error, context.publishers[name], f"auditing {name}")
            found.append(Audited(name, 0, (), errors.sentence(error)))
    return found


def account(context: Context, name: str, threads: int = THREADS) -> Audited:
    """Compare one account; raises what the network's failure raises."""
    publisher = context.publishers[name]
    with context.read() as work:
        account_id = work.accounts.ids()[name]
        rows = [work.series.find(each) for each in _series_on(context, name)]
        series_ids = [row.id for row in rows if row]
        ledger = work.ledger.meant(account_id, series_ids, threads)
        strangers = work.accounts.get(account_id).strangers
        if not ledger:
            return Audited(name, 0, ())
        # From before the oldest thread compared, for a first copy of its first part, too.
        since = work.parts.last_receipt(work.deliveries.get(ledger[0].delivery_id))
    shown = publisher.shown(since or "")
    charges.book(context, publisher, account_id)
    with context.read() as work:
        known = work.parts.known_posts(account_id, [post.receipt.id for post in shown])
    ids = {part.receipt.id for part in ledger if part.receipt}
    # Older threads than those compared may have parts that are newer than the oldest of these; and
    # about strangers a person was asked already.
    settled = (known | set(strangers)) - ids
    compared = [post for post in shown if post.receipt.id not in settled]
    findings = _confirmed(publisher, audit.check(ledger, compared), shown, context.clock.now())
    charges.book(context, publisher, account_id)
    return Audited(name, len(shown), tuple(findings))


def _confirmed(
    publisher: Publisher, findings: Sequence[Finding], shown: Sequence[ShownPost], now: datetime
) -> Iterator[Finding]:
    """The findings, with parts taken to be missing only where the network does not have them.

    A list of posts may hide some for a while; so each part that it lacks is asked for by itself.
    """
    unsettled: set[str] = set()
    if not publisher.proves_absence:
        unsettled = audit.unsettled(findings, shown, now)
    for finding in findings:
        if finding.kind is Kind.MISSING:
            if _is_there(publisher, finding.url):
                continue
            if finding.url in unsettled:
                yield finding._replace(kind=Kind.UNSHOWN)
                continue
        yield finding


def _is_there(publisher: Publisher, url: str) -> bool:
    """Whether the network has a post of the account's at this address."""
    try:
        publisher.receipt(url)
    except errors.BadInput:
        return False
    return True


def _series_on(context: Context, name: str) -> list[str]:
    """The series that use an account."""
    return [each.name for each in context.config.series.values() if name in each.accounts]
