"""One thread while it is composed: its texts, part by part, and what its network would refuse."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.config import Series
from bot.core import refusals
from bot.core.collage import shown
from bot.core.errors import BadInput
from bot.core.network import Limits, Network
from bot.core.text import markdown, parts

Fill = Callable[[str, Mapping[str, Any]], str]
"""Fills the template of that name with these variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A thread being composed for one account.

    `kind` is the folder of its templates, `context` holds their variables, and errors begin with
    `subject`. `written` are parts that somebody wrote by hand. `fields` are the texts that a
    person can change, by what they are called in advice.

    `marker` is the widest marker a part may get: each part leaves room for it. `heading` stands
    above the links, so that they are another text than the same links were in another thread.
    """

    kind: str
    subject: str
    series: Series
    network: Network
    limits: Limits
    fill: Fill
    context: Mapping[str, Any]
    written: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    marker: str = ""
    heading: str = ""

    def collage_texts(self, paragraph: str) -> list[str]:
        """The parts written by hand, or those of the paragraph, in Markdown; then the links."""
        if self.written:
            return [*self.written, *self._link_parts()]
        return self._with_paragraph(markdown.plain(paragraph)) + self._link_parts()

    def roundup_texts(self, lines: Sequence[str]) -> list[str]:
        """The parts with one line for each paper, then the link."""
        return self._with_lines(lines) + self._link_parts()

    def problems(self, texts: Sequence[str], repeated: Mapping[str, str]) -> Iterator[str]:
        """What the network would refuse of these texts, and that none has the hashtag: sentences.

        `repeated` says of texts that are on the account already where they are.
        """
        for position in range(1, len(texts) + 1):
            yield from self.problems_of_part(position, texts, repeated)
        yield from self.problems_of_whole(texts)

    def problems_of_part(
        self, position: int, texts: Sequence[str], repeated: Mapping[str, str]
    ) -> Iterator[str]:
        """Those of one part among the texts of its thread."""
        text = texts[position - 1]
        for words in self._problems_of(text):
            yield f"{self.subject}: part {position} {words}."
        if where := repeated.get(text):
            yield self._repeats(position, text, where)
        elif texts.count(text) > 1 and not self.network.takes_repeats:
            yield self._repeats(position, text, "another part of it")

    def problems_of_whole(self, texts: Sequence[str]) -> Iterator[str]:
        """Those of no single part: that none has the hashtag."""
        if not self._has_hashtag(texts):
            yield (
                f"{self.subject}: no part holds the hashtag {self.series.hashtag}; "
                "put it into a template or the thread."
            )

    def _problems_of(self, text: str) -> Iterator[str]:
        """What the network would refuse of one part, each with what to do about it."""
        if not text.strip():
            yield f"is empty; write something into {self._field(text)}"
            return
        if too_long := refusals.too_long(self.network, self.limits, text):
            yield f"{too_long}; shorten {self._field(text)}"
        character, fault = refusals.bad_character(self.network, text)
        if fault:
            yield f"{fault}; remove it from {self._field(text, character)}"
        if tags := refusals.cashtags(self.network, self.limits, text):
            names = ", ".join(tag.text for tag in tags)
            takes = f"and {self.network.title} takes {self.limits.cashtags} a post"
            where = self._field(text, tags[-1].text)
            yield f"has {len(tags)} cashtags ({names}), {takes}; write them otherwise in {where}"

    def _repeats(self, position: int, text: str, where: str) -> str:
        return (
            f"{self.subject}: part {position} has the same text as {where}, and "
            f"{self.network.title} refuses the same text again; change {self._field(text)}."
        )

    def _field(self, text: str, inside: str = "") -> str:
        """What a person changes to change this part of the thread.

        With `inside` it is what holds these characters, else the longest field in the part.
        """
        for position, written in enumerate(self.written, 1):
            if written and text.startswith(written):
                return f"entry {position} of its thread"
        found = [name for name, value in self.fields.items() if _is_of(text, value, inside)]
        if not found:
            return f"its texts or the templates posts/{self.kind}/"
        return max(found, key=lambda name: len(self.fields[name]))

    def _has_hashtag(self, texts: Sequence[str]) -> bool:
        tags = (tag.text for text in texts for tag in self.network.hashtags(text))
        wanted = self.series.hashtag.casefold()
        return any(tag.replace("＃", "#").casefold() == wanted for tag in tags)

    def _with_paragraph(self, body: str) -> list[str]:
        """The first part with the sentences that fit, further ones with the paragraph's rest."""
        self._check_fits(self._first(""), "its first part, without a word of the paragraph,")
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
        links, texts = list(self.context["links"]), []
        while links:
            count = len(links)
            while count and not self._fits(self._links(links[:count])):
                count -= 1
            if not count:
                raise BadInput(
                    f"{self.subject}: the link {shown(links[0]['url'])} does not fit into one "
                    f"part; shorten {_longer_of(links[0])}."
                )
            texts.append(self._links(links[:count]))
            links = links[count:]
        return texts

    def _first(self, opening: str) -> str:
        return self.filled("first", {"opening": opening})

    def _more(self, text: str) -> str:
        return self.filled("more", {"text": text})

    def _links(self, links: Sequence[Mapping[str, str]]) -> str:
        text = self.filled("links", {"links": links})
        if self.heading:
            return f"{self.heading}\n{text}"
        return text

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
            raise BadInput(f"{self.subject}: {what} {too_long}; shorten {self._field(text)}.")


def _is_of(text: str, value: str, inside: str) -> bool:
    """Whether a part's text comes from a field's value, or what is `inside` both."""
    if inside:
        return inside in value
    return bool(value) and (value in text or text in value)


def _longer_of(link: Mapping[str, str]) -> str:
    """What of a link makes its line too long."""
    if len(link["label"]) > len(link["url"]):
        return "its label"
    return "its address"
