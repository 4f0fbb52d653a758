"""What JSON shows: each thing as a dict, the same for `--json`, a desk and an assistant.

Every value is a string, a number, a truth value, None, or a list or dict of these. Threads that are
only previewed stand in `preview_descriptions`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bot.core import collage as collages
from bot.core import legibility, per_network
from bot.core.collage import State
from bot.core.fit import WHOLE
from bot.core.price import mills

# The types only: `next` and `list` start without templates, and without what reads pictures.
if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from bot.config import Series
    from bot.core.changes import Changed
    from bot.core.collage import Collage
    from bot.core.delivery import Delivery, Part
    from bot.core.fit import Fit
    from bot.core.month import Roundup
    from bot.core.publication import Publication, UnderWay
    from bot.core.slide import Slide
    from bot.deciding.actions import Ahead
    from bot.deciding.alt_texts import Drafted
    from bot.deciding.audit import Audited
    from bot.deciding.awaited import Awaits, ListedRoundup
    from bot.deciding.collages import Shown
    from bot.deciding.coming import Coming, NextYear
    from bot.deciding.deliveries import Listed
    from bot.deciding.doctor import Examination
    from bot.deciding.exports import Exported
    from bot.deciding.inspect import Event, Sight
    from bot.deciding.own_templates import Checked
    from bot.deciding.pictures import Attached
    from bot.deciding.publications import Examined
    from bot.deciding.queue_changes import Edited
    from bot.deciding.roundups import RoundupShown
    from bot.deciding.series import Listed as ListedSeries
    from bot.deciding.slides import Made
    from bot.intake.accept import Taken
    from bot.intake.article import Article
    from bot.roundups.review import Standing
    from bot.scheduling.forecast import Outlook
    from bot.storage.backup import Backup
    from bot.storage.charges import MonthlyCost
    from bot.storage.copy import Held
    from bot.storage.events import Event as ToldEvent
    from bot.storage.log import Change
    from bot.storage.lookup import Entry
    from bot.storage.notices import Notice
    from bot.storage.sendings import Way

Description = dict[str, Any]


def collage(series: Series, item: Collage) -> Description:
    """A collage of the queue or of history."""
    paper = item.paper
    return {
        "name": item.name,
        "series": item.series,
        "state": item.state.value,
        "number": item.number,
        "shown_number": series.numbering.shown(item.number),
        "kept_number": item.kept_number,
        "printed_number": item.printed_number,
        "title": paper.title,
        "authors": list(paper.authors),
        "others": paper.others,
        "year": paper.year,
        "citation": series.words.cite(paper),
        "links": [{"kind": link.kind.value, "url": link.url} for link in paper.links],
        "paragraph": item.paragraph,
        "alt": item.alt,
        "caption": item.caption,
        "thread": item.thread,
        "on": per_network.stored(item.on),
        "picture": _picture(item),
        "slide": _slide(item.slide),
        "pinned_on": _text(item.pinned_on),
        "note": item.note,
        "missing": _missing(item),
        "posted_at": _instant(item.posted_at),
        "posted_is_assumed": item.posted_is_assumed,
        "roundup": item.roundup or None,
    }


def taken(series: Series, taken: Taken) -> Description:
    """A collage that was stored, what keeps it from going out, and what else is to be known."""
    return collage(series, taken.collage) | {
        "missing": list(taken.missing),
        "problems": list(taken.problems),
        "notes": list(taken.remarks),
    }


def collage_with_history(
    series: Series, shown: Shown, approval: Description | None = None
) -> Description:
    """Everything about a collage: its threads, who changed it when, and how its approval stands,
    where its series wants one.
    """
    changes = [change(made) for made in shown.changes]
    threads = [
        thread(delivery, parts) | {"set_aside": delivery.id in shown.set_aside}
        for delivery, parts in shown.threads
    ]
    return collage(series, shown.item) | {
        "notes": list(shown.notes),
        "left_out": list(shown.left_out),
        "drafted_by": list(shown.drafted_by),
        "deliveries": threads,
        "fitted": {account: fitted(fit) for account, fit in shown.fits.items()},
        "approval": approval,
        "approvals": [
            {"who": each.who, "at": each.at.isoformat(), "hash": each.sent.hash}
            for each in shown.approvals
        ],
        "review_notes": [
            {"who": said.who, "at": said.at.isoformat(), "text": said.text}
            for said in shown.reviewers
        ],
        "changes": changes,
    }


def _picture(item: Collage) -> Description | None:
    picture = item.picture
    if picture is None:
        return None
    return {
        "file": picture.file,
        "sha256": picture.sha256,
        "mime": picture.mime,
        "width": picture.width,
        "height": picture.height,
        "size": picture.size,
        "frames": picture.frames,
        "page": picture.page or None,
        "is_transparent": picture.has_alpha,
        "is_drawn": item.picture_is_drawn,
    }


def _slide(slide: Slide) -> Description | None:
    """What is on the slide beside the paper; None where nothing is said of it."""
    if not slide:
        return None
    return {
        "figures": [figure._asdict() for figure in slide.figures],
        "takeaways": list(slide.takeaways),
        "theme": slide.theme or None,
        "format": slide.format or None,
    }


def slide_made(made: Made) -> Description:
    """A slide that was drawn: its size, the number and the texts on it, and what it lacks."""
    picture = made.picture.picture
    return {
        "width": picture.width,
        "height": picture.height,
        "size": picture.size,
        "sha256": picture.sha256,
        "number": made.number,
        "alt": made.alt,
        "figures": [figure._asdict() for figure in made.slide.figures],
        "takeaways": list(made.slide.takeaways),
        "unshown": list(made.slide.unshown),
        "cut": list(made.slide.cut),
        "notes": list(made.remarks),
    }


def fitted(fit: Fit) -> Description:
    """A picture as an account gets it, and how it was made of which."""
    return {
        "sha256": fit.picture.sha256,
        "mime": fit.picture.mime,
        "width": fit.picture.width,
        "height": fit.picture.height,
        "size": fit.picture.size,
        "way": fit.way,
        "fidelity": fit.fidelity / WHOLE,
        "original": {"file": fit.original.file, "sha256": fit.original.sha256},
    }


def _missing(item: Collage) -> list[str]:
    """What a collage lacks; an imported one is out, whatever it lacked."""
    if item.state is State.POSTED:
        return []
    return list(collages.missing(item, has_picture=item.picture is not None))


def thread(delivery: Delivery, parts: Iterable[Part]) -> Description:
    """A delivery as its collage or roundup shows it: its state and what is out where."""
    return {
        "account": delivery.account,
        "key": delivery.key,
        "state": delivery.state.value,
        "note": delivery.note,
        "parts": [_thread_part(part) for part in parts],
    }


def _thread_part(part: Part) -> Description:
    described: Description = {"text": part.text, "alt": None, "url": None, "sent_at": None}
    if part.image:
        described["alt"] = part.image.alt
    if part.receipt:
        described["url"] = part.receipt.url
        described["sent_at"] = _instant(part.receipt.at)
    return described


def audited(found: Audited) -> Description:
    """What the audit of an account has found."""
    return {
        "account": found.account,
        "posts": found.posts,
        "problem": found.problem or None,
        "findings": [
            {
                "kind": finding.kind.value,
                "url": finding.url,
                "other": finding.other or None,
                "delivery": finding.meant.delivery_id if finding.meant else None,
                "part": finding.meant.position if finding.meant else None,
                "needs_a_person": finding.needs_a_person,
            }
            for finding in found.findings
        ],
    }


def change(change: Change) -> Description:
    """A line of the log."""
    return {
        "at": change.at.isoformat(),
        "who": change.who,
        "what": change.what,
        "subject": change.subject,
        "detail": change.detail,
        "changes": from_to(change.changes),
    }


def from_to(changes: Iterable[Changed]) -> list[Description]:
    """From what to what something was changed, field by field, with the whole texts."""
    return [
        {"field": each.field, "from": each.before or None, "to": each.after or None}
        for each in changes
    ]


def edited(series: Series, edited: Edited, notes: Sequence[str]) -> Description:
    """An edited collage: what was changed, and what becomes of its threads."""
    taken = edited.taken
    return collage(series, taken.collage) | {
        "changes": from_to(edited.changes),
        "problems": list(taken.problems),
        "notes": [*taken.remarks, *notes],
        "page": edited.page.title_month if edited.page else None,
        "threads": {
            "as_edited": [thread.id for thread in edited.open],
            "as_before": [thread.id for thread in edited.frozen],
            "out": [thread.id for thread in edited.out],
        },
    }


def drafted(item: Collage, drafted: Drafted) -> Description:
    """A drafted alt text, what is not in it, and the most characters that it may have."""
    return {
        "name": item.name,
        "alt": drafted.text,
        "notes": list(drafted.remarks),
        "at_most": drafted.most,
        "account": drafted.account or None,
    }


def coming(series: Series, coming: Coming) -> Description:
    """What goes out when: the slots ahead, each with its collage and price, and the roundup."""
    return {
        "series": series.name,
        "zone": series.zone.key,
        "slots": [
            _slot(series, slot, coming.price(slot)) | {"left_out": list(coming.left_out_of(slot))}
            for slot in coming.slots
        ],
        "roundup": {
            "month": coming.roundup.title_month,
            "due_at": coming.roundup.due_at.isoformat(),
            "is_late": coming.roundup.is_late,
            "is_made": coming.roundup.is_made,
            "is_empty": coming.roundup.is_empty,
            "review": standing(coming.roundup.standing),
            "waits_until": _at(coming.roundup.waits_until),
        },
        "year": _next_year(coming.year),
        "roundups": [listed_roundup(each) for each in coming.roundups],
        "publishing": [under_way(each) for each in coming.publishing],
        "stopped": [
            {"name": each.name, "state": each.state.value, "problems": list(each.problems)}
            for each in coming.stopped
        ],
        "unapproved": [each._asdict() for each in coming.unapproved],
        "waiting": [
            {"due_at": each.due_at.isoformat(), "why": each.why} for each in coming.waiting
        ],
        "past_total": coming.past_total.text if coming.past_total else None,
        "careful": list(coming.careful),
    }


def _slot(series: Series, outlook: Outlook, cost: Decimal | None) -> Description:
    slot = outlook.slot
    described: Description = {
        "due_at": slot.due_at.isoformat(),
        "local": slot.due_at.astimezone(series.zone).isoformat(),
        "day": _text(slot.local_on),
        "state": None,
        "name": None,
        "provisional_number": outlook.number,
        "price": dollars(cost),
        "notes": [],
    }
    if outlook.state:
        described["state"] = outlook.state.value
    if outlook.collage:
        described["name"] = outlook.collage.name
        described["notes"] = list(legibility.of_collage(outlook.collage))
    return described


def delivery(listed: Listed) -> Description:
    """A delivery in a list: how far it has got, and what happens next by itself."""
    return _delivery(listed.entry, listed.ahead)


def _delivery(entry: Entry, ahead: Ahead) -> Description:
    delivery = entry.delivery
    return {
        "id": delivery.id,
        "key": delivery.key,
        "kind": delivery.kind.value,
        "thread": entry.name,
        "series": delivery.series,
        "account": delivery.account,
        "state": delivery.state.value,
        "count": entry.saved_parts,
        "out": entry.out,
        "due_at": delivery.due_at.isoformat(),
        "next": ahead.words,
        "next_at": _instant(ahead.at),
        "failures": delivery.failures,
        "note": delivery.note,
    }


def sight(seen: Sight) -> Description:
    """All that is known of a delivery: its parts, what was tried and seen, what can be done."""
    return _delivery(seen.entry, seen.ahead) | {
        "is_frozen": seen.entry.delivery.is_frozen,
        "identity": seen.identity,
        "post_before": seen.before or None,
        "parts": [_part(part) for part in seen.parts],
        "edited": [_part(part) for part in seen.anew] or None,
        "problem": seen.problem or None,
        "timeline": [_event(event) for event in seen.timeline],
        "commands": list(seen.possible),
    }


def _part(part: Part) -> Description:
    described: Description = {
        "position": part.position,
        "text": part.text,
        "picture": None,
        "id": None,
        "url": None,
        "sent_at": None,
        "is_gone": part.is_gone,
    }
    if part.image:
        described["picture"] = {
            "file": part.image.file,
            "sha256": part.image.sha256,
            "mime": part.image.mime,
            "alt": part.image.alt,
        }
    if part.receipt:
        described["id"] = part.receipt.id
        described["url"] = part.receipt.url
        described["sent_at"] = _instant(part.receipt.at)
    return described


def _event(event: Event) -> Description:
    described: Description = {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "words": event.words,
    }
    if event.trace:
        described["trace"] = event.trace
    attempt = event.attempt
    if attempt is None:
        return described
    described["part"] = attempt.position
    described["outcome"] = None
    if attempt.outcome:
        described["outcome"] = attempt.outcome.value
    described["ended_at"] = _instant(attempt.ended_at)
    return described


def _next_year(year: NextYear | None) -> Description | None:
    if year is None:
        return None
    return year._asdict() | {"due_at": year.due_at.isoformat()}


def roundup(roundup: Roundup) -> Description:
    """A roundup, made or imagined."""
    return {
        "kind": roundup.kind,
        "title_month": roundup.title_month,
        "title": roundup.title,
        "subtitle": roundup.subtitle,
        "slug": roundup.slug,
        "link": roundup.link,
        "also_at": roundup.also_at,
        "state": roundup.state.value,
        "published_elsewhere": roundup.published_elsewhere,
        "due_at": roundup.due_at.isoformat(),
        "rendered_at": _instant(roundup.rendered_at),
        "updated_at": _instant(roundup.updated_at),
        "is_page_old": roundup.is_changed,
    }


def listed_roundup(listed: ListedRoundup) -> Description:
    """A roundup, and what it waits for."""
    return roundup(listed.roundup) | {"waits": _awaited(listed.awaits)}


def _awaited(awaits: Awaits | None) -> Description | None:
    if awaits is None:
        return None
    return {
        "for": awaits.what,
        "since": _instant(awaits.since),
        "until": _instant(awaits.until),
    }


def standing(standing: Standing | None) -> Description | None:
    """What people have said of a month, and whether it goes out; None where nobody is asked."""
    if standing is None:
        return None
    said = standing.review
    return {
        "month": standing.title_month,
        "due_at": standing.until.isoformat(),
        "asked_at": _instant(said.asked_at) if said else None,
        "is_approved": bool(said and said.is_approved),
        "approved_at": _instant(said.approved_at) if said else None,
        "by": said.by if said else "",
        "is_taken_back": bool(said and said.is_taken_back),
        "has_changed": standing.has_changed,
        "is_let_out": standing.is_let_out,
        "collages": list(standing.names),
    }


def exported(value: Exported) -> Description:
    """What an export has written, and whether it is a draft."""
    return {
        "roundup": roundup(value.roundup),
        "folder": str(value.folder),
        "files": list(value.files),
        "text": value.text,
        "changed": value.changed,
        "kept": list(value.kept),
        "is_draft": value.is_draft,
    }


def roundup_with_threads(shown: RoundupShown) -> Description:
    """A roundup, its collages by name, and how far its threads have got.

    One that is not made is to come, and shown as it would be now.
    """
    return roundup(shown.roundup) | {
        "is_made": shown.is_made,
        "waits": _awaited(shown.awaits),
        "review": standing(shown.standing),
        "collages": [item.name for item in shown.items],
        "deliveries": [thread(*pair) for pair in shown.threads],
        "findings": [
            {"level": found.level, "line": found.line, "text": found.text}
            for found in shown.findings
        ],
        "publications": [publication(each) for each in shown.publications],
        "passed_over": list(shown.passed_over),
        "publishing": [under_way(each) for each in shown.under_way],
    }


def publication(publication: Publication) -> Description:
    """A roundup at a destination, and why it is not there."""
    return {
        "destination": publication.destination,
        "state": publication.state.value,
        "url": publication.url,
        "public": publication.is_public,
        "problem": publication.problem,
        "failures": publication.failures,
        "next_at": _at(publication.next_at),
        "published_at": _at(publication.published_at),
        "updated_at": _at(publication.updated_at),
    }


def _at(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def destination(examined: Examined) -> Description:
    """What a destination says of itself."""
    return {
        "destination": examined.name,
        "kind": examined.kind,
        "identity": examined.identity,
        "problems": list(examined.problems),
        "series": list(examined.series),
        "publishing": [under_way(each) for each in examined.under_way],
    }


def under_way(trying: UnderWay) -> Description:
    """A roundup that is being published at a destination: by whom, and until when at most."""
    return trying._asdict() | {"until": trying.until.isoformat()}


def article(file: str, source: Article, taken: Iterable[Taken]) -> Description:
    """What became of a published article: its collages, and what it gets wrong.

    "not_taken" counts and names what of it is in no collage.
    """
    return {
        "file": file,
        "title": source.title,
        "month": source.title_month,
        "subtitle": source.subtitle,
        "link": source.link,
        "previous": source.previous_link,
        "collages": [
            {
                "name": item.collage.name,
                "state": item.collage.state.value,
                "printed_number": item.collage.printed_number,
                "missing": list(item.missing),
                "notes": list(item.remarks),
            }
            for item in taken
        ],
        "findings": [
            {"level": finding.level, "line": finding.line, "text": finding.text}
            for finding in source.findings
        ],
        "not_taken": [{"line": note.line, "text": note.text} for note in source.notes],
    }


def attached(attached: Attached) -> Description:
    """Which collages got a picture from a folder, and which did not."""
    return {
        "attached": [
            {
                "name": item.collage.name,
                "state": item.collage.state.value,
                "picture": item.collage.picture_file,
                "missing": list(item.missing),
                "notes": list(item.remarks),
            }
            for item in attached.taken
        ],
        "missing": [{"name": item.name, "picture": item.picture_file} for item in attached.missing],
        "refused": [
            {"name": item.name, "picture": item.picture_file, "reason": reason}
            for item, reason in attached.refused
        ],
    }


def series(listed: ListedSeries) -> Description:
    """A series of configuration or database, and how much there is of it."""
    return {
        "name": listed.name,
        "standing": listed.standing,
        "is_configured": listed.is_configured,
        "is_stored": listed.is_stored,
        "is_retired": listed.is_retired,
        "waiting": listed.contents.waiting,
        "posted": listed.contents.posted,
        "threads": listed.contents.threads,
        "roundups": listed.contents.roundups,
    }


def account(examination: Examination) -> Description:
    """Whether an account can post now, and what it costs; amounts are US dollars as strings."""
    return {
        "account": examination.account,
        "network": examination.network,
        "identity": examination.identity,
        "problem": examination.problem or None,
        "characters": examination.characters,
        "layout": examination.layout,
        "week": dollars(examination.week),
        "spent": dollars(examination.spent),
        "budget": dollars(examination.budget),
        "waits": examination.waits or None,
        "duty": examination.duty or None,
    }


def cost(cost: MonthlyCost) -> Description:
    """What one account cost in a month for one kind of request."""
    return {
        "month": cost.month,
        "account": cost.account,
        "what": cost.what,
        "requests": cost.requests,
        "dollars": dollars(cost.dollars),
    }


def template(name: str, places: Sequence[Path], unused: Sequence[Path]) -> Description:
    """A template's name, the maintainer's files that go before it, and those that nothing reads."""
    return {
        "name": name,
        "own": [str(place) for place in places],
        "unused": [str(place) for place in unused],
    }


def templates_checked(checked: Checked) -> Description:
    """How many threads and pages were filled, what is wrong with them, and what was not tried."""
    return {
        "checked": checked.filled,
        "problems": list(checked.problems),
        "unused": [str(place) for place in checked.unused],
    }


def notice(
    notice: Notice, ways: Iterable[Way], entries: Mapping[str, int] = MappingProxyType({})
) -> Description:
    """A notice, and how far it has got on its way to each destination."""
    return {
        "id": notice.id,
        "kind": notice.kind.value,
        "text": notice.text,
        "details": notice.details,
        "created_at": _instant(notice.created_at),
        "alerted_at": _instant(notice.alerted_at),
        "acknowledged_at": _instant(notice.acknowledged_at),
        "alerts": [_way(way, entries) for way in ways],
    }


def _way(way: Way, entries: Mapping[str, int]) -> Description:
    """How far something has got; `entry` is the place of the address in the configuration."""
    return {
        "destination": way.destination,
        "entry": entries.get(way.destination),
        "next_at": _instant(way.next_at),
        "failures": way.failures,
        "ended_at": _instant(way.ended_at),
        "note": way.note,
    }


def event(event: ToldEvent, ways: Iterable[Way], entries: Mapping[str, int]) -> Description:
    """An event, what is sent of it, and how far it has got on its way to each destination."""
    return {
        "id": event.key,
        "type": event.type,
        "at": _instant(event.at),
        "body": json.loads(event.body),
        "sendings": [_way(way, entries) for way in ways],
    }


def tests(problems: Mapping[Any, str]) -> list[Description]:
    """Each destination of notices or events, and what keeps it from taking one."""
    return [
        {"destination": str(destination), "problem": problem or None}
        for destination, problem in problems.items()
    ]


def backup(file: Path, held: Held, made_at: datetime) -> Description:
    """A backup that was made: when, of which version, and how many rows of each table."""
    return {
        "file": str(file),
        "made_at": str(made_at),
        "version": held.version,
        "rows": dict(held.rows),
    }


def restored(file: Path, backup: Backup, looked_for_first: int) -> Description:
    """What a database was filled from, and how many threads are looked for first."""
    return {
        "file": str(file),
        "made_at": _text(backup.made_at),
        "is_copy": backup.is_copy,
        "version": backup.held.version,
        "rows": dict(backup.held.rows),
        "looked_for_first": looked_for_first,
    }


def _instant(at: datetime | None) -> str | None:
    """An instant in ISO 8601; None where there is none."""
    if at is None:
        return None
    return at.isoformat()


def dollars(amount: Decimal | None) -> str | None:
    """US dollars as a decimal number with three places, as text; None where there is no amount."""
    if amount is None:
        return None
    return str(mills(amount))


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value)
