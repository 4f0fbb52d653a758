"""Finding: from a few words to a collage, a roundup or a page."""

from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from bot.core import month
from bot.deciding import finding
from bot.web.call import Call, address

LONGEST = 200
"""Characters that are looked for."""


class Place(NamedTuple):
    """Somewhere to go: what it is called, and where it is."""

    name: str
    path: str


def show(call: Call) -> Response:
    """What fits the words; straight there where only one thing has exactly this name."""
    text = call.query.get("q", "")[:LONGEST].strip()
    places = [place for place in _places(call) if text and text.casefold() in place.name.casefold()]
    found = finding.collages(call.context, text)
    exact = [item for item in found if item.name == text.casefold()]
    if len(exact) == 1:
        return RedirectResponse(address("s", exact[0].series, "collages", exact[0].name), 303)
    if len(places) == 1 and not found and places[0].name.casefold() == text.casefold():
        return RedirectResponse(places[0].path, 303)
    return call.page("find.html", text=text, places=places, found=found)


def _places(call: Call) -> list[Place]:
    """The pages there are, those of each series by its title."""
    places = [Place("Today", "/"), Place("Deliveries", "/deliveries"), Place("People", "/people")]
    for series in call.context.config.series.values():
        of = f" of {series.title}" if len(call.context.config.series) > 1 else ""
        places += [
            Place(f"{name}{of}", address("s", series.name, *parts))
            for name, parts in (
                ("Queue", ("queue",)),
                ("Roundups", ("roundups",)),
                ("Calendar", ("calendar",)),
                ("Series", ()),
                ("New collage", ("new",)),
            )
        ]
        text = call.query.get("q", "").strip()
        if _is_month(text):
            places.append(
                Place(f"{text}: roundup{of}", address("s", series.name, "roundups", text))
            )
            path = address("s", series.name, "calendar", month=text)
            places.append(Place(f"{text}: calendar{of}", path))
    return places


def _is_month(text: str) -> bool:
    try:
        month.parse(text)
    except ValueError:
        return False
    return True
