"""Taking back a collage that a slot has claimed: what is on its way is locked until then."""

from starlette.responses import Response

from bot.deciding import taking_back
from bot.deciding.taking_back import TakenBack
from bot.web.call import Call, address


def show(call: Call) -> Response:
    """How it stands on each account, and what would be cancelled."""
    found = taking_back.look(call.context, call.series, call.path["name"])
    return call.page("take_back.html", series=call.series, item=found.item, claimed=found)


def take_back(call: Call) -> Response:
    """Cancel what has not begun."""
    done = taking_back.take_back(call.context, call.series, call.path["name"])
    onward = address("s", call.series.name, "collages", done.item.name)
    return call.see_other(onward, _sentence(done))


def _sentence(done: TakenBack) -> str:
    """What was taken back, and what was not."""
    told = [f"Nothing goes to {', '.join(done.cancelled)}."]
    if done.is_back:
        told.append(f"{done.item.name} is in the queue again, held: change it, and release it.")
    told += [f"On {each.account} it {each.words}." for each in done.left]
    return " ".join(told)
