"""Review: what one collage sends on one screen of a phone, to be approved or not yet.

Somebody with a review link sees the same page, of that collage alone.
"""

import json
from typing import Any, NamedTuple

from starlette.responses import Response

from bot.composing.fittings import Fittings
from bot.config import Series
from bot.core import approval, collage
from bot.core.approval import Line, Sent
from bot.core.collage import State
from bot.core.errors import BadInput
from bot.deciding import approvals, collages, people, picture_bytes, shown_threads
from bot.deciding.approvals import Look
from bot.web import form as forms
from bot.web.call import Call, address
from bot.web.pages import pictures

MOST_SEEN = 200_000
"""Characters of what a form says was shown: more than any collage sends."""

MOST_NUMBERS = 1_000
"""How often the collage's number may stand in it: far more often than in any."""


class Subject(NamedTuple):
    """The collage that is reviewed, and where its page is."""

    series: Series
    name: str
    path: tuple[str, ...]


def _subject(call: Call) -> Subject:
    """What somebody may review: the collage of the address, or that of their link."""
    if call.visitor:
        series = call.context.config.series_named(call.visitor.series)
        return Subject(series, call.visitor.collage, ("review", call.path["token"]))
    series, name = call.series, call.path["name"]
    return Subject(series, name, ("s", series.name, "collages", name, "review"))


def show(call: Call) -> Response:
    """The page, with what would be sent now."""
    return _page(call, ())


def _page(call: Call, changed: tuple[Line, ...], link: str = "", visitor: str = "") -> Response:
    """The page; `changed` is what became of what the person was shown before.

    `link` lets the visitor of that name in, and is shown this once.
    """
    context, subject = call.context, _subject(call)
    fits = Fittings.of(context, subject.series)
    look = approvals.look(context, subject.series, subject.name, fits)
    known = collages.show(context, subject.series, subject.name)
    base = "/pictures" if not call.visitor else address(*subject.path, "pictures")
    links = []
    if call.may("edit"):
        links = people.links(context, subject.series.name, subject.name)
    return call.page(
        "review.html",
        series=subject.series,
        item=look.item,
        number=subject.series.numbering.shown(look.number),
        look=look,
        threads=shown_threads.of(context, look.threads, fits, base),
        notes=[f"{note}." for note in known.notes],
        said=known.reviewers,
        changed=changed,
        seen=_written(look),
        path=address(*subject.path),
        links=links,
        link=link,
        link_for=visitor,
        is_whole=not collage.missing(look.item, has_picture=look.item.picture is not None),
        may_approve=call.may("edit") or call.visitor is not None,
        who=context.who,
    )


def _written(look: Look) -> str:
    """What is shown, for the form to carry: what has changed by then is told."""
    if look.sent is None:
        return ""
    return json.dumps(approval.as_json(look.sent), ensure_ascii=False, separators=(",", ":"))


def approve(call: Call) -> Response:
    """Approve what was shown; where it would send something else by now, show the difference."""
    subject, seen = _subject(call), call.form.needed("hash")
    look = approvals.look(call.context, subject.series, subject.name)
    if look.sent and look.hash != seen:
        changed = _difference(call.form.get("seen"), look.sent)
        told = "It was changed since you were shown it, so it is not approved. Look again."
        answer = _page(call.with_problem(told), changed)
        answer.status_code = 409
        return answer
    note = call.form.get("note").strip()
    approved = approvals.approve(call.context, subject.series, look, note=note, seen=seen)
    missing = approved.standing.needed - len(approved.standing.counted)
    told = f"{subject.name} is approved; a slot may take it."
    if missing > 0:
        told = f"You have approved {subject.name}; {missing} more has to."
    elif look.item.state is State.DRAFT:
        told = f"{subject.name} is approved, and still a draft: a slot takes it once it is ready."
    elif look.item.state is State.HELD:
        told = f"{subject.name} is approved, and held: a slot takes it once it is released."
    return call.see_other(address(*subject.path), told)


def _difference(seen: str, now: Sent) -> tuple[Line, ...]:
    """What became of what was shown; nothing where the form does not say what that was."""
    if not seen or len(seen) > MOST_SEEN:
        return ()
    try:
        given: Any = json.loads(seen)
        if not forms.is_text(json.dumps(given, ensure_ascii=False)):
            return ()
        before = approval.from_json(given)
        # Comparing looks at each place where the number may stand.
        if before.number and seen.count(before.number) > MOST_NUMBERS:
            return ()
        return tuple(approval.difference(before, now))
    # Only what our own page has written can be read; anything else shows no difference.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def take_back(call: Call) -> Response:
    """Take back what the person has approved."""
    subject = _subject(call)
    approvals.take_back(call.context, subject.series, subject.name)
    told = f"You approve {subject.name} no more."
    return call.see_other(address(*subject.path), told)


def note(call: Call) -> Response:
    """Leave a note for the others: "not yet, because"."""
    subject, text = _subject(call), call.form.needed("text")
    approvals.add_note(call.context, subject.series, subject.name, text)
    return call.see_other(address(*subject.path), "Your note is there for the others.")


def link(call: Call) -> Response:
    """Make a link for somebody without an account; the page shows it, once."""
    subject, name = _subject(call), call.form.needed("visitor")
    token = people.review_link(call.context, subject.series.name, subject.name, name)
    return _page(call, (), call.desk_address("review", token), name)


def end_link(call: Call) -> Response:
    """Take a review link back."""
    subject, name = _subject(call), call.form.needed("visitor")
    people.end_link(call.context, subject.series.name, subject.name, name)
    return call.see_other(address(*subject.path), f"The link of {name} lets nobody in any more.")


def picture(call: Call) -> Response:
    """A picture that the reviewed collage sends, for somebody with a link; no other."""
    subject, sha256 = _subject(call), call.path["sha256"]
    look = approvals.look(call.context, subject.series, subject.name)
    if sha256 not in shown_threads.hashes(look.threads):
        raise BadInput("There is no such picture here.")
    return pictures.answer(picture_bytes.stored(call.context, sha256))
