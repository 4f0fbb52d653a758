"""A collage: its facts with where they come from, and beside them what each account gets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.responses import Response

from bot.composing.composed import ComposedThread
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.core import collage
from bot.core import people as roles
from bot.core.collage import Collage, State
from bot.core.merging import Values
from bot.core.paper import LinkKind
from bot.core.written import Problem
from bot.deciding import (
    alt_texts,
    approvals,
    candidates,
    collages,
    origins,
    shown_threads,
    writing,
)
from bot.deciding.queue_changes import Readied
from bot.web.call import Call, address

LINKS = {
    LinkKind.PAPER: "Paper",
    LinkKind.CODE: "Code",
    LinkKind.PROJECT: "Project page",
    LinkKind.TALK: "Talk",
    LinkKind.PODCAST: "Podcast",
    LinkKind.BLOG: "Blog post",
    LinkKind.DEMO: "Demo",
}
"""The fields of links, by their kinds."""


@dataclass(frozen=True, slots=True)
class Written:
    """The form of a collage as it is shown: with what is stored, or with what somebody typed.

    `base` are the values that are stored, as far as this form knows. `is_unsaved` says that the
    values are not stored.
    """

    values: Values
    base: Values
    problems: Sequence[Problem] = ()
    is_unsaved: bool = False

    @property
    def by_field(self) -> dict[str, str]:
        """What is wrong with each field; "" has what is about all of it."""
        found: dict[str, str] = {}
        for each in self.problems:
            found[each.field] = f"{found.get(each.field, '')} {each.text}".strip()
        return found


@dataclass(frozen=True, slots=True)
class Sight:
    """What is shown beside the form: the threads, and when they would go out."""

    number: int
    threads: Sequence[ComposedThread]
    due_at: datetime | None = None
    fits: Fittings | None = None
    lacks: tuple[str, ...] = field(default=())


def show(call: Call) -> Response:
    """The page, with what is stored."""
    item = collages.get(call.context, call.series, call.path["name"])
    values = writing.fields(call.series, item)
    return page(call, item, Written(values, values))


def show_new(call: Call) -> Response:
    """The page for a new collage; nothing is stored before it has a title."""
    values = writing.fields(call.series)
    return page(call, None, Written(values, values))


def root(series: Series, item: Collage | None) -> str:
    """Where the page of a collage is, or that of a new one."""
    if item is None:
        return address("s", series.name, "new")
    return address("s", series.name, "collages", item.name)


def readied(name: str, found: Readied) -> str:
    """That a collage was made ready, and what a person should know of it."""
    told = [f"{name} is ready."]
    if why := found.unapproved.get(name):
        told.append(f"No slot takes it before it is approved: {why}.")
    for remark in found.remarks:
        of_it = remark.removeprefix(f"{name}: ")
        told.append(f"{of_it[:1].upper()}{of_it[1:]}.")
    return " ".join(told)


def page(
    call: Call, item: Collage | None, form: Written, sight: Sight | None = None, status: int = 200
) -> Response:
    """The page of a collage, or of a new one, with a form; `sight` where that is not of what is
    stored.
    """
    series = call.series
    sight = sight or _sight(call, item, form)
    about: dict[str, Any] = {"known": None, "origins": {}, "asked": None}
    if item:
        about["known"] = collages.show(call.context, series, item.name)
        about["origins"] = origins.of(call.context, item)
        look = approvals.asked(call.context, series, item)
        about["asked"] = look.standing if look else None
    return call.page(
        "collage.html",
        status,
        series=series,
        item=item,
        values=form.values,
        base=json.dumps(dict(form.base), ensure_ascii=False),
        problems=form.by_field,
        is_unsaved=form.is_unsaved,
        path=root(series, item),
        locked=_locked(call, item),
        links=LINKS,
        places=_places(call, series, form.values),
        alt_most=_alt_most(call, item),
        lengths=collage.LENGTHS,
        sight=sight,
        number=series.numbering.shown(sight.number),
        shown=shown_threads.of(call.context, sight.threads, sight.fits),
        left_out=call.context.left_out(item, series.accounts) if item else (),
        **about,
    )


def _sight(call: Call, item: Collage | None, form: Written) -> Sight:
    """What the accounts get: of what is stored in its place, else of what is typed."""
    if item is None or form.is_unsaved:
        return of_values(call, item, form.values)
    fits = Fittings.of(call.context, call.series)
    seen, due_at = candidates.in_its_place(call.context, call.series, item, fits)
    lacks = collage.missing(item, has_picture=item.picture is not None)
    if item.state is State.POSTED:
        lacks = ()
    return Sight(seen.number, seen.threads, due_at, fits, lacks)


def of_values(call: Call, item: Collage | None, values: Values) -> Sight:
    """What the accounts would get of what somebody typed."""
    seen = writing.preview(call.context, call.series, item, values)
    return Sight(seen.number, seen.threads, lacks=seen.lacks)


def _locked(call: Call, item: Collage | None) -> str:
    """Why this person may not change the collage; "" where they may."""
    assert call.person
    if item is None:
        return ""
    return roles.why_not_write(call.person.role, item.name, item.state)


def _places(call: Call, series: Series, values: Values) -> Mapping[str, str]:
    """The accounts and networks that the form has fields of, each with what it is called."""
    found: dict[str, str] = {}
    for field_name in values:
        if field_name.startswith("on.") and field_name.endswith(".skip"):
            name = field_name.removeprefix("on.").removesuffix(".skip")
            publisher = call.context.publishers.get(name)
            found[name] = f"all on {name}"
            if publisher is not None and name in series.accounts:
                found[name] = f"{name} ({publisher.network.title})"
    return found


def _alt_most(call: Call, item: Collage | None) -> tuple[int, str]:
    """The fewest characters of alt text that an account takes, and which one that is."""
    if item is None:
        item = writing.blank(call.series)
    return alt_texts.narrowest(call.context, call.series, item)
