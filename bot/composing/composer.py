"""Composes the thread of a collage or a roundup for one account: its exact parts.

Whatever shows or sends a thread uses the composer, so that what is seen is what is sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.composing import values
from bot.composing.composed import ComposedThread
from bot.composing.rendering import MOST_IN_POST, Renderer
from bot.config import Series
from bot.context import Context
from bot.core import month, paper, words
from bot.core.collage import Collage, Picture, shown
from bot.core.delivery import Delivery, Image, Kind, Part
from bot.core.errors import BadInput, MlcollageError
from bot.core.network import Limits, Network
from bot.core.text import markdown, parts
from bot.publishers import table

TEMPLATES = {
    ("collage", "first"): ["opening"],
    ("collage", "more"): ["text"],
    ("collage", "links"): [],
    ("roundup", "first"): ["opening"],
    ("roundup", "more"): ["text"],
    ("roundup", "line"): ["paper"],
    ("roundup", "links"): [],
}
"""The templates of posts by kind and name, with the variables that each has beside its kind's."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the threads of one series for one account.

    `limits` are the account's own, which need not be its network's defaults; `templates` is the
    maintainer's folder. `is_charged` says whether the account's own network charges, which an
    outbox that goes by another network's rules does not.
    """

    series: Series
    account: str
    network: Network
    limits: Limits
    templates: Path
    is_charged: bool = True

    @classmethod
    def of(cls, context: Context, series: str, account: str) -> "Composer":
        """The composer of a configured series for one of its accounts."""
        publisher = context.publishers[account]
        return cls(
            context.config.series[series],
            account,
            publisher.network,
            publisher.limits(),
            context.config.templates,
            table.price(context.config.accounts[account]) is not None,
        )

    def collage(self, item: Collage, number: int | None) -> tuple[Part, ...]:
        """The parts of a collage's thread with that number.

        Raises `BadInput` when it cannot be composed or would not fit. No picture or no alt text,
        no thread.
        """
        subject = f"{item.name} for {self.account}"
        if item.picture is None:
            raise BadInput(f"{subject}: it has no picture.")
        if not item.alt.strip():
            raise BadInput(f"{subject}: it has no alt text.")
        context = self.collage_context(item, number)
        thread = _Thread(self, "collage", subject, context, self._renderer())
        image = _image(item, item.picture)
        texts = self._marked(thread, lambda marked: marked.collage_texts(item))
        return thread.checked(texts, image)

    def roundup(self, roundup: month.Roundup, items: Sequence[Collage]) -> tuple[Part, ...]:
        """The parts of a roundup's thread; its first carries the first collage's picture.

        Raises `BadInput` when it cannot be composed or would not fit.
        """
        subject = f"The roundup {roundup.title_month} for {self.account}"
        first = items[0]
        if first.picture is None:
            raise BadInput(f"{subject}: {first.name} has no picture.")
        context = self.roundup_context(roundup, items)
        thread = _Thread(self, "roundup", subject, context, self._renderer())
        lines = [thread.line(paper) for paper in context["papers"]]
        image = _image(first, first.picture)
        texts = self._marked(thread, lambda marked: marked.roundup_texts(lines))
        return thread.checked(texts, image)

    def collage_shown(self, item: Collage, number: int | None) -> ComposedThread:
        """A collage's thread for people to look at; `problem` says why it cannot be composed."""
        shown_number = self.series.numbering.shown(number)
        return self._shown(lambda: self.collage(item, number), item.picture, shown_number)

    def roundup_shown(self, roundup: month.Roundup, items: Sequence[Collage]) -> ComposedThread:
        """A roundup's thread for people to look at; `problem` says why it cannot be composed."""
        return self._shown(lambda: self.roundup(roundup, items), items[0].picture)

    def _shown(
        self,
        compose: Callable[[], tuple[Part, ...]],
        picture: Picture | None,
        number: str = "",
    ) -> ComposedThread:
        empty = ComposedThread(
            self.account, self.network, self.limits, number=number, is_charged=self.is_charged
        )
        try:
            composed = compose()
        except MlcollageError as error:
            return replace(empty, problem=str(error))
        pictures = {part.position: picture for part in composed if part.image and picture}
        return replace(empty, parts=composed, pictures=pictures)

    def _marked(self, thread: "_Thread", texts: Callable[["_Thread"], list[str]]) -> list[str]:
        """The texts, each with its place in the thread ("2/5") where the series wants that."""
        if not self.series.markers:
            return texts(thread)
        return parts.marked(lambda marker: texts(replace(thread, marker=marker)))

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

    def problems(self, item: Collage, roundup: month.Roundup) -> Iterator[str]:
        """What is wrong with each template when it is filled by itself, fitting or not.

        Every template is filled, also those that the threads of this collage and roundup of one
        collage would not need.
        """
        contexts = {
            "collage": self.collage_context(item, self.series.numbering.first),
            "roundup": self.roundup_context(roundup, [item]),
        }
        text = markdown.plain(item.paragraph)
        pieces = {"opening": text, "text": text, "paper": contexts["collage"]["paper"]}
        for kind, name in TEMPLATES:
            thread = _Thread(self, kind, "", contexts[kind], self._renderer())
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
            "paper": values.paper(item.paper, self.series.language),
            "collage": {"name": item.name, "alt": item.alt, "caption": item.caption},
        }

    def roundup_context(self, roundup: month.Roundup, items: Sequence[Collage]) -> values.Table:
        """The variables of a roundup's templates; docs/templates.md lists them."""
        links: tuple[paper.Link, ...] = ()
        if roundup.link:
            links = (paper.Link(paper.LinkKind.BLOG, roundup.link),)
        return self._context(links) | {
            "roundup": values.roundup(roundup, self.series.zone),
            "papers": [values.paper(item.paper, self.series.language) for item in items],
        }

    def _context(self, links: Sequence[paper.Link]) -> values.Table:
        series = self.series
        return {
            "series": values.series(series),
            "hashtag": series.hashtag,
            "network": self.network.name,
            "account": self.account,
            "quotes": words.of(series.language).quotes,
            "links": values.links(links, series.language),
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


def _image(item: Collage, picture: Picture) -> Image:
    return Image(picture.sha256, picture.file, picture.mime, item.alt)


def _tidy(text: str) -> str:
    """The text without white space at the ends of lines, and with single blank lines."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "\n".join(
        line for line, before in zip(lines, ["", *lines], strict=False) if line or before
    )


@dataclass(frozen=True, slots=True)
class _Thread:
    """A thread being composed.

    `kind` is the folder of its templates, `context` holds their variables, and errors begin with
    `subject`. `marker` is the widest marker a part may get: each part leaves room for it.
    """

    composer: Composer
    kind: str
    subject: str
    context: Mapping[str, Any]
    renderer: Renderer
    marker: str = ""

    def collage_texts(self, item: Collage) -> list[str]:
        """The parts written by hand, or those of the paragraph; then the links."""
        if not item.thread:
            return self._with_paragraph(markdown.plain(item.paragraph)) + self._link_parts()
        place = f"{item.name}, thread"
        written = [
            _tidy(self.renderer.render_text(part, self.context, place)) for part in item.thread
        ]
        return written + self._link_parts()

    def roundup_texts(self, lines: Sequence[str]) -> list[str]:
        """The parts with one line for each paper, then the link."""
        return self._with_lines(lines) + self._link_parts()

    def checked(self, texts: Sequence[str], image: Image) -> tuple[Part, ...]:
        """The texts as parts, the first with the picture.

        Raises `BadInput` for whatever the network would refuse, and for a missing hashtag.
        """
        for position, text in enumerate(texts, 1):
            self._check_fits(text, f"part {position}")
        self._check_hashtag(texts)
        self._check_image(image)
        first, *rest = texts
        others = (Part(position, text) for position, text in enumerate(rest, 2))
        return (Part(1, first, image), *others)

    def _check_hashtag(self, texts: Sequence[str]) -> None:
        composer = self.composer
        tags = {
            tag.text.replace("＃", "#").casefold()
            for text in texts
            for tag in composer.network.hashtags(text)
        }
        hashtag = composer.series.hashtag
        if hashtag.casefold() not in tags:
            raise BadInput(
                f"{self.subject}: no part holds the hashtag {hashtag}; "
                "put it into a template or the thread."
            )

    def _check_image(self, image: Image) -> None:
        limits = self.composer.limits
        if len(image.alt) > limits.alt_length:
            raise BadInput(
                f"{self.subject}: its alt text has {len(image.alt):,} "
                f"of at most {limits.alt_length:,} characters."
            )
        if image.mime not in limits.mimes:
            raise BadInput(f"{self.subject}: the network takes no {image.mime} pictures.")

    def _with_paragraph(self, body: str) -> list[str]:
        """The first part with the sentences that fit, further ones with the paragraph's rest."""
        self._check_fits(self._first(""), "its first part, without a word of the paragraph,")
        language = self.composer.series.language
        opening, rest = parts.opening(body, language, lambda text: self._fits(self._first(text)))
        return [self._first(opening), *map(self._more, self._split(rest))]

    def _split(self, rest: str) -> list[str]:
        if not rest.strip():
            return []
        language = self.composer.series.language
        try:
            return parts.split(rest, language, lambda text: self._fits(self._more(text)))
        except BadInput as error:
            raise BadInput(f"{self.subject}: {str(error).rstrip('.')}.") from None

    def _with_lines(self, lines: Sequence[str]) -> list[str]:
        """The first part with as many whole lines as fit, the rest in further parts."""
        self._check_fits(self._first(""), "its first part, without a line of the list,")
        count = self._fitting(self._first, lines)
        texts, rest = [self._first("\n".join(lines[:count]))], lines[count:]
        while rest:
            count = self._fitting(self._more, rest)
            if not count:
                raise BadInput(
                    f"{self.subject}: the line {shown(rest[0])} does not fit into one "
                    "part; shorten its title."
                )
            texts.append(self._more("\n".join(rest[:count])))
            rest = rest[count:]
        return texts

    def _fitting(self, fill: Callable[[str], str], lines: Sequence[str]) -> int:
        """How many of the lines, from the first on, fit into one part; 0 if not even one does."""
        counts = range(1, len(lines) + 1)
        return max((n for n in counts if self._fits(fill("\n".join(lines[:n])))), default=0)

    def _link_parts(self) -> list[str]:
        """All links in one last part, or in more where they do not fit into one.

        One part, because X charges for each post that holds a link.
        """
        links, texts = list(self.context["links"]), []
        while links:
            count = len(links)
            while count and not self._fits(self._links(links[:count])):
                count -= 1
            if not count:
                raise BadInput(
                    f"{self.subject}: the link {shown(links[0]['url'])} does not fit into one part."
                )
            texts.append(self._links(links[:count]))
            links = links[count:]
        return texts

    def _first(self, opening: str) -> str:
        return self.filled("first", {"opening": opening})

    def _more(self, text: str) -> str:
        return self.filled("more", {"text": text})

    def _links(self, links: Sequence[Mapping[str, str]]) -> str:
        return self.filled("links", {"links": links})

    def line(self, paper: values.Table) -> str:
        """The line of one paper in a roundup's thread."""
        return self.filled("line", {"paper": paper})

    def filled(self, name: str, more: Mapping[str, Any]) -> str:
        """A template filled, without white space at its ends, with single blank lines."""
        file = f"posts/{self.kind}/{name}.txt"
        return _tidy(self.renderer.render(file, {**self.context, **more}))

    def _fits(self, text: str) -> bool:
        return self.composer.network.fits(text + self.marker, self.composer.limits)

    def _check_fits(self, text: str, what: str) -> None:
        """Raise `BadInput` naming `what` where the text does not fit into one part."""
        if self._fits(text):
            return
        network, limits = self.composer.network, self.composer.limits
        length = network.length(text + self.marker, limits)
        over = length - limits.length
        if over > 0:
            why = f"has {length} of {limits.length} characters ({over} too many); shorten it"
        else:
            why = "is empty, too large or holds characters the network forbids"
        raise BadInput(f"{self.subject}: {what} {why}.")
