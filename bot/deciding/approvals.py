"""Approving what a collage sends: looked at as it would go out, and approved as it was shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.composing import ahead, sent
from bot.composing.composed import ComposedThread
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import approval, collage, people
from bot.core.approval import Approval, Line, Sent, Standing
from bot.core.collage import Collage, State
from bot.core.errors import BadInput, NotAllowed, Unavailable, Unusable
from bot.deciding import candidates
from bot.storage.approvals import Changed

SHORTEST_HASH = 8
"""Characters of a hash that name what was seen, at least."""

NOTE_LENGTH = 2_000
"""The most characters of a reviewer's note."""


class Look(NamedTuple):
    """A collage as it would go out now, and how its approval stands.

    `sent` is None where it cannot go out, for what `problems` say. `differences` are what became
    of what each person has approved who is put aside. `due_at` is the slot that would take it; None
    where none does.
    """

    item: Collage
    number: int
    threads: tuple[ComposedThread, ...]
    problems: tuple[str, ...]
    sent: Sent | None
    standing: Standing
    differences: tuple[tuple[Approval, tuple[Line, ...]], ...] = ()
    due_at: datetime | None = None

    @property
    def waits(self) -> str:
        """Why it waits for approval, as a clause; "" where it does not, or cannot go out."""
        return self.standing.why if self.sent else ""

    @property
    def hash(self) -> str:
        """The hash of what would be sent; "" where it cannot go out."""
        return self.sent.hash if self.sent else ""

    @property
    def described(self) -> dict[str, object]:
        """How its approval stands, for JSON."""
        return {
            "needed": self.standing.needed,
            "is_approved": bool(self.sent) and self.standing.is_enough,
            "waits": self.waits or None,
            "problems": list(self.problems),
            "hash": self.hash or None,
            "counted": [_approval(each) for each in self.standing.counted],
            "aside": [
                _approval(each) | {"difference": [line._asdict() for line in lines]}
                for each, lines in self.differences
            ],
        }


def look(context: Context, series: Series, name: str, fits: Fittings | None = None) -> Look:
    """The collage of this NAME as it would go out now, with its slide drawn for its number.

    Raises `BadInput` where there is none.
    """
    with context.read() as work:
        item = work.queue.get(series.name, name)
        given = work.approvals.of(item.id)
    if item.state in {State.CLAIMED, State.POSTED}:
        return _past(context, series, item, given)
    place = ahead.place(context, series, item, fits)
    shown = sent.as_numbered(series, item, place.number)
    threads: tuple[ComposedThread, ...] = ()
    try:
        threads = candidates.drawn(place.ahead, shown, place.number, series.accounts)
        problems = _problems(context, series, item, threads)
    except (Unusable, Unavailable) as error:
        problems = (str(error),)
    if problems:
        return Look(item, place.number, threads, problems, None, _standing(series, item, given))
    whole = sent.of(context, series, shown, place.number, threads)
    standing = sent.standing(series, item, given, whole)
    differences = tuple(
        (each, tuple(approval.difference(each.sent, whole))) for each in standing.aside
    )
    return Look(item, place.number, threads, (), whole, standing, differences, place.due_at)


def _past(context: Context, series: Series, item: Collage, given: Sequence[Approval]) -> Look:
    """A collage that a slot has taken: nothing of it can be approved any more."""
    number, threads = candidates.preview(context, series, item, series.accounts)
    standing = approval.standing(approval.Rule.NONE.value, given, None, "")
    return Look(item, number, threads, (), None, standing)


def _standing(series: Series, item: Collage, given: Sequence[Approval]) -> Standing:
    return sent.standing(series, item, given, None)


def _problems(
    context: Context, series: Series, item: Collage, threads: Sequence[ComposedThread]
) -> tuple[str, ...]:
    """What keeps the collage from going out: sentences."""
    if obstacle := collage.obstacle(item):
        return (obstacle,)
    if not threads and series.accounts:
        return (ahead.goes_nowhere(item),)
    return tuple(problem for thread in threads for problem in thread.problems)


class Approved(NamedTuple):
    """What was approved, how it stands now, and whether the same person had approved it before."""

    look: Look
    standing: Standing
    is_new: bool


def approve(
    context: Context, series: Series, look: Look, *, note: str = "", seen: str = ""
) -> Approved:
    """Approve a collage as it was looked at.

    `seen` is the beginning of the hash of what the person saw, which what has been changed since
    somebody approved it needs. Raises `BadInput` where it cannot go out, and `NotAllowed` where its
    series wants no approval, it is on its way, the same person changed it last and another one has
    to approve it, or it was changed since it was looked at.
    """
    item = look.item
    _check(context, series, look)
    assert look.sent is not None
    _check_seen(look, look.sent, seen)
    note = _checked(note)
    is_new = context.who not in {each.who for each in look.standing.counted}
    try:
        with context.write() as work:
            if is_new:
                work.approvals.add(item, context.who, look.sent)
                detail = f"{look.sent.number} {look.sent.hash[:12]}".lstrip()
                work.log.record(context.who, "approve", f"{item.series}/{item.name}", detail)
            else:
                work.approvals.lock(item)
            if note:
                work.approvals.add_note(item.id, context.who, note)
            given = work.approvals.of(item.id)
    except Changed:
        raise _changed(item) from None
    return Approved(look, sent.standing(series, item, given, look.sent), is_new)


def _check(context: Context, series: Series, look: Look) -> None:
    item = look.item
    if not series.wants_approval:
        raise NotAllowed(
            f"Series {series.name} wants no approval: what is ready goes out. To want one, write "
            f'approval = "one" under [series.{series.name}] in {context.config.file.name}.'
        )
    _check_open(item)
    if look.problems:
        why = " ".join(look.problems)
        raise BadInput(f"{item.name} cannot go out, and cannot be approved. {why}")
    if series.approval == approval.Rule.FOUR_EYES and people.is_same(context.who, item.changed_by):
        raise NotAllowed(
            f"{context.who} changed {item.name} last: "
            "with four-eyes, two others have to approve it."
        )


def _check_seen(look: Look, whole: Sent, seen: str) -> None:
    """Raise `NotAllowed` where what is approved may not be what the person saw."""
    name = look.item.name
    anew = f"mlcollage approve {name} --hash {whole.hash[:12]}"
    if not seen:
        if look.standing.aside:
            raise NotAllowed(
                f"{name} was changed since it was approved. To approve it as it is now: {anew}"
            )
        return
    if len(seen) < SHORTEST_HASH:
        raise BadInput(f"A hash has at least {SHORTEST_HASH} characters, not {len(seen)}.")
    if not whole.hash.startswith(seen.lower()):
        raise NotAllowed(
            f"{name} is not what was shown with the hash {collage.shown(seen)}. "
            f"To approve it as it is now: {anew}"
        )


def _check_open(item: Collage) -> None:
    if item.state is State.POSTED:
        raise NotAllowed(f"{item.name} is posted: what is out is history and stays as it is.")
    if item.state is State.CLAIMED:
        raise NotAllowed(f"{item.name} is claimed: it is on its way out, as it was approved.")


def _changed(item: Collage) -> NotAllowed:
    return NotAllowed(
        f"{item.name} was changed or taken by somebody else at this moment; look again: "
        f"mlcollage approve {item.name}"
    )


def take_back(context: Context, series: Series, name: str, note: str = "") -> Collage:
    """Take back what this person has approved.

    Raises `NotAllowed` where there is nothing, or a slot has taken the collage.
    """
    note = _checked(note)
    with context.write() as work:
        item = work.queue.get(series.name, name)
        _check_open(item)
        try:
            is_ended = work.approvals.take_back(item, context.who)
        except Changed:
            raise _changed(item) from None
        if not is_ended:
            raise NotAllowed(f"{context.who} has approved nothing of {item.name}.")
        work.log.record(context.who, "take back", f"{item.series}/{item.name}", "its approval")
        if note:
            work.approvals.add_note(item.id, context.who, note)
    return item


def add_note(context: Context, series: Series, name: str, text: str) -> Collage:
    """Store what a reviewer says of a collage to the others; none of it goes out."""
    text = _checked(text)
    if not text:
        raise BadInput("The note is empty; say something.")
    with context.write() as work:
        item = work.queue.get(series.name, name)
        work.approvals.add_note(item.id, context.who, text)
        work.log.record(context.who, "note", f"{item.series}/{item.name}")
    return item


def _checked(note: str) -> str:
    """The note without white space around it; raises `BadInput` for what cannot be stored."""
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        raise BadInput(f"The note has {len(note):,} characters, at most {NOTE_LENGTH:,} are taken.")
    if bad := collage.control(note, lines=True):
        raise BadInput(f"The note holds the control character U+{ord(bad):04X}.")
    return note


def asked(context: Context, series: Series, item: Collage) -> Look | None:
    """How the approval of a collage stands; None where its series wants none, or it is past that.

    It is composed for this.
    """
    if not series.wants_approval or item.state in {State.CLAIMED, State.POSTED}:
        return None
    return look(context, series, item.name)


def _approval(each: Approval) -> dict[str, object]:
    return {"who": each.who, "at": each.at.isoformat(), "hash": each.sent.hash}
