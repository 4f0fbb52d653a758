"""Checks the address of a network's server that a configuration gives."""

import re
from urllib.parse import urlsplit

from bot.core import settings
from bot.core.settings import Reader


def like(example: str) -> Reader:
    """A reader of such an address: https, or this machine; the `example` stands in its message."""

    def base_url(value: object) -> str:
        address = settings.address(value)
        parts = urlsplit(address)
        if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            raise ValueError("must be https; plain http is for this machine only")
        if parts.username or parts.query or parts.fragment:
            raise ValueError(f"must be a bare address, as in {example}")
        return address

    return base_url


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
