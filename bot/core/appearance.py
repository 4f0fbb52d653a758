"""How a picture looks to those who see it on a network: what a person should know beforehand.

What is seen of it has been measured when it was taken in; here it is judged. Each note is a clause
that begins with the picture.
"""

import re
from typing import NamedTuple


class Named(NamedTuple):
    """A picture's file as a person names it; `page` is 0 unless one of a PDF is named."""

    file: str
    page: int = 0


def named(text: str) -> Named:
    """The file and the page that are named in "talk.pdf#page=3" (RFC 8118)."""
    if found := re.fullmatch(r"(?is)(.+\.pdf)#page=([1-9][0-9]{0,5})", text):
        return Named(found[1], int(found[2]))
    return Named(text)


def of_page(file: str, page: int) -> str:
    """The name of a page of a file, as `named` reads it."""
    return f"{file}#page={page}"


def distance(fingerprint: str, other: str) -> int:
    """In how many of the 64 bits two fingerprints differ."""
    return (int(fingerprint, 16) ^ int(other, 16)).bit_count()
