"""All that is known of one delivery, for the maintainer who decides about it."""

import difflib
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.composing import composer
from bot.context import Context
from bot.core.delivery import Delivery, Part, State
from bot.core.errors import MlcollageError
from bot.deciding import actions
from bot.deciding.actions import Ahead, Step
from bot.sending import preconditions
from bot.storage.accounts import AccountRow
from bot.storage.lookup import Attempt, Cargo, Entry
from bot.storage.work import Work


class Event(NamedTuple):
    """Something that happened: an `attempt`, a `look`, or what a person decided, a `change`.

    `trace` is the traceback of an unexpected error in it.
    """

    at: datetime
    kind: str
    words: str
    attempt: Attempt | None = None
    trace: str = ""


class Sight(NamedTuple):
    """A delivery as it is now.

    `parts` are those saved, or where nothing is frozen yet those that would be sent. `anew` is a
    frozen thread as it would be composed now, where that differs; `problem` says why it cannot be.
    `before` is the address of the post before it, `identity` whose posts to look through. `steps`
    are what a person may do, `possible` the same and what else helps, as commands.
    """

    entry: Entry
    cargo: Cargo | None
    parts: tuple[Part, ...]
    anew: tuple[Part, ...]
    problem: str
    timeline: tuple[Event, ...]
    identity: str
    before: str
    ahead: Ahead
    possible: tuple[str, ...]
    steps: tuple[Step, ...] = ()


def of(context: Context, wanted: str) -> Sight:
    """The delivery with this number or key; raises `BadInput` when there is none."""
    with context.read() as work:
        entry = work.lookup.named(wanted)
        delivery = entry.delivery
        cargo = work.lookup.cargo(delivery)
        parts = work.parts.of(delivery.id)
        account = next(row for row in work.accounts.all() if row.name == delivery.account)
        timeline = tuple(sorted(_events(work, delivery), key=lambda event: event.at))
        before = work.lookup.post_before(delivery)
    anew, problem = _composed(context, entry, cargo)
    if anew and not delivery.is_frozen:
        # Nothing is frozen yet: what would be composed now is what would be sent.
        parts, anew = anew, ()
    if _is_same(parts, anew):
        anew = ()
    return Sight(
        entry=entry,
        cargo=cargo,
        parts=parts,
        anew=anew,
        problem=problem,
        timeline=timeline,
        identity=_identity(context, account),
        before=before,
        ahead=actions.ahead(context, entry, account),
        possible=tuple(actions.possible(context, entry, cargo, account)),
        steps=tuple(actions.steps(context, entry, cargo)),
    )


def _events(work: Work, delivery: Delivery) -> Iterator[Event]:
    for attempt in work.lookup.attempts_of(delivery.id):
        yield Event(attempt.at, "attempt", attempt.words, attempt, attempt.trace)
    for seen in work.lookup.looks_of(delivery.id):
        yield Event(seen.at, "look", seen.words, trace=seen.trace)
    for change in work.log.changes(delivery.key):
        text = f"{change.who}: {change.what}"
        if change.detail:
            text += f" ({change.detail})"
        yield Event(change.at, "change", text)


def _composed(context: Context, entry: Entry, cargo: Cargo | None) -> tuple[tuple[Part, ...], str]:
    """The thread as it would be composed now, or why it cannot be.

    Both are empty where it never will be: it is out, set aside, or without its slot or account.
    """
    delivery = entry.delivery
    is_past = delivery.state is State.SENT or entry.rehearsal != context.rehearsal
    if is_past or (cargo and not cargo.is_in_place) or delivery.account not in context.publishers:
        return (), ""
    if refusal := preconditions.unknown_series(context, delivery):
        return (), refusal.words
    try:
        return composer.parts_of(context, delivery), ""
    except MlcollageError as error:
        return (), str(error)


def _is_same(parts: tuple[Part, ...], anew: tuple[Part, ...]) -> bool:
    return [described(part) for part in parts] == [described(part) for part in anew]


def described(part: Part) -> list[str]:
    """A part as lines of text, with all that its readers would see."""
    lines = part.text.splitlines()
    if part.image:
        lines += [
            f"picture: {part.image.file} ({part.image.sha256[:12]})",
            f"alt text: {part.image.alt}",
        ]
    return lines


def _identity(context: Context, account: AccountRow) -> str:
    """The name the account posts under, or ours for it where that is not known."""
    publisher = context.publishers.get(account.name)
    if publisher is None:
        return account.name
    return publisher.identity or account.name


def told(event: Event) -> str:
    """An event as one line: an attempt with its part, how long it took, how it ended and the
    network's words.
    """
    attempt = event.attempt
    if attempt is None:
        return f"looked: {event.words}" if event.kind == "look" else event.words
    what = f"part {attempt.position}" if attempt.position else "the whole thread"
    took = ""
    if attempt.ended_at:
        took = f" for {(attempt.ended_at - attempt.at).total_seconds():.1f} s"
    outcome = attempt.outcome.value if attempt.outcome else "cut off"
    words = f" ({attempt.words})" if attempt.words else ""
    return f"tried {what}{took}: {outcome}{words}"


def edits(seen: Sight) -> Iterator[tuple[int, str]]:
    """What was changed since a thread was frozen: lines that begin with "- " or "+ ", each with the
    position of its part.
    """
    if not seen.anew:
        return
    frozen = {part.position: described(part) for part in seen.parts}
    anew = {part.position: described(part) for part in seen.anew}
    for position in sorted(frozen | anew):
        for line in difflib.ndiff(frozen.get(position, []), anew.get(position, [])):
            if line.startswith(("- ", "+ ")):
                yield position, line
