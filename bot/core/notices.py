"""The catalogue of notices: what a maintainer must hear, one class for each thing that is said.

A class has the facts of its notice. Its key, its sentence, its advice and the command that the
advice names are made here and nowhere else.
"""

import unicodedata
from abc import ABC, abstractmethod
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from inspect import Parameter, Signature
from typing import Any, ClassVar, Never, dataclass_transform

from bot.core import month, times
from bot.core.delivery import Delivery, State
from bot.core.schedule import SlotState


class Kind(StrEnum):
    """What a notice is about, as the database and an alert's title have it."""

    EMPTY = "empty"
    MISSED = "missed"
    HELD = "held"
    DRY = "running dry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    REHEARSAL = "rehearsal ended"
    ROUNDUP = "roundup out"
    NO_ROUNDUP = "no roundup"
    CHANGED = "slots changed"
    DIFFERS = "differs"
    ALERTS = "alerts"
    BRIEF = "brief"
    OVERDUE = "overdue"
    UPGRADED = "upgraded"
    RESTORED = "restored"


TROUBLE = frozenset({Kind.HELD, Kind.FAILED, Kind.UNCERTAIN, Kind.ALERTS, Kind.OVERDUE})
"""Notices after which a person has to do something."""


def is_trouble(kind: Kind, *, is_acknowledged: bool) -> bool:
    """Whether a person has to do something.

    A briefing that needs nobody is acknowledged from the start; any other one is trouble.
    """
    return kind in TROUBLE or (kind is Kind.BRIEF and not is_acknowledged)


@dataclass_transform(frozen_default=True)
class Entry(ABC):
    """One notice of the catalogue, made from its facts: what its class annotates.

    It is used as a frozen dataclass is. It is none, for Python takes half a millisecond to make a
    dataclass, and so would take 18 ms longer for this module at every start of every command.
    """

    kind: ClassVar[Kind]
    facts: ClassVar[Signature]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        either = Parameter.POSITIONAL_OR_KEYWORD
        cls.facts = Signature(
            [
                Parameter(name, either, default=vars(cls).get(name, Parameter.empty))
                for name in cls.__annotations__
            ]
        )

    def __init__(self, *given: Any, **named: Any) -> None:
        bound = self.facts.bind(*given, **named)
        bound.apply_defaults()
        vars(self).update(bound.arguments)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"{name} cannot be changed: what was said stays as it is.")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({facts})"

    @property
    @abstractmethod
    def key(self) -> str:
        """Unique within the kind: the same key is the same notice, however often it is noticed."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What has happened."""

    @property
    def advice(self) -> str:
        """What to do about it, or what happens by itself; "" where nothing is to be added."""
        return f"See: {self.command}" if self.command else ""

    @property
    def command(self) -> str:
        """The command that the advice ends with, or ""."""
        return ""

    @property
    def details(self) -> str:
        """More lines, for where the notice is sent."""
        return ""

    @property
    def needs_nobody(self) -> bool:
        """Whether it is acknowledged from the start."""
        return False

    @property
    def is_trouble(self) -> bool:
        return is_trouble(self.kind, is_acknowledged=self.needs_nobody)

    @property
    def text(self) -> str:
        """The sentence and the advice, on one line."""
        return printable(f"{self.sentence} {self.advice}".rstrip(" "))


def printable(text: str) -> str:
    """The text on one line: a line end or a tab is a space, any other control character an escape.

    Facts may be a network's own words or the name of a file; PostgreSQL takes no NUL, and UTF-8 no
    surrogates.
    """
    return "".join(_printable(char) for char in text)


def _printable(char: str) -> str:
    if unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}:
        return char
    return " " if char.isspace() else ascii(char)[1:-1]


def _counted(count: int, one: str, many: str) -> str:
    """A number and its noun: "1 thread waits", "2 threads wait"."""
    return f"{count} {one if count == 1 else many}"


def _ended(note: str) -> str:
    """The end of a sentence, with the reason where one is known."""
    return f": {note}" if note else "."


# --- Slots and the queue


class SlotEmpty(Entry):
    """No collage was ready when the slot came."""

    kind = Kind.EMPTY
    series: str
    due_at: datetime
    zone: tzinfo

    @property
    def key(self) -> str:
        return f"{self.series}/{self.due_at}"

    @property
    def sentence(self) -> str:
        when = times.full(self.due_at, self.zone)
        return f"The slot of {self.series} on {when} was empty: no collage is ready."


class SlotMissed(Entry):
    """A slot that took nothing though it was to, or one that a collage was pinned to."""

    kind = Kind.MISSED
    series: str
    due_at: datetime
    zone: tzinfo
    state: SlotState = SlotState.MISSED
    unpinned: str | None = None

    @property
    def key(self) -> str:
        return f"{self.series}/{self.due_at}"

    @property
    def sentence(self) -> str:
        when = times.full(self.due_at, self.zone)
        return f"The slot of {self.series} on {when} was {self.state}: nothing went out."

    @property
    def advice(self) -> str:
        if not self.unpinned:
            return ""
        return f"{self.unpinned}, pinned to that day, is back in its place in the queue."


class RunningDry(Entry):
    """The collages left are fewer than the slots of the coming `span`."""

    kind = Kind.DRY
    series: str
    due_at: datetime
    left: int
    coming: int
    span: timedelta

    @property
    def key(self) -> str:
        return f"{self.series}/{self.due_at}"

    @property
    def sentence(self) -> str:
        left = _counted(self.left, "collage is", "collages are") if self.left else "no collages are"
        slots = _counted(self.coming, "slot", "slots")
        days = _counted(self.span.days, "day", "days")
        return f"{self.series} is running dry: {left} left, and {slots} in the next {days}."


class CollageHeld(Entry):
    """A collage that cannot be composed for every account; the slot took the next one."""

    kind = Kind.HELD
    series: str
    name: str
    revision: int
    reason: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.name}/{self.revision}"

    @property
    def sentence(self) -> str:
        return f"{self.name} is held, the next one was taken: {self.reason}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release {self.name}"


class SlotsChanged(Entry):
    """The configuration has other slots, or another zone, than the database knew."""

    kind = Kind.CHANGED
    series: str
    fingerprint: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.series}/{self.at}"

    @property
    def sentence(self) -> str:
        slots = self.fingerprint.replace(" | ", ", ")
        return f"The slots of {self.series} have changed: from now on {slots}."


class RehearsalEnded(Entry):
    """The configuration says `live = true` for the first time since a rehearsal."""

    kind = Kind.REHEARSAL
    ready: int
    at: datetime

    @property
    def key(self) -> str:
        return str(self.at)

    @property
    def sentence(self) -> str:
        ready = _counted(self.ready, "collage is", "collages are")
        return f"The rehearsal has ended: {ready} ready again, what it made is set aside."

    @property
    def advice(self) -> str:
        return "It is live."


# --- Accounts


class AccountHeld(Entry):
    """The network lets the account post nothing."""

    kind = Kind.HELD
    account: str
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.account}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"Account {self.account} is held: {self.reason}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.account}"


class AccountHeldUntil(Entry):
    """An account that waits for a time of its own, such as the next month's budget."""

    kind = Kind.HELD
    delivery: Delivery
    until: datetime
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"Account {self.delivery.account} is held until {self.until:%Y-%m-%d}: {self.reason}"


class StrangePosts(Entry):
    """An account that shows posts like ours which this database does not know."""

    kind = Kind.HELD
    delivery: Delivery
    urls: tuple[str, ...]
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.account}/{self.at}"

    @property
    def reason(self) -> str:
        """Why the account is held; the account and the delivery keep it, too."""
        urls = ", ".join(self.urls)
        return f"it shows what looks like ours and is not in this database: {urls}"

    @property
    def sentence(self) -> str:
        return f"Account {self.delivery.account} is held: {self.reason}"

    @property
    def advice(self) -> str:
        return (
            f"Does another copy of mlcollage post there? See: {self.delivery.command}. "
            f"If all is well: {self.command}"
        )

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.delivery.account}"


class AccountGone(Entry):
    """Threads wait for an account that the configuration no longer has."""

    kind = Kind.HELD
    account: str
    count: int
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.account}/{self.at}"

    @property
    def sentence(self) -> str:
        held = _counted(self.count, "delivery to it is", "deliveries to it are")
        return f"Account {self.account} is not in the configuration any more: {held} held."

    @property
    def advice(self) -> str:
        return f"Put it back and run: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.account}"


class AccountGoneUncertain(Entry):
    """A thread is to be looked for on an account that the configuration no longer has."""

    kind = Kind.UNCERTAIN
    account: str

    @property
    def key(self) -> str:
        return f"{self.account}/gone"

    @property
    def sentence(self) -> str:
        return (
            f"Account {self.account} is not in the configuration any more, "
            "and a thread may or may not be out there."
        )

    @property
    def advice(self) -> str:
        return "Put it back, so that it can be looked for."


# --- One thread on its way to one account


class DeliveryHeld(Entry):
    """A thread that may not begin before a person says so."""

    kind = Kind.HELD
    delivery: Delivery
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} is held: {self.reason}"

    @property
    def advice(self) -> str:
        return f"Send it with: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries retry {self.delivery.id}"


class DeliveryFailed(Entry):
    """The network refused the thread, or was away for too long."""

    kind = Kind.FAILED
    delivery: Delivery
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} failed: {self.reason}"

    @property
    def command(self) -> str:
        return self.delivery.command


class CollageBack(Entry):
    """A collage of which nothing got out on any account is in the queue again, held."""

    kind = Kind.HELD
    delivery: Delivery
    name: str
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"{self.name} is held and its number free again: nothing of it is out. {self.reason}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release {self.name}"


class DeliveryUncertain(Entry):
    """A request ended in a way that leaves open whether its part is out."""

    kind = Kind.UNCERTAIN
    delivery: Delivery
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} may or may not be out: {self.reason}"

    @property
    def advice(self) -> str:
        return f"It will be looked for. See: {self.command}"

    @property
    def command(self) -> str:
        return self.delivery.command


class LookInconclusive(Entry):
    """The network does not show our last known post: that it does not show the thread proves
    nothing.
    """

    kind = Kind.UNCERTAIN
    delivery: Delivery

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/ask/{self.delivery.fence}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject} may or may not be out, and looking does not tell:"

    @property
    def advice(self) -> str:
        return f"please look yourself. Then: {self.command}, or --not-posted"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries resolve {self.delivery.id} --posted URL"


class DeliveryDiffers(Entry):
    """A part that is out is not what was meant, or could not be read back."""

    kind = Kind.DIFFERS
    delivery: Delivery
    position: int
    difference: str

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/{self.position}"

    @property
    def sentence(self) -> str:
        return f"{self.delivery.subject}: {self.difference}"


# --- Roundups


class RoundupOut(Entry):
    """The first part of a thread with the roundup's link is out."""

    kind = Kind.ROUNDUP
    series: str
    title_month: str
    title: str
    link: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        return f"The roundup {self.title_month} is out: {self.title}, {self.link}"


class NoRoundup(Entry):
    """A month with nothing that a roundup could hold."""

    kind = Kind.NO_ROUNDUP
    series: str
    title_month: str
    reading_month: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        return (
            f"There is no roundup {self.title_month} of {self.series}: "
            f"nothing went out in {self.reading_month} that it could hold."
        )


class RoundupWaits(Entry):
    """The roundup's page is rendered, and its link does not answer yet. `site` is its folder."""

    kind = Kind.HELD
    series: str
    title_month: str
    link: str
    site: str

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{self.link}"

    @property
    def sentence(self) -> str:
        return f"The roundup {self.title_month} waits until {self.link} answers:"

    @property
    def advice(self) -> str:
        return f"publish {self.site}, or say where it is: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup link {self.title_month} URL"


class RoundupStuck(Entry):
    """A roundup's next step failed."""

    kind = Kind.FAILED
    series: str
    title_month: str
    reason: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/{self.reason}")

    @property
    def sentence(self) -> str:
        return f"The roundup {self.title_month} of {self.series} cannot go on: {self.reason}"

    @property
    def advice(self) -> str:
        return "It is tried again at every tick."


# --- Before a slot and a roundup


def briefing_key(series: str, at: datetime, span: timedelta, title_month: str = "") -> str:
    """The key of the briefing to be given `span` before a slot or, with a month, its roundup."""
    moment = f"roundup-{title_month}" if title_month else f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{series}/{moment}/{span / timedelta(hours=1):g}h"


def briefing_heading(
    at: datetime, zone: tzinfo, *, series: str = "", is_rehearsal: bool = False
) -> str:
    """When the slot or the roundup is; and of which series, where there are several."""
    heading = times.full(at, zone)
    if series:
        heading = f"{series}, {heading}"
    if is_rehearsal:
        heading += ", a rehearsal"
    return heading


class Briefing(Entry):
    """What a slot or a roundup would send.

    `occasion` is its `briefing_key`, `cost` an amount such as "$0.33" or "", and `wrong` are
    sentences. Where nothing is wanted, or nothing is wrong, it needs nobody.
    """

    kind = Kind.BRIEF
    occasion: str
    heading: str
    plan: str
    accounts: tuple[str, ...] = ()
    cost: str = ""
    wrong: tuple[str, ...] = ()
    is_wanted: bool = True
    lines: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.occasion

    @property
    def sentence(self) -> str:
        plan = f"{self.heading}: {self.plan}"
        if not self.is_wanted:
            return plan
        if self.accounts:
            plan += f" goes to {', '.join(self.accounts)}"
        if self.accounts and self.cost:
            plan += f" for {self.cost}"
        return f"{plan};"

    @property
    def advice(self) -> str:
        if not self.is_wanted:
            return ""
        if not self.wrong:
            return "all is well."
        return "; ".join([*(sentence.rstrip(".") for sentence in self.wrong[:-1]), self.wrong[-1]])

    @property
    def details(self) -> str:
        # A post's text is one of the lines and has more than one of its own.
        lines = "\n".join(self.lines).split("\n")
        return "\n".join(printable(line) for line in lines)

    @property
    def needs_nobody(self) -> bool:
        return not (self.is_wanted and self.wrong)


# --- What is past due


class DeliveryOverdue(Entry):
    """A thread that is not out long after its time.

    `next_at` is None where a person has to say whether it is out; `account_note` is None where the
    account is not held.
    """

    kind = Kind.OVERDUE
    delivery: Delivery
    state: str
    next_at: datetime | None
    account_note: str | None
    zone: tzinfo

    @property
    def key(self) -> str:
        held = "" if self.account_note is None else "/held"
        since = f"{self.delivery.since:%Y-%m-%dT%H:%M}"
        return f"{self.delivery.key}/{since}/{self.state}{held}"

    @property
    def sentence(self) -> str:
        due = times.full(self.delivery.due_at, self.zone)
        sentence = f"{self.delivery.subject} was due on {due}: {self._wait()}"
        # The account was held for this thread: its note is the delivery's.
        if self.delivery.note and self.delivery.note != self.account_note:
            sentence += f" {self.delivery.note}"
        return sentence

    def _wait(self) -> str:
        """What it waits for."""
        if self.next_at is None:
            return "it may or may not be out, and a person has to say."
        if self.state == State.UNCERTAIN:
            again = f"{self.next_at.astimezone(self.zone):%H:%M}"
            return f"it may or may not be out, and is looked for again at {again}."
        if self.account_note is not None:
            return f"its account is held{_ended(self.account_note)}"
        return f"it waits, and is tried again on {times.full(self.next_at, self.zone)}."

    @property
    def command(self) -> str:
        return self.delivery.command


class DeliveryAbandoned(Entry):
    """A thread whose lease is over, and that nobody has taken up."""

    kind = Kind.OVERDUE
    delivery: Delivery
    fence: int

    @property
    def key(self) -> str:
        return f"{self.delivery.key}/lease-{self.fence}"

    @property
    def sentence(self) -> str:
        return (
            f"{self.delivery.subject} was being sent by a bot that has ended, "
            "and no tick has gone on with it, see the log."
        )

    @property
    def command(self) -> str:
        return self.delivery.command


class ManyOverdue(Entry):
    """More threads are past due than are told one by one; said once a day."""

    kind = Kind.OVERDUE
    most: int
    at: datetime

    @property
    def key(self) -> str:
        return f"threads/{self.at:%Y-%m-%d}"

    @property
    def sentence(self) -> str:
        return f"More than {self.most} threads are past due."

    @property
    def command(self) -> str:
        return "mlcollage deliveries list"


class SlotOverdue(Entry):
    """A slot is past and not settled; `others` are as many after it."""

    kind = Kind.OVERDUE
    series: str
    due_at: datetime
    zone: tzinfo
    others: int = 0

    @property
    def key(self) -> str:
        return f"{self.series}/{self.due_at}"

    @property
    def sentence(self) -> str:
        slot = f"The slot of {self.series} on {times.full(self.due_at, self.zone)}"
        if self.others:
            return f"{slot}, and {self.others} after it, are past and were not seen to:"
        return f"{slot} is past and was not seen to:"

    @property
    def advice(self) -> str:
        return "a tick hangs or fails, see the log."


class RoundupOverdue(Entry):
    """A roundup whose moment is past and whose list is not fixed yet.

    `waits_until` is None where it does not wait for threads on their way.
    """

    kind = Kind.OVERDUE
    series: str
    title_month: str
    due_at: datetime
    zone: tzinfo
    waits_until: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        due = times.full(self.due_at, self.zone)
        return f"The roundup {self.title_month} of {self.series} was due on {due}:"

    @property
    def advice(self) -> str:
        if self.waits_until is None:
            return "no tick has seen to it, see the log."
        until = times.full(self.waits_until, self.zone)
        return f"it waits for threads on their way, until {until}."


MISSING_STEP = {
    month.State.DUE: "its page is not rendered",
    month.State.RENDERED: "its link does not answer",
    month.State.LINKED: "its thread is not out on any account",
}
"""What has not happened yet to a roundup in this state."""


class RoundupUnannounced(Entry):
    """A roundup that is not announced long after its time, in the state it has reached."""

    kind = Kind.OVERDUE
    series: str
    title_month: str
    state: month.State
    due_at: datetime
    zone: tzinfo

    @property
    def key(self) -> str:
        return f"{self.series}/{self.title_month}/{self.state}"

    @property
    def sentence(self) -> str:
        due = times.full(self.due_at, self.zone)
        roundup = f"The roundup {self.title_month} of {self.series} was due on {due}"
        return f"{roundup}: {MISSING_STEP[self.state]}."

    @property
    def command(self) -> str:
        return "mlcollage notices"


class AccountStillHeld(Entry):
    """An account has been held for whole days, and threads wait for it."""

    kind = Kind.OVERDUE
    account: str
    held_at: datetime
    days: int
    waiting: int
    note: str

    @property
    def key(self) -> str:
        return f"{self.account}/{self.held_at}/{self.days}"

    @property
    def sentence(self) -> str:
        days = _counted(self.days, "day", "days")
        waiting = _counted(self.waiting, "thread waits", "threads wait")
        held = f"Account {self.account} has been held for {days}, and {waiting}"
        return f"{held}{_ended(self.note)}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.account}"


class AlertsOverdue(Entry):
    """Notices have not been sent to everybody for long; said once a day."""

    kind = Kind.OVERDUE
    count: int
    at: datetime

    @property
    def key(self) -> str:
        return f"alerts/{self.at:%Y-%m-%d}"

    @property
    def sentence(self) -> str:
        notices = _counted(self.count, "notice has", "notices have")
        return f"{notices} not reached everybody who is to be alerted."

    @property
    def command(self) -> str:
        return "mlcollage notices"


class BriefingOverdue(Entry):
    """A briefing that nobody has given long after its time; `occasion` is its `briefing_key`."""

    kind = Kind.OVERDUE
    occasion: str
    series: str
    at: datetime
    span: timedelta
    zone: tzinfo

    @property
    def key(self) -> str:
        return f"brief/{self.occasion}"

    @property
    def sentence(self) -> str:
        slot = times.full(self.at, self.zone)
        due = times.full(self.at - self.span, self.zone)
        return f"The brief of {self.series} for {slot} was due on {due} and was not given."

    @property
    def command(self) -> str:
        return "mlcollage doctor"


# --- Alerts and the database


class AlertUndelivered(Entry):
    """Another notice, tried for long enough, did not reach a destination.

    `destination` shows no secret, and `destination_id` is its name in the database.
    """

    kind = Kind.ALERTS
    notice_id: int
    notice_kind: Kind
    destination: str
    destination_id: str
    reason: str

    @property
    def key(self) -> str:
        return f"{self.notice_id}/{self.destination_id}"

    @property
    def sentence(self) -> str:
        notice = f"Notice {self.notice_id} ({self.notice_kind})"
        return f"{notice} did not reach {self.destination}: {self.reason}"

    @property
    def command(self) -> str:
        return "mlcollage notices"


class Upgraded(Entry):
    """The database was brought up to date; `path` is the copy made before, `name` its file's."""

    kind = Kind.UPGRADED
    name: str
    path: str

    @property
    def key(self) -> str:
        return printable(self.name)

    @property
    def sentence(self) -> str:
        return (
            "The database was brought to this version of mlcollage; "
            f"as it was before it is kept in {self.path}."
        )


class Restored(Entry):
    """The database was filled from a backup; `begun` threads of it are looked for first."""

    kind = Kind.RESTORED
    backup: str
    begun: int
    at: datetime

    @property
    def key(self) -> str:
        return self.at.isoformat()

    @property
    def sentence(self) -> str:
        return (
            f"This database was restored from {self.backup}. What went out since then is not known "
            "here: before a thread begins, its account's own posts are read, so that nothing goes "
            "out twice."
        )

    @property
    def advice(self) -> str:
        if not self.begun:
            return ""
        begun = _counted(self.begun, "thread that had begun is", "threads that had begun are")
        return f"{begun} looked for first."
