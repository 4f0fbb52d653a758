"""What the forms of a collage's page do: store what was typed, show how it looks, draft alt text.

Nothing that somebody typed is lost: whatever is wrong, the form comes back with all of it.
"""

import json
from dataclasses import replace

from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.core.collage import Collage, State
from bot.core.errors import BadInput, NotAllowed
from bot.core.merging import Values
from bot.core.written import PICTURE, Problem
from bot.deciding import collages, queue_changes, shown_threads, writing
from bot.deciding.writing import Clash, Form, Saved, Unfit
from bot.web import form as forms
from bot.web import rendering
from bot.web.call import Call, Said
from bot.web.pages import collage
from bot.web.pages.collage import Written

UPLOAD = "upload"
"""The field of the form with the file of a picture."""

UNLIKE = "\0"
"""A value that no field has: whatever is stored differs from it."""

LABELS = {
    "others": "More authors than these",
    "name": "Name",
    "caption": "Caption",
    "thread": "Parts by hand",
    "alt": "Alt text",
    "arxiv": "arXiv id",
    "doi": "DOI",
    "printed_number": "Printed number",
    **{f"link.{kind}": f"Links: {label.lower()}" for kind, label in collage.LINKS.items()},
}
"""What fields are called where both versions of one are shown, if not by their own name."""

KEYS = {"skip": "whether it goes out", "thread": "parts by hand", "handles": "authors' handles"}
"""The same of the fields of a network or an account."""


def add(call: Call) -> Response:
    """Store a new draft."""
    return _stored(call, None)


def save(call: Call) -> Response:
    """Store what was typed of a collage."""
    return _stored(call, _item(call))


def _stored(call: Call, item: Collage | None) -> Response:
    form, problems = _form(call, item)
    if isinstance(saved := _try(call, item, form, problems), Response):
        return saved
    if call.wants_json:
        return _told(call, saved)
    return call.see_other(collage.root(call.series, saved.item), _sentence(saved))


def add_ready(call: Call) -> Response:
    """Store a new collage, and make it ready."""
    return _ready(call, None)


def save_ready(call: Call) -> Response:
    """Store what was typed, and make the collage ready."""
    return _ready(call, _item(call))


def _ready(call: Call, item: Collage | None) -> Response:
    form, problems = _form(call, item)
    if isinstance(saved := _try(call, item, form, problems), Response):
        return saved
    name = saved.item.name
    if lacks := rendering.lacks(saved.item):
        told = f"It is saved, and still a draft: it lacks {', '.join(lacks)}."
        return _as_stored(call.with_problem(told), name)
    try:
        found = queue_changes.make_ready(call.context, call.series, [name])
    except NotAllowed as error:
        return _as_stored(call.with_problem(f"It is saved, and still a draft. {error}"), name)
    return call.see_other(collage.root(call.series, saved.item), collage.readied(name, found))


def _as_stored(call: Call, name: str) -> Response:
    """The page with what is stored of a collage, and what is wrong with it."""
    item = collages.get(call.context, call.series, name)
    values = writing.fields(call.series, item)
    return collage.page(call, item, Written(values, values), status=400)


def _try(
    call: Call, item: Collage | None, form: Form, problems: tuple[Problem, ...]
) -> Saved | Response:
    """Store the form; the page that is shown instead where that cannot be."""
    assert call.person
    try:
        if problems:
            raise Unfit(problems)
        if item is None:
            return writing.add(call.context, call.series, form.values)
        if call.form.has("auto") and item.state is not State.DRAFT:
            raise NotAllowed(f"{item.name} is {item.state} by now: it is saved by the button only.")
        return writing.save(call.context, call.series, call.person.role, item.id, form)
    except Unfit as error:
        return _unfit(call, item, form, error)
    except Clash as error:
        return _clash(call, error, form)


def _unfit(call: Call, item: Collage | None, form: Form, error: Unfit) -> Response:
    if call.wants_json:
        problems = [each._asdict() for each in error.problems]
        return JSONResponse({"problem": str(error), "problems": problems}, 400)
    named = replace(call, problem="It is not saved yet: see below, at what has to be changed.")
    return collage.page(
        named, item, Written(form.values, form.base, error.problems, True), None, 400
    )


def _told(call: Call, saved: Saved) -> Response:
    """What the desk's script has to know of a stored collage."""
    item = saved.item
    values = writing.fields(call.series, item)
    said = {
        "root": collage.root(call.series, item),
        "id": item.id,
        "name": item.name,
        "base": json.dumps(values, ensure_ascii=False),
        "values": values,
        "revision": item.revision,
    }
    return JSONResponse(said)


def _sentence(saved: Saved) -> str:
    """What was stored, and what a person should know of it."""
    item = saved.item
    if not saved.is_changed:
        return f"{item.name} is as it was: nothing was changed."
    told = [f"{item.name} is saved."]
    if saved.edited is None:
        told = [f"{item.name} is a draft now, at the end of the queue."]
    told += saved.taken.problems
    notes = list(saved.taken.remarks)
    if saved.edited:
        notes += queue_changes.of_threads(saved.edited)
    return " ".join([*told, *(f"{note[:1].upper()}{note[1:]}." for note in notes)])


def _item(call: Call) -> Collage:
    """The collage that the form is about, whatever it is called by now."""
    return writing.find(call.context, call.series, call.form.number("id"))


def _form(call: Call, item: Collage | None) -> tuple[Form, tuple[Problem, ...]]:
    """What the form holds, with the picture that came with it; what is wrong with that one."""
    if call.form.has("clash"):
        return _resolved(call), ()
    known = writing.fields(call.series, item)
    values = {
        name: call.form.all(name)[-1]
        for name in call.form.values
        if name in known or name.startswith("on.")
    }
    problems: tuple[Problem, ...] = ()
    if file := call.form.files.get(UPLOAD):
        try:
            values[PICTURE] = writing.take_picture(call.context, file.data, file.name)
        except Unfit as error:
            problems = error.problems
    sent = _values(call, "sent") if call.form.get("sent") else {}
    return Form(values, _values(call, "base"), sent), problems


def _values(call: Call, name: str) -> Values:
    """Values that the page has put into a field; raises `BadInput` for what it never puts there."""
    try:
        given = json.loads(call.form.needed(name))
    # Brackets in brackets may be too deep to be read.
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not all(map(_is_text, (*given, *given.values()))):
        raise BadInput(f"The form's field {name} cannot be read; load the page again.")
    return given


def _is_text(given: object) -> bool:
    """Whether it is a text that can be stored: JSON can escape characters that no form may have."""
    return isinstance(given, str) and forms.is_text(given)


def _resolved(call: Call) -> Form:
    """What a person has made of two versions; where they chose none, both stand as they were."""
    values, base = dict(_values(call, "values")), dict(_values(call, "base"))
    for field in call.form.all("clash"):
        choice = call.form.get(f"choice.{field}")
        if choice in ("mine", "joined"):
            values[field] = call.form.needed(f"{choice}.{field}")
        elif choice != "theirs":
            values[field], base[field] = call.form.needed(f"mine.{field}"), UNLIKE
    return Form(values, base)


def label(field: str) -> str:
    """What a field is called."""
    if field.startswith("on."):
        name, _, key = field.removeprefix("on.").rpartition(".")
        return f"{name}: {KEYS.get(key, key)}"
    return LABELS.get(field, field.capitalize())


def _clash(call: Call, error: Clash, form: Form) -> Response:
    """Both versions of what two people have changed, to be chosen from or joined."""
    if call.wants_json:
        return JSONResponse({"problem": str(error), "is_clash": True}, 409)
    stored = writing.fields(call.series, error.item)
    return call.page(
        "clash.html",
        409,
        series=call.series,
        item=error.item,
        path=collage.root(call.series, error.item),
        problem=str(error),
        conflicts=[(each, label(each.field)) for each in error.conflicts],
        values=json.dumps(dict(error.values), ensure_ascii=False),
        base=json.dumps(stored, ensure_ascii=False),
        picture=PICTURE,
    )


def preview(call: Call) -> Response:
    """How what was typed would look: a piece of a page for the script, else the whole page."""
    return _preview(call, _item(call))


def preview_new(call: Call) -> Response:
    """The same of a new collage."""
    return _preview(call, None)


def _preview(call: Call, item: Collage | None) -> Response:
    form, problems = _form(call, item)
    if "part" not in call.query:
        written = Written(form.values, form.base, problems, is_unsaved=True)
        return collage.page(call, item, written)
    seen = writing.preview(call.context, call.series, item, form.values)
    found = Written(form.values, form.base, (*problems, *seen.problems))
    piece = rendering.page(
        "preview.html",
        {
            "series": call.series,
            "shown": shown_threads.of(call.context, seen.threads),
            "lacks": seen.lacks,
            "is_empty": item is None and not form.values.get("title"),
            "picture": form.values.get(PICTURE, ""),
            "problems": json.dumps(found.by_field, ensure_ascii=False),
        },
    )
    return HTMLResponse(piece)


def draft_alt(call: Call) -> Response:
    """Draft the alt text of what was typed; nothing is stored."""
    return _draft_alt(call, _item(call))


def draft_alt_new(call: Call) -> Response:
    """The same of a new collage."""
    return _draft_alt(call, None)


def _draft_alt(call: Call, item: Collage | None) -> Response:
    form, problems = _form(call, item)
    made = writing.draft_alt(call.context, call.series, item, form.values)
    told = "Nothing can be drafted yet: write the title and the paragraph first."
    values = dict(form.values)
    if made.text:
        values["alt"] = made.text
        notes = "".join(f" {each[:1].upper()}{each[1:]}." for each in made.remarks)
        told = (
            "The alt text is drafted, and not saved yet. It is made of the words alone, "
            f"not of the picture.{notes}"
        )
    if call.wants_json:
        return JSONResponse({"alt": made.text, "said": told})
    named = replace(call, said=Said(told))
    return collage.page(named, item, Written(values, form.base, problems, is_unsaved=True))


def again(call: Call) -> Response:
    """The page with the form as it was sent, and what is wrong."""
    item = _found(call)
    try:
        form, problems = _form(call, item)
    except BadInput:
        form, problems = Form(writing.fields(call.series, item)), ()
    written = Written(form.values, form.base, problems, is_unsaved=True)
    return collage.page(call, item, written)


def _found(call: Call) -> Collage | None:
    """The collage that the form is about; None where it is gone, or is to be made."""
    if not call.form.has("id"):
        return None
    try:
        return _item(call)
    except BadInput:
        return None
