"""Finds the categories and tags of a post by their names, and makes those that are missing."""

from html import escape, unescape

from bot.core.answers import inner, text_of
from bot.core.errors import Blocked, Unavailable
from bot.destinations.wordpress import errors
from bot.destinations.wordpress.calls import Api

CATEGORIES, TAGS = "categories", "tags"


def categories(api: Api, names: tuple[str, ...], *, may_make: bool) -> list[int]:
    """The ids of the categories; raises `Blocked` where one is missing and cannot be made."""
    found = []
    for name in names:
        term = find(api, CATEGORIES, name)
        if term is None and may_make:
            term = _made(api, CATEGORIES, name)
        if term is None:
            raise Blocked(
                f"{api.host} has no category {name}: make it there, or take it out of categories."
            )
        found.append(term)
    return found


def tags(api: Api, names: tuple[str, ...], *, may_make: bool) -> list[int]:
    """The ids of the tags, without those that are missing and cannot be made."""
    found = []
    for name in names:
        term = find(api, TAGS, name)
        if term is None and may_make:
            term = _made(api, TAGS, name)
        if term is not None:
            found.append(term)
    return found


def find(api: Api, kind: str, name: str) -> int | None:
    """The id of a category or tag by its name; None where there is none."""
    # WordPress keeps names escaped, and searches them so.
    for words in dict.fromkeys((name, escape(name, quote=False))):
        for entry in api.terms(kind, words):
            known = entry.get("id")
            has_name = unescape(text_of(entry.get("name"))).casefold() == name.casefold()
            if has_name and isinstance(known, int):
                return known
    return None


def _made(api: Api, kind: str, name: str) -> int | None:
    """The id of a new category or tag; None where the user may not make one."""
    response = api.send("POST", f"/wp/v2/{kind}", body={"name": name})
    code = errors.code(response)
    known = inner(response.body, "id")
    if code == "term_exists":
        known = inner(inner(response.body, "data"), "term_id")
    elif code == "rest_cannot_create":
        return None
    elif not response.is_success:
        raise api.refusal(response)
    if not isinstance(known, int):
        raise Unavailable(f"{api.host} did not answer with what was asked for.")
    return known
