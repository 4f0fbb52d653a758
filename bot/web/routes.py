"""All addresses of the desk: what each needs, and which function answers it."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from starlette.responses import Response

from bot.core.people import Right
from bot.web.call import Call
from bot.web.pages import (
    calendar,
    collage,
    deliveries,
    entrance,
    find,
    people,
    pictures,
    queue,
    review,
    roundups,
    series,
    taking_back,
    today,
    writing,
)

Handler = Callable[[Call], Response]

SMALL = 2_000_000
"""Bytes of a form without files."""

LARGE = 64_000_000
"""Bytes of a form with a picture; what pictures may have is said when they are read."""


class Access(StrEnum):
    """Who may come without an account: anybody, or who has a link to review one collage."""

    OPEN = "open"
    VISITOR = "visitor"


class Route(NamedTuple):
    """An address, what somebody needs for it, and what answers.

    `back` is the page that is shown again, with what is wrong, where a form's `handler` raises.
    `takes` is the most bytes of a form.
    """

    method: str
    path: str
    needs: Right | Access
    handler: Handler
    back: Handler | None = None
    takes: int = SMALL


ANY_PAGE = Route("GET", "", Access.OPEN, entrance.show)
"""What stands for an address that no route has."""

NEW = "/s/{series}/new"
COLLAGE = "/s/{series}/collages/{name}"
ROUNDUP = "/s/{series}/roundups/{month}"

ROUTES = (
    Route("GET", "/login", Access.OPEN, entrance.show),
    Route("POST", "/login", Access.OPEN, entrance.enter, entrance.show),
    Route("GET", "/login/{token}", Access.OPEN, entrance.show_once),
    Route("POST", "/login/{token}", Access.OPEN, entrance.enter_once, entrance.show_once),
    Route("GET", "/invited/{token}", Access.OPEN, entrance.show_invitation),
    Route("POST", "/invited/{token}", Access.OPEN, entrance.accept, entrance.show_invitation),
    Route("GET", "/static/{file}", Access.OPEN, entrance.asset),
    Route("POST", "/logout", Right.READ, entrance.leave),
    Route("GET", "/", Right.READ, today.show),
    Route("POST", "/notices/acknowledge", Right.EDIT, today.acknowledge, today.show),
    Route("GET", "/deliveries", Right.READ, deliveries.show_all),
    Route("GET", "/deliveries/{id}", Right.READ, deliveries.show),
    Route("POST", "/deliveries/{id}/retry", Right.EDIT, deliveries.retry, deliveries.show),
    Route("POST", "/deliveries/{id}/posted", Right.EDIT, deliveries.posted, deliveries.show),
    Route(
        "POST", "/deliveries/{id}/not-posted", Right.EDIT, deliveries.not_posted, deliveries.show
    ),
    Route("POST", "/deliveries/{id}/gone", Right.EDIT, deliveries.gone, deliveries.show),
    Route("POST", "/deliveries/{id}/delete", Right.EDIT, deliveries.delete, deliveries.show),
    Route("POST", "/deliveries/{id}/reword", Right.EDIT, deliveries.reword, deliveries.show),
    Route("POST", "/deliveries/{id}/cancel", Right.EDIT, deliveries.cancel, deliveries.show),
    Route("GET", "/find", Right.READ, find.show),
    Route("GET", "/s/{series}", Right.READ, series.show),
    Route("POST", "/s/{series}/pause", Right.MANAGE, series.pause, series.show),
    Route("POST", "/s/{series}/resume", Right.MANAGE, series.resume, series.show),
    Route("POST", "/s/{series}/hold", Right.MANAGE, series.hold, series.show),
    Route("POST", "/s/{series}/release", Right.MANAGE, series.release, series.show),
    Route("GET", "/people", Right.READ, people.show),
    Route("POST", "/people/invite", Right.MANAGE, people.invite, people.show),
    Route("POST", "/people/reset", Right.MANAGE, people.reset, people.show),
    Route("POST", "/people/role", Right.MANAGE, people.change_role, people.show),
    Route("POST", "/people/logout", Right.MANAGE, people.log_out, people.show),
    Route("POST", "/people/remove", Right.MANAGE, people.remove, people.show),
    Route("GET", "/pictures/{sha256}", Right.READ, pictures.whole),
    Route("GET", "/s/{series}/collages/{name}/small", Right.READ, pictures.small),
    Route("GET", NEW, Right.DRAFT, collage.show_new),
    Route("POST", NEW, Right.DRAFT, writing.add, writing.again, LARGE),
    Route("POST", f"{NEW}/ready", Right.EDIT, writing.add_ready, writing.again, LARGE),
    Route("POST", f"{NEW}/preview", Right.DRAFT, writing.preview_new, writing.again, LARGE),
    Route("POST", f"{NEW}/alt", Right.DRAFT, writing.draft_alt_new, writing.again, LARGE),
    Route("GET", COLLAGE, Right.READ, collage.show),
    Route("POST", f"{COLLAGE}/save", Right.DRAFT, writing.save, writing.again, LARGE),
    Route("POST", f"{COLLAGE}/ready", Right.EDIT, writing.save_ready, writing.again, LARGE),
    Route("POST", f"{COLLAGE}/preview", Right.DRAFT, writing.preview, writing.again, LARGE),
    Route("POST", f"{COLLAGE}/alt", Right.DRAFT, writing.draft_alt, writing.again, LARGE),
    Route("GET", f"{COLLAGE}/take-back", Right.EDIT, taking_back.show),
    Route("POST", f"{COLLAGE}/take-back", Right.EDIT, taking_back.take_back, taking_back.show),
    Route("GET", f"{COLLAGE}/review", Right.READ, review.show),
    Route("POST", f"{COLLAGE}/review/approve", Right.EDIT, review.approve, review.show),
    Route("POST", f"{COLLAGE}/review/take-back", Right.EDIT, review.take_back, review.show),
    Route("POST", f"{COLLAGE}/review/note", Right.DRAFT, review.note, review.show),
    Route("POST", f"{COLLAGE}/review/link", Right.EDIT, review.link, review.show),
    Route("POST", f"{COLLAGE}/review/end-link", Right.EDIT, review.end_link, review.show),
    Route("GET", "/review/{token}", Access.VISITOR, review.show),
    Route("POST", "/review/{token}/approve", Access.VISITOR, review.approve, review.show),
    Route("POST", "/review/{token}/take-back", Access.VISITOR, review.take_back, review.show),
    Route("POST", "/review/{token}/note", Access.VISITOR, review.note, review.show),
    Route("GET", "/review/{token}/pictures/{sha256}", Access.VISITOR, review.picture),
    Route("GET", "/s/{series}/calendar", Right.READ, calendar.show),
    Route("GET", "/s/{series}/calendar.ics", Right.READ, calendar.file),
    Route("POST", "/s/{series}/calendar/skip", Right.MANAGE, calendar.skip, calendar.show),
    Route("GET", "/s/{series}/roundups", Right.READ, roundups.show_all),
    Route("GET", ROUNDUP, Right.READ, roundups.show),
    Route("GET", f"{ROUNDUP}/page", Right.READ, roundups.page),
    Route("GET", "/s/{series}/site/{path:path}", Right.READ, roundups.site),
    Route("POST", f"{ROUNDUP}/approve", Right.EDIT, roundups.approve, roundups.show),
    Route("POST", f"{ROUNDUP}/link", Right.EDIT, roundups.link, roundups.show),
    Route("POST", f"{ROUNDUP}/edit", Right.EDIT, roundups.edit, roundups.show),
    Route("GET", "/s/{series}/queue", Right.READ, queue.show),
    Route("POST", "/s/{series}/queue/move", Right.EDIT, queue.move, queue.show),
    Route("POST", "/s/{series}/queue/pin", Right.EDIT, queue.pin, queue.back),
    Route("POST", "/s/{series}/queue/state", Right.EDIT, queue.change_state, queue.back),
)
"""Every route there is; the tests try each of them as every role, and without one."""
