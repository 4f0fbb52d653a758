"""What a page offers for a link card: its Open Graph tags, as https://ogp.me has them.

Pages are other people's: whatever they hold, reading one ends soon, and raises nothing.
"""

import codecs
import re
from contextlib import suppress
from html.parser import HTMLParser
from typing import NamedTuple

from bot.core import cards

MOST_READ = 400_000
"""Characters of a page that are read: its head is among them, and the longest take a second."""
MOST_OF_A_TAG = 20_000
"""Characters of one tag's text that are looked at."""

TYPES = ("text/html", "application/xhtml+xml")
CHARSETS = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp125\d|cp874|koi8-[ru]|mac-roman"
    r"|gb2312|gbk|gb18030|big5(hkscs)?|euc_(jp|kr)|shift_jis|cp932|cp949|iso2022_jp"
)
"""Of what Python can decode, what browsers do (https://encoding.spec.whatwg.org): other codecs are
for other things, and some take very long."""
READ_AS = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""What browsers read as a larger one (the same standard)."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks, which say more surely than anything else how a page is written."""

TITLE, DESCRIPTION = "og:title", "og:description"
PICTURES = ("og:image:secure_url", "og:image", "og:image:url")
OTHERWISE = "description"
"""What the description is called for search engines."""
WANTED = frozenset({TITLE, DESCRIPTION, OTHERWISE, *PICTURES})


class Offer(NamedTuple):
    """What a page offers: a title and a description of one line each, and its picture's address.

    The description and the address are "" where it has none. The address is as the page writes it,
    perhaps relative to its own.
    """

    title: str
    description: str
    picture: str


def read(body: bytes, content_type: str) -> Offer | None:
    """What a page offers; None where it is no HTML, or has no title."""
    if content_type.partition(";")[0].strip().lower() not in TYPES:
        return None
    reader = _Reader()
    # The parser's own answer to some declarations that are none; what stands before them counts.
    with suppress(AssertionError):
        # Not closed: what is incomplete at the end would be looked at again and again.
        reader.feed(_decoded(body, content_type)[:MOST_READ])
    found = reader.found
    title = cards.line(found.get(TITLE, ""), cards.TITLE)
    title = title or cards.line(reader.title, cards.TITLE)
    if not title:
        return None
    description = cards.line(found.get(DESCRIPTION, ""), cards.DESCRIPTION)
    description = description or cards.line(found.get(OTHERWISE, ""), cards.DESCRIPTION)
    pictures = (found[name].strip() for name in PICTURES if name in found)
    return Offer(title, description, next(pictures, ""))


def _decoded(body: bytes, content_type: str) -> str:
    """The text of a page: by its byte order mark, by what its header or its head says, or UTF-8."""
    for mark, charset in _MARKS.items():
        if body.startswith(mark):
            return body.decode(charset, "replace")
    head = body[:1024].decode("latin-1")
    for place in (content_type, head):
        named = _CHARSET.search(place)
        if named and (charset := _known(named[1])):
            return body.decode(charset, "replace")
    return body.decode("utf-8", "replace")


def _known(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    if not CHARSETS.fullmatch(name):
        return ""
    return READ_AS.get(name, name)


class _Reader(HTMLParser):
    """Reads the first of each tag that is wanted, and the title of the page itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self.title = ""
        self._is_in_head = True
        self._is_in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            values = {name: value or "" for name, value in reversed(attrs)}
            name = (values.get("property") or values.get("name") or "").strip().lower()
            content = values.get("content", "")[:MOST_OF_A_TAG]
            if name in WANTED and content.strip():
                self.found.setdefault(name, content)
        elif tag == "body":
            # A drawing in the page may have a title, too.
            self._is_in_head = False
        self._is_in_title = tag == "title" and self._is_in_head and not self.title

    def handle_endtag(self, tag: str) -> None:
        self._is_in_title = False

    def handle_data(self, data: str) -> None:
        if self._is_in_title and len(self.title) < MOST_OF_A_TAG:
            self.title += data[:MOST_OF_A_TAG]
