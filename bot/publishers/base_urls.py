"""Checks the address of a network's server that a configuration gives."""

from urllib.parse import urlsplit

from bot.core import address as addresses
from bot.core import settings
from bot.core.settings import Reader


def like(example: str) -> Reader:
    """A reader of such an address: https, or this machine; the `example` stands in its message."""

    def base_url(value: object) -> str:
        address = settings.address(value)
        if wrong := addresses.open_problem(address):
            raise ValueError(wrong)
        parts = urlsplit(address)
        if parts.username or parts.query or parts.fragment:
            raise ValueError(f"must be a bare address, as in {example}")
        return address

    return base_url
