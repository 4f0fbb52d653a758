"""Tells whether a status, as a server shows it, is a given part: by its text, parent and picture.

Servers show a text as HTML, each in its own way: in paragraphs or with line breaks, with links
shortened, with mentions without their hosts, and some read it as Markdown.
"""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

from bot.core.answers import dicts, inner, text_of
from bot.core.delivery import Part
from bot.core.text import sameness

Status = Mapping[str, object]

BLOCKS = frozenset({"p", "div", "ul", "ol", "li", "blockquote", "pre", "h1", "h2", "h3", "h4"})
ASCII_HOST = "xn--"
"""Starts a host's ASCII form (RFC 5890), whose letters are not those that were written."""
MARKDOWN_SIGNS = re.compile(r"[*_~`>\\]")
"""What a server that reads Markdown takes out of a text, or puts something else in place of."""
HOST_OF_MENTION = re.compile(r"(?<![\w/@])(@[\w.-]*\w)@[\w.-]*\w(?::\d+)?")


class _Reader(HTMLParser):
    """Reads the content of a status: its text, and where its links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "br":
            self.text += "\n"
        elif tag in BLOCKS:
            self.text += "\n\n" if self.text else ""
        elif tag == "img":
            # A custom emoji: its name stands for it.
            self.text += values.get("alt") or ""
        elif tag == "a":
            href = values.get("href") or ""
            self.links.append(href)
            self._link = (href, len(self.text))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.text += "\n\n"
        elif tag == "a" and self._link:
            href, start = self._link
            self._link = None
            shown = self.text[start:]
            # Shortened for the eye: what it leads to is what was written.
            if shown.endswith("…") and shown[:-1] in href:
                self.text = self.text[:start] + href

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def id_of(value: object) -> str:
    """The id of a status, picture or account; "" where there is none. Some servers give numbers."""
    found = inner(value, "id")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return text_of(found)


def find(statuses: Sequence[Status], part: Part, parent: str | None) -> Status | None:
    """Return the first of the statuses, oldest first, that is this part; None where none is.

    It has to reply to the status `parent`.
    """
    for status in statuses:
        has_picture = bool(pictures(status)) == (part.image is not None)
        if has_picture and parent_of(status) == parent and has_text(status, part.text):
            return status
    return None


def may_be(status: Status, part: Part, parent: str | None) -> bool:
    """Whether a status may be this part, changed or cut by the server.

    Whatever replies to the part before it may be this one: nobody else answers there for us.
    """
    if parent_of(status) != parent:
        return False
    return parent is not None or sameness.resembles(shown_text(status), part.text)


def has_text(status: Status, text: str) -> bool:
    """Whether a status has this text, as it is shown or as it was written."""
    wanted = without_hosts(text)
    shown = (content_of(status), _source(status))
    return any(each and sameness.is_same(without_hosts(each), wanted) for each in shown)


def shows_text(status: Status, text: str) -> bool:
    """Whether a reader of a status sees this text; signs of Markdown may have become its form."""
    content = content_of(status)
    is_same = sameness.is_same(without_hosts(content), without_hosts(text))
    return is_same or _plain(content) == _plain(text)


def shown_text(status: Status) -> str:
    """The text of a status: as it was written where the server tells, else as a reader sees it."""
    return _source(status).strip() or content_of(status)


def content_of(status: Status) -> str:
    """The text that the content of a status shows."""
    return re.sub(r"\n{3,}", "\n\n", _read(text_of(status.get("content"))).text).strip()


def links_of(status: Status) -> set[str]:
    """Where the links in the content of a status lead, normalized."""
    return {sameness.normalized(link) for link in _read(text_of(status.get("content"))).links}


def _source(status: Status) -> str:
    """The text as it was written, where a server shows it."""
    pleroma = inner(inner(status.get("pleroma"), "content"), "text/plain")
    return text_of(status.get("text")) or text_of(pleroma)


def _plain(text: str) -> str:
    return sameness.normalized(MARKDOWN_SIGNS.sub("", without_hosts(text)))


def without_hosts(text: str) -> str:
    """The text with `@user` for `@user@host`, as servers show it."""
    return HOST_OF_MENTION.sub(r"\1", text)


def warning_of(status: Status) -> str:
    """The content warning of a status."""
    return _read(text_of(status.get("spoiler_text"))).text.strip()


def pictures(status: Status) -> list[dict[str, object]]:
    """The pictures of a status."""
    return dicts(status.get("media_attachments"))


def alt_texts(status: Status) -> tuple[str, ...]:
    """The alt texts of a status's pictures, as far as they have any."""
    texts = (text_of(picture.get("description")) for picture in pictures(status))
    return tuple(text for text in texts if text)


def has_alt_text(status: Status, alt: str) -> bool:
    """Whether one of its pictures has this alt text."""
    wanted = sameness.normalized(alt)
    return wanted in {sameness.normalized(text) for text in alt_texts(status)}


def parent_of(status: Status) -> str | None:
    """The id of the status it replies to; None where it replies to none."""
    found = status.get("in_reply_to_id")
    if isinstance(found, int):
        return str(found)
    return text_of(found) or None


def is_repost(status: Status) -> bool:
    """Whether a status only repeats another one."""
    return isinstance(status.get("reblog"), dict)
