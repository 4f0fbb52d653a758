"""Roundups at their destinations: what is due is published, each destination by itself.

The intent is committed before a destination is called, and what became of it at once after. A
destination finds what is there already, so that trying again after any crash makes no second one.
"""

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bot import files
from bot.config import Series
from bot.context import Context
from bot.core import errors, retry, settings
from bot.core.month import Roundup, State
from bot.core.notices import publications as notices
from bot.core.notices.entry import Entry
from bot.core.publication import Publication
from bot.core.publication import State as Reached
from bot.destinations import table
from bot.destinations.protocol import LEASE, Article, Destination, Published
from bot.roundups import site
from bot.site import articles, exports, pages
from bot.storage.work import Work

log = logging.getLogger(__name__)

MOST_AT_ONCE = 16
"""Destinations that are served at the same time."""

LOOKED_AT_EVERY, LOOKED_AT_FOR = timedelta(hours=1), timedelta(days=7)
"""How often, and how long, it is asked whether somebody has let a draft out."""

PREFIX = "mlcollage-export-"
"""What folders of exported articles are called, while they are published."""


class Due(NamedTuple):
    """A publication that is due, with what it is one of."""

    series: Series
    roundup: Roundup
    publication: Publication


class Outcome(NamedTuple):
    """What became of one try: `problem` is "" where it succeeded, else a sentence.

    `is_ours` is False where somebody else was at work there, and nothing was tried.
    """

    publication: Publication
    problem: str = ""
    is_ours: bool = True


def plan(context: Context, series: Series, roundup: Roundup) -> None:
    """Have a rendered roundup published at the destinations that its series names.

    In a rehearsal a notice says where that would be.
    """
    names = series.roundup.destinations
    if not names:
        return
    with context.write() as work:
        if context.rehearsal:
            work.notices.add(notices.PublishingRehearsed(series.name, roundup.title_month, names))
        else:
            work.publications.make(roundup, names)


def follow(context: Context, work: Work, series: Series) -> None:
    """Have the site published again where it is published, because an imported page is another one.

    Each place is given all of it with any month, so that it is due there once: with the newest
    month that is there, or the newest imported one where no month was made here yet. Articles of
    what was published elsewhere are for no destination.
    """
    names = sites(context, series)
    if not names or context.rehearsal:
        return
    there = {name: work.publications.last_at(series.name, name) for name in names}
    for name, last in there.items():
        if last:
            work.publications.mark_due(work.roundups.by_id(last.roundup_id), name)
    pages_here = [each for each in work.roundups.listed(series.name) if each.has_page_here]
    if not pages_here or not all(each.published_elsewhere for each in pages_here):
        return
    newest = next((each for each in pages_here if is_written(series, each)), None)
    if newest:
        work.publications.make(newest, [name for name, last in there.items() if last is None])


def sites(context: Context, series: Series) -> list[str]:
    """The destinations of a series that are given its site, and no articles."""
    known = context.config.destinations
    return [name for name in series.roundup.destinations if table.takes_site(known[name])]


def is_written(series: Series, roundup: Roundup) -> bool:
    """Whether the site has the page of a roundup."""
    return (series.site / pages.slug_path(roundup)).is_file()


def waiting(context: Context) -> dict[str, list[Due]]:
    """What is due by the names of the destinations, made ready to be published.

    Roundups that wait for their link are published at new destinations, too. In a rehearsal there
    is nothing to do.
    """
    found: dict[str, list[Due]] = {}
    for series in context.config.series.values():
        for due in _of_series(context, series):
            found.setdefault(due.publication.destination, []).append(due)
    return found


def everything(context: Context) -> bool:
    """Publish all that is due, side by side; whether there was anything."""
    names = list(waiting(context))
    if not names:
        return False
    with ThreadPoolExecutor(min(len(names), MOST_AT_ONCE), thread_name_prefix="publish") as threads:
        for job in [threads.submit(at, context, name) for name in names]:
            job.result()
    return True


def at(context: Context, name: str) -> None:
    """Publish what is due at one destination, one after the other; the oldest first.

    Where one has to be tried again, the others wait for their turn: they would fail, too.
    """
    for due in waiting(context).get(name, ()):
        if context.stop.is_set():
            return
        outcome = publish(context, due)
        if outcome.publication.state is Reached.TRYING or not outcome.is_ours:
            return


def _of_series(context: Context, series: Series) -> list[Due]:
    # Most ticks are of series without any: these cost no statement.
    if not series.roundup.destinations:
        return []
    with context.read() as work:
        row = work.series.find(series.name)
        if row is None:
            return []
        fresh = [
            roundup
            for roundup in work.roundups.unannounced(row.name)
            if not (roundup.is_year or roundup.state is State.DUE)
            and _unmade(work, series, roundup)
        ]
    if context.rehearsal:
        # Whoever rendered it has said where it would be published.
        return []
    for roundup in fresh:
        plan(context, series, roundup)
    _try_mended(context, series)
    with context.read() as work:
        due = work.publications.due(series.name, LEASE)
        made = {each.roundup_id: work.roundups.by_id(each.roundup_id) for each in due}
    _note_gone(context, series, due)
    return [
        Due(series, made[each.roundup_id], each)
        for each in due
        if each.destination in series.roundup.destinations
    ]


def _unmade(work: Work, series: Series, roundup: Roundup) -> list[str]:
    """The destinations of a series at which a roundup has no publication yet."""
    made = {each.destination for each in work.publications.of(roundup)}
    return [name for name in series.roundup.destinations if name not in made]


def _try_mended(context: Context, series: Series) -> None:
    """Try those again that wait for a person, where the settings of their destination changed."""
    with context.read() as work:
        held = work.publications.waiting(series.name)
    config = context.config
    for each in held:
        if each.next_at is not None or each.destination not in config.destinations:
            continue
        now = _fingerprint(context, each.destination)
        if now and now != each.settings:
            with context.write() as work:
                work.publications.try_again(each)


def _fingerprint(context: Context, name: str) -> str:
    """A hash of a destination's settings; "" where they cannot be read."""
    try:
        return table.fingerprint(context.config.destinations[name], context.config.folder)
    except errors.BadConfig:
        return ""


def _note_gone(context: Context, series: Series, due: list[Publication]) -> None:
    for each in due:
        if each.destination not in series.roundup.destinations:
            _note(context, notices.DestinationGone(series.name, each.destination))


def publish(context: Context, due: Due) -> Outcome:
    """Try one publication now; what became of it. Raises nothing but `NoDatabase`."""
    publication = due.publication
    mark = _fingerprint(context, publication.destination)
    with context.write() as work:
        claimed = work.publications.begin(publication, LEASE, context.who, mark)
    if claimed is None:
        return Outcome(publication, is_ours=False)
    if publication.settings != mark:
        # Another place, perhaps: what it has of this is not known.
        claimed = replace(claimed, content="")
    due = due._replace(publication=claimed)
    try:
        done, content = _published(context, due)
    except errors.NoDatabase:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, this publication is tried again
        return _failed(context, due, error)
    return _done(context, due, done, content)


def _published(context: Context, due: Due) -> tuple[Published, str]:
    """Call the destination; what it answered, and a hash of what it was given."""
    config, publication = context.config, due.publication
    raw = config.destinations[publication.destination]
    destination = table.make(raw, config.folder, context.clock)
    with _article(context, due, destination) as article:
        content = "" if article.files else _content(article)
        is_same = bool(content) and content == publication.content and not publication.failures
        if is_same and not due.publication.problem:
            # What changed is shown elsewhere; what people did to it there is left alone.
            saved = dict(publication.saved)
            return Published(publication.url, saved, publication.is_public), content
        return destination.publish(article, dict(publication.saved)), content


@contextmanager
def _article(context: Context, due: Due, destination: Destination) -> Iterator[Article]:
    """The roundup for a destination, with a folder of files where it takes those."""
    series, templates = due.series, context.config.templates
    canonical = _canonical(context, due)
    kind = getattr(destination, "export", "")
    if destination.wants_site and not kind:
        yield _of_site(series, due.roundup, canonical)
        return
    edition = site.edition(context, series, due.roundup)
    article = articles.of(series, edition, templates, canonical)
    if not destination.wants_site:
        yield article
    else:
        export = exports.Export(series, edition, templates, canonical)
        with files.scratch(Path(tempfile.gettempdir()), PREFIX) as scratch:
            folder = scratch / "files"
            for name, data in exports.build(export, kind).items():
                files.make_folder((folder / name).parent)
                (folder / name).write_bytes(data)
            yield replace(article, files=folder)


def _of_site(series: Series, roundup: Roundup, canonical: str) -> Article:
    """A roundup for a destination that takes the site, which has all of its text and pictures."""
    return Article(
        key=f"{series.name}/{roundup.title_month}",
        title=roundup.title,
        subtitle=roundup.subtitle,
        slug=roundup.slug,
        language=series.language,
        description="",
        html="",
        markdown="",
        pictures={},
        cover="",
        canonical_url=canonical,
        published_at=roundup.due_at,
        updated_at=roundup.updated_at or roundup.due_at,
        tags=(),
        files=series.site,
    )


def _canonical(context: Context, due: Due) -> str:
    """Where the roundup is at home, unless that is this destination; "" while it is not known."""
    home = due.series.roundup.home
    if home == due.publication.destination:
        return ""
    link = due.roundup.link
    if home and due.roundup.state in {State.DUE, State.RENDERED}:
        with context.read() as work:
            link = work.publications.url(due.roundup, home)
    return "" if settings.is_example(link) else link


def _content(article: Article) -> str:
    """A hash of an article with its pictures; what it begins with is that of all it shows.

    Its end is that of the canonical address: who only names another one shows nothing new.
    """
    told = hashlib.sha256()
    pictures = [
        (name, hashlib.sha256(each.data).hexdigest(), each.alt, each.caption)
        for name, each in article.pictures.items()
    ]
    for part in (
        *(article.title, article.subtitle, article.description, article.html, article.markdown),
        *(article.cover, article.tags, pictures),
    ):
        told.update(repr(part).encode("utf-8", "surrogatepass"))
    canonical = hashlib.sha256(article.canonical_url.encode("utf-8", "surrogatepass"))
    return told.hexdigest()[:48] + canonical.hexdigest()[:16]


def _done(context: Context, due: Due, done: Published, content: str) -> Outcome:
    """Store what became of it, with the notices that it asks for."""
    publication, series = due.publication, due.series
    is_moved = done.is_public and done.url != publication.url
    with context.write() as work:
        is_ours = work.publications.done(
            publication,
            _look_again_at(context, due, done),
            saved=done.saved,
            url=done.url,
            is_public=done.is_public,
            problem=done.todo,
            revision=due.roundup.rendered_revision,
            content=content,
        )
        if is_ours and is_moved and series.roundup.home == publication.destination:
            # The others name it as the home of what they show.
            others = [name for name in series.roundup.destinations if name != series.roundup.home]
            work.publications.mark_due(due.roundup, *others)
        if is_ours:
            _tell(work, due, done, content)
        now = work.publications.get(publication.id)
    if publication.published_at is None or is_moved:
        _say(context, due, done)
    return Outcome(now)


def _say(context: Context, due: Due, done: Published) -> None:
    roundup = f"{due.series.name}: the roundup {due.roundup.title_month}"
    if due.roundup.published_elsewhere:
        roundup = f"{due.series.name}: the site, with what was imported,"
    name = due.publication.destination
    if done.is_public:
        context.say(f"{roundup} is published at {name} {done.url}".rstrip())
    else:
        context.say(f"{roundup} lies ready at {name}")


def _look_again_at(context: Context, due: Due, done: Published) -> datetime | None:
    """When a draft is looked at again: somebody may have let it out; None where nobody looks."""
    now, since = context.clock.now(), due.publication.published_at
    patience = max(LOOKED_AT_FOR, due.series.roundup.link_patience)
    if done.is_public or now - (since or now) >= patience:
        return None
    return now + LOOKED_AT_EVERY


def _tell(work: Work, due: Due, done: Published, content: str) -> None:
    """Store what a person should hear of a success; what was told of failures before is settled."""
    series, month = due.series.name, due.roundup.title_month
    name = due.publication.destination
    what = content or str(due.roundup.rendered_revision)
    draft: Entry | None = None
    if done.is_public and due.roundup.published_elsewhere:
        work.notices.add(notices.SitePublished(series, name))
    elif done.is_public:
        work.notices.add(notices.RoundupPublished(series, month, name, done.url))
    if done.todo and done.is_public:
        work.notices.add(notices.PublicationStays(series, month, name, done.todo, what))
    elif done.todo:
        draft = notices.DraftReady(series, month, name, done.todo, what)
        work.notices.add(draft)
    work.notices.settle(notices.subject(series, month, name), but=draft)
    if done.left:
        work.notices.add(notices.FilesLeft(series, name, done.left))


def _failed(context: Context, due: Due, error: Exception) -> Outcome:
    """Store why it failed: it is tried again, or a person is told."""
    publication, series, now = due.publication, due.series, context.clock.now()
    if not isinstance(error, errors.MlcollageError):
        log.error("Unexpected error at %s", publication.destination, exc_info=error)
    reason = errors.sentence(error)
    next_at = _next(context, publication, error, now)
    saved = getattr(error, "saved", None)
    facts = (series.name, due.roundup.title_month, publication.destination)
    tries = publication.failures + 1
    last_at = publication.updated_at or publication.published_at
    with context.write() as work:
        if not work.publications.failed(publication, reason, next_at, saved):
            return Outcome(publication, reason)
        if next_at is None:
            work.notices.add(notices.PublicationWaits(*facts, reason, last_at))
        elif retry.waited(tries, context.config.delivery) > context.config.alerts.overdue:
            revision = due.roundup.revision
            work.notices.add(notices.PublicationLate(*facts, tries, reason, revision, last_at))
        return Outcome(work.publications.get(publication.id), reason)


def _next(
    context: Context, publication: Publication, error: Exception, now: datetime
) -> datetime | None:
    """When it is tried again; None where a person has to act first."""
    policy, failures = context.config.delivery, publication.failures
    key = f"publication/{publication.id}"
    later = now + retry.wait(failures, policy, retry.jitter(key, failures))
    match error:
        case errors.Rejected() | errors.Unusable():
            return None
        case errors.Blocked():
            return error.until if error.until and error.until > now else None
        case errors.Unavailable() if error.retry_at and error.retry_at > now:
            return error.retry_at
        case _:
            return later


def _note(context: Context, notice: Entry) -> None:
    """Store a notice that was not said before."""
    with context.read() as work:
        is_new = bool(work.notices.unsaid(notice.kind, [notice.key]))
    if is_new:
        with context.write() as work:
            work.notices.add(notice)
