"""How servers with Mastodon's API differ: in ids, HTML, refusals, and in what they do not have."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

HOST = "social.example"
LINK = r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]"
TOKENS = re.compile(rf"(?P<link>{LINK})|(?P<tag>#\w+)|(?P<mention>@[\w.]+(?:@[\w.-]*\w)?)")


def _piece(found: re.Match[str], link: Callable[[str], str]) -> str:
    text = found[0]
    if found["link"]:
        return link(text)
    if found["tag"]:
        where = f"https://{HOST}/tags/{text[1:]}"
        return f'<a href="{where}" class="mention hashtag" rel="tag">#<span>{text[1:]}</span></a>'
    name = text[1:].partition("@")[0]
    where = f"https://{HOST}/@{name}"
    return f'<a href="{where}" class="u-url mention">@<span>{name}</span></a>'


def _linked(text: str, link: Callable[[str], str]) -> str:
    made, at = "", 0
    for found in TOKENS.finditer(text):
        made += html.escape(text[at : found.start()], quote=False) + _piece(found, link)
        at = found.end()
    return made + html.escape(text[at:], quote=False)


def _hidden_link(url: str) -> str:
    """As Mastodon shortens a link: all of it is there, and style sheets hide most."""
    scheme, _, rest = url.partition("://")
    shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    kind = "ellipsis" if hidden else ""
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener">'
        f'<span class="invisible">{scheme}://</span><span class="{kind}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


def _short_link(url: str) -> str:
    """A link that is cut with dots, as some servers have it."""
    shown = url.partition("://")[2]
    shown = f"{shown[:25]}…" if len(shown) > 25 else shown
    return f'<a href="{html.escape(url)}">{html.escape(shown)}</a>'


def _whole_link(url: str) -> str:
    return f'<a href="{html.escape(url)}">{html.escape(url)}</a>'


def of_mastodon(text: str) -> str:
    paragraphs = _linked(text, _hidden_link).split("\n\n")
    return "".join(f"<p>{each}</p>" for each in paragraphs).replace("\n", "<br />")


def of_gotosocial(text: str) -> str:
    return f"<p>{_linked(text, _whole_link)}</p>".replace("\n", "<br>")


def of_pleroma(text: str) -> str:
    return _linked(text, _short_link).replace("\n", "<br/>")


def of_snac(text: str) -> str:
    """As snac: nothing is escaped, and stars are Markdown."""
    linked = re.sub(LINK, lambda found: f'<a href="{found[0]}">{found[0]}</a>', text)
    return re.sub(r"\*(\w[^*\n]*)\*", r"<i>\1</i>", linked).replace("\n", "<br>") + "<br>"


@dataclass(frozen=True)
class Dialect:
    """One kind of server. Statuses of 0 stand for "it takes it without a word"."""

    name: str
    make_id: Callable[[int, datetime], str]
    content: Callable[[str], str]
    length: int = 500
    too_long: int = 422
    bad_picture: int = 422
    bad_token: int = 401
    bad_token_of_me: int = 401
    reply_to_nothing: int = 404
    has_v2: bool = True
    has_delete: bool = True
    keeps_keys: bool = True
    replays_as_500: bool = False
    counts: bool = True
    pages: bool = True
    shows_source: bool = False
    leaves_out_replies: bool = False
    """Whether an account's statuses are without replies, unless it is asked for them."""
    works_later: int = 0
    """How often it is asked for an upload until that is worked through; 0 for at once."""
    alt_length: int = 1_500
    formats: tuple[str, ...] = ()
    has_scopes: bool = False
    takes_any_code: bool = False
    """Whether it has a token for a wrong code too, and refuses that token then."""


def _snowflake(count: int, at: datetime) -> str:
    return str((int(at.timestamp() * 1000) << 16) + count)


def _ulid(count: int, at: datetime) -> str:
    return f"01{int(at.timestamp()):08X}QZ{count:08X}"


def _flake(count: int, at: datetime) -> str:
    return f"A{count:05d}kZ{count * 7919 % 99991:05d}qfWx"


def _hash(count: int, at: datetime) -> str:
    """No order can be told from it."""
    return f"{(count * 2654435761) % 2**32:08x}f{count:04x}"


MASTODON = Dialect("mastodon", _snowflake, of_mastodon, works_later=1, has_scopes=True)
GOTOSOCIAL = Dialect(
    "gotosocial",
    _ulid,
    of_gotosocial,
    length=5_000,
    too_long=400,
    bad_picture=422,
    reply_to_nothing=400,
    formats=("text/plain", "text/markdown"),
)
PLEROMA = Dialect(
    "pleroma",
    _flake,
    of_pleroma,
    length=5_000,
    too_long=422,
    bad_picture=500,
    bad_token=400,
    bad_token_of_me=400,
    replays_as_500=True,
    leaves_out_replies=True,
    reply_to_nothing=422,
    has_v2=False,
    formats=("text/plain", "text/html", "text/markdown", "text/bbcode"),
)
SNAC = Dialect(
    "snac",
    _hash,
    of_snac,
    length=100_000,
    too_long=0,
    bad_picture=0,
    bad_token_of_me=422,
    reply_to_nothing=0,
    has_v2=False,
    has_delete=False,
    keeps_keys=False,
    counts=False,
    pages=False,
    shows_source=True,
    takes_any_code=True,
)
DIALECTS = {each.name: each for each in (MASTODON, GOTOSOCIAL, PLEROMA, SNAC)}
