"""What destinations of files publish: the whole site, or the article for a program."""

from collections.abc import Collection

from bot.core.errors import Blocked, Unavailable
from bot.destinations import copies
from bot.destinations.protocol import Article

SITE = "site"
PROGRAMS = ("hugo", "jekyll", "quarto", "pelican")
"""The programs that make sites of articles and that an article can be written for."""
WHAT = (SITE, *PROGRAMS)


def kind(what: str) -> str:
    """The kind of export for the setting `what`: the program, "" for the site."""
    return "" if what == SITE else what


def owner(article: Article) -> str:
    """Whose files these are, in the books of a place that several series publish at."""
    return article.key.partition("/")[0]


def scope(article: Article, export: str) -> str:
    """What the paths of files begin with that may be removed when they are not wanted any more."""
    return f"{article.slug}/" if export else ""


def page(article: Article) -> str:
    """The path of the roundup's page in the site."""
    return f"{article.slug}/{copies.PAGE}"


def check(sources: Collection[str], article: Article, export: str) -> None:
    """Raise `Unavailable` where the files are not all there: what is published would be taken
    away.
    """
    if not sources or (not export and page(article) not in sources):
        raise Unavailable(
            f"{article.files} has no page of {article.key}: make it with "
            f"mlcollage roundup render {article.key.rpartition('/')[2]}"
        )


def check_page(left: Collection[str], article: Article, export: str, place: str) -> None:
    """Raise `Blocked` where the roundup itself could not be written, for it was edited there."""
    mine = [name for name in left if export or name == page(article)]
    if mine:
        raise Blocked(
            f"{copies.listed(mine)} in {place} was edited there, or is not of our making, and is "
            "left as it is: move it away, or take the change over into the collage."
        )
