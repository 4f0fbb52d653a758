"""Roundups: what was made and what is to come, the page and the thread of one, and its approval."""

from pathlib import Path

from starlette.responses import Response

from bot.core import address as addresses
from bot.core import month as month_rules
from bot.core.collage import Collage
from bot.core.errors import BadInput
from bot.core.month import Roundup
from bot.deciding import awaited, coming, exports, preview, roundups, shown_threads
from bot.deciding.roundups import RoundupShown
from bot.roundups import corrections, linking, review
from bot.web.call import Call, address

FRAMED = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-same-origin"
)
"""For a page in a frame of ours: nothing in it runs. The origin stays, or its pictures would be
asked for without the session's cookie."""

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
"""The files of a site that a page in the frame may load."""


def show_all(call: Call) -> Response:
    """The list: the next one first, then all that were made, the newest first."""
    series = call.series
    return call.page(
        "roundups.html",
        series=series,
        found=awaited.listed(call.context, series),
        next=coming.next_roundup(call.context, series),
    )


def show(call: Call) -> Response:
    """One roundup: how it stands, its page, its thread, its collages; or as it would be now."""
    context, series, month = call.context, call.series, _month(call)
    found, items, threads = preview.roundup_threads(context, series, month)
    known = roundups.show(context, series, month) if found.id else None
    standing = known.standing if known else review.standing(context, series, month)
    return call.page(
        "roundup.html",
        series=series,
        roundup=found,
        known=known,
        standing=standing,
        items=items,
        threads=shown_threads.of(context, threads),
        frame=_frame(call, found, known, items),
        place=roundups.place(series, found),
    )


def _month(call: Call) -> str:
    """The month or year of the address; raises `BadInput` for what is none."""
    text = call.path["month"]
    try:
        if not month_rules.is_year(text):
            month_rules.parse(text)
    except ValueError as error:
        raise BadInput(f"{error}.") from None
    return text


def _frame(call: Call, roundup: Roundup, known: RoundupShown | None, items: list[Collage]) -> str:
    """The address of what the frame shows: the page that was made, else as it would be now."""
    series = call.series
    if known and _file(series.site, f"{roundup.slug}/index.html"):
        return address("s", series.name, "site", roundup.slug, "index.html")
    if items and not roundup.is_year:
        return address("s", series.name, "roundups", roundup.title_month, "page")
    return ""


def page(call: Call) -> Response:
    """A roundup as it would be now, for the frame."""
    found = exports.page(call.context, call.series, _month(call))
    headers = {"content-security-policy": FRAMED, "x-frame-options": "SAMEORIGIN"}
    return Response(found, headers=headers | {"content-type": TYPES[".html"]})


def site(call: Call) -> Response:
    """A file of the site that was written, for the frame; nothing outside of it, nothing hidden."""
    file = _file(call.series.site, call.path["path"])
    if file is None:
        raise BadInput("There is no such page here.")
    headers = {"content-security-policy": FRAMED, "x-frame-options": "SAMEORIGIN"}
    return Response(file.read_bytes(), headers=headers | {"content-type": TYPES[file.suffix]})


def _file(folder: Path, path: str) -> Path | None:
    """A file of the folder by its path; None for what is not there, or may not be shown."""
    names = path.split("/")
    if names[-1] == "":
        names[-1] = "index.html"
    if any(not name or name.startswith(".") or "\\" in name or "\0" in name for name in names):
        return None
    try:
        file, inside = folder.joinpath(*names).resolve(), folder.resolve()
        is_there = file.is_relative_to(inside) and file.is_file() and file.suffix in TYPES
    # A name that is too long, links in a circle.
    except (OSError, ValueError, RuntimeError):
        return None
    return file if is_there else None


def approve(call: Call) -> Response:
    """Let a month be published at its moment, or not yet."""
    decide = review.take_back if call.form.has("take-back") else review.approve
    standing = decide(call.context, call.series, _month(call))
    told = f"The roundup {standing.title_month} waits until somebody approves it."
    if not call.form.has("take-back"):
        told = f"The roundup {standing.title_month} is approved, and goes out at its moment."
    return _back(call, told)


def link(call: Call) -> Response:
    """Say where somebody published it."""
    url = call.form.needed("url").strip()
    if problem := addresses.problem(url):
        raise BadInput(f"{addresses.without_user(url)} {problem}.")
    given = linking.give(call.context, call.series, _month(call), url)
    told = f"The roundup is at {given.roundup.link}; its thread goes out when that answers."
    if not given.is_link:
        told = f"The roundup is also at {given.roundup.also_at}. Nothing is posted."
    elif given.roundup.published_elsewhere:
        told = f"The roundup is at {given.roundup.link}."
    return _back(call, f"{told} {given.remark}".strip())


def edit(call: Call) -> Response:
    """Change its title and its subtitle; nothing is posted."""
    title, subtitle = call.form.needed("title"), call.form.needed("subtitle")
    edited = corrections.edit(call.context, call.series, _month(call), title, subtitle)
    if not edited.changes:
        return _back(call, "Nothing was changed.")
    told = "; ".join(map(str, edited.changes))
    again = " Its page is made again at the next tick." if edited.roundup.has_page else ""
    return _back(call, f"{told}.{again}")


def _back(call: Call, told: str) -> Response:
    return call.see_other(address("s", call.series.name, "roundups", _month(call)), told)
