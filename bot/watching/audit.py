"""Audits by themselves: each account once a week, and threads whose first copy may show up late."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.context import Context
from bot.core import audit
from bot.core.audit import Difference, Finding
from bot.core.delivery import Delivery, State
from bot.core.notices.deliveries import DeliveryDiffers, PartTwice, PartUnrecorded
from bot.core.notices.entry import Entry
from bot.deciding import audit as audits
from bot.deciding.audit import Audited
from bot.storage.late_looks import LateLook
from bot.storage.work import Work

WEEK = timedelta(days=7)
AGAIN = timedelta(hours=1)
"""How long after an audit that failed, or came too early for a part, the next one is made."""

STOPPED = frozenset({State.FAILED, State.HELD})
"""The states in which a thread is taken not to be out."""

DIFFERENCES = {
    audit.Kind.MISSING: "is gone from the account",
    audit.Kind.TEXT: "has another text there",
    audit.Kind.PICTURE: "has lost its picture there",
    audit.Kind.ALT: "has lost its alt text there, or has another one",
    audit.Kind.PARENT: "does not answer the part before it there",
}
"""What is said of a part that differs."""


def look(context: Context) -> None:
    """Audit the accounts that are due, and store notices of what is found.

    An account is due a week after the last audit, or when a thread on it is to be looked for late.
    """
    with context.read() as work:
        late = work.late_looks.due()
        weekly = _due(context, work)
    for name in sorted({each.delivery.account for each in late} | weekly):
        if name in context.publishers:
            _audit(context, name, [each for each in late if each.delivery.account == name])


def _due(context: Context, work: Work) -> set[str]:
    """The accounts whose last audit is a week ago.

    One whose network proves by a key what it has needs none, nor does a rehearsal.
    """
    if context.rehearsal:
        return set()
    before = work.now - WEEK
    return {
        row.name
        for row in work.accounts.all()
        if row.name in context.publishers
        and not context.publishers[row.name].proves_absence
        and not row.is_held(work.now)
        and (row.audited_at is None or row.audited_at <= before)
    }


def _audit(context: Context, name: str, late: list[LateLook]) -> None:
    if context.publishers[name].by_hand:
        _forget(context, late)
        return
    found = next(iter(audits.accounts(context, [name])), None)
    if found is None:
        return
    with context.write() as work:
        account_id = work.accounts.ids()[name]
        if found.problem:
            work.ledger.audited(account_id, work.now - WEEK + AGAIN)
            for each in late:
                work.late_looks.postpone(each, AGAIN)
            return
        audited_at = work.now
        if found.is_unsettled:
            audited_at += AGAIN - WEEK
        work.ledger.audited(account_id, audited_at)
        for each in late:
            work.late_looks.done(each)
        for notice in _notices(work, found):
            work.notices.add(notice)


def _forget(context: Context, late: list[LateLook]) -> None:
    """Make no late look where there is nobody to ask."""
    with context.write() as work:
        for each in late:
            work.late_looks.done(each)


def _notices(work: Work, found: Audited) -> Iterator[Entry]:
    """What is to be told; posts that somebody wrote by hand are nobody's trouble.

    All that differs of one part is one notice.
    """
    differing: dict[str, list[Finding]] = {}
    for finding in found.findings:
        if finding.meant is None or not finding.needs_a_person:
            continue
        delivery = work.deliveries.get(finding.meant.delivery_id)
        position = finding.meant.position
        match finding.kind:
            case audit.Kind.TWICE:
                yield PartTwice(delivery, position, finding.other, finding.url)
            case audit.Kind.UNRECORDED:
                # Of a thread under way its own surveys and lookups tell.
                if delivery.state in STOPPED:
                    yield _unrecorded(work, delivery, finding)
            case _:
                differing.setdefault(finding.url, []).append(finding)
    for findings in differing.values():
        yield _differs(work, findings)


def _unrecorded(work: Work, delivery: Delivery, finding: Finding) -> Entry:
    """The notice of a part that is out and was taken not to be: a second copy, if its collage has
    gone out by another thread since.
    """
    assert finding.meant
    position = finding.meant.position
    if first := work.parts.elsewhere(delivery).get(position):
        return PartTwice(delivery, position, first, finding.url)
    return PartUnrecorded(delivery, position, finding.url)


def _differs(work: Work, findings: Sequence[Finding]) -> DeliveryDiffers:
    """The notice of all that differs of one part."""
    part, url = findings[0].meant, findings[0].url
    assert part
    words = " and ".join(DIFFERENCES[each.kind] for each in findings)
    sentence = f"Part {part.position} {words}: {url}"
    difference = Difference(sentence, frozenset(each.kind for each in findings))
    delivery = work.deliveries.get(part.delivery_id)
    return DeliveryDiffers(delivery, part.position, sentence, difference.what)
