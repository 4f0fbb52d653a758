"""Collages as slots try them, one after another: each knows what goes out before it.

An account may refuse a text that it has already, so what one collage posts can keep a later one
from going out. Whatever asks whether a collage can go out asks here, and gets the slot's answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from bot.composing import sent
from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import agenda
from bot.core.agenda import Line, Snapshot, Waiting
from bot.core.approval import Standing
from bot.core.collage import Collage, State
from bot.core.errors import BadInput

MOST = 300
"""Collages that are composed to know what is ahead of one, which takes a second or two; the texts
of those behind them are known when these are out."""


class Candidate(NamedTuple):
    """A collage composed for all accounts of its series, and what keeps it from going out.

    `standing` says how its approval stands; None where its series wants none.
    """

    item: Collage
    threads: tuple[ComposedThread, ...]
    problems: tuple[str, ...]
    standing: Standing | None = None

    @property
    def unapproved(self) -> str:
        """Why it waits for approval, as a clause; "" where it does not, or has other problems."""
        if self.standing is None or self.problems:
            return ""
        return self.standing.why


def goes_nowhere(item: Collage) -> str:
    """That a collage leaves out all accounts of its series, as a sentence."""
    change = f"let it go out on one of them: mlcollage edit {item.name}"
    return f"{item.name} goes out nowhere: it leaves out every account of {item.series}; {change}"


class _Owner(NamedTuple):
    """The collage whose thread a text comes from."""

    collage_id: int
    name: str


class Ahead:
    """Tries the collages of a series in the order of its agenda, and remembers what they post.

    Claimed threads that have not begun go out before all of them, of other series as well. `new`
    are collages by id that the database does not have like this. `tried` are those composed so far.
    Pictures are fitted by `fits`, those of the queue only where they are shown or sent.
    """

    def __init__(
        self,
        context: Context,
        series: Series,
        new: Mapping[int, Collage] | None = None,
        fits: Fittings | None = None,
    ) -> None:
        self.context, self.series, self._new = context, series, new or {}
        self.fits = fits or Fittings.of(context, series)
        self._composers = {
            account: Composer.of(context, series.name, account, self.fits)
            for account in series.accounts
        }
        # Only where a network refuses them does it matter which texts are ahead.
        self._texts: dict[str, dict[str, _Owner]] = {
            account: {}
            for account, composer in self._composers.items()
            if not composer.network.takes_repeats
        }
        self._elsewhere: list[tuple[datetime, Candidate]] = []
        self.tried: dict[int, Candidate] = {}
        # Looked for when the first thread is composed: an empty queue needs none of it.
        self._knows_claimed = not self._texts

    def look_aside(self) -> "Ahead":
        """Let what other series put on the same accounts count too, each at its time."""
        for other in self.context.config.series.values():
            if other.name == self.series.name or self._texts.keys().isdisjoint(other.accounts):
                continue
            with self.context.read() as work:
                if work.series.find(other.name) is None:
                    # New in the configuration: no slot of it is due before the next tick.
                    continue
            aside = Ahead(self.context, other)
            for line in agenda.placed(_whole(self.context, other), aside.is_stopped):
                if line.collage and line.collage.id in aside.tried:
                    self._elsewhere.append((line.slot.due_at, aside.tried[line.collage.id]))
        return self

    def is_stopped(self, line: Line) -> bool:
        """Whether the line's collage cannot go out; if it can, what follows knows its texts.

        It is the agenda's trial, to be asked of one line after another.
        """
        if line.collage is None:
            return False
        if len(self.tried) >= MOST and line.collage.id not in self._new:
            return False
        found = self.look_at(line)
        # None: removed since the agenda was made.
        if found is None or found.problems or found.unapproved:
            return True
        self._take(found)
        return False

    def look_at(self, line: Line) -> Candidate | None:
        """The line's collage as its slot would try it; its texts stay unknown to what follows."""
        assert line.collage is not None
        item = self._new.get(line.collage.id)
        if item is None:
            with self.context.read() as work:
                item = work.queue.by_ids([line.collage.id]).get(line.collage.id)
        if item is None:
            return None
        self.catch_up(line.slot.due_at)
        return self.compose(item, line.number, line.slot.local_on)

    def compose(self, item: Collage, number: int | None, local_on: date) -> Candidate:
        """The collage with that number, for a slot on that day: after what is ahead of it by now.

        No slide is drawn: whatever number is on it, it can go out.
        """
        given = sent.approvals(self.context, self.series, item)
        if given:
            item = sent.as_numbered(self.series, item, number)
        # What is approved is compared with the very bytes; a slide is known by what it is drawn of.
        is_seen = item.id in self._new or (bool(given) and not item.picture_is_drawn)
        threads = tuple(self._threads(item, number, self.series.accounts, fits=is_seen))
        problems = [problem for thread in threads for problem in thread.problems]
        if not threads and self.series.accounts:
            problems.append(goes_nowhere(item))
        # Counted numbers lie above all that are taken; only one brought along may be another's.
        if item.kept_number is not None:
            with self.context.read() as work:
                year = self.series.numbering.year(local_on)
                other = work.queue.taken_by(self.series.name, item.kept_number, year)
            if other:
                problems.append(
                    f"{item.name} cannot have the number {number}: it is {other}'s already; "
                    f"let its slot count on: mlcollage number {item.name} --off"
                )
        standing: Standing | None = None
        if self.series.wants_approval and not problems:
            try:
                whole = sent.of(self.context, self.series, item, number, threads)
                standing = sent.standing(self.series, item, given, whole)
            except BadInput as error:
                problems.append(str(error))
        self.tried[item.id] = Candidate(item, threads, tuple(problems), standing)
        return self.tried[item.id]

    def threads(
        self, item: Collage, number: int | None, accounts: Collection[str]
    ) -> list[ComposedThread]:
        """The collage's thread for each of these accounts, with the picture that goes out."""
        return self._threads(item, number, accounts, fits=True)

    def _threads(
        self, item: Collage, number: int | None, accounts: Collection[str], *, fits: bool
    ) -> list[ComposedThread]:
        """The threads; where nobody sees the picture, it `fits` without being made to."""
        if not self._knows_claimed:
            self._knows_claimed = True
            self._take_claimed()
        threads = []
        for account in self.context.wanted(item, accounts):
            composer = self._composers[account].after(self._others(account, item))
            if not fits:
                composer = composer.assuming_fit()
            threads.append(composer.collage_shown(item, number))
        return threads

    def _others(self, account: str, item: Collage) -> dict[str, str]:
        """The texts that others than this collage put on an account, each with whose it is."""
        return {
            text: f"a part of {owner.name}, which goes out before"
            for text, owner in self._texts.get(account, {}).items()
            if owner.collage_id != item.id
        }

    def _take(self, found: Candidate) -> None:
        for thread in found.threads:
            self._take_thread(found.item, thread)

    def _take_thread(self, item: Collage, thread: ComposedThread) -> None:
        known = self._texts.get(thread.account)
        if known is None:
            return
        for part in thread.parts:
            known.setdefault(part.text, _Owner(item.id, item.name))

    def _take_claimed(self) -> None:
        with self.context.read() as work:
            open_ones = [each for each in work.deliveries.to_come() if each.account in self._texts]
            items = work.queue.by_ids({each.collage_id for each in open_ones if each.collage_id})
        for delivery in open_ones:
            item = items.get(delivery.collage_id or 0)
            if item is None or delivery.series not in self.context.config.series:
                continue
            composer = Composer.of(self.context, delivery.series, delivery.account)
            shown = composer.assuming_fit().collage_shown(item, item.number)
            if delivery.frozen:
                # Approved: it goes out with the texts that it had then.
                with self.context.read() as work:
                    shown = replace(shown, parts=work.parts.of(delivery.id))
            self._take_thread(item, shown)

    def catch_up(self, due_at: datetime) -> None:
        """Take what other series put out before that time."""
        for _, found in [each for each in self._elsewhere if each[0] < due_at]:
            self._take(found)
        self._elsewhere = [each for each in self._elsewhere if each[0] >= due_at]


def whole(
    context: Context,
    series: Series,
    new: Mapping[int, Collage] | None = None,
    fits: Fittings | None = None,
) -> Ahead:
    """What is ahead of a series' first slot, with the other series on the same accounts."""
    return Ahead(context, series, new, fits).look_aside()


def tried(
    context: Context,
    series: Series,
    items: Sequence[Collage],
    *,
    joins: bool = True,
    fits: Fittings | None = None,
) -> list[Candidate]:
    """Try collages together: each as its slot would, after all that goes out before it.

    Those that are not ready count as the queue's last, in this order; without `joins` each of them
    for itself. Ids below 1, which no row has, are of new ones.
    """
    new = {item.id: item for item in items}
    ahead = whole(context, series, new, fits)
    snapshot = _with(_whole(context, series), items)

    def is_stopped(line: Line) -> bool:
        if not joins and line.collage and line.collage.id in new:
            ahead.look_at(line)
            return True
        return ahead.is_stopped(line)

    for _ in agenda.placed(snapshot, is_stopped):
        if new.keys() <= ahead.tried.keys():
            break
    today = context.clock.now().astimezone(series.zone).date()
    for item in items:
        # A series without slots, say, takes it by hand only.
        if item.id not in ahead.tried:
            number, _ = agenda.number_for(snapshot, _waiting(item), today)
            ahead.compose(item, number, today)
    return [ahead.tried[item.id] for item in items]


def problems(
    context: Context, series: Series, item: Collage, fits: Fittings | None = None
) -> tuple[str, ...]:
    """What keeps a collage of the queue from going out as things stand: sentences.

    Of one that is claimed or out, it is what keeps its threads that have not begun.
    """
    if item.state in {State.CLAIMED, State.POSTED}:
        return tuple(
            problem
            for account in context.wanted(item, series.accounts)
            for problem in Composer.of(context, series.name, account, fits)
            .collage_shown(item, item.number)
            .problems
        )
    (found,) = tried(context, series, [item], fits=fits)
    return found.problems


class Place(NamedTuple):
    """Where a collage stands: the number that it has or would get, and what is ahead of it.

    `due_at` is the slot that would take it; None where there is none.
    """

    number: int
    ahead: Ahead
    due_at: datetime | None = None


def place(
    context: Context,
    series: Series,
    item: Collage,
    fits: Fittings | None = None,
    most: int | None = None,
) -> Place:
    """Look for a collage's place, passing over what cannot go out, as slots do.

    One that is not ready counts as the last. With `most` only so many of those before it are
    composed to know whether they can go out, and the others are counted on.
    """
    ahead = whole(context, series, fits=fits)
    snapshot = _with(_whole(context, series), [item])
    number = item.kept_number if item.number is None else item.number

    def is_stopped(line: Line) -> bool:
        if line.collage and line.collage.id == item.id:
            return False
        if most is not None and len(ahead.tried) >= most:
            return False
        return ahead.is_stopped(line)

    for line in agenda.placed(snapshot, is_stopped):
        if line.number is not None and line.collage and line.collage.id == item.id:
            ahead.catch_up(line.slot.due_at)
            taken = line.number if number is None else number
            return Place(taken, ahead, line.slot.due_at)
    if number is None:
        today = context.clock.now().astimezone(series.zone).date()
        number, _ = agenda.number_for(snapshot, _waiting(item), today)
    return Place(number, ahead)


def _whole(context: Context, series: Series) -> Snapshot:
    """The series at this moment, with its whole queue."""
    with context.read() as work:
        return work.snapshots.take(series, context.clock.now(), None)


def _with(snapshot: Snapshot, items: Iterable[Collage]) -> Snapshot:
    """The same moment with these collages in the queue, at its end where they are not ready."""
    known = {waiting.id for waiting in snapshot.ready}
    joining = [_waiting(item) for item in items if item.id not in known]
    kept = {each.id: each.kept_number for each in joining if each.kept_number is not None}
    return replace(snapshot, ready=(*snapshot.ready, *joining), kept={**snapshot.kept, **kept})


def _waiting(item: Collage) -> Waiting:
    return Waiting(item.id, item.name, item.pinned_on, item.kept_number)
