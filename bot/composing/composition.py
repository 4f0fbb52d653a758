"""One thread while it is composed: its texts, part by part, and what its network would refuse."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.config import Series
from bot.core import address, refusals
from bot.core import layout as layouts
from bot.core.collage import is_blank, shown
from bot.core.errors import BadInput
from bot.core.network import Limits, Network
from bot.core.paper import same_address
from bot.core.text import markdown, parts

Fill = Callable[[str, Mapping[str, Any]], str]
"""Fills the template of that name with these variables."""


BODIES = {
    "collage": "its paragraph",
    "roundup": "its list",
    "year": "the phrase in_all of the series",
}
"""What advice calls the text that is spread over the parts, by the kind of a thread."""


class Source(NamedTuple):
    """A text that a person can change, by what advice calls it: "its title"."""

    name: str
    value: str


class Made(NamedTuple):
    """How a part was made: its template, and what of the thread's own texts went into it."""

    template: str
    sources: tuple[Source, ...]
    has_links: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A thread being composed for one account.

    `kind` is the folder of its templates, `context` holds their variables, and errors begin with
    `subject`. `written` are parts that somebody wrote by hand, which are called
    `written_as`. `fields` are the texts that all
    templates may use; how each part was `made` is noted by its text.

    `marker` is the widest marker a part may get: each part leaves room for it. `heading` stands
    above the links, so that they are another text than the same links were in another thread.
    `layout` says whether the links have a part of their own, or stand below the text if they fit.
    """

    kind: str
    subject: str
    series: Series
    network: Network
    limits: Limits
    fill: Fill
    context: Mapping[str, Any]
    written: tuple[str, ...] = ()
    written_as: str = "its thread"
    fields: tuple[Source, ...] = ()
    made: dict[str, Made] = field(default_factory=dict)
    marker: str = ""
    heading: str = ""
    layout: str = layouts.THREAD

    def collage_texts(self, paragraph: str) -> list[str]:
        """The parts written by hand, or those of the paragraph, in Markdown; then the links."""
        links = self._link_parts()
        if self.written:
            return self._laid_out(self.written, links)
        body = self._with_addresses_once(markdown.plain(paragraph), paragraph, links)
        return self._laid_out(self._with_paragraph(body), links)

    def _with_addresses_once(self, body: str, paragraph: str, links: Sequence[str]) -> str:
        """The body with a sign in the place of each address that stands among the links.

        An address that stands twice is counted twice, and on X it would be paid twice.
        """
        below = "\n".join(links)
        for label, url in markdown.links(paragraph):
            shown_address = label or url
            if not address.is_web(shown_address):
                continue
            for link in self.context["links"]:
                if link["url"] in below and same_address(link["url"], url):
                    body = _replaced(body, shown_address, _sign(link))
        return body

    def roundup_texts(self, lines: Sequence[str]) -> list[str]:
        """The parts with one line for each paper, then the link."""
        return self._laid_out(self._with_lines(lines), self._link_parts())

    def year_texts(self, body: str) -> list[str]:
        """The parts that say what the year's list holds, mostly one, then the link."""
        return self._laid_out(self._with_paragraph(body, "its text"), self._link_parts())

    def _laid_out(self, texts: Sequence[str], links: Sequence[str]) -> list[str]:
        """The texts, then the links: below the last text where the layout asks so and they fit.

        So what fits into one post is one, and anything longer has as few parts as it can: each is
        full before the next begins. Several texts written by hand stay as they were written.
        """
        if self.layout != layouts.POST or not links or len(self.written) > 1:
            return [*texts, *links]
        joined = f"{texts[-1]}\n\n{links[0]}"
        if not self._fits(joined):
            return [*texts, *links]
        above, below = self._made(texts[-1]), self._made(links[0])
        sources = (*above.sources, *below.sources)
        self.made[joined] = Made(above.template, sources, has_links=True)
        return [*texts[:-1], joined, *links[1:]]

    def links_at(self, texts: Sequence[str]) -> int:
        """The position of the part with the links, or of the first of several; 0 for none."""
        places = (place for place, text in enumerate(texts, 1) if self._made(text).has_links)
        return next(places, 0)

    def problems(self, texts: Sequence[str], repeated: Mapping[str, str]) -> Iterator[str]:
        """What the network would refuse of these texts, and that none has the hashtag: sentences.

        `repeated` says of texts that are on the account already where they are.
        """
        for position in range(1, len(texts) + 1):
            # Of two parts that are the same, the later one is told of.
            yield from self.problems_of_part(position, texts[:position], repeated)
        yield from self.problems_of_whole(texts)

    def problems_of_part(
        self, position: int, texts: Sequence[str], repeated: Mapping[str, str]
    ) -> Iterator[str]:
        """Those of one part among the texts of its thread."""
        text = texts[position - 1]
        for words in self._problems_of(position, text):
            yield f"{self.subject}: part {position} {words}."
        same = [place for place, other in enumerate(texts, 1) if other == text]
        same.remove(position)
        if where := repeated.get(text):
            yield self._repeats(position, text, where)
        elif same and not self.network.takes_repeats:
            yield self._repeats(position, text, f"part {same[0]}")

    def problems_of_whole(self, texts: Sequence[str]) -> Iterator[str]:
        """Those of no single part: that none has the hashtag."""
        if not self._has_hashtag(texts):
            yield (
                f"{self.subject}: no part holds the hashtag {self.series.hashtag}; "
                "put it into a template or the thread."
            )

    def _problems_of(self, position: int, text: str) -> Iterator[str]:
        """What the network would refuse of one part, each with what to do about it."""
        if is_blank(text):
            yield f"is empty; write something into {self._field(position, text)}"
            return
        if too_long := refusals.too_long(self.network, self.limits, text):
            yield f"{too_long}; shorten {self._field(position, text)}"
        character, fault = refusals.bad_character(self.network, text)
        if fault:
            yield f"{fault}; remove it from {self._field(position, text, character)}"
        if tags := refusals.cashtags(self.network, self.limits, text):
            names = ", ".join(tag.text for tag in tags)
            takes = f"and {self.network.title} takes {self.limits.cashtags} a post"
            where = self._field(position, text, tags[-1].text)
            yield f"has {len(tags)} cashtags ({names}), {takes}; write them otherwise in {where}"

    def _repeats(self, position: int, text: str, where: str) -> str:
        refuses = f"{self.network.title} refuses the same text again"
        change = f"change {self._field(position, text)}"
        return (
            f"{self.subject}: part {position} has the same text as {where}, "
            f"and {refuses}; {change}."
        )

    def _field(self, position: int, text: str, inside: str = "") -> str:
        """What a person changes to change this part of the thread.

        Of all that the part is made of it is the longest; with `inside`, of what holds these
        characters. What comes from nowhere else is the template's own.
        """
        if position <= len(self.written):
            return f"entry {position} of {self.written_as}"
        made = self._made(text)
        sources = [each for each in (*made.sources, *self.fields) if each.value in text]
        sources = [each for each in sources if each.value and inside in each.value]
        rest = text
        for source in sorted(sources, key=lambda each: len(each.value), reverse=True):
            rest = rest.replace(source.value, "", 1)
        if not inside or not sources:
            sources.append(Source(made.template, rest.strip()))
        return max(sources, key=lambda each: len(each.value)).name

    def _made(self, text: str) -> Made:
        """How a part was made; its marker, which came afterwards, aside."""
        unmarked = text.rpartition(" ")[0] if self.series.markers else text
        for words in (text, unmarked):
            if made := self.made.get(words):
                return made
        return Made(f"its texts or the templates posts/{self.kind}/", ())

    def _has_hashtag(self, texts: Sequence[str]) -> bool:
        tags = (tag.text for text in texts for tag in self.network.hashtags(text))
        wanted = self.series.hashtag.casefold()
        return any(tag.replace("＃", "#").casefold() == wanted for tag in tags)

    def _with_paragraph(self, body: str, what: str = "the paragraph") -> list[str]:
        """The first part with the sentences that fit, further ones with the paragraph's rest."""
        self._check_fits(self._first(""), f"its first part, without a word of {what},")
        language = self.series.language
        opening, rest = parts.opening(body, language, lambda text: self._fits(self._first(text)))
        return [self._first(opening), *map(self._more, self._split(rest))]

    def _split(self, rest: str) -> list[str]:
        if not rest.strip():
            return []
        language = self.series.language
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
        links, texts = list(self.context["links"]), list[str]()
        while links:
            count = len(links)
            # Nobody is named twice: the first of several parts has the handles.
            handles = () if texts else self._handles
            while count and not self._fits(self._links(links[:count], handles)):
                count -= 1
            if not count and handles and self._fits(self._links(links[:1])):
                raise BadInput(
                    f"{self.subject}: its authors' handles leave no room for the link "
                    f"{shown(links[0]['url'])} in one part; name fewer."
                )
            if not count:
                raise BadInput(
                    f"{self.subject}: the link {shown(links[0]['url'])} does not fit into one "
                    f"part; shorten {_longer_of(links[0])}."
                )
            texts.append(self._links(links[:count], handles))
            links = links[count:]
        return texts

    def _first(self, opening: str) -> str:
        return self._noted(self.filled("first", {"opening": opening}), "first", opening)

    def _more(self, text: str) -> str:
        return self._noted(self.filled("more", {"text": text}), "more", text)

    @property
    def _handles(self) -> Sequence[str]:
        """The authors' handles, which a roundup has with each paper."""
        return tuple(self.context.get("handles", ()))

    def _links(self, links: Sequence[Mapping[str, str]], handles: Sequence[str] = ()) -> str:
        variables: dict[str, Any] = {"links": links}
        if "handles" in self.context:
            variables["handles"] = list(handles)
        text = self.filled("links", variables)
        if self.heading:
            text = f"{self.heading}\n{text}"
        sources = [Source("its links", link[key]) for link in links for key in ("url", "label")]
        self.made[text] = Made(self._template("links"), tuple(sources), has_links=True)
        return text

    def _noted(self, text: str, template: str, body: str) -> str:
        """The text, once it is noted that this template made it of the thread's body."""
        self.made[text] = Made(self._template(template), (Source(BODIES[self.kind], body),))
        return text

    def _template(self, name: str) -> str:
        return f"the template posts/{self.kind}/{name}.txt"

    def line(self, about: Mapping[str, Any]) -> str:
        """The line of one paper in a roundup's thread."""
        return self.filled("line", {"paper": about})

    def filled(self, name: str, more: Mapping[str, Any]) -> str:
        """A template filled with the thread's variables and these."""
        return self.fill(f"{self.kind}/{name}", {**self.context, **more})

    def _fits(self, text: str) -> bool:
        """Whether the text fits into a post; what else a network refuses is told afterwards."""
        if not text.strip():
            return False
        return not refusals.too_long(self.network, self.limits, text + self.marker)

    def _check_fits(self, text: str, what: str) -> None:
        """Raise `BadInput` naming `what` where the text does not fit into one part."""
        if not text.strip():
            raise BadInput(f"{self.subject}: {what} is empty.")
        if too_long := refusals.too_long(self.network, self.limits, text + self.marker):
            raise BadInput(f"{self.subject}: {what} {too_long}; shorten {self._field(1, text)}.")


def _sign(link: Mapping[str, str]) -> str:
    """What stands in the body for an address: the emoji of its line, and its number there."""
    number = ""
    if link["label"].isdecimal():
        number = link["label"]
    return link["emoji"] + number


def _replaced(body: str, address: str, sign: str) -> str:
    """The body with the sign where the address stands first, and not as a part of a longer one."""
    return re.sub(rf"{re.escape(address)}(?![\w/?#=&%~@-])", sign, body, count=1)


def _longer_of(link: Mapping[str, str]) -> str:
    """What of a link makes its line too long."""
    if len(link["label"]) > len(link["url"]):
        return "its label"
    return "its address"
