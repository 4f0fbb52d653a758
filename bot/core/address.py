"""Web addresses that a person, a file or a backup gives: what is taken as one, and why not."""

import re
import unicodedata
from ipaddress import AddressValueError, IPv6Address

NONE = "is no http(s) address"
"""The problem of a text that does not even look like one."""

MOST = 2_000
"""Characters an address may have."""

WEB = ("http://", "https://")
SCHEME = "(?i:https?)://"
"""Matches how a web address begins: schemes are case-insensitive (RFC 3986, 3.1)."""

_PARTS = re.compile(SCHEME + r"(?P<authority>[^/?#\s<>\"]*)(?:[/?#][^\s<>\"]*)?")
_AUTHORITY = re.compile(
    r"(?:(?P<user>.*)@)?(?P<host>\[[^\[\]@]*\]|[^:@\[\]]*)(?::(?P<port>.*))?", re.DOTALL
)
# Embeddings, overrides, isolates and marks of the direction of a text (UAX #9, 2).
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Letters of any script, marks, digits, hyphens, underscores and dots.
_HOST = re.compile(r"[^\x00-,/:-@\[-^`{-\x9f\s]+")
_LOOPBACK = re.compile(r"localhost|\[::1\]|127(\.\d{1,3}){3}")
_LABEL, _NAME = 63, 253
"""Characters that a label of a host's name, and the whole name, may have (RFC 1035, 2.3.4)."""


def problem(url: str, *, may_have_user: bool = False) -> str:
    """Why this is no http(s) address that can be used, for the end of a sentence; or "".

    The answer quotes nothing of the address, which may hold a password. With `may_have_user` it
    may: for addresses that nobody is shown.
    """
    if len(url) > MOST:
        return f"has {len(url):,} characters, at most {MOST:,} are allowed"
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in url):
        return "holds a control character"
    if _TURNING.search(url):
        return "holds a character that turns the direction of the text: it would read as another"
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return NONE
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        return "has no host that can be read"
    if authority["user"] is not None and not may_have_user:
        return "holds a user name or a password, which everybody would see"
    if not authority["host"]:
        return "has no host"
    if not _is_host(authority["host"]):
        return "has no host that can be read"
    if authority["port"] is not None and not _is_port(authority["port"]):
        return "has a port that is none"
    return ""


def open_problem(url: str) -> str:
    """Why what is sent to this address could be read or changed on its way; or "".

    Only what stays on this machine may be without TLS.
    """
    parts = _PARTS.fullmatch(url)
    authority = _AUTHORITY.fullmatch(parts["authority"]) if parts else None
    host = authority["host"].lower() if authority else ""
    if is_https(url) or _LOOPBACK.fullmatch(host):
        return ""
    return "must be https; plain http is for this machine only"


def is_web(url: str) -> bool:
    """Whether a text begins as an http(s) address does."""
    return url[:8].lower().startswith(WEB)


def is_https(url: str) -> bool:
    """The same of an https address."""
    return url[:8].lower() == "https://"


def with_small_scheme(url: str) -> str:
    """The address with its scheme as programs write it."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme.lower()}{mark}{rest}"


def without_user(url: str) -> str:
    """The address with asterisks for its user name and password."""
    return re.sub(r"(?<=://)[^/?#]*@", "***@", url)


def _is_host(host: str) -> bool:
    """Whether it is an IPv6 address in brackets, or a name whose labels are neither empty nor too
    long.
    """
    if host.startswith("["):
        try:
            IPv6Address(host[1:-1])
        except AddressValueError:
            return False
        return True
    name = host.removesuffix(".")
    labels = name.split(".")
    is_short = len(name) <= _NAME and all(1 <= len(label) <= _LABEL for label in labels)
    return is_short and _HOST.fullmatch(name) is not None


def _is_port(port: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", port) is not None and int(port) < 65_536
