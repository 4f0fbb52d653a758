"""Where a reader finds a roundup, for destinations that do not tell it themselves."""

from typing import Any

from bot.core import settings
from bot.destinations.protocol import Article

NAMES = ("slug", "month", "year")


def page_address(value: Any) -> str:
    """A reader of a page's address with `{slug}`, `{month}` ("2021-09") and `{year}`; "" for none.

    Without any of them it would be one address for all roundups.
    """
    if value == "":
        return ""
    written = str(settings.formatted(*NAMES)(value))
    filled = written.format(**dict.fromkeys(NAMES, "x"))
    settings.address(filled)
    if filled == written:
        raise ValueError('must hold {slug} or {month}, as in "https://example.org/{slug}/"')
    return written


def of(written: str, article: Article) -> str:
    """The address of an article, as a setting read by `page_address` has it; "" for none."""
    month = article.key.rpartition("/")[2]
    return written.format(slug=article.slug, month=month, year=month[:4])
