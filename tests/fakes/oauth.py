"""The signature of an OAuth 1.0a request (RFC 5849), checked as a server does."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit


class User(NamedTuple):
    """What X knows of an app and of the account that lets it in."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str


NEEDED = ("consumer_key", "nonce", "signature", "signature_method", "timestamp", "token")


def problem(method: str, url: str, header: str, user: User, nonces: set[str]) -> str:
    """What is wrong with a request's Authorization header; nothing where all is well."""
    if not header.startswith("OAuth "):
        return "there is no OAuth header"
    given = {key: unquote(value) for key, value in re.findall(r'oauth_(\w+)="([^"]*)"', header)}
    if missing := [key for key in NEEDED if key not in given]:
        return f"the header has no {', '.join(missing)}"
    if (given["consumer_key"], given["token"]) != (user.consumer_key, user.access_token):
        return "the keys are unknown"
    if given["signature_method"] != "HMAC-SHA1" or given.get("version", "1.0") != "1.0":
        return "the method of signing is another one"
    if abs(int(given["timestamp"]) - time.time()) > 300:
        return "the time is wrong"
    if given["nonce"] in nonces:
        return "the nonce was used before"
    nonces.add(given["nonce"])
    signed = [(f"oauth_{key}", value) for key, value in given.items() if key != "signature"]
    expected = _signature(method, url, signed, user)
    return "" if hmac.compare_digest(expected, given["signature"]) else "the signature is wrong"


def _signature(method: str, url: str, signed: Iterable[tuple[str, str]], user: User) -> str:
    parts = urlsplit(url)
    parameters = sorted(
        (_escaped(key), _escaped(value)) for key, value in [*parse_qsl(parts.query), *signed]
    )
    listed = "&".join(f"{key}={value}" for key, value in parameters)
    base = "&".join(
        map(
            _escaped,
            (method.upper(), f"{parts.scheme}://{parts.netloc.lower()}{parts.path}", listed),
        )
    )
    key = f"{_escaped(user.consumer_secret)}&{_escaped(user.access_token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _escaped(value: str) -> str:
    return quote(value, safe="-._~")
