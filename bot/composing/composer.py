"""Composes the thread of a collage or a roundup for one account: its exact parts.

Whatever shows or sends a thread uses the composer, so that what is seen is what is sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

from bot.composing import filters, templates
from bot.composing.composed import ComposedThread
from bot.composing.composition import Composition
from bot.config import Series
from bot.context import Context
from bot.core import month, paper, refusals, words
from bot.core.collage import Collage
from bot.core.delivery import Carried, Delivery, Image, Kind, Part
from bot.core.errors import BadInput, Unusable
from bot.core.network import Limits, Network
from bot.core.text import markdown, parts

Composed = tuple[Sequence[str], Sequence[str]]
"""The texts of a thread, and what its network would refuse of them."""

Repeated = Callable[[Sequence[str], Carried], Mapping[str, str]]
"""Says which texts an account has from threads that carry something else, and where."""


def nothing_repeated(texts: Sequence[str], carried: Carried) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the threads of one series for one account.

    `limits` are the account's own, which need not be its network's defaults; `templates` is the
    maintainer's folder. `repeated` looks up which texts are on the account already.
    """

    series: Series
    account: str
    network: Network
    limits: Limits
    templates: Path
    repeated: Repeated = nothing_repeated

    @classmethod
    def of(cls, context: Context, series: str, account: str) -> "Composer":
        """The composer of a configured series for one of its accounts."""
        publisher = context.publishers[account]

        def repeated(texts: Sequence[str], carried: Carried) -> Mapping[str, str]:
            with context.read() as work:
                return work.parts.repeated(account, texts, carried)

        return cls(
            context.config.series[series],
            account,
            publisher.network,
            publisher.limits(),
            context.config.templates,
            repeated,
        )

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
        return _sendable(self.collage_shown(item, number))

    def roundup(self, roundup: month.Roundup, items: Sequence[Collage]) -> tuple[Part, ...]:
        """The parts of a roundup's thread; its first carries the first collage's picture.

        Raises `BadInput` with all that keeps it from going out.
        """
        return _sendable(self.roundup_shown(roundup, items))

    def collage_shown(self, item: Collage, number: int | None) -> ComposedThread:
        """A collage's thread for people to look at; `problems` say why it cannot go out."""
        shown_number = self.series.numbering.shown(number)
        subject = _Subject(
            f"{item.name} for {self.account}",
            Carried(collage_id=item.id or None),
            item,
            shown_number,
        )

        def compose() -> Composed:
            context = self.collage_context(item, number)
            place = f"{item.name}, thread"
            thread = Composition(
                kind="collage",
                subject=subject.words,
                series=self.series,
                network=self.network,
                limits=self.limits,
                fill=self.render,
                context=context,
                written=tuple(self.render_text(part, context, place) for part in item.thread),
                fields=_fields(item),
            )
            return self._composed(
                thread, subject, lambda composition: composition.collage_texts(item.paragraph)
            )

        return self._shown(subject, compose)

    def roundup_shown(self, roundup: month.Roundup, items: Sequence[Collage]) -> ComposedThread:
        """A roundup's thread for people to look at; `problems` say why it cannot go out."""
        subject = _Subject(
            f"The roundup {roundup.title_month} for {self.account}",
            Carried(roundup_id=roundup.id or None),
            items[0],
        )

        def compose() -> Composed:
            context = self.roundup_context(roundup, items)
            lines = [self.render("roundup/line", context | {"paper": item.paper}) for item in items]
            thread = Composition(
                kind="roundup",
                subject=subject.words,
                series=self.series,
                network=self.network,
                limits=self.limits,
                fill=self.render,
                context=context,
                fields={"its title": roundup.title, "its subtitle": roundup.subtitle},
            )
            return self._composed(
                thread, subject, lambda composition: composition.roundup_texts(lines)
            )

        return self._shown(subject, compose)

    def problems_of_part(
        self, subject: str, position: int, texts: Sequence[str], carried: Carried
    ) -> tuple[str, ...]:
        """What the network would refuse of one part that a person worded: sentences.

        `texts` are those of the whole thread, which `subject` names.
        """
        thread = Composition(
            kind="collage",
            subject=subject,
            series=self.series,
            network=self.network,
            limits=self.limits,
            fill=self.render,
            context={},
            fields={"it": texts[position - 1]},
        )
        repeated = self._repeated(texts[position - 1 : position], carried)
        problems = thread.problems_of_part(position, texts, repeated)
        return (*problems, *thread.problems_of_whole(texts))

    def _shown(self, subject: "_Subject", compose: Callable[[], Composed]) -> ComposedThread:
        """The thread with its picture; what composing raises is one of its problems."""
        item = subject.pictured
        problems = self._picture_problems(subject)
        texts: Sequence[str] = ()
        try:
            texts, more = compose()
            problems += more
        except Unusable as error:
            problems.append(str(error))
        shown_thread = ComposedThread(
            self.account,
            self.network,
            self.limits,
            number=subject.number,
            problems=tuple(problems),
        )
        if item.picture is None or not texts:
            return shown_thread
        first, *rest = texts
        others = (Part(position, text) for position, text in enumerate(rest, 2))
        image = Image(item.picture.sha256, item.picture.file, item.picture.mime, item.alt)
        return replace(
            shown_thread, parts=(Part(1, first, image), *others), pictures={1: item.picture}
        )

    def _picture_problems(self, subject: "_Subject") -> list[str]:
        """What the network would refuse of the first part's picture and alt text: sentences."""
        item = subject.pictured
        problems = []
        if item.picture is None:
            problems.append("it has no picture")
        else:
            problems += refusals.of_picture(self.network, self.limits, item.picture)
        if not item.alt.strip():
            problems.append("it has no alt text")
        problems += refusals.of_alt_text(self.limits, item.alt)
        return [f"{subject.words}: {words}." for words in problems]

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
        return texts, list(thread.problems(texts, repeated))

    def _repeated(self, texts: Sequence[str], carried: Carried) -> Mapping[str, str]:
        if self.network.takes_repeats:
            return {}
        return self.repeated(texts, carried)

    def _marked(self, thread: Composition, make: Callable[[Composition], list[str]]) -> list[str]:
        """The texts, each with its place in the thread ("2/5") where the series wants that."""
        if not self.series.markers:
            return make(thread)
        return parts.marked(lambda marker: make(replace(thread, marker=marker)))

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """A template filled, without white space at its ends, with single blank lines."""
        return _tidy(templates.render(self._environment(), f"posts/{name}.txt", context))

    def render_text(self, source: str, context: Mapping[str, Any], place: str) -> str:
        """As `render`, for a template that stands in an item; errors name `place`."""
        return _tidy(templates.render_text(self._environment(), source, context, place))

    def _environment(self) -> Environment:
        variants = (
            f"accounts/{self.account}",
            f"series/{self.series.name}",
            f"networks/{self.network.name}",
        )
        return templates.environment(self.templates, variants)

    def collage_context(self, item: Collage, number: int | None) -> dict[str, Any]:
        """The variables of a collage's templates; docs/templates.md lists them."""
        context = self._context(paper.kinds_in_order(item.paper.links))
        return context | {
            "links": context["links"] + filters.gathered(item.paragraph, item.paper.links),
            "number": self.series.numbering.shown(number),
            "paper": item.paper,
            "collage": {"name": item.name, "alt": item.alt, "caption": item.caption},
        }

    def roundup_context(self, roundup: month.Roundup, items: Sequence[Collage]) -> dict[str, Any]:
        """The variables of a roundup's templates; docs/templates.md lists them."""
        about = {
            "due_on": roundup.due_at.astimezone(self.series.zone).date(),
            "title": roundup.title,
            "subtitle": roundup.subtitle,
            "month": roundup.title_month,
            "link": roundup.link,
        }
        links = (paper.Link(paper.LinkKind.BLOG, roundup.link),)
        papers = [item.paper for item in items]
        return self._context(links) | {"roundup": about, "papers": papers}

    def _context(self, links: Sequence[paper.Link]) -> dict[str, Any]:
        series = self.series
        names = {"name": series.name, "title": series.title, "language": series.language}
        return {
            "series": names | {"numbering": series.numbering.format},
            "hashtag": series.hashtag,
            "network": self.network.name,
            "account": self.account,
            "quotes": words.of(series.language).quotes,
            "links": filters.described(links, series.language),
        }


def parts_of(context: Context, delivery: Delivery) -> tuple[Part, ...]:
    """A delivery's parts, as templates, collage and settings make them now.

    Raises `BadInput` when they cannot be composed.
    """
    composer = Composer.of(context, delivery.series, delivery.account)
    with context.read() as work:
        if delivery.kind is Kind.COLLAGE and delivery.collage_id is not None:
            item = work.queue.by_id(delivery.collage_id)
        else:
            assert delivery.roundup_id is not None
            roundup = work.roundups.by_id(delivery.roundup_id)
            items = work.queue.in_roundup(roundup.id)
    if delivery.kind is Kind.COLLAGE:
        return composer.collage(item, item.number)
    return composer.roundup(roundup, items)


def problems(
    context: Context, series: Series, item: Collage, number: int | None
) -> tuple[str, ...]:
    """What keeps a collage from going out with that number on its series' accounts: sentences."""
    return tuple(
        problem
        for account in series.accounts
        for problem in Composer.of(context, series.name, account)
        .collage_shown(item, number)
        .problems
    )


def _sendable(thread: ComposedThread) -> tuple[Part, ...]:
    """The parts of a thread; raises `BadInput` where something keeps it from going out."""
    if thread.problems:
        raise BadInput(" ".join(thread.problems))
    return thread.parts


def _fields(item: Collage) -> dict[str, str]:
    """The texts of a collage that a person can change, by what they are called."""
    links = [link.url for link in item.paper.links]
    return {
        "its title": item.paper.title,
        "its authors": item.paper.citation,
        "its paragraph": markdown.plain(item.paragraph),
        "its caption": item.caption,
        "its alt text": item.alt,
        "its links": "".join(links[:1]),
    }


class _Subject(NamedTuple):
    """What a thread is about, as messages name it, and what its first part shows.

    `pictured` is the collage whose picture and alt text it has.
    """

    words: str
    carried: Carried
    pictured: Collage
    number: str = ""


def _tidy(text: str) -> str:
    """The text without white space at the ends of lines, and with single blank lines."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "\n".join(
        line for line, before in zip(lines, ["", *lines], strict=False) if line or before
    )
