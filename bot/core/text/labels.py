"""Links that stand on words, written as Markdown has them: `[📝 Paper](https://example.org)`.

Some networks let a link stand on words: there a reader sees `📝 Paper`. On others the address has
to be written out.
"""

from collections.abc import Iterable
from typing import NamedTuple

from bot.core.text.patterns import compiled
from bot.core.text.span import Span

# Brackets in the words and in the address may be nested once.
PATTERN = (
    r"\[(?P<label>[^\S\n]{0,9}(?:[^\[\]\s]|\[[^\[\]\n]{0,100}+\])"
    r"(?:[^\[\]\n]|\[[^\[\]\n]{0,100}+\]){0,300}+)\]"
    r"\((?P<url>(?i:https?)://(?:[^\s()<>]|\([^\s()<>]*+\))++)\)"
)
_SIGN = "]("
"""No link stands on words where this is not in the text."""


class Labelled(NamedTuple):
    """A link on words: where these stand in the text that readers see, and where it leads."""

    span: Span
    url: str


def read(text: str) -> tuple[str, list[Labelled]]:
    """The text as readers see it, and the links on words in it."""
    if _SIGN not in text:
        return text, []
    seen, at, found = "", 0, []
    for link in compiled(PATTERN).finditer(text):
        seen += text[at : link.start()]
        label = link["label"].strip()
        found.append(Labelled(Span(len(seen), len(seen) + len(label), label), link["url"]))
        seen += label
        at = link.end()
    return seen + text[at:], found


def visible(text: str) -> str:
    """The text as readers see it, where links can stand on words."""
    return read(text)[0]


def spelled_out(text: str, colon: str) -> str:
    """The text with each address behind its words, for where no link can stand on them.

    `colon` is what the language puts behind a label; behind an emoji alone it is a space.
    """
    if _SIGN not in text:
        return text

    written, at = "", 0
    for link in compiled(PATTERN).finditer(text):
        written += text[at : link.start()] + _spelled(link["label"].strip(), link["url"], colon)
        at = link.end()
    return written + text[at:]


def _spelled(label: str, url: str, colon: str) -> str:
    if label == url:
        return url
    if label.endswith("："):
        return label + url
    has_words = any(char.isalnum() for char in label)
    if label.endswith(":") or not has_words:
        return f"{label} {url}"
    return f"{label}{colon}{url}"


def marked(seen: str, links: Iterable[Labelled]) -> str:
    """A text as a network shows it, written as templates write it: the opposite of `read`.

    A link whose words are its address stays as it is.
    """
    text, at = "", 0
    for span, url in sorted(links, key=lambda link: link.span.start):
        if span.start < at or span.text == url:
            continue
        text += f"{seen[at : span.start]}[{span.text}]({url})"
        at = span.end
    return text + seen[at:]
