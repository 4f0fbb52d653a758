"""The queue: the dates of the slots stay where they are, and the collages move between them."""

from dataclasses import replace
from datetime import date

from starlette.responses import Response

from bot.config import Series
from bot.core.collage import Collage, State
from bot.core.errors import BadInput
from bot.core.schedule import SlotState
from bot.deciding import collages, coming, queue_changes
from bot.deciding.coming import Coming
from bot.deciding.queue_changes import Moved, Place, Where
from bot.web.call import Call, Undo, address
from bot.web.pages import collage

WHY = {
    SlotState.EMPTY: "free",
    SlotState.MISSED: "missed: nothing was running",
    SlotState.SKIPPED: "skipped",
    SlotState.PAUSED: "paused",
}
"""Why a slot takes nothing."""

LOOKED_AT = 12
"""Collages that are composed to see whether they can go out; those behind them are counted on."""

MORE = 3
"""Slots that are shown behind those that take a collage: where the next ones go."""

MOST = 104
"""Slots that are shown at most: two years of a weekly series."""


def show(call: Call) -> Response:
    """The page of the queue."""
    context, series = call.context, call.series
    # First: what somebody changes while the page is made may not pass as seen.
    order = queue_changes.order(context, series)
    waiting = collages.listed(context, series)
    ready = [item for item in waiting if item.state is State.READY]
    ahead = coming.look(context, series, min(MOST, len(ready) + MORE), LOOKED_AT)
    placed = {each.collage.id for each in ahead.slots if each.collage}
    return call.page(
        "queue.html",
        series=series,
        ahead=ahead,
        stopped={each.name: " ".join(each.problems) for each in ahead.stopped},
        unapproved={each.name: each.why for each in ahead.unapproved},
        unplaced=[item for item in ready if item.id not in placed],
        claimed=[item for item in waiting if item.state is State.CLAIMED],
        drafts=[item for item in waiting if item.state is State.DRAFT],
        held=[item for item in waiting if item.state is State.HELD],
        order=order,
        neighbours=_neighbours(waiting, ahead),
        ready=ready,
        why=WHY,
    )


def _neighbours(waiting: list[Collage], ahead: Coming) -> dict[int, tuple[str, str]]:
    """The names of the ready collages before and behind each one, by its id; "" at an end.

    One that was made ready while the page was made has none yet.
    """
    ready = [item for item in waiting if item.state is State.READY]
    names = ["", *(item.name for item in ready), ""]
    found = {each.collage.id: ("", "") for each in ahead.slots if each.collage}
    return found | {item.id: (names[at], names[at + 2]) for at, item in enumerate(ready)}


def back(call: Call) -> Response:
    """The page that a form was on: that of its collage, or the queue."""
    name = call.form.get("name")
    if call.form.get("on") != "collage" or not name:
        return show(call)
    return collage.show(replace(call, path={**call.path, "name": name}))


def move(call: Call) -> Response:
    """Move a collage to another place."""
    form, series = call.form, call.series
    name = form.needed("name")
    place = _place(form.needed("where"), form.get("neighbour"))
    moved = queue_changes.move(call.context, series, name, place, seen=form.needed("order"))
    undo = Undo(
        address("s", series.name, "queue", "move"),
        {"name": name, "where": moved.back.where, "neighbour": moved.back.neighbour},
    )
    return _done(call, f"{name} {_moved(moved)}.", undo, name)


def _place(where: str, neighbour: str) -> Place:
    try:
        return Place(Where(where), neighbour)
    except ValueError:
        known = ", ".join(Where)
        raise BadInput(f"{where!r} is no place in the queue; there are {known}.") from None


def _moved(moved: Moved) -> str:
    """From which place to which a collage was moved."""
    for change in moved.changes:
        return f"was moved from place {change.before} to {change.after}"
    return "stands where it stood"


def pin(call: Call) -> Response:
    """Pin a collage to a day, or take the pin off where no day is given."""
    context, series, name = call.context, call.series, call.form.needed("name")
    before = collages.get(context, series, name).pinned_on
    day = call.form.get("day").strip()
    if day:
        queue_changes.pin(context, series, name, _day(day))
        told = f"{name} is pinned to {day}."
    else:
        queue_changes.unpin(context, series, name)
        told = f"{name} is not pinned any more."
    action = address("s", series.name, "queue", "pin")
    undo = Undo(action, {"name": name, "day": str(before or "")})
    return _done(call, told, undo, name)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadInput(f"{value!r} is no day; write it like 2021-08-18.") from None


def change_state(call: Call) -> Response:
    """Hold, release, make ready or take out a collage."""
    name, what = call.form.needed("name"), call.form.needed("what")
    change = CHANGES.get(what)
    if change is None:
        raise BadInput(f"{what!r} is nothing that can be done; there are {', '.join(CHANGES)}.")
    return change(call, call.series, name)


def _hold(call: Call, series: Series, name: str) -> Response:
    queue_changes.hold(call.context, series, name, call.form.get("why").strip())
    undo = Undo(address("s", series.name, "queue", "state"), {"name": name, "what": "release"})
    return _done(call, f"{name} is held; it goes out once somebody releases it.", undo, name)


def _release(call: Call, series: Series, name: str) -> Response:
    released = queue_changes.release(call.context, series, name)
    told = f"{name} is released, and goes out in its turn."
    if released.missing or released.problems:
        lacks = f"it lacks {', '.join(released.missing)}. " if released.missing else ""
        told = f"{name} is a draft now: {lacks}{' '.join(released.problems)}"
    return _done(call, told.strip(), None, name)


def _ready(call: Call, series: Series, name: str) -> Response:
    found = queue_changes.make_ready(call.context, series, [name])
    return _done(call, collage.readied(name, found), name=name)


def _remove(call: Call, series: Series, name: str) -> Response:
    if call.form.get("sure") != "yes":
        raise BadInput(f"Tick the box to take {name} out of the queue.")
    queue_changes.remove(call.context, series, name)
    return _done(call, f"{name} is out of the queue.")


CHANGES = {"hold": _hold, "release": _release, "ready": _ready, "remove": _remove}


def _done(call: Call, told: str, undo: Undo | None = None, name: str = "") -> Response:
    """Back to the page that the form was on, or to the queue at the collage."""
    onward = address("s", call.series.name, "queue") + (f"#{name}" if name else "")
    if call.form.get("on") == "collage" and name:
        onward = address("s", call.series.name, "collages", name)
    return call.see_other(onward, told, undo)
