"""Whether two records are about the same paper, and by what that is known.

Identifiers decide where both have one in common. A title decides where the authors do not speak
against it; one such as "Introduction" only where they speak for it. The address of a page is no
identifier: two papers may stand on one page of a project.
"""

from bot.core import citation, identifiers
from bot.core.identifiers import LONGEST_KEY
from bot.core.paper import LinkKind, Paper

THE_TITLE = "the same title"


def keys(paper: Paper) -> tuple[str, ...]:
    """All keys that a paper can be found by, each at most `LONGEST_KEY` characters long."""
    found = [*_ids(paper), *sorted(_pages(paper))]
    if form := identifiers.title_form(paper.title):
        found.append(f"title:{form}")
    return tuple(dict.fromkeys(key[:LONGEST_KEY] for key in found))


def reason(one: Paper, other: Paper) -> str:
    """By what two records are known to be about one paper: "arXiv 2103.03230"; "" if they are not.

    It is "the link https://…" where they only have the address of a page in common.
    """
    theirs = _ids(other)
    shared = next((key for key in _ids(one) if key in theirs), "")
    if shared:
        return identifiers.shown(shared)
    if _has_same_title(one, other):
        return THE_TITLE
    return _same_page(one, other)


def _ids(paper: Paper) -> list[str]:
    """The keys that identify a paper: what its own fields and the links to it say."""
    found = [identifiers.of_arxiv(paper.arxiv_id), identifiers.of_doi(paper.doi)]
    found += [
        key for link in paper.links_of(LinkKind.PAPER) if (key := identifiers.of_address(link.url))
    ]
    return [key for key in dict.fromkeys(found) if key and not identifiers.is_page(key)]


def _pages(paper: Paper) -> dict[str, str]:
    """The addresses that the links to a paper lead to, by their keys, but for hosts alone."""
    pages = {}
    for link in paper.links_of(LinkKind.PAPER):
        key = identifiers.of_address(link.url)
        if identifiers.is_page(key) and not key.endswith("/"):
            pages[key] = link.url
    return pages


def _same_page(one: Paper, other: Paper) -> str:
    """The address that both give for their papers, as a reason; "" where there is none."""
    if _contradicts(one, other):
        return ""
    pages = _pages(one)
    shared = next((key for key in _pages(other) if key in pages), "")
    if not shared:
        return ""
    return f"the link {pages[shared]}"


def _contradicts(one: Paper, other: Paper) -> bool:
    """Whether both have identifiers of one kind, arXiv ids say, and none in common."""
    mine, others = _by_kind(one), _by_kind(other)
    common = mine.keys() & others.keys()
    return any(mine[kind].isdisjoint(others[kind]) for kind in common)


def _by_kind(paper: Paper) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for key in _ids(paper):
        kinds.setdefault(key.partition(":")[0], set()).add(key)
    return kinds


def _has_same_title(one: Paper, other: Paper) -> bool:
    form = identifiers.title_form(one.title)
    if not form or form != identifiers.title_form(other.title):
        return False
    names, other_names = _families(one), _families(other)
    if names and other_names:
        if names.isdisjoint(other_names):
            return False
        return identifiers.is_telling(one.title) or _is_about_one_time(one, other)
    return identifiers.is_telling(one.title) and not _contradicts(one, other)


def _families(paper: Paper) -> set[str]:
    typed, _ = citation.authors(paper.authors)
    return {identifiers.title_form(author.name) for author in typed} - {""}


def _is_about_one_time(one: Paper, other: Paper) -> bool:
    """Whether the years differ by no more than those of a preprint and its publication may."""
    if one.year is None or other.year is None:
        return False
    return abs(one.year - other.year) <= 1
