"""Deliveries: what is on its way, all that is known of one, and what a person decides about it."""

from collections.abc import Callable
from datetime import tzinfo

from starlette.responses import Response

from bot.core import times
from bot.core.delivery import State
from bot.core.errors import BadInput
from bot.deciding import deliveries, inspect
from bot.deciding.actions import Ahead, Step
from bot.deciding.deliveries import Decided
from bot.deciding.resolve import Rewording
from bot.web.call import Call, address

MOST = (50, 500)
"""Deliveries of a list, and of a longer one."""


def show_all(call: Call) -> Response:
    """The list, the newest first: what is not sent, or what is asked for."""
    asked, account = call.query.get("state", ""), call.query.get("account", "")
    if asked not in ("", "all", *State):
        raise BadInput(f"{asked!r} is no state of a delivery; there are {', '.join(State)}.")
    states = deliveries.UNSENT
    if asked:
        states = tuple(State) if asked == "all" else (State(asked),)
    most = MOST[call.query.get("more") == "yes"]
    found = deliveries.listed(call.context, states, account=account or None, most=most)
    return call.page(
        "deliveries.html",
        found=found,
        states=[state.value for state in State],
        asked=asked,
        account=account,
        accounts=list(call.context.config.accounts),
        is_cut=len(found) == MOST[0],
        zone=zone,
    )


def zone(call: Call, series: str) -> tzinfo:
    """The zone of a series' times; that of the first where the configuration has it no more."""
    every = call.context.config.series
    return (every.get(series) or next(iter(every.values()))).zone


def show(call: Call) -> Response:
    """All that is known of one delivery, and the forms to decide about it."""
    seen = inspect.of(call.context, call.path["id"])
    delivery = seen.entry.delivery
    return call.page(
        "delivery.html",
        seen=seen,
        delivery=delivery,
        series=call.context.config.series.get(delivery.series),
        zone=zone(call, delivery.series),
        told=inspect.told,
        edits=list(inspect.edits(seen)),
        steps=set(seen.steps),
        Step=Step,
        first=seen.entry.out + 1,
        typed=call.form,
    )


def retry(call: Call) -> Response:
    """Look for it on its network, and let what is missing be sent; or compose it anew."""
    if not call.form.has("edited"):
        return _decided(call, deliveries.retry)
    if call.form.has("not-posted"):
        _check_sure(call)
        return _decided(call, deliveries.compose_anew)
    return _decided(call, lambda *named: deliveries.retry(*named, edited=True))


def posted(call: Call) -> Response:
    """Take a person's word where parts of it are out."""
    form = call.form
    urls = form.needed("urls").split()
    if not urls:
        raise BadInput("Give the address of the post, each on a line of its own for several.")
    first = form.number("first") if form.get("first") else None
    anyway = form.has("anyway")
    return _decided(
        call,
        lambda context, wanted: deliveries.posted(context, wanted, urls, first, anyway=anyway),
    )


def not_posted(call: Call) -> Response:
    """Take a person's word that it is not out."""
    _check_sure(call)
    return _decided(call, deliveries.not_posted)


def gone(call: Call) -> Response:
    """Note that a part was deleted by hand."""
    position = call.form.number("position")
    return _decided(call, lambda context, wanted: deliveries.gone(context, wanted, position))


def delete(call: Call) -> Response:
    """Delete a second copy of a part."""
    _check_sure(call)
    url = call.form.needed("url").strip()
    return _decided(call, lambda context, wanted: deliveries.delete(context, wanted, url))


def reword(call: Call) -> Response:
    """Give a part that is not out another text."""
    form = call.form
    rewording = Rewording(
        form.number("position"), form.needed("text"), is_not_posted=form.has("not-posted")
    )
    return _decided(call, lambda context, wanted: deliveries.reword(context, wanted, rewording))


def cancel(call: Call) -> Response:
    """Send nothing more of it."""
    _check_sure(call)
    said = call.form.has("not-posted")
    return _decided(
        call,
        lambda context, wanted: deliveries.cancel(context, wanted, is_not_posted=said),
    )


def _check_sure(call: Call) -> None:
    if call.form.get("sure") != "yes":
        raise BadInput("Tick the box to say that you are sure; nothing was changed.")


def _decided(call: Call, step: Callable[..., Decided]) -> Response:
    """Take the step, and go back to the delivery with what came of it and what is next."""
    decided = step(call.context, call.path["id"])
    where = address("deliveries", str(decided.entry.delivery.id))
    told = decided.message if decided.message.endswith(".") else f"{decided.message}."
    coming = _next(call, decided.entry.delivery.series, decided.ahead)
    return call.see_other(where, f"{told} Next: {coming}.")


def _next(call: Call, series: str, ahead: Ahead) -> str:
    if ahead.at is None:
        return ahead.words
    return f"{ahead.words}, {times.short(ahead.at, zone(call, series))}"
