"""Taking items in: read, checked, given a picture, and put into the queue or into history, all or
none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from bot.config import Series
from bot.context import Context
from bot.core import agenda, collage, month, schedule
from bot.core.agenda import Waiting
from bot.core.collage import Collage, Item, State
from bot.core.errors import BadInput, NotAllowed
from bot.core.paper import LinkKind
from bot.intake import items
from bot.intake.article import Article
from bot.pictures import read, slide
from bot.pictures.read import PictureFile
from bot.storage.work import Work


@dataclass(frozen=True, slots=True)
class Taken:
    """An item in the queue, and what somebody should know of it."""

    collage: Collage
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item on its way in; `number` is one it brings along."""

    item: Item
    picture: PictureFile | None = None
    number: int | None = None
    posted_at: datetime | None = None
    dates_are_assumed: bool = False
    remarks: tuple[str, ...] = ()


def from_file(path: Path) -> Arrival:
    item = items.load(path)
    return Arrival(item, read.load(Path(item.picture_file)) if item.picture_file else None)


def change(
    context: Context, work: Work, what: str, own: Series, name: str, detail: str = ""
) -> None:
    """Write down who changed what when."""
    work.log.record(context.who, what, f"{own.name}/{name}".rstrip("/"), detail)


def drawn(own: Series, arrivals: Sequence[Arrival], numbers: Sequence[str]) -> list[Arrival]:
    """Give each item without a picture a plain slide with its number, and that slide's alt text."""
    return [_draw(own, arrival, number) for arrival, number in zip(arrivals, numbers, strict=True)]


def _draw(own: Series, arrival: Arrival, number: str) -> Arrival:
    item = arrival.item
    if arrival.picture is not None:
        return arrival
    made = slide.draw(item.paper.title, item.paper.citation, number, own.title)
    picture = read.check(made.png, f"{item.name}.png")
    remarks = arrival.remarks
    if made.unshown:
        remarks += (
            f"no font here shows {'; '.join(made.unshown)}: install one, such as Noto Sans CJK, and draw again",
        )
    return replace(
        arrival, item=replace(item, alt=made.alt, picture_file=""), picture=picture, remarks=remarks
    )


def coming_numbers(
    context: Context, own: Series, arrivals: Sequence[Arrival], *, draft: bool = False
) -> list[str]:
    """The numbers that slides drawn for these show: those they get if they are put at the queue's
    end now. What will be a draft takes nobody's number.
    """
    with context.read() as work:
        found = work.snapshots.take(own, context.clock.now(), None)
    # Nothing in the database has an id below 1.
    new = [
        Waiting(-place, arrival.item.name, kept_number=arrival.number)
        for place, arrival in enumerate(arrivals, 1)
    ]
    ready = [
        item
        for item, arrival in zip(new, arrivals, strict=True)
        if not (draft or _lacks_more_than_a_slide(arrival))
    ]
    kept = {item.id: item.kept_number for item in new if item.kept_number is not None}
    found = replace(found, ready=(*found.ready, *ready), kept={**found.kept, **kept})
    return [own.numbering.shown(agenda.number_of(found, item)) for item in new]


def _lacks_more_than_a_slide(arrival: Arrival) -> bool:
    """Whether an arrival stays a draft though a slide is drawn where it has no picture."""
    item = arrival.item
    if arrival.picture is None:
        item = replace(item, alt="A slide.")
    return bool(collage.missing(item, has_picture=True))


def take(
    context: Context, own: Series, arrivals: Sequence[Arrival], *, draft: bool = False
) -> list[Taken]:
    """Put items at the queue's end, `ready` when nothing is missing; one bad item keeps all of them
    out.
    """
    for arrival in arrivals:
        _check(arrival.item)
    with context.write() as work:
        return [_take(context, work, own, arrival, draft=draft) for arrival in arrivals]


def _check(item: Item) -> None:
    for problem in collage.problems(item):
        raise BadInput(f"{item.place + ': ' if item.place else ''}{problem}.")


def _take(context: Context, work: Work, own: Series, arrival: Arrival, *, draft: bool) -> Taken:
    item, picture = arrival.item, arrival.picture
    missing = collage.missing(item, has_picture=picture is not None)
    remarks = arrival.remarks
    same = work.queue.same_paper(own.name, _papers(item))
    if same:
        remarks += (f"{same} is about the same paper",)
    if picture:
        work.pictures.put(picture.picture, picture.data)
    state = State.DRAFT if draft or missing else State.READY
    more = _kept_number(work, own, arrival) | _history(arrival)
    if arrival.posted_at:
        state, missing = State.POSTED, ()
    made = work.queue.add(own.name, item, picture.picture if picture else None, state, **more)
    change(
        context,
        work,
        "add",
        own,
        made.name,
        f"{state}{', from ' + item.place if item.place else ''}",
    )
    return Taken(made, missing, remarks)


def replace_item(context: Context, own: Series, before: Collage, arrival: Arrival) -> Taken:
    """An edited item takes the place of `before`, which lends it its picture; what now lacks
    something is a draft.
    """
    _check(arrival.item)
    picture = arrival.picture.picture if arrival.picture else before.picture
    missing = collage.missing(arrival.item, has_picture=picture is not None)
    state = State.DRAFT if missing and before.state is State.READY else before.state
    with context.write() as work:
        if arrival.picture:
            work.pictures.put(arrival.picture.picture, arrival.picture.data)
        made = work.queue.replace(before, arrival.item, picture, state)
        change(
            context,
            work,
            "edit",
            own,
            made.name,
            f"was {before.name}" if before.name != made.name else "",
        )
    return Taken(made, missing, arrival.remarks)


def _kept_number(work: Work, own: Series, arrival: Arrival) -> dict[str, object]:
    if arrival.number is None:
        return {}
    if other := work.queue.has_number(own.name, 0, arrival.number):
        raise BadInput(
            f"{arrival.item.place}: the number {arrival.number} is {other}'s already, so the numbers cannot be kept; "
            "import without --keep-numbers."
        )
    return {"kept_number": arrival.number}


def _history(arrival: Arrival) -> dict[str, object]:
    if arrival.posted_at is None:
        return {}
    return {
        "posted_at": arrival.posted_at,
        "due_at": arrival.posted_at,
        "posted_is_assumed": arrival.dates_are_assumed,
    }


@dataclass(frozen=True, slots=True)
class Import:
    """How an article is taken in. `dates` are local days that override the assumed ones."""

    posted: bool = False
    keep_numbers: bool = False
    draw: bool = False
    pictures: Path | None = None
    dates: tuple[date, ...] = ()


def import_article(context: Context, own: Series, source: Article, options: Import) -> list[Taken]:
    """An article's collages into the queue, or with its roundup into history; the caller reports
    its findings.
    """
    arrivals = [_arrival(_free_name(context, own, item), options) for item in source.items]
    if options.posted:
        return _import_history(context, own, source, arrivals, options)
    if options.draw:
        arrivals = drawn(own, arrivals, coming_numbers(context, own, arrivals))
    return take(context, own, arrivals)


def _free_name(context: Context, own: Series, item: Item) -> Item:
    """An item whose NAME another paper has gets a further one; the same paper again is refused when
    it is taken in.
    """
    with context.read() as work:
        name, count = item.name, 1
        while work.queue.has_name(own.name, name) and not work.queue.same_paper(
            own.name, _papers(item)
        ):
            count += 1
            name = f"{item.name}-{count}"
    return replace(item, name=name)


def _papers(item: Item) -> list[str]:
    return [link.url for link in item.paper.links_of(LinkKind.PAPER)]


def _arrival(item: Item, options: Import) -> Arrival:
    picture = (
        options.pictures / item.picture_file if options.pictures and item.picture_file else None
    )
    number = None
    if options.keep_numbers:
        printed = item.printed_number.partition("/")[0]
        if not printed.isdigit():
            raise BadInput(
                f"{item.place}: {item.name} has no printed number to keep; import without --keep-numbers."
            )
        number = int(printed)
    return Arrival(item, read.load(picture) if picture and picture.is_file() else None, number)


def _import_history(
    context: Context, own: Series, source: Article, arrivals: Sequence[Arrival], options: Import
) -> list[Taken]:
    if source.kind != "roundup" or source.title_month is None:
        raise BadInput(
            f"{source.title!r} names no month in its title, so it is no roundup that could be history."
        )
    days = options.dates or assumed_days(own, source.title_month, len(arrivals))
    if len(days) != len(arrivals):
        raise BadInput(
            f"--dates gives {len(days)} days, but the article holds {len(arrivals)} collages."
        )
    at = min((slot.at for slot in own.timetable.slots), default=time(12))
    dated = [
        replace(
            arrival,
            posted_at=schedule.instant(day, at, own.zone),
            dates_are_assumed=not options.dates,
        )
        for arrival, day in zip(arrivals, days, strict=True)
    ]
    if options.draw:
        dated = drawn(own, dated, [arrival.item.printed_number for arrival in dated])
    return _take_history(context, own, source, source.title_month, dated)


def _take_history(
    context: Context, own: Series, source: Article, title_month: str, dated: Sequence[Arrival]
) -> list[Taken]:
    for arrival in dated:
        _check(arrival.item)
    names = {
        "title": source.title,
        "slug": month.slug(source.title, title_month),
        "link": source.link,
    }
    with context.write() as work:
        row = work.series.get(own.name)
        due_at = month.moment(own.roundup, title_month, own.zone)
        roundup_id = work.roundups.add_published(
            row.name, title_month, due_at, subtitle=source.subtitle, **names
        )
        if roundup_id is None:
            raise NotAllowed(
                f"There is a roundup {title_month} of {own.name} already; nothing was imported."
            )
        taken = [_take(context, work, own, arrival, draft=False) for arrival in dated]
        work.queue.put_into_roundup([one.collage.id for one in taken], roundup_id)
        change(context, work, "import", own, f"roundup-{title_month}", source.link)
        return [replace(one, collage=work.queue.by_id(one.collage.id)) for one in taken]


def assumed_days(own: Series, title_month: str, count: int) -> tuple[date, ...]:
    """The series' slot days in the reading month, one a collage; the last one again where they run
    out.
    """
    first = month.parse(month.reading_month(own.roundup, title_month))
    length = (month.after(first) - first).days
    days = [first + schedule.DAY * offset for offset in range(length)]
    with_slots = [
        day for day in days if any(slot.weekday == day.weekday() for slot in own.timetable.slots)
    ] or days
    return tuple(with_slots[min(place, len(with_slots) - 1)] for place in range(count))
