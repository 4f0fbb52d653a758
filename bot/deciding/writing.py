"""Writing a collage in a form: taken from its fields, merged with what others wrote, and stored.

Two people may write at the same time. A form brings the values that it was loaded with: what only
one of the two has changed is taken over, and of what both have changed nothing is stored before a
person has seen both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import collage, errors, merging, people, written
from bot.core.collage import Collage, Item, State
from bot.core.errors import BadInput, NotAllowed, Stale
from bot.core.merging import Conflict, Values
from bot.core.paper import Paper
from bot.core.people import Role
from bot.core.written import PICTURE, Problem
from bot.deciding import alt_texts, candidates, queue_changes
from bot.deciding.alt_texts import Drafted
from bot.deciding.queue_changes import Edited
from bot.intake import accept
from bot.intake.accept import Arrival, Taken
from bot.pictures import read
from bot.pictures.read import PictureFile
from bot.scheduling import forecast

TRIES = 25
"""How often a save is merged again, because somebody else saved at the same moment."""

UNNAMED = "draft"
"""What a new collage is called before its title gives it a name."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sends: its values, and those that it was loaded with.

    `sent` are values that it sent before without hearing that they were stored: where they were,
    nobody else has changed anything.
    """

    values: Values
    base: Values = field(default_factory=dict)
    sent: Values = field(default_factory=dict)


class Saved(NamedTuple):
    """A stored collage; `edited` says what was changed, None where it is new."""

    item: Collage
    taken: Taken
    edited: Edited | None = None
    is_changed: bool = True


class Unfit(BadInput):
    """Raised for values that cannot be stored: `problems` say which, and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(each.text for each in problems))
        self.problems = tuple(problems)


class Clash(Stale):
    """Raised where two people have changed the same fields: `conflicts` has both versions.

    `values` are merged as far as they can be, over those of `item`, as it is stored.
    """

    def __init__(self, item: Collage, values: Values, conflicts: Sequence[Conflict]) -> None:
        who = item.changed_by or "Somebody else"
        super().__init__(
            f"{who} has changed the same as you since you began; nothing of yours is stored yet, "
            "and nothing is lost. Choose, or make one of both."
        )
        self.item, self.values, self.conflicts = item, values, tuple(conflicts)


def names(series: Series, item: Item | None = None) -> tuple[str, ...]:
    """The accounts and networks of which a form has fields: those of the series, and any that the
    item speaks of.
    """
    known = [entry.name for entry in item.on] if item else []
    return tuple(dict.fromkeys((*series.accounts, *known)))


def fields(series: Series, item: Collage | None = None) -> dict[str, str]:
    """What the form of a collage holds, or that of a new one."""
    if item is None:
        values = written.fields(_blank(), None, names(series))
        return values | {"name": ""}
    return written.fields(item, item.picture, names(series, item))


def blank(series: Series) -> Collage:
    """A new collage of a series, before anything is written."""
    return accept.as_collage(series, Arrival(_blank()))


def _blank() -> Item:
    return Item(name=UNNAMED, paper=Paper(title=""))


def find(context: Context, series: Series, collage_id: int) -> Collage:
    """The collage that a form is about, whatever it is called by now; raises `BadInput`."""
    with context.read() as work:
        found = work.queue.by_ids([collage_id]).get(collage_id)
    if found is None or found.series != series.name:
        raise BadInput(
            "The collage was taken out of the queue meanwhile. What you wrote is below: "
            "saving it makes a new draft."
        )
    return found


def take_picture(context: Context, data: bytes, file: str) -> str:
    """Check and keep a picture that came with a form, so that it need not be chosen again.

    Returns what the form's field has for it. Raises `Unfit` where it is no picture.
    """
    try:
        picture = read.check(data, file)
    except BadInput as error:
        raise Unfit([Problem(PICTURE, errors.ended(str(error)))]) from None
    with context.write() as work:
        work.pictures.put(picture.picture, picture.data)
    return written.named(picture.picture)


def _picture(context: Context, value: str, before: Collage | None) -> PictureFile | None:
    """The picture that a form's field has, where it is another than before; raises `Unfit`."""
    known = written.named(before.picture) if before and before.picture else ""
    if value in ("", known):
        return None
    sha256, _, file = value.partition(" ")
    with context.read() as work:
        found = work.pictures.find(sha256)
    if found is None:
        raise Unfit([Problem(PICTURE, "The picture is not here any more; choose it again.")])
    return read.check(found[0], file)


def add(context: Context, series: Series, values: Values) -> Saved:
    """Store a new draft, once it has a title; raises `Unfit`."""
    item = _new(values)
    _check_name(context, series, item.name)
    arrival = accept.whole(Arrival(item, _picture(context, values.get(PICTURE, ""), None)))
    try:
        (taken,) = accept.take(context, series, [arrival], draft=True)
    except BadInput as error:
        raise Unfit([written.problem(str(error))]) from None
    return Saved(taken.collage, taken)


def _new(values: Values) -> Item:
    """The item that the values of a new collage make; raises `Unfit`."""
    if collage.is_blank(values.get("title", "")):
        raise Unfit([Problem("title", "A collage begins with its paper's title.")])
    item, problems = written.read(values, _blank())
    if not values.get("name", "").strip():
        name = collage.slug(item.paper.title)
        if not name:
            why = "The title has no letters a-z to make a name of; give one."
            raise Unfit([*problems, Problem("name", why)])
        item = replace(item, name=name)
    if problems:
        raise Unfit(problems)
    return item


def _check_name(context: Context, series: Series, name: str) -> None:
    """Raise `Unfit` for a name that another collage of the series has."""
    with context.read() as work:
        is_taken = work.queue.has_name(series.name, name)
    if is_taken:
        raise Unfit([Problem("name", f"Another collage is named {name}; give another name.")])


def save(context: Context, series: Series, role: Role, collage_id: int, form: Form) -> Saved:
    """Store what somebody with this role wrote of a collage, merged with what others wrote.

    Raises `NotAllowed` where the role may not change it in its state, `Unfit` for what cannot be
    stored, and `Clash` where somebody else has changed the same.
    """
    for _ in range(TRIES):
        before = find(context, series, collage_id)
        try:
            return _save(context, series, role, before, form)
        except NotAllowed:
            # Saved by somebody else at this very moment: it is merged with that, too.
            if find(context, series, collage_id).revision == before.revision:
                raise
    raise Stale(f"{before.name} is being changed again and again; save once more.")


def _save(context: Context, series: Series, role: Role, before: Collage, form: Form) -> Saved:
    check_may_write(role, before)
    theirs = fields(series, before)
    arrived = {name: text for name, text in form.sent.items() if theirs.get(name) == text}
    merged = merging.merge({**form.base, **arrived}, theirs, form.values)
    if merged.conflicts:
        raise Clash(before, merged.values, merged.conflicts)
    item, problems = written.read(merged.values, before)
    if problems:
        raise Unfit(problems)
    if item.name != before.name:
        _check_name(context, series, item.name)
    picture = _picture(context, merged.values.get(PICTURE, ""), before)
    if picture is None and item == before:
        return Saved(before, Taken(before), is_changed=False)
    arrival = accept.whole(Arrival(item, picture))
    try:
        edited = queue_changes.edit(context, series, before, arrival)
    except BadInput as error:
        raise Unfit([written.problem(str(error))]) from None
    return Saved(edited.taken.collage, edited.taken, edited)


def check_may_write(role: Role, item: Collage) -> None:
    """Raise `NotAllowed` where somebody with this role may not change the collage as it is."""
    if why := people.why_not_write(role, item.name, item.state):
        raise NotAllowed(why)


class Previewed(NamedTuple):
    """A collage as it is being written, and its threads; nothing of it is stored.

    `problems` are about fields, `lacks` is what it needs before it can be ready.
    """

    item: Collage
    number: int
    threads: tuple[ComposedThread, ...]
    problems: tuple[Problem, ...]
    lacks: tuple[str, ...]


def preview(context: Context, series: Series, before: Collage | None, values: Values) -> Previewed:
    """What would go out of a collage as it is being written.

    It is composed alone: what goes out before it is counted on, and not composed.
    """
    item, problems = _unsaved(context, series, before, values)
    if item.state in {State.CLAIMED, State.POSTED}:
        number, threads = candidates.preview(context, series, item, series.accounts)
    else:
        number = forecast.provisional_number(context, series, item)
        threads = _threads(context, series, item, number)
    lacks = collage.missing(item, has_picture=item.picture is not None)
    return Previewed(item, number, threads, problems, lacks)


def _unsaved(
    context: Context, series: Series, before: Collage | None, values: Values
) -> tuple[Collage, tuple[Problem, ...]]:
    item, problems = written.read(values, before or _blank())
    try:
        picture = _picture(context, values.get(PICTURE, ""), before)
    except Unfit as error:
        picture, problems = None, (*problems, *error.problems)
    arrival = accept.whole(Arrival(item, picture))
    if before:
        return accept.edited(series, before, arrival), problems
    return accept.as_collage(series, arrival), problems


def _threads(
    context: Context, series: Series, item: Collage, number: int
) -> tuple[ComposedThread, ...]:
    fits = Fittings.of(context, series)
    return tuple(
        Composer.of(context, series.name, account, fits).collage_shown(item, number)
        for account in context.wanted(item, series.accounts)
    )


def draft_alt(context: Context, series: Series, before: Collage | None, values: Values) -> Drafted:
    """The alt text drafted of a collage as it is being written."""
    item, _ = _unsaved(context, series, before, values)
    return alt_texts.draft(context, series, item)
