"""The filters a writer of templates needs beside Jinja2's own."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from bot.core import month, network, words
from bot.core.paper import Link, Paper, cite, kinds_in_order, same_address
from bot.core.text import markdown, parts
from bot.core.text.sentences import sentences


def _language(context: Mapping[str, Any]) -> str:
    return str(context["series"]["language"])


def cited(context: Mapping[str, Any], value: Paper) -> str:
    """`{{ paper|cite }}`: "Feurer et al. (2021)"."""
    return cite(value)


def first_sentences(context: Mapping[str, Any], value: str, count: int = 1) -> str:
    """`{{ paragraph|sentences(2) }}`: its first two sentences."""
    return "".join(sentences(value, _language(context))[:count]).strip()


def fitted(context: Mapping[str, Any], value: str, budget: int) -> str:
    """`{{ paragraph|fit(120) }}`: as many first sentences as the network counts within 120, else
    words and "…".
    """
    its_network = network.named(str(context["network"]))

    def fits(text: str) -> bool:
        return its_network.length(text) <= budget

    whole, _ = parts.opening(value, _language(context), fits)
    if whole or fits(value.strip()):
        return whole or value.strip()
    pieces = value.split()
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(" ".join(pieces[:middle]) + "…") else (low, middle - 1)
    return " ".join(pieces[:low]) + "…" if low else ""


def numbered(context: Mapping[str, Any], value: int) -> str:
    """`{{ 29|number }}`: "29/52", as the series shows numbers."""
    return str(context["series"]["numbering"]).replace("{n}", str(value))


def month_named(context: Mapping[str, Any], value: str | date) -> str:
    """`{{ "2021-09"|month }}`: "September"."""
    return month.month_name(
        f"{value:%Y-%m}" if isinstance(value, date) else str(value)[:7], _language(context)
    )


def dated(context: Mapping[str, Any], value: str | date, style: str = "long") -> str:
    """`{{ due_on|date }}`: "August 4, 2021"; the style is short, medium, long or full."""
    from babel.dates import format_date  # heavy: 7 ms, and few templates write dates

    day = value if isinstance(value, date) else date.fromisoformat(value)
    return format_date(day, style, locale=_language(context).replace("-", "_"))


def links_of(context: Mapping[str, Any], value: Paper, kind: str = "") -> list[dict[str, str]]:
    """`{% for link in paper|links("code") %}`: the paper's links of a kind, or all in the order of
    kinds.
    """
    wanted = [link for link in value.links if kind in ("", link.kind)]
    return described(kinds_in_order(wanted), _language(context))


def described(links: Iterable[Link], language: str) -> list[dict[str, str]]:
    """Links as templates see them: kind, label in the series' language, emoji and url."""
    said = words.of(language)
    return [
        {
            "kind": link.kind.value,
            "label": said.label(link.kind),
            "emoji": words.EMOJI[link.kind],
            "url": link.url,
        }
        for link in links
    ]


def gathered(paragraph: str, links: Iterable[Link]) -> list[dict[str, str]]:
    """The links a paragraph holds that are not the paper's own, as templates see them; each address
    once.
    """
    known = [link.url for link in links]
    found = []
    for label, url in markdown.links(paragraph):
        if url.startswith(("http://", "https://")) and not any(
            same_address(url, other) for other in known
        ):
            known.append(url)
            host = url.split("//", 1)[1].split("/", 1)[0]
            found.append(
                {"kind": "reference", "label": label.strip() or host, "emoji": "🔗", "url": url}
            )
    return found


FILTERS: dict[str, Callable[..., Any]] = {
    "cite": cited,
    "sentences": first_sentences,
    "fit": fitted,
    "number": numbered,
    "month": month_named,
    "date": dated,
    "links": links_of,
}
"""By the names templates use; each gets the template's context first."""
