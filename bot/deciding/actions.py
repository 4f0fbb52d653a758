"""What becomes of a delivery by itself, and which steps a maintainer may take."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.context import Context
from bot.core import collage, lookups
from bot.core.delivery import Delivery, State
from bot.core.errors import NotAllowed
from bot.storage.accounts import AccountRow
from bot.storage.lookup import Cargo, Entry


class Step(StrEnum):
    """What a maintainer may do, as it is typed after `mlcollage deliveries`."""

    RETRY = "retry {id}"
    EDITED = "retry {id} --edited"
    EDITED_DOUBTFUL = "retry {id} --edited --not-posted"
    POSTED = "resolve {id} --posted URL"
    NOT_POSTED = "resolve {id} --not-posted"
    GONE = "resolve {id} --gone {last}"
    CANCEL = "cancel {id}"
    CANCEL_DOUBTFUL = "cancel {id} --not-posted"
    REWORD = "reword {id} {part}"
    REWORD_DOUBTFUL = "reword {id} {part} --not-posted"


POSSIBLE: dict[State, tuple[Step, ...]] = {
    State.WAITING: (Step.RETRY, Step.EDITED, Step.REWORD, Step.POSTED, Step.CANCEL),
    State.SENDING: (),
    State.UNCERTAIN: (
        Step.RETRY,
        Step.POSTED,
        Step.NOT_POSTED,
        Step.GONE,
        Step.EDITED_DOUBTFUL,
        Step.REWORD_DOUBTFUL,
        Step.CANCEL,
        Step.CANCEL_DOUBTFUL,
    ),
    State.HELD: (Step.RETRY, Step.EDITED, Step.REWORD, Step.POSTED, Step.CANCEL),
    State.FAILED: (Step.RETRY, Step.EDITED, Step.REWORD, Step.POSTED, Step.CANCEL),
    State.SENT: (),
}

REFUSED: dict[State, str] = {
    State.SENDING: "is on its way at this moment; look again: mlcollage deliveries show {id}",
    State.UNCERTAIN: "may be out; say first whether it is: "
    "mlcollage deliveries resolve {id} --posted URL, or --not-posted",
    State.SENT: "is out, every part of it",
}
"""Why a step is refused, by state. In the other states the delivery is surely not out."""

BY_ITSELF: dict[State, str] = {
    State.SENT: "nothing: every part of it is out",
    State.HELD: "nothing: a person decides",
    State.FAILED: "nothing: a person decides",
}
"""What happens next in the states that do not end by themselves."""


class Ahead(NamedTuple):
    """What happens next by itself, and when, where that is known."""

    words: str
    at: datetime | None = None


def ahead(context: Context, entry: Entry, account: AccountRow) -> Ahead:
    """What becomes of a delivery if nobody does anything.

    What stops it for longest comes first: another mode, then its own state, then its account.
    """
    state, now = entry.delivery.state, context.clock.now()
    if entry.rehearsal != context.rehearsal:
        return Ahead("nothing: it was made in another mode, and is set aside")
    if state in BY_ITSELF:
        return Ahead(BY_ITSELF[state])
    if state is State.SENDING and entry.lease_until:
        return _while_sending(context, entry.lease_until)
    if account.name not in context.publishers:
        return Ahead(f"nothing, before account {account.name} is in the configuration again")
    if is_by_hand(context, entry.delivery):
        place = context.publishers[account.name].by_hand
        return Ahead(f"somebody posts it by hand on {place}")
    if account.is_held(now):
        return _while_held(account)
    if entry.next_at >= lookups.NEVER:
        return Ahead("nothing: looking does not tell, and a person decides")
    at = max(entry.next_at, now)
    if state is State.WAITING:
        return Ahead("it is sent", at)
    if entry.delivery.looks >= lookups.ASKED:
        return Ahead("a person decides; meanwhile it is looked for, next", at)
    return Ahead("it is looked for", at)


def is_by_hand(context: Context, delivery: Delivery) -> bool:
    """Whether a thread was laid ready for a person, who has not said yet where it is posted."""
    publisher = context.publishers.get(delivery.account)
    is_left = delivery.state is State.UNCERTAIN and delivery.looks >= lookups.ASKED
    return is_left and publisher is not None and publisher.by_hand != ""


def _while_held(account: AccountRow) -> Ahead:
    if account.held_until:
        return Ahead(f"account {account.name} is held until", account.held_until)
    return Ahead(f"nothing: account {account.name} is held")


def _while_sending(context: Context, lease_until: datetime) -> Ahead:
    if context.clock.now() < lease_until:
        return Ahead("it is being sent, by somebody who has time until", lease_until)
    # A request begun under the lease may still run: `rescue.left_over` waits as long.
    looked_at = lease_until + context.config.delivery.request
    return Ahead("whoever sent it has stopped; it is seen to", looked_at)


def steps(context: Context, entry: Entry, cargo: Cargo | None) -> list[Step]:
    """The steps that make sense now."""
    if entry.rehearsal != context.rehearsal:
        return []
    found = [step for step in POSSIBLE[entry.delivery.state] if _makes_sense(step, entry, cargo)]
    if is_by_hand(context, entry.delivery):
        # Looking shows nothing that the person does not know.
        found = [step for step in found if step is not Step.RETRY]
    return found


def possible(context: Context, entry: Entry, cargo: Cargo | None, account: AccountRow) -> list[str]:
    """The commands that make sense now, as they are typed."""
    if entry.rehearsal != context.rehearsal:
        return []
    # Parts go out in order, so the first one without a receipt follows those that are out.
    names = {"id": entry.delivery.id, "part": entry.out + 1, "last": entry.out}
    commands = [f"deliveries {step.format_map(names)}" for step in steps(context, entry, cargo)]
    if cargo and cargo.state is collage.State.HELD:
        commands.append(f"release {cargo.name}")
    if account.is_held(context.clock.now()):
        commands.append(f"release --account {account.name}")
    return [f"mlcollage {command}" for command in commands]


def _makes_sense(step: Step, entry: Entry, cargo: Cargo | None) -> bool:
    """Whether a step that the state allows would change anything for this delivery."""
    is_in_place = cargo is None or cargo.is_in_place
    match step:
        case Step.RETRY:
            return is_in_place
        case Step.EDITED | Step.EDITED_DOUBTFUL:
            return is_in_place and entry.delivery.is_frozen and not entry.out
        case Step.REWORD | Step.REWORD_DOUBTFUL:
            return is_in_place and entry.delivery.is_frozen and entry.out < entry.saved_parts
        case Step.POSTED:
            return entry.saved_parts > 0
        case Step.GONE:
            # Without its first part nothing follows.
            return entry.out > 1
        case Step.CANCEL:
            if entry.delivery.state is State.UNCERTAIN:
                return entry.out > 0
            return entry.delivery.state is not State.FAILED
        case Step.CANCEL_DOUBTFUL:
            return not entry.out
        case _:
            return True


def check(context: Context, entry: Entry, step: Step) -> None:
    """Raise `NotAllowed` where the step makes no sense for a delivery in its state."""
    delivery_id, state = entry.delivery.id, entry.delivery.state
    if entry.rehearsal != context.rehearsal:
        raise NotAllowed(f"Delivery {delivery_id} was made in another mode, and is set aside.")
    if step not in POSSIBLE[state]:
        why = REFUSED.get(state, "is surely not out; send it with mlcollage deliveries retry {id}")
        raise NotAllowed(f"Delivery {delivery_id} {why.format(id=delivery_id)}.")
