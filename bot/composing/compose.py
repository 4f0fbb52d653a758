"""A collage or a roundup in one account's words: the exact parts of its thread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from bot.composing import filters, templates
from bot.config import Config, Series
from bot.core import collage, month, paper, words
from bot.core.delivery import Image, Part
from bot.core.errors import BadInput
from bot.core.network import Limits
from bot.core.text import counting


class Rules(Protocol):
    """What a publisher tells of its network."""

    network: str

    def limits(self) -> Limits: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose words: the series, the account and its network's rules, and where the maintainer's
    templates are.
    """

    series: Series
    account: str
    network: str
    limits: Limits
    templates: Path
    reserve: str = ""

    @classmethod
    def of(cls, own: Config, series: str, account: str, publisher: Rules) -> "Voice":
        """The words of a series through one of its accounts, by the rules its publisher goes by."""
        return cls(
            own.series[series], account, publisher.network, publisher.limits(), own.templates
        )

    def fits(self, said: str) -> bool:
        """Whether a part fits, with room for its marker."""
        return counting.fits(said + self.reserve, self.network, self.limits)

    def marked(self, make: Callable[["Voice"], list[str]]) -> list[str]:
        """The texts `make` gives, each with its place in the thread where the series wants that
        ("2/5"), counted in.
        """
        if not self.series.markers:
            return make(self)
        for reserve in (" 9/9", " 99/99", " 999/999"):
            texts = make(replace(self, reserve=reserve))
            if len(f" {len(texts)}/{len(texts)}") <= len(reserve):
                break
        return [f"{said} {place}/{len(texts)}" for place, said in enumerate(texts, 1)]

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """A template filled, without white space at its ends and with single blank lines."""
        return _tidy(templates.render(self._environment(), f"posts/{name}.txt", context))

    def render_text(self, source: str, context: Mapping[str, Any], place: str) -> str:
        return _tidy(templates.render_text(self._environment(), source, context, place))

    def _environment(self) -> Any:
        variants = (
            f"accounts/{self.account}",
            f"series/{self.series.name}",
            f"networks/{self.network}",
        )
        return templates.environment(self.templates, variants)


def _tidy(said: str) -> str:
    lines = [line.rstrip() for line in said.strip().splitlines()]
    return "\n".join(
        line for line, before in zip(lines, ["", *lines], strict=False) if line or before
    )


def collage_thread(voice: Voice, item: collage.Collage, number: int | None) -> tuple[Part, ...]:
    """The parts of a collage's thread with that number; raises `BadInput` when it cannot be
    composed or would not fit.

    No picture or no alt text, no thread.
    """
    what = f"{item.name} for {voice.account}"
    if item.picture is None or not item.alt.strip():
        raise BadInput(f"{what}: it has no {'picture' if item.picture is None else 'alt text'}.")
    context = collage_context(voice, item, number)
    image = Image(item.picture.sha256, item.picture.file, item.picture.mime, item.alt)

    def texts(voice: Voice) -> list[str]:
        if item.thread:
            said = [
                voice.render_text(part, context, f"{item.name}, thread") for part in item.thread
            ]
        else:
            said = _with_paragraph(voice, "collage", context, counting.plain(item.paragraph), what)
        return said + _link_parts(voice, "collage", context, what)

    return _checked(voice, voice.marked(texts), image, what)


def roundup_thread(
    voice: Voice, roundup: month.Roundup, items: Sequence[collage.Collage]
) -> tuple[Part, ...]:
    """The parts of a roundup's thread; its first carries the first collage's picture."""
    what = f"The roundup {roundup.title_month} for {voice.account}"
    first = items[0]
    if first.picture is None:
        raise BadInput(f"{what}: {first.name} has no picture.")
    context = roundup_context(voice, roundup, items)
    lines = [voice.render("roundup/line", context | {"paper": item.paper}) for item in items]
    image = Image(first.picture.sha256, first.picture.file, first.picture.mime, first.alt)

    def texts(voice: Voice) -> list[str]:
        return _with_lines(voice, "roundup", context, lines, what) + _link_parts(
            voice, "roundup", context, what
        )

    return _checked(voice, voice.marked(texts), image, what)


def _context(voice: Voice, links: Sequence[paper.Link]) -> dict[str, Any]:
    series = voice.series
    names = {"name": series.name, "title": series.title, "language": series.language}
    return {
        "series": names | {"numbering": series.numbering.format},
        "hashtag": series.hashtag,
        "network": voice.network,
        "account": voice.account,
        "quotes": words.of(series.language).quotes,
        "links": filters.described(links, series.language),
    }


def collage_context(voice: Voice, item: collage.Collage, number: int | None) -> dict[str, Any]:
    """What the templates of a collage's thread know."""
    context = _context(voice, paper.kinds_in_order(item.paper.links))
    return context | {
        "links": context["links"] + filters.gathered(item.paragraph, item.paper.links),
        "number": voice.series.numbering.shown(number),
        "paper": item.paper,
        "collage": {"name": item.name, "alt": item.alt, "caption": item.caption},
    }


def roundup_context(
    voice: Voice, roundup: month.Roundup, items: Sequence[collage.Collage]
) -> dict[str, Any]:
    """What the templates of a roundup's thread know."""
    about = {
        "due_on": roundup.due_at.astimezone(voice.series.zone).date(),
        "title": roundup.title,
        "subtitle": roundup.subtitle,
        "month": roundup.title_month,
        "link": roundup.link,
    }
    links = (paper.Link(paper.LinkKind.BLOG, roundup.link),)
    return _context(voice, links) | {"roundup": about, "papers": [item.paper for item in items]}


def _with_paragraph(
    voice: Voice, kind: str, context: dict[str, Any], body: str, what: str
) -> list[str]:
    """The first part with the first sentences that fit, the rest of the paragraph in further parts."""
    first, more = _fillers(voice, kind, context)
    _check_fits(voice, first(""), f"{what}: its first part, without a word of the paragraph,")
    language = voice.series.language
    opening, rest = counting.opening(body, language, lambda said: voice.fits(first(said)))
    return [
        first(opening),
        *(more(said) for said in _split(rest, language, lambda said: voice.fits(more(said)), what)),
    ]


def _with_lines(
    voice: Voice, kind: str, context: dict[str, Any], lines: Sequence[str], what: str
) -> list[str]:
    """The first part with as many whole lines as fit, the rest in further parts."""
    first, more = _fillers(voice, kind, context)
    _check_fits(voice, first(""), f"{what}: its first part, without a line of the list,")
    count = max(n for n in range(len(lines) + 1) if voice.fits(first("\n".join(lines[:n]))))
    texts, rest = [first("\n".join(lines[:count]))], list(lines[count:])
    while rest:
        count = max(
            (n for n in range(1, len(rest) + 1) if voice.fits(more("\n".join(rest[:n])))), default=0
        )
        if not count:
            raise BadInput(
                f"{what}: the line {collage.shown(rest[0])} does not fit into one part; shorten its title."
            )
        texts.append(more("\n".join(rest[:count])))
        rest = rest[count:]
    return texts


def _fillers(
    voice: Voice, kind: str, context: dict[str, Any]
) -> tuple[Callable[[str], str], Callable[[str], str]]:
    def first(said: str) -> str:
        return voice.render(f"{kind}/first", context | {"opening": said})

    def more(said: str) -> str:
        return voice.render(f"{kind}/more", context | {"text": said})

    return first, more


def _split(rest: str, language: str, fits: Callable[[str], bool], what: str) -> list[str]:
    if not rest.strip():
        return []
    try:
        return counting.split(rest, language, fits)
    except BadInput as error:
        raise BadInput(f"{what}: {str(error).rstrip('.')}.") from None


def _link_parts(voice: Voice, kind: str, context: dict[str, Any], what: str) -> list[str]:
    """All links in one last part, because X charges for each post with a link; further ones only if
    it overflows.
    """
    links, texts = list(context["links"]), []
    while links:
        count = len(links)
        while count and not voice.fits(
            voice.render(f"{kind}/links", context | {"links": links[:count]})
        ):
            count -= 1
        if not count:
            raise BadInput(
                f"{what}: the link {collage.shown(links[0]['url'])} does not fit into one part."
            )
        texts.append(voice.render(f"{kind}/links", context | {"links": links[:count]}))
        links = links[count:]
    return texts


def _checked(voice: Voice, texts: Sequence[str], image: Image, what: str) -> tuple[Part, ...]:
    for position, said in enumerate(texts, 1):
        _check_fits(voice, said, f"{what}: part {position}")
    tags = {
        tag.text.replace("＃", "#").casefold()
        for said in texts
        for tag in counting.hashtags(said, voice.network)
    }
    if voice.series.hashtag.casefold() not in tags:
        raise BadInput(
            f"{what}: no part holds the hashtag {voice.series.hashtag}; put it into a template or the thread."
        )
    if len(image.alt) > voice.limits.alt_length:
        raise BadInput(
            f"{what}: its alt text has {len(image.alt):,} of at most {voice.limits.alt_length:,} characters."
        )
    if image.mime not in voice.limits.mimes:
        raise BadInput(f"{what}: the network takes no {image.mime} pictures.")
    return tuple(
        Part(position, said, image if position == 1 else None)
        for position, said in enumerate(texts, 1)
    )


def _check_fits(voice: Voice, said: str, what: str) -> None:
    if voice.fits(said):
        return
    length = counting.length(said + voice.reserve, voice.network)
    if length > voice.limits.length:
        over = f"has {length} of {voice.limits.length} characters ({length - voice.limits.length} too many); shorten it"
    else:
        over = "is empty, too large or holds characters the network forbids"
    raise BadInput(f"{what} {over}.")
