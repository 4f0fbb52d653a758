"""Composes the thread of a collage or a roundup for one account: its exact parts.

Whatever shows or sends a thread uses the composer, so that what is seen is what is sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from bot.composing import covers, fittings, values
from bot.composing.composed import ComposedThread
from bot.composing.composition import Composition, Source
from bot.composing.fittings import Fittings
from bot.composing.rendering import MOST_IN_POST, Renderer
from bot.config import Series
from bot.context import Context
from bot.core import cards, legibility, month, paper, per_network, reading, refusals
from bot.core import layout as layouts
from bot.core.cards import Known
from bot.core.collage import Collage, Picture, is_blank
from bot.core.delivery import Carried, Delivery, Image, Kind, Part
from bot.core.errors import BadInput, Unusable
from bot.core.fit import Fit
from bot.core.network import Limits, Network, PictureLimits
from bot.core.per_network import OnNetwork
from bot.core.text import invisible, markdown, parts
from bot.publishers import table

TEMPLATES = {
    ("collage", "first"): ["opening"],
    ("collage", "more"): ["text"],
    ("collage", "links"): [],
    ("roundup", "first"): ["opening"],
    ("roundup", "more"): ["text"],
    ("roundup", "line"): ["paper"],
    ("roundup", "links"): [],
    ("year", "first"): ["opening"],
    ("year", "more"): ["text"],
    ("year", "links"): [],
}
"""The templates of posts by kind and name, with the variables that each has beside its kind's."""


class Composed(NamedTuple):
    """The texts of a thread, what its network would refuse of them, and where its links are."""

    texts: Sequence[str]
    problems: Sequence[str]
    links_at: int


Repeated = Callable[[Sequence[str], Carried], Mapping[str, str]]
"""Says which texts an account has from threads that carry something else, and where."""

FitsPicture = Callable[[Picture, Mapping[str, PictureLimits]], Fit | None]
"""Says what goes out of a picture by an account's limits; None where nothing of it fits."""

FindsCard = Callable[[str], Known | None]
"""Says what is known of the card that the page at an address offers; None where it was not asked.
"""


def nothing_repeated(texts: Sequence[str], carried: Carried) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the threads of one series for one account.

    `limits` are the account's own, which need not be its network's defaults; `templates` is the
    maintainer's folder. `is_charged` says whether the account's own network charges, which an
    outbox that goes by another network's rules does not. `repeated` looks up which texts are on
    the account already, `fit` what goes out of a picture. `names` are those by which an item may
    speak of the account, the narrowest first; `layout` is what the account wants of its threads.
    `pages` looks up the link cards of pages; None where collages get none.
    """

    series: Series
    account: str
    network: Network
    limits: Limits
    templates: Path
    is_charged: bool = True
    repeated: Repeated = nothing_repeated
    fit: FitsPicture = fittings.as_it_is
    names: tuple[str, ...] = ()
    layout: str = layouts.THREAD
    pages: FindsCard | None = None

    @classmethod
    def of(
        cls, context: Context, series: str, account: str, fits: Fittings | None = None
    ) -> "Composer":
        """The composer of a configured series for one of its accounts.

        Pictures that are fitted for nobody yet are fitted, and stored, unless `fits` says how.
        """
        publisher = context.publishers[account]
        fits = fits or Fittings.of(context, context.config.series[series])

        def repeated(texts: Sequence[str], carried: Carried) -> Mapping[str, str]:
            with context.read() as work:
                return work.parts.repeated(account, texts, carried)

        def card(url: str) -> Known | None:
            with context.read() as work:
                return work.link_cards.find(url)

        return cls(
            context.config.series[series],
            account,
            publisher.network,
            publisher.limits(),
            context.config.templates,
            table.price(context.config.accounts[account]) is not None,
            repeated,
            fits.find_or_make,
            context.names(account),
            publisher.layout,
            card if publisher.link_cards else None,
        )

    def assuming_fit(self) -> "Composer":
        """The same composer where nobody will see or get the picture: none is fitted for it."""
        return replace(self, fit=fittings.assumed)

    def after(self, others: Mapping[str, str]) -> "Composer":
        """The same composer for when other texts are on the account, too; each with where it is."""

        def repeated(texts: Sequence[str], carried: Carried) -> Mapping[str, str]:
            to_come = {text: others[text] for text in texts if text in others}
            return {**to_come, **self.repeated(texts, carried)}

        return replace(self, repeated=repeated)

    def collage(self, item: Collage, number: int | None) -> tuple[Part, ...]:
        """The parts of a collage's thread with that number.

        Raises `BadInput` with all that keeps it from going out. No picture or no alt text, no
        thread.
        """
        return _sendable(self.collage_shown(item, number)).parts

    def roundup(
        self, roundup: month.Roundup, items: Sequence[Collage], cover: Picture | None = None
    ) -> tuple[Part, ...]:
        """The parts of a roundup's thread.

        Its first carries the cover, with an alt text that names the papers; the first collage's
        picture where there is none. Raises `BadInput` with all that keeps it from going out.
        """
        return _sendable(self.roundup_shown(roundup, items, cover)).parts

    def collage_shown(self, item: Collage, number: int | None) -> ComposedThread:
        """A collage's thread for people to look at; `problems` say why it cannot go out."""
        notes = legibility.of_collage(item)
        item, own = reading.item(item), self.on(item)
        shown_number = self.series.numbering.shown(number)
        subject = _Subject(
            f"{item.name} for {self.account}",
            Carried(collage_id=item.id or None),
            item,
            shown_number,
        )

        def compose() -> Composed:
            context = self.collage_context(item, number)
            # One for the whole thread: all its templates share one allowance of time.
            renderer = self._renderer()
            thread = self._composition(
                "collage",
                subject.words,
                renderer,
                context,
                written=tuple(
                    self.worded(_tidy(renderer.render_text(part, context, where)))
                    for part, where in _written(item, own)
                ),
                written_as=_thread_of(own),
                fields=(*self._fields(item), *self._of_series(number=shown_number)),
            )
            return self._composed(
                thread, subject, lambda composition: composition.collage_texts(item.paragraph)
            )

        shown_thread = self._with_page_card(self._shown(subject, compose))
        shown_thread = replace(shown_thread, notes=notes, handles=own.authors)
        if len(own.thread or item.thread) < 2:
            # One written by hand in several texts is a thread: nobody expects one post.
            notes = (*notes, *self._notes_of_layout(shown_thread))
            shown_thread = replace(shown_thread, notes=notes)
        if own.skip:
            # Its thread was made before the item said so: a slot makes none.
            skipped = f"{subject.words}: it is not to go out there, as the collage says."
            shown_thread = replace(shown_thread, problems=(*shown_thread.problems, skipped))
        return shown_thread

    def on(self, item: Collage) -> OnNetwork:
        """What is different of a collage on this account."""
        return per_network.merged(item.on, self.names or (self.account, self.network.name))

    def roundup_shown(
        self, roundup: month.Roundup, items: Sequence[Collage], cover: Picture | None = None
    ) -> ComposedThread:
        """A roundup's thread for people to look at; `problems` say why it cannot go out.

        That of a year has no line for each paper.
        """
        items = [reading.item(item) for item in items]
        pictured = items[0]
        if cover:
            papers = [item.paper for item in covers.with_picture(items)]
            alt = covers.alt_text(self.series, roundup, papers, self.limits.alt_length)
            pictured = replace(pictured, picture=cover, alt=alt)
        subject = _Subject(
            f"The {'list' if roundup.is_year else 'roundup'} {roundup.title_month} "
            f"for {self.account}",
            Carried(roundup_id=roundup.id or None),
            pictured,
        )

        def compose() -> Composed:
            context = self.roundup_context(roundup, items)
            thread = self._composition(
                "year" if roundup.is_year else "roundup",
                subject.words,
                self._renderer(),
                context,
                fields=(
                    Source("its title", roundup.title),
                    Source("its subtitle", roundup.subtitle),
                    *self._of_series(),
                ),
            )
            if roundup.is_year:
                total = context["total"]
                return self._composed(
                    thread, subject, lambda composition: composition.year_texts(total)
                )
            lines = [thread.line(about) for about in context["papers"]]
            return self._composed(
                thread, subject, lambda composition: composition.roundup_texts(lines)
            )

        shown_thread = self._shown(subject, compose)
        shown_thread = replace(shown_thread, notes=self._notes_of_layout(shown_thread))
        return self._with_card(shown_thread, roundup, items)

    def _with_card(
        self, thread: ComposedThread, roundup: month.Roundup, items: Sequence[Collage]
    ) -> ComposedThread:
        """The thread with its link card, where the network wants one made.

        It shows what the first part shows, made small enough; without it, it goes out as well.
        """
        pictures, place = self.network.card_pictures, cards.position(roundup, thread.parts)
        if pictures is None or not place or 1 not in thread.fits:
            return thread
        fit, image = self._card_picture(thread.fits[1].original, pictures)
        card = cards.of_roundup(roundup, items, place, image)
        return replace(thread, card=card, card_fit=fit)

    def _with_page_card(self, thread: ComposedThread) -> ComposedThread:
        """The thread with the link card of the first page that its links lead to, if wanted.

        The card shows what the page offered when it was asked last: nobody is asked here.
        """
        pictures = self.network.card_pictures
        if self.pages is None or pictures is None or not (thread.links_at and thread.parts):
            return thread
        part = thread.parts[thread.links_at - 1]
        url = thread.first_address(part)
        # A post has either pictures or a card.
        if part.image or not cards.is_asked(url):
            return thread
        known = self.pages(url)
        if known is None or not known.title:
            note = known.note if known else cards.NOT_ASKED
            return replace(thread, card_url=url, card_note=note)
        fit: Fit | None = None
        image: Image | None = None
        if known.picture:
            fit, image = self._card_picture(known.picture, pictures)
        card = cards.of_page(known, part.position, image)
        return replace(thread, card_url=url, card=card, card_fit=fit)

    def _card_picture(
        self, picture: Picture, limits: Mapping[str, PictureLimits]
    ) -> tuple[Fit | None, Image | None]:
        """A picture made small enough for a link card; None where it cannot be."""
        fit: Fit | None = None
        with suppress(BadInput):
            fit = self.fit(picture, limits)
        if fit is None or fit.picture.size > limits[fit.picture.mime].size:
            return fit, None
        shot = fit.picture
        return fit, Image(shot.sha256, shot.file, shot.mime, alt="")

    def _notes_of_layout(self, thread: ComposedThread) -> tuple[str, ...]:
        """That one post was asked for, and the thread has more parts."""
        count = len(thread.parts)
        if self.layout != layouts.POST or count < 2:
            return ()
        return (
            f"it does not fit into one post of {self.limits.length:,} characters, "
            f"so that it goes out as {count} parts",
        )

    def worded(self, text: str) -> str:
        """A text that a template has made, or a person has worded, as it is sent."""
        return self.network.written(text, self.series.words.colon)

    def problems_of_part(
        self, subject: str, position: int, texts: Sequence[str], carried: Carried
    ) -> tuple[str, ...]:
        """What the network would refuse of one part that a person worded: sentences.

        `texts` are those of the whole thread, which `subject` names.
        """
        fields = (Source("it", texts[position - 1]),)
        thread = self._composition("collage", subject, self._renderer(), {}, fields=fields)
        repeated = self._repeated(texts[position - 1 : position], carried)
        problems = thread.problems_of_part(position, texts, repeated)
        return (*problems, *thread.problems_of_whole(texts))

    def _fields(self, item: Collage) -> Iterator[Source]:
        """The texts of a collage that a person can change, but for its body and its links."""
        yield Source("its title", item.paper.title)
        yield Source("its authors", self.series.words.cite(item.paper))
        yield from (Source("its authors", author) for author in item.paper.authors)
        yield Source("its caption", item.caption)
        yield from (Source("its authors' handles", each) for each in self.on(item).authors)

    def _of_series(self, number: str = "") -> Iterator[Source]:
        """The texts that the series puts into its threads, as its configuration has them."""
        table = f"series.{self.series.name}"
        yield Source(f"the title under [{table}]", self.series.title)
        yield Source(f"the hashtag under [{table}]", self.series.hashtag)
        yield Source(f"the format under [{table}.numbering]", number)

    def _composition(
        self,
        kind: str,
        subject: str,
        renderer: Renderer,
        context: Mapping[str, Any],
        **more: Any,
    ) -> Composition:
        """A thread to be composed by this composer, whose templates that renderer fills."""

        def fill(name: str, variables: Mapping[str, Any]) -> str:
            return self.worded(_tidy(renderer.render(f"posts/{name}.txt", variables)))

        return Composition(
            kind=kind,
            subject=subject,
            series=self.series,
            network=self.network,
            limits=self.limits,
            fill=fill,
            context=context,
            layout=self.layout,
            **more,
        )

    def _shown(self, subject: "_Subject", compose: Callable[[], Composed]) -> ComposedThread:
        """The thread with its picture; what composing raises is one of its problems."""
        item = subject.pictured
        fit, problems = self._picture(subject)
        texts: Sequence[str] = ()
        links_at = 0
        try:
            texts, more, links_at = compose()
            problems += more
        except Unusable as error:
            problems.append(str(error))
        shown_thread = ComposedThread(
            self.account,
            self.network,
            self.limits,
            number=subject.number,
            problems=tuple(problems),
            is_charged=self.is_charged,
        )
        if not texts:
            return shown_thread
        first, *rest = texts
        others = tuple(Part(position, text) for position, text in enumerate(rest, 2))
        if fit is None:
            # It cannot go out, but whoever writes it reads its words.
            return replace(shown_thread, parts=(Part(1, first), *others), links_at=links_at)
        shot = fit.picture
        image = Image(
            shot.sha256, shot.file, shot.mime, item.alt, width=shot.width, height=shot.height
        )
        return replace(
            shown_thread,
            parts=(Part(1, first, image), *others),
            fits={1: fit},
            links_at=links_at,
        )

    def _picture(self, subject: "_Subject") -> tuple[Fit | None, list[str]]:
        """The first part's picture as it goes out, and what keeps it or its alt text: sentences.

        One that cannot be made to fit is there as it is, for people to look at.
        """
        item = subject.pictured
        fit: Fit | None = None
        problems = list[str]()
        if item.picture is None:
            problems.append("it has no picture")
        else:
            fit, problems = self._fitted(item.picture)
        if is_blank(item.alt):
            problems.append("it has no alt text")
        problems += refusals.of_alt_text(self.network, self.limits, item.alt)
        return fit, [f"{subject.words}: {words}." for words in problems]

    def _fitted(self, picture: Picture) -> tuple[Fit, list[str]]:
        unfitted = fittings.assumed(picture, self.limits.pictures)
        if problems := [*refusals.of_original(self.network, self.limits, picture)]:
            return unfitted, problems
        try:
            fit = self.fit(picture, self.limits.pictures)
        except BadInput as error:
            return unfitted, [f"its picture {error}"]
        if fit is None:
            return unfitted, [refusals.nothing_fits(self.network, self.limits, picture)]
        if not fit.way:
            return fit, []
        return fit, [*refusals.of_picture(self.network, self.limits, fit.picture)]

    def _composed(
        self,
        thread: Composition,
        subject: "_Subject",
        make: Callable[[Composition], list[str]],
    ) -> Composed:
        """The texts, and what the network would refuse of them.

        Where an account has the same links already, this thread's are headed with its number.
        """
        texts = self._marked(thread, make)
        repeated = self._repeated(texts, subject.carried)
        if repeated and subject.number:
            headed = self._marked(replace(thread, heading=f"[{subject.number}]"), make)
            still_repeated = self._repeated(headed, subject.carried)
            if len(still_repeated) < len(repeated):
                texts, repeated = headed, still_repeated
        problems = list(thread.problems(texts, repeated))
        return Composed(texts, problems, thread.links_at(texts))

    def _repeated(self, texts: Sequence[str], carried: Carried) -> Mapping[str, str]:
        if self.network.takes_repeats:
            return {}
        return self.repeated(texts, carried)

    def _marked(self, thread: Composition, make: Callable[[Composition], list[str]]) -> list[str]:
        """The texts, each with its place in the thread ("2/5") where the series wants that."""
        if not self.series.markers:
            return make(thread)
        return parts.marked(lambda marker: make(replace(thread, marker=marker)))

    @property
    def variants(self) -> tuple[str, ...]:
        """The folders whose templates go before the general ones, the narrowest first."""
        return (
            f"accounts/{self.account}",
            f"series/{self.series.name}",
            f"networks/{self.network.name}",
        )

    def _renderer(self) -> Renderer:
        return Renderer(self.templates, self.variants, MOST_IN_POST)

    def problems(self, item: Collage, roundup: month.Roundup, number: int | None) -> Iterator[str]:
        """What is wrong with each template when it is filled by itself, fitting or not.

        Every template is filled, also those that the threads of this collage and roundup of one
        collage would not need.
        """
        item = reading.item(item)
        year = replace(roundup, kind=month.YEAR, title_month=roundup.title_month[:4])
        contexts = {
            "collage": self.collage_context(item, number),
            "roundup": self.roundup_context(roundup, [item]),
            "year": self.roundup_context(year, [item]),
        }
        text = markdown.plain(item.paragraph)
        pieces = {"opening": text, "text": text, "paper": contexts["collage"]["paper"]}
        for kind, name in TEMPLATES:
            thread = self._composition(kind, "", self._renderer(), contexts[kind])
            try:
                thread.filled(name, {key: pieces[key] for key in TEMPLATES[kind, name]})
            except BadInput as error:
                yield str(error)

    def collage_context(self, item: Collage, number: int | None) -> values.Table:
        """The variables of a collage's templates; docs/templates.md lists them."""
        context = self._context(paper.kinds_in_order(item.paper.links))
        return context | {
            "links": context["links"] + values.gathered(item.paragraph, item.paper.links),
            "number": self.series.numbering.shown(number),
            "paper": self._paper(item),
            "handles": list(self.on(item).authors),
            "collage": {"name": item.name, "alt": item.alt, "caption": item.caption},
        }

    def roundup_context(self, roundup: month.Roundup, items: Sequence[Collage]) -> values.Table:
        """The variables of the templates of a roundup, or a year; docs/templates.md lists them."""
        links: tuple[paper.Link, ...] = ()
        if roundup.link:
            links = (paper.Link(paper.LinkKind.BLOG, roundup.link),)
        context = self._context(links) | {
            "roundup": values.roundup(roundup, self.series.zone),
            "papers": [self._paper(item) for item in items],
        }
        if not roundup.is_year:
            return context
        year, count = roundup.title_month, len(items)
        total = self.series.words.in_all.format(count=count, year=year)
        return context | {"year": year, "count": count, "total": total}

    def _paper(self, item: Collage) -> values.Table:
        """The paper of a collage, with its authors' handles on this account."""
        about = values.paper(item.paper, self.series.words)
        return about | {"handles": list(self.on(item).authors)}

    def _context(self, links: Sequence[paper.Link]) -> values.Table:
        series = self.series
        return {
            "series": values.series(series),
            "hashtag": series.hashtag,
            "network": self.network.name,
            "account": self.account,
            "quotes": list(series.words.quotes),
            "colon": series.words.colon,
            "links_on_words": self.network.has_labels,
            "layout": self.layout,
            "length": self.limits.length,
            "links": values.links(links, series.words),
        }


def parts_of(context: Context, delivery: Delivery) -> tuple[Part, ...]:
    """A delivery's parts, as templates, collage and settings make them now.

    Raises `BadInput` when they cannot be composed.
    """
    return thread_of(context, delivery).parts


def thread_of(context: Context, delivery: Delivery) -> ComposedThread:
    """A delivery's thread with its link card; raises as `parts_of` does."""
    composer = Composer.of(context, delivery.series, delivery.account)
    with context.read() as work:
        if delivery.kind is Kind.COLLAGE and delivery.collage_id is not None:
            item = work.queue.by_id(delivery.collage_id)
        else:
            assert delivery.roundup_id is not None
            roundup = work.roundups.by_id(delivery.roundup_id)
            items = work.roundups.holds(roundup)
    if delivery.kind is Kind.COLLAGE:
        return _sendable(composer.collage_shown(item, item.number))
    cover = covers.current(context, covers.Shown(composer.series, roundup, items))
    return _sendable(composer.roundup_shown(roundup, items, cover))


def _sendable(thread: ComposedThread) -> ComposedThread:
    """The thread; raises `BadInput` where something keeps it from going out."""
    if thread.problems:
        raise BadInput(" ".join(thread.problems))
    return thread


def _written(item: Collage, own: OnNetwork) -> Iterator[tuple[str, str]]:
    """The texts of a collage's thread written by hand, each with its entry as messages name it.

    Those of the account or its network stand in the place of those for all.
    """
    for position, text in enumerate(own.thread or item.thread, 1):
        yield text, f"{item.name}, entry {position} of {_thread_of(own)}"


def _thread_of(own: OnNetwork) -> str:
    """The thread written by hand, as messages name it."""
    return f"its thread on {own.name}" if own.thread else "its thread"


class _Subject(NamedTuple):
    """What a thread is about, as messages name it, and what its first part shows.

    `pictured` is the collage whose picture and alt text it has; a roundup's has its cover.
    """

    words: str
    carried: Carried
    pictured: Collage
    number: str = ""


def _tidy(text: str) -> str:
    """The text without white space at the ends of lines, and with single blank lines.

    Invisible characters are left out, wherever they came from: some networks refuse them.
    """
    lines = [line.rstrip() for line in invisible.removed(text).strip().splitlines()]
    return "\n".join(
        line for line, before in zip(lines, ["", *lines], strict=False) if line or before
    )
