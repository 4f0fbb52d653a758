"""What a clock that was ahead has left in the database: named, and put right when asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.context import Context
from bot.core import clocks, times
from bot.core.notices.entry import counted
from bot.intake import accept
from bot.scheduling import heal
from bot.storage import charges
from bot.storage.work import Work


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is dated later than now, and what mending does with it.

    With `command` only a person can put it right, by that command.
    """

    what: str
    mending: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """What is left, by this machine's clock."""

    now: datetime
    left: tuple[Left, ...]

    @property
    def is_mendable(self) -> bool:
        return any(each.mending for each in self.left)


def examine(context: Context) -> Examined:
    """All rows dated later than now and some leeway, in groups."""
    with context.read() as work:
        found = tuple(_all(context, work, work.now + clocks.LEEWAY))
        return Examined(work.now, found)


def mend(context: Context) -> Examined:
    """Date what is ahead to this moment, and open what is to come; what was left before.

    It relies on this machine's clock: whoever asks for it has made sure that it is right.
    """
    examined = examine(context)
    if not examined.left:
        return examined
    with context.write() as work:
        _mend(context, work, work.now + clocks.LEEWAY)
        kinds = ", ".join(each.what for each in examined.left)
        accept.change(context, work, "repair", "clock", kinds)
    return examined


def _all(context: Context, work: Work, after: datetime) -> Iterator[Left]:
    yield from _series(context, work, after)
    yield from _slots(context, work, after)
    yield from _deliveries(context, work, after)
    yield from _roundups(work, after)
    yield from _accounts(work, after)
    yield from _written(work, after)


def _series(context: Context, work: Work, after: datetime) -> Iterator[Left]:
    for name in work.ahead.series(after):
        yield Left(f"{name} has looked further than now", "it looks from now on")
    for series in context.config.series.values():
        row = work.series.find(series.name)
        if row and heal.has_roundups_ahead(work, series, row):
            settled = "has settled roundups of months to come"
            yield Left(f"{series.name} {settled}", "they are due at their time")


def _slots(context: Context, work: Work, after: datetime) -> Iterator[Left]:
    opened = sum(count for state, count in work.ahead.slots(after) if state != "claimed")
    if opened:
        slots = counted(opened, "coming slot was", "coming slots were")
        yield Left(f"{slots} settled without a collage", "they are settled at their time")
    for claim in work.ahead.claimed(after):
        due = times.full(claim.due_at, _zone(context, claim.series))
        yield Left(
            f"{claim.name} of {claim.series} has taken the coming slot of {due}",
            "it counts from now on, and the slot is free again",
        )


def _deliveries(context: Context, work: Work, after: datetime) -> Iterator[Left]:
    longest = context.config.delivery.lease + clocks.LEEWAY
    leased = work.ahead.leases(work.scope.instant(longest))
    if leased:
        threads = counted(leased, "thread is", "threads are")
        yield Left(f"{threads} leased for longer than a lease lasts", "the leases end soon")
    waiting = work.ahead.waiting(work.now + _longest(context))
    if waiting:
        threads = counted(waiting, "thread waits", "threads wait")
        yield Left(f"{threads} for longer than anything waits", "they go on now")
    for failed in work.ahead.failed(after):
        yield Left(
            f"delivery {failed.id}, {failed.key}, was given up later than now",
            command=f"mlcollage deliveries retry {failed.id}",
        )


def _roundups(work: Work, after: datetime) -> Iterator[Left]:
    for roundup in work.ahead.roundups(after):
        what = f"the roundup {roundup.title_month} of {roundup.series} was made before its time"
        if roundup.out:
            yield Left(f"{what}, and is out", command="mlcollage roundup list")
        else:
            yield Left(what, "it is taken back, and made at its time")


def _accounts(work: Work, after: datetime) -> Iterator[Left]:
    for name in work.ahead.holds(after):
        yield Left(
            f"account {name} is held since later than now",
            "a hold until a time ends, any other counts from now on",
        )


def _written(work: Work, after: datetime) -> Iterator[Left]:
    """What was only written down: its dates are wrong, and nothing else."""
    groups = {
        "notice is|notices are": work.ahead.notices(after),
        "charge is|charges are": work.ahead.charges(after),
        "attempt, lookup, receipt or change is|attempts, lookups, receipts and changes are": (
            work.ahead.history(after)
        ),
    }
    for noun, count in groups.items():
        if count:
            yield Left(f"{counted(count, *noun.split('|'))} dated later than now", "dated now")


def _mend(context: Context, work: Work, after: datetime) -> None:
    policy = context.config.delivery
    work.ahead.open_slots(after)
    for place, claim in enumerate(work.ahead.claimed(after)):
        # Each at an instant of its own, off the whole seconds on which slots fall.
        at = work.now.replace(microsecond=0) + timedelta(microseconds=place + 1)
        local_on = at.astimezone(_zone(context, claim.series)).date()
        work.ahead.date_claim(claim, at, local_on)
    work.deliveries.shorten_leases(policy.lease, clocks.LEEWAY)
    looked_for_at = work.now + policy.first_look
    work.ahead.wait_no_longer(work.now + _longest(context), looked_for_at)
    work.ahead.redate_tries(after)
    for roundup in work.ahead.roundups(after):
        if not roundup.out:
            work.ahead.unmake(roundup)
    work.ahead.end_timed_holds(after)
    work.ahead.redate_holds(after)
    work.ahead.redate_series(after)
    for series in context.config.series.values():
        row = work.series.find(series.name)
        if row and heal.has_roundups_ahead(work, series, row):
            work.series.follow(series.name, heal.from_now(work, series, row))
    work.ahead.redate_notices(after)
    work.ahead.redate_charges(after, charges.month_of(work.now))
    work.ahead.redate_history(after)


def _longest(context: Context) -> timedelta:
    """The longest that a thread waits by our own rules, and some leeway."""
    policy = context.config.delivery
    longest = max(policy.retry_longest, policy.first_look, policy.second_look)
    return longest + clocks.LEEWAY


def _zone(context: Context, name: str) -> tzinfo:
    series = context.config.series.get(name)
    return series.zone if series else UTC
