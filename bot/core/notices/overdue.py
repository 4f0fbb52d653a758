"""Notices of what is past due."""

from datetime import datetime, timedelta, tzinfo

from bot.core import month, times
from bot.core.delivery import Delivery, State
from bot.core.notices.entry import Entry, Kind, counted, ended


class DeliveryOverdue(Entry):
    """A thread that is not out long after its time.

    `next_at` is None where a person has to say whether it is out; `account_note` is None where the
    account is not held. It is told again each day: `days` are whole ones since it was due or tried
    anew.
    """

    kind = Kind.OVERDUE
    delivery: Delivery
    state: str
    next_at: datetime | None
    account_note: str | None
    zone: tzinfo
    days: int = 0

    @property
    def key(self) -> str:
        held = "" if self.account_note is None else "/held"
        since = f"{self.delivery.since:%Y-%m-%dT%H:%M}"
        day = f"/{self.days}" if self.days else ""
        return f"{self.delivery.key}/{since}/{self.state}{held}{day}"

    @property
    def sentence(self) -> str:
        due = times.full(self.delivery.due_at, self.zone)
        sentence = f"{self.delivery.subject} was due on {due}: {self._wait()}"
        if self.delivery.failures > 1:
            sentence += f" It was tried {self.delivery.failures} times."
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
            return f"its account is held{ended(self.account_note)}"
        return f"it waits, and is tried again on {times.full(self.next_at, self.zone)}."

    @property
    def command(self) -> str:
        return self.delivery.command


class StillByHand(Entry):
    """A thread lies ready to be posted by hand, and nobody has said that it is posted.

    It is told again each day; `days` are whole ones since it was due or laid ready anew.
    """

    kind = Kind.OVERDUE
    delivery: Delivery
    zone: tzinfo
    days: int = 0

    @property
    def key(self) -> str:
        since = f"{self.delivery.since:%Y-%m-%dT%H:%M}"
        return f"{self.delivery.key}/{since}/by-hand/{self.days}"

    @property
    def sentence(self) -> str:
        due = times.full(self.delivery.due_at, self.zone)
        nobody = "nobody has said yet where it is posted."
        return f"{self.delivery.subject} was due on {due}, and {nobody} {self.delivery.note}"

    @property
    def advice(self) -> str:
        cancel = f"mlcollage deliveries cancel {self.delivery.id} --not-posted"
        return f"If it shall not be posted: {cancel}. If it is posted: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage deliveries resolve {self.delivery.id} --posted URL"


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
    def subject(self) -> str:
        return f"day/{self.at:%Y-%m-%d}"

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
    def subject(self) -> str:
        return f"slot/{self.series}/{self.due_at.isoformat()}"

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
    def subject(self) -> str:
        return f"roundup/{self.series}/{self.title_month}"

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
    """A roundup that is not announced long after its time, in the state it has reached.

    It is told again each day; `days` are whole ones since it was due.
    """

    kind = Kind.OVERDUE
    series: str
    title_month: str
    state: month.State
    due_at: datetime
    zone: tzinfo
    days: int = 0

    @property
    def key(self) -> str:
        day = f"/{self.days}" if self.days else ""
        return f"{self.series}/{self.title_month}/{self.state}{day}"

    @property
    def subject(self) -> str:
        return f"roundup/{self.series}/{self.title_month}"

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
        days = counted(self.days, "day", "days")
        waiting = counted(self.waiting, "thread waits", "threads wait")
        held = f"Account {self.account} has been held for {days}, and {waiting}"
        return f"{held}{ended(self.note)}"

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
    def subject(self) -> str:
        return f"day/{self.at:%Y-%m-%d}"

    @property
    def sentence(self) -> str:
        notices = counted(self.count, "notice has", "notices have")
        return f"{notices} not reached everybody who is to be alerted."

    @property
    def command(self) -> str:
        return "mlcollage notices"


class EventsOverdue(Entry):
    """Events have not been sent to every script for long; said once a day."""

    kind = Kind.OVERDUE
    count: int
    at: datetime

    @property
    def key(self) -> str:
        return f"events/{self.at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        return f"day/{self.at:%Y-%m-%d}"

    @property
    def sentence(self) -> str:
        events = counted(self.count, "event has", "events have")
        return f"{events} not reached every address in events.urls."

    @property
    def command(self) -> str:
        return "mlcollage events list"


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
    def subject(self) -> str:
        return f"brief/{self.occasion}"

    @property
    def sentence(self) -> str:
        slot = times.full(self.at, self.zone)
        due = times.full(self.at - self.span, self.zone)
        return f"The brief of {self.series} for {slot} was due on {due} and was not given."

    @property
    def command(self) -> str:
        return "mlcollage doctor"


class SlotNotKept(Entry):
    """A slot that a briefing announced, and that is not in the timetable any more."""

    kind = Kind.OVERDUE
    series: str
    at: datetime
    zone: tzinfo

    @property
    def key(self) -> str:
        return f"kept/{self.series}/{self.at}"

    @property
    def sentence(self) -> str:
        slot = times.full(self.at, self.zone)
        return (
            f"A brief of {self.series} announced the slot of {slot}, and it did not come: "
            "the configuration was changed in between."
        )

    @property
    def advice(self) -> str:
        return f"To post now: {self.command}"

    @property
    def command(self) -> str:
        return "mlcollage post NAME --now"


class RoundupNotKept(Entry):
    """A roundup that a briefing announced, and that was not made at its time."""

    kind = Kind.OVERDUE
    series: str
    title_month: str

    @property
    def key(self) -> str:
        return f"kept/{self.series}/{self.title_month}"

    @property
    def sentence(self) -> str:
        return (
            f"A brief of {self.series} announced the roundup {self.title_month}, and it was not "
            "made: the configuration was changed in between."
        )

    @property
    def command(self) -> str:
        return "mlcollage roundup list"
