"""The filters and functions that templates have beside Jinja2's own.

They are given what templates see: plain values, see `values`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.core import month, network, settings, yaml
from bot.core.paper import LinkKind
from bot.core.text import markdown, parts
from bot.core.text.sentences import sentences


def _language(context: Mapping[str, Any]) -> str:
    return str(context["series"]["language"])


def cited(context: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    """`{{ paper|cite }}`: "Feurer et al. (2021)"."""
    return str(value["citation"])


def first_sentences(context: Mapping[str, Any], value: str, count: int = 1) -> str:
    """`{{ paragraph|sentences(2) }}`: its first two sentences."""
    return "".join(sentences(value, _language(context))[:count]).strip()


def fitted(context: Mapping[str, Any], value: str, budget: int) -> str:
    """`{{ paragraph|fit(120) }}`: the first sentences that fit, else the first words and "…".

    `budget` is a length as the account's network counts it. Empty where not even a word fits.
    """
    rules = network.named(str(context["network"]))

    def fits(text: str) -> bool:
        return rules.length(text) <= budget

    whole_sentences, _ = parts.opening(value, _language(context), fits)
    if whole_sentences:
        return whole_sentences
    if fits(value.strip()):
        return value.strip()
    return _first_words(value.split(), fits)


def _first_words(words: Sequence[str], fits: Callable[[str], bool]) -> str:
    """As many first words as fit with "…" behind them, found by bisection; maybe none."""
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(" ".join(words[:middle]) + "…"):
            low = middle
        else:
            high = middle - 1
    if not low:
        return ""
    return " ".join(words[:low]) + "…"


def numbered(context: Mapping[str, Any], value: int) -> str:
    """`{{ 29|number }}`: "29/52", as the series shows numbers."""
    return str(context["series"]["numbering"]).replace("{n}", str(value))


def month_named(context: Mapping[str, Any], value: str | date) -> str:
    """`{{ "2021-09"|month }}`: "September"."""
    title_month = str(value)[: len("2021-09")]
    return month.month_name(title_month, _language(context))


def dated(context: Mapping[str, Any], value: str | date, style: str = "long") -> str:
    """`{{ due_on|date }}`: "August 4, 2021"; the style is short, medium, long or full."""
    from babel.dates import format_date  # heavy: 7 ms, and few templates write dates

    if isinstance(value, str):
        value = date.fromisoformat(value)
    return format_date(value, style, locale=settings.babel_name(_language(context)))


def listed(context: Mapping[str, Any], value: Sequence[str]) -> str:
    """`{{ paper.authors|listed }}`: "A, B und C", as the series' language writes it."""
    from babel.lists import format_list  # heavy: 7 ms, and few templates write lists

    entries = [str(entry) for entry in value]
    return format_list(entries, locale=settings.babel_name(_language(context)))


def links_of(
    context: Mapping[str, Any], value: Mapping[str, Any], kind: str = ""
) -> list[dict[str, str]]:
    """`{% for link in paper|links("code") %}`: the paper's links of a kind, or all in order."""
    order = [str(known) for known in LinkKind]
    wanted = [link for link in value["links"] if kind in ("", link["kind"])]
    return sorted(wanted, key=lambda link: order.index(link["kind"]))


FILTERS: dict[str, Callable[..., Any]] = {
    "cite": cited,
    "sentences": first_sentences,
    "fit": fitted,
    "number": numbered,
    "month": month_named,
    "date": dated,
    "links": links_of,
    "listed": listed,
}
"""The filters by name; each gets the template's variables as its first argument."""

FUNCTIONS: dict[str, Callable[..., str]] = {
    "md": markdown.literal_line,
    "within": markdown.contained,
    "target": markdown.target,
    "attribute": markdown.attribute,
    "yaml": yaml.written,
}
"""The functions of the articles' templates.

`md` escapes plain text, `within` keeps a paragraph's Markdown inside its section, `target` escapes
an address, `attribute` a text between the quotes of an attribute, and `yaml` writes a text or a
list of texts for front matter.
"""
