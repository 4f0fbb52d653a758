"""Today: one sentence on how things stand, what needs somebody, and what went out last."""

from starlette.responses import Response

from bot.watching import notices, today
from bot.web.call import Call, address


def show(call: Call) -> Response:
    """The first page."""
    found = today.look(call.context)
    places = {notice.id: place(notice.subject) for notice in found.notices}
    return call.page("today.html", today=found, places=places)


def place(subject: str) -> str:
    """The page about what a notice is about; "" where there is none."""
    about, _, rest = subject.partition("/")
    names = rest.split("/")
    match about:
        case "delivery":
            return address("deliveries", rest)
        case "collage" if len(names) == 2:
            return address("s", names[0], "collages", names[1])
        case "roundup" | "review" | "page" | "publication" if len(names) >= 2:
            return address("s", names[0], "roundups", names[1])
        case "series" | "slot" if names[0]:
            return address("s", names[0])
        case _:
            return ""


def acknowledge(call: Call) -> Response:
    """Note that somebody has seen to a notice."""
    notices.acknowledge(call.context, [call.form.number("number")])
    return call.see_other("/", "Done: the notice is not shown any more.")
