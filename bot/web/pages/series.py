"""A series: its health, its accounts, what they cost, its timetable."""

from datetime import date

from starlette.responses import Response

from bot.core.errors import BadInput
from bot.deciding import accounts, coming, doctor, health
from bot.scheduling import pauses
from bot.web.call import Call, address


def show(call: Call) -> Response:
    """The page; with `ask` its accounts are asked whether they can post now."""
    context, series = call.context, call.series
    asked = None
    if call.query.get("ask") == "yes":
        found = doctor.examine_all(context)
        asked = [each for each in found if each.account in series.accounts]
    ahead = coming.look(context, series, 1)
    costs = [each for each in accounts.costs(context) if each.account in series.accounts]
    return call.page(
        "series.html",
        series=series,
        health=health.of(context, series),
        ahead=ahead,
        asked=asked,
        costs=costs,
    )


def pause(call: Call) -> Response:
    """Stop the slots for a while, or until somebody resumes them."""
    until = call.form.get("until").strip()
    pauses.pause(call.context, call.series, _day(until) if until else None)
    end = f" until {until}" if until else ""
    return _back(call, f"{call.series.title} is paused{end}.")


def resume(call: Call) -> Response:
    """End a pause."""
    was_paused = pauses.resume(call.context, call.series)
    return _back(call, f"{call.series.title} {'goes on' if was_paused else 'was not paused'}.")


def hold(call: Call) -> Response:
    """Hold an account: nothing goes out on it."""
    name = call.form.needed("account")
    is_new = accounts.hold(call.context, name, call.form.get("why").strip())
    told = f"{name} is held: nothing goes out on it until somebody releases it."
    return _back(call, told if is_new else f"{name} was held already.")


def release(call: Call) -> Response:
    """Release an account, and let what waits for it be sent."""
    name = call.form.needed("account")
    freed = accounts.release(call.context, name, with_late=call.form.has("with-late"))
    told = f"{name} is released; {freed.deliveries} of its threads wait to be sent again."
    if freed.late:
        told += f" Too late to begin by themselves: {', '.join(freed.late)}."
    return _back(call, told)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no day; write it like 2021-08-18.") from None


def _back(call: Call, told: str) -> Response:
    return call.see_other(address("s", call.series.name), told)
