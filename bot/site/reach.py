"""Checks whether a page answers at its address, and whether it is the page that was meant."""

import html
import logging
import re
import unicodedata
from datetime import timedelta
from email.message import Message
from typing import NamedTuple

from bot import http_calls

LIMITS = http_calls.Limits(timedelta(seconds=10), body=20_000_000, redirects=20, unpack=False)
"""What the request may take; a page that is slower is asked again later."""

MOST = 2_000_000
"""Bytes of a page in which its title is looked for: it stands at the top."""

_TAG = re.compile(r"<[^<>]*>")
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_QUOTES = re.compile("[\"'`´\u2018-\u201f\u2039\u203a«»「」『』〈〉《》]")
_DASHES = re.compile("[\u2010-\u2015\u2212-]+")

log = logging.getLogger(__name__)


class Page(NamedTuple):
    """What is at an address: whether it answers with a status of 2xx, and shows the title."""

    answers: bool
    shows_title: bool = False


NOTHING = Page(answers=False)


def look(url: str, title: str = "", total: timedelta | None = None) -> Page:
    """GET this address, and look for the title in what comes; any failure is no answer.

    It may take `total`; by default as long as pages may.
    """
    limits = LIMITS._replace(total=total or LIMITS.total)
    try:
        answer = http_calls.get(url, limits)
    except http_calls.NoAnswer as error:
        log.info("%s does not answer: %s.", url, error)
        return NOTHING
    if not answer.is_success:
        log.info("%s answers %d.", url, answer.status)
        return NOTHING
    found = shows(_text(answer), title)
    if not found:
        log.info("%s answers without its title.", url)
    return Page(answers=True, shows_title=found)


def _text(answer: http_calls.Answer) -> str:
    """The beginning of a page, as far as it can be read."""
    try:
        body = http_calls.unpacked(answer, LIMITS.body)
    except http_calls.NoAnswer as error:
        log.info("%s cannot be read: %s.", answer.url, error)
        return ""
    return body[:MOST].decode(_charset(answer.headers.get("Content-Type", "")), "replace")


def answers(url: str) -> bool:
    """Whether a GET of this address ends in a status of 2xx; any failure counts as no."""
    return look(url).answers


def shows(page: str, title: str) -> bool:
    """Whether a page in HTML shows a title, however its spaces, quotes and dashes are written.

    It may stand in an attribute, as in a preview's card, or have tags between its letters.
    """
    wanted = _plain(title)
    return wanted in _plain(html.unescape(page)) or wanted in _plain(
        html.unescape(_TAG.sub("", page))
    )


def _plain(text: str) -> str:
    """A text as it is compared: without spaces and quotes, all dashes alike."""
    # Quotes first: some of them become a space with an accent.
    text = unicodedata.normalize("NFKC", _QUOTES.sub("", text)).casefold()
    return _DASHES.sub("-", _QUOTES.sub("", _UNSEEN.sub("", text)))


def _charset(content_type: str) -> str:
    """The character set that an answer names, where Python knows it; else UTF-8."""
    header = Message()
    header["Content-Type"] = content_type
    name = header.get_content_charset("utf-8")
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name
