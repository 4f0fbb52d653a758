"""The briefing, before a slot and a roundup."""

from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from bot.core import times
from bot.core.notices.entry import Entry, Kind, printable

REHEARSAL = "It is a rehearsal (live = false): threads go into outbox folders only."


def briefing_key(series: str, at: datetime, span: timedelta, title_month: str = "") -> str:
    """The key of the briefing to be given `span` before a slot or, with a month, its roundup."""
    moment = f"roundup-{title_month}" if title_month else f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{series}/{moment}/{span / timedelta(hours=1):g}h"


class Occasion(NamedTuple):
    """What a briefing was given for: a slot `at` an instant, or the roundup of a title month."""

    series: str
    at: datetime | None
    title_month: str
    span: timedelta


def occasion_of(key: str) -> Occasion:
    """What a `briefing_key` names."""
    series, moment, span = key.rsplit("/", 2)
    before = timedelta(hours=float(span.removesuffix("h")))
    if moment.startswith("roundup-"):
        return Occasion(series, None, moment.removeprefix("roundup-"), before)
    return Occasion(series, datetime.fromisoformat(moment), "", before)


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

    `occasion` is its `briefing_key`, `cost` an amount such as "$0.33" or "", `wrong` are sentences
    on what is wrong, `careful` on what may be, and `notes` on what has time. Where nothing is
    wanted, or nothing is wrong, it needs nobody.
    """

    kind = Kind.BRIEF
    occasion: str
    heading: str
    plan: str
    accounts: tuple[str, ...] = ()
    cost: str = ""
    wrong: tuple[str, ...] = ()
    careful: tuple[str, ...] = ()
    is_wanted: bool = True
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.occasion

    @property
    def subject(self) -> str:
        return f"brief/{self.occasion}"

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
        sentences = (*self.wrong, *self.careful)
        if not sentences:
            return " ".join(["all is well.", *self.notes])
        # The last one keeps its end: it may be a command, which a full stop would spoil.
        sentences = (*self.notes, *sentences)
        return "; ".join([*(sentence.rstrip(".") for sentence in sentences[:-1]), sentences[-1]])

    @property
    def details(self) -> str:
        # A post's text is one of the lines and has more than one of its own.
        lines = "\n".join(self.lines).split("\n")
        return "\n".join(printable(line) for line in lines)

    @property
    def needs_nobody(self) -> bool:
        return not (self.is_wanted and (self.wrong or self.careful))
