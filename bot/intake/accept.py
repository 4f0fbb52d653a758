"""Takes items in: checks them, gives them a picture, and stores them in the queue or in history.

Every call stores all of its items or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from pathlib import Path

from bot.composing import ahead, slides
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import (
    agenda,
    appearance,
    changes,
    collage,
    legibility,
    month,
    per_network,
    schedule,
    slide,
)
from bot.core.agenda import Waiting
from bot.core.changes import Changed
from bot.core.collage import Collage, Item, State
from bot.core.delivery import State as Sending
from bot.core.errors import BadInput, NotAllowed
from bot.intake import items, networks, twins
from bot.intake.article import Article
from bot.pictures import read
from bot.pictures.read import PictureFile
from bot.storage.roundups import Found
from bot.storage.work import Work


@dataclass(frozen=True, slots=True)
class Taken:
    """A stored item: what it is still `missing`, and `remarks` for the maintainer.

    `problems` are sentences on what keeps it from going out, though it lacks nothing.
    """

    collage: Collage
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item that is not stored yet, with its picture.

    `number` is one to be kept from where the item was published before. `posted_at` is set for
    items of history; `dates_are_assumed` where nobody gave that day. `problems` are sentences on
    what a network would refuse, once it has been composed. `drawn_alt` is the alt text of the slide
    that was drawn as its picture.
    """

    item: Item
    picture: PictureFile | None = None
    number: int | None = None
    posted_at: datetime | None = None
    dates_are_assumed: bool = False
    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    drawn_alt: str = ""
    figures: tuple[PictureFile, ...] = ()
    """The pictures of the figures on its slide that the database may not have yet."""


def from_file(path: Path) -> Arrival:
    """Read an item file and its picture; raises `BadInput`."""
    item = items.load(path)
    picture = read.load(Path(item.picture_file)) if item.picture_file else None
    return whole(with_figures(Arrival(item, picture)))


def with_figures(arrival: Arrival, known: Sequence[slide.Figure] = ()) -> Arrival:
    """The arrival with the figures of its slide read, each from the file that it names.

    A figure that one of those `known` is named like is that one, and no file is read. Raises
    `BadInput`.
    """
    named = {figure.file: figure.sha256 for figure in known}
    found, new = [], []
    for figure in arrival.item.slide.figures:
        sha256, file = figure.sha256 or named.get(figure.file, ""), figure.file
        if not sha256:
            picture = read.load(Path(file))
            new.append(picture)
            sha256, file = picture.picture.sha256, picture.picture.file
        found.append(figure._replace(file=file, sha256=sha256))
    item = replace(arrival.item, slide=replace(arrival.item.slide, figures=tuple(found)))
    return replace(arrival, item=item, figures=(*arrival.figures, *new))


def whole(arrival: Arrival) -> Arrival:
    """The arrival without the entries of its threads that show nothing, and a remark on them."""
    item = arrival.item
    threads = [("its thread", item.thread)]
    threads += [(f"its thread on {entry.name}", entry.thread) for entry in item.on]
    remarks = tuple(
        f"entry {place} of {name} is empty and was left out"
        for name, thread in threads
        for place, text in enumerate(thread, 1)
        if collage.is_blank(text)
    )
    if not remarks:
        return arrival

    def is_kept(text: str) -> bool:
        return not collage.is_blank(text)

    on = per_network.with_threads(item.on, is_kept)
    item = replace(item, thread=tuple(filter(is_kept, item.thread)), on=on)
    return replace(arrival, item=item, remarks=arrival.remarks + remarks)


def change(context: Context, work: Work, what: str, subject: str, detail: str = "") -> None:
    """Log what was changed, by the user of this process; `subject` is SERIES or SERIES/NAME."""
    work.log.record(context.who, what, subject, detail)


def changed(
    context: Context, work: Work, what: str, subject: str, fields: Sequence[Changed]
) -> None:
    """As `change`, with the fields that were changed, from what to what."""
    work.log.record(context.who, what, subject, changes=fields)


def with_slides(
    context: Context, series: Series, arrivals: Sequence[Arrival], *, draft: bool, every: bool
) -> list[Arrival]:
    """The arrivals with slides drawn where there is no picture: for those that say what is on it,
    or for `every` one.
    """
    if not any(asks_for_slide(arrival, every=every) for arrival in arrivals):
        return list(arrivals)
    numbers = coming_numbers(context, series, arrivals, draft=draft)
    return [
        _draw(context, series, arrival, number) if asks_for_slide(arrival, every=every) else arrival
        for arrival, number in zip(arrivals, numbers, strict=True)
    ]


def asks_for_slide(arrival: Arrival, *, every: bool = False) -> bool:
    """Whether an item without a picture says what is on its slide, so that it is drawn."""
    return arrival.picture is None and (every or bool(arrival.item.slide))


def drawn(
    context: Context, series: Series, arrivals: Sequence[Arrival], numbers: Sequence[str]
) -> list[Arrival]:
    """Draw a slide, with its alt text, for each item without a picture.

    `numbers` are those the slides show, one for each arrival.
    """
    return [
        _draw(context, series, arrival, number)
        for arrival, number in zip(arrivals, numbers, strict=True)
    ]


def _draw(context: Context, series: Series, arrival: Arrival, number: str) -> Arrival:
    item = arrival.item
    if arrival.picture is not None:
        return arrival
    drawing = slides.draw(context.config, series, item, number, figure_of(context, arrival))
    alt = drawing.alt
    # What somebody wrote stays, unless it tells of a picture that is not there.
    if not (collage.is_blank(item.alt) or item.picture_file):
        alt = item.alt
    return replace(
        arrival,
        item=replace(item, alt=alt, picture_file="", slide=drawing.slide),
        picture=drawing.picture,
        drawn_alt=drawing.alt,
    )


def figure_of(context: Context, arrival: Arrival) -> slides.FigureOf:
    """What gives the figures of an arrival's slide: those that came with it, or stored ones."""
    new = {figure.picture.sha256: figure for figure in arrival.figures}
    stored = slides.stored(context)

    def found_or_stored(figure: slide.Figure) -> slides.Stored:
        if found := new.get(figure.sha256):
            return slides.Stored(found.data, found.picture.mime)
        return stored(figure)

    return found_or_stored


def coming_numbers(
    context: Context, series: Series, arrivals: Sequence[Arrival], *, draft: bool = False
) -> list[str]:
    """Return the number that each arrival's slide shows, as it is printed."""
    numbers = _numbers(context, series, arrivals, draft=draft)
    return [series.numbering.shown(number) for number in numbers]


def _numbers(
    context: Context, series: Series, arrivals: Sequence[Arrival], *, draft: bool = False
) -> list[int]:
    """Return the number that each item gets if it joins the queue's end now.

    An arrival that will be a draft takes no number from those behind it.
    """
    with context.read() as work:
        snapshot = work.snapshots.take(series, context.clock.now(), None)
    # Ids below 1, which no row has, so that the new items cannot be taken for stored ones.
    new = [
        Waiting(-place, arrival.item.name, kept_number=arrival.number)
        for place, arrival in enumerate(arrivals, start=1)
    ]
    ready = [
        waiting
        for waiting, arrival in zip(new, arrivals, strict=True)
        if not (draft or _lacks_more_than_a_slide(arrival))
    ]
    kept = {waiting.id: waiting.kept_number for waiting in new if waiting.kept_number is not None}
    snapshot = replace(
        snapshot,
        ready=(*snapshot.ready, *ready),
        kept={**snapshot.kept, **kept},
    )
    return [agenda.number_of(snapshot, waiting) for waiting in new]


def _lacks_more_than_a_slide(arrival: Arrival) -> bool:
    """Whether the arrival stays a draft even with a slide drawn where it has no picture."""
    item = arrival.item
    if arrival.picture is None:
        # A slide brings its alt text along; which one does not matter here.
        item = replace(item, alt="A slide.")
    return bool(collage.missing(item, has_picture=True))


def take(
    context: Context, series: Series, arrivals: Sequence[Arrival], *, draft: bool = False
) -> list[Taken]:
    """Add items to the queue's end, `ready` when nothing is missing and no `draft` is wanted.

    What the networks would refuse is a draft, too: `ready` means that it can go out. Raises
    `BadInput` where one of them cannot be taken; then none is.
    """
    for arrival in arrivals:
        check(arrival.item)
        networks.check(context, arrival.item)
    # Composed and fitted before the transaction: templates and pictures may take long.
    fits = Fittings.of(context, series, [each.picture for each in arrivals if each.picture])
    arrivals = _composed(context, series, arrivals, fits, draft=draft)
    with context.write() as work:
        taken = [_take(context, work, series, arrival, draft=draft) for arrival in arrivals]
        fits.store(work)
    return taken


def _composed(
    context: Context, series: Series, arrivals: Sequence[Arrival], fits: Fittings, *, draft: bool
) -> list[Arrival]:
    """The arrivals with what a network would refuse of each, after all that goes out before."""
    whole = {
        place: replace(as_collage(series, arrival), id=-place, kept_number=arrival.number)
        for place, arrival in enumerate(arrivals)
        if not _lacks(arrival)
    }
    found = ahead.tried(context, series, list(whole.values()), joins=not draft, fits=fits)
    problems = {-candidate.item.id: candidate.problems for candidate in found}
    return [
        replace(arrival, problems=problems.get(place, ())) for place, arrival in enumerate(arrivals)
    ]


def as_collage(series: Series, arrival: Arrival) -> Collage:
    """An arrival as the collage that it is going to be; its id, 0, is no row's."""
    given = {each.name: getattr(arrival.item, each.name) for each in fields(Item)}
    picture = None
    if arrival.picture:
        picture = arrival.picture.picture
    return Collage(
        id=0, series=series.name, state=State.DRAFT, position=0, picture=picture, **given
    )


def _lacks(arrival: Arrival) -> tuple[str, ...]:
    return collage.missing(arrival.item, has_picture=arrival.picture is not None)


def check(item: Item) -> None:
    """Raise `BadInput` with the item's first problem and its place, where it has one."""
    for problem in collage.problems(item):
        if item.place:
            raise BadInput(f"{item.place}: {problem}.")
        raise BadInput(f"{problem}.")


def _take(
    context: Context, work: Work, series: Series, arrival: Arrival, *, draft: bool = False
) -> Taken:
    item, problems = arrival.item, arrival.problems
    missing = _lacks(arrival)
    state = State.READY
    if draft or missing or problems:
        state = State.DRAFT
    if arrival.posted_at:
        # History is complete as it is: what an old article lacked is not asked for any more.
        state, missing = State.POSTED, ()
    picture = _store_picture(work, arrival)
    values = _kept_number(work, series, arrival) | _history(arrival) | _as_drawn(arrival)
    values["changed_by"] = context.who
    if problems and not draft:
        values["note"] = " ".join(problems)
    stored = work.queue.add(series.name, item, picture, state, **values)
    detail = str(state)
    if item.place:
        detail += f", from {item.place}"
    change(context, work, "add", f"{series.name}/{stored.name}", detail)
    remarks = _remarks(arrival, stored) + _repeated(work, series, stored)
    remarks += _of_alt(series, missing, stored)
    return Taken(stored, missing, remarks, problems)


def _as_drawn(arrival: Arrival) -> dict[str, object]:
    """The columns that say what the program has drawn; somebody may have written the alt text."""
    is_drawn = bool(arrival.drawn_alt)
    return {
        "picture_is_drawn": is_drawn,
        "alt_is_drawn": is_drawn and arrival.item.alt == arrival.drawn_alt,
    }


def _store_picture(work: Work, arrival: Arrival) -> collage.Picture | None:
    for figure in arrival.figures:
        work.pictures.put(figure.picture, figure.data)
    if arrival.picture is None:
        return None
    work.pictures.put(arrival.picture.picture, arrival.picture.data)
    return arrival.picture.picture


def replace_item(
    context: Context, series: Series, before: Collage, arrival: Arrival, number: int
) -> Taken:
    """Store an edited item in the place of `before`, with its picture unless a new one came.

    A slide is drawn again, with the `number` that the collage has or would get. A ready collage
    that now lacks something, or that a network would refuse, becomes a draft. A posted one is
    changed for its threads that have not begun and for its roundup's page. Raises `BadInput`, and
    `NotAllowed` where a worker is just composing a thread of it.
    """
    check(arrival.item)
    networks.check(context, arrival.item, before.on)
    now, redrawn = slides.with_number(
        context, series, edited(series, before, arrival), number, figure_of(context, arrival)
    )
    missing = collage.missing(now, has_picture=now.picture is not None)
    if before.state is State.POSTED:
        # What history lacked when it was imported, it may go on lacking.
        lacked = collage.missing(before, has_picture=before.picture is not None)
        if taken_away := [each for each in missing if each not in lacked]:
            raise BadInput(f"{before.name} is posted, and must not lack {', '.join(taken_away)}.")
    new_pictures = [each for each in (arrival.picture, redrawn) if each]
    fits = Fittings.of(context, series, new_pictures)
    problems: tuple[str, ...] = ()
    if not missing:
        problems = ahead.problems(context, series, now, fits)
    state = before.state
    more: dict[str, object] = {
        "picture_is_drawn": now.picture_is_drawn,
        "alt_is_drawn": now.alt_is_drawn,
        "changed_by": context.who,
    }
    if (missing or problems) and state is State.READY:
        state = State.DRAFT
    if state is State.DRAFT:
        was_kept_back = before.state is State.READY or before.note
        more["note"] = " ".join(problems) if was_kept_back else ""
    with context.write() as work:
        for new in (*new_pictures, *arrival.figures):
            work.pictures.put(new.picture, new.data)
        fits.store(work)
        # Locked, so that what is claimed from now on is composed from the edited item.
        work.deliveries.not_begun(before.id)
        if before.state is State.POSTED:
            _check_not_composed_now(work, before)
            stored = work.queue.correct(before, now, now.picture, **more)
        else:
            stored = work.queue.replace(before, now, now.picture, state, **more)
        subject = f"{series.name}/{stored.name}"
        if stored.name != before.name:
            # What was done to it before is found by its new name.
            work.log.follow(f"{series.name}/{before.name}", subject)
        changed(context, work, "edit", subject, changes.between(before, stored))
        remarks = _remarks(arrival, stored) + _repeated(work, series, stored)
    remarks += networks.remarks(context, stored.on) + _of_alt(series, missing, stored)
    return Taken(stored, missing, remarks, problems)


def _check_not_composed_now(work: Work, before: Collage) -> None:
    """Raise `NotAllowed` while a worker has a thread that is not frozen: nobody knows its texts."""
    for thread in work.deliveries.of_collage(before.id):
        if thread.state is Sending.SENDING and not thread.begun:
            raise NotAllowed(
                f"{before.name} is just being sent to {thread.account}; repeat it in a minute."
            )


def _of_alt(series: Series, missing: Sequence[str], stored: Collage) -> tuple[str, ...]:
    """How to get the alt text that a collage lacks, or what the one of its slide leaves out."""
    if collage.ALT_TEXT in missing:
        return (f"to have its alt text drafted: mlcollage alt {stored.name}",)
    if not stored.alt_is_drawn:
        return ()
    left_out = slides.alt_of(series, stored, series.numbering.shown(stored.number)).remarks
    return tuple(f"its alt text: {remark}" for remark in left_out)


def _remarks(arrival: Arrival, stored: Collage) -> tuple[str, ...]:
    """The remarks about an arrival, and about how the collage that it became looks to readers."""
    remarks = arrival.remarks + legibility.of_collage(stored)
    if stored.picture_is_drawn:
        remarks += told_of_slide(stored.slide)
    if arrival.picture is None:
        return remarks
    return remarks + arrival.picture.remarks


def _repeated(work: Work, series: Series, stored: Collage) -> tuple[str, ...]:
    """What a person should know of other collages with the same paper or picture."""
    found = twins.of(work, series, stored, twins.own_picture(stored), stored.id)
    return twins.sentences(series, found)


def told_of_slide(drawn: slide.Slide) -> tuple[str, ...]:
    """What a person should know of a slide as it was drawn."""
    remarks: tuple[str, ...] = ()
    if drawn.unshown:
        unshown = "; ".join(drawn.unshown)
        remarks += (f"no font here shows {unshown}; install a font that has them",)
    if drawn.cut:
        remarks += (slide.told_cut(drawn.cut),)
    return remarks


def edited(series: Series, before: Collage, arrival: Arrival) -> Collage:
    """The collage as the edited item makes it; `before` lends it its picture and its place."""
    now = as_collage(series, arrival)
    picture, is_drawn = now.picture, bool(arrival.drawn_alt)
    is_drawn_alt = is_drawn and arrival.item.alt == arrival.drawn_alt
    if picture is None:
        picture, is_drawn = before.picture, before.picture_is_drawn
        is_drawn_alt = before.alt_is_drawn and arrival.item.alt == before.alt
        if picture is None and arrival.item.slide:
            is_drawn, is_drawn_alt = True, collage.is_blank(arrival.item.alt)
    return replace(
        now,
        id=before.id,
        state=before.state,
        number=before.number,
        kept_number=before.kept_number,
        pinned_on=before.pinned_on,
        picture=picture,
        picture_is_drawn=is_drawn,
        alt_is_drawn=is_drawn_alt,
    )


def _kept_number(work: Work, series: Series, arrival: Arrival) -> dict[str, object]:
    """The column for a number that is kept; raises `BadInput` where a collage has it already."""
    if arrival.number is None:
        return {}
    # Year 0 is the numbering year of series whose numbers never restart.
    if other := work.queue.has_number(series.name, 0, arrival.number):
        raise BadInput(
            f"{arrival.item.place}: the number {arrival.number} is {other}'s already, "
            "so the numbers cannot be kept; import without --keep-numbers."
        )
    return {"kept_number": arrival.number}


def _history(arrival: Arrival) -> dict[str, object]:
    """The columns of a collage that was posted before it came here."""
    if arrival.posted_at is None:
        return {}
    return {
        "posted_at": arrival.posted_at,
        "due_at": arrival.posted_at,
        "posted_is_assumed": arrival.dates_are_assumed,
    }


@dataclass(frozen=True, slots=True)
class Import:
    """How an article is imported.

    `posted` puts it into history instead of the queue; `dates` are then the local days of its
    collages, in place of assumed ones. `pictures` is the folder that holds its picture files.
    """

    posted: bool = False
    keep_numbers: bool = False
    draw: bool = False
    pictures: Path | None = None
    dates: tuple[date, ...] = ()


def import_article(
    context: Context, series: Series, source: Article, options: Import
) -> list[Taken]:
    """Add an article's collages to the queue, or with its roundup to history.

    The article's findings are not reported here. Raises `BadInput` or `NotAllowed`; then nothing is
    imported. The papers of a list stay drafts.
    """
    arrivals = [_arrival(_with_free_name(context, series, item), options) for item in source.items]
    if options.posted:
        return _import_history(context, series, source, arrivals, options)
    draft = source.kind == "list"
    if options.draw:
        numbers = coming_numbers(context, series, arrivals, draft=draft)
        arrivals = drawn(context, series, arrivals, numbers)
    return take(context, series, arrivals, draft=draft)


def is_to_do(source: Article, taken: Sequence[Taken]) -> bool:
    """Whether an import leaves a person something to do: a finding to look at, or a draft."""
    return bool(source.findings) or any(one.collage.state is State.DRAFT for one in taken)


def _with_free_name(context: Context, series: Series, item: Item) -> Item:
    """Count the item's NAME on ("simclr-2") while a collage about another paper has it.

    A NAME held by the same paper stays: taking it in refuses the item, instead of storing the paper
    a second time.
    """
    with context.read() as work:
        name, count = item.name, 1
        same = {twin.other.name for twin in twins.of_paper(work, series, item)}
        while work.queue.has_name(series.name, name):
            has_same_title = work.queue.get(series.name, name).paper.title == item.paper.title
            if has_same_title or name in same:
                break
            count += 1
            name = f"{item.name}-{count}"
    return replace(item, name=name)


def _arrival(item: Item, options: Import) -> Arrival:
    """An article's item with its picture, where the file is there, and the number it keeps."""
    picture = None
    remarks: tuple[str, ...] = ()
    if options.pictures and item.picture_file:
        picture = picture_in(options.pictures, item.picture_file)
        if picture is None:
            folder = collage.one_line(str(options.pictures))
            remarks = (f"its picture, {item.picture_file}, is not in {folder}",)
    number = None
    if options.keep_numbers:
        number = _printed_number(item)
    return Arrival(item, picture, number, remarks=remarks)


def picture_in(folder: Path, name: str) -> PictureFile | None:
    """The picture with this name in a folder, or None where there is none; raises `BadInput`."""
    path = folder / appearance.named(name).file
    try:
        is_there = path.is_file()
    except (OSError, ValueError):
        # A name that is too long for the file system, say.
        return None
    if not is_there:
        return None
    items.check_inside(path, folder)
    return read.load(folder / name)


def complete_history(context: Context, series: Series, before: Collage, arrival: Arrival) -> Taken:
    """Give a collage of imported history the picture that it was published with.

    Raises `NotAllowed` where it was changed since it was read.
    """
    with context.write() as work:
        picture = _store_picture(work, arrival)
        stored = work.queue.correct(before, arrival.item, picture)
        file = stored.picture_file
        change(context, work, "edit", f"{series.name}/{stored.name}", f"picture {file}")
    return Taken(stored, remarks=_remarks(arrival, stored))


def _printed_number(item: Item) -> int:
    """The 29 of a caption's "29/52"; raises `BadInput` where none was printed."""
    printed = item.printed_number.partition("/")[0]
    if not printed.isdigit():
        raise BadInput(
            f"{item.place}: {item.name} has no printed number to keep; "
            "import without --keep-numbers."
        )
    return int(printed)


def _import_history(
    context: Context, series: Series, source: Article, arrivals: Sequence[Arrival], options: Import
) -> list[Taken]:
    if source.kind != "roundup" or source.title_month is None:
        raise BadInput(
            f"{source.title!r} names no month in its title, "
            "so it is no roundup that could be history."
        )
    days = options.dates or assumed_days(series, source.title_month, len(arrivals))
    if len(days) != len(arrivals):
        raise BadInput(
            f"--dates gives {len(days)} days, but the article holds {len(arrivals)} collages."
        )
    at = min((slot.at for slot in series.timetable.slots), default=time(12))
    dated = [
        replace(
            arrival,
            posted_at=schedule.instant(day, at, series.zone),
            dates_are_assumed=not options.dates,
        )
        for arrival, day in zip(arrivals, days, strict=True)
    ]
    if options.draw:
        numbers = [arrival.item.printed_number for arrival in dated]
        dated = drawn(context, series, dated, numbers)
    return _take_history(context, series, source, source.title_month, dated)


def _take_history(
    context: Context, series: Series, source: Article, title_month: str, dated: Sequence[Arrival]
) -> list[Taken]:
    """Store a published roundup with its collages, all in one transaction."""
    for arrival in dated:
        check(arrival.item)
    with context.write() as work:
        row = work.series.get(series.name)
        roundup_id = work.roundups.add_published(
            row.name,
            title_month,
            month.moment(series.roundup, title_month, series.zone),
            title=source.title,
            subtitle=source.subtitle,
            slug=month.slug(source.title, title_month),
            link=source.link,
            previous_link=source.previous_link,
        )
        if roundup_id is None:
            raise NotAllowed(
                f"There is a roundup {title_month} of {series.name} already; nothing of this one "
                "was imported. "
                "For pictures that came later: mlcollage import --pictures FOLDER"
            )
        found = [*source.findings, *source.notes]
        kept = [Found(finding.level, finding.line, finding.text) for finding in found]
        work.roundups.keep_findings(roundup_id, sorted(kept, key=lambda finding: finding.line))
        stored = [_take(context, work, series, arrival) for arrival in dated]
        work.queue.put_into_roundup([taken.collage.id for taken in stored], roundup_id)
        work.roundups.is_new(roundup_id)
        change(context, work, "import", f"{series.name}/roundup-{title_month}", source.link)
        # Read once more, because each of them names its roundup now.
        return [replace(taken, collage=work.queue.by_id(taken.collage.id)) for taken in stored]


def assumed_days(series: Series, title_month: str, count: int) -> tuple[date, ...]:
    """Return `count` local days on which a roundup's collages may have been posted.

    These are the days of the reading month on which the series has slots, or all its days where
    there are none; the last one is repeated where they run out.
    """
    first = month.parse(month.reading_month(series.roundup, title_month))
    length = (month.after(first) - first).days
    days = [first + schedule.DAY * offset for offset in range(length)]
    weekdays = {slot.weekday for slot in series.timetable.slots}
    with_slots = [day for day in days if day.weekday() in weekdays] or days
    last = len(with_slots) - 1
    return tuple(with_slots[min(place, last)] for place in range(count))
